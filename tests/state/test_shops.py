"""The points shop follows its rules entry by entry: versions, budget, stock, what is taken and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.data import load_reference
from ledger.figures.points import collect_points
from ledger.state.shops import (
    check_shops,
    find_newest_shop,
    find_shop,
    find_shop_index,
    find_taken,
    fold_shops,
    get_redeemed,
    get_redeemed_in,
    list_needed,
    list_redemptions,
    list_shops,
    list_versions,
)
from tests.books.points_ledger import change
from tests.books.shop_ledger import GOODS, ShopLedger, read_lines


@pytest.fixture
def ledger() -> ShopLedger:
    return ShopLedger()


@pytest.fixture
def opened(ledger: ShopLedger) -> ShopLedger:
    ledger.open_shop()
    return ledger


def test_a_shop_holds_in_the_months_of_its_points_year(opened: ShopLedger) -> None:
    shop = find_shop(opened.facts, "2026-10")

    assert shop is not None
    assert find_shop(opened.facts, "2027-03") == shop == find_newest_shop(opened.facts)
    assert (find_shop(opened.facts, "2026-09"), find_shop(opened.facts, "2027-04")) == (None, None)
    assert find_newest_shop(ShopLedger().facts) is None
    assert find_shop_index(opened.facts, "2026-10") == len(opened.entries) - 1
    assert find_shop_index(opened.facts, "2026-11") == 0


def test_versions_count_up_and_the_newest_holds(opened: ShopLedger) -> None:
    assert opened.tell(opened.build_shop(version=3)) == [
        "积分超市的版本：现为第 3 版，应为第 2 版。重新填一次再交审。（shop-version）"
    ]
    opened.open_shop(version=2, budget_fen=7_000)

    shop = find_shop(opened.facts, "2026-10")
    assert shop is not None
    assert (shop.version, shop.budget_fen) == (2, 7_000)
    assert [item.version for item in list_versions(opened.facts, "2026-12")] == [2, 1]
    assert list_versions(opened.facts, "2026-01") == []
    assert [item.version for item in list_shops(opened.facts)] == [2]
    assert ShopLedger().tell(opened.build_shop(version=2)) == [
        "积分超市的版本：现为第 2 版，应为第 1 版。重新填一次再交审。（shop-version）"
    ]


def test_points_years_never_overlap(opened: ShopLedger) -> None:
    opened.resolve("JY-2026-002", 10_000)
    following = {"resolution": "JY-2026-002", "version": 2}

    assert opened.tell(opened.build_shop(version=2, last_period="2027-04")) == [
        (
            "积分年度：现为2026-10 至 2027-04，应为2026-10 至 2027-03，与上一版相同。"
            "积分年度定下以后不能改长改短：开始月份和结束月份照上一版写。（shop-year）"
        )
    ]
    assert opened.tell(opened.build_shop(first_period="2027-03", last_period="2027-06", **following)) == [
        (
            "积分年度：现为2027-03 至 2027-06，应为从 2027-03 以后的月份开始。"
            "上一个积分年度结束以后，才开始新的：改正开始月份。（shop-year）"
        )
    ]
    following_year = opened.build_shop(first_period="2027-04", last_period="2028-03", **following)
    assert opened.codes(following_year) == []
    opened.append(following_year, "2026-10")
    assert [shop.first_period for shop in list_shops(opened.facts)] == ["2027-04", "2026-10"]


def test_a_budget_rests_on_a_resolution_of_its_own(ledger: ShopLedger) -> None:
    assert ledger.codes(ledger.build_shop(budget_fen=10_000)) == []
    assert ledger.tell(ledger.build_shop(budget_fen=10_001)) == [
        (
            "积分超市的预算：现为100.01 元，应为不超过决议 JY-2026-001 准许的 100.00 元。"
            "降低预算，或者另作决议。（shop-budget）"
        )
    ]
    assert ledger.codes(ledger.build_shop(resolution="JY-2026-009")) == ["resolution-unknown"]
    ledger.open_shop()
    again = ledger.build_shop(first_period="2027-04", last_period="2028-03", version=2)
    assert ledger.tell(again) == [
        (
            "积分超市的预算：现为决议 JY-2026-001 已经用在 2026-10 开始的积分年度，应为这个积分年度自己的决议。"
            "另作决议，再填新决议的编号。（shop-resolution）"
        )
    ]


def test_what_is_taken_and_brought_back_adds_up(opened: ShopLedger) -> None:
    opened.run("2026-10 round | h1 A01 20 | h2 A01 10 | accepted")
    first = opened.redeem(("h1", "SP001", 2), ("h1", "SP002", 1), ("h2", "SP002", 3))
    total = get_redeemed(opened.facts, "2026-10")
    assert (total.lines, total.quantity, total.points, total.cost_fen) == (3, 6, 36, 3_000)
    assert get_redeemed(opened.facts, "2026-10", "SP002").quantity == 4
    assert list_redemptions(opened.facts, "2026-10") == [first.index]

    soap = next(place for place, line in enumerate(read_lines(first)) if line.goods == "SP001")
    back = opened.build_return(first, soap)
    assert opened.codes(back, "2026-11") == []
    entry = opened.append(back, "2026-11")

    assert find_taken(opened.facts, back.line) == entry.index
    assert get_redeemed(opened.facts, "2026-10", "SP001").quantity == 0
    assert get_redeemed(opened.facts, "2026-10").cost_fen == 1_000
    assert get_redeemed_in(opened.facts, "2026-10", "2026-10").cost_fen == 3_000
    assert get_redeemed_in(opened.facts, "2026-10", "2026-11").cost_fen == -2_000
    assert opened.tell(back, "2026-11") == [
        (
            f"退回第 {first.index} 条的一行兑换：现为已经退回过，应为还没有退回的一行。"
            "每行只退一次，不用再退。（redemption-taken）"
        )
    ]


def test_a_return_is_of_an_earlier_line_and_not_before_it(opened: ShopLedger) -> None:
    taken = opened.redeem(("h1", "SP002", 1), period="2026-11")
    back = opened.build_return(taken)

    assert opened.tell(back, "2026-10") == [
        (
            f"退回第 {taken.index} 条的一行兑换：现为2026-10，应为2026-11 或更晚。"
            "退回记入兑换的那个月，或者以后的月份。（redemption-period）"
        )
    ]
    for changes in ({"reverses": len(opened.entries) + 5}, {"reverses": 2}, {"line": "A" * 43}):
        wrong = change(back, **changes)
        assert opened.tell(wrong, "2026-11") == [
            (
                f"退回第 {wrong.reverses} 条的一行兑换：现为那一条不是更早的积分兑换，或者里面没有这一行，"
                "应为更早的积分兑换里的一行。核对原来的收据号和商品编号。（redemption-unknown）"
            )
        ]


def test_what_cannot_be_read_was_not_redeemed(opened: ShopLedger) -> None:
    taken = opened.redeem(("h1", "SP002", 1))
    read = opened.facts._read_entry
    opened.facts._read_entry = lambda index: read(index + 1_000)

    assert opened.codes(opened.build_return(taken)) == ["redemption-unknown"]


def test_nothing_is_redeemed_without_a_shop_or_by_another_version(opened: ShopLedger) -> None:
    body = opened.build_redeemed(("h1", "SP002", 1))

    assert opened.tell(body, "2026-09") == [
        (
            "2026-09 积分兑换：现为这个月没有积分超市，应为积分年度里的月份。"
            "先办积分超市并通过审核；上一个积分年度的积分已经清零，不能再换。（shop-closed）"
        )
    ]
    assert opened.tell(change(body, version=2)) == [
        (
            "2026-10 积分兑换：现为按积分超市第 2 版填的，应为按现在的第 1 版填。"
            "按现在的商品目录重新填。（redeemed-version）"
        )
    ]
    assert opened.tell(change(body, lines=(change(body.lines[0], goods="SP009"),))) == [
        ("积分兑换第 1 行：现为SP009，应为商品目录里有的编号。对照商品目录改正编号。（redeemed-goods）")
    ]


def test_a_digest_is_used_once(opened: ShopLedger) -> None:
    taken = opened.redeem(("h1", "SP002", 1))
    assert opened.tell(taken.body) == [
        (
            "2026-10 积分兑换：现为有以前用过的摘要，应为每个摘要只用一次。"
            "每一行都重新取随机盐，再生成摘要。（redeemed-repeats）"
        )
    ]


def test_no_more_is_taken_than_there_is(opened: ShopLedger) -> None:
    opened.redeem(("h1", "SP001", 2))

    assert opened.tell(opened.build_redeemed(("h1", "SP001", 1), ("h2", "SP001", 1))) == [
        (
            "2026-10 积分兑换，商品 SP001：现为兑换 2 件，应为不超过剩下的 1 件。"
            "减少数量；进了货的，先把进货总数改上。（redeemed-stock）"
        )
    ]
    assert opened.codes(opened.build_redeemed(("h2", "SP001", 1))) == []


def test_nothing_is_taken_beyond_the_budget(ledger: ShopLedger) -> None:
    ledger.open_shop(budget_fen=2_500)
    ledger.redeem(("h1", "SP001", 2))

    assert ledger.codes(ledger.build_redeemed(("h1", "SP002", 2))) == []
    assert ledger.tell(ledger.build_redeemed(("h1", "SP002", 3))) == [
        (
            "2026-10 积分兑换：现为成本 7.50 元，应为不超过预算剩下的 5.00 元。"
            "减少数量；要加预算，按决议改积分超市。（redeemed-budget）"
        )
    ]


def test_a_new_version_leaves_room_for_what_was_taken(opened: ShopLedger) -> None:
    opened.redeem(("h1", "SP001", 2))
    soap, salt = GOODS

    assert opened.tell(opened.build_shop(version=2, budget_fen=1_999)) == [
        ("积分超市的预算：现为19.99 元，应为不低于已经兑换的 20.00 元。提高预算。（shop-budget-spent）")
    ]
    assert opened.tell(opened.build_shop((*soap[:3], 1), salt, version=2)) == [
        (
            "商品 SP001：现为一共进货 1 件，应为不少于已经兑换的 2 件。"
            "改正进货总数：从积分年度开始算起，换走的也算在里面。（goods-stock）"
        )
    ]
    assert opened.codes(opened.build_shop((*soap[:3], 2), salt, version=2)) == []
    assert opened.codes(opened.build_shop(salt, version=2)) == []


def test_the_points_sheet_says_what_the_points_cost(opened: ShopLedger) -> None:
    def shop(period: str) -> Any:
        return collect_points(
            opened.facts, load_reference(), opened.texts.get, opened.head("points", period)
        ).shop

    opened.redeem(("h1", "SP001", 1), ("h2", "SP002", 1))
    taken = opened.redeem(("h1", "SP002", 2), period="2026-11")
    opened.append(opened.build_return(taken), "2026-12")

    assert shop("2026-09") is None
    for period, told in (
        ("2026-10", (6_000, 1_250, 2, 14, 1_250)),
        ("2026-11", (6_000, 500, 1, 8, 1_750)),
        ("2026-12", (6_000, -500, -1, -8, 1_250)),
    ):
        found = shop(period)
        assert (
            found.budget_fen,
            found.cost_fen,
            found.lines,
            found.points,
            found.spent_fen,
        ) == told


def test_another_kind_is_none_of_the_shops(ledger: ShopLedger) -> None:
    entry = ledger.entries[1]
    with pytest.raises(ValueError, match="no kind of the points shop"):
        check_shops(ledger.facts, load_reference(), entry)
    with pytest.raises(ValueError, match="no kind of the points shop"):
        fold_shops(ledger.facts, entry)
    with pytest.raises(ValueError, match="no shop in"):
        ledger.append(ledger.build_redeemed(("h1", "SP001", 1)), "2026-10")
    with pytest.raises(ValueError, match="redeemed no line"):
        ledger.append(
            change(ledger.build_return(ledger.entries[-1]), reverses=1),
            "2026-10",
        )


def test_what_comes_back_of_a_year_that_is_over_takes_nothing_off_the_next(opened: ShopLedger) -> None:
    assert opened.run("2026-10 round | h1 A01 20 | accepted") == []
    taken = opened.redeem(("h1", "SP002", 1))
    opened.resolve("JY-2026-002", 10_000)
    opened.append(
        opened.build_shop(first_period="2027-04", last_period="2028-03", resolution="JY-2026-002", version=2),
        "2027-03",
    )

    opened.append(opened.build_return(taken), "2027-04")

    assert get_redeemed(opened.facts, "2026-10").lines == 0
    assert get_redeemed(opened.facts, "2027-04").lines == 0
    assert get_redeemed_in(opened.facts, "2027-04", "2027-04").cost_fen == 0
    assert list_needed(opened.facts, "2027-04") == [find_shop_index(opened.facts, "2027-04")] * 2
    assert list_needed(opened.facts, "2028-04") == []
