"""Rounds of assessment with the vault's help: what is sealed of secretaries and grid workers, computed again.

Whoever was erased took card and marks along, and visits to a household that was erased are known to nobody any more:
what is left is judged as it stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.books.appraisals import check_rows, check_rows_once
from ledger.books.assessments import (
    PERSONS,
    AssessedCard,
    AssessedLine,
    AssessedMark,
    AssessmentRound,
    add_counted,
    check_marks_of,
    group_marks,
    list_outermost,
    list_within,
    name_assessed,
    name_round,
)
from ledger.books.components import Counted, Marked, assess
from ledger.books.grids import GridsRegistered, GridUnit, VisitsRecorded
from ledger.books.rounds import build_fault, check_opened_sum
from ledger.books.values import Sealed, fold_text
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.appraisals import RoundBallot, check_member_rows, fault_unvoted, read_ballots, weigh_rows
from ledger.state.assessments import (
    Assessment,
    UnitAt,
    check_card,
    find_assessment,
    has_counts,
    list_assessed_periods,
)
from ledger.state.facts import Facts, read_body
from ledger.state.grids import iterate_holders, iterate_visits
from ledger.state.marks import list_branch_members
from ledger.state.private import (
    AssessedMarkLine,
    AssessedPerson,
    AssessedSubject,
    FindPrivate,
    Opener,
    iterate_openers,
    open_all,
    open_private,
    report_unproven,
)

_NO_COUNT = Counted(0, 0, 0)


class PersonCard(NamedTuple):
    """A person's card with what is sealed in it; `of` is a secretary's branch, empty of a grid worker."""

    of: str
    person: AssessedPerson
    place: str
    stars: int


class Workers(NamedTuple):
    """Grid workers as they were when a round was computed.

    `held`     the units in which each, by `name_person`, is a worker
    `lost`     visits of a unit that the vault has no more
    `parents`  what each unit lies in
    `visited`  visits by unit and visitor
    """

    held: dict[str, list[str]]
    lost: Counter[str]
    parents: dict[str, str]
    visited: Counter[tuple[str, str]]

    def list_units(self, whom: str) -> list[str]:
        """Return the units of which a worker's cases are counted: what lies in two is counted once."""
        return list_outermost(self.held.get(whom, ()), self.parents)

    def count_of(self, whom: str, name: str, counts: Mapping[str, Counted]) -> Counted:
        """Return what is counted of a worker: the cases of their units, and their own visits in these."""
        units = self.list_units(whom)
        together = _NO_COUNT
        for unit in units:
            together = add_counted(together, counts.get(unit, _NO_COUNT))
        within = list_within(units, self.parents)
        return together._replace(visits=sum(self.visited[unit, fold_text(name)] for unit in within))

    def count_lost(self, whom: str) -> int:
        """Return how many visits of a worker's units nobody can tell any more whose they were."""
        return sum(self.lost[unit] for unit in list_within(self.list_units(whom), self.parents))


def name_person(household: str, member: str, name: str) -> str:
    """Return what a person is told apart by within a round."""
    return f"{household}/{member}/{fold_text(name)}"


