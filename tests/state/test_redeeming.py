"""A household's balance is what a count from the start gives, in whatever order the entries came."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.shops import Balance
from ledger.log.commitments import make_disclosure
from ledger.state.redeeming import (
    MonthDay,
    add_movements,
    check_redemption,
    check_redemptions_privately,
    get_base,
    list_redeemed,
    read_year,
)
from ledger.state.shops import find_newest_shop
from tests.books.shop_ledger import ShopLedger, read_lines

MONTHS = ("2026-10", "2026-11", "2026-12")
POINTS = {"A01": 2, "B10": 10, "C10": -2}
PRICES = {"SP001": 10, "SP002": 4}


@pytest.fixture
def ledger() -> ShopLedger:
    ledger = ShopLedger()
    ledger.open_shop()
    return ledger


def replay(ledger: ShopLedger) -> dict[str, Balance]:
    shop = find_newest_shop(ledger.facts)
    assert shop is not None
    return read_year(ledger.facts, shop, ledger.vault.get).balances


def test_a_balance_has_what_was_earned_and_what_was_redeemed(ledger: ShopLedger) -> None:
    assert ledger.run("2026-10 round | h1 A01 10 | h1 C10 1 | h2 B10 1 | accepted") == []
    taken = ledger.redeem(("h1", "SP002", 2))
    assert replay(ledger) == {
        "h1": Balance(base=100, earned=18, redeemed=8),
        "h2": Balance(base=100, earned=10, redeemed=0),
    }

    ledger.append(ledger.build_return(taken), "2026-10")
    assert ledger.run("2026-11 back 2026-10 h1 A01 | 记错 | accepted") == []
    assert ledger.run("2026-11 back 2026-10 h2 B10 | 记错 | accepted") == []
    assert replay(ledger)["h1"] == Balance(base=100, earned=-2, redeemed=0)
    assert replay(ledger)["h2"] == Balance(base=100, earned=0, redeemed=0)


def test_points_of_another_year_are_not_redeemable_and_stay_in_its_history(ledger: ShopLedger) -> None:
    assert ledger.run("2026-10 round | h1 A01 10 | accepted") == []
    ledger.resolve("JY-2026-002", 10_000)
    ledger.append(
        ledger.build_shop(first_period="2027-04", last_period="2028-03", resolution="JY-2026-002", version=2),
        "2027-03",
    )

    assert replay(ledger) == {}
    body = ledger.build_redeemed(("h1", "SP002", 1), version=2, day="2027-04-01")
    ledger.append(body, "2027-04")
    assert [fault.code for fault in check_redemptions_privately(ledger.facts, ledger.vault.get)] == [
        "redeemed-balance"
    ]


def test_a_household_that_left_has_no_balance(ledger: ShopLedger) -> None:
    assert ledger.run("2026-10 round | h1 A01 10 | h1 B10 1 | h2 A01 10 | accepted") == []
    ledger.redeem(("h1", "SP002", 1), ("h2", "SP002", 1))
    ledger.erase("h1")

    assert list(replay(ledger)) == ["h2"]
    assert check_redemptions_privately(ledger.facts, ledger.vault.get) == []


def test_the_vault_shows_who_took_more_than_they_had(ledger: ShopLedger) -> None:
    assert ledger.run("2026-10 round | h1 A01 4 | accepted") == []
    ledger.redeem(("h1", "SP002", 2))
    assert check_redemptions_privately(ledger.facts, ledger.vault.get) == []
    late = ledger.redeem(("h1", "SP002", 1), ("h3", "SP002", 1))

    faults = check_redemptions_privately(ledger.facts, ledger.vault.get)

    assert sorted(fault.code for fault in faults) == [
        "redeemed-balance",
        "redeemed-balance",
        "redeemed-consent",
    ]
    assert all(f"第 {late.index} 条" in fault.place for fault in faults)


def test_what_is_taken_back_later_makes_no_fault_of_what_was_right(ledger: ShopLedger) -> None:
    assert ledger.run("2026-10 round | h1 A01 4 | accepted") == []
    ledger.redeem(("h1", "SP002", 2))
    assert ledger.run("2026-11 back 2026-10 h1 A01 | 记错 | accepted") == []

    assert check_redemptions_privately(ledger.facts, ledger.vault.get) == []
    assert replay(ledger)["h1"].left == 0


def test_a_vault_that_was_changed_is_told(ledger: ShopLedger) -> None:
    taken = ledger.redeem(("h1", "SP002", 1))
    ledger.vault[read_lines(taken)[0].subject.sealed] = make_disclosure(
        bytes(32), "subject", {"day": "2026-10-28", "household": "h2", "receipt": "DH-2026-0001"}
    )

    (fault,) = check_redemptions_privately(ledger.facts, ledger.vault.get)
    assert (fault.code, fault.place) == ("private-unproven", "2026-10 起的积分年度")


def test_before_a_shop_and_a_rulebook_there_is_nothing_to_judge(ledger: ShopLedger) -> None:
    assert (
        check_redemption(ShopLedger().facts, MonthDay("2026-09", "2026-09-30"), 5, [], ledger.vault.get) == []
    )
    assert (get_base(ledger.facts, "2026-10"), get_base(ledger.facts, "2026-01")) == (100, 0)
    shop = find_newest_shop(ledger.facts)
    assert shop is not None
    opened = [line.redemption for line in list_redeemed(ledger.facts, shop, ledger.vault.get)]
    assert opened == []
    ledger.facts._values.pop("rulebook/2026-10/0001")
    ledger.facts._keys["rulebook"].remove("rulebook/2026-10/0001")
    ledger.redeem(("h1", "SP002", 1))
    opened = [line.redemption for line in list_redeemed(ledger.facts, shop, ledger.vault.get)]
    found = check_redemption(
        ledger.facts, MonthDay("2026-10", "2026-10-31"), len(ledger.entries) - 1, opened, ledger.vault.get
    )
    assert [fault.code for fault in found] == ["redeemed-consent", "redeemed-balance"]


AWARDS = st.tuples(st.sampled_from(["h1", "h2"]), st.sampled_from(sorted(POINTS)), st.integers(1, 3))
TAKINGS = st.tuples(st.sampled_from(["h1", "h2"]), st.sampled_from(sorted(PRICES)), st.just(1))
MONTH = st.tuples(
    st.lists(AWARDS, max_size=6, unique_by=lambda award: award[:2]), st.lists(TAKINGS, max_size=2)
)


@settings(max_examples=30, deadline=None)
@given(months=st.lists(MONTH, min_size=3, max_size=3), data=st.data())
def test_a_balance_is_the_count_from_the_start_under_any_order(months: Any, data: Any) -> None:
    ledger = ShopLedger()
    ledger.open_shop()
    earned, redeemed = {"h1": 0, "h2": 0}, {"h1": 0, "h2": 0}
    for period, (drawn, takings) in zip(MONTHS, months, strict=True):
        awards = [(who, rule, 1 if rule == "B10" else count) for who, rule, count in drawn]
        ledger.append(ledger.build_round(awards), period)
        for who, rule, count in awards:
            earned[who] += POINTS[rule] * count
        for taking in takings:
            body = ledger.build_redeemed(taking)
            if ledger.codes(body, period):
                continue  # Beyond stock: the shop has three pieces of soap.
            entry = ledger.append(body, period)
            redeemed[taking[0]] += PRICES[taking[1]]
            if data.draw(st.booleans()):
                ledger.append(ledger.build_return(entry), period)
                redeemed[taking[0]] -= PRICES[taking[1]]
        if awards and data.draw(st.booleans()):
            who, rule, count = data.draw(st.sampled_from(awards))
            ledger.append(ledger.build_reversal(period, who, rule), data.draw(st.sampled_from(MONTHS)))
            earned[who] -= POINTS[rule] * count

    found = replay(ledger)
    for who in ("h1", "h2"):
        balance = found.get(who, Balance(base=100, earned=0, redeemed=0))
        assert (balance.earned, balance.redeemed) == (earned[who], redeemed[who])
        assert balance.left == max(earned[who] - redeemed[who], 0)
    shop = find_newest_shop(ledger.facts)
    assert shop is not None
    movements = read_year(ledger.facts, shop, ledger.vault.get).movements
    shuffled = list(movements)
    random.Random(data.draw(st.integers())).shuffle(shuffled)
    assert add_movements(shuffled, 100) == add_movements(movements, 100) == found
