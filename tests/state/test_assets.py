"""The registers of assets and resources: what may follow, with its whole message, and what the entries add up to."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.vouchers import Voucher
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import NotFound, format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.assets import (
    check_assets,
    find_about_asset,
    find_asset,
    fold_assets,
    get_asset_facts,
    get_sums,
    get_value,
    has_open_difference,
    iterate_assets,
    list_depreciation,
    list_moves,
)
from ledger.state.resources import check_resources, find_resource, fold_resources, get_land, iterate_resources
from tests.builders import (
    Discloser,
    EntryChain,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_description,
    build_founding,
    build_opening,
    build_postings,
    build_replacement,
    build_resource,
    build_resource_change,
    build_reversal,
    build_stocktake,
    build_voucher,
)


class Log:
    """A log whose every entry was checked and folded; the books are those of 2023."""

    def __init__(self) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(self._read)
        opening = build_opening(chart="2023", postings=build_postings(5_000_000, "101", "301"))
        for body in (build_founding(chart="2023"), build_description(self.texts), opening):
            assert self.record(body) == []

    def record(self, body: Body, **envelope: Any) -> list[str]:
        """Record a body, or return why not."""
        entry = self.chain.append(body, **envelope)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self.chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def book(self, number: str, amount_fen: int, debit: str, credit: str, **changes: Any) -> list[str]:
        fields = {"asset": "ZC-0001", "chart": "2023", "number": f"2026-10-{number}"}
        postings = build_postings(amount_fen, debit, credit)
        return self.record(build_voucher(self.texts, **(fields | {"postings": postings} | changes)))

    def _read(self, index: int) -> object:
        if index >= len(self.chain.entries):
            raise NotFound(f"第 {index} 条")
        return self.chain.entries[index]


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_number_is_given_once(log: Log) -> None:
    assert log.record(build_asset(log.texts)) == []
    assert log.record(build_asset(log.texts)) == [
        (
            "资产 ZC-0001：现为第 3 条已用这个编号，应为没有用过的编号。"
            "同一件资产不用再登记；是另一件，就换一个编号，用过的编号永远不再用。（asset-number-used）"
        )
    ]
    assert log.record(build_resource(log.texts)) == []
    assert log.record(build_resource(log.texts)) == [
        (
            "资源 ZY-0001：现为第 4 条已用这个编号，应为没有用过的编号。"
            "同一块地不用再登记；是另一块，就换一个编号，用过的编号永远不再用。（resource-number-used）"
        )
    ]


def test_only_what_is_registered_and_was_not_disposed_of_is_changed(log: Log) -> None:
    unknown = (
        "现为资产 ZC-0001 没有登记，应为资产台账里有的编号。"
        "核对编号；是新资产，先登记资产并通过审核。（asset-unknown）"
    )
    assert log.record(build_asset_change(log.texts)) == [f"资产 ZC-0001 的变动：{unknown}"]
    assert log.record(build_asset_disposal(log.texts)) == [f"资产 ZC-0001 的处置：{unknown}"]
    assert log.record(build_stocktake(log.texts)) == [f"盘点的资产 ZC-0001：{unknown}"]
    log.record(build_asset(log.texts))
    assert log.record(build_asset_change(log.texts, quantity=3)) == []
    assert log.record(build_asset_disposal(log.texts)) == []

    gone = "现为第 5 条已登记处置，应为没有处置过的资产。处置过的不再改；核对资产编号。（asset-disposed）"
    assert log.record(build_asset_change(log.texts)) == [f"资产 ZC-0001 的变动：{gone}"]
    assert log.record(build_asset_disposal(log.texts)) == [f"资产 ZC-0001 的处置：{gone}"]
    asset = find_asset(log.facts, "ZC-0001")
    assert asset is not None
    assert asset.facts.quantity == 3
    assert asset.disposed_on == log.chain.entries[5].occurred_on
    assert not asset.is_settled
    assert find_asset(log.facts, "ZC-0002") is None


def test_a_depreciation_is_booked_once_a_month_and_within_its_months(log: Log) -> None:
    log.record(build_asset(log.texts, depreciates_from="2026-11"))
    assert log.book("001", 10_000, "511", "152") == [
        (
            "凭证 2026-10-001，资产 ZC-0001 2026-10 的折旧：现为2026-10，应为2026-11 或以后。"
            "核对资产编号和月份。（depreciation-early）"
        )
    ]
    log.record(build_asset(log.texts, number="ZC-0002", life_months=0, depreciates_from=""))
    assert log.book("001", 10_000, "511", "152", asset="ZC-0002") == [
        (
            "凭证 2026-10-001，资产 ZC-0002 2026-10 的折旧：现为2026-10，应为不提折旧的资产没有折旧。"
            "核对资产编号和月份。（depreciation-early）"
        )
    ]
    log.record(build_asset(log.texts, number="ZC-0003"))
    assert log.book("001", 600_001, "511", "152", asset="ZC-0003") == [
        (
            "凭证 2026-10-001，资产 ZC-0003 2026-10 的折旧：现为6,000.01 元，应为不超过 6,000.00 元。"
            "折旧提到残值为止，改正金额；提足了的不再提。（depreciation-beyond）"
        )
    ]
    assert log.book("001", 10_000, "511", "152", asset="ZC-0003") == []
    assert log.book("002", 10_000, "511", "152", asset="ZC-0003") == [
        (
            "凭证 2026-10-002，资产 ZC-0003 2026-10 的折旧：现为第 6 条已提了 100.00 元，应为这个月还没有提过。"
            "一件资产一个月只提一次；金额有错的，冲销那张再更正。（depreciation-twice）"
        )
    ]
    assert [month for month, _ in list_depreciation(log.facts, "ZC-0003")] == ["2026-10"]


def test_a_depreciation_moves_no_cost_and_only_a_red_one_lowers_it(log: Log) -> None:
    log.record(build_asset(log.texts))
    both = (
        *build_postings(1, "151", "152")[:1],
        *build_postings(5_000_000, "511", "152")[:1],
        *build_postings(5_000_001, "511", "152")[1:],
    )
    told = (
        "凭证 2026-10-001，资产 ZC-0001：现为提折旧 50,000.01 元，又记了 {} 元原值，应为提折旧的凭证不动原值。"
        "原值和折旧分开做：一张凭证只提折旧，另一张记原值。（depreciation-with-cost）"
    )
    assert log.book("001", 0, "", "", postings=both) == [told.format("0.01")]
    less = (*build_postings(1, "101", "151")[1:], *both[1:2], *build_postings(5_000_001, "101", "152")[1:])
    less += build_postings(2, "101", "513")[:1]
    assert log.book("001", 0, "", "", postings=less) == [told.format("-0.01")]
    lowered = [
        (
            "凭证 2026-10-001，资产 ZC-0001：现为累计折旧减少 100.00 元，应为只有红字冲销和整件转出才减累计折旧。"
            "提多了的，用红字冲销那张凭证，再提对的数。（depreciation-lowered）"
        )
    ]
    assert log.book("001", 10_000, "152", "511") == lowered
    # Nor with a little cost beside it, nor in place of a voucher that was taken back.
    mixed = (*build_postings(10_000, "152", "511"), *build_postings(1, "151", "101"))
    assert log.book("001", 0, "", "", postings=mixed) == lowered
    assert log.book("001", 10_000, "511", "152") == []
    red = build_reversal(
        log.texts,
        reverses=4,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(-10_000, "511", "152"),
    )
    assert log.record(red) == []
    blue = build_replacement(
        log.texts,
        replaces=4,
        asset="ZC-0001",
        chart="2023",
        number="2026-10-003",
        postings=build_postings(10_000, "152", "511"),
    )
    assert [said.rpartition("（")[2] for said in log.record(blue)] == ["depreciation-lowered）"]


def test_what_is_taken_back_may_be_booked_again_and_a_blue_one_is_of_the_same_month(log: Log) -> None:
    log.record(build_asset(log.texts))
    log.book("001", 10_000, "511", "152")
    red = build_reversal(
        log.texts,
        reverses=4,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(-10_000, "511", "152"),
    )
    assert log.record(red) == []
    assert list_depreciation(log.facts, "ZC-0001") == []
    blue = build_replacement(
        log.texts,
        replaces=4,
        asset="ZC-0001",
        chart="2023",
        number="2026-10-003",
        postings=build_postings(11_000, "511", "152"),
    )
    assert log.record(blue) == []

    assert [(month, at.amount_fen) for month, at in list_depreciation(log.facts, "ZC-0001")] == [
        ("2026-10", 11_000)
    ]
    assert [(move.accumulated_fen, move.reverses) for move in list_moves(log.facts, "ZC-0001")] == [
        (10_000, 0),
        (-10_000, 4),
        (11_000, 0),
    ]
    for at in (4, 5, 6):
        body = log.chain.entries[at].body
        assert isinstance(body, Voucher)
        assert find_about_asset(log.facts, body) == "ZC-0001"
    assert find_about_asset(log.facts, build_voucher(log.texts)) == ""


def test_a_blue_one_in_place_of_what_was_about_no_asset_is_of_its_own_month(log: Log) -> None:
    log.record(build_asset(log.texts))
    assert log.book("001", 10_000, "511", "152", asset="") == []
    answer: dict[str, Any] = {"chart": "2023", "postings": build_postings(-10_000, "511", "152")}
    assert log.record(build_reversal(log.texts, reverses=4, number="2026-10-002", **answer)) == []
    answer |= {"asset": "ZC-0001", "postings": build_postings(10_000, "511", "152")}
    assert log.record(build_replacement(log.texts, replaces=4, number="2026-10-003", **answer)) == []

    assert [month for month, _ in list_depreciation(log.facts, "ZC-0001")] == ["2026-10"]


def test_a_voucher_moves_only_accounts_of_its_asset(log: Log) -> None:
    assert log.book("001", 100, "151", "101") == [
        (
            "凭证 2026-10-001：现为资产 ZC-0001 没有登记，应为资产台账里有的编号。"
            "核对编号；是新资产，先登记资产并通过审核。（asset-unknown）"
        )
    ]
    log.record(build_asset(log.texts))
    assert log.book("001", 100, "121", "101") == [
        (
            "凭证 2026-10-001，资产 ZC-0001：现为科目 121，应为固定资产自己的科目。"
            "核对资产编号和科目；这张凭证里只放这一件资产的分录。（asset-account）"
        )
    ]
    assert log.book("001", 100, "511", "101") == []  # A repair.


def test_an_asset_leaves_the_books_whole_and_after_its_disposal(log: Log) -> None:
    log.record(build_asset(log.texts))
    assert log.book("001", 100, "154", "151") == [
        (
            "凭证 2026-10-001，资产 ZC-0001：现为没有登记处置，应为登记过处置的资产。"
            "先登记这件资产的处置，写明怎样处置、为什么，通过审核后再做凭证。（asset-not-disposed）"
        )
    ]
    log.record(build_asset_disposal(log.texts))
    assert log.book("001", 1_200_000, "154", "151") == [
        (
            "凭证 2026-10-001，资产 ZC-0001：现为原值 12,000.00 元、累计折旧 0.00 元，应为原值 12,000.00 元、"
            "累计折旧 5,400.00 元。一件资产整件转出；只处置一部分的，先分开登记。（asset-clearing）"
        )
    ]
    assert get_sums(log.facts, "fixed") == type(get_sums(log.facts, "fixed"))(
        accumulated_fen=540_000, assets=1, value_fen=1_200_000
    )
    out = (
        *build_postings(660_000, "154", "151")[:1],
        *build_postings(540_000, "152", "151")[:1],
        *build_postings(1_200_000, "154", "151")[1:],
    )
    assert log.book("001", 0, "", "", postings=out) == []
    asset = find_asset(log.facts, "ZC-0001")
    assert asset is not None
    assert (asset.facts.clearing_fen, asset.is_settled, asset.net_fen) == (660_000, False, 0)
    assert log.book("002", 10_000, "511", "152") == [
        (
            "凭证 2026-10-002，资产 ZC-0001 2026-10 的折旧：现为已转出账，应为还在账上的资产。"
            "先提当月的折旧，再做转入清理的凭证；做反了的，先冲销转入清理的那张。（depreciation-after-clearing）"
        )
    ]
    assert log.book("002", 660_000, "515", "154") == []
    asset = find_asset(log.facts, "ZC-0001")
    assert asset is not None
    assert asset.is_settled
    assert get_sums(log.facts, "fixed").assets == get_sums(log.facts, "fixed").value_fen == 0


def test_after_the_month_of_its_disposal_nothing_is_depreciated(log: Log) -> None:
    log.record(build_asset(log.texts))
    log.record(build_asset_disposal(log.texts))
    voucher = build_voucher(
        log.texts,
        asset="ZC-0001",
        chart="2023",
        number="2026-11-001",
        postings=build_postings(10_000, "511", "152"),
    )

    november = {"period": "2026-11", "occurred_on": "2026-11-02", "step_ms": 10 * 86_400_000}
    assert log.record(voucher, **november) == [
        (
            "凭证 2026-11-001，资产 ZC-0001 2026-11 的折旧：现为2026-11，应为2026-10 或以前。"
            "处置的当月照提，以后不再提；无形资产当月起就不提。（depreciation-late）"
        )
    ]


def test_nothing_is_disposed_of_before_a_month_that_is_depreciated(log: Log) -> None:
    log.record(build_asset(log.texts, depreciates_from="2026-10"))
    log.book("001", 10_000, "511", "152")

    assert log.record(build_asset_disposal(log.texts), occurred_on="2026-09-30") == [
        (
            "资产 ZC-0001 的处置：现为2026-10 的折旧已经记了，应为2026-09 以后没有折旧。"
            "核对处置的日期；日期没错的，先冲销多提的折旧。（disposal-depreciated）"
        )
    ]
    assert log.record(build_asset_disposal(log.texts), occurred_on="2026-10-01") == []


def test_stock_is_worth_what_vouchers_left_of_it(log: Log) -> None:
    stock = {"category": "stock", "life_months": 0, "depreciates_from": "", "depreciated_fen": 0}
    log.record(build_asset(log.texts, source="purchased", original_fen=50_000, residual_fen=0, **stock))
    assert get_value(get_asset_facts(log.facts, "ZC-0001")) == 0
    log.book("001", 50_000, "121", "101")
    log.book("002", 12_000, "511", "121")

    assert get_sums(log.facts, "stock").value_fen == 38_000
    assert [(number, known.booked_fen) for number, known in iterate_assets(log.facts)] == [
        ("ZC-0001", 38_000)
    ]


def test_a_difference_stays_until_something_follows(log: Log) -> None:
    stock = {"category": "stock", "life_months": 0, "depreciates_from": "", "depreciated_fen": 0}
    log.record(build_asset(log.texts, **stock))

    def is_open() -> bool:
        asset = find_asset(log.facts, "ZC-0001")
        assert asset is not None
        return has_open_difference(log.facts, "ZC-0001", asset.facts)

    assert not is_open()
    assert log.record(build_stocktake(log.texts, ("ZC-0001", 3, 3))) == [
        "盘点的资产 ZC-0001：现为账面 3，应为账面 2。台账上的数量有变，重新做一次盘点表。（stocktake-book）"
    ]
    assert log.record(build_stocktake(log.texts)) == []
    assert is_open()
    assert log.record(build_stocktake(log.texts, ("ZC-0001", 2, 2))) == []
    assert not is_open()
    log.record(build_stocktake(log.texts))
    log.book("001", 5_000, "121", "101")
    assert is_open()  # Nothing is explained by what was bought.
    log.book("002", 6_000, "515", "121")
    assert not is_open()
    red = build_reversal(
        log.texts,
        reverses=8,
        chart="2023",
        postings=build_postings(-6_000, "515", "121"),
        number="2026-10-003",
    )
    assert log.record(red) == []
    assert is_open()
    log.record(build_stocktake(log.texts, ("ZC-0001", 2, 3)))
    assert is_open()
    log.book("004", 5_000, "121", "504")
    assert not is_open()
    log.record(build_stocktake(log.texts))
    log.record(build_asset_change(log.texts, quantity=1))
    assert not is_open()
    log.record(build_stocktake(log.texts, ("ZC-0001", 1, 0)))
    assert is_open()
    log.record(build_asset_disposal(log.texts, how="lost"))
    assert not is_open()


def test_resources_are_counted_by_their_class(log: Log) -> None:
    assert log.record(build_resource_change(log.texts)) == [
        (
            "资源 ZY-0001 的变动：现为资源 ZY-0001 没有登记，应为资源台账里有的编号。"
            "核对编号；是新的地块，先登记资源并通过审核。（resource-unknown）"
        )
    ]
    log.record(build_resource(log.texts))
    log.record(build_resource(log.texts, number="ZY-0002", area_mu_hundredths=100))
    assert (get_land(log.facts, "01").area_mu_hundredths, get_land(log.facts, "01").resources) == (4_350, 2)
    assert log.record(build_resource_change(log.texts)) == []
    assert log.record(build_resource_change(log.texts, resource="ZY-0002", area_mu_hundredths=0)) == []

    assert get_land(log.facts, "01").resources == 0
    assert (get_land(log.facts, "10").area_mu_hundredths, get_land(log.facts, "10").resources) == (4_000, 1)
    assert [(number, known.land_class) for number, known in iterate_resources(log.facts)] == [
        ("ZY-0001", "10"),
        ("ZY-0002", "10"),
    ]
    resource = find_resource(log.facts, "ZY-0001")
    assert resource is not None
    assert resource.current.area_mu_hundredths == 4_000
    assert resource.registered.area_mu_hundredths == 4_250
    assert find_resource(log.facts, "ZY-0003") is None


def test_what_nobody_registered_is_a_mistake_of_the_program(log: Log) -> None:
    entries = [
        log.chain.append(body)
        for body in (
            build_asset_change(log.texts),
            build_resource_change(log.texts),
            build_description(log.texts),
        )
    ]

    with pytest.raises(ValueError, match="no asset ZC-0001"):
        fold_assets(log.facts, entries[0])
    with pytest.raises(ValueError, match="no resource ZY-0001"):
        fold_resources(log.facts, entries[1])
    with pytest.raises(TypeError, match="about no asset"):
        check_assets(log.facts, load_reference(), entries[2])
    with pytest.raises(TypeError, match="about no resource"):
        check_resources(log.facts, load_reference(), entries[2])
    fold_assets(log.facts, entries[2])
    fold_resources(log.facts, entries[2])