def open_workers(
    facts: Facts, units: Iterable[UnitAt], visits: Iterable[UnitAt], find_private: FindPrivate
) -> tuple[Workers, list[Fault]]:
    """Return the grid workers of units, with their visits, as the entries that are named say it."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    lost: Counter[str] = Counter()
    visited: Counter[tuple[str, str]] = Counter()
    parents: dict[str, str] = {}
    faults: list[Fault] = []
    for unit in _read_units(facts, units):
        parents[unit.number] = unit.parent
        some, _, unproven = open_all(iterate_holders(unit, find_private))
        faults += unproven
        for one in some:
            if one.post == "worker":
                held[name_person(one.household, "", one.name)].append(unit.number)
    for at in visits:
        body = read_body(facts, at.at, VisitsRecorded)
        line = next(line for line in body.lines if line.unit == at.unit)
        seen, gone, unproven = open_all(iterate_visits(line, at.at, find_private))
        faults += unproven
        lost[at.unit] += gone
        visited.update((at.unit, fold_text(one.visitor)) for one in seen if one.household)
    return Workers(dict(held), lost, parents, visited), faults


def _read_units(facts: Facts, units: Iterable[UnitAt]) -> Iterator[GridUnit]:
    """Yield units as they are said to be; each entry is read once."""
    bodies: dict[int, dict[str, GridUnit]] = {}
    for one in units:
        if one.at not in bodies:
            body = read_body(facts, one.at, GridsRegistered)
            bodies[one.at] = {unit.number: unit for unit in body.units}
        yield bodies[one.at][one.unit]


def open_assessment(
    entry: Entry, find_private: FindPrivate
) -> tuple[list[AssessedMark], list[PersonCard], list[Fault]]:
    """Return the marks and cards of persons in a round's entry, as far as the vault still has them, and a fault for
    each that is not proven. Raises ValueError for another kind.
    """
    marks, _, unproven = open_all(_iterate_marks(entry, find_private))
    cards, _, wrong = open_all(_iterate_cards(entry, find_private))
    return marks, cards, [*unproven, *wrong]


def check_assessments_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in rounds of assessment of persons. Serves the audit of a home."""
    faults: list[Fault] = []
    for subject in PERSONS:
        for period in list_assessed_periods(facts, subject):
            found = find_assessment(facts, subject, period)
            assert found is not None
            faults += check_assessed(facts, found, find_private)
    return faults


