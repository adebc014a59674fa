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
    NamingWithdrawn,
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
from ledger.state.facts import EntryAt, Facts, get_fact, put_fact, read_body, scan_facts
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
        case NamingWithdrawn() as body:
            return _check_naming(facts, body)
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
        case NamingWithdrawn() as body:
            put_fact(facts, f"unnamed/{body.unit}/{body.holder}", EntryAt(index=entry.index))
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


def read_lines(facts: Facts, period: str) -> dict[str, tuple[int, VisitLine]]:
    """Return each unit's month as its newest entry says it, with that entry's index; each entry is read once."""
    known = list_visits(facts, period)
    bodies = {at: read_body(facts, at, VisitsRecorded) for at in {visits.at for visits in known.values()}}
    said = {(at, line.unit): line for at, body in bodies.items() for line in body.lines}
    return {number: (visits.at, said[visits.at, number]) for number, visits in known.items()}


def open_visits(
    facts: Facts, period: str, find_private: FindPrivate, number: str = ""
) -> tuple[list[Visited], int]:
    """Return the visits of a month, of one unit where a number is given, by day, as far as the vault still has them,
    and how many it has no more. Raises NotProven as `open_private`.
    """
    return _open_month(facts, period, find_private, number, iterate_visits)


def open_diaries(
    facts: Facts, period: str, find_private: FindPrivate, number: str = ""
) -> tuple[list[Visited], int]:
    """Return the notes of the village diary of a month as `open_visits` does the visits."""
    return _open_month(facts, period, find_private, number, _iterate_diaries)


def list_all_holders(facts: Facts, find_private: FindPrivate, post: str = "") -> list[Held]:
    """Return who holds a post of any unit that is still there, all posts or one, as `list_holders` does."""
    found = (
        opener()
        for _, unit in sorted(read_units(facts).items())
        for _, opener in iterate_holders(unit, find_private, post)
    )
    return [one for one in found if one is not None]


def list_holders(facts: Facts, number: str, find_private: FindPrivate) -> list[Held]:
    """Return who holds a post of a unit, as far as the vault still has them. Raises NotProven as `open_private`."""
    known = find_unit(facts, number)
    unit = read_unit(facts, number, known) if known is not None else None
    found = (opener() for _, opener in iterate_holders(unit, find_private)) if unit is not None else ()
    return [one for one in found if one is not None]


def find_named_head(facts: Facts, number: str, find_private: FindPrivate) -> Held | None:
    """Return the head of a unit who agreed that their whole name stands on paper and has not taken it back since; None
    for nobody. Whoever takes it back does so for every register that the same person stands in with a day of that day
    or before. Raises NotProven as `open_private`.
    """
    known = find_unit(facts, number)
    unit = read_unit(facts, number, known) if known is not None else None
    heads = iterate_holders(unit, find_private, "head") if unit is not None else iter(())
    held = next((opener() for _, opener in heads), None)
    if held is None or not held.named_on:
        return None
    for _, at in scan_facts(facts, f"unnamed/{number}/", EntryAt):
        entry = facts.read_entry(at.index)
        assert isinstance(entry.body, NamingWithdrawn)
        before = open_private(find_private, entry.body.holder, GridHolder)
        is_same = before is not None and (before.household, before.name) == (held.household, held.name)
        if is_same and held.named_on <= entry.occurred_on:
            return None
    return held


def find_head_digest(facts: Facts, number: str) -> str:
    """Return the digest of the sealed head of a unit, empty where it has none."""
    known = find_unit(facts, number)
    offices = read_unit(facts, number, known).offices if known is not None else ()
    return next((item.holder.sealed for item in offices if item.post == "head"), "")


