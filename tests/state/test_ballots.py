"""Ballots follow the log by the rules: a number once, closed once, not before its last day."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import format_fault
from ledger.state.ballots import BallotFacts, check_ballots, find_ballot, fold_ballots, list_ballots
from ledger.state.facts import MemoryFacts
from tests.ballots import BALLOT, build_ballot, build_ballot_closed
from tests.builders import Discloser, EntryChain, build_founding

ALL = {f"0000000{number}": "12" for number in range(5)}


class BallotLedger:
    """A log of ballots alone."""

    def __init__(self) -> None:
        self.chain, self.texts = EntryChain(), Discloser()
        self.entries: list[Entry] = [self.chain.append(build_founding())]
        self.facts = MemoryFacts(self.entries.__getitem__)

    def add(self, body: BallotOpened | BallotClosed, day: str) -> list[str]:
        """Fold a body of a day; return the faults of one that may not follow."""
        entry = self.chain.append(body, occurred_on=day)
        faults = check_ballots(self.facts, load_reference(), entry)
        self.entries.append(entry)
        if not faults:
            fold_ballots(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def open(self, number: str = BALLOT, **changes: Any) -> list[str]:
        return self.add(build_ballot(self.texts, number, **changes), "2026-10-28")


@pytest.fixture
def ledger() -> BallotLedger:
    return BallotLedger()


def test_a_ballot_is_opened_and_closed(ledger: BallotLedger) -> None:
    assert ledger.open() == []
    assert ledger.open("CP-2026-002") == []
    assert ledger.add(build_ballot_closed({"00000007": "34"}), "2026-11-05") == []

    found = list_ballots(ledger.facts)
    assert [one.opened.number for one in found] == ["CP-2026-002", BALLOT]
    assert found[0].closed is None
    closed = find_ballot(ledger.facts, BALLOT)
    assert closed is not None
    assert closed.at == BallotFacts(closed=3, opened=1)
    assert closed.closed is not None
    assert closed.closed.unused == 4
    assert find_ballot(ledger.facts, "CP-2026-003") is None


def test_a_number_is_given_once_and_nothing_closes_before_today(ledger: BallotLedger) -> None:
    ledger.open()

    assert ledger.open(closes="2026-10-27", opens="2026-10-27", resolution="JY-2026-009") == [
        (
            "测评 CP-2026-001：现为第 1 条已用这个编号，应为没有用过的编号。"
            "同一次不用再登记；是另一次，就换一个编号。（ballot-number-used）"
        ),
        "测评 CP-2026-001：现为2026-10-27 截止，应为2026-10-28 或以后。改正截止日期。（ballot-days）",
        (
            "测评 CP-2026-001：现为决议 JY-2026-009 没有登记，应为登记过的决议。"
            "核对编号；先登记这份决议并通过审核。（resolution-unknown）"
        ),
    ]


def test_what_nobody_opened_is_not_closed(ledger: BallotLedger) -> None:
    assert ledger.add(build_ballot_closed(), "2026-11-05") == [
        "结束测评 CP-2026-001：现为没有这次测评，应为账上开始过的测评。核对编号。（ballot-unknown）"
    ]


def test_a_ballot_is_closed_once(ledger: BallotLedger) -> None:
    ledger.open()
    ledger.add(build_ballot_closed(), "2026-11-05")

    assert ledger.add(build_ballot_closed(), "2026-11-06") == [
        "结束测评 CP-2026-001：现为第 2 条已经结束，应为还没有结束的测评。每次只结束一次，不用再做。（ballot-closed）"
    ]


def test_nobody_is_cut_off_before_the_last_day(ledger: BallotLedger) -> None:
    ledger.open()

    assert ledger.add(build_ballot_closed({"00000007": "34"}), "2026-11-04") == [
        (
            "结束测评 CP-2026-001：现为2026-11-04，应为2026-11-05 或以后，或者票都用完了。"
            "等到截止那天；没投的人还可以投。（ballot-early）"
        )
    ]
    # Where every code is used, nobody is left to wait for.
    assert ledger.add(build_ballot_closed(ALL), "2026-10-30") == []


def test_other_kinds_are_none_of_ballots(ledger: BallotLedger) -> None:
    (founded,) = ledger.entries

    with pytest.raises(ValueError, match="no kind of ballots"):
        check_ballots(ledger.facts, load_reference(), founded)
    with pytest.raises(ValueError, match="no kind of ballots"):
        fold_ballots(ledger.facts, founded)
    with pytest.raises(ValueError, match="never opened"):
        fold_ballots(ledger.facts, ledger.chain.append(build_ballot_closed()))
