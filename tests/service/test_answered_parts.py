"""A part of a round that was split over several drafts is put right as that part, judged with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from ledger.books.points import PointsRound
from ledger.books.scores import ScoreRound
from ledger.canonical import parse_claim
from ledger.errors import format_fault
from ledger.service.handing_in import Sent, hand_in, look_at
from ledger.service.import_ import apply_import
from ledger.service.passing import discard_drafts, pass_drafts, return_drafts
from ledger.service.refilling import fill, list_answered
from ledger.service.workbooks.columns import WorkbookKind
from ledger.state.awards import check_rounds_privately
from ledger.state.marks import check_score_rounds_privately
from ledger.vaults import Draft
from tests.builders import VILLAGE
from tests.service.importing import AWARD, HOUSEHOLDS, MARK, MEMBERS, ImportDesk, make_book

SHEETS: dict[str, str] = {"points": "积分", "scores": "党员评分"}
WHOLE = "各部分都还没有记入账本的，全部撤回以后整份重新导入；有的已经记入的，照原来的交，记入以后再冲销更正"


def list_awards() -> Iterator[dict[str, Any]]:
    """Eight lines for each of 64 households, up to every cap: 12 more than an entry takes."""
    for number in range(64):
        who = {"户号": f"1{number:03d}", "户主": f"样户{number}"}
        for code, title, count in (("B01", "打扫门前", 4), ("B02", "帮扶困难户", 2), ("C01", "乱堆柴草", 2)):
            rule = {"规则编号": code, "规则名称": title, "数量": 1}
            yield from (AWARD | who | rule | {"证据": f"照片第 {photo} 张"} for photo in range(count))


def list_marks() -> Iterator[dict[str, Any]]:
    """Four lines for each of 130 members, two for the last."""
    for number in range(130):
        who = {"党员编号": f"1{number:03d}", "姓名": f"样党员{number}"}
        for code, title in (("P01", "参加主题党日"), ("N01", "无故缺席")):
            item = {"项目编号": code, "项目名称": title}
            for day in (1, 2) if number < 129 else (1,):
                yield MARK | who | item | {"证据": f"{day} 日签到表"}


@pytest.fixture
def points() -> ImportDesk:
    desk = ImportDesk()
    desk.register()
    people = [
        HOUSEHOLDS[0] | {"户号": f"1{number:03d}", "户主": f"样户{number}", "签约日期": "2026-10-09"}
        for number in range(64)
    ]
    desk.record("households", make_book("households", people))
    return desk


@pytest.fixture
def scores() -> ImportDesk:
    desk = ImportDesk()
    desk.enrol()
    people = [
        MEMBERS[0]
        | {"支部": 3, "支部名称": "第三党支部", "党员编号": f"1{number:03d}", "姓名": f"样党员{number}"}
        for number in range(130)
    ]
    desk.record("members", make_book("members", people))
    return desk


def hand_in_whole(desk: ImportDesk, kind: WorkbookKind, rows: Sequence[Mapping[str, Any]]) -> list[Draft]:
    imported = desk.read(kind, make_book(kind, rows))
    assert [format_fault(fault) for fault in imported.faults] == []
    apply_import(desk.ports, imported)
    return list(imported.drafts)


def begin_points(desk: ImportDesk) -> list[Draft]:
    return hand_in_whole(desk, "points", list(list_awards()))


def begin_scores(desk: ImportDesk) -> list[Draft]:
    return hand_in_whole(desk, "scores", [row | {"支部": 3} for row in list_marks()])


def send_back(desk: ImportDesk, *drafts: Draft) -> None:
    return_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor, "证据写错")


def open_rows(desk: ImportDesk, draft: Draft) -> tuple[WorkbookKind, list[tuple[str, ...]]]:
    """The rows that a returned part opens with."""
    filled = fill(desk.ports, VILLAGE, list_answered(desk.ports, VILLAGE, desk.clerk, draft.id))
    return filled.kind, list(filled.tables[SHEETS[filled.kind]])


def answer(desk: ImportDesk, draft: Draft, rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Hand in what a part became; what is wrong with it, where anything is."""
    kind = open_rows(desk, draft)[0]
    sent = Sent(filename="填的", kind=kind, sheet=draft.id, tables={SHEETS[kind]: tuple(rows)}, version=1)
    looked = look_at(desk.ports, VILLAGE, desk.clerk, sent)
    if not looked.imported.faults:
        assert hand_in(desk.ports, VILLAGE, desk.clerk, looked.digest) == 1
    return [format_fault(fault) for fault in looked.imported.faults]


