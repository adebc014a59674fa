"""Which quarters and years are late: of a village that has begun with them, and of no other."""

from __future__ import annotations

from ledger.books.concerns.months import ask_span_not_published
from ledger.books.values import get_last_day
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.state import MemoryFacts
from ledger.state.facts import SheetFacts, put_fact
from ledger.state.publishing import UnpublishedSpan, list_unpublished_spans
from tests.builders import VILLAGE

LAW = load_reference().law


def hang(*numbers: str) -> MemoryFacts:
    """Facts of sealed sheets of these numbers."""
    facts = MemoryFacts(list[Entry]().__getitem__)
    for number in numbers:
        sheet = SheetFacts(figures="", index=1, number=number, pdf="", size=1)
        put_fact(facts, f"sheet/{number[:7]}/{number[8]}/{int(number[10:]):02d}", sheet)
    return facts


def list_late(facts: MemoryFacts, first: str, today: str) -> list[UnpublishedSpan]:
    return list_unpublished_spans(facts, LAW, VILLAGE, first, today)


def test_a_village_that_never_hung_one_is_told_of_none() -> None:
    assert list_late(hang("2026-03-F-1", "2026-12-S-1"), "2025-01", "2027-05-01") == []


def test_after_the_first_each_is_asked_for_with_its_day() -> None:
    facts = hang("2026-03-Q-1", "2026-09-Q-1", "2025-12-Y-1")

    assert list_late(facts, "2026-01", "2027-01-15") == [
        UnpublishedSpan("2026-07-30", "quarter", "2026-06"),
        UnpublishedSpan("2027-01-30", "quarter", "2026-12"),
        UnpublishedSpan("2027-03-31", "year", "2026-12"),
    ]
    assert list_late(facts, "2026-07", "2027-01-15")[0].period == "2026-12"
    assert list_late(facts, "2026-01", "2026-06-30") == []  # Not over yet.
    assert get_last_day("2026-06") == "2026-06-30"


def test_one_that_was_given_up_years_ago_is_forgotten() -> None:
    assert list_late(hang("2024-03-Q-1"), "2026-01", "2026-10-15") == []


def test_what_is_late_is_asked_once_its_day_is_over() -> None:
    rule = load_reference().concerns.find("not-published")
    assert rule is not None
    spans = [("2026-07-30", "quarter", "2026-06"), ("2027-03-31", "year", "2026-12")]

    assert list(ask_span_not_published(spans, rule, "2026-07-30")) == []
    (one,) = ask_span_not_published(spans, rule, "2026-07-31")
    assert (one.key, one.since) == ("not-published/2026-06-Q", "2026-07-31")
    assert one.said == "2026年第二季度的公开表应在2026年7月30日以前贴出，还没有贴。"
