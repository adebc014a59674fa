"""The words in which the table of workbooks is written: kinds, sheets, columns and the form of a cell."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ledger.limits import NAME_MAX_CHARS, TYPED_MAX_ROWS, WORKBOOK_MAX_ROWS

WorkbookKind = Literal[
    "vouchers",
    "points",
    "scores",
    "opening",
    "households",
    "members",
    "contracts",
    "assets",
    "resources",
    "stocktakes",
    "resolutions",
    "funds",
    "accounts",
    "conversion",
    "plan",
    "rulebook",
    "shop",
    "volunteering",
    "honours",
    "grids",
    "visits",
    "assessments",
    "cases",
    "stars",
    "groups",
]
Form = Literal["text", "code", "number", "money", "decimal", "quantity", "day", "month", "since", "choice"]
"""How a cell is read: `text` free text; `code` digits and letters kept as typed; `number` a voucher number;
`money` yuan with at most two decimals, to fen; `decimal` a number from 0 with at most two decimals, to hundredths;
`quantity` a whole number; `day`, `month` text or an Excel date; `since` a month
that may lie before 2000; `choice` one of the column's options."""

NOTES_SHEET = "填写说明"
CHOICES_SHEET = "选项"
IGNORED_SHEETS = frozenset({NOTES_SHEET, CHOICES_SHEET})
"""Sheets of our templates that hold nothing to import."""


class Column(NamedTuple):
    """One column: its header, the form of its cells, and what the clerk writes there."""

    header: str
    form: Form
    hint: str
    needed: bool = False  # a row may not leave it empty
    max_chars: int = NAME_MAX_CHARS
    options: tuple[str, ...] = ("是", "否")  # of a choice
    optional: bool = False  # the sheet may lack the column: it came later than the others


class Sheet(NamedTuple):
    """One worksheet by its name."""

    name: str
    columns: tuple[Column, ...]
    example: tuple[str, ...]  # one row as it stands in the notes, invented
    optional: bool = False
    note: str = ""  # when it is filled in, where that is seldom
    rows_max: int = WORKBOOK_MAX_ROWS  # of a file
    typed_max: int = TYPED_MAX_ROWS


class Workbook(NamedTuple):
    """A kind of workbook: its Chinese title and its sheets."""

    title: str
    sheets: tuple[Sheet, ...]
