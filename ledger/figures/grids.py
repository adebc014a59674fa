"""The village in grids as figures: units with what lies in them, and a month's visits against what is owed.

Whether visits fell short is told of a unit, never of a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from ledger.books.grids import LEVEL_NAMES, GridTable, GridUnit, Level
from ledger.books.values import Value
from ledger.figures.texts import Texts, read_text
from ledger.state.facts import Facts
from ledger.state.grids import VisitsFacts, list_units, list_visits, read_units


class ShownOffice(Value, frozen=True):
    """A post with the masked name of who holds it."""

    name: str
    post: str  # what it is called in this unit


class UnitFigures(Value, frozen=True):
    """One unit in a month. `depth` counts the units that it lies in; `households` are those it says itself or all that
    lie in it say, whichever is more; `least` is what its workers owe, 0 where it has none.
    """

    below: tuple[str, ...]  # numbers of the units right in it
    depth: int
    diaries: int
    hands: Mapping[str, int]  # of posts without a name: how many, by what they are called
    households: int
    is_lane_odd: bool
    least: int
    level: Level
    name: str
    number: str
    offices: tuple[ShownOffice, ...]
    parent: str
    recorded: int  # the entry that says so
    vacant: tuple[str, ...]  # posts that it wants and nobody holds, by what they are called
    visits: int
    visits_at: int  # the entry with its visits, 0 for none

    @property
    def is_short(self) -> bool:
        """Whether it has fewer visits than its workers owe."""
        return self.visits < self.least


class MonthCounts(Value, frozen=True):
    """What a month came to; `least` is 0 of a month of which nothing was recorded at all."""

    diaries: int
    least: int
    period: str
    visits: int


class GridFigures(Value, frozen=True):
    """All units that are still there, each before those in it, and what they come to in a month."""

    diaries: int
    households: int
    levels: Mapping[Level, int]
    posts: Mapping[str, int]  # by code
    short: int  # units below what their workers owe
    vacant: Mapping[str, int]  # how many units lack a post, by what it is called
    units: tuple[UnitFigures, ...]
    visits: int


def collect_grids(facts: Facts, texts: Texts, table: GridTable, period: str) -> GridFigures:
    """Return the figures of a month."""
    known = list_units(facts)
    said = {number: unit for number, unit in read_units(facts).items() if not unit.ended}
    inside: dict[str, list[str]] = defaultdict(list)
    for number, unit in said.items():
        inside[unit.parent if unit.parent in said else ""].append(number)
    visits = list_visits(facts, period)
    covered = _count_households(said, inside)
    units = tuple(
        _build_unit(
            said[number],
            depth,
            inside.get(number, []),
            covered[number],
            visits.get(number),
            all(said[one].level == "lane" for one in inside.get(number, ())),
            known[number].at,
            texts,
            table,
        )
        for number, depth in _walk(inside, "", 0)
    )
    return GridFigures(
        diaries=sum(unit.diaries for unit in visits.values()),
        households=sum(covered[number] for number in inside[""]),
        levels={level: sum(unit.level == level for unit in units) for level in LEVEL_NAMES},
        posts=_count_posts(said),
        short=sum(unit.is_short for unit in units),
        units=units,
        vacant=dict(Counter(post for unit in units for post in unit.vacant)),
        visits=sum(unit.visits for unit in visits.values()),
    )


def count_month(facts: Facts, table: GridTable, period: str, number: str = "") -> MonthCounts:
    """Return the visits of a month and what workers owed, of all units that are still there, or of one."""
    recorded = list_visits(facts, period)
    units = {one: unit for one, unit in list_units(facts).items() if number in ("", one) and not unit.ended}
    owed = sum(recorded[one].workers if one in recorded else unit.workers for one, unit in units.items())
    counted = [visits for one, visits in recorded.items() if number in ("", one)]
    return MonthCounts(
        diaries=sum(visits.diaries for visits in counted),
        least=table.count_least(owed) if recorded else 0,
        period=period,
        visits=sum(visits.visits for visits in counted),
    )


def _walk(inside: Mapping[str, list[str]], number: str, depth: int) -> Iterator[tuple[str, int]]:
    """Yield the units in another, each before those in it. Levels end it: there are five."""
    for one in sorted(inside.get(number, ())):
        yield one, depth
        yield from _walk(inside, one, depth + 1)


def _count_households(said: Mapping[str, GridUnit], inside: Mapping[str, list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, _ in reversed(list(_walk(inside, "", 0))):
        found[number] = max(said[number].households, sum(found[one] for one in inside.get(number, ())))
    return found


def _count_posts(said: Mapping[str, GridUnit]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for unit in said.values():
        counts.update(item.post for item in unit.offices)
        counts.update(item.post for item in unit.hands)
    return dict(counts)


def _build_unit(
    unit: GridUnit,
    depth: int,
    inside: list[str],
    households: int,
    visits: VisitsFacts | None,
    is_smallest: bool,
    at: int,
    texts: Texts,
    table: GridTable,
) -> UnitFigures:
    workers = sum(item.post == "worker" for item in unit.hands)
    held = [*(item.post for item in unit.offices), *(item.post for item in unit.hands)]
    return UnitFigures(
        below=tuple(sorted(inside)),
        depth=depth,
        diaries=visits.diaries if visits is not None else 0,
        hands=dict(Counter(table.name_post(item.post, unit.level) for item in unit.hands)),
        households=households,
        is_lane_odd=table.is_lane_odd(unit.level, unit.households),
        least=table.count_least(visits.workers if visits is not None else workers),
        level=unit.level,
        name=read_text(texts, unit.name),
        number=unit.number,
        offices=tuple(
            ShownOffice(name=read_text(texts, item.shown), post=table.name_post(item.post, unit.level))
            for post in table.posts
            for item in unit.offices
            if item.post == post
        ),
        parent=unit.parent,
        recorded=at,
        vacant=table.list_vacant(unit.level, held, is_smallest=is_smallest),
        visits=visits.visits if visits is not None else 0,
        visits_at=visits.at if visits is not None else 0,
    )
