"""A sheet that is typed, as its page shows it: a table of fields, what they may be chosen from, and faults beside them.

Rows are counted from 1 as people see them; what a fault says of a workbook's cells is said of rows and columns here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ledger.errors import Fault
from ledger.limits import TYPED_MAX_ROWS
from ledger.service.choices import Choices
from ledger.service.workbooks.columns import WORKBOOKS, Column, Sheet, WorkbookKind
from ledger.service.workbooks.numbers import FORMS
from ledger.service.workbooks.typed import TypedTables
from web.desk.frame import DeskFrame, tell_fault
from web.i18n import _

FIELDS = ("a", "b", "c", "d")
"""The names of the fields of a kind's sheets, in their order."""
EMPTY_ROWS = 5
"""Below what stands there: a voucher's lines, or a few."""
_CELL = re.compile(r"工作表「([^」]*)」(?:([A-Z]{1,2})([0-9]+)|第 ([0-9]+) 行)")
_NUMBERED = {"money": "decimal", "decimal": "decimal", "quantity": "numeric"}
_WIDE = frozenset({"凭证号", "摘要", "原因", "证据", "合同名称", "标的", "决议"})


@dataclass(frozen=True)
class ColumnView:
    """`choices` is the id of the list to choose from, empty for none; `has_lines` for a text that may go on below."""

    choices: str
    has_lines: bool
    header: str
    hint: str
    id: str
    input_mode: str
    is_wide: bool
    size: int


@dataclass(frozen=True)
class CellView:
    column: ColumnView
    id: str
    said: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class RowView:
    cells: tuple[CellView, ...]
    id: str
    is_blank: bool
    number: int


@dataclass(frozen=True)
class TableView:
    """`field` is what its cells are called in the form."""

    columns: tuple[ColumnView, ...]
    field: str
    note: str
    rows: tuple[RowView, ...]
    title: str


@dataclass(frozen=True)
class ListView:
    id: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wrong:
    """A fault in the summary above: `href` leads to its cell, empty where it has none."""

    href: str
    place: str
    said: str


@dataclass(frozen=True)
class PlacedFaults:
    """Faults of a sheet: by the id of a cell, and all of them in their order for the summary."""

    cells: Mapping[str, tuple[str, ...]]
    listed: tuple[Wrong, ...]

    @property
    def first(self) -> str:
        """The id of the first cell with a fault; empty for none."""
        return next((wrong.href[1:] for wrong in self.listed if wrong.href), "")


NO_PLACED = PlacedFaults({}, ())


@dataclass(frozen=True)
class SheetPage:
    """A sheet to type in.

    `aside`      when another window kept something that had no place here; empty for nothing
    `is_stale`   what is shown was typed in a window that another one overtook
    `reason`     why the draft that is put right was returned; empty for none
    `saved`      when it was kept last, e.g. 10:32; empty for never
    `told`       what else there is to say above the table
    `version`    what the form goes on from
    """

    aside: str
    can_redo: bool
    can_undo: bool
    faults: PlacedFaults
    frame: DeskFrame
    is_empty: bool
    is_stale: bool
    kind: str
    label: str
    lists: tuple[ListView, ...]
    more: int
    reason: str
    rows_max: int
    saved: str
    sheet: str
    tables: tuple[TableView, ...]
    title: str
    told: tuple[str, ...]
    version: int


def build_tables(
    kind: WorkbookKind, tables: TypedTables, choices: Choices, faults: PlacedFaults, more: int
) -> tuple[TableView, ...]:
    """Return the tables of a kind with empty rows below what stands in each."""
    found = []
    for field, sheet in zip(FIELDS, WORKBOOKS[kind].sheets, strict=False):
        columns = tuple(
            _build_column(field, number, item, choices) for number, item in enumerate(sheet.columns)
        )
        rows = tables.get(sheet.name, ())
        # Empty rows below the last come from the page itself.
        rows = rows[: max((number for number, row in enumerate(rows, 1) if any(row)), default=0)]
        count = min(
            max(len(rows) + EMPTY_ROWS, more if field == FIELDS[0] else 0), max(TYPED_MAX_ROWS, len(rows))
        )
        empty = ("",) * len(columns)
        found.append(
            TableView(
                columns=columns,
                field=field,
                note=sheet.note,
                rows=tuple(
                    _build_row(field, number, columns, texts, faults)
                    for number, texts in enumerate([*rows, *[empty] * (count - len(rows))], 1)
                ),
                title=sheet.name,
            )
        )
    return tuple(found)


