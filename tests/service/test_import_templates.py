"""Empty workbooks: what the columns say, nothing that acts, and a clerk can fill them in; the page says the same."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from ledger.commands.import_ import template_command
from ledger.data import load_reference
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.service.workbooks.reading import read_workbook
from ledger.service.workbooks.templates import build_template
from tests.service.importing import FILE, PAPER, PAPER_PAID, ImportDesk

SHEETS = {"积分", "冲销", "合同", "变更", "收付款", "资产", "资产变动", "资源", "资源变动"}
PAGE = (Path(__file__).parents[2] / "ledger" / "service" / "WORKBOOKS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_a_template_has_the_columns_and_no_row(kind: WorkbookKind) -> None:
    _, faults = read_workbook(build_template(kind), kind, FILE)

    assert [fault.code for fault in faults] == ["workbook-no-rows"]


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_the_example_of_the_notes_can_be_filled_in(kind: WorkbookKind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_template(kind)))
    for sheet in WORKBOOKS[kind].sheets:
        for number, text in enumerate(sheet.example, 1):
            book[sheet.name].cell(2, number, text or None)
    out = io.BytesIO()
    book.save(out)

    tables, faults = read_workbook(out.getvalue(), kind, FILE)

    assert faults == []
    assert all(len(lines) == 1 for lines in tables.values())


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_no_cell_of_a_template_acts(kind: WorkbookKind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_template(kind)))

    cells = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]

    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(str(cell.value).startswith(("=", "+", "-", "@", "\t")) for cell in cells)


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_the_same_kind_gives_the_same_bytes(kind: WorkbookKind) -> None:
    assert build_template(kind) == build_template(kind)


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_a_printed_page_has_every_column_and_the_header(kind: WorkbookKind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_template(kind)))

    for sheet in WORKBOOKS[kind].sheets:
        page = book[sheet.name]
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)  # One is not written.
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.print_title_rows == "$1:$1"


def test_codes_keep_their_zeros_and_choices_come_from_the_shipped_data() -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_template("points")))
    sheet: Any = book["积分"]

    rules = {rule.promptTitle: rule for rule in sheet.data_validations.dataValidation}

    assert sheet.column_dimensions["B"].width > 0
    assert (rules["规则编号"].type, rules["规则编号"].errorStyle) == ("list", "warning")
    assert [book["选项"].cell(2, 1).value, book["选项"].cell(59, 1).value] != [None, None]
    assert rules["户号"].prompt == "农户名册里的户号，保留前面的 0，如 0217"


def test_the_accounts_to_choose_from_are_those_of_the_chart_named(tmp_path: Path) -> None:
    out = tmp_path / "vouchers.xlsx"

    result = CliRunner().invoke(template_command, ["vouchers", "--out", str(out), "--chart", "2004"])

    assert result.exit_code == 0, result.output
    rows = openpyxl.load_workbook(out)["选项"].iter_rows(min_row=2, max_col=2, values_only=True)
    accounts = [row for row in rows if row[0]]
    chart = load_reference().charts["2004"].accounts.values()
    assert accounts == [(account.code, account.name) for account in chart]


def test_a_filled_template_is_imported() -> None:
    desk = ImportDesk()
    desk.open_books()
    book = openpyxl.load_workbook(io.BytesIO(build_template("vouchers")))
    headers = [cell.value for cell in book["凭证"][1]]
    for number, row in enumerate((PAPER, PAPER_PAID), 2):
        for column, header in enumerate(headers, 1):
            book["凭证"].cell(number, column, row.get(str(header)))
    out = io.BytesIO()
    book.save(out)

    assert desk.say("vouchers", out.getvalue()) == []


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_the_page_lists_exactly_the_columns_there_are(kind: WorkbookKind) -> None:
    section = PAGE.split(f"\n## {kind}: ", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([一-鿿]+) \| ", section, re.MULTILINE)

    sheets = {sheet.name for sheet in WORKBOOKS[kind].sheets}
    assert [row for row in rows if row not in sheets] == [
        column.header for sheet in WORKBOOKS[kind].sheets for column in sheet.columns
    ]
