"""A year's awards list on paper: who agreed is named, all others are counted, the organisation's own stand apart."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.errors import Refused
from ledger.ports import PaperJob
from ledger.service.awards_list import AwardsPaper, PaperAward
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.test_certificates import read_codes

BASE = "https://mingbai.example.cn"


def build_award(**changes: Any) -> PaperAward:
    fields: dict[str, Any] = {
        "granted_to": "household",
        "index": 231,
        "names": ("样大山", "例小河", "某老井", "样长林", "例有田"),
        "number": "RY-2026-001",
        "others": 3,
        "own": False,
        "span": "quarter",
        "title": "季度积分优胜户",
        "until": "2026-09",
    }
    return PaperAward(**(fields | changes))


WIVES = build_award(
    granted_to="person",
    index=1_240,
    names=("样小梅",),
    number="RY-2026-002",
    others=0,
    span="year",
    title="好媳妇",
    until="2026-12",
)
COMMENDED = build_award(
    granted_to="person",
    index=1_241,
    names=(),
    number="RY-2026-003",
    others=2,
    own=True,
    span="year",
    title="优秀共产党员",
    until="2026-12",
)
PAPER = AwardsPaper(
    awards=(build_award(), WIVES, COMMENDED),
    made_on="2027-01-12",
    telephone="0000-0000000",
    township="示例镇",
    village=VILLAGE,
    village_name="示例村",
    year="2026",
)


def make(paper: AwardsPaper = PAPER, base_url: str = BASE) -> bytes:
    return render_paper(PaperJob(base_url=base_url, kind="awards", content=encode_value(paper), is_demo=True))


def read(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_who_agreed_is_named_and_all_others_are_counted() -> None:
    words = read(make())

    for said in (
        "示例镇示例村2026年度表彰名单",
        "评2026年的荣誉3项，给户的8户次，给个人的3人次。",
        "季度积分优胜户8户2026年第三季度RY-2026-001账本第231条样大山户例小河户某老井户样长林户例有田户另有3户没有同意署名，不写名字。",
        "好媳妇1人2026年RY-2026-002账本第1,240条样小梅",
        "2027年1月12日打印",
        "打村务监督电话0000-0000000",
    ):
        assert said in words
    assert words.index("村里的表彰") < words.index("好媳妇") < words.index("党组织的表彰")
    assert "党组织的表彰给党员的，与村里的表彰、村民积分都不相干。优秀共产党员2人" in words
    assert "RY-2026-003账本第1,241条得到的都没有同意署名。" in words


def test_a_village_without_own_honours_has_no_section_of_them() -> None:
    words = read(make(msgspec.structs.replace(PAPER, awards=(build_award(others=0),), telephone="")))

    assert "党组织" not in words
    assert "没有同意署名" not in words
    assert "人次" not in words
    assert "名单不对的，在村公开栏提异议。" in words


def test_a_decoder_reads_the_years_page_and_without_an_address_there_is_no_code() -> None:
    assert read_codes(make(), 1) == [f"{BASE}/v/{VILLAGE}/honours?year=2026"]
    assert read_codes(make(base_url=""), 1) == []


def test_the_same_job_gives_the_same_bytes_and_a_long_year_its_pages() -> None:
    assert make() == make()
    names = tuple(f"样{at:04d}" for at in range(400))
    pages = PdfReader(
        io.BytesIO(make(msgspec.structs.replace(PAPER, awards=(build_award(names=names),))))
    ).pages
    assert len(pages) > 2
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in pages} == {(595, 842)}


def test_a_character_that_no_font_has_is_refused_and_what_is_no_list_is_the_programs_own_error() -> None:
    with pytest.raises(Refused):
        make(msgspec.structs.replace(PAPER, awards=(build_award(title="优胜户\U0001f3c6"),)))
    with pytest.raises(ValueError, match="no awards"):
        render_paper(PaperJob(base_url="", content=b"{}", kind="awards"))
