"""Until when rounds of assessments are to be recorded, and how one stands on a day."""

from __future__ import annotations

import pytest

from ledger.books.rhythm import count_due_day, judge_display, judge_round, parse_rhythm
from ledger.data import load_rhythm, read_data


def test_each_time_has_its_day_and_says_where_it_was_seen() -> None:
    rhythm = load_rhythm()

    assert count_due_day(rhythm, "month", "2026-10") == "2026-11-10"
    assert count_due_day(rhythm, "quarter", "2026-09") == "2026-10-15"
    assert count_due_day(rhythm, "year", "2026-12") == "2027-01-31"
    assert all(rule.basis for rule in rhythm.values())


def test_a_table_without_a_year_is_none() -> None:
    text = read_data("rhythm.toml").replace('every = "year"', 'every = "month"')

    with pytest.raises(ValueError, match="each once"):
        parse_rhythm(text)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-09-20", "ahead"),
        ("2026-10-31", "ahead"),
        ("2026-11-01", "open"),
        ("2026-11-10", "open"),
        ("2026-11-11", "late"),
    ],
)
def test_a_round_is_ahead_then_open_then_late(today: str, state: str) -> None:
    told = judge_round("2026-10", "2026-11-10", today, is_held=False, is_closed=False, is_kept=True)

    assert told == state


def test_what_is_held_stays_held_and_what_was_closed_without_is_missed() -> None:
    def judge(**said: bool) -> str:
        known = {"is_held": False, "is_closed": False, "is_kept": True} | said
        return judge_round("2026-10", "2026-11-10", "2026-12-01", **known)

    assert judge(is_held=True, is_closed=True, is_kept=False) == "held"
    assert judge(is_closed=True) == "missed"
    assert judge(is_kept=False) == "unkept"


def test_a_display_runs_through_its_last_day() -> None:
    assert judge_display("", "2026-11-09", is_held=False) == "none"
    assert judge_display("", "2026-11-09", is_held=True) == "unrecorded"
    assert judge_display("2026-11-09", "2026-11-09", is_held=True) == "running"
    assert judge_display("2026-11-09", "2026-11-10", is_held=True) == "over"


def test_the_table_that_ships_says_of_each_time_how_many_days() -> None:
    assert parse_rhythm(read_data("rhythm.toml")) == load_rhythm()
