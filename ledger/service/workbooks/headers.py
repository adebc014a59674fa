"""The headers of a sheet: where they stand, which column each names, and what of them can be known in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ledger.books.screening import format_found, normalise_text
from ledger.errors import Fault
from ledger.service.workbooks.columns import Column, Sheet

HEADER_ROWS_MAX = 5
"""How far down a header is looked for that stands below a title."""


def iterate_cells(worksheet: Worksheet) -> Iterator[Cell]:
    """Yield the cells that are really there: `iter_rows` would make up all those between."""
    yield from (cell for cell in worksheet._cells.values() if isinstance(cell, Cell))


def find_header_row(worksheet: Worksheet, sheet: Sheet) -> int:
    """Return the row that the headers stand in: 1, or a lower one under a title, to read on from there."""
    wanted = {column.header for column in sheet.columns}
    found = dict.fromkeys(range(1, HEADER_ROWS_MAX + 1), 0)
    for cell in iterate_cells(worksheet):
        if cell.row in found and cell.value is not None and normalise_text(str(cell.value)) in wanted:
            found[cell.row] += 1
    best = max(found, key=lambda row: found[row])
    return best if not found[1] and 2 * found[best] > len(wanted) else 1


def find_header_bottom(worksheet: Worksheet, top: int) -> int:
    """Return the last row of the header: merged headers may take in rows below."""
    ranges = worksheet.merged_cells.ranges
    bottoms = [merged.max_row for merged in ranges if merged.min_row <= top <= merged.max_row]
    return max((row for row in bottoms if row <= HEADER_ROWS_MAX), default=top)


def fault_header_low(sheet: Sheet, top: int) -> Fault:
    """Say that something stands above the headers."""
    return Fault(
        code="header-row",
        place=f"工作表「{sheet.name}」第 {top} 行",
        found="表头在这一行",
        expected="表头在第 1 行，上面没有标题",
        remedy=f"删去表头上面的 {top - 1} 行；标题写在文件名上",
    )


def read_headers(worksheet: Worksheet, sheet: Sheet, top: int) -> tuple[dict[int, Column], list[Fault]]:
    """Return the column of each column number, with what is missing, unknown or there twice."""
    wanted = {column.header: column for column in sheet.columns}
    headers: dict[int, Column] = {}
    faults: list[Fault] = []
    cells = sorted(
        (cell for cell in iterate_cells(worksheet) if cell.row == top), key=lambda cell: cell.column
    )
    texts = [(cell, normalise_text(str(cell.value))) for cell in cells if cell.value is not None]
    seen = [text for _, text in texts]
    for cell, text in texts:
        place = f"工作表「{sheet.name}」{cell.coordinate}"
        if text not in wanted:
            faults.append(_fault_header_unknown(place, text, [name for name in wanted if name not in seen]))
        elif wanted[text] in headers.values():
            faults.append(
                Fault(
                    code="header-duplicate",
                    place=place,
                    found=f"表头「{text}」第二次出现",
                    expected="每个表头一列",
                    remedy="删去重复的一列",
                )
            )
        else:
            headers[cell.column] = wanted[text]
    missing = [f"「{name}」" for name, column in wanted.items() if name not in seen and not column.optional]
    if missing:
        faults.append(
            Fault(
                code="header-missing",
                place=f"工作表「{sheet.name}」第 {top} 行",
                found=f"缺少表头 {'、'.join(missing)}",
                expected=f"第 {top} 行有全部 {sum(not column.optional for column in wanted.values())} 个表头",
                remedy="补上缺少的列；可用 mingbai template 生成空白表格",
            )
        )
    return _guess_headers(worksheet, sheet, headers), faults


def _guess_headers(worksheet: Worksheet, sheet: Sheet, headers: dict[int, Column]) -> dict[int, Column]:
    """Add the columns whose headers are merged away or misspelt, where their neighbours leave no doubt.

    Between two known columns stand exactly as many unknown ones as the table has between those two, and none of
    these is anywhere else. Their cells are only judged by it: the fault of the header stands, nothing is applied.
    """
    order = [column.header for column in sheet.columns]
    places = [(number, order.index(column.header)) for number, column in sorted(headers.items())]
    last = max((cell.column for cell in iterate_cells(worksheet) if cell.value is not None), default=0)
    bounds = [(0, -1), *places, (max(last, *headers) + 1, len(order))] if headers else []
    known = {column.header for column in headers.values()}
    guessed = dict(headers)
    for (left, before), (right, after) in pairwise(bounds):
        between = sheet.columns[before + 1 : after]
        if right - left - 1 == len(between) and not known.intersection(item.header for item in between):
            guessed |= dict(zip(range(left + 1, right), between, strict=True))
    return guessed


def _fault_header_unknown(place: str, text: str, free: Sequence[str]) -> Fault:
    near = get_close_matches(text, free, n=1, cutoff=0.4)
    return Fault(
        code="header-unknown",
        place=place,
        found=f"表头{format_found(text)}",
        expected=f"「{near[0]}」" if near else "表格规定的列",
        remedy=f"是不是「{near[0]}」？改正表头" if near else "删去这一列；备注写在别的文件里",
    )
