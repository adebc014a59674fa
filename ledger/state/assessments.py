"""Rounds of assessment folded: one for each kind of subject and time, computed again from marks, ballots and counts.

Rules that always hold: a round is under the scheme in force, stands in the last month of the scheme's time and not
before its end; every branch, and every unit of a level of which one is scored, has its card; counts are those of the
facts before the round; a ballot is closed, of enough voters, not of an earlier time, and gives one round alone. What
stands in plain is computed again here, what is sealed by `state.assessed`, with the vault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from ledger.books.appraisals import check_rows, check_rows_once
from ledger.books.assessments import (
    AssessedCard,
    AssessedMark,
    AssessmentRound,
    UnitCounts,
    check_assessment,
    check_marks_of,
    check_persons_lines,
    group_marks,
    is_person,
    name_assessed,
    name_round,
    open_plain,
    sum_units,
)
from ledger.books.components import Ballots, Counted, Marked, Score, assess
from ledger.books.rounds import build_fault, check_sequence
from ledger.books.schemes import check_calendar, has_source, list_months, tell_earned
from ledger.books.scores import MARKER_NAMES, AssessedBallot, Marker, OtherSubject, SchemeAdopted
from ledger.books.values import Value, get_last_day
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.appraisals import check_ballot, fault_unvoted, read_ballots, weigh_rows
from ledger.state.ballots import find_ballot
from ledger.state.cases import list_unit_counts
from ledger.state.facts import BranchFacts, EntryAt, Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.grids import UnitFacts, list_units, list_visits
from ledger.state.reference import Reference
from ledger.state.schemes import find_scheme_in_force, list_schemes

_NO_COUNT = Counted(0, 0, 0)
PassingRole = Literal["secretary", "township"]
_PASSING: Mapping[Marker, PassingRole] = {"secretary": "secretary", "township": "township"}
"""Who gives marks and passes entries."""


class UnitAt(Value, frozen=True):
    """A unit as the entry at index `at` says; of visits, its `period`, else that is empty."""

    at: int
    period: str
    unit: str


class AssessmentFacts(Value, frozen=True):
    """A round: its parts, and of grid workers what holders and visits it was computed from; later entries change what
    holds of a unit, and not what was counted.
    """

    parts: int
    rounds: tuple[int, ...]
    stars: tuple[tuple[int, int], ...]  # (stars, cards), most stars first
    units: tuple[UnitAt, ...]
    visits: tuple[UnitAt, ...]


class Assessment(NamedTuple):
    """A whole round: `body` is its last part, with cards, counts and ballots."""

    body: AssessmentRound
    known: AssessmentFacts
    period: str
    scheme: SchemeAdopted


_NONE = AssessmentFacts(parts=0, rounds=(), stars=(), units=(), visits=())


def check_assessments(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why a round may not follow these facts. Raises ValueError for another kind."""
    del reference  # What a round needs is in the scheme.
    body = _get_round(entry)
    place = name_round(body.subject, entry.period)
    known = get_round(facts, body.subject, entry.period)
    faults = check_sequence(place, len(known.rounds), known.parts, body, "一段时间里只考评一次")
    if faults:
        return faults
    scheme = find_scheme_in_force(facts, entry.period, body.subject)
    if scheme is None or (body.scheme, body.version) != (scheme.scheme, scheme.version):
        expected = f"{scheme.scheme} 第 {scheme.version} 版" if scheme else "先有当月起用的考评办法"
        found, remedy = f"{body.scheme} 第 {body.version} 版", "按当月起用的考评办法考评"
        return [build_fault("round-scheme", place, found, expected, remedy)]
    return (
        check_calendar(scheme, entry.period, place)
        + list(_check_when(entry, scheme, place))
        + check_assessment(body, scheme, place)
        + (check_persons_lines(body, scheme, place) if is_person(body.subject) else [])
        + (_check_last(facts, entry, body, scheme, place) if body.is_last else [])
    )