def list_waiting(desk: ImportDesk) -> list[Draft]:
    return desk.ports.vault.list_drafts(VILLAGE, "waiting")


def find_answer(desk: ImportDesk, draft: Draft) -> Draft:
    (found,) = (item for item in list_waiting(desk) if item.answers == draft.id)
    return found


def pass_all(desk: ImportDesk, *drafts: Draft) -> None:
    assert None not in pass_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor)


def check_books(desk: ImportDesk) -> None:
    find = partial(desk.ports.vault.find_private, VILLAGE)
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert check_rounds_privately(reader.facts, "2026-10", find) == []
        assert check_score_rounds_privately(reader.facts, "2026-10", find) == []


def change(row: tuple[str, ...], **cells: str) -> tuple[str, ...]:
    """A row with other texts in some of its columns, by their place: `c6="…"`."""
    texts = list(row)
    for name, text in cells.items():
        texts[int(name[1:])] = text
    return tuple(texts)


@pytest.mark.parametrize("is_first_recorded", [True, False])
def test_a_returned_part_opens_and_takes_its_place_again(points: ImportDesk, is_first_recorded: bool) -> None:
    first, second = begin_points(points)
    if is_first_recorded:
        pass_all(points, first)
    send_back(points, second)
    kind, rows = open_rows(points, second)

    assert (kind, len(rows)) == ("points", 12)
    assert answer(points, second, [change(rows[0], c6="补拍的照片"), *rows[1:]]) == []

    again = find_answer(points, second)
    body, before = parse_claim(again.claim).body, parse_claim(second.claim).body
    assert isinstance(body, PointsRound)
    assert isinstance(before, PointsRound)
    assert (body.part, body.parts, body.households) == (2, 2, 64)
    assert (len(body.lines), len(body.sealed_lines)) == (len(before.lines), len(before.sealed_lines))
    assert (again.asked, again.slot) == ("证据写错", second.slot)
    assert any("补拍的照片" in row for row in map(str, _disclose(again)))
    pass_all(points, *([again] if is_first_recorded else [first, again]))
    check_books(points)


def _disclose(draft: Draft) -> list[object]:
    from ledger.log.commitments import parse_disclosure

    return [parse_disclosure(text)[1] for text in draft.private]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_all_parts_come_back_and_are_put_right_in_any_order(
    points: ImportDesk, order: tuple[int, int]
) -> None:
    drafts = begin_points(points)
    send_back(points, *drafts)

    for number in order:
        _, rows = open_rows(points, drafts[number])
        assert answer(points, drafts[number], [change(row, c6=f"{row[6]}，补拍") for row in rows]) == []

    pass_all(points, *(find_answer(points, draft) for draft in drafts))
    check_books(points)


def test_a_part_of_500_rows_comes_back_whole(points: ImportDesk) -> None:
    first, _ = begin_points(points)
    send_back(points, first)
    _, rows = open_rows(points, first)

    assert len(rows) == 500
    assert answer(points, first, rows) == []


def test_a_part_is_judged_with_the_others(points: ImportDesk) -> None:
    _first, second = begin_points(points)
    send_back(points, second)
    _, rows = open_rows(points, second)
    plain = next(row for row in rows if row[3] == "C01")
    shifted = change(plain, c1="0217", c2="样大山")

    assert answer(points, second, [shifted if row is plain else row for row in rows]) == [
        (
            "工作表「积分」：现为第 2/2 部分改了以后，整次评议有 65 户，应为和别的部分写的一样，64 户。"
            f"{WHOLE}。（part-households）"
        )
    ]
    over = answer(points, second, [*rows, change(plain, c6="又一张")])
    assert [fault.partition("。")[0] for fault in over] == [
        "工作表「积分」第 13 行：现为该户本月 C01 累计 9 分，应为每户每月不超过 8 分"
    ]


