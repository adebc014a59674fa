"""Rows that somebody typed at the desk, read as those of a workbook are: the same lines, with the same faults by cell.

A row of a table has a text for each column of its sheet, in their order. Rows are counted from 1, as the page counts
them; every cell is a text as it stands, like a text cell of a workbook. Empty rows mean nothing and keep their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from ledger.errors import Fault
from ledger.service.workbooks.cells import RawCell
from ledger.service.workbooks.columns import WORKBOOKS, Sheet, WorkbookKind
from ledger.service.workbooks.lines import Tables
from ledger.service.workbooks.rows import PlacedCell, build_line

TypedRows = Sequence[Sequence[str]]
TypedTables = Mapping[str, TypedRows]
"""Rows by the name of their sheet."""


def read_typed(kind: WorkbookKind, tables: TypedTables) -> tuple[Tables, list[Fault]]:
    """Return the lines of each sheet by its name, and every fault of form. ValueError for rows of another width."""
    found: Tables = {}
    faults: list[Fault] = []
    for sheet in WORKBOOKS[kind].sheets:
        rows = tables.get(sheet.name, ())
        lines = []
        for number, texts in enumerate(rows, 1):
            line, more = build_line(sheet, number, _place(sheet, number, widen_row(sheet, texts)))
            faults += more
            if line is not None:
                lines.append(line)
        found[sheet.name] = tuple(lines)
    if not any(found.values()):
        faults.append(_fault_nothing(WORKBOOKS[kind].sheets[0]))
    if count_rows(tables) > WORKBOOKS[kind].sheets[0].typed_max:
        faults.append(fault_too_many(WORKBOOKS[kind].sheets[0], count_rows(tables)))
    return found, faults


def widen_row(sheet: Sheet, texts: Sequence[str]) -> tuple[str, ...]:
    """Return a row with empty texts for the columns that came later, where it lacks just those: it was typed before."""
    later = sheet.columns[len(texts) :]
    return (*texts, *("" for _ in later)) if all(column.optional for column in later) else tuple(texts)


def count_rows(tables: TypedTables) -> int:
    """Return in how many rows something was typed."""
    return sum(any(texts) for rows in tables.values() for texts in rows)


def fault_too_many(sheet: Sheet, count: int) -> Fault:
    """Say that a page holds no more rows."""
    return Fault(
        code="typed-too-many",
        place=f"工作表「{sheet.name}」",
        found=f"{count} 行",
        expected=f"一次不超过 {sheet.typed_max:,} 行",
        remedy="先把一部分交审，再填其余的；行数多的用“导入表格”",
    )


def _place(sheet: Sheet, row: int, texts: Sequence[str]) -> list[PlacedCell]:
    cells = []
    for number, (column, text) in enumerate(zip(sheet.columns, texts, strict=True), 1):
        letter = ascii_uppercase[number - 1]
        cells.append(PlacedCell(letter, column, RawCell(f"工作表「{sheet.name}」{letter}{row}", text, "s")))
    return cells


def _fault_nothing(sheet: Sheet) -> Fault:
    return Fault(
        code="typed-nothing",
        place=f"工作表「{sheet.name}」",
        found="一行也没有填",
        expected="至少一行",
        remedy="填好再点“看一遍”",
    )