def fold_assessment(facts: Facts, entry: Entry) -> None:
    """Apply a round, already checked. Raises ValueError for another kind."""
    body = _get_round(entry)
    known = get_round(facts, body.subject, entry.period)
    units: tuple[UnitAt, ...] = ()
    visits: tuple[UnitAt, ...] = ()
    if body.is_last and body.counts and body.subject == "grid-worker":
        scheme = read_scheme(facts, body)
        units, visits = take_units(facts), take_visits(facts, list_months(scheme, entry.period))
    stars = Counter(card.stars for card in body.cards)
    together = AssessmentFacts(
        parts=body.parts,
        rounds=(*known.rounds, entry.index),
        stars=tuple(sorted(stars.items(), reverse=True)),
        units=units,
        visits=visits,
    )
    put_fact(facts, f"assessment/{body.subject}/{entry.period}", together)
    for one in body.ballots:
        put_fact(facts, _key_ballot(body.subject, one), EntryAt(index=entry.index))


def take_units(facts: Facts) -> tuple[UnitAt, ...]:
    """Return where every unit is said as it is now."""
    return tuple(UnitAt(at=one.at, period="", unit=unit) for unit, one in list_units(facts).items())


def take_visits(facts: Facts, months: Iterable[str]) -> tuple[UnitAt, ...]:
    """Return where the visits of every unit in some months are said as they are now."""
    return tuple(
        UnitAt(at=one.at, period=month, unit=unit)
        for month in months
        for unit, one in list_visits(facts, month).items()
    )


def get_round(facts: Facts, subject: OtherSubject, period: str) -> AssessmentFacts:
    """Return what of a round is recorded, all empty before its first part."""
    return get_fact(facts, f"assessment/{subject}/{period}", AssessmentFacts) or _NONE


def find_assessment(facts: Facts, subject: OtherSubject, period: str) -> Assessment | None:
    """Return the round of the time that ends with `period`; None where none is recorded whole."""
    known = get_round(facts, subject, period)
    if not known.rounds or len(known.rounds) < known.parts:
        return None
    body = read_body(facts, known.rounds[-1], AssessmentRound)
    return Assessment(body, known, period, read_scheme(facts, body))


def list_assessed_periods(facts: Facts, subject: OtherSubject) -> list[str]:
    """Return the last months of the times of which a round is recorded whole, the newest first."""
    found = scan_facts(facts, f"assessment/{subject}/", AssessmentFacts)
    return [period for period, known in found if len(known.rounds) == known.parts][::-1]


def read_scheme(facts: Facts, body: AssessmentRound) -> SchemeAdopted:
    """Return the scheme that a recorded round is under."""
    return next(one for one in list_schemes(facts, body.subject) if one.version == body.version)


def find_passing(facts: Facts, body: AssessmentRound) -> PassingRole | None:
    """Return as what somebody must pass a round, recorded or not; None where whoever passes entries may pass it."""
    schemes = list_schemes(facts, body.subject)
    return next((_get_passing(one) for one in schemes if one.version == body.version), None)


def _get_passing(scheme: SchemeAdopted) -> PassingRole | None:
    """Who gives the marks and passes entries passes the round; clerk and jury do not pass anything."""
    return _PASSING.get(scheme.marker) if scheme.marker is not None else None


def read_marks(
    facts: Facts, known: AssessmentFacts, subject: OtherSubject, period: str
) -> list[AssessedMark]:
    """Return the plain marks of the recorded parts of a round."""
    place = f"{name_round(subject, period)}明示行"
    bodies = [read_body(facts, index, AssessmentRound) for index in known.rounds]
    return [mark for body in bodies for mark in open_plain(body.lines, place)]


def score_plain(facts: Facts, found: Assessment) -> dict[str, Score]:
    """Return what each branch or grid of a recorded round earned with what each component gave, by its number; nothing
    of persons, whose marks are sealed.
    """
    body = found.body
    if is_person(body.subject):
        return {}
    by_whom = group_marks(read_marks(facts, found.known, body.subject, found.period))
    ballots, counted, scores = read_ballots(facts, body.ballots), _read_counted(body), {}
    for card in body.cards:
        given = weigh_rows(card.rows or (), ballots)
        assert given is not None  # What is recorded was checked.
        scores[card.of] = _assess(found.scheme, by_whom.get(card.of, ()), given, counted.get(card.of))
    return scores


