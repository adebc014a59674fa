"""Figures of cases follow from their entries; of few there is no share, and private ones are only counted."""

from __future__ import annotations

import pytest

from ledger.books.cases import CaseConfided
from ledger.figures.cases import CaseSums, OwnStep, collect_cases, find_share, list_own_cases
from ledger.state.cases import find_case
from tests.books.case_ledger import CaseLedger

STEPS = ("verified", "assigned", "handled", "closed")
DONE = "".join(
    f"2026-10-{day:02d} {step} AL-2026-00{number} | accepted\n"
    for number, days in ((1, (2, 3, 4, 5)), (2, (2, 3, 4, 5)), (3, (2, 3, 20, 21)), (4, (3, 3, 11, 12)))
    for day, step in zip(days, STEPS, strict=True)
)
STORY = f"""
    2026-10-01 open AL-2026-001 B04 | accepted
    2026-10-01 open AL-2026-002 B04 | accepted
    2026-10-01 open AL-2026-003 A01 | accepted
    2026-10-01 open AL-2026-004 A01 | accepted
    2026-10-01 open AL-2026-005 E01 | accepted
    2026-10-01 open AL-2026-006 C05 | accepted
    2026-10-02 open AL-2026-007 A01 | accepted
    {DONE}
    2026-10-03 rejected AL-2026-006 | accepted
    2026-10-06 satisfied AL-2026-001 | accepted
    2026-10-06 unsatisfied AL-2026-002 | accepted
    2026-11-02 open AL-2026-008 B01 | accepted
"""


@pytest.fixture
def ledger() -> CaseLedger:
    ledger = CaseLedger()
    assert ledger.run(STORY) == []
    return ledger


def test_cases_add_up_by_category_and_by_month_and_private_ones_stand_apart(ledger: CaseLedger) -> None:
    figures = collect_cases(ledger.facts, "2026-11-03")

    assert figures.public == CaseSums(
        closed=4, handled=4, on_time=3, opened=7, over_unhandled=1, overdue=1, rated=2, rejected=1, satisfied=1,
        waiting=2,
    )  # fmt: skip
    assert figures.confided == CaseSums(opened=1, over_unhandled=1, overdue=1, waiting=1)
    assert [code for code, _ in figures.by_category] == ["A01", "B01", "B04", "C05"]
    assert [(month, sums.opened) for month, sums in figures.by_month] == [("2026-11", 1), ("2026-10", 6)]
    assert sum(sums.opened for _, sums in figures.by_category) == figures.public.opened


def test_of_five_and_more_a_share_is_told_rounded_down(ledger: CaseLedger) -> None:
    public = collect_cases(ledger.facts, "2026-11-03").public

    assert public.accepted == 6
    assert public.on_time_permille == 600  # three of four answered, and of one that should be
    assert public.closed_permille == 666
    assert public.satisfied_permille is None  # of two
    assert find_share(999, 1_000) == 999
    assert find_share(5, 5) == 1_000
    assert find_share(4, 4) is None
    assert find_share(9_999, 10_000) == 999


def test_what_waits_is_overdue_from_the_day_after_its_last(ledger: CaseLedger) -> None:
    counted = [
        (sums.waiting, sums.overdue, sums.over_unhandled)
        for day in ("2026-11-04", "2026-11-05", "2026-11-12", "2026-11-13")
        for sums in [dict(collect_cases(ledger.facts, day).by_month)["2026-11"]]
    ]

    assert counted == [(1, 0, 0), (1, 1, 0), (1, 1, 0), (1, 1, 1)]


def test_a_year_has_its_own_figures(ledger: CaseLedger) -> None:
    assert collect_cases(ledger.facts, "2026-11-03", "2026") == collect_cases(ledger.facts, "2026-11-03")
    assert collect_cases(ledger.facts, "2026-11-03", "2025").public == CaseSums()


def test_a_household_reads_its_own_cases_with_what_others_do_not(ledger: CaseLedger) -> None:
    assert ledger.run("2026-11-03 verified AL-2026-005 | accepted") == []
    own, other = (find_case(ledger.facts, number) for number in ("AL-2026-005", "AL-2026-001"))
    assert own is not None
    assert other is not None
    texts = ledger.list_texts()
    opened = ledger.list_opened()
    body = ledger.facts.read_entry(own.known.moves[0].index).body
    assert isinstance(body, CaseConfided)

    first, *_, last = list_own_cases(ledger.facts, texts.get, opened)

    assert (first.case.body.number, last.case.body.number) == ("AL-2026-008", "AL-2026-001")
    assert last.steps[2] == OwnStep("2026-10-04", "handled", "答复：换了灯泡")
    kept = {digest: opened[digest] for digest in (own.body.report.sealed, body.words.sealed)}
    (quarrel,) = list_own_cases(ledger.facts, texts.get, kept)
    assert (quarrel.kind, quarrel.wording) == ("E01", "村东路灯不亮")
    assert quarrel.steps == (OwnStep("2026-11-03", "verified", "双方谈过了"),)
    del kept[body.words.sealed]
    (without,) = list_own_cases(ledger.facts, texts.get, kept)
    assert without.steps == (OwnStep("2026-11-03", "verified", ""),)
    assert list_own_cases(ledger.facts, texts.get, {"A" * 43: "somebody's"}) == []
    assert list_own_cases(ledger.facts, texts.get, {own.body.report.sealed: {"case": 1}}) == []
