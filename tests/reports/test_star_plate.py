"""A star's plate on paper: what it says, that it names nobody, and that its code leads to where it is checked."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.errors import Refused
from ledger.ports import PaperJob
from ledger.service.stars import StarPlate
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.printed import draw_page

BASE = "https://mingbai.example.cn"
PLATE = {
    "by": "示例镇党委",
    "check": "K7Q29XHB",
    "day": "2026-10-16",
    "holder": "示例村党支部书记",
    "index": 231,
    "most": 5,
    "number": "XJ-2026-001",
    "stars": 4,
    "township": "示例镇",
    "village": VILLAGE,
    "village_name": "示例村",
    "year": "2026",
}


def make(base_url: str = BASE, **changes: object) -> bytes:
    content = encode_value(StarPlate(**(PLATE | changes)))
    return render_paper(PaperJob(base_url=base_url, content=content, is_demo=True, kind="star-plate"))


def read_codes(pdf: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(draw_page(pdf, 1, 200))]


def test_a_plate_is_one_page_across_that_says_whose_and_how_many() -> None:
    (page,) = PdfReader(io.BytesIO(make())).pages

    assert [float(side) for side in page.mediabox[2:]] == pytest.approx([841.89, 595.28], abs=0.1)
    said = page.extract_text().replace(" ", "").replace("\n", "")
    for words in (
        "示例镇示例村",
        "示例村党支部书记",
        "2026年度",
        "四星",
        "示例镇党委评定",
        "K7Q29XHB",
        "231",
    ):
        assert words in said


def test_a_decoder_reads_where_it_is_checked() -> None:
    pdf = make()

    assert read_codes(pdf) == [f"{BASE}/v/{VILLAGE}/stars/XJ-2026-001#K7Q29XHB"]
    assert read_codes(make("")) == []


def test_the_same_job_gives_the_same_bytes_and_a_long_name_and_many_stars_stay_on_one_page() -> None:
    assert make() == make()
    wide = make(holder="示例县石榴镇第三片区联合党总支第一党支部书记", most=10, stars=10)
    assert len(PdfReader(io.BytesIO(wide)).pages) == 1


def test_a_character_that_no_font_has_is_refused() -> None:
    with pytest.raises(Refused):
        make(holder="党支部\U0001f3c6")