def build_lists(kind: WorkbookKind, choices: Choices) -> tuple[ListView, ...]:
    """Return the lists that the columns name."""
    headers = dict.fromkeys(column.header for sheet in WORKBOOKS[kind].sheets for column in sheet.columns)
    return tuple(
        ListView(_list_id(header), tuple((item.value, item.beside) for item in choices[header]))
        for header in headers
        if header in choices
    )


def place_faults(kind: WorkbookKind, faults: Iterable[Fault]) -> PlacedFaults:
    """Return faults beside the cells that they name; a row's beside the first column that it speaks of."""
    sheets = {
        sheet.name: (field, sheet) for field, sheet in zip(FIELDS, WORKBOOKS[kind].sheets, strict=False)
    }
    cells: dict[str, tuple[str, ...]] = {}
    listed = []
    for fault in faults:
        said = tell_fault(_retell(fault, sheets))
        found = _CELL.search(fault.place)
        if found is None or found[1] not in sheets:
            listed.append(Wrong("", _tell_place(fault.place, sheets), said))
            continue
        field, sheet = sheets[found[1]]
        row = int(found[3] or found[4])
        number = _find_column(sheet, found[2], fault.place[found.end() :])
        id_ = f"{field}-{row}-{number}"
        cells[id_] = (*cells.get(id_, ()), said)
        place = _("第 {row} 行「{header}」").format(row=row, header=sheet.columns[number].header)
        listed.append(Wrong(f"#{id_}", (sheet.name if field != FIELDS[0] else "") + place, said))
    return PlacedFaults(cells, tuple(listed))


def _find_column(sheet: Sheet, letter: str | None, rest: str) -> int:
    """Return the column of a fault's place: of its letter, else the first that is named, else the first."""
    if letter:
        return ord(letter[-1]) - ord("A")
    named = [(rest.find(column.header), number) for number, column in enumerate(sheet.columns)]
    return min((item for item in named if item[0] >= 0), default=(0, 0))[1]


def _retell(fault: Fault, sheets: Mapping[str, tuple[str, Sheet]]) -> Fault:
    return msgspec.structs.replace(
        fault,
        expected=_tell_place(fault.expected, sheets),
        found=_tell_place(fault.found, sheets),
        remedy=_tell_place(fault.remedy, sheets),
    )


def _tell_place(text: str, sheets: Mapping[str, tuple[str, Sheet]]) -> str:
    """Return a text in which cells are named by row and header in place of letters."""

    def tell(found: re.Match[str]) -> str:
        if found[1] not in sheets:
            return found[0]
        _field, sheet = sheets[found[1]]
        of = f"「{sheet.columns[_find_column(sheet, found[2], '')].header}」" if found[2] else ""
        return _("第 {row} 行").format(row=found[3] or found[4]) + of

    return _CELL.sub(tell, text)


def _build_column(field: str, number: int, column: Column, choices: Choices) -> ColumnView:
    has_choices = column.header in choices
    return ColumnView(
        choices=_list_id(column.header) if has_choices else "",
        has_lines=column.form == "text" and not has_choices,
        header=column.header,
        hint=column.hint,
        id=f"{field}-h{number}",
        input_mode=_NUMBERED.get(column.form, ""),
        is_wide=column.header in _WIDE,
        size=11 if column.header in FORMS else _find_size(column),
    )


def _find_size(column: Column) -> int:
    """Return how wide a cell is, so that the longest of its choices is seen whole."""
    if column.form == "choice":
        return min(max(3, *(len(option) + 1 for option in column.options)), 8)
    return _SIZES.get(column.form, 8)


_SIZES = {
    "money": 10,
    "decimal": 6,
    "quantity": 4,
    "day": 10,
    "month": 7,
    "number": 11,
    "code": 6,
}


def _build_row(
    field: str, number: int, columns: Sequence[ColumnView], texts: Sequence[str], faults: PlacedFaults
) -> RowView:
    cells = []
    for place, (column, text) in enumerate(zip(columns, texts, strict=True)):
        id_ = f"{field}-{number}-{place}"
        cells.append(CellView(column, id_, faults.cells.get(id_, ()), text))
    return RowView(tuple(cells), f"{field}-r{number}", not any(texts), number)


def _list_id(header: str) -> str:
    """Return an id for a header: letters and digits alone."""
    return "l-" + header.encode().hex()
