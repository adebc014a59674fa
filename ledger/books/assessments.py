"""Rounds of assessment of everybody but members: branches, grids, branch secretaries and grid workers.

Branches and grids are organisations: marks, counts and score of each stand in plain, and whoever reads the log adds
them up again. Secretaries and grid workers are persons: who has a card, its score and each deduction are sealed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, NamedTuple

from msgspec import Meta

from ledger.books.appraisals import check_ballots_named
from ledger.books.components import Counted
from ledger.books.grids import UnitNumber
from ledger.books.rounds import (
    OpenedFault,
    OpenedWords,
    Worth,
    build_fault,
    check_apart,
    check_opened,
    check_order,
    check_part,
    check_sealed_sum,
)
from ledger.books.schemes import has_source
from ledger.books.scores import (
    BALLOTS_MAX,
    SUBJECT_NAMES,
    AssessedBallot,
    BallotRow,
    ItemCode,
    OtherSubject,
    SchemeAdopted,
    SchemeName,
    list_ranks,
    list_worths,
)
from ledger.books.values import Count, Integer, Positive, Sealed, Value
from ledger.errors import Fault

CARDS_MAX = 300
"""Of one round: as many as there may be units in one entry, of 150 bytes each."""
PERSONS: tuple[OtherSubject, ...] = ("grid-worker", "secretary")
"""Subjects who are persons."""

AssessedNumber = Annotated[str, Meta(pattern=r"\A([1-9][0-9]?|WG-[0-9]{4})\Z")]
"""A branch by its number, or a unit of the grids by its."""
AssessedNumberOrNone = Annotated[str, Meta(pattern=r"\A([1-9][0-9]?|WG-[0-9]{4})?\Z")]

_WORDS = OpenedWords(
    cap=OpenedFault("mark-cap", "减少数量，超过封顶的不计分"),
    each="个考评对象",
    product=OpenedFault("mark-points", "分值等于项目的分值乘以数量"),
    sealed=OpenedFault("mark-sealed", "个人的扣分整行密封，别的明示"),
    who="该考评对象",
)


class UnitCounts(Value, frozen=True):
    """What is counted of a unit and all that lies in it: cases that were reported in the time and accepted, how many of
    them are closed, visits.
    """

    closed: Count
    events: Count
    unit: UnitNumber
    visits: Count


class AssessedLine(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One mark in plain. `subject` discloses {evidence}, of a person also who it is; `of` is left out for a person."""

    item: ItemCode
    of: AssessedNumber | None = None
    points: Integer
    quantity: Positive
    subject: Sealed


