"""The register of contracts: what may follow, with its whole message, and what the entries add up to."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.contracts import Due
from ledger.books.vouchers import VOUCHER_MAX_FEN
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import NotFound, format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.contracts import (
    check_contracts,
    find_about,
    find_contract,
    fold_contracts,
    iterate_contracts,
    list_contracts_about,
)
from ledger.state.facts import put_fact
from ledger.state.register_facts import ContractFacts
from tests.builders import (
    Discloser,
    EntryChain,
    build_amendment,
    build_asset,
    build_contract,
    build_contract_end,
    build_contract_void,
    build_description,
    build_founding,
    build_opening,
    build_postings,
    build_replacement,
    build_resource,
    build_reversal,
    build_voucher,
)


class Log:
    """A log whose every entry was checked and folded."""

    def __init__(self, *, is_opened: bool = True) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(self._read)
        opening = (build_opening(),) if is_opened else ()
        for body in (build_founding(), build_description(self.texts), *opening):
            assert self.record(body) == []

    def record(self, body: Body) -> list[str]:
        """Record a body, or return why not."""
        entry = self.chain.append(body)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self.chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def pay(self, number: str, amount_fen: int = 500_000, contract: str = "HT-0001") -> list[str]:
        postings = build_postings(amount_fen, debit="101", credit="501")
        return self.record(build_voucher(self.texts, contract=contract, number=number, postings=postings))

    def _read(self, index: int) -> object:
        if index >= len(self.chain.entries):
            raise NotFound(f"第 {index} 条")
        return self.chain.entries[index]


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_number_is_given_once(log: Log) -> None:
    assert log.record(build_contract(log.texts)) == []
    assert log.record(build_contract(log.texts, ends_on="2028-01-01")) == [
        (
            "合同 HT-0001：现为第 3 条已用这个编号，应为没有用过的编号。"
            "同一份合同不用再登记；是另一份，就换一个编号，用过的编号永远不再用。（contract-number-used）"
        )
    ]
    assert log.record(build_contract_end(log.texts)) == []
    assert [fault.rpartition("（")[2] for fault in log.record(build_contract(log.texts))] == [
        "contract-number-used）"
    ]


def test_a_lowest_price_is_set_for_what_brings_money(log: Log) -> None:
    paying = {"category": "works", "direction": "pays"}

    for changes, found in (
        (paying | {"floor_fen": 600_000}, "付款的合同，6,000.00 元"),
        ({"floor_fen": VOUCHER_MAX_FEN + 1}, "收款的合同，10,000,000,000.01 元"),
    ):
        assert log.record(build_contract(log.texts, **changes)) == [
            (
                f"合同 HT-0001的底价：现为{found}，应为收款的合同才写，不超过 10,000,000,000.00 元。"
                "付款的合同不写底价；金额太大的，检查单位和小数点。（contract-floor）"
            )
        ]
    assert log.record(build_contract(log.texts, floor_fen=VOUCHER_MAX_FEN)) == []


def test_what_was_due_before_the_books_is_in_their_opening(log: Log) -> None:
    early = tuple(Due(amount_fen=1, due_on=day) for day in ("2025-09-30", "2026-09-30", "2026-10-01"))
    told = (
        "合同 HT-0001 的收付款日历：现为2025-09-30 等 2 笔在开账以前，应为2026-10-01 或以后。"
        "开账以前的不列；到开账时还没付的，合成一笔，日期写开账第一天。（due-before-books）"
    )

    assert log.record(build_contract(log.texts, begins_on="2025-01-01", dues=early)) == [told]
    assert log.record(build_contract(log.texts, begins_on="2025-01-01", dues=early[2:])) == []
    assert log.record(build_amendment(log.texts, dues=early, from_on="2025-01-01")) == [told]


def test_what_is_due_waits_for_the_books_to_be_opened() -> None:
    log = Log(is_opened=False)

    assert log.record(build_contract(log.texts)) == [
        (
            "合同 HT-0001 的收付款日历：现为还没有期初余额，应为先有期初余额。"
            "先导入并通过期初余额；没有收付款的合同现在就能登记。（books-not-opened）"
        )
    ]
    assert log.record(build_contract(log.texts, dues=())) == []


def test_only_what_is_registered_and_goes_on_is_changed_or_ended(log: Log) -> None:
    unknown = (
        "现为合同 HT-0001 没有登记，应为合同台账里有的编号。"
        "核对编号；是新合同，先登记合同并通过审核。（contract-unknown）"
    )
    assert log.record(build_amendment(log.texts)) == [f"合同 HT-0001 的变更：{unknown}"]
    assert log.record(build_contract_end(log.texts)) == [f"合同 HT-0001 的终止：{unknown}"]

    log.record(build_contract(log.texts))
    assert log.record(build_amendment(log.texts)) == []
    assert log.record(build_contract_end(log.texts)) == []

    over = (
        "现为第 5 条已经终止或作废了这份合同，应为没有终止、没有作废的合同。"
        "终止、作废以后不能再改；两边又谈好的，签一份新合同，用新的编号。（contract-over）"
    )
    assert log.record(build_amendment(log.texts)) == [f"合同 HT-0001 的变更：{over}"]
    assert log.record(build_contract_end(log.texts)) == [f"合同 HT-0001 的终止：{over}"]


def test_what_was_entered_wrongly_asks_for_nothing_and_keeps_its_number(log: Log) -> None:
    log.record(build_contract(log.texts))
    log.pay("2026-10-001")
    before = find_contract(log.facts, "HT-0001")
    assert before is not None
    dropped = before.list_dropped(build_contract_void(log.texts))
    assert [(item.due.amount_fen, item.paid_fen) for item in dropped] == [
        (1_200_000, 500_000),
        (1_200_000, 0),
        (1_200_000, 0),
    ]

    assert log.record(build_contract_void(log.texts)) == []

    contract = find_contract(log.facts, "HT-0001")
    assert contract is not None
    assert (contract.is_void, contract.dues, contract.matched.ahead_fen) == (True, (), 500_000)
    assert (contract.is_in_force("2026-10-01"), contract.is_in_force("2029-09-30")) == (False, False)
    codes = [log.record(build(log.texts)) for build in (build_contract_void, build_contract)]
    assert [fault.rpartition("（")[2] for (fault,) in codes] == ["contract-over）", "contract-number-used）"]


def test_under_a_void_contract_money_only_goes_back(log: Log) -> None:
    log.record(build_contract(log.texts))
    assert log.pay("2026-10-001") == []
    assert log.record(build_contract_void(log.texts)) == []

    assert log.pay("2026-10-002") == [
        (
            "凭证 2026-10-002：现为合同 HT-0001 在第 5 条作废了，应为没有作废的合同。"
            "写重新登记的那份合同的编号，不按合同收付的不写；只有把钱退回去的凭证还能写作废的合同。（contract-void）"
        )
    ]
    back = build_voucher(log.texts, contract="HT-0001", number="2026-10-002")
    assert log.record(back) == []
    red = build_reversal(
        log.texts, reverses=4, number="2026-10-003", postings=build_postings(-500_000, "101", "501")
    )
    assert log.record(red) == []
    owed = build_postings(500_000, "112", "501")
    assert log.record(build_voucher(log.texts, contract="HT-0001", number="2026-10-004", postings=owed)) == []


def test_by_a_void_contract_nothing_more_is_paid(log: Log) -> None:
    log.record(build_contract(log.texts, category="works", direction="pays"))
    assert log.record(build_contract_void(log.texts)) == []

    (said,) = log.record(build_voucher(log.texts, contract="HT-0001"))

    assert said.endswith("（contract-void）")
    assert log.pay("2026-10-001") == []


def test_what_a_change_takes_away(log: Log) -> None:
    log.record(build_contract(log.texts))
    contract = find_contract(log.facts, "HT-0001")
    assert contract is not None

    amended = contract.list_dropped(build_amendment(log.texts, from_on="2027-10-31"))
    ended = contract.list_dropped(build_contract_end(log.texts, ended_on="2027-10-31"))

    assert [item.due.due_on for item in amended] == ["2027-10-31", "2028-10-31"]
    assert [item.due.due_on for item in ended] == ["2028-10-31"]


def test_a_voucher_is_about_a_contract_of_the_register(log: Log) -> None:
    assert log.pay("2026-10-001") == [
        (
            "凭证 2026-10-001：现为合同 HT-0001 没有登记，应为合同台账里有的编号。"
            "核对编号；是新合同，先登记合同并通过审核。（contract-unknown）"
        )
    ]
    log.record(build_contract(log.texts))
    assert log.pay("2026-10-001") == []
    assert log.pay("2026-10-002", contract="") == []

    contract = find_contract(log.facts, "HT-0001")
    assert contract is not None
    assert contract.paid_fen == 500_000
    assert find_contract(log.facts, "HT-0002") is None


def test_a_reversal_takes_back_what_was_paid_and_the_blue_one_pays_what_it_says(log: Log) -> None:
    log.record(build_contract(log.texts))
    log.pay("2026-10-001")
    red = build_reversal(
        log.texts, reverses=4, number="2026-10-002", postings=build_postings(-500_000, "101", "501")
    )
    assert log.record(red) == []
    contract = find_contract(log.facts, "HT-0001")
    assert contract is not None
    assert (contract.paid_fen, [item.paid_fen for item in contract.matched.dues]) == (0, [0, 0, 0])

    blue = build_replacement(
        log.texts,
        replaces=4,
        contract="HT-0001",
        number="2026-10-003",
        postings=build_postings(50_000, "101", "501"),
    )
    assert log.record(blue) == []
    contract = find_contract(log.facts, "HT-0001")
    assert contract is not None
    assert [(item.amount_fen, item.at, item.reverses) for item in contract.payments] == [
        (500_000, 4, 0),
        (-500_000, 5, 4),
        (50_000, 6, 0),
    ]
    assert contract.matched.dues[0].shares[0].at == 6
    bodies = [log.chain.entries[at].body for at in (4, 5, 6)]
    assert [find_about(log.facts, body) for body in bodies] == ["HT-0001"] * 3


def test_what_the_collective_pays_counts_as_paid(log: Log) -> None:
    log.record(build_contract(log.texts, category="works", direction="pays"))
    log.record(build_voucher(log.texts, contract="HT-0001"))

    contract = find_contract(log.facts, "HT-0001")

    assert contract is not None
    assert (contract.paid_fen, contract.matched.dues[0].paid_fen) == (32_500, 32_500)


def test_the_register_tells_each_contract_with_its_last_day(log: Log) -> None:
    log.record(build_contract(log.texts, number="HT-0002"))
    log.record(build_contract(log.texts))
    log.record(build_amendment(log.texts))
    log.record(build_contract_end(log.texts, contract="HT-0002", ended_on="2026-10-20"))

    first, second = iterate_contracts(log.facts)

    assert (first.signed.number, first.ended_on, first.has_ended) == ("HT-0001", "2029-09-30", False)
    assert (second.signed.number, second.ended_on, second.has_ended) == ("HT-0002", "2026-10-20", True)
    assert [index for index, _ in first.changes] == [5]
    assert [due.amount_fen for due in first.dues] == [1_200_000, 1_000_000, 1_000_000]
    assert second.dues == ()
    assert (first.is_in_force("2029-09-30"), first.is_in_force("2029-10-01")) == (True, False)


def test_a_contract_of_a_closed_month_or_of_years_ago_is_registered_still(log: Log) -> None:
    entry = log.chain.append(
        build_contract(log.texts, begins_on="2020-01-01"), occurred_on="2019-12-20", period="2026-10"
    )

    assert check_entry(log.facts, load_reference(), entry) == []


def test_what_breaks_the_rules_folds_into_nothing(log: Log) -> None:
    with pytest.raises(ValueError, match="no contract HT-0001"):
        fold_contracts(log.facts, log.chain.append(build_amendment(log.texts)))
    with pytest.raises(TypeError, match="about no contract"):
        check_contracts(log.facts, load_reference(), log.chain.append(build_opening()))


def test_facts_that_name_another_entry_are_a_mistake_of_ours(log: Log) -> None:
    assert log.record(build_contract(log.texts)) == []
    put_fact(log.facts, "contract/HT-0001", ContractFacts(changes=(0,), has_ended=False, signed=3))

    with pytest.raises(ValueError, match="entry 0 changes no contract"):
        find_contract(log.facts, "HT-0001")


@pytest.mark.parametrize(
    ("number", "build", "title"), [("ZC-0001", build_asset, "资产"), ("ZY-0001", build_resource, "资源")]
)
def test_a_contract_is_about_an_asset_or_a_plot_that_is_registered(
    number: str, build: Any, title: str
) -> None:
    log = Log()
    about = build_contract(log.texts, subject_number=number)

    unknown = (
        f"合同 HT-0001 的标的：现为{title} {number} 没有登记，应为{title}台账里有的编号。"
        f"核对编号；还没有登记的，先登记{title}并通过审核，或者不写编号。（contract-subject-unknown）"
    )
    assert log.record(about) == [unknown]
    assert log.record(build(log.texts)) == []
    assert log.record(about) == []
    assert log.record(build_contract(log.texts, number="HT-0002")) == []
    assert log.record(build_contract(log.texts, number="HT-0003", subject_number=number)) == []
    assert list_contracts_about(log.facts, number) == ["HT-0001", "HT-0003"]
    assert list_contracts_about(log.facts, "ZC-0009") == []
