"""Who lost an own honour by a round of scores: of which time, until when, and nobody who was erased."""

from __future__ import annotations

import pytest

from ledger.books.eligibility import get_last_month
from ledger.books.honours import parse_honours
from ledger.books.scores import SchemeEffect, SchemeSpan
from ledger.state.eligibility import list_lost
from tests.assessments import build_of_persons
from tests.books.points_ledger import PointsLedger, change
from tests.state.test_assessments import AssessmentLedger

ROWS = ["grade 1 from 0 不合格", "grade 2 from 62 合格", "P01 组织生活 主题党日 2 次 cap 8"]
EFFECTS = (
    SchemeEffect(lasts="year", loses="commendation", stars=1),
    SchemeEffect(lasts="quarter", loses="exemplar", stars=1),
)
ROUNDS = """
2026-01 branch 1 第一党支部 | m1 m2 | accepted
2026-01 branch 2 第二党支部 | m3 | accepted
2026-02 score 1 | m1 P01 1 | accepted
2026-05 score 2 | m3 P01 1 | accepted
2026-05 score 1 | m2 P01 1 | accepted
"""


@pytest.fixture
def ledger() -> PointsLedger:
    """In February m2 is below the cut, in May m1."""
    ledger = PointsLedger()
    ledger.scheme = change(ledger.build_scheme(1, 60, ROWS), effects=EFFECTS)
    assert ledger.try_body(ledger.scheme, "2026-01") == []
    assert ledger.run(ROUNDS) == []
    return ledger


def tell(ledger: PointsLedger, until: str) -> list[tuple[str, str, str, str]]:
    found = list_lost(ledger.facts, until, ledger.vault.get)
    return [(one.person.member, one.period, one.loses, one.last) for one in found]


def test_a_loss_counts_for_what_ends_while_it_lasts(ledger: PointsLedger) -> None:
    assert tell(ledger, "2026-03") == [
        ("m2", "2026-02", "commendation", "2026-12"),
        ("m2", "2026-02", "exemplar", "2026-03"),
    ]
    assert tell(ledger, "2026-06") == [
        ("m2", "2026-02", "commendation", "2026-12"),
        ("m1", "2026-05", "commendation", "2026-12"),
        ("m1", "2026-05", "exemplar", "2026-06"),
    ]
    assert [row[:3] for row in tell(ledger, "2026-12")] == [
        ("m2", "2026-02", "commendation"),
        ("m1", "2026-05", "commendation"),
    ]


def test_it_reaches_neither_back_nor_into_the_next_year(ledger: PointsLedger) -> None:
    assert tell(ledger, "2026-01") == []
    assert tell(ledger, "2025-12") == []
    assert tell(ledger, "2027-03") == []


def test_whoever_was_erased_is_told_no_more(ledger: PointsLedger) -> None:
    ledger.erase("m2")

    assert [row[0] for row in tell(ledger, "2026-12")] == ["m1"]


@pytest.mark.parametrize(
    ("lasts", "period", "last"),
    [
        ("month", "2026-02", "2026-02"),
        ("quarter", "2026-02", "2026-03"),
        ("quarter", "2026-03", "2026-03"),
        ("quarter", "2026-10", "2026-12"),
        ("year", "2026-01", "2026-12"),
    ],
)
def test_a_loss_ends_with_its_time_of_the_calendar(lasts: SchemeSpan, period: str, last: str) -> None:
    assert get_last_month(lasts, period) == last


def test_an_own_honour_is_of_persons_and_follows_no_points() -> None:
    row = '[[kind]]\ncode = "H70"\nname = ""\ngranted_to = "household"\nspan = "year"\nby_points = false\n'

    with pytest.raises(ValueError, match="of party members"):
        parse_honours(f'{row}own = "exemplar"\nbasis = "proposal"\n')


def test_grid_workers_and_secretaries_lose_by_their_own_schemes() -> None:
    ledger = AssessmentLedger()
    worker = {"household": "h9", "name": "例小河", "rows": [], "score": 50, "units": [], "visits": 0}
    fine = worker | {"household": "", "name": "某大嫂", "score": 80}
    scheme = ledger.adopt("grid-worker")
    ledger.append(build_of_persons(ledger.drawer, scheme, [(worker, 1, ""), (fine, 3, "")]), "2026-10")
    effect = SchemeEffect(lasts="quarter", loses="exemplar", stars=0)
    scheme = ledger.adopt("secretary-stars", every="quarter", effects=(effect,))
    secretary = {"member": "m1", "rows": [], "score": 40}
    ledger.append(build_of_persons(ledger.drawer, scheme, [(secretary, 0, "1")]), "2026-12")

    def tell_all() -> list[tuple[str, str, int, str, str]]:
        found = list_lost(ledger.facts, "2026-12", ledger.vault.get)
        return [(one.subject, one.loses, one.branch, one.person.member, one.person.name) for one in found]

    worked = ("grid-worker", "commendation", 0, "", "例小河")
    assert tell_all() == [worked, ("secretary", "exemplar", 1, "m1", "")]
    assert list_lost(ledger.facts, "2026-09", ledger.vault.get) == []
    ledger.erase("m1")
    assert tell_all() == [worked]
