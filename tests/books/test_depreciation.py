"""Straight-line depreciation against an obvious model: nothing is lost, nothing is taken beyond the residual value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.depreciation import build_plan, get_last_month, sum_planned
from ledger.books.values import get_next_period, get_previous_period
from tests.builders import Discloser, build_asset

TEXTS = Discloser()


@given(
    original=st.integers(1, 10**12),
    percent=st.integers(0, 100),
    life=st.integers(1, 1_200),
    gone=st.integers(0, 1_300),
    data=st.data(),
)
def test_the_months_together_take_exactly_what_is_to_be_taken(
    original: int, percent: int, life: int, gone: int, data: st.DataObject
) -> None:
    residual = original * percent // 100
    depreciated = data.draw(st.integers(0, original - residual))
    first = "2026-10"
    in_use = first
    for _ in range(gone % 300 + 1):
        in_use = get_previous_period(in_use) if in_use > "2000-01" else in_use
    asset = build_asset(
        TEXTS,
        depreciated_fen=depreciated,
        in_use_from=in_use,
        life_months=life,
        original_fen=original,
        residual_fen=residual,
    )

    plan = build_plan(asset)

    assert plan is not None
    taken, month, before = [], first, 0
    for _ in range(plan.months):
        so_far = sum_planned(plan, month)
        taken.append(so_far - before)
        before, month = so_far, get_next_period(month)
    assert sum(taken) == original - residual - depreciated
    assert sum_planned(plan, month) == sum_planned(plan, "2999-12") == sum(taken)
    assert sum_planned(plan, get_previous_period(first)) == 0
    assert len(set(taken[:-1])) <= 1
    assert min(taken) >= 0
    assert taken[-1] >= max(taken[:-1], default=0)
    assert taken[-1] - plan.monthly_fen < plan.months


def test_an_old_asset_spreads_what_is_left_over_the_months_that_are_left() -> None:
    plan = build_plan(build_asset(TEXTS))

    assert plan == ("2026-10", 60, 600_000)
    assert sum_planned(plan, "2026-10") == 10_000
    assert sum_planned(plan, "2031-09") == 600_000


def test_what_has_outlived_its_years_takes_the_rest_at_once() -> None:
    plan = build_plan(build_asset(TEXTS, in_use_from="1985-06"))

    assert plan == ("2026-10", 1, 600_000)


def test_a_right_begins_in_its_own_month_and_ends_before_that_of_its_disposal() -> None:
    right = build_asset(
        TEXTS, category="intangible", in_use_from="2026-10", depreciated_fen=0, life_months=12
    )

    assert build_plan(right) == ("2026-10", 12, 1_140_000)
    assert get_last_month(right, "2026-12-05") == "2026-11"
    assert get_last_month(right, "") == ""
    assert get_last_month(build_asset(TEXTS), "2026-12-05") == "2026-12"


def test_what_is_not_depreciated_has_no_plan() -> None:
    assert build_plan(build_asset(TEXTS, life_months=0, depreciates_from="")) is None
