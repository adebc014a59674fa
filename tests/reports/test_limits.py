"""What is refused before it is laid out: missing glyphs, too many rows, texts too long."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.errors import NotProven, Refused
from ledger.ports import SheetJob
from reports.render import render_sheet
from reports.texts import ROWS_MAX, TEXT_MAX_CHARS, TEXTS_MAX_CHARS, check_texts
from tests.reports.samples import (
    CHECKPOINT,
    SIGNER,
    make_finance,
    make_head,
    make_job,
    make_move,
    make_points,
    make_scores,
)


def _refuse(job: SheetJob) -> list[str]:
    with pytest.raises(Refused) as caught:
        render_sheet(job)
    return str(caught.value).split("\n")


def test_a_character_without_a_glyph_is_named_with_its_place() -> None:
    moves = (make_move(1), make_move(2, summary="付𪚥🙂款", handler="欧*明"))
    figures = msgspec.structs.replace(make_finance(), moves=moves)

    assert "\n".join(_refuse(make_job(figures))) == (
        "收支明细第 2 行「摘要」：现为「🙂」（U+1F642）、「𪚥」（U+2A6A5），"
        "应为字体 Noto Sans CJK SC 里有的字。"
        "这些字印出来会是空框：请更正这处文字，用同音字或拼音并注明，再封存。（glyph-missing）"
    )


def test_every_place_with_a_missing_glyph_is_named() -> None:
    rule = msgspec.structs.replace(make_points().groups[0].rules[0], item="𪚥")
    group = msgspec.structs.replace(make_points().groups[0], group="𪚥", rules=(rule,))
    head = make_head("points", village_name="𪚥村")

    faults = check_texts(msgspec.structs.replace(make_points(), groups=(group,), head=head))

    assert [fault.place for fault in faults] == [
        "分类第 1 行「分类」",
        "分类第 1 行条目第 1 行「项目」",
        "「村名」",
    ]


def test_rare_characters_of_names_are_printed() -> None:
    assert check_texts(make_finance()) == []
    assert check_texts(make_scores()) == []


def test_more_rows_than_one_pdf_may_have_are_refused() -> None:
    figures = msgspec.structs.replace(make_points(), corrections=make_points().corrections * ROWS_MAX)

    assert [line.partition("。")[0] for line in _refuse(make_job(figures))] == [
        f"表格：现为{ROWS_MAX * 2 + 17} 行，应为一张公开表至多 {ROWS_MAX} 行"
    ]


def test_a_text_too_long_is_refused_and_the_longest_allowed_is_not() -> None:
    allowed = make_move(1, summary="字" * TEXT_MAX_CHARS)
    refused = make_move(2, summary="字" * (TEXT_MAX_CHARS + 1))

    faults = check_texts(msgspec.structs.replace(make_finance(), moves=(allowed, refused)))

    assert [(fault.code, fault.place, fault.found) for fault in faults] == [
        ("sheet-too-large", "收支明细第 2 行「摘要」", f"{TEXT_MAX_CHARS + 1} 个字")
    ]


def test_texts_too_long_together_are_refused() -> None:
    moves = tuple(
        make_move(line, summary="字" * TEXT_MAX_CHARS)
        for line in range(1, TEXTS_MAX_CHARS // TEXT_MAX_CHARS + 2)
    )

    faults = check_texts(msgspec.structs.replace(make_finance(), moves=moves))

    assert [(fault.code, fault.place) for fault in faults] == [("sheet-too-large", "全部文字")]


def test_a_note_of_another_log_is_never_printed() -> None:
    with pytest.raises(NotProven):
        render_sheet(make_job(make_points(), note=SIGNER_OF_ANOTHER_NOTE))


def test_a_checkpoint_of_another_size_is_never_printed() -> None:
    figures = msgspec.structs.replace(make_points(), head=make_head("points", size=CHECKPOINT.size + 1))

    with pytest.raises(ValueError, match="the figures are of size 1235, the checkpoint of 1234"):
        render_sheet(make_job(figures))


@pytest.mark.parametrize("changes", [{"kind": "scores"}, {"figures": b"{}"}, {"figures": b"\xff"}])
def test_a_job_at_odds_with_itself_is_our_own_mistake(changes: dict[str, Any]) -> None:
    job = msgspec.structs.replace(make_job(make_points()), **changes)

    with pytest.raises(ValueError, match=f"not {job.kind} figures"):
        render_sheet(job)


def test_figures_of_another_kind_than_the_job_are_our_own_mistake() -> None:
    figures = msgspec.structs.replace(make_points(), head=make_head("finance"))

    with pytest.raises(ValueError, match="a points sheet of finance figures"):
        render_sheet(make_job(figures, kind="points"))


def _sign_elsewhere() -> bytes:
    from ledger.log.checkpoint import Checkpoint, sign_checkpoint
    from ledger.log.keys import make_signer

    other = make_signer("log.example/elsewhere", b"\x08" * 32)
    assert other.key.name != SIGNER.key.name
    return sign_checkpoint(Checkpoint(other.key.name, CHECKPOINT.size, CHECKPOINT.root), other)


SIGNER_OF_ANOTHER_NOTE = _sign_elsewhere()
