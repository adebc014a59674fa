"""The cells of one row, as they stand in a file or were typed, turned into a line and its faults of form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ledger.books.screening import normalise_text
from ledger.errors import Fault
from ledger.service.workbooks.cells import RawCell, parse_cell
from ledger.service.workbooks.columns import Column, Sheet
from ledger.service.workbooks.lines import Line


class PlacedCell(NamedTuple):
    """A cell with the letter of its column and what the column means."""

    letter: str
    column: Column
    raw: RawCell


def build_line(
    sheet: Sheet, row: int, cells: Sequence[PlacedCell], covered: Collection[str] = ()
) -> tuple[Line | None, list[Fault]]:
    """Return a row's line, None where the row is empty; over the cells under the headers `covered` lies another one."""
    if all(cell.raw.is_empty for cell in cells):
        return None, []
    faults: list[Fault] = []
    values: dict[str, str | int] = {}
    wrong_texts: dict[str, str] = {}
    bad = set()
    for _, column, raw in (cell for cell in cells if cell.column.header not in covered):
        value, found = parse_cell(raw, column)
        faults += found
        if found:
            bad.add(column.header)
            if column.form == "text" and isinstance(raw.value, str):
                wrong_texts[column.header] = normalise_text(raw.value)
        elif value is not None:
            values[column.header] = value
    there = {cell.column.header for cell in cells}
    expected = {column.header for column in sheet.columns if not column.optional}
    line = Line(
        bad=frozenset(bad),
        columns={cell.column.header: cell.letter for cell in cells},
        row=row,
        sheet=sheet.name,
        typed_numbers=frozenset(
            cell.column.header for cell in cells if cell.column.form == "code" and cell.raw.is_number
        ),
        unknown=frozenset(expected - there) | frozenset(covered),
        values=values,
        wrong_texts=wrong_texts,
    )
    return line, faults