def check_assessed(facts: Facts, found: Assessment, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in one round of assessment of persons."""
    faults: list[Fault] = []
    marks: list[AssessedMark] = []
    cards: list[PersonCard] = []
    for index in found.known.rounds:
        entry = facts.read_entry(index)
        opened, lost, unproven = open_all(_iterate_marks(entry, find_private))
        faults += unproven
        if not lost and not unproven:
            place = f"{name_round(found.body.subject, found.period)}密封行合计（第 {index} 条）"
            faults += check_opened_sum(opened, _get_round(entry).sealed_points, place)
        marks += opened
        some, _, unproven = open_all(_iterate_cards(entry, find_private))
        faults += unproven
        cards += some
    faults += check_marks_of(marks, found.scheme, found.body.subject)
    by_whom = group_marks(marks)
    faults += _check_once(cards, by_whom)
    workers, unproven = open_workers(facts, found.known.units, found.known.visits, find_private)
    faults += unproven
    ballots = read_ballots(facts, found.body.ballots)
    faults += check_rows_once(
        [row for card in cards for row in card.person.rows], name_round(found.body.subject, found.period)
    )
    for card in cards:
        faults += _check_person(facts, found, card, workers, find_private)
        faults += check_member_rows(card.place, card.person.rows, card.person.member, ballots, find_private)
        faults += _check_score(found, card, by_whom, workers, ballots)
    return faults


def _check_once(cards: Iterable[PersonCard], by_whom: Mapping[str, list[AssessedMark]]) -> Iterator[Fault]:
    """Each person has one card, and whoever has marks has one."""
    seen: set[str] = set()
    for card in cards:
        whom = _get_whom(card.person)
        if whom in seen:
            remedy = "每人一张；删去重复的"
            yield build_fault("assessment-person", card.place, "又是同一个人的评分卡", "每人一张", remedy)
        seen.add(whom)
    for whom, marks in by_whom.items():
        if whom not in seen:
            remedy = "改正记给谁，或者给这个人一张评分卡"
            yield build_fault(
                "assessment-person", marks[0].place, "记给了没有评分卡的人", "有评分卡的人", remedy
            )


def _check_person(
    facts: Facts, found: Assessment, card: PersonCard, workers: Workers, find_private: FindPrivate
) -> list[Fault]:
    """A secretary is a member of the branch; a grid worker holds the post in the units that are counted."""
    person = card.person
    if found.body.subject == "secretary":
        try:
            members = list_branch_members(facts, int(card.of), find_private, found.known.rounds[-1])
        except NotProven as error:
            return [report_unproven(f"{name_assessed(card.of)}党员名册", error)]
        if person.member in members:
            return []
        expected = f"{name_assessed(card.of)}登记的党员"
        return [
            build_fault("assessment-person", card.place, "不是这个支部的党员", expected, "核对支部和党员编号")
        ]
    if not found.known.units:
        return []  # Nothing is counted: in which unit somebody works changes no score.
    whom = _get_whom(person)
    units = workers.list_units(whom)
    faults = []
    if list(person.units) != units or not units:
        told, expected = "、".join(person.units) or "没有网格", "、".join(units) or "登记的网格员"
        remedy = "照登记的网格人员重新生成"
        faults.append(build_fault("assessment-person", card.place, told, expected, remedy))
    known = workers.count_of(whom, person.name, {}).visits
    if not known <= person.visits <= known + workers.count_lost(whom):
        remedy = "照走访记录重新生成"
        faults.append(
            build_fault("assessment-visits", card.place, f"{person.visits} 次", f"{known} 次", remedy)
        )
    return faults


def _check_score(
    found: Assessment,
    card: PersonCard,
    by_whom: Mapping[str, list[AssessedMark]],
    workers: Workers,
    ballots: Mapping[str, RoundBallot],
) -> list[Fault]:
    person = card.person
    wrong = check_rows(person.rows, found.body.ballots, found.scheme, card.place)
    if wrong:
        return wrong
    given = weigh_rows(person.rows, ballots)
    if given is None:
        return [fault_unvoted(card.place)]
    whom = _get_whom(person)
    counts = {one.unit: Counted(one.closed, one.events, one.visits) for one in found.body.counts}
    counted = workers.count_of(whom, person.name, counts)._replace(visits=person.visits) if counts else None
    if not has_counts(found.scheme, counted):
        return []
    marks = [Marked(mark.item, mark.points) for mark in by_whom.get(whom, ())]
    earned = assess(found.scheme, marks, given, counted)
    return check_card(found.scheme, card.place, (person.score, card.stars), (earned.score, earned.stars))


def _get_whom(person: AssessedPerson | AssessedSubject | AssessedMarkLine) -> str:
    return name_person(person.household, person.member, person.name)


def _get_round(entry: Entry) -> AssessmentRound:
    if isinstance(entry.body, AssessmentRound):
        return entry.body
    raise ValueError(f"entry {entry.index} is no round of assessment")


def _iterate_marks(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, Opener[AssessedMark]]]:
    body = _get_round(entry)
    place = name_round(body.subject, entry.period)
    yield from iterate_openers(f"{place}明示行第 {{}} 行", entry.index, body.lines, _open_line, find_private)
    sealed = body.sealed_lines
    yield from iterate_openers(f"{place}密封行第 {{}} 行", entry.index, sealed, _open_sealed, find_private)


def _iterate_cards(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, Opener[PersonCard]]]:
    body = _get_round(entry)
    place = f"{name_round(body.subject, entry.period)}评分卡第 {{}} 张"
    return iterate_openers(place, entry.index, body.cards, _open_card, find_private)


def _open_line(line: AssessedLine, place: str, find_private: FindPrivate) -> AssessedMark | None:
    found = open_private(find_private, line.subject.sealed, AssessedSubject)
    if found is None:
        return None
    return AssessedMark(found.evidence, line.item, place, line.points, line.quantity, False, _get_whom(found))


def _open_sealed(sealed: Sealed, place: str, find_private: FindPrivate) -> AssessedMark | None:
    found = open_private(find_private, sealed.sealed, AssessedMarkLine)
    if found is None:
        return None
    return AssessedMark(
        found.evidence, found.item, place, found.points, found.quantity, True, _get_whom(found)
    )


def _open_card(card: AssessedCard, place: str, find_private: FindPrivate) -> PersonCard | None:
    assert card.subject is not None  # A card of a person has it: `check_assessment`.
    found = open_private(find_private, card.subject.sealed, AssessedPerson)
    return PersonCard(card.of, found, place, card.stars) if found is not None else None
