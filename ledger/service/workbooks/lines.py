"""One row of a clerk's sheet as typed values: what reading hands over, and the kinds of workbook work on."""

from __future__ import annotations

from typing import NamedTuple

from ledger.limits import CELL_MAX_CHARS


class Line(NamedTuple):
    """One row of a sheet. Empty cells are absent from `values`, cells with a fault stand in `bad`.

    What a cell says cannot be told at all where its column is missing or another cell is merged over it: such
    headers stand in `unknown`, and nothing may be concluded from their emptiness.
    """

    sheet: str
    row: int
    columns: dict[str, str]  # header to column letter
    values: dict[str, str | int]  # money in fen, days and months as texts, choices as 是 or 否
    bad: frozenset[str]
    typed_numbers: frozenset[str]  # code columns whose cell held a number: leading zeros may be lost
    unknown: frozenset[str]
    wrong_texts: dict[str, str]  # what free text in `bad` says: it is screened all the same

    @property
    def place(self) -> str:
        """Where the line stands, as the clerk sees it."""
        return f"工作表「{self.sheet}」第 {self.row} 行"

    def at(self, header: str) -> str:
        """Where the cell of a column stands."""
        return f"工作表「{self.sheet}」{self.columns[header]}{self.row}"

    @property
    def is_whole(self) -> bool:
        """Whether every cell could be read."""
        return not self.bad and not self.unknown

    def has(self, header: str) -> bool:
        """Whether the clerk wrote something there, right or wrong."""
        return header in self.values or header in self.bad

    def lacks(self, header: str) -> bool:
        """Whether the clerk surely wrote nothing there."""
        return not self.has(header) and header not in self.unknown

    def can_read(self, header: str) -> bool:
        """Whether the cell is certain: what it says, or that it says nothing."""
        return header not in self.bad and header not in self.unknown

    def text(self, header: str) -> str:
        """Return a cell as text, empty where nothing stands."""
        return str(self.values.get(header, ""))

    def written(self, header: str) -> str:
        """Return a cell of free text as it stands, even where it cannot be taken; of one that is far too long, and so
        refused, as much as a cell may hold: what is screened has a limit.
        """
        return self.wrong_texts.get(header, "")[:CELL_MAX_CHARS] or self.text(header)

    def number(self, header: str) -> int:
        """Return a quantity or an amount in fen, 0 where nothing stands."""
        value = self.values.get(header, 0)
        return value if isinstance(value, int) else 0


Tables = dict[str, tuple[Line, ...]]
"""The lines of each sheet by its name."""
