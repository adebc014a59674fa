"""Tables to take away, as separated values or a workbook: texts stay texts, and start no formula.

A cell is a text, an amount in fen (`Fen`) or nothing. Amounts become numbers that a spreadsheet can add up. The same
table gives the same bytes, so that a public one can be kept like a page.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from ledger.books.money import format_yuan
from ledger.service.workbooks.writing import format_separated, open_workbook
from web.page import show_hidden

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": CSV, "xlsx": XLSX}
"""By the ending of a file's name."""

SHEET_NAME_MAX = 31
"""Characters of a worksheet's name that spreadsheet programs take."""

Fen = NewType("Fen", int)
Cell = str | Fen | None


@dataclass(frozen=True)
class Table:
    """One table: `notes` stand above its columns, one a row; `name` is the worksheet's."""

    columns: tuple[str, ...]
    name: str
    notes: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def format_tables(tables: Sequence[Table], ending: str, made_at: int) -> bytes:
    """Return tables as a file of `csv`, one below the other, or `xlsx`, each on a worksheet of its own.

    `made_at` is what a workbook says of its making, in UTC milliseconds. KeyError for another ending.
    """
    return {"csv": _write_separated, "xlsx": _write_workbook}[ending](tables, made_at)


def _write_separated(tables: Sequence[Table], made_at: int) -> bytes:
    rows: list[list[str]] = []
    for table in tables:
        rows += [[]] if rows else []
        rows += [[note] for note in table.notes]
        rows += [list(table.columns), *([_tell(cell) for cell in row] for row in table.rows)]
    return format_separated([[show_hidden(cell) for cell in row] for row in rows])


def _tell(cell: Cell) -> str:
    if isinstance(cell, int):
        return format_yuan(cell).replace(",", "")
    return cell or ""


def _write_workbook(tables: Sequence[Table], made_at: int) -> bytes:
    out = io.BytesIO()
    workbook = open_workbook(out)
    workbook.set_properties({"created": dt.datetime.fromtimestamp(made_at // 1_000, dt.UTC)})
    bold, yuan = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "#,##0.00"})
    for table in tables:
        sheet = workbook.add_worksheet(table.name[:SHEET_NAME_MAX])
        for number, note in enumerate(table.notes):
            sheet.write_string(number, 0, show_hidden(note))
        top = len(table.notes)
        for at, title in enumerate(table.columns):
            sheet.write_string(top, at, title, bold)
        for number, row in enumerate(table.rows, top + 1):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    # Fen to what a cell shows; nothing is reckoned with it.
                    sheet.write_number(number, at, cell / 100, yuan)
                elif cell:
                    sheet.write_string(number, at, show_hidden(cell))
        sheet.freeze_panes(top + 1, 0)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, len(table.columns) - 1, 18)
    workbook.close()
    return out.getvalue()
