"""From the bytes of a workbook to lines of typed values, with every fault of form on the way.

Values only: a formula is never computed and never trusted, hidden content is refused rather than skipped.
Which sheet and columns there must be, `columns` says; what a line means, the modules of the kinds say.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.books.screening import normalise_text
from ledger.errors import Fault
from ledger.limits import WORKBOOK_MAX_COLUMNS, WORKBOOK_MAX_ROWS
from ledger.service.workbooks.archive import check_archive, check_bytes, fault_not_workbook
from ledger.service.workbooks.cells import RawCell
from ledger.service.workbooks.columns import IGNORED_SHEETS, WORKBOOKS, Column, Sheet, WorkbookKind
from ledger.service.workbooks.headers import (
    fault_header_low,
    find_header_bottom,
    find_header_row,
    iterate_cells,
    read_headers,
)
from ledger.service.workbooks.lines import Line, Tables
from ledger.service.workbooks.rows import PlacedCell, build_line
from ledger.service.workbooks.separated import is_separated, open_separated


def read_workbook(data: bytes, kind: WorkbookKind, filename: str) -> tuple[Tables, list[Fault]]:
    """Return the lines of each sheet by its name, and every fault of form.

    Raises nothing for what stands in the file, but MemoryError. Lines with faults are returned too, so that their
    other cells can be judged in the same go.
    """
    faults = check_bytes(data, filename)
    if faults:
        return {}, faults
    if is_separated(data, filename):
        return _read_separated(data, kind, filename)
    book, faults = open_book(data, filename)
    return ({}, faults) if book is None else _read_sheets(book, kind)


def open_book(data: bytes, filename: str) -> tuple[Workbook | None, list[Fault]]:
    """Return the parsed workbook of a file that `check_bytes` has nothing against; None with what is wrong with it."""
    try:
        faults = check_archive(data, filename)
        if faults:
            return None, faults
        with warnings.catch_warnings():
            # openpyxl warns of extensions it leaves out; none of them holds a cell.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data)), []
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the parser raises a dozen types on mangled files: one answer for all (F13)
        return None, [fault_not_workbook(f"文件「{filename}」")]


def _read_separated(data: bytes, kind: WorkbookKind, filename: str) -> tuple[Tables, list[Fault]]:
    page, sheet, faults = open_separated(data, kind, filename)
    if faults:
        return {}, faults
    lines, faults = _read_sheet(page, sheet)
    if not faults and not lines:
        faults = [_fault_no_rows(sheet.name)]
    return {sheet.name: lines}, faults


def _read_sheets(book: Workbook, kind: WorkbookKind) -> tuple[Tables, list[Fault]]:
    wanted = {sheet.name: sheet for sheet in WORKBOOKS[kind].sheets}
    found: dict[str, Worksheet] = {}
    for worksheet in book.worksheets:
        name = normalise_text(worksheet.title)
        # Names may differ by blanks alone: no sheet takes the place of another.
        found[f"{name}（又一张）" if name in found else name] = worksheet
    faults = list(_check_sheets(book, found, wanted))
    tables: Tables = {}
    for name, sheet in wanted.items():
        if name in found:
            tables[name], more = _read_sheet(found[name], sheet)
            faults += more
    if not faults and not any(tables.values()):
        faults.append(_fault_no_rows(next(iter(wanted))))
    return tables, faults


def _fault_no_rows(name: str) -> Fault:
    return Fault(
        code="workbook-no-rows",
        place=f"工作表「{name}」",
        found="只有表头，没有数据",
        expected="至少一行数据",
        remedy="从第 2 行起填写，再导入",
    )


def _check_sheets(book: Workbook, found: dict[str, Worksheet], wanted: dict[str, Sheet]) -> Iterator[Fault]:
    for name, sheet in wanted.items():
        if name not in found and not sheet.optional:
            yield Fault(
                code="sheet-missing",
                place="工作簿",
                found="、".join(f"「{other}」" for other in list(found)[:8]) or "没有工作表",
                expected=f"有工作表「{name}」",
                remedy=f"把要导入的工作表改名为「{name}」",
            )
    for name, worksheet in found.items():
        if name in IGNORED_SHEETS:
            continue
        if worksheet.sheet_state != "visible":
            yield Fault(
                code="sheet-hidden",
                place=f"工作表「{name}」",
                found="隐藏的工作表",
                expected="没有隐藏的内容",
                remedy="取消隐藏，核对后再导入；不要的就删去",
            )
        if name not in wanted and any(cell.value is not None for cell in iterate_cells(worksheet)):
            yield Fault(
                code="sheet-unknown",
                place=f"工作表「{name}」",
                found="不认识的工作表",
                expected="、".join(f"「{known}」" for known in wanted),
                remedy="删去这张工作表，或改成要导入的名称",
            )
    for extra in book.chartsheets:
        yield Fault(
            code="sheet-unknown",
            place=f"工作表「{extra.title}」",
            found="只有图表的工作表",
            expected="、".join(f"「{known}」" for known in wanted),
            remedy="删去这张工作表，或改成要导入的名称",
        )


def _read_sheet(worksheet: Worksheet, sheet: Sheet) -> tuple[tuple[Line, ...], list[Fault]]:
    faults = check_size(worksheet, sheet.name, sheet.rows_max)
    if faults:
        return (), faults
    top = find_header_row(worksheet, sheet)
    faults = [*check_hidden(worksheet, sheet.name), *_check_merged(worksheet, sheet, top)]
    if top > 1:
        faults.append(fault_header_low(sheet, top))
    headers, more = read_headers(worksheet, sheet, top)
    faults += more
    bottom = find_header_bottom(worksheet, top)
    lines = []
    for row in sorted({cell.row for cell in iterate_cells(worksheet) if cell.row > bottom}):
        line, more = _read_line(worksheet, sheet, headers, row)
        faults += more
        if line is not None:
            lines.append(line)
    return tuple(lines), faults


def check_size(worksheet: Worksheet, name: str, rows_max: int = WORKBOOK_MAX_ROWS) -> list[Fault]:
    """Refuse more cells than a clerk's sheet has; empty formatted ones around the data do not count."""
    filled = [(cell.row, cell.column) for cell in iterate_cells(worksheet) if cell.value is not None]
    rows = max((row for row, _ in filled), default=1) - 1
    columns = max((column for _, column in filled), default=0)
    limits = (("行", rows, rows_max), ("列", columns, WORKBOOK_MAX_COLUMNS))
    return [
        Fault(
            code="sheet-too-large",
            place=f"工作表「{name}」",
            found=f"{count:,} {unit}",
            expected=f"不超过 {limit:,} {unit}",
            remedy="按月份分成几个文件导入；表格外多余的内容删去",
        )
        for unit, count, limit in limits
        if count > limit
    ]


