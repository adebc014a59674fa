"""The rulebook's booklet: what stands on it, the code read back by two readers, and the checkpoint it is proven by."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from ledger.canonical import encode_value
from ledger.data.templates import load_rules
from ledger.errors import NotProven, Refused
from ledger.log.receipt import format_fingerprint
from ledger.ports import PaperJob
from ledger.service.booklets import Booklet, BookletGroup, BookletRule
from reports.paper import render_paper
from reports.worker import WorkerRenderer
from tests.reports.printed import draw_page, read_pages, read_words
from tests.reports.samples import BASE_URL, CHECKPOINT, NOTE, VERIFIER_KEY, VILLAGE

A5_HEIGHT_POINTS = 595.28


def make_booklet(**changes: Any) -> Booklet:
    """Return the shipped rulebook as version 2 of an invented village."""
    groups: dict[str, list[BookletRule]] = {}
    for rule in load_rules().rules:
        row = BookletRule(
            code=rule.code,
            evidence=rule.evidence,
            follow_up=rule.follow_up,
            is_sealed=rule.sensitive or rule.points < 0,
            item=rule.item,
            monthly_cap=rule.monthly_cap,
            points=rule.points,
            unit=rule.unit,
        )
        groups.setdefault(rule.group, []).append(row)
    fields: dict[str, Any] = {
        "base_points": 100,
        "days": 5,
        "groups": tuple(BookletGroup(name=name, rules=tuple(rows)) for name, rows in groups.items()),
        "index": 12,
        "made_on": "2026-01-02",
        "resolution": "2025年12月28日村民代表会议通过",
        "resolution_number": "JY-2025-003",
        "since": "2026-01",
        "size": CHECKPOINT.size,
        "telephone": "0000-1234567",
        "township": "样例县石榴镇",
        "version": 2,
        "village": VILLAGE,
        "village_name": "石榴河村",
    }
    return Booklet(**(fields | changes))


def make_job(booklet: Booklet, **changes: Any) -> PaperJob:
    fields: dict[str, Any] = {
        "base_url": BASE_URL,
        "content": encode_value(booklet),
        "kind": "booklet",
        "note": NOTE,
        "verifier_key": VERIFIER_KEY,
    }
    return PaperJob(**(fields | changes))


@cache
def get_booklet() -> bytes:
    return render_paper(make_job(make_booklet()))


def _read_zxing(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def _read_zbar(picture: Image.Image) -> set[str]:
    return {code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])}


@pytest.mark.parametrize("read", [_read_zxing, _read_zbar])
def test_the_code_on_the_cover_leads_to_this_version(read: Callable[[Image.Image], set[str]]) -> None:
    assert read(draw_page(get_booklet(), 1, 150)) == {f"{BASE_URL}/v/{VILLAGE}/rules/2"}


def test_the_cover_says_whose_it_is_since_when_and_by_whom() -> None:
    cover = read_pages(get_booklet())[0]

    said = ("石榴河村", "村民积分细则", "第2版", "2026年1月", "JY-2025-003", "58条：加分47条，扣分11条")
    assert [one for one in (*said, "mb.example.cn") if one not in cover] == []


def test_every_rule_stands_in_it_with_points_cap_and_consequence() -> None:
    text = "".join(read_pages(get_booklet()))

    for rule in load_rules().rules:
        assert rule.item.replace(" ", "") in text
        assert rule.follow_up.replace(" ", "") in text.replace("\n", "")
    assert text.count("月封顶") == 58
    assert "打村务监督电话0000-1234567" in text
    assert "5天内必须答复" in text


def test_the_last_page_names_the_entry_and_the_checkpoint() -> None:
    assert "账本第12条记录" in read_pages(get_booklet())[-1]
    assert format_fingerprint(CHECKPOINT).replace(" ", "") in read_pages(get_booklet())[-1]


def test_pages_are_a5_and_the_same_job_gives_the_same_bytes() -> None:
    assert {round(height) for height, _words in read_words(get_booklet())} == {round(A5_HEIGHT_POINTS)}
    assert render_paper(make_job(make_booklet())) == get_booklet()


def test_without_an_address_there_is_no_code() -> None:
    pdf = render_paper(make_job(make_booklet(), base_url=""))

    assert _read_zxing(draw_page(pdf, 1, 150)) == set()


def test_an_invented_village_is_marked_on_the_cover() -> None:
    pdf = render_paper(make_job(make_booklet(), is_demo=True))

    assert "示例，非真实村庄" in read_pages(pdf)[0]


def test_what_proves_nothing_or_cannot_be_printed_is_refused() -> None:
    with pytest.raises(ValueError, match="a checkpoint of 1234, a booklet of entry 1234"):
        render_paper(make_job(make_booklet(index=1234)))
    with pytest.raises(ValueError, match="a checkpoint of 1234, a booklet of entry 12"):
        render_paper(make_job(make_booklet(size=1000)))
    with pytest.raises(ValueError, match="no booklet"):
        render_paper(
            PaperJob(base_url="", content=b"{}", kind="booklet", note=NOTE, verifier_key=VERIFIER_KEY)
        )
    with pytest.raises(NotProven):
        render_paper(make_job(make_booklet(), note=NOTE.replace(b"1234", b"1235")))
    with pytest.raises(Refused) as refused:
        render_paper(make_job(make_booklet(resolution="村民代表会议\U0001f600通过")))
    assert [fault.code for fault in refused.value.faults] == ["glyph-missing"]


def test_a_worker_makes_the_very_same() -> None:
    with WorkerRenderer() as renderer:
        assert renderer.render_paper(make_job(make_booklet())) == get_booklet()
        with pytest.raises(Refused):
            renderer.render_paper(make_job(make_booklet(resolution="会议\U0001f600通过")))
