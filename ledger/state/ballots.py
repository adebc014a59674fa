"""Secret ballots folded: which were opened, and where each was closed.

Rules that always hold: a number is given once; a ballot is closed once, not before the last day of voting unless every
code was used; a resolution that is named had adopted it by then.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.books.ballots import BallotClosed, BallotOpened, check_closed, check_opened
from ledger.books.rounds import build_fault
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.resolutions import check_cover


class BallotFacts(Value, frozen=True):
    """Where a ballot was opened, and where it was closed; 0 before."""

    closed: int
    opened: int


class FoundBallot(NamedTuple):
    """A ballot with what its entries say; `closed` is None while it has no result."""

    at: BallotFacts
    closed: BallotClosed | None
    opened: BallotOpened


def check_ballots(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about ballots may not follow these facts."""
    del reference  # An entry says itself what it asks, and from how many on it counts.
    match entry.body:
        case BallotOpened() as body:
            return check_opened(body) + _check_opening(facts, entry, body)
        case BallotClosed() as body:
            return _check_closing(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no kind of ballots")


def fold_ballots(facts: Facts, entry: Entry) -> None:
    """Apply an entry about ballots, already checked. Raises ValueError for another kind."""
    match entry.body:
        case BallotOpened() as body:
            put_fact(facts, f"ballot/{body.number}", BallotFacts(closed=0, opened=entry.index))
        case BallotClosed() as body:
            known = get_fact(facts, f"ballot/{body.number}", BallotFacts)
            if known is None:
                raise ValueError(f"{body.number} was never opened")
            put_fact(facts, f"ballot/{body.number}", msgspec.structs.replace(known, closed=entry.index))
        case _:
            raise ValueError(f"{entry.kind} is no kind of ballots")


def find_ballot(facts: Facts, number: str) -> FoundBallot | None:
    """Return a ballot by its number; None where there is none."""
    known = get_fact(facts, f"ballot/{number}", BallotFacts)
    return _read(facts, known) if known is not None else None


def list_ballots(facts: Facts) -> list[FoundBallot]:
    """Return every ballot, the newest number first."""
    return [_read(facts, known) for _, known in scan_facts(facts, "ballot/", BallotFacts)][::-1]


def _read(facts: Facts, known: BallotFacts) -> FoundBallot:
    closed = read_body(facts, known.closed, BallotClosed) if known.closed else None
    return FoundBallot(known, closed, read_body(facts, known.opened, BallotOpened))


def _check_opening(facts: Facts, entry: Entry, body: BallotOpened) -> list[Fault]:
    place = f"测评 {body.number}"
    faults = []
    known = get_fact(facts, f"ballot/{body.number}", BallotFacts)
    if known is not None:
        found, remedy = f"第 {known.opened} 条已用这个编号", "同一次不用再登记；是另一次，就换一个编号"
        faults.append(build_fault("ballot-number-used", place, found, "没有用过的编号", remedy))
    if body.closes < entry.occurred_on:
        found, expected = f"{body.closes} 截止", f"{entry.occurred_on} 或以后"
        faults.append(build_fault("ballot-days", place, found, expected, "改正截止日期"))
    if body.resolution:
        faults += check_cover(facts, place, body.resolution, entry.occurred_on, 0)
    return faults


def _check_closing(facts: Facts, entry: Entry, body: BallotClosed) -> list[Fault]:
    place = f"结束测评 {body.number}"
    found = find_ballot(facts, body.number)
    if found is None:
        return [build_fault("ballot-unknown", place, "没有这次测评", "账上开始过的测评", "核对编号")]
    faults = check_closed(body, found.opened)
    if found.at.closed:
        told, expected = f"第 {found.at.closed} 条已经结束", "还没有结束的测评"
        faults.append(build_fault("ballot-closed", place, told, expected, "每次只结束一次，不用再做"))
    if body.unused and entry.occurred_on < found.opened.closes:
        expected = f"{found.opened.closes} 或以后，或者票都用完了"
        remedy = "等到截止那天；没投的人还可以投"
        faults.append(build_fault("ballot-early", place, entry.occurred_on, expected, remedy))
    return faults