def count_units(facts: Facts, months: Iterable[str]) -> dict[str, Counted]:
    """Return what is counted of every unit with all that lies in it, over some months, by the facts so far."""
    own: dict[str, Counted] = {}
    for month in months:
        visits, cases = list_visits(facts, month), list_unit_counts(facts, month)
        for unit in visits.keys() | cases.keys():
            before = own.get(unit, _NO_COUNT)
            case, visit = cases.get(unit), visits.get(unit)
            own[unit] = Counted(
                closed=before.closed + (case.closed if case is not None else 0),
                events=before.events + (case.opened - case.rejected if case is not None else 0),
                visits=before.visits + (visit.visits if visit is not None else 0),
            )
    return sum_units(own, list_parents(list_units(facts)))


def list_parents(units: Mapping[str, UnitFacts]) -> dict[str, str]:
    """Return what each unit lies in, empty for none."""
    return {number: unit.parent for number, unit in units.items()}


def list_counted_units(facts: Facts, subject: OtherSubject, cards: Iterable[AssessedCard]) -> list[str]:
    """Return the units that a round counts: those that have a card, or of grid workers all that have workers."""
    if subject == "grid":
        return sorted({card.of for card in cards})
    units = list_units(facts).items()
    return sorted(number for number, unit in units if unit.workers and not unit.ended)


def build_counts(facts: Facts, months: Iterable[str], units: Iterable[str]) -> tuple[UnitCounts, ...]:
    """Return the counts of some units as they stand in a round; those that there are not count nothing."""
    counted = count_units(facts, months)
    return tuple(
        UnitCounts(closed=one.closed, events=one.events, unit=unit, visits=one.visits)
        for unit in units
        for one in (counted.get(unit, _NO_COUNT),)
    )


def _key_ballot(subject: OtherSubject, one: AssessedBallot) -> str:
    return f"assessment-ballot/{subject}/{one.number}"


def _get_round(entry: Entry) -> AssessmentRound:
    if isinstance(entry.body, AssessmentRound):
        return entry.body
    raise ValueError(f"{entry.kind} is no round of assessment")


def _check_when(entry: Entry, scheme: SchemeAdopted, place: str) -> Iterator[Fault]:
    """The time that is looked back on is over, and whoever gives the marks passed them."""
    last = get_last_day(entry.period)
    if entry.occurred_on < last:
        remedy = "等这段时间过完再打分"
        yield build_fault("assessment-early", place, entry.occurred_on, f"{last} 或以后", remedy)
    roles, role = [checker.role for checker in entry.checkers], _get_passing(scheme)
    if role is not None and role not in roles:
        marker = MARKER_NAMES[role]
        remedy = f"办法写明由{marker}打分：请{marker}的人审核通过"
        yield build_fault("assessment-passed", place, "、".join(roles), role, remedy)


def _check_last(
    facts: Facts, entry: Entry, body: AssessmentRound, scheme: SchemeAdopted, place: str
) -> list[Fault]:
    """What can be judged only with all parts: who is scored, counts, ballots and the scores in plain."""
    faults = list(_check_counts(facts, entry.period, body, scheme, place))
    first = list_months(scheme, entry.period)[0]
    for one in body.ballots:
        found, used = find_ballot(facts, one.number), _key_ballot(body.subject, one)
        faults += check_ballot(facts, one.number, found, first, used, place)
    if body.subject != "grid-worker":
        faults += list(_check_whom(facts, body, place))
    if not is_person(body.subject):
        faults += _check_scores(facts, entry, body, scheme, place)
    return faults


def _check_counts(
    facts: Facts, period: str, body: AssessmentRound, scheme: SchemeAdopted, place: str
) -> Iterator[Fault]:
    counted = has_source(scheme, "counts") and body.subject in ("grid", "grid-worker")
    units = list_counted_units(facts, body.subject, body.cards) if counted else []
    right = {one.unit: one for one in build_counts(facts, list_months(scheme, period), units)}
    given = {one.unit: one for one in body.counts}
    for unit in sorted(right.keys() | given.keys()):
        if right.get(unit) != given.get(unit):
            told, expected = _tell_counts(given.get(unit)), _tell_counts(right.get(unit))
            remedy = "诉求件和走访在这以后又有新的记录；重新生成再交审"
            yield build_fault("assessment-counts", f"{place}的{name_assessed(unit)}", told, expected, remedy)


