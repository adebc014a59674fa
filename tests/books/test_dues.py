"""Payment calendars: nothing is lost in dividing, stepping and matching; ages and ends are by the day."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.contracts import DUES_MAX, Due
from ledger.books.dues import (
    AGES,
    DueRule,
    Payment,
    divide,
    find_age,
    find_end,
    get_contract,
    make_dues,
    match_payments,
    sum_ages,
    sum_paid,
)
from tests.builders import Discloser, build_postings, build_replacement, build_reversal, build_voucher

TIMES = (1, 2, 3, 4, 6, 12)
AMOUNTS = st.integers(1, 10**9)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)).map(dt.date.isoformat)


def make_rule(**changes: object) -> DueRule:
    rule = DueRule(
        first_on="2026-04-01",
        last_on="2031-03-31",
        step_hundredths=0,
        step_years=0,
        times=1,
        yearly_fen=1_200_000,
    )
    return rule._replace(**changes)


def tell(rule: DueRule) -> list[tuple[str, int]]:
    return [(due.due_on, due.amount_fen) for due in make_dues(rule)]


def test_a_year_is_paid_on_the_same_day_until_the_contract_ends() -> None:
    assert tell(make_rule()) == [(f"{year}-04-01", 1_200_000) for year in range(2026, 2031)]
    assert tell(make_rule(last_on="2026-03-31")) == []


def test_every_third_year_it_is_five_percent_more_to_the_fen() -> None:
    amounts = [
        amount for _, amount in tell(make_rule(step_hundredths=500, step_years=2, yearly_fen=1_000_001))
    ]

    assert amounts == [1_000_001, 1_000_001, 1_050_001, 1_050_001, 1_102_501]


def test_the_last_day_of_a_month_stays_the_last_where_a_month_is_short() -> None:
    days = [day for day, _ in tell(make_rule(first_on="2027-10-31", last_on="2028-04-30", times=12))]

    assert days == [
        *("2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"),
    ]


def test_a_calendar_that_no_entry_holds_stops_one_beyond() -> None:
    assert len(make_dues(make_rule(last_on="2099-12-31", times=12))) == DUES_MAX + 1


@given(AMOUNTS, st.sampled_from(TIMES))
def test_the_parts_of_a_year_add_up_to_it_and_differ_by_a_fen_at_most(amount_fen: int, times: int) -> None:
    parts = divide(amount_fen, times)

    assert sum(parts) == amount_fen
    assert len(parts) == times
    assert max(parts) - min(parts) <= 1


@given(AMOUNTS, st.sampled_from(TIMES), st.integers(0, 5), st.integers(0, 3_000), st.integers(1, 12))
def test_whole_years_lose_no_fen_and_steps_are_rounded_once(
    yearly_fen: int, times: int, step_years: int, step: int, years: int
) -> None:
    rule = make_rule(
        first_on="2020-01-31",
        last_on=f"{2019 + years}-12-31",
        step_hundredths=step,
        step_years=step_years,
        times=times,
        yearly_fen=yearly_fen,
    )

    dues = make_dues(rule)

    expected = yearly_fen
    for year in range(years):
        if year and step_years and year % step_years == 0:
            # Half up, in exact fractions.
            expected = int(Fraction(expected) * Fraction(10_000 + step, 10_000) + Fraction(1, 2))
        part = dues[year * times : (year + 1) * times]
        assert sum(due.amount_fen for due in part) == expected
    assert len(dues) == years * times
    assert [due.due_on for due in dues] == sorted({due.due_on for due in dues})


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Due], list[Payment]]:
    """Dues of some days; payments, some of them taken back whole, some money given back."""
    days = sorted(draw(st.sets(DAYS, max_size=6)))
    dues = [Due(amount_fen=draw(AMOUNTS), due_on=day) for day in days]
    payments: list[Payment] = []
    for at in range(1, draw(st.integers(0, 8)) + 1):
        open_ = [item for item in payments if item.at not in {other.reverses for other in payments}]
        open_ = [item for item in open_ if not item.reverses]
        if open_ and draw(st.booleans()):
            wrong = draw(st.sampled_from(open_))
            payments.append(Payment(-wrong.amount_fen, at, wrong.at))
        else:
            payments.append(Payment(draw(st.integers(-(10**9), 10**9)), at, 0))
    return dues, payments


@given(stories())
def test_what_was_paid_is_what_stands_at_the_dues_and_ahead_of_them(
    story: tuple[list[Due], list[Payment]],
) -> None:
    dues, payments = story

    matched = match_payments(dues, payments)

    paid_fen = [item.paid_fen for item in matched.dues]
    assert sum(paid_fen) + matched.ahead_fen == sum(payment.amount_fen for payment in payments)
    assert all(0 <= item.paid_fen <= item.due.amount_fen for item in matched.dues)
    # The oldest first: after one that is not paid whole nothing is paid.
    opened = [item for item in matched.dues if item.unpaid_fen]
    assert all(not item.paid_fen for item in opened[1:])
    assert not opened or matched.ahead_fen <= 0
    gone = {payment.reverses for payment in payments}
    named = {share.at for item in matched.dues for share in item.shares}
    assert named <= {payment.at for payment in payments if payment.amount_fen > 0} - gone
    assert all(share.amount_fen > 0 for item in matched.dues for share in item.shares)


@given(stories(), DAYS)
def test_the_ages_add_up_to_what_is_unpaid(story: tuple[list[Due], list[Payment]], today: str) -> None:
    matched = match_payments(*story)

    ages = sum_ages(matched, today)

    assert list(ages) == list(AGES)
    assert sum(ages.values()) == sum(item.unpaid_fen for item in matched.dues)
    assert (ages["not-due"] > 0) == any(item.unpaid_fen and item.due.due_on >= today for item in matched.dues)


@pytest.mark.parametrize(
    ("today", "age"),
    [
        ("2026-10-30", "not-due"),
        ("2026-10-31", "not-due"),
        ("2026-11-01", "to-30"),
        ("2026-11-30", "to-30"),
        ("2026-12-01", "to-90"),
        ("2027-01-29", "to-90"),
        ("2027-01-30", "to-365"),
        ("2027-10-31", "to-365"),
        ("2027-11-01", "over-365"),
    ],
)
def test_a_due_is_overdue_from_the_day_after_it(today: str, age: str) -> None:
    assert find_age("2026-10-31", today) == age


@pytest.mark.parametrize(
    ("today", "days"),
    [
        ("2026-08-01", 0),
        ("2026-08-02", 90),
        ("2026-10-01", 30),
        ("2026-10-24", 7),
        ("2026-10-31", 7),
        ("2026-11-01", 0),
    ],
)
def test_an_end_is_told_ninety_thirty_and_seven_days_before(today: str, days: int) -> None:
    assert find_end("2026-10-31", today) == days


def test_paid_is_what_moved_of_cash_and_bank() -> None:
    texts = Discloser()

    def paid(debit: str, credit: str) -> int:
        return sum_paid(build_voucher(texts, postings=build_postings(100, debit, credit)))

    assert paid("102", "50103") == 100
    assert paid("541", "10102") == -100
    assert paid("112", "50103") == 0  # Owed, and earned: nothing came.
    assert paid("101", "102") == 0


def test_a_reversal_is_about_what_the_reversed_voucher_was_about() -> None:
    texts = Discloser()
    wrong = build_voucher(texts, contract="HT-0003")
    blue = build_replacement(texts, replaces=3, contract="HT-0004")
    red = build_reversal(texts, reverses=3)

    assert get_contract(wrong, None) == "HT-0003"
    assert get_contract(blue, wrong) == "HT-0004"
    assert [get_contract(red, other) for other in (wrong, blue, red, None)] == ["HT-0003", "HT-0004", "", ""]
