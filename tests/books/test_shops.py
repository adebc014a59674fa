"""The points shop's own rules: what goods may cost, what a line is worth, what a household may take."""

from __future__ import annotations

import pytest

from ledger.books.periods import count_months
from ledger.books.shops import (
    Balance,
    Redemption,
    check_opened_redemptions,
    check_redeemed,
    check_shop,
)
from ledger.errors import format_fault
from tests.books.points_ledger import change
from tests.books.shop_ledger import ShopLedger


@pytest.fixture
def ledger() -> ShopLedger:
    return ShopLedger()


def test_a_point_is_worth_a_yuan_at_most(ledger: ShopLedger) -> None:
    assert check_shop(ledger.build_shop(("SP001", 10, 1_000, 3))) == []
    (fault,) = check_shop(ledger.build_shop(("SP001", 10, 1_001, 3)))
    assert format_fault(fault) == (
        "商品 SP001：现为10 分换成本 10.01 元的东西，应为成本不超过 10.00 元。"
        "1 分最多值 1 元：提高兑换积分，或者换便宜的商品。（goods-cost）"
    )


def test_goods_stand_in_order_each_once(ledger: ShopLedger) -> None:
    row = ("SP001", 10, 1_000, 3)
    for rows, found in (
        ((row, row), "SP001 以后是 SP001"),
        ((("SP002", 1, 1, 1), row, ("SP003", 1, 1, 1)), "SP002 以后是 SP001"),
    ):
        (fault,) = check_shop(ledger.build_shop(*rows))
        assert format_fault(fault) == (
            f"积分超市的商品：现为{found}，应为编号从小到大，各出现一次。"
            "按编号排好，重复的只留一种。（goods-order）"
        )


@pytest.mark.parametrize(
    ("first", "last", "months", "is_right"),
    [
        ("2026-10", "2026-10", 1, True),
        ("2026-10", "2027-09", 12, True),
        ("2026-10", "2027-10", 13, False),
        ("2026-10", "2026-09", 0, False),
    ],
)
def test_a_points_year_is_a_year_at_most(
    ledger: ShopLedger, first: str, last: str, months: int, *, is_right: bool
) -> None:
    assert count_months(first, last) == months
    faults = check_shop(ledger.build_shop(first_period=first, last_period=last))
    told = (
        f"积分年度：现为{first} 至 {last}，应为开始月份不晚于结束月份，合起来不超过 12 个月。"
        "改正开始月份和结束月份。（shop-months）"
    )
    assert [format_fault(fault) for fault in faults] == ([] if is_right else [told])


def test_a_line_is_worth_its_goods_times_its_pieces(ledger: ShopLedger) -> None:
    goods = {item.code: item for item in ledger.build_shop().goods}
    body = ledger.build_redeemed(("h1", "SP001", 2))

    assert check_redeemed(body, goods) == []
    wrong = change(body, lines=(change(body.lines[0], points=19),))
    assert [format_fault(fault) for fault in check_redeemed(wrong, goods)] == [
        (
            "积分兑换第 1 行：现为19 分，成本 20.00 元，应为20 分，成本 20.00 元。"
            "积分和成本都等于一件的乘以数量。（redeemed-worth）"
        )
    ]
    assert [format_fault(fault) for fault in check_redeemed(body, {})] == [
        "积分兑换第 1 行：现为SP001，应为商品目录里有的编号。对照商品目录改正编号。（redeemed-goods）"
    ]
    twice = change(body, lines=body.lines * 2)
    assert [fault.code for fault in check_redeemed(twice, goods)] == ["digests-order"]


def test_what_is_left_is_never_below_nought_and_redeeming_takes_nothing_from_the_points() -> None:
    spent = Balance(base=100, earned=6, redeemed=10)
    assert (spent.left, spent.total) == (0, 106)
    assert Balance(base=100, earned=16, redeemed=10).left == 6
    assert Balance(base=100, earned=-4, redeemed=0).left == 0


OCTOBER = ("2026-10-01", "2026-10-28")


def take(household: str, points: int, receipt: str = "DH-2026-0001", day: str = "2026-10-20") -> Redemption:
    return Redemption(day=day, household=household, place=f"{household} 行", points=points, receipt=receipt)


def test_nobody_takes_more_than_they_have_left() -> None:
    balances = {"h1": Balance(base=100, earned=20, redeemed=5)}
    lines = [take("h1", 10), take("h1", 5), take("h1", 1), take("h2", 1, "DH-2026-0002")]

    faults = check_opened_redemptions(lines, balances, {"h1", "h2"}, (), OCTOBER)

    assert [format_fault(fault) for fault in faults] == [
        (
            "h1 行：现为兑换 1 分，应为不超过该户还能兑换的 0 分。"
            "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
        ),
        (
            "h2 行：现为兑换 1 分，应为不超过该户还能兑换的 0 分。"
            "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
        ),
    ]


def test_what_was_taken_is_of_the_month_and_of_no_day_to_come() -> None:
    balances = {"h1": Balance(base=0, earned=9, redeemed=0)}
    days = ("2026-09-30", "2026-10-01", "2026-10-28", "2026-10-29")
    lines = [take("h1", 1, day=day) for day in days]

    faults = check_opened_redemptions(lines, balances, {"h1"}, (), OCTOBER)

    expected = "应为2026-10-01 到 2026-10-28 的一天。改成实际兑换的日期。（redeemed-day）"
    assert [format_fault(fault) for fault in faults] == [
        f"h1 行：现为{day}，{expected}" for day in ("2026-09-30", "2026-10-29")
    ]


def test_who_did_not_agree_takes_nothing_and_a_receipt_is_one_households_once() -> None:
    balances = {name: Balance(base=0, earned=9, redeemed=0) for name in ("h1", "h2", "h3")}
    lines = [take("h1", 1), take("h1", 1), take("h2", 1), take("h3", 1, "DH-2026-0009")]

    faults = check_opened_redemptions(lines, balances, {"h1", "h2"}, {"DH-2026-0009"}, OCTOBER)

    assert [format_fault(fault) for fault in faults] == [
        (
            "h2 行：现为收据 DH-2026-0001 已经用过，应为没有用过的收据号。"
            "每家每次一张收据，各有各的号；改正收据号。（receipt-used）"
        ),
        (
            "h3 行：现为该户没有同意积分，应为已签积分契约并同意积分的农户。"
            "先签积分契约，或删去这一行。（redeemed-consent）"
        ),
        (
            "h3 行：现为收据 DH-2026-0009 已经用过，应为没有用过的收据号。"
            "每家每次一张收据，各有各的号；改正收据号。（receipt-used）"
        ),
    ]