def _tell_counts(one: UnitCounts | None) -> str:
    if one is None:
        return "不计数"
    return f"受理 {one.events} 件、办结 {one.closed} 件、走访 {one.visits} 次"


def _check_whom(facts: Facts, body: AssessmentRound, place: str) -> Iterator[Fault]:
    """A card is of what is registered, and none is left out: who is left out would not be compared."""
    branches = {str(int(key)) for key, _ in scan_facts(facts, "branch/", BranchFacts)}
    units = {number: unit.level for number, unit in list_units(facts).items() if not unit.ended}
    scored = {card.of for card in body.cards}
    known = units.keys() if body.subject == "grid" else branches
    kind = "网格" if body.subject == "grid" else "支部"
    for number in sorted(scored - known):
        remedy = f"只给登记过、还在的{kind}评分卡"
        yield build_fault(
            "assessment-whom", place, f"{name_assessed(number)} 没有登记或已撤销", f"登记过的{kind}", remedy
        )
    levels = {units[number] for number in scored & units.keys()}
    needed = {number for number, level in units.items() if level in levels} if kind == "网格" else branches
    if body.subject == "secretary":
        return  # A branch may be without one for a time.
    for number in sorted(needed - scored):
        expected = f"同一级的{kind}都有" if kind == "网格" else "每个支部都有"
        remedy = "漏了的也要考评：少一个，就没法比"
        yield build_fault(
            "assessment-missing", place, f"{name_assessed(number)} 没有评分卡", expected, remedy
        )


def _check_scores(
    facts: Facts, entry: Entry, body: AssessmentRound, scheme: SchemeAdopted, place: str
) -> list[Fault]:
    """Compute every organisation's score again from all parts."""
    known = get_round(facts, body.subject, entry.period)
    marks = read_marks(facts, known, body.subject, entry.period) + open_plain(body.lines, f"{place}明示行")
    faults = check_marks_of(marks, scheme, body.subject)
    by_whom = group_marks(marks)
    scored = {card.of for card in body.cards}
    faults += [
        build_fault(
            "assessment-whom",
            some[0].place,
            f"{name_assessed(whom)} 没有评分卡",
            "有评分卡的考评对象",
            "改正记给谁，或者给它一张评分卡",
        )
        for whom, some in by_whom.items()
        if whom not in scored
    ]
    ballots, counted = read_ballots(facts, body.ballots), _read_counted(body)
    faults += check_rows_once([row for card in body.cards for row in card.rows or ()], place)
    for card in body.cards:
        at = f"{place}的{name_assessed(card.of)}"
        wrong = check_rows(card.rows or (), body.ballots, scheme, at)
        given = weigh_rows(card.rows or (), ballots) if not wrong else {}
        if given is None:
            wrong = [fault_unvoted(at)]
        if not wrong and given is not None and has_counts(scheme, counted.get(card.of)):
            earned = _assess(scheme, by_whom.get(card.of, ()), given, counted.get(card.of))
            wrong = check_card(scheme, at, (card.score or 0, card.stars), (earned.score, earned.stars))
        faults += wrong
    return faults


def _assess(
    scheme: SchemeAdopted,
    marks: Iterable[AssessedMark],
    given: Mapping[str, Ballots],
    counted: Counted | None,
) -> Score:
    return assess(scheme, [Marked(mark.item, mark.points) for mark in marks], given, counted)


def _read_counted(body: AssessmentRound) -> dict[str, Counted]:
    return {one.unit: Counted(one.closed, one.events, one.visits) for one in body.counts}


def has_counts(scheme: SchemeAdopted, counted: Counted | None) -> bool:
    """Whether there are counts where a scheme counts; that they are missing is said by itself."""
    return counted is not None or not has_source(scheme, "counts")


def check_card(
    scheme: SchemeAdopted, place: str, given: tuple[int, int], right: tuple[int, int]
) -> list[Fault]:
    """Return a fault where a score and its stars, or its rank of grade, are not those computed again."""
    if given == right:
        return []
    found, expected = tell_earned(scheme, *given), tell_earned(scheme, *right)
    remedy = "按记分、测评和计数重新计算"
    return [build_fault("card-score", f"{place}的评分卡", found, expected, remedy)]
