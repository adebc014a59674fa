"""A month of grids on paper: a row for each unit, what it comes to, and a code that leads to the public page."""

from __future__ import annotations

import io
from typing import Any

import pytest
import zxingcpp
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.ports import PaperJob
from ledger.service.grid_sheets import GridRow, GridSheet
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.printed import draw_page

BASE = "https://mingbai.example.cn"


def build_row(depth: int, level: str, name: str, **changes: Any) -> GridRow:
    fields = {"diaries": 0, "households": 12, "least": 0, "people": 1, "vacant": 0, "visits": 0}
    return GridRow(**(fields | {"depth": depth, "level": level, "name": name} | changes))


ROWS = (
    build_row(0, "二级网格", "东片", households=40, people=2),
    build_row(1, "微网格", "东头", diaries=1, households=40, least=20, people=2, vacant=5, visits=3),
    build_row(2, "街巷", "老槐巷"),
    build_row(2, "街巷", "新巷", households=9, people=0, vacant=1),
)
FIELDS: dict[str, Any] = {
    "diaries": 1,
    "households": 40,
    "is_over": True,
    "made_on": "2026-11-02",
    "name": "",
    "number": "",
    "people": 5,
    "period": "2026-10",
    "rows": ROWS,
    "short": 1,
    "vacant": 6,
    "village": VILLAGE,
    "village_name": "示例村",
    "visits": 3,
}


def make(base_url: str = BASE, **changes: Any) -> bytes:
    content = encode_value(GridSheet(**(FIELDS | changes)))
    return render_paper(PaperJob(base_url=base_url, kind="grid-sheet", content=content, is_demo=True))


def read(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


def test_each_unit_has_its_row_and_what_it_comes_to_stands_above() -> None:
    pdf = make()
    text = read(pdf)

    assert "全村网格月表" in text
    assert "一共40户，人员5名，空缺6个。" in text
    assert "走访3次，村情日记1篇。1个网格没有走够" in text
    assert "东头微网格402532" in text.replace(
        "0201", ""
    )  # 40 households, 2 people, 5 vacant, 3 visits of 20.
    assert "老槐巷街巷121–––" in text
    assert "2026年11月2日印" in text


def test_a_month_that_runs_and_one_that_is_complete_say_so() -> None:
    assert "这个月还没完" in read(make(is_over=False))
    assert "每个网格都走够了" in read(make(short=0))
    assert make() == make()


@pytest.mark.parametrize(("number", "path"), [("", "grids"), ("WG-0002", "grids/WG-0002")])
def test_a_decoder_reads_the_public_page(number: str, path: str) -> None:
    pdf = make(name="东头" if number else "", number=number)
    codes = [code.text for code in zxingcpp.read_barcodes(draw_page(pdf, 1, 200))]

    assert codes == [f"{BASE}/v/{VILLAGE}/{path}"]
    assert zxingcpp.read_barcodes(draw_page(make(base_url=""), 1, 200)) == []


def test_a_large_village_takes_several_pages() -> None:
    rows = tuple(build_row(1, "微网格", f"样湖第{number}微网格") for number in range(164))

    assert len(PdfReader(io.BytesIO(make(rows=rows))).pages) > 2
