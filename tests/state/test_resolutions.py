"""The register of meetings and of funds: what follows what, and what is spent under a resolution."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.books.contracts import Due
from ledger.books.resolutions import RESULTS_MAX, ResolutionRecorded
from ledger.books.vouchers import VoucherRecorded
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
    build_postings,
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

    def judge(self, body: object, **envelope: str) -> list[str]:
        entry = self.chain.append(body, **envelope)
        self.chain.entries.pop()
        return [format_fault(fault) for fault in check_entry(self.facts, load_reference(), entry)]

    def add(self, body: object, **envelope: str) -> int:
        entry = self.chain.append(body, **envelope)
        assert check_entry(self.facts, load_reference(), entry) == []
        fold_entry(self.facts, entry)
        return entry.index


@pytest.fixture
def log() -> Log:
    return Log()


def build_spent(log: Log, spent_fen: int, **changes: Any) -> VoucherRecorded:
    """Spends under the resolution; below zero it comes back."""
    out = {"debit": "541", "credit": "101"} if spent_fen > 0 else {"debit": "101", "credit": "541"}
    fields = {"postings": build_postings(abs(spent_fen), **out), "resolution": "JY-2026-001"}
    return build_voucher(log.texts, **(fields | changes))


def build_rejected(log: Log) -> ResolutionRecorded:
    (step,) = build_resolution(log.texts).steps
    lost = msgspec.structs.replace(step, favoured=2, against=35)
    return build_resolution(log.texts, amount_fen=0, outcome="rejected", steps=(lost,), valid_until="")


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


def test_a_number_of_a_meeting_or_of_a_fund_is_given_once(log: Log) -> None:
    for body in (build_resolution(log.texts), build_forum(log.texts), build_fund(log.texts)):
        log.add(body)

    once = "同一次会不用再登记；是另一次，就换一个编号，用过的编号永远不再用。（meeting-number-used）"
    assert log.judge(build_resolution(log.texts, amount_fen=0)) == [
        f"决议 JY-2026-001：现为第 2 条已用这个编号，应为没有用过的编号。{once}"
    ]
    assert log.judge(build_forum(log.texts, present=1)) == [
        f"民情恳谈 KT-2026-001：现为第 3 条已用这个编号，应为没有用过的编号。{once}"
    ]
    assert log.judge(build_fund(log.texts, category="levy")) == [
        (
            "专款 ZX-0001：现为第 4 条已用这个编号，应为没有用过的编号。"
            "同一笔专款不用再登记；是另一笔，就换一个编号。（fund-number-used）"
        )
    ]


def test_a_forum_has_the_number_of_its_year(log: Log) -> None:
    assert log.judge(build_forum(log.texts, number="KT-2025-001")) == [
        (
            "民情恳谈 KT-2025-001：现为2025 年的编号，应为2026 年的编号。"
            "编号里的年份写开会的那一年。（meeting-number-year）"
        )
    ]


def test_a_resolution_that_nobody_recorded_covers_nothing(log: Log) -> None:
    told = (
        "{}：现为决议 JY-2026-001 没有登记，应为登记过的决议。"
        "核对编号；先登记这份决议并通过审核。（resolution-unknown）"
    )

    assert log.judge(build_spent(log, 100)) == [told.format("凭证 2026-10-001")]
    assert log.judge(build_outcome(log.texts)) == [told.format("决议 JY-2026-001 的结果")]
    contract = build_contract(log.texts, direction="pays", resolution_number="JY-2026-001")
    assert log.judge(contract) == [told.format("合同 HT-0001")]


def test_what_was_rejected_covers_nothing_and_has_no_outcome(log: Log) -> None:
    log.add(build_rejected(log))
    told = (
        "{}：现为决议 JY-2026-001 没有通过，应为通过了的决议。"
        "没有通过的决议不能作依据；重新议事，另记一份决议。（resolution-rejected）"
    )

    assert log.judge(build_spent(log, 100)) == [told.format("凭证 2026-10-001")]
    assert log.judge(build_outcome(log.texts)) == [told.format("决议 JY-2026-001 的结果")]


def test_what_is_done_is_done_after_it_was_resolved_and_before_its_last_day(log: Log) -> None:
    log.add(build_resolution(log.texts, valid_until="2026-10-28"))
    later = (
        "现为2026-10-27，应为2026-10-28 或以后。先有决议，后办事；核对日期和决议编号。（resolution-later）"
    )

    assert log.judge(build_spent(log, 100), occurred_on="2026-10-27") == [f"凭证 2026-10-001：{later}"]
    assert log.judge(build_outcome(log.texts), occurred_on="2026-10-27") == [
        f"决议 JY-2026-001 的结果：{later}"
    ]
    assert log.judge(build_spent(log, 100)) == []


def test_after_its_last_day_nothing_is_spent_but_its_outcome_is_told(log: Log) -> None:
    (step,) = build_resolution(log.texts).steps
    earlier = (msgspec.structs.replace(step, held_on="2026-10-08"),)
    resolution = build_resolution(log.texts, steps=earlier, valid_until="2026-10-27")
    log.add(resolution, occurred_on="2026-10-08")

    assert log.judge(build_spent(log, 100)) == [
        (
            "凭证 2026-10-001：现为2026-10-28，应为2026-10-27 或以前。"
            "决议已经过期；还要办的，重新议事。（resolution-expired）"
        )
    ]
    assert log.judge(build_outcome(log.texts)) == []


def test_no_more_is_spent_than_it_allows_nor_comes_back_than_was_spent(log: Log) -> None:
    log.add(build_resolution(log.texts))
    log.add(build_spent(log, 2_500_000))
    more = build_spent(log, 500_001, number="2026-10-002")
    back = build_spent(log, -2_500_001, number="2026-10-002")

    assert log.judge(more) == [
        (
            "凭证 2026-10-002：现为5,000.01 元，前面已花 25,000.00 元，"
            "应为一共不超过 30,000.00 元，还剩 5,000.00 元。"
            "超过决议 JY-2026-001 准许的数；改正金额，或者就多出的部分另作决议。（resolution-overspent）"
        )
    ]
    assert log.judge(back) == [
        (
            "凭证 2026-10-002：现为25,000.01 元，应为不超过花过的 25,000.00 元。"
            "退回来的钱不会比花过的多；别的收入不写决议编号。（resolution-refund）"
        )
    ]


def test_what_is_taken_back_after_a_refund_is_told_without_a_minus(log: Log) -> None:
    log.add(build_resolution(log.texts))
    at = log.add(build_spent(log, 100_000))
    log.add(build_spent(log, -30_000, number="2026-10-002"))
    red = build_postings(-100_000)
    log.add(build_reversal(log.texts, number="2026-10-003", postings=red, reverses=at))

    assert log.judge(build_spent(log, 3_030_001, number="2026-10-004")) == [
        (
            "凭证 2026-10-004：现为30,300.01 元，前面退回的比花的多 300.00 元，"
            "应为一共不超过 30,000.00 元，还剩 30,300.00 元。"
            "超过决议 JY-2026-001 准许的数；改正金额，或者就多出的部分另作决议。（resolution-overspent）"
        )
    ]
    assert log.judge(build_spent(log, -1, number="2026-10-004")) == [
        (
            "凭证 2026-10-004：现为0.01 元，应为不超过花过的 0.00 元。"
            "退回来的钱不会比花过的多；别的收入不写决议编号。（resolution-refund）"
        )
    ]


def test_a_fund_is_known_and_spends_what_it_has(log: Log) -> None:
    spent = build_voucher(log.texts, fund="ZX-0001", postings=build_postings(50_001))

    assert log.judge(spent) == [
        (
            "凭证 2026-10-001：现为专款 ZX-0001 没有登记，应为登记过的专款。"
            "核对编号；是新的专款，先登记并通过审核。（fund-unknown）"
        )
    ]
    log.add(build_fund(log.texts))
    assert log.judge(spent) == [
        (
            "凭证 2026-10-001：现为500.01 元，应为不超过剩下的 500.00 元。"
            "专款只花它自己的钱：收到的先记账；多出的用村里别的钱付，另做一张凭证。（fund-overspent）"
        )
    ]


def test_a_fund_whose_gift_was_taken_back_says_what_is_to_come_first(log: Log) -> None:
    log.add(build_fund(log.texts, opening_fen=0))
    gift = build_postings(50_000, debit="101", credit="241")
    at = log.add(build_voucher(log.texts, fund="ZX-0001", postings=gift))
    log.add(build_voucher(log.texts, fund="ZX-0001", number="2026-10-002"))
    back = build_postings(-50_000, debit="101", credit="241")
    log.add(build_reversal(log.texts, number="2026-10-003", postings=back, reverses=at))

    spent = build_voucher(log.texts, fund="ZX-0001", number="2026-10-004", postings=build_postings(100))
    assert log.judge(spent) == [
        (
            "凭证 2026-10-004：现为1.00 元，应为先补上多花的 325.00 元。"
            "专款只花它自己的钱：收到的先记账；多出的用村里别的钱付，另做一张凭证。（fund-overspent）"
        )
    ]


def test_who_received_is_counted_where_money_is_passed_on_and_nowhere_else(log: Log) -> None:
    log.add(build_fund(log.texts, category="subsidy"))
    log.add(build_fund(log.texts, number="ZX-0002"))
    idle = (
        "凭证 2026-10-001：现为5 人领取，应为只在发放救灾救济、代发补贴时写领取人数。"
        "写上专款编号，或者不写人数。（recipients-idle）"
    )

    assert log.judge(build_voucher(log.texts, fund="ZX-0001")) == [
        (
            "凭证 2026-10-001：现为没有写多少人领取，应为领取的人数。"
            "数一数领取的人，写上人数；不写是谁。（recipients-missing）"
        )
    ]
    assert log.judge(build_voucher(log.texts, fund="ZX-0001", recipients=5)) == []
    assert log.judge(build_voucher(log.texts, fund="ZX-0002", recipients=5)) == [idle]
    assert log.judge(build_voucher(log.texts, recipients=5)) == [idle]
