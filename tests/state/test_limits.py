"""Above a village's limits more persons must pass a voucher, and the log shows whether they did."""

from __future__ import annotations

import pytest

from ledger.books.contracts import Due
from ledger.data import load_reference
from ledger.entries import Actor, Body
from ledger.errors import format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from tests.builders import (
    PASSED_BY,
    Discloser,
    EntryChain,
    build_amendment,
    build_contract,
    build_description,
    build_founding,
    build_limits,
    build_opening,
    build_postings,
    build_reversal,
    build_voucher,
)

SECRETARY = Actor(role="secretary", user="u-cccccccccc")
TOWNSHIP = Actor(role="township", user="u-dddddddddd")


class Log:
    """A log whose every entry was checked and folded."""

    def __init__(self) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        for body in (build_founding(), build_description(self.texts), build_opening()):
            assert self.record(body) == []

    def record(self, body: Body, *checkers: Actor) -> list[str]:
        """Record a body, or return why not."""
        given = {"checkers": checkers} if checkers else {}
        entry = self.chain.append(body, **given)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self.chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def pay(self, amount_fen: int, *checkers: Actor) -> list[str]:
        postings = build_postings(amount_fen)
        return self.record(build_voucher(self.texts, postings=postings), *checkers)


@pytest.fixture
def log() -> Log:
    return Log()


def test_before_any_limit_one_checker_passes_everything(log: Log) -> None:
    assert log.pay(900_000_000) == []


@pytest.mark.parametrize(
    ("amount_fen", "checkers", "missing"),
    [
        (499_999, (PASSED_BY,), False),
        (499_999, (TOWNSHIP,), False),
        (500_000, (PASSED_BY,), True),
        (500_000, (SECRETARY,), True),
        (500_000, (PASSED_BY, TOWNSHIP), True),
        (500_000, (PASSED_BY, SECRETARY), False),
        (1_999_999, (PASSED_BY, SECRETARY), False),
        (2_000_000, (PASSED_BY, SECRETARY), True),
        (2_000_000, (PASSED_BY, SECRETARY, TOWNSHIP), False),
    ],
)
def test_above_a_limit_the_others_must_have_passed_too(
    log: Log, amount_fen: int, checkers: tuple[Actor, ...], missing: bool
) -> None:
    assert log.record(build_limits(log.texts)) == []

    assert bool(log.pay(amount_fen, *checkers)) is missing


def test_a_contract_counts_with_all_that_it_asks(log: Log) -> None:
    assert log.record(build_limits(log.texts)) == []
    large, small = (
        build_contract(log.texts, dues=(Due(amount_fen=amount_fen, due_on="2026-10-31"),))
        for amount_fen in (500_000, 499_999)
    )

    assert [fault.rpartition("（")[2] for fault in log.record(large)] == ["checkers-roles）"]
    assert log.record(small) == []
    amended = build_amendment(log.texts)
    assert [fault.rpartition("（")[2] for fault in log.record(amended)] == ["checkers-roles）"]


def test_who_is_missing_is_told_whole(log: Log) -> None:
    log.record(build_limits(log.texts))

    assert log.pay(500_000) == [
        (
            "审核人：现为supervisor，应为supervisor、secretary。"
            "这一笔超过限额，请还没有审核的人也审核通过。（checkers-roles）"
        )
    ]


def test_a_limit_of_nought_asks_for_nobody(log: Log) -> None:
    log.record(build_limits(log.texts, second_fen=0, third_fen=0))

    assert log.pay(900_000_000) == []


def test_limits_are_ordered_numbered_and_changed(log: Log) -> None:
    assert log.record(build_limits(log.texts, second_fen=200, third_fen=100, version=3)) == [
        (
            "第 3 条审核限额：现为第三位审核人的限额 100 分低于第二位的 200 分，"
            "应为第二位的限额大于零，第三位的不低于第二位的。改正两个限额。（limits-order）"
        ),
        "第 3 条审核限额：现为第 3 版，应为第 1 版。重新办理采用。（limits-version）",
    ]
    log.record(build_limits(log.texts))
    assert log.record(build_limits(log.texts, version=2)) == [
        "第 4 条审核限额：现为与现行的相同，应为有改动的限额。没有改动就不必再采用。（limits-unchanged）"
    ]
    assert log.record(build_limits(log.texts, version=2, third_fen=0)) == []


def test_a_red_voucher_needs_whom_the_one_that_it_answers_needed(log: Log) -> None:
    log.record(build_limits(log.texts))
    postings = build_postings(600_000)
    voucher = build_voucher(log.texts, postings=postings)
    log.record(voucher, PASSED_BY, SECRETARY)

    refused = log.record(build_reversal(log.texts, reverses=4, postings=voucher.postings))

    assert any("checkers-roles" in line for line in refused)


def test_nobody_acts_as_what_they_are_not(log: Log) -> None:
    assert log.record(build_description(log.texts), Actor(role="clerk", user="u-bbbbbbbbbb")) == [
        (
            "审核人 u-bbbbbbbbbb：现为clerk，应为supervisor、secretary、township。"
            "由有这项职责的人来办。（acted-as）"
        )
    ]
