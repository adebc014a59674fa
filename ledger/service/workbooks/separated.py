"""A text of separated values (`.csv`), looked at as the one worksheet that it is.

Its encoding, its separator and, of a kind with two sheets, which one it is are seen from its content. Every value is
text as it stands, like a text cell of a workbook: nothing is a formula, and nothing was turned into a date.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ledger.books.screening import normalise_text
from ledger.errors import Fault
from ledger.limits import WORKBOOK_MAX_COLUMNS, WORKBOOK_MAX_ROWS
from ledger.service.workbooks.columns import WORKBOOKS, Sheet, WorkbookKind
from ledger.service.workbooks.headers import HEADER_ROWS_MAX

_SUFFIXES = (".csv", ".tsv", ".txt")
SEPARATORS = (",", "\t", ";")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ARCHIVE = b"PK"


def is_separated(data: bytes, filename: str) -> bool:
    """Whether a file is to be read as separated values: what stands in it decides, then its name."""
    if data.startswith(_ARCHIVE):
        return False
    if filename.lower().endswith(_SUFFIXES):
        return True
    text = decode_text(data)
    if text is None or text.lstrip().startswith("<"):  # A web page under a workbook's name.
        return False
    first_line = text.lstrip("\r\n").partition("\n")[0]
    return any(separator in first_line for separator in SEPARATORS)


def open_separated(data: bytes, kind: WorkbookKind, filename: str) -> tuple[Worksheet, Sheet, list[Fault]]:
    """Return the values as a worksheet, the sheet that its headers make it, and what keeps it from being read.

    The sheet of which more headers are there is taken, the first where that leaves it open.
    """
    place = f"文件「{filename}」"
    page = openpyxl.Workbook().worksheets[0]
    first = WORKBOOKS[kind].sheets[0]
    text = decode_text(data)
    if text is None:
        return page, first, [fault_encoding(place)]
    sheet, separator = _choose(text, kind)
    return page, sheet, fill_page(page, text, separator, place, sheet.rows_max)


def fill_page(
    page: Worksheet, text: str, separator: str, place: str, rows_max: int = WORKBOOK_MAX_ROWS
) -> list[Fault]:
    """Write the values of a text into an empty sheet; return what keeps it from being read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        _fill(page, reader, rows_max)
    except csv.Error:
        return [_fault_form(place, reader.line_num)]
    return []


def decode_text(data: bytes) -> str | None:
    """Return the text, None where it is none in an encoding that spreadsheets save."""
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _choose(text: str, kind: WorkbookKind) -> tuple[Sheet, str]:
    """Return the sheet and the separator by which most headers are found; the first of each where none are."""
    choices = [(sheet, separator) for separator in SEPARATORS for sheet in WORKBOOKS[kind].sheets]
    return max(choices, key=lambda choice: _count_headers(text, *choice))


def _count_headers(text: str, sheet: Sheet, separator: str) -> int:
    wanted = {column.header for column in sheet.columns}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        top = list(islice(rows, HEADER_ROWS_MAX))
    except csv.Error:
        return 0
    return max((len(wanted & {normalise_text(value) for value in row}) for row in top), default=0)


def _fill(page: Worksheet, rows: Iterator[list[str]], rows_max: int) -> None:
    """Write every value as text. Beyond the limits only how far they reach is kept, for the size to be judged by."""
    bottom = right = 0
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            if not value:
                continue
            bottom, right = row, max(right, column)
            if row <= rows_max + 1 and column <= WORKBOOK_MAX_COLUMNS:
                _write(page, row, column, value)
    if bottom > rows_max + 1 or right > WORKBOOK_MAX_COLUMNS:
        _write(page, bottom, right, "…")


def _write(page: Worksheet, row: int, column: int, value: str) -> None:
    cell = Cell(page, row, column)
    # The setter would take a text that begins with = for a formula, and refuse control characters its own way.
    cell._value = value  # type: ignore[attr-defined]  # The stubs leave out what is not public.
    cell.data_type = "s"
    page._cells[row, column] = cell


def fault_encoding(place: str) -> Fault:
    """Say that a text is in no encoding that spreadsheets save."""
    return Fault(
        code="csv-encoding",
        place=place,
        found="认不出编码的文字",
        expected="UTF-8、GB18030 或带标记的 UTF-16 文字",
        remedy="用表格软件打开，另存为 .xlsx 或「CSV UTF-8」再导入",
    )


def _fault_form(place: str, line: int) -> Fault:
    return Fault(
        code="csv-form",
        place=f"{place}第 {line} 行",
        found="引号不成对，或一格的文字太长",
        expected="表格软件存出来的 CSV",
        remedy="用表格软件打开核对，另存为 .xlsx 或「CSV UTF-8」再导入",
    )