class AssessedCard(Value, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody earned. Of an organisation all stands in plain; of a person `subject` discloses who it is, rows and
    score, and a secretary's branch stands beside it.
    """

    of: AssessedNumberOrNone  # empty for a grid worker
    rows: Annotated[tuple[BallotRow, ...], Meta(min_length=1, max_length=10)] | None = None
    score: Count | None = None
    stars: Count
    subject: Sealed | None = None


class AssessmentRound(Value, frozen=True):
    """`assessment.round`: the passed round of a kind of subject for the time that ends with the entry's month, or one
    part of it. `ballots`, `cards` and `counts` stand in the last part: then all marks are there.

    `ballots` are sorted by component and number, `counts` by unit, cards by whom they are of, those of grid workers by
    digest.
    """

    ballots: Annotated[tuple[AssessedBallot, ...], Meta(max_length=BALLOTS_MAX)]
    cards: Annotated[tuple[AssessedCard, ...], Meta(max_length=CARDS_MAX)]
    counts: Annotated[tuple[UnitCounts, ...], Meta(max_length=CARDS_MAX)]
    lines: tuple[AssessedLine, ...]
    part: Positive
    parts: Positive
    scheme: SchemeName
    sealed_lines: tuple[Sealed, ...]
    sealed_points: Integer
    subject: OtherSubject
    version: Positive

    @property
    def is_last(self) -> bool:
        """Whether no part follows."""
        return self.part == self.parts


class AssessedMark(NamedTuple):
    """A mark with everything that may be sealed in it; `whom` names an organisation, or a person within a round."""

    evidence: str
    item: str
    place: str
    points: int
    quantity: int
    sealed: bool
    whom: str


def is_person(subject: OtherSubject) -> bool:
    """Whether a kind of subject is persons."""
    return subject in PERSONS


def name_round(subject: OtherSubject, period: str) -> str:
    """Return how a fault calls a round."""
    return f"{period} {SUBJECT_NAMES[subject]}考评"


def name_assessed(number: str) -> str:
    """Return what people call a branch or a unit by its number."""
    return f"网格 {number}" if number.startswith("WG-") else f"支部 {number}"


def list_item_worths(scheme: SchemeAdopted, subject: OtherSubject) -> dict[str, Worth]:
    """Return what each item is worth, by code; only a person's deductions are sealed whole."""
    worths = list_worths(scheme)
    if is_person(subject):
        return worths
    return {code: worth._replace(plain=True) for code, worth in worths.items()}


def sum_units(own: Mapping[str, Counted], parents: Mapping[str, str]) -> dict[str, Counted]:
    """Return what is counted of every unit with all that lies in it; `own` is of each by itself, `parents` are of every
    unit, empty for none. Nothing lies in itself.
    """
    sums = {unit: Counted(0, 0, 0) for unit in parents}
    for unit, counted in own.items():
        at = unit
        while at:
            sums[at] = add_counted(sums[at], counted)
            at = parents[at]
    return sums


def add_counted(one: Counted, other: Counted) -> Counted:
    """Return both together."""
    return Counted(one.closed + other.closed, one.events + other.events, one.visits + other.visits)


def list_outermost(units: Iterable[str], parents: Mapping[str, str]) -> list[str]:
    """Return those of some units that lie in no other one of them, sorted: what lies in two is counted once."""
    chosen = set(units)
    return sorted(unit for unit in chosen if not chosen & set(_list_above(unit, parents)))


def _list_above(unit: str, parents: Mapping[str, str]) -> Iterator[str]:
    at = parents[unit]
    while at:
        yield at
        at = parents[at]


def list_within(units: Iterable[str], parents: Mapping[str, str]) -> set[str]:
    """Return some units and all that lie in them."""
    chosen = set(units)
    return {unit for unit in parents if unit in chosen or chosen & set(_list_above(unit, parents))}


def group_marks(marks: Iterable[AssessedMark]) -> dict[str, list[AssessedMark]]:
    """Return marks by whom they are of."""
    found: defaultdict[str, list[AssessedMark]] = defaultdict(list)
    for mark in marks:
        found[mark.whom].append(mark)
    return dict(found)


def open_plain(lines: Iterable[AssessedLine], place: str) -> list[AssessedMark]:
    """Return the marks of organisations, of which all but the evidence stands in plain."""
    return [
        AssessedMark(
            "", line.item, f"{place}第 {number} 行", line.points, line.quantity, False, line.of or ""
        )
        for number, line in enumerate(lines, 1)
    ]


def check_assessment(body: AssessmentRound, scheme: SchemeAdopted, place: str) -> list[Fault]:
    """Return every fault that a round, or its part, has in itself under the scheme."""
    subjects = [line.subject for line in body.lines]
    return (
        check_part(body.part, body.parts, place)
        + check_order(subjects, f"{place}明示行")
        + check_order(body.sealed_lines, f"{place}密封行")
        + check_apart(subjects, body.sealed_lines, place)
        + check_sealed_sum(len(body.sealed_lines), body.sealed_points, f"{place}密封行合计")
        + list(_check_last(body, place))
        + list(_check_forms(body, place))
        + list(_check_orders(body, place))
        + list(_check_ranks(body, scheme, place))
        + list(_check_sources(body, scheme, place))
    )


def check_marks_of(
    marks: Iterable[AssessedMark], scheme: SchemeAdopted, subject: OtherSubject
) -> list[Fault]:
    """Return every fault of marks: items that there are not, points that are no product, caps, a wrong sealing."""
    worths = list_item_worths(scheme, subject)
    together: Counter[tuple[str, str]] = Counter()
    faults = []
    for mark in marks:
        worth = worths.get(mark.item)
        if worth is None:
            remedy = "对照考评办法改正项目编号"
            faults.append(build_fault("mark-item", mark.place, mark.item, "考评办法里有的编号", remedy))
            continue
        before = together[mark.whom, mark.item]
        together[mark.whom, mark.item] += abs(mark.points)
        faults += check_opened(mark, mark.item, worth, before, _WORDS)
    return faults


def check_persons_lines(body: AssessmentRound, scheme: SchemeAdopted, place: str) -> list[Fault]:
    """Return every fault that plain lines about persons show without the vault: wrong items, points, a deduction that
    should be sealed.
    """
    marks = [
        mark._replace(whom=str(number))  # Whose they are is sealed: caps are judged with the vault.
        for number, mark in enumerate(open_plain(body.lines, f"{place}明示行"))
    ]
    faults = check_marks_of(marks, scheme, body.subject)
    if body.sealed_lines and body.sealed_points >= 0:
        found = f"{len(body.sealed_lines)} 行合计 {body.sealed_points} 分"
        remedy = "只有扣分密封；加分写在明示行"
        faults.append(build_fault("sealed-sign", f"{place}密封行合计", found, "小于 0 分", remedy))
    return faults


def _check_last(body: AssessmentRound, place: str) -> Iterator[Fault]:
    """Cards stand in the last part, with counts and ballots, and in no other."""
    found = f"{len(body.cards)} 张评分卡、{len(body.counts)} 行计数、{len(body.ballots)} 次测评"
    if body.is_last and not body.cards:
        yield build_fault("assessment-last", place, found, "最后一部分有评分卡", "给每个考评对象一张评分卡")
    elif not body.is_last and (body.cards or body.counts or body.ballots):
        remedy = "评分卡、计数和测评写在最后一部分"
        yield build_fault("assessment-last", place, found, f"第 {body.parts} 部分以前都没有", remedy)


def _check_forms(body: AssessmentRound, place: str) -> Iterator[Fault]:
    """What stands in plain of whom: of an organisation everything, of a person no more than the stars."""
    person, worker = is_person(body.subject), body.subject == "grid-worker"
    remedy = "单位的号、分数明示；个人的姓名、分数密封"
    for number, card in enumerate(body.cards, 1):
        shape = (not card.of, card.score is None, card.subject is not None)
        if shape != (worker, person, person) or (person and card.rows):
            at = f"{place}评分卡第 {number} 张"
            yield build_fault("assessment-form", at, "公开的和密封的写混了", _tell_form(person), remedy)
    for number, line in enumerate(body.lines, 1):
        if (line.of is None) != person:
            at = f"{place}明示行第 {number} 行"
            yield build_fault("assessment-form", at, "公开的和密封的写混了", _tell_form(person), remedy)
    if not person and body.sealed_lines:
        found = f"{len(body.sealed_lines)} 行密封"
        yield build_fault("assessment-form", place, found, _tell_form(person), remedy)


def _tell_form(person: bool) -> str:
    return "个人：是谁、多少分都密封" if person else "单位：号和分数都明示"


def _check_orders(body: AssessmentRound, place: str) -> Iterator[Fault]:
    """Counts and cards each stand in their order and once."""
    cards = (
        [card.subject.sealed if card.subject is not None else "" for card in body.cards]
        if body.subject == "grid-worker"
        else [sort_number(card.of) for card in body.cards]
    )
    for what, keys in (("评分卡", cards), ("计数", [one.unit for one in body.counts])):
        if any(before >= after for before, after in pairwise(keys)):
            remedy = "从小到大排好，同一个只写一次"
            yield build_fault(
                "assessment-order", f"{place}的{what}", "没有排好，或有重复", "从小到大，各一次", remedy
            )


def sort_number(number: str) -> str:
    """Return what a branch's or unit's number is sorted by: 9 before 10."""
    return number.rjust(7)


def _check_ranks(body: AssessmentRound, scheme: SchemeAdopted, place: str) -> Iterator[Fault]:
    known = list_ranks(scheme)
    for number, card in enumerate(body.cards, 1):
        if card.stars not in known:
            expected = f"{'、'.join(map(str, known))} 星之一"
            at = f"{place}评分卡第 {number} 张"
            yield build_fault("card-stars", at, f"{card.stars} 星", expected, "按考评办法的分数线定星")


def _check_sources(body: AssessmentRound, scheme: SchemeAdopted, place: str) -> Iterator[Fault]:
    """A component that a ballot gives has one, and what counts has something to count."""
    if has_source(scheme, "counts") and body.subject in ("branch", "secretary"):
        found, expected = f"办法有计数的部分，考评的是{SUBJECT_NAMES[body.subject]}", "网格、网格员才有计数"
        yield build_fault("assessment-counts", place, found, expected, "换一个没有计数的考评办法")
    if not body.is_last:
        return
    yield from check_ballots_named(body.ballots, scheme, place)
