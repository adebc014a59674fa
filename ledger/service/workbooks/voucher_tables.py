"""The postings of vouchers as a table to take away: separated values or a workbook, row by row however many there are.

The columns that a clerk's workbook has are named as there (see `columns`), so that both are read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO

from ledger.books.journals import VoucherLine
from ledger.books.money import format_plain_yuan
from ledger.errors import Fault, Refused
from ledger.service.workbooks.writing import iterate_separated, open_workbook

HEADERS = (
    *("凭证号", "日期", "会计期间", "摘要", "科目代码", "科目名称", "借方金额", "贷方金额"),
    *("附件张数", "经手人", "冲销凭证号", "更正凭证号", "记录序号"),
    *("合同编号", "资产编号", "专款编号", "决议编号"),
)
SHEET = "凭证"
WIDTHS = (14, 12, 10, 36, 10, 22, 16, 16, 9, 10, 14, 14, 9, 10, 10, 10, 14)
"""Of the columns, in characters: a long workbook cannot look at its cells again to fit them."""
WORKBOOK_ROWS_MAX = 1_048_575
"""Rows below the headers that a spreadsheet program opens."""

_AMOUNTS = (VoucherLine._fields.index("debit_fen"), VoucherLine._fields.index("credit_fen"))


def format_lines(lines: Iterable[VoucherLine]) -> Iterator[bytes]:
    """Yield the table as separated values; amounts in yuan with two decimals, red ones negative on their own side."""
    yield from iterate_separated(_list_rows(lines))


def write_lines(out: IO[bytes], lines: Iterable[VoucherLine]) -> None:
    """Write the table as a workbook, amounts as numbers in yuan.

    Raises Refused where there are more lines than WORKBOOK_ROWS_MAX.
    """
    workbook = open_workbook(out, is_long=True)
    try:
        sheet = workbook.add_worksheet(SHEET)
        bold, yuan = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "#,##0.00"})
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 1)
        for place, header in enumerate(HEADERS):
            sheet.write_string(0, place, header, bold)
        for row, line in enumerate(lines, start=1):
            if row > WORKBOOK_ROWS_MAX:
                raise Refused([_build_too_long()])
            for place, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(row, place, value)
                elif value is not None and place in _AMOUNTS:
                    sheet.write_number(row, place, Decimal(value).scaleb(-2), yuan)
                elif value is not None:
                    sheet.write_number(row, place, value)
    finally:
        workbook.close()  # What it keeps beside `out` goes with it.


def _list_rows(lines: Iterable[VoucherLine]) -> Iterator[list[str | int]]:
    yield list(HEADERS)
    for line in lines:
        yield [_format_cell(place, value) for place, value in enumerate(line)]


def _format_cell(place: int, value: str | int | None) -> str | int:
    if isinstance(value, int) and place in _AMOUNTS:
        return format_plain_yuan(value)
    return "" if value is None else value


def _build_too_long() -> Fault:
    return Fault(
        code="table-too-long",
        place="表格",
        found=f"超过 {WORKBOOK_ROWS_MAX:,} 行",
        expected=f"最多 {WORKBOOK_ROWS_MAX:,} 行，再多表格软件打不开",
        remedy="用 --from、--to 少选几个月，分几次导出；或导出 csv",
    )
