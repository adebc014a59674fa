"""What leaves as a workbook or as separated values starts no formula, whatever text stands in it."""

from __future__ import annotations

import ast
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.templates import build_template
from ledger.service.workbooks.writing import disarm, format_separated, open_workbook
from tests.house.sources import PACKAGES, parse_modules

ACTING = [
    *("=1+1", "+1+1", "-1+1", "@SUM(1)", "|calc", "\t=1+1", "\r=1+1", "\n=1+1"),
    *("＝1+1", "＋1", "－1+1", "＠SUM(1)", "｜calc", "﹦1", "⁼1", "₊1", "﹫SUM(1)"),
    *(" =1+1", "\u3000=1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1", " \t=1", "\x0b=1"),
    *("=cmd|'/C calc'!A0", '=HYPERLINK("http://127.0.0.1")', "-2+3+cmd|'/C calc'!A0", "+样大山", "-"),
]
HARMLESS = [
    "",
    " ",
    "样大山",
    "1-1",
    "a=b",
    "325.00",
    "-325.00",
    "+1",
    "1,234.50",
    "-1,234.50",
    "'=1",
    "\u200b",
]
WRITING = {"ledger/service/workbooks/writing.py"}
GUESSING = re.compile(r"write|write_(row|column|formula|array_formula|dynamic_array_formula|url|rich_string)")


@pytest.mark.parametrize("text", ACTING)
def test_a_text_that_could_act_stands_behind_an_apostrophe(text: str) -> None:
    assert disarm(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_and_every_number_is_left_alone(text: str) -> None:
    assert disarm(text) == text


def test_separated_values_hold_no_cell_that_acts() -> None:
    texts = [*ACTING, *HARMLESS, 'a"b', "a,=1", "a\r\n=1"]

    data = format_separated([texts, [7, -7]])

    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b'\xef\xbb\xbf"\'=1+1"')
    assert [value.removeprefix("'") for value in rows[0]] == [text.removeprefix("'") for text in texts]
    assert rows[1] == ["7", "-7"]
    assert [value for value in rows[0] if value.startswith(("=", "+", "@", "\t", "\r"))] == ["+1"]


def test_text_in_a_workbook_is_text() -> None:
    out = io.BytesIO()
    book = open_workbook(out)
    page = book.add_worksheet("样")
    for row, text in enumerate([*ACTING, "http://127.0.0.1", "325"]):
        page.write_string(row, 0, text)
        page.write(row, 1, text)
    book.close()

    assert {kind for kind, _ in _iterate_cells(out.getvalue())} == {"s"}
    read = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["样"]
    assert {cell.data_type for row in read.iter_rows() for cell in row} == {"s"}
    assert read._hyperlinks == []


@pytest.mark.parametrize("data", [build_template(kind) for kind in WORKBOOKS], ids=list(WORKBOOKS))
def test_a_template_holds_texts_alone(data: bytes) -> None:
    assert {kind for kind, _ in _iterate_cells(data)} == {"s"}


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parents[2].glob("web/demo/workbooks/*/*.xlsx")), ids=lambda path: path.stem
)
def test_a_workbook_of_the_demo_holds_texts_and_numbers_alone(path: Path) -> None:
    assert {kind for kind, _ in _iterate_cells(path.read_bytes())} <= {"s", "n"}


def _iterate_cells(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield type and content of every cell as the XML has them; none may hold a formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                sheet = archive.read(name).decode()
                assert re.search(r"<f[ >/]", sheet) is None
                for attributes, content in re.findall(r"<c ([^>]*[^/])>(.*?)</c>", sheet):
                    kind = re.search(r't="(\w+)"', attributes)
                    yield kind[1] if kind else "n", content


def test_nothing_else_of_ours_writes_workbooks_or_separated_values() -> None:
    found = [
        f"{path}:{node.lineno} {name}"
        for path, tree in parse_modules(*PACKAGES)
        if str(path) not in WRITING
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func))
        if name in {"xlsxwriter.Workbook", "csv.writer", "csv.DictWriter", "openpyxl.Workbook().save"}
    ]

    assert found == []


def test_no_cell_is_written_by_a_call_that_guesses_what_it_is() -> None:
    writers = (
        "ledger/service/workbooks/templates.py",
        "ledger/service/workbooks/voucher_tables.py",
        "web/demo/draw.py",
    )
    called = {
        node.func.attr
        for path, tree in parse_modules(*PACKAGES)
        if str(path) in writers
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert "write_string" in called
    assert {name for name in called if GUESSING.fullmatch(name)} == set()
