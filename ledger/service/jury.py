"""The jury's round as a grid: a villagers' group's households against rules, over the rows of the sheet of points.

A cell is every row of that sheet with its household and rule; several with other evidence stay several. What a page of
the grid holds takes the place of those rows alone: other groups, other rules, other months, and rows that nobody can
place are left as they stand. So a month has one draft, however its rows came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ledger.books.points import Rule
from ledger.errors import Fault
from ledger.figures.rulebooks import ReadRule, read_rules
from ledger.ports import Ports
from ledger.service.import_ import import_typed
from ledger.service.sheets import read_texts
from ledger.service.unsent import Opened, open_sheet, open_version, save_sheet
from ledger.state.awards import list_scoring
from ledger.state.rulebooks import find_rulebook, get_points_month
from ledger.vaults import Household

SHEET = "points"
TABLE = "积分"
"""The sheet on which a month's round is typed, and its table."""
_WIDTH = 7

Row = tuple[str, ...]
"""As the table has it: 月份, 户号, 户主, 规则编号, 规则名称, 数量, 证据."""


class Award(NamedTuple):
    """What one row of a cell says, as it was typed."""

    quantity: str
    evidence: str

    def __bool__(self) -> bool:
        return bool(self.quantity or self.evidence)


Cells = Mapping[tuple[str, str], Sequence[Award]]
"""Awards by household (its pseudonym) and rule."""


@dataclass(frozen=True)
class Jury:
    """What a month's round is about, before anybody is scored.

    `groups`   numbers of the villagers' groups
    `is_done`  the month's round is in the log: nothing can be added to it
    `scoring`  pseudonyms of the households that agreed to be scored under the month's rules
    """

    groups: tuple[int, ...]
    households: tuple[Household, ...]
    is_done: bool
    rules: tuple[ReadRule, ...]
    scoring: frozenset[str]

    def list_group(self, group: int) -> tuple[Household, ...]:
        """Return the households of a group, by number."""
        return tuple(item for item in self.households if item.group == group)

    def find_rule(self, code: str) -> Rule | None:
        return next((item.rule for item in self.rules if item.rule.code == code), None)


@dataclass(frozen=True)
class Frame:
    """What a page of the grid holds: the rows that it takes the place of."""

    households: Sequence[Household]
    period: str
    rules: Sequence[ReadRule]

    def find_place(self, row: Row) -> tuple[str, str] | None:
        """Return household and rule of a row; None for one that is not on this page."""
        period, number, _, code, *_rest = (text.strip() for text in (*row, *("",) * _WIDTH)[:_WIDTH])
        if period != self.period or code not in self._codes:
            return None
        household = self._numbers.get(number)
        return (household, code) if household is not None else None

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset({item.rule.code for item in self.rules})

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        return {item.number: item.household for item in self.households}


class Placed(NamedTuple):
    """A row of a page with its cell, and which of that cell's awards it is, from 0."""

    household: str
    code: str
    position: int


def open_jury(ports: Ports, village: str, period: str) -> Jury | None:
    """Return what a month is judged by; None where no rulebook is in force in it.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    with ports.ledger.read(village) as reader:
        rulebook = find_rulebook(reader.facts, period)
        if rulebook is None:
            return None
        month = get_points_month(reader.facts, period)
        with ports.vault.read_private(village) as find:
            scoring = list_scoring(reader.facts, rulebook.version, reader.size, find)
        rules = read_rules(read_texts(reader), rulebook.rules)
    households = tuple(ports.vault.list_households(village))
    return Jury(
        groups=tuple(sorted({item.group for item in households})),
        households=households,
        is_done=bool(month.rounds) and len(month.rounds) == month.parts,
        rules=tuple(sorted(rules, key=lambda item: item.rule.code)),
        scoring=scoring,
    )


def read_cells(rows: Iterable[Row], frame: Frame) -> dict[tuple[str, str], list[Award]]:
    """Return what stands in a page's cells, in the order of the rows."""
    cells: dict[tuple[str, str], list[Award]] = {}
    for row in rows:
        place = frame.find_place(row)
        if place is not None:
            cells.setdefault(place, []).append(Award(row[5], row[6]))
    return cells


def sum_points(rows: Iterable[Row], jury: Jury, period: str) -> dict[str, tuple[int, int]]:
    """Return what each household gets and loses in the month, as far as its rows can be read, by its number."""
    worth = {item.rule.code: item.rule.points for item in jury.rules}
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        month, number, _, code, _, quantity, _ = (text.strip() for text in row)
        if month != period or code not in worth or not (quantity.isascii() and quantity.isdigit()):
            continue
        gained, lost = found.get(number, (0, 0))
        points = worth[code] * int(quantity[:6])
        found[number] = (gained + max(points, 0), lost + min(points, 0))
    return found


def put_cells(
    ports: Ports, village: str, user: str, frame: Frame, cells: Cells, *, start: int, is_over: bool = False
) -> Opened:
    """Put a page's cells on the sheet of points, in the place of the rows that it had there.

    `start` is the version that the page showed. Where another window kept other cells since, both stand; where it kept
    these, Refused as `save_sheet` does and kept aside, unless this page `is_over` the other.
    """
    kept = open_sheet(ports, village, user, SHEET)
    rows = kept.state.tables.get(TABLE, ())
    wanted = _build_rows(frame, cells)
    mine = list_page_rows(rows, frame)
    if sorted(mine) == sorted(wanted):
        return kept
    version = kept.version
    if start != version and not is_over:
        shown = open_version(ports, village, user, SHEET, start)
        before = list_page_rows(() if shown is None else shown.tables.get(TABLE, ()), frame)
        is_mine_alone = (shown is not None or start == 0) and sorted(mine) == sorted(before)
        version = kept.version if is_mine_alone else start
    tables = {**kept.state.tables, TABLE: _replace_rows(rows, wanted, frame)}
    return save_sheet(ports, village, user, SHEET, tables, start=version)


def judge_page(ports: Ports, village: str, user: str, rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Return every fault of some rows as if they were the whole round: their own, and those of caps."""
    if not rows:
        return ()
    return import_typed(ports, village=village, kind="points", tables={TABLE: rows}, maker=user).faults


def list_page_rows(rows: Iterable[Row], frame: Frame) -> list[Row]:
    """Return the rows that a page holds, in their order."""
    return [row for row in rows if frame.find_place(row) is not None]


def place_rows(rows: Iterable[Row], frame: Frame) -> dict[int, Placed]:
    """Return where on a page rows stand, by their numbers, which count from 1."""
    count: dict[tuple[str, str], int] = {}
    found = {}
    for number, row in enumerate(rows, 1):
        place = frame.find_place(row)
        if place is not None:
            found[number] = Placed(*place, count.get(place, 0))
            count[place] = count.get(place, 0) + 1
    return found


def _build_rows(frame: Frame, cells: Cells) -> list[Row]:
    return [
        (
            frame.period,
            item.number,
            item.name,
            rule.rule.code,
            rule.wording.item,
            award.quantity,
            award.evidence,
        )
        for item in frame.households
        for rule in frame.rules
        for award in cells.get((item.household, rule.rule.code), ())
        if award
    ]


def _replace_rows(rows: Sequence[Row], wanted: Sequence[Row], frame: Frame) -> tuple[Row, ...]:
    """Return the rows with a page's own ones where the first of them stood, at the end where there was none."""
    written = [row for row in rows if any(row)]
    first = next((at for at, row in enumerate(written) if frame.find_place(row) is not None), len(written))
    before = written[:first]
    behind = [row for row in written[first:] if frame.find_place(row) is None]
    return (*before, *wanted, *behind)
