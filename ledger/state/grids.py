"""Grids folded: what each unit is now, how often its households were visited in which month, and what the vault shows.

Rules that always hold: a unit lies in one of the next wider levels, in none that lies in it, and in none that is no
more; visits are of units that are still there, and a month's newer version takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from ledger.books.grids import (
    GridsRegistered,
    GridUnit,
    Held,
    Level,
    Placed,
    Visited,
    VisitLine,
    VisitsRecorded,
    check_grids,
    check_held,
    check_visited,
    check_visits,
    name_unit,
)
from ledger.books.rounds import build_fault
from ledger.books.values import Sealed, Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.private import DiaryNote, FindPrivate, GridHolder, GridVisit, Opener, open_all, open_private
from ledger.state.reference import Reference

T = TypeVar("T")


class UnitFacts(Value, frozen=True):
    """A unit as the entry at index `at` says; `workers` are those who owe visits."""

    at: int
    ended: bool
    households: int
    level: Level
    parent: str
    workers: int


class VisitsFacts(Value, frozen=True):
    """A unit's month in its newest version, by the entry at index `at`; `workers` as many as it had then."""

    at: int
    diaries: int
    version: int
    visits: int
    workers: int


def check_grid_entry(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about grids may not follow these facts."""
    del reference  # How many visits are owed, and how large a lane is, is told and refuses nothing.
    match entry.body:
        case GridsRegistered() as body:
            return check_grids(body, list_placed(facts))
        case VisitsRecorded() as body:
            return check_visits(body) + list(_check_units(facts, entry.period, body))
        case _:
            raise ValueError(f"{entry.kind} is no kind of grids")


def fold_grid_entry(facts: Facts, entry: Entry) -> None:
    """Apply an entry about grids, already checked. Raises ValueError for another kind."""
    match entry.body:
        case GridsRegistered() as body:
            for unit in body.units:
                known = UnitFacts(
                    at=entry.index,
                    ended=unit.ended,
                    households=unit.households,
                    level=unit.level,
                    parent=unit.parent,
                    workers=sum(item.post == "worker" for item in unit.hands),
                )
                put_fact(facts, f"grid/{unit.number}", known)
        case VisitsRecorded() as body:
            for line in body.lines:
                unit_facts = find_unit(facts, line.unit)
                assert unit_facts is not None
                visits = VisitsFacts(
                    at=entry.index,
                    diaries=len(line.diaries),
                    version=line.version,
                    visits=len(line.visits),
                    workers=unit_facts.workers,
                )
                put_fact(facts, f"visits/{entry.period}/{line.unit}", visits)
        case _:
            raise ValueError(f"{entry.kind} is no kind of grids")


def list_units(facts: Facts) -> dict[str, UnitFacts]:
    """Return every unit by its number, also those that are no more."""
    return {key.removeprefix("grid/"): known for key, known in scan_facts(facts, "grid/", UnitFacts)}


def list_placed(facts: Facts) -> dict[str, Placed]:
    """Return where every unit lies, by its number."""
    return {number: Placed(unit.ended, unit.level, unit.parent) for number, unit in list_units(facts).items()}


def find_unit(facts: Facts, number: str) -> UnitFacts | None:
    """Return a unit; None where none has this number."""
    return get_fact(facts, f"grid/{number}", UnitFacts)


def read_unit(facts: Facts, number: str, known: UnitFacts) -> GridUnit:
    """Return what the newest entry says of a unit that is known."""
    body = read_body(facts, known.at, GridsRegistered)
    return next(unit for unit in body.units if unit.number == number)


def read_units(facts: Facts) -> dict[str, GridUnit]:
    """Return what the newest entries say of every unit, by its number; each entry is read once."""
    known = list_units(facts)
    bodies = {at: read_body(facts, at, GridsRegistered) for at in {unit.at for unit in known.values()}}
    said = {(at, unit.number): unit for at, body in bodies.items() for unit in body.units}
    return {number: said[unit.at, number] for number, unit in known.items()}


def find_visits(facts: Facts, period: str, number: str) -> VisitsFacts | None:
    """Return a unit's visits of a month; None where nothing was recorded."""
    return get_fact(facts, f"visits/{period}/{number}", VisitsFacts)


def list_visits(facts: Facts, period: str) -> dict[str, VisitsFacts]:
    """Return the visits of a month by unit."""
    prefix = f"visits/{period}/"
    return {key.removeprefix(prefix): known for key, known in scan_facts(facts, prefix, VisitsFacts)}


def list_visited_months(facts: Facts) -> list[str]:
    """Return the months of which visits are recorded, the newest first."""
    return sorted({key.split("/")[1] for key, _ in facts.scan("visits/")}, reverse=True)


def list_holders(facts: Facts, number: str, find_private: FindPrivate) -> list[Held]:
    """Return who holds a post of a unit, as far as the vault still has them. Raises NotProven as `open_private`."""
    known = find_unit(facts, number)
    unit = read_unit(facts, number, known) if known is not None else None
    found = (opener() for _, opener in iterate_holders(unit, find_private)) if unit is not None else ()
    return [one for one in found if one is not None]


def check_grids_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in who holds posts, and in visits. Serves the audit of a home."""
    faults = []
    for unit in read_units(facts).values():
        held, _lost, unproven = open_all(iterate_holders(unit, find_private))
        faults += unproven + check_held(held)
    for period in list_visited_months(facts):
        for number, visits in list_visits(facts, period).items():
            line = read_line(facts, number, visits)
            visited, _lost, unproven = open_all(iterate_visits(line, visits.at, find_private))
            faults += unproven + check_visited(visited, period)
    return faults


def read_line(facts: Facts, number: str, visits: VisitsFacts) -> VisitLine:
    """Return the line of a unit's month that is known."""
    body = read_body(facts, visits.at, VisitsRecorded)
    return next(line for line in body.lines if line.unit == number)


def iterate_holders(unit: GridUnit, find_private: FindPrivate) -> Iterator[tuple[str, Opener[Held]]]:
    """Yield a place and what opens each holder of a unit's posts."""
    items: list[tuple[Sealed, str]] = [(item.holder, item.post) for item in unit.offices]
    for holder, post in (*items, *((item.holder, item.post) for item in unit.hands)):
        place = f"{name_unit(unit.number)}的人员"
        opener: Callable[[], Held | None] = partial(
            _open_holder, holder, post, unit.number, place, find_private
        )
        yield place, opener


def _open_holder(sealed: Sealed, post: str, unit: str, place: str, find_private: FindPrivate) -> Held | None:
    found = open_private(find_private, sealed.sealed, GridHolder)
    return Held(found.household, found.name, place, post, unit) if found is not None else None


def iterate_visits(
    line: VisitLine, at: int, find_private: FindPrivate
) -> Iterator[tuple[str, Opener[Visited]]]:
    """Yield a place and what opens each visit and note of a unit's month."""
    place = f"{name_unit(line.unit)}的走访（第 {at} 条）"
    for sealed in line.visits:
        opener: Callable[[], Visited | None] = partial(_open_visit, sealed, place, find_private)
        yield place, opener
    for sealed in line.diaries:
        opener = partial(_open_diary, sealed, place, find_private)
        yield place, opener


def _open_visit(sealed: Sealed, place: str, find_private: FindPrivate) -> Visited | None:
    found = open_private(find_private, sealed.sealed, GridVisit)
    if found is None:
        return None
    return Visited(found.day, found.household, found.reason, place, found.visitor)


def _open_diary(sealed: Sealed, place: str, find_private: FindPrivate) -> Visited | None:
    found = open_private(find_private, sealed.sealed, DiaryNote)
    return Visited(found.day, "", found.note, place, found.visitor) if found is not None else None


def _check_units(facts: Facts, period: str, body: VisitsRecorded) -> Iterator[Fault]:
    for line in body.lines:
        place, known = f"{name_unit(line.unit)}的走访", find_unit(facts, line.unit)
        if known is None or known.ended:
            found = "没有登记过" if known is None else "已经撤销"
            yield build_fault("visits-unit", place, found, "登记过、没有撤销的网格", "对照网格登记改正编号")
        before = find_visits(facts, period, line.unit)
        version = before.version + 1 if before is not None else 1
        if line.version != version:
            remedy = "照现在的重新交一次"
            yield build_fault(
                "visits-version", place, f"第 {line.version} 版", f"{period} 第 {version} 版", remedy
            )
