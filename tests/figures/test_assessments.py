"""The newest rounds of assessment as figures: the ranking of grids, equals on one place, persons by count."""

from __future__ import annotations

from ledger.books.scores import OtherSubject
from ledger.figures.assessments import AssessmentFigures, collect_assessment, collect_newest
from tests.assessments import build_of_organisations
from tests.books.points_ledger import change
from tests.state.test_assessments import (
    AssessmentLedger,
    build_branches,
    build_micro,
    build_secretaries,
    build_workers,
    card,
    set_up_workers,
    vote_secretaries,
)


def collect(ledger: AssessmentLedger) -> dict[str, AssessmentFigures]:
    return {one.subject: one for one in collect_newest(ledger.facts, ledger.texts.get)}


def test_before_any_round_there_is_nothing() -> None:
    assert collect(AssessmentLedger()) == {}


def test_every_kind_is_told_as_far_as_it_may_be() -> None:
    ledger = AssessmentLedger()
    workers = build_workers(ledger, set_up_workers(ledger))
    assert ledger.try_body(workers, "2026-10") == []
    vote_secretaries(ledger)
    assert ledger.try_body(build_secretaries(ledger, ledger.adopt("secretary-stars")), "2026-12") == []
    assert ledger.try_body(build_branches(ledger, ledger.adopt("branch-stars")), "2026-12") == []

    found = collect(ledger)

    assert list(found) == ["branch", "secretary", "grid-worker"]
    assert [(row.place, row.number, row.name, row.score, row.stars) for row in found["branch"].rows] == [
        (1, "1", "第一党支部", 96, 5),
        (2, "10", "第十党支部", 60, 1),
    ]
    assert [(one.code, one.score, one.weight) for one in found["branch"].rows[0].components] == [
        ("A", 100, 40),
        ("B", 95, 30),
        ("C", 90, 30),
    ]
    (secretary,) = found["secretary"].rows
    assert (secretary.place, secretary.score, secretary.stars, secretary.grade) == (0, None, 4, "")
    assert secretary.components == ()
    assert [(one.code, one.weight, one.source) for one in found["secretary"].components] == [
        ("A", 70, "marks"),
        ("B", 30, "ballot"),
    ]
    assert (found["secretary"].marker, found["secretary"].base, found["secretary"].version) == (
        "township",
        60,
        1,
    )
    assert [(rank.stars, rank.from_score) for rank in found["secretary"].ranks][-2:] == [(1, 60), (0, 0)]
    assert (found["secretary"].span, found["secretary"].period) == ("year", "2026-12")
    assert found["grid-worker"].rows == ()
    assert [(rank.stars, rank.cards) for rank in found["grid-worker"].ranks] == [
        (4, 0),
        (3, 1),
        (2, 0),
        (1, 1),
    ]


def test_one_round_is_told_by_whom_and_when_or_is_none() -> None:
    ledger = AssessmentLedger()
    assert ledger.try_body(build_branches(ledger, ledger.adopt("branch-stars")), "2026-12") == []

    def find(subject: OtherSubject, period: str) -> AssessmentFigures | None:
        return collect_assessment(ledger.facts, ledger.texts.get, subject, period)

    assert find("branch", "2026-12") == collect(ledger)["branch"]
    assert find("branch", "2026-09") is None
    assert find("grid", "2026-12") is None


def test_grids_are_ranked_with_what_is_counted_of_them() -> None:
    ledger = AssessmentLedger()
    assert ledger.try_body(build_micro(ledger, ledger.adopt("micro-grid")), "2026-10") == []

    rows = collect(ledger)["grid"].rows

    assert [(row.place, row.name, row.score, row.counted) for row in rows] == [
        (1, "东头", 71, (12, 11, 4)),
        (2, "西头", 62, (0, 0, 1)),
    ]


def test_equals_share_a_place_and_the_next_one_counts_all_before() -> None:
    ledger = AssessmentLedger()
    scheme = change(ledger.adopt("branch-stars"), marker=None)
    ledger.append(ledger.build_branch(2, "第二党支部", ["m9"]), "2026-10")
    cards = [card("1", 60, 1), card("2", 63, 1), card("10", 60, 1)]
    body = build_of_organisations(ledger.drawer, scheme, cards, [("2", "P04", 1)])
    assert ledger.try_body(body, "2026-12") == []

    assert [(row.place, row.number) for row in collect(ledger)["branch"].rows] == [
        (1, "2"),
        (2, "1"),
        (2, "10"),
    ]