def check_grids_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in who holds posts, and in visits. Serves the audit of a home."""
    faults = []
    for unit in read_units(facts).values():
        held, _lost, unproven = open_all(iterate_holders(unit, find_private))
        faults += unproven + check_held(held)
    for period in list_visited_months(facts):
        for at, line in read_lines(facts, period).values():
            openers = (
                *iterate_visits(line, at, find_private),
                *_iterate_diaries(line, at, find_private),
            )
            visited, _lost, unproven = open_all(openers)
            faults += unproven + check_visited(visited, period)
    return faults


def _open_month(
    facts: Facts,
    period: str,
    find_private: FindPrivate,
    number: str,
    iterate: Callable[[VisitLine, int, FindPrivate], Iterator[tuple[str, Opener[Visited]]]],
) -> tuple[list[Visited], int]:
    found = [
        opener()
        for unit, (at, line) in read_lines(facts, period).items()
        if number in ("", unit)
        for _, opener in iterate(line, at, find_private)
    ]
    opened = sorted(one for one in found if one is not None)
    return opened, len(found) - len(opened)


def iterate_holders(
    unit: GridUnit, find_private: FindPrivate, only: str = ""
) -> Iterator[tuple[str, Opener[Held]]]:
    """Yield a place and what opens each holder of a unit's posts, of one post where `only` names it."""
    items: list[tuple[Sealed, str]] = [(item.holder, item.post) for item in unit.offices]
    items += [(item.holder, item.post) for item in unit.hands]
    for holder, post in (one for one in items if only in ("", one[1])):
        place = f"{name_unit(unit.number)}的人员"
        opener: Callable[[], Held | None] = partial(
            _open_holder, holder, post, unit.number, place, find_private
        )
        yield place, opener


def _open_holder(sealed: Sealed, post: str, unit: str, place: str, find_private: FindPrivate) -> Held | None:
    found = open_private(find_private, sealed.sealed, GridHolder)
    if found is None:
        return None
    more = (found.paired, found.paired_household, found.since, found.named_on, found.telephone)
    return Held(found.household, found.name, place, post, unit, *more)


def iterate_visits(
    line: VisitLine, at: int, find_private: FindPrivate
) -> Iterator[tuple[str, Opener[Visited]]]:
    """Yield a place and what opens each visit of a unit's month."""
    place = f"{name_unit(line.unit)}的走访（第 {at} 条）"
    for sealed in line.visits:
        opener: Callable[[], Visited | None] = partial(_open_visit, sealed, place, line.unit, find_private)
        yield place, opener


def _iterate_diaries(
    line: VisitLine, at: int, find_private: FindPrivate
) -> Iterator[tuple[str, Opener[Visited]]]:
    place = f"{name_unit(line.unit)}的走访（第 {at} 条）"
    for sealed in line.diaries:
        opener: Callable[[], Visited | None] = partial(_open_diary, sealed, place, line.unit, find_private)
        yield place, opener


def _open_visit(sealed: Sealed, place: str, unit: str, find_private: FindPrivate) -> Visited | None:
    found = open_private(find_private, sealed.sealed, GridVisit)
    if found is None:
        return None
    return Visited(found.day, found.household, found.reason, place, found.visitor, unit)


def _open_diary(sealed: Sealed, place: str, unit: str, find_private: FindPrivate) -> Visited | None:
    found = open_private(find_private, sealed.sealed, DiaryNote)
    return Visited(found.day, "", found.note, place, found.visitor, unit) if found is not None else None


def _check_naming(facts: Facts, body: NamingWithdrawn) -> list[Fault]:
    known, place = find_unit(facts, body.unit), f"{name_unit(body.unit)}的撤回"
    offices = read_unit(facts, body.unit, known).offices if known is not None else ()
    if body.holder not in {item.holder.sealed for item in offices}:
        remedy = "只撤回现在登记着的人的"
        return [build_fault("naming-holder", place, "这个网格没有这一职务", "现在登记着的公开职务", remedy)]
    if get_fact(facts, f"unnamed/{body.unit}/{body.holder}", EntryAt) is not None:
        return [build_fault("naming-again", place, "已经撤回过", "还没有撤回的", "不用再撤回")]
    return []


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
