"""Empty workbooks to fill in: the right headers and formats, drop-downs, and a sheet that explains.

Every cell is written as text or left empty, so that nothing in a template can act (finding F12). The same
kind gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from ledger.books.village import ChartVersion
from ledger.data import load_reference
from ledger.data.templates import load_rules, load_scheme
from ledger.limits import WORKBOOK_MAX_ROWS
from ledger.service.workbooks.case_columns import CATEGORY_NAMES
from ledger.service.workbooks.columns import (
    CHOICES_SHEET,
    NOTES_SHEET,
    WORKBOOKS,
    Column,
    Form,
    Sheet,
    Workbook,
    WorkbookKind,
)
from ledger.service.workbooks.writing import open_workbook

_FORMATS: dict[Form, str] = {
    "text": "@",
    "code": "@",
    "number": "@",
    "money": "#,##0.00",
    "decimal": "0.00",
    "quantity": "0",
    "day": "yyyy-mm-dd",
    "month": "@",
    "since": "@",
    "choice": "@",
}
_WIDTHS = {
    "摘要": 30,
    "原因": 30,
    "证据": 30,
    "规则名称": 26,
    "项目名称": 26,
    "科目名称": 20,
    "规则": 30,
    "后续": 30,
}
_WIDTH = 13
_MESSAGE_MAX_CHARS = 255  # of an input message, by the file format
_RULES = [
    "第 1 行是表头，不要改名；列的次序可以调换，不要另加列。",
    "不要合并单元格，不要隐藏行、列和工作表，不要写公式。",
    "凭证号、月份、科目代码、户号、党员编号等按文本输入，前面的 0 不要丢。",
    "摘要、原因、支部名称会公开：不写村民姓名、电话、身份证号和银行卡号。",
    "有一处要改，整个文件都不会导入；改好后重新导入即可。",
]


def build_template(
    kind: WorkbookKind,
    chart: ChartVersion = "2023",
    accounts: Sequence[tuple[str, str]] = (),
    rows: Sequence[Mapping[str, str]] = (),
) -> bytes:
    """Return an `.xlsx` of a kind, empty but for `rows` of its first sheet, by header.

    Drop-downs come from the chart named, the shipped rules and scheme.
    `accounts` are codes and names of a village's chart, its own sub-accounts among them; without any the drop-downs
    have the accounts that ship with the program.
    """
    known = accounts or [(one.code, one.name) for one in load_reference().charts[chart].accounts.values()]
    book = WORKBOOKS[kind]
    out = io.BytesIO()
    workbook = open_workbook(out)
    workbook.set_properties({"title": book.title, "created": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})
    lists = {header: values for header, values in _list_choices(known).items() if _uses(book, header)}
    for number, sheet in enumerate(book.sheets):
        _write_sheet(workbook, sheet, lists, rows if number == 0 else ())
    _write_notes(workbook, book, chart)
    if lists:
        _write_choices(workbook, lists)
    workbook.close()
    return out.getvalue()


def _list_choices(accounts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what a column may be chosen from, by its header."""
    rules, items = load_rules().rules, load_scheme("member-60").items
    return {
        "科目代码": [code for code, _ in accounts],
        "科目名称": [name for _, name in accounts],
        "规则编号": [rule.code for rule in rules],
        "规则名称": [rule.item for rule in rules],
        "项目编号": [item.code for item in items],
        "项目名称": [item.item for item in items],
        "类别": list(CATEGORY_NAMES.values()),
    }


def _uses(book: Workbook, header: str) -> bool:
    return any(column.header == header for sheet in book.sheets for column in sheet.columns)


def _write_sheet(
    workbook: Any, sheet: Sheet, lists: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, str]]
) -> None:
    page = workbook.add_worksheet(sheet.name)
    head = workbook.add_format({"bold": True, "bg_color": "#E8F0E4", "border": 1, "text_wrap": True})
    page.freeze_panes(1, 0)
    set_up_printing(page)
    for number, column in enumerate(sheet.columns):
        style = workbook.add_format({"num_format": _FORMATS[column.form]})
        page.set_column(number, number, _WIDTHS.get(column.header, _WIDTH), style)
        page.write_string(0, number, column.header, head)
        rule = _build_validation(column, list(lists))
        page.data_validation(1, number, WORKBOOK_MAX_ROWS, number, rule)
        for at, row in enumerate(rows, 1):
            if row.get(column.header):
                page.write_string(at, number, row[column.header], style)


def set_up_printing(page: Any) -> None:
    """Have a worksheet of xlsxwriter printed on A4 across, as wide as one page, with its header on each."""
    page.set_paper(9)  # A4, by the file format
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _build_validation(column: Column, listed: Sequence[str]) -> dict[str, object]:
    """Return the input message of a column, with its drop-down where it has one.

    Choices warn and do not stop: a village's own rulebook may hold what the template does not.
    """
    message: dict[str, object] = {
        "validate": "any",
        "input_title": column.header,
        "input_message": column.hint[:_MESSAGE_MAX_CHARS],
    }
    if column.form == "choice" and column.header not in listed:
        return message | {"validate": "list", "source": list(column.options)}
    if column.header in listed:
        letter = xl_col_to_name(listed.index(column.header))
        source = f"='{CHOICES_SHEET}'!${letter}$2:${letter}$1000"
        kind = "stop" if column.form == "choice" else "warning"
        return message | {"validate": "list", "source": source, "error_type": kind}
    return message


def _write_notes(workbook: Any, book: Workbook, chart: ChartVersion) -> None:
    page = workbook.add_worksheet(NOTES_SHEET)
    bold = workbook.add_format({"bold": True})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column(0, 1, 14)
    page.set_column(2, 2, 60)
    page.set_column(3, 3, 24)
    page.write_string(0, 0, f"{book.title}：填写说明（本页不会导入）", bold)
    row = 1
    for rule in _RULES:
        page.write_string(row, 0, rule)
        row += 1
    for number, title in enumerate(("工作表", "列", "填什么", "例")):
        page.write_string(row + 1, number, title, bold)
    row += 2
    for sheet in book.sheets:
        for column, example in zip(sheet.columns, _get_example(sheet, chart), strict=True):
            for number, text in enumerate((sheet.name, column.header, column.hint, example)):
                page.write_string(row, number, text, wrap)
            row += 1


def _get_example(sheet: Sheet, chart: ChartVersion) -> list[str]:
    """Return the example with the code that its account has in the chart: charts number the same account apart."""
    headers = [column.header for column in sheet.columns]
    example = list(sheet.example)
    if "科目名称" in headers:
        accounts = load_reference().charts[chart].accounts.values()
        codes = {account.name: account.code for account in accounts}
        example[headers.index("科目代码")] = codes[example[headers.index("科目名称")]]
    return example


def _write_choices(workbook: Any, lists: Mapping[str, Sequence[str]]) -> None:
    page = workbook.add_worksheet(CHOICES_SHEET)
    bold = workbook.add_format({"bold": True})
    for number, (header, values) in enumerate(lists.items()):
        page.set_column(number, number, _WIDTHS.get(header, _WIDTH))
        page.write_string(0, number, header, bold)
        for row, value in enumerate(values, 1):
            page.write_string(row, number, value)
