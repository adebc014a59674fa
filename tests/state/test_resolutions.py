"""The register of meetings and of funds: what follows what, and what is spent under a resolution."""

from __future__ import annotations

import pytest

from ledger.books.contracts import Due
from ledger.books.resolutions import RESULTS_MAX
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state import check_entry, fold_entry
from ledger.state.facts import MemoryFacts, get_fact
from ledger.state.funds import find_fund, iterate_moved, list_fund_numbers
from ledger.state.limits import find_limits
from ledger.state.register_facts import SpentFacts
from ledger.state.resolutions import (
    check_resolutions,
    find_forum,
    find_resolution,
    fold_resolutions,
    iterate_spent,
    list_forum_numbers,
    list_resolution_numbers,
)
from ledger.state.spending import find_fund_of, find_resolution_of
from tests.builders import (
    Discloser,
    EntryChain,
    build_contract,
    build_forum,
    build_founding,
    build_fund,
    build_limits,
    build_opening,
    build_outcome,
    build_resolution,
    build_reversal,
    build_voucher,
)


class Log:
    """A founded log with books, folded entry by entry."""

    def __init__(self) -> None:
        self.chain, self.texts = EntryChain(), Discloser()
        self.facts = MemoryFacts(self.chain.entries.__getitem__)
        for body in (build_founding(), build_opening()):
            self.add(body)

    def judge(self, body: object) -> list[str]:
        entry = self.chain.append(body)
        self.chain.entries.pop()
        return [format_fault(fault) for fault in check_entry(self.facts, load_reference(), entry)]

    def add(self, body: object) -> int:
        entry = self.chain.append(body)
        assert check_entry(self.facts, load_reference(), entry) == []
        fold_entry(self.facts, entry)
        return entry.index


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_resolution_is_found_with_what_became_of_it(log: Log) -> None:
    at = log.add(build_resolution(log.texts))
    told = log.add(build_outcome(log.texts))
    held = log.add(build_forum(log.texts))

    resolution = find_resolution(log.facts, "JY-2026-001")

    assert resolution is not None
    assert (resolution.at, resolution.results, resolution.spent_fen) == (at, (told,), 0)
    assert (resolution.decided_on, resolution.left_fen) == ("2026-10-28", 3_000_000)
    assert find_resolution(log.facts, "JY-2026-002") is None
    assert (find_forum(log.facts, "KT-2026-001"), find_forum(log.facts, "KT-2026-002")) == (held, None)
    assert list_resolution_numbers(log.facts) == ["JY-2026-001"]
    assert list_forum_numbers(log.facts) == ["KT-2026-001"]


def test_the_outcome_is_told_so_often_and_not_more(log: Log) -> None:
    log.add(build_resolution(log.texts))
    for _ in range(RESULTS_MAX):
        log.add(build_outcome(log.texts))

    assert log.judge(build_outcome(log.texts)) == [
        "决议 JY-2026-001 的结果：现为已经公开过 20 次，应为不超过 20 次。几次的进展合成一次写。（resolution-results）"
    ]


def test_what_a_voucher_spends_stands_under_its_resolution(log: Log) -> None:
    log.add(build_fund(log.texts))
    log.add(build_resolution(log.texts))
    spent = build_voucher(log.texts, resolution="JY-2026-001", fund="ZX-0001")
    at = log.add(spent)
    red = build_reversal(log.texts, reverses=at)

    assert (find_resolution_of(log.facts, spent), find_fund_of(log.facts, spent)) == (
        "JY-2026-001",
        "ZX-0001",
    )
    assert (find_resolution_of(log.facts, red), find_fund_of(log.facts, red)) == ("JY-2026-001", "ZX-0001")
    back = log.add(red)
    assert list(iterate_spent(log.facts, "JY-2026-001")) == [(at, 32_500), (back, -32_500)]
    assert [
        (index, item.money_fen, item.period, item.is_red)
        for index, item in iterate_moved(log.facts, "ZX-0001")
    ] == [
        (at, -32_500, "2026-10", False),
        (back, 32_500, "2026-10", True),
    ]
    assert list_fund_numbers(log.facts) == ["ZX-0001"]


def test_a_fund_has_what_it_had_when_the_books_began(log: Log) -> None:
    at = log.add(build_fund(log.texts))

    fund = find_fund(log.facts, "ZX-0001")

    assert fund is not None
    assert (fund.at, fund.left_fen) == (at, 50_000)
    assert find_fund(log.facts, "ZX-0002") is None


def test_a_month_folds_without_the_registers_that_its_vouchers_name(log: Log) -> None:
    """A sheet's own evidence begins with the closing before its month."""
    log.add(build_fund(log.texts))
    log.add(build_resolution(log.texts))
    voucher = log.chain.append(build_voucher(log.texts, resolution="JY-2026-001", fund="ZX-0001"))
    bare = MemoryFacts(log.chain.entries.__getitem__)

    fold_entry(bare, voucher)

    assert get_fact(bare, "spent/JY-2026-001", SpentFacts) == SpentFacts(spent_fen=32_500)
    assert find_fund(bare, "ZX-0001") is None


def test_limits_say_from_when_a_resolution_is_needed(log: Log) -> None:
    log.add(build_limits(log.texts, resolution_fen=32_500, second_fen=0, third_fen=0))
    limits = find_limits(log.facts)

    assert limits is not None
    assert limits.resolution_fen == 32_500
    assert log.judge(build_voucher(log.texts)) == [
        (
            "凭证 2026-10-001：现为花 325.00 元，没有写决议，应为325.00 元起，写明准许这笔开支的决议。"
            "先议事、登记决议，再写上决议编号；按合同付款的，合同登记或变更时写明决议。（resolution-needed）"
        )
    ]
    assert log.judge(build_contract(log.texts, direction="pays"))[0].startswith("合同 HT-0001：现为要付")


def test_what_a_contract_took_is_not_taken_of_the_resolution_again(log: Log) -> None:
    log.add(build_resolution(log.texts))
    log.add(build_resolution(log.texts, number="JY-2026-002"))
    works = {"category": "works", "dues": (Due(amount_fen=32_500, due_on="2026-10-31"),)}
    named = {"resolution_number": "JY-2026-001"}
    log.add(build_contract(log.texts, direction="pays", **named, **works))
    log.add(build_contract(log.texts, direction="receives", number="HT-0002", **named, **works))

    def pay(contract: str, resolution: str) -> list[str]:
        return log.judge(build_voucher(log.texts, contract=contract, resolution=resolution))

    assert pay("HT-0001", "JY-2026-001") == [
        (
            "凭证 2026-10-001：现为合同 HT-0001 的钱已经算在决议 JY-2026-001 里，又写了这份决议，应为只写合同编号。"
            "按合同付款的不再写决议编号；要付的比合同多，先登记合同变更。（resolution-twice）"
        )
    ]
    assert pay("HT-0001", "") == pay("HT-0001", "JY-2026-002") == pay("HT-0002", "JY-2026-001") == []


def test_nothing_else_is_about_a_meeting(log: Log) -> None:
    entry = log.chain.append(build_fund(log.texts))

    with pytest.raises(TypeError):
        check_resolutions(log.facts, load_reference(), entry)
    with pytest.raises(ValueError, match="no resolution"):
        fold_resolutions(log.facts, log.chain.append(build_outcome(log.texts)))
