"""Rounds of scores with the vault's help: what a stranger cannot see, a home checks here.

A member whose data was erased took marks and card along; those that are left are judged as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.books.appraisals import check_rows, check_rows_once
from ledger.books.marks import Card, Given, Mark, check_cards, check_marks
from ledger.books.rounds import check_opened_sum
from ledger.books.schemes import has_source
from ledger.books.scores import (
    AssessedBallot,
    BallotRow,
    BranchRegistered,
    SchemeAdopted,
    ScoreCard,
    ScoreLine,
    ScoreRound,
)
from ledger.books.values import Sealed
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.appraisals import RoundBallot, check_member_rows, fault_unvoted, read_ballots, weigh_rows
from ledger.state.facts import Facts, ScoreMonth, find_branch, read_body, scan_facts
from ledger.state.private import (
    CardSubject,
    FindPrivate,
    MarkLine,
    MarkSubject,
    Opener,
    RegisteredMember,
    iterate_openers,
    open_all,
    open_private,
    report_unproven,
)
from ledger.state.schemes import find_scheme


def open_score_round(entry: Entry, find_private: FindPrivate) -> tuple[list[Mark], list[Card]]:
    """Return the marks and cards of a round's entry; those that the vault has no more are left out.

    Raises NotProven where the vault gives something else than what is sealed, ValueError for another kind.
    """
    marks = (mark() for _, mark in _iterate_marks(entry, find_private))
    cards = (card() for _, card in _iterate_cards(entry, find_private))
    return [mark for mark in marks if mark is not None], [card for card in cards if card is not None]


def list_branch_members(facts: Facts, branch: int, find_private: FindPrivate, before: int = 0) -> list[str]:
    """Return the members of a branch as registered last, or when the entry at `before` was recorded, sorted; ValueError
    where there was no such branch.

    Raises NotProven as `open_score_round` does.
    """
    known = find_branch(facts, branch)
    if known is None:
        raise ValueError(f"no branch {branch}")
    at = known.find_before(before) if before else known.index
    sealed = read_body(facts, at, BranchRegistered).members
    members = [open_private(find_private, item.sealed, RegisteredMember) for item in sealed]
    return sorted(item.member for item in members if item is not None)


def check_score_rounds_privately(facts: Facts, period: str, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in a month's rounds of all branches.

    Serves an import (over the facts that its drafts would give) and the audit of a home.
    """
    scheme = find_scheme(facts, period)
    faults: list[Fault] = []
    if scheme is None:
        return faults
    for branch, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
        faults += _check_branch(facts, int(branch), month, scheme, find_private)
    return faults


def _check_branch(
    facts: Facts, branch: int, month: ScoreMonth, scheme: SchemeAdopted, find_private: FindPrivate
) -> list[Fault]:
    faults: list[Fault] = []
    marks: list[Mark] = []
    cards: list[Card] = []
    for index in month.rounds:
        entry = facts.read_entry(index)
        opened, lost, unproven = open_all(_iterate_marks(entry, find_private))
        faults += unproven
        if not lost and not unproven:
            faults += _check_sealed_sum(entry, opened)
        marks += opened
        some, _, unproven = open_all(_iterate_cards(entry, find_private))
        faults += unproven
        cards += some
    try:
        members = list_branch_members(facts, branch, find_private, month.rounds[0])
    except NotProven as error:
        return [*faults, report_unproven(f"支部 {branch} 党员名册", error)]
    faults += check_marks(marks, scheme, members)
    ballots = list_round_ballots(facts, month)
    given, wrong = _weigh_cards(facts, cards, ballots, scheme, find_private)
    faults += wrong
    # A card speaks of the whole month: before the last part it cannot be compared. No round is under a scheme that
    # counts; who judges a log that has one nevertheless hears of it from the entry's own check.
    if len(month.rounds) != month.parts or has_source(scheme, "counts"):
        return faults
    return faults + check_cards(cards, marks, scheme, members, given)


def list_round_ballots(facts: Facts, month: ScoreMonth) -> tuple[AssessedBallot, ...]:
    """Return the ballots that give components in a branch's round, which stand in its first part."""
    return read_body(facts, month.rounds[0], ScoreRound).ballots or () if month.rounds else ()


def weigh_member(rows: Sequence[BallotRow], ballots: Mapping[str, RoundBallot]) -> Given | None:
    """Return what ballots give a member by these rows; None where one has no answers, or is none."""
    weighed = weigh_rows(rows, ballots)
    return Given(weighed, tuple(rows)) if weighed is not None else None


def _weigh_cards(
    facts: Facts,
    cards: Iterable[Card],
    ballots: Sequence[AssessedBallot],
    scheme: SchemeAdopted,
    find_private: FindPrivate,
) -> tuple[dict[str, Given], list[Fault]]:
    """Return what ballots give each member whose rows are right, and every fault of rows."""
    cards = list(cards)
    found = read_ballots(facts, ballots)
    faults = check_rows_once([row for card in cards for row in card.rows], "评分卡")
    given = {}
    for card in cards:
        wrong = check_rows(card.rows, ballots, scheme, card.place)
        wrong += check_member_rows(card.place, card.rows, card.member, found, find_private)
        weighed = weigh_member(card.rows, found) if not wrong else None
        if weighed is not None:
            given[card.member] = weighed
        elif not wrong:
            wrong = [fault_unvoted(card.place)]
        faults += wrong
    return given, faults


def _get_round(entry: Entry) -> ScoreRound:
    if isinstance(entry.body, ScoreRound):
        return entry.body
    raise ValueError(f"entry {entry.index} is no round of scores")


def _iterate_marks(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, Opener[Mark]]]:
    body = _get_round(entry)
    place = f"{entry.period} 支部 {body.branch} 评议"
    yield from iterate_openers(f"{place}明示行第 {{}} 行", entry.index, body.lines, _open_line, find_private)
    sealed = body.sealed_lines
    yield from iterate_openers(f"{place}密封行第 {{}} 行", entry.index, sealed, _open_sealed, find_private)


def _iterate_cards(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, Opener[Card]]]:
    body = _get_round(entry)
    place = f"{entry.period} 支部 {body.branch} 评分卡第 {{}} 张"
    return iterate_openers(place, entry.index, body.cards, _open_card, find_private)


def _open_line(line: ScoreLine, place: str, find_private: FindPrivate) -> Mark | None:
    subject = open_private(find_private, line.subject.sealed, MarkSubject)
    return _build_mark(subject, line, place, sealed=False) if subject is not None else None


def _open_sealed(sealed: Sealed, place: str, find_private: FindPrivate) -> Mark | None:
    line = open_private(find_private, sealed.sealed, MarkLine)
    return _build_mark(line, line, place, sealed=True) if line is not None else None


def _build_mark(
    subject: MarkSubject | MarkLine, line: ScoreLine | MarkLine, place: str, *, sealed: bool
) -> Mark:
    return Mark(
        evidence=subject.evidence,
        item=line.item,
        member=subject.member,
        place=place,
        points=line.points,
        quantity=line.quantity,
        sealed=sealed,
    )


def _open_card(card: ScoreCard, place: str, find_private: FindPrivate) -> Card | None:
    subject = open_private(find_private, card.subject.sealed, CardSubject)
    if subject is None:
        return None
    return Card(member=subject.member, place=place, rows=subject.rows, score=subject.score, stars=card.stars)


def _check_sealed_sum(entry: Entry, marks: list[Mark]) -> list[Fault]:
    place = f"{entry.period} 支部评议密封行合计（第 {entry.index} 条）"
    return check_opened_sum(marks, _get_round(entry).sealed_points, place)