def test_a_line_of_another_part_is_not_said_again(points: ImportDesk) -> None:
    first, second = begin_points(points)
    send_back(points, first, second)
    theirs, ours = open_rows(points, first)[1], open_rows(points, second)[1]
    mine = ours[0]
    same = next(row for row in theirs if row[1] == mine[1] and row[3] == mine[3])

    assert answer(points, second, [change(mine, c6=same[6]), *ours[1:]]) == [
        (
            "工作表「积分」第 1 行：现为同一户、同一规则、同一证据，这次评议的别的部分里已有，应为各行不重复。"
            "删去重复的一行，或改正填错的一格。（row-duplicate）"
        )
    ]


def test_a_part_is_not_left_empty(points: ImportDesk) -> None:
    _, second = begin_points(points)
    send_back(points, second)
    _, rows = open_rows(points, second)

    said = answer(points, second, [change(row, c0="2026-09") for row in rows])

    assert said[0] == (
        "工作表「积分」：现为2026-10 评议的第 2/2 部分一行也没有了，应为至少一行。"
        "这一部分不能空着；月份、支部填错了的，改回来。（part-empty）"
    )


def test_a_part_whose_round_was_taken_back_is_none(points: ImportDesk) -> None:
    first, second = begin_points(points)
    send_back(points, second)
    discard_drafts(points.ports, VILLAGE, [first.id], points.clerk)
    _, rows = open_rows(points, second)

    assert [fault.rpartition("（")[2] for fault in answer(points, second, rows)] == [
        "part-households）",
        "round-next-part）",
    ]


def test_another_round_that_took_its_place_is_named(points: ImportDesk) -> None:
    drafts = begin_points(points)
    send_back(points, *drafts)
    rows = [row | {"证据": f"新{row['证据']}"} for row in list_awards()]
    hand_in_whole(points, "points", rows)

    _, old = open_rows(points, drafts[1])

    assert "draft-waiting）" in [fault.rpartition("（")[2] for fault in answer(points, drafts[1], old)]


def test_a_part_of_scores_comes_back_with_other_evidence(scores: ImportDesk) -> None:
    first, second = begin_scores(scores)
    pass_all(scores, first)
    send_back(scores, second)
    _, rows = open_rows(scores, second)

    assert answer(scores, second, [change(rows[0], c7="补签的签到表"), *rows[1:]]) == []

    again = find_answer(scores, second)
    body = parse_claim(again.claim).body
    assert isinstance(body, ScoreRound)
    assert (body.branch, body.part, body.parts, body.cards) == (3, 2, 2, ())
    pass_all(scores, again)
    check_books(scores)


def test_other_marks_fit_the_cards_or_part_1_comes_back_too(scores: ImportDesk) -> None:
    first, second = begin_scores(scores)
    send_back(scores, second)
    _, rows = open_rows(scores, second)

    assert answer(scores, second, rows[1:]) == [
        (
            "工作表「党员评分」：现为第 2/2 部分改了以后，1 名党员的得分和第 1 部分的评分卡不同，"
            "应为和评分卡一样的得分。"
            f"第 1 部分还在待审的，请审核的人也退回，先交这一部分再交第 1 部分；否则{WHOLE}。（part-cards）"
        )
    ]
    send_back(scores, first)
    assert answer(scores, second, rows[1:]) == []
    assert answer(scores, first, open_rows(scores, first)[1]) == []

    pass_all(scores, find_answer(scores, first), find_answer(scores, second))
    check_books(scores)


def test_the_first_part_of_scores_has_room_for_its_cards(scores: ImportDesk) -> None:
    first, _ = begin_scores(scores)
    send_back(scores, first)
    _, rows = open_rows(scores, first)
    last = {"党员编号": "1129", "姓名": "样党员129", "项目编号": "P01", "项目名称": "参加主题党日"}
    new = ("2026-10", "3", last["党员编号"], last["姓名"], last["项目编号"], last["项目名称"], "1", "又一次")

    assert answer(scores, first, [*rows, new]) == [
        (
            "工作表「党员评分」：现为第 1/2 部分有 501 行，评分卡也算，应为一部分不超过 500 行。"
            f"多出来的行下个月补记；{WHOLE}。（part-lines）"
        )
    ]