def check_hidden(worksheet: Worksheet, name: str) -> Iterator[Fault]:
    """Say what of a sheet somebody who looks at it would not see, though something stands there."""
    rows = sorted(
        row
        for row, dimension in worksheet.row_dimensions.items()
        if dimension.hidden or dimension.height == 0
    )
    columns = [
        letter
        for letter, dimension in worksheet.column_dimensions.items()
        if dimension.hidden or dimension.width == 0
    ]
    filled_rows = {cell.row for cell in iterate_cells(worksheet) if cell.value is not None}
    filled_columns = {cell.column_letter for cell in iterate_cells(worksheet) if cell.value is not None}
    for row in rows:
        if row in filled_rows:
            yield _fault_hidden("row-hidden", f"工作表「{name}」第 {row} 行", "行")
    for letter in columns:
        dimension = worksheet.column_dimensions[letter]
        span = range(dimension.min or 0, (dimension.max or 0) + 1)
        for number in span[:WORKBOOK_MAX_COLUMNS]:
            if get_column_letter(number) in filled_columns:
                place = f"工作表「{name}」{get_column_letter(number)} 列"
                yield _fault_hidden("column-hidden", place, "列")


def _fault_hidden(code: str, place: str, unit: str) -> Fault:
    return Fault(
        code=code,
        place=place,
        found=f"隐藏的{unit}",
        expected="没有隐藏的内容",
        remedy=f"取消隐藏和筛选，核对这一{unit}后再导入；不要的就删去",
    )


def _check_merged(worksheet: Worksheet, sheet: Sheet, top: int) -> Iterator[Fault]:
    for merged in worksheet.merged_cells.ranges:
        is_header = merged.min_row <= top
        yield Fault(
            code="header-merged" if is_header else "cells-merged",
            place=f"工作表「{sheet.name}」{merged.coord}",
            found="合并的表头" if is_header else "合并的单元格",
            expected="每列一个表头，在第 1 行" if is_header else "每格一个值",
            remedy="取消合并，每一格各填各的内容",
        )


def _read_line(
    worksheet: Worksheet, sheet: Sheet, headers: dict[int, Column], row: int
) -> tuple[Line | None, list[Fault]]:
    """Return a row's line, None where the row is empty."""
    cells = [
        PlacedCell(get_column_letter(number), column, get_raw(worksheet, sheet.name, number, row))
        for number, column in headers.items()
    ]
    covered = {
        column.header
        for number, column in headers.items()
        if isinstance(worksheet._cells.get((row, number)), MergedCell)
    }
    return build_line(sheet, row, cells, covered)


def get_raw(worksheet: Worksheet, name: str, column: int, row: int) -> RawCell:
    """Return a cell of a sheet as its file has it; `name` is what faults call the sheet."""
    cell = worksheet._cells.get((row, column))
    place = f"工作表「{name}」{get_column_letter(column)}{row}"
    if not isinstance(cell, Cell):
        return RawCell(place, None, "n")
    return RawCell(place, cell.value, cell.data_type)
