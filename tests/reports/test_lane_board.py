"""The board of a lane on paper: its duties, its head by a mask, and a code that leads to the lane's page."""

from __future__ import annotations

import io
from typing import Any

import pytest
import zxingcpp
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.data import load_grids
from ledger.ports import PaperJob
from ledger.service.lane_boards import LaneBoard
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.printed import draw_page

BASE = "https://mingbai.example.cn"
FIELDS: dict[str, Any] = {
    "duties": tuple(row.text for row in load_grids().duties),
    "head": "样*山",
    "head_post": "街巷长",
    "households": 16,
    "made_on": "2026-10-28",
    "name": "老槐巷东头",
    "number": "WG-0012",
    "township": "示例镇",
    "village": VILLAGE,
    "village_name": "示例村",
    "within": ("东头微网格", "东片网格"),
}


def make(base_url: str = BASE, **changes: Any) -> bytes:
    board = LaneBoard(**(FIELDS | changes))
    return render_paper(
        PaperJob(base_url=base_url, kind="lane-board", content=encode_value(board), is_demo=True)
    )


def read(pdf: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text().replace(" ", "")


def test_the_board_is_one_page_with_duties_and_a_masked_head() -> None:
    text = read(make()).replace("\n", "")

    for words in (
        "老槐巷东头",
        "示例镇示例村·东片网格·东头微网格",
        "样*山",
        "联系16户",
        "WG-0012",
        "街巷长做什么",
    ):
        assert words in text
    for duty in FIELDS["duties"]:
        assert duty in text
    assert "电话" not in text
    assert "mingbai.example.cn" in text


def test_a_head_who_agreed_stands_there_by_the_whole_name_with_a_telephone() -> None:
    pdf = make(head="样大山", is_named=True, telephone="0000-1234567")
    text = read(pdf).replace("\n", "")

    assert "街巷长样大山电话0000-1234567" in text
    assert "本人同意写全名" in text
    assert "自己写在横线上" not in text
    without = read(make(head="样大山", is_named=True)).replace("\n", "")
    assert "样大山" in without
    assert "电话" not in without
    assert "自己写在横线上" in read(make()).replace("\n", "")


def test_a_decoder_reads_the_lanes_page() -> None:
    codes = [code.text for code in zxingcpp.read_barcodes(draw_page(make(), 1, 200))]

    assert codes == [f"{BASE}/v/{VILLAGE}/grids/WG-0012"]


def test_without_an_address_a_head_or_households_it_is_whole() -> None:
    pdf = make(base_url="", head="", households=0, name="从大槐树到小石桥的那条长巷", within=())
    text = read(pdf)

    assert "还没有定" in text
    assert "联系" not in text
    assert zxingcpp.read_barcodes(draw_page(pdf, 1, 200)) == []
    assert make() == make()


def test_what_is_no_board_is_the_programs_own_error() -> None:
    with pytest.raises(ValueError, match="no lane-board"):
        render_paper(PaperJob(base_url="", content=b"{}", kind="lane-board"))
