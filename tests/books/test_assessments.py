"""A round of assessment in itself: what is plain of whom, orders, ballots' rows, and what a ballot gives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ledger.books.appraisals import check_rows, weigh_row
from ledger.books.assessments import (
    AssessedCard,
    AssessedMark,
    AssessmentRound,
    UnitCounts,
    check_assessment,
    check_marks_of,
    check_persons_lines,
    list_outermost,
    list_within,
    sum_units,
)
from ledger.books.ballots import tally_ballots
from ledger.books.components import Counted
from ledger.books.schemes import check_scheme, list_months
from ledger.books.scores import AssessedBallot, BallotRow, SchemeAdopted, SchemeSpan
from ledger.errors import format_fault
from tests.assessments import build_assessment, build_branch_scheme, build_cast
from tests.ballots import BALLOT, build_ballot
from tests.books.points_ledger import change
from tests.builders import Discloser, build_weighed_scheme

TEXTS = Discloser("assessments")
SCHEME = build_branch_scheme(TEXTS)
PLACE = "2026-10 党支部考评"
SEALED = tuple(sorted((TEXTS.seal({"at": at}) for at in range(3)), key=lambda one: one.sealed))
PERSON: dict[str, Any] = {"lines": (), "subject": "secretary"}


def tell(body: AssessmentRound, scheme: SchemeAdopted = SCHEME) -> list[str]:
    return [format_fault(fault) for fault in check_assessment(body, scheme, PLACE)]


def codes(scheme: SchemeAdopted = SCHEME, **changes: Any) -> list[str]:
    body = change(build_assessment(TEXTS), **changes)
    return [fault.code for fault in check_assessment(body, scheme, PLACE)]


def test_a_round_of_organisations_is_plain() -> None:
    body = build_assessment(TEXTS)

    assert tell(body) == []
    assert tell(change(body, cards=())) == [
        (
            f"{PLACE}：现为0 张评分卡、0 行计数、0 次测评，应为最后一部分有评分卡。"
            "给每个考评对象一张评分卡。（assessment-last）"
        )
    ]
    assert tell(change(body, cards=(change(body.cards[0], score=None),))) == [
        (
            f"{PLACE}评分卡第 1 张：现为公开的和密封的写混了，应为单位：号和分数都明示。"
            "单位的号、分数明示；个人的姓名、分数密封。（assessment-form）"
        )
    ]
    assert codes(lines=(change(body.lines[0], of=None),)) == ["assessment-form"]
    assert codes(sealed_lines=SEALED[:1], sealed_points=-5) == ["assessment-form"]
    assert codes(cards=(change(body.cards[0], stars=4),)) == ["card-stars"]
    assert codes(part=2) == ["round-part", "assessment-last"]


def test_of_persons_no_more_than_the_stars_is_plain() -> None:
    secretary = AssessedCard(of="1", stars=2, subject=SEALED[0])
    scheme = change(SCHEME, subject="secretary")

    assert codes(scheme, cards=(secretary,), **PERSON) == []
    rows = (BallotRow(number=BALLOT, row=1),)
    for wrong in ({"score": 5}, {"of": ""}, {"subject": None}, {"rows": rows}):
        assert codes(scheme, cards=(change(secretary, **wrong),), **PERSON) == ["assessment-form"]
    worker = change(secretary, of="")
    assert codes(cards=(worker,), subject="grid-worker", lines=()) == []
    assert codes(cards=(secretary,), subject="grid-worker", lines=()) == ["assessment-form"]
    assert codes(cards=(worker, worker), subject="grid-worker", lines=()) == ["assessment-order"]
    assert codes(cards=(change(worker, subject=None),), subject="grid-worker", lines=()) == [
        "assessment-form"
    ]


def test_persons_deductions_are_sealed_and_below_zero() -> None:
    body = build_assessment(TEXTS, **PERSON, sealed_lines=SEALED[:1], sealed_points=-5)
    line = build_assessment(TEXTS).lines[0]

    assert check_persons_lines(body, SCHEME, PLACE) == []
    found = check_persons_lines(
        change(body, lines=(change(line, of=None, points=4),), sealed_points=0), SCHEME, PLACE
    )
    assert [fault.code for fault in found] == ["mark-points", "sealed-sign"]


def test_everything_stands_in_its_order_and_once() -> None:
    body = build_assessment(TEXTS)
    first, tenth = body.cards[0], change(body.cards[0], of="10")
    nine = change(first, of="9")
    counted = UnitCounts(closed=0, events=0, unit="WG-0001", visits=0)

    assert codes(cards=(first, nine, tenth)) == []
    assert tell(change(body, cards=(tenth, nine))) == [
        (
            f"{PLACE}的评分卡：现为没有排好，或有重复，应为从小到大，各一次。"
            "从小到大排好，同一个只写一次。（assessment-order）"
        )
    ]
    assert codes(counts=(counted, counted)) == ["assessment-order"]


def test_a_component_that_a_ballot_gives_has_one_and_no_other_has() -> None:
    scheme = build_weighed_scheme(TEXTS, subject="grid")
    held = AssessedBallot(component="B", number=BALLOT)
    body = build_assessment(TEXTS, subject="grid", ballots=(held,))

    assert tell(body, scheme) == []
    stray = AssessedBallot(component="C", number="CP-2026-002")
    assert tell(change(body, ballots=(held, stray)), scheme) == [
        (f"{PLACE}：现为部分 C 写了测评，应为没有测评：它的分不靠测评。删去这次测评。（assessment-ballot）")
    ]
    first = change(body, ballots=(), cards=(), parts=2)
    assert tell(first, scheme) == []
    rows = (BallotRow(number=BALLOT, row=1),)
    assert check_rows(rows, body.ballots, scheme, PLACE) == []
    assert [format_fault(fault) for fault in check_rows((), (), SCHEME, PLACE)] == []
    assert [fault.found for fault in check_rows(rows * 2, body.ballots, scheme, PLACE)] == [
        f"{BALLOT}、{BALLOT}"
    ]
    assert [fault.expected for fault in check_rows(rows, body.ballots, SCHEME, PLACE)] == [
        "没有：这个办法没有测评"
    ]


def test_marks_are_products_below_their_caps() -> None:
    mark = AssessedMark("", "P01", "第 1 行", 5, 1, False, "1")

    assert check_marks_of([mark], SCHEME, "branch") == []
    assert [fault.code for fault in check_marks_of([mark._replace(item="P99")], SCHEME, "branch")] == [
        "mark-item"
    ]
    told = [format_fault(fault) for fault in check_marks_of([mark] * 3, SCHEME, "branch")]
    assert told == [
        (
            "第 1 行：现为该考评对象本月 P01 累计 15 分，应为每个考评对象每月不超过 10 分。"
            "减少数量，超过封顶的不计分。（mark-cap）"
        )
    ]
    assert check_marks_of([mark] * 2 + [mark._replace(whom="2")], SCHEME, "branch") == []


@pytest.mark.parametrize(("every", "span"), [("quarter", "季"), ("year", "年")])
def test_a_cap_is_told_for_the_time_that_a_score_looks_back_on(every: SchemeSpan, span: str) -> None:
    scheme = change(SCHEME, every=every)
    mark = AssessedMark("", "P01", "第 1 行", 15, 3, False, "1")

    (fault,) = check_marks_of([mark], scheme, "branch")
    assert fault.found == f"该考评对象本{span} P01 累计 15 分"
    assert fault.expected == f"每个考评对象每{span}不超过 10 分"
    (item,) = scheme.items
    low = change(scheme, items=(change(item, monthly_cap=4),))
    assert [fault.found for fault in check_scheme(low)] == [f"每{span}封顶 4 分"]


@pytest.mark.parametrize(
    ("cast", "expected"),
    [
        (["1", "1", "1", "2", "3"], Fraction(80)),
        (["1", "0", "0", "0", "4"], Fraction(50)),  # Whoever left it out gives nothing, for or against.
        (["4", "4", "4", "4", "4"], Fraction(0)),
    ],
)
def test_a_ballot_gives_its_choices_evenly_from_100_to_0(cast: list[str], expected: Fraction) -> None:
    opened = build_ballot(TEXTS, units=(TEXTS.publish("东片"),))
    tally = tally_ballots(opened, build_cast(opened, cast))

    weighed = weigh_row(opened, tally, 1)

    assert weighed is not None
    assert Fraction(weighed.total, weighed.cast) == expected
    assert weigh_row(opened, tally, 2) is None
    assert weigh_row(opened, tally_ballots(opened, build_cast(opened, ["0"] * 5)), 1) is None


def test_units_are_summed_upwards_and_nothing_is_counted_twice() -> None:
    parents = {"WG-0001": "", "WG-0002": "WG-0001", "WG-0003": "WG-0002", "WG-0004": ""}
    own = {"WG-0003": Counted(1, 2, 3), "WG-0002": Counted(1, 1, 0)}

    assert sum_units(own, parents) == {
        "WG-0001": Counted(2, 3, 3),
        "WG-0002": Counted(2, 3, 3),
        "WG-0003": Counted(1, 2, 3),
        "WG-0004": Counted(0, 0, 0),
    }
    assert list_outermost(["WG-0003", "WG-0004", "WG-0001"], parents) == ["WG-0001", "WG-0004"]
    assert list_within(["WG-0002"], parents) == {"WG-0002", "WG-0003"}


def test_the_months_looked_back_on_end_with_the_rounds() -> None:
    assert list_months(SCHEME, "2026-03") == ["2026-03"]
    assert list_months(change(SCHEME, every="quarter"), "2026-03") == ["2026-01", "2026-02", "2026-03"]
    assert list_months(change(SCHEME, every="year"), "2026-12")[0] == "2026-01"
