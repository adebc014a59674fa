"""Closed ballots that give components of scores: which of them serve, and what they give whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.books.appraisals import weigh_row
from ledger.books.ballots import BallotOpened, Tally, tally_ballots
from ledger.books.components import Ballots
from ledger.books.rounds import build_fault
from ledger.books.scores import AssessedBallot, BallotRow
from ledger.errors import Fault, NotProven
from ledger.state.ballots import FoundBallot, find_ballot
from ledger.state.facts import EntryAt, Facts, get_fact
from ledger.state.private import FindPrivate, RegisteredMember, open_private, report_unproven


def key_score_ballot(branch: int, number: str) -> str:
    """Return the key of the fact that a ballot gave a round of a branch's members their scores."""
    return f"score-ballot/{branch:02d}/{number}"


class RoundBallot(NamedTuple):
    """A closed ballot of a round with its tally; `component` is what it gives."""

    component: str
    opened: BallotOpened
    tally: Tally


def check_ballot(
    facts: Facts, number: str, found: FoundBallot | None, first: str, used: str, place: str
) -> list[Fault]:
    """Return why the ballot that was `found` under a number gives no component of a score: one does that is closed, of
    enough voters, not of a time before the month `first`, and used once; `used` is the fact that says it was.
    """
    at = f"{place}的测评 {number}"
    told = ""
    if found is None:
        told = "没有这次测评"
    elif found.closed is None:
        told = "还没有结束"
    elif not tally_ballots(found.opened, found.closed).enough:
        told = "投票的人太少，没有达到它自己的要求"
    elif found.opened.closes < f"{first}-01":
        told = f"{found.opened.closes} 就截止了，是以前的"
    elif get_fact(facts, used, EntryAt) is not None:
        told = "已经给以前的考评用过"
    if not told:
        return []
    expected = f"{first} 以来结束、投票人数够、没有用过的测评"
    return [build_fault("assessment-ballot", at, told, expected, "另办一次测评，等结束了再打分")]


def read_ballots(facts: Facts, ballots: Iterable[AssessedBallot]) -> dict[str, RoundBallot]:
    """Return the ballots of a round that there are and that are closed, by number, each counted once."""
    pairs = ((one, find_ballot(facts, one.number)) for one in ballots)
    counted = {one.number: count_ballot(found, one.component) for one, found in pairs if found is not None}
    return {number: one for number, one in counted.items() if one is not None}


def count_ballot(found: FoundBallot, component: str) -> RoundBallot | None:
    """Return a ballot counted as one that gives a component; None where it is not closed."""
    if found.closed is None:
        return None
    return RoundBallot(component, found.opened, tally_ballots(found.opened, found.closed))


def weigh_rows(rows: Iterable[BallotRow], ballots: Mapping[str, RoundBallot]) -> dict[str, Ballots] | None:
    """Return what ballots give somebody, by component; None where a row has no answers, or is none."""
    given = {}
    for one in rows:
        ballot = ballots.get(one.number)
        weighed = weigh_row(ballot.opened, ballot.tally, one.row) if ballot is not None else None
        if ballot is None or weighed is None:
            return None
        given[ballot.component] = weighed
    return given


def check_member_rows(
    place: str,
    rows: Iterable[BallotRow],
    whose: str,
    ballots: Mapping[str, RoundBallot],
    find_private: FindPrivate,
) -> Iterator[Fault]:
    """Yield a fault where a row of a ballot about members is another member's than `whose`."""
    for row in rows:
        found = ballots.get(row.number)
        sealed = found.opened.members[row.row - 1 : row.row] if found is not None else ()
        for one in sealed:
            try:
                member = open_private(find_private, one.sealed, RegisteredMember)
            except NotProven as error:
                yield report_unproven(place, error)
                continue
            if member is not None and member.member != whose:
                told = f"测评 {row.number} 第 {row.row} 个是别人"
                yield build_fault("assessment-row", place, told, "测评里的本人", "改正是第几个")


def fault_unvoted(place: str) -> Fault:
    """Return the fault of somebody about whom nobody voted: that is no score of 0."""
    remedy = "核对是哪次测评、第几个；没有人评的不能算 0 分，另办一次测评"
    return build_fault(
        "assessment-row", place, "测评里没有这一个，或者没有人评", "测评里有人评的一个", remedy
    )
