"""Months and days."""

from __future__ import annotations

import pytest

from ledger.books.periods import count_months, format_day, format_period, get_day, iterate_periods


@pytest.mark.parametrize(
    ("recorded_at", "day"),
    [
        (1_793_174_400_000, "2026-10-28"),
        (1_793_203_199_999, "2026-10-28"),  # A millisecond before midnight in Beijing, 16:00 UTC.
        (1_793_203_200_000, "2026-10-29"),
        (0, "1970-01-01"),
    ],
)
def test_an_instant_has_its_day_in_beijing(recorded_at: int, day: str) -> None:
    assert get_day(recorded_at) == day


def test_months_run_over_the_year() -> None:
    assert list(iterate_periods("2026-11", "2027-02")) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert list(iterate_periods("2026-11", "2026-10")) == []


def test_dates_are_written_as_people_read_them() -> None:
    assert (format_period("2026-09"), format_day("2026-09-05")) == ("2026年9月", "2026年9月5日")


def test_months_are_counted_with_both_ends() -> None:
    assert count_months("2026-10", "2026-10") == 1
    assert count_months("2025-12", "2026-01") == 2
    assert count_months("2026-10", "2026-09") == 0
