"""Which rounds a village's schemes ask for, and how each stands: by branch, by month, beside its display."""

from __future__ import annotations

import msgspec

from ledger.books.rhythm import ExpectedRound
from ledger.data import load_reference, load_rhythm
from ledger.state.facts import PeriodFacts, SheetFacts, put_fact
from ledger.state.rhythm import find_held, list_expected
from tests.books.points_ledger import PointsLedger, change
from tests.builders import VILLAGE, build_answer, build_objection, build_weighed_scheme
from tests.state.test_assessments import AssessmentLedger, build_branches

ITEMS = "star 1 from 60 | P01 组织生活 主题党日 2 次 cap 8"
START = f"""
2026-02 scheme 1 base 60 | {ITEMS} | accepted
2026-02 branch 1 第一党支部 | m1 m2 | accepted
2026-03 branch 2 第二党支部 | m3 | accepted
2026-02 score 1 | m1 P01 1 | accepted
"""


def start() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    return ledger


def ask(
    ledger: PointsLedger, today: str, first: str = "2025-01", last: str = "2026-03"
) -> list[ExpectedRound]:
    law = load_reference().law
    return list_expected(ledger.facts, law, load_rhythm(), VILLAGE, first=first, last=last, today=today)


def tell(found: list[ExpectedRound]) -> list[tuple[str, int, str, str, str]]:
    return [(one.subject, one.branch, one.period, one.state, one.due_on) for one in found]


def close(ledger: PointsLedger, period: str, closed: int = 1) -> None:
    known = PeriodFacts(closed=closed, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
    put_fact(ledger.facts, f"period/{period}", known)


def test_every_branch_has_a_round_each_month_from_its_scheme_and_registration_on() -> None:
    ledger = start()

    assert tell(ask(ledger, "2026-04-11")) == [
        ("member", 1, "2026-02", "held", "2026-03-10"),
        ("member", 1, "2026-03", "late", "2026-04-10"),
        ("member", 2, "2026-03", "late", "2026-04-10"),
    ]
    close(ledger, "2026-03", closed=0)
    assert [one.state for one in ask(ledger, "2026-04-10", first="2026-03")] == ["open", "open"]
    close(ledger, "2026-03")
    assert [one.state for one in ask(ledger, "2026-04-11", first="2026-03")] == ["missed", "missed"]


def test_a_round_of_which_a_part_lacks_is_not_held() -> None:
    ledger = start()
    ledger.append(ledger.build_score(1, [("m1", "P01", 1)], part=1, parts=2), "2026-03")

    assert find_held(ledger.facts, "member", "2026-03", 1) is None
    ledger.append(ledger.build_score(1, [("m2", "P01", 1)], part=2, parts=2), "2026-03")
    held = find_held(ledger.facts, "member", "2026-03", 1)
    assert held is not None
    assert len(held.entries) == 2
    assert held.day == "2026-03-31"
    assert find_held(ledger.facts, "branch", "2026-03", 1) is None


def test_other_subjects_follow_their_own_times() -> None:
    ledger = start()
    quarterly = change(build_weighed_scheme(ledger.drawer), subject="branch", every="quarter", version=1)
    ledger.append(quarterly, "2026-02")

    found = [one for one in ask(ledger, "2026-08-01", last="2026-06") if one.subject == "branch"]

    assert [(one.period, one.branch, one.state, one.span) for one in found] == [
        ("2026-03", 0, "late", "quarter"),
        ("2026-06", 0, "late", "quarter"),
    ]


def test_a_round_of_others_is_held_for_the_whole_village_and_hangs_on_no_sheet() -> None:
    ledger = AssessmentLedger()
    body = build_branches(ledger, ledger.adopt("branch-stars"))
    assert find_held(ledger.facts, "branch", "2026-12", 0) is None
    assert ledger.try_body(body, "2026-12") == []

    held = find_held(ledger.facts, "branch", "2026-12", 0)
    [told] = [one for one in ask(ledger, "2027-01-09", "2026-12", "2026-12") if one.subject == "branch"]

    assert held is not None
    assert held.day == "2026-12-31"
    assert (told.state, told.display, told.entry) == ("held", "none", held.entries[0])


def test_of_members_a_scheme_that_needs_more_than_marks_is_not_asked_for() -> None:
    ledger = start()
    ledger.append(change(build_weighed_scheme(ledger.drawer), subject=None, every=None, version=2), "2026-03")

    assert {one.state for one in ask(ledger, "2026-04-11", first="2026-03")} == {"unkept"}


def seal(ledger: PointsLedger, ordinal: int, size: int, day: str) -> SheetFacts:
    """A score sheet as the facts have it; its entry is told by any of that day."""
    at = ledger.append(build_objection(ledger.drawer, number=f"YY-2026-010{ordinal}"), "2026-03")
    ledger.entries[at.index] = msgspec.structs.replace(at, occurred_on=day)
    number = f"2026-02-S-{ordinal}"
    sheet = SheetFacts(figures="", index=at.index, number=number, pdf="", size=size)
    put_fact(ledger.facts, f"sheet/2026-02/S/{ordinal:04d}", sheet)
    return sheet


def test_a_round_is_displayed_by_the_first_sheet_that_has_it() -> None:
    ledger = start()
    (held,) = ask(ledger, "2026-03-05", last="2026-02")
    assert (held.display, held.display_to, held.entry > 0) == ("unrecorded", "", True)
    seal(ledger, 1, held.entry, "2026-02-28")
    assert ask(ledger, "2026-03-05", last="2026-02")[0].display == "unrecorded"

    seal(ledger, 2, held.entry + 1, "2026-03-03")

    assert [one.display_to for one in ask(ledger, "2026-03-08", last="2026-02")] == ["2026-03-08"]
    assert [one.display for one in ask(ledger, "2026-03-08", last="2026-02")] == ["running"]
    assert [one.display for one in ask(ledger, "2026-03-09", last="2026-02")] == ["over"]


def test_objections_to_a_round_or_its_sheet_are_counted_with_their_answers() -> None:
    ledger = start()
    (held,) = ask(ledger, "2026-03-05", last="2026-02")
    sheet = seal(ledger, 1, held.entry + 1, "2026-03-03")
    for number, about in (("YY-2026-0001", str(held.entry)), ("YY-2026-0002", sheet.number)):
        ledger.append(build_objection(ledger.drawer, number=number, about=about), "2026-03")
    ledger.append(build_answer(ledger.drawer, objection="YY-2026-0002"), "2026-03")

    (told,) = ask(ledger, "2026-03-08", last="2026-02")

    assert (told.objections, told.answered) == (2, 1)
