"""A round of assessment as the paper says it: what the public page's figures say, days by the law, and no name."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.assessments import AssessedCard, AssessedLine, UnitCounts
from ledger.books.scores import Measure, OtherSubject, SchemeComponent
from ledger.errors import NotFound
from ledger.service.assessment_sheets import AssessmentPaper, build_assessment_job
from tests.assessments import build_assessment, build_branch_scheme
from tests.builders import VILLAGE, build_branch, build_weighed_scheme, make_id
from tests.grids import build_grids, build_visits
from tests.homes import VillageHome

SEPTEMBER = {"occurred_on": "2026-09-30", "period": "2026-09"}


def record_rounds(village: VillageHome) -> None:
    """September: a grid with two visits and a mark, three branches, two of them equals, a secretary, two workers."""
    texts = village.texts
    village.record(build_grids(texts), **SEPTEMBER)
    village.record(build_visits(texts, month="2026-09"), **SEPTEMBER)
    _record_grid(village)
    for number, name in ((1, "石榴河村党支部"), (2, "村北党支部"), (3, "村南党支部")):
        village.record(build_branch(texts, branch=number, name=texts.publish(name)), **SEPTEMBER)
    for subject in ("branch", "secretary", "grid-worker"):
        village.record(build_branch_scheme(texts, subject=subject), **SEPTEMBER)
    cards = [AssessedCard(of=of, score=score, stars=stars) for of, score, stars in _BRANCHES]
    village.record(build_assessment(texts, cards=tuple(cards)), **SEPTEMBER)
    secretary = texts.seal({"member": make_id("m", 0), "rows": [], "score": 60})
    _record_persons(village, "secretary", AssessedCard(of="1", stars=1, subject=secretary))
    people = [texts.seal({"name": name, "rows": [], "score": 60}) for name in ("例小河", "某大嫂")]
    people.sort(key=lambda one: one.sealed)
    workers = (AssessedCard(of="", stars=1, subject=one) for one in people)
    _record_persons(village, "grid-worker", *workers)


_BRANCHES = (("1", 65, 2), ("2", 60, 1), ("3", 60, 1))


def _record_grid(village: VillageHome) -> None:
    """All cases closed: 60, and of three visits two: 40 × 2/3. With 65 for the marks, 60 % and 40 %: 52 + 26."""
    texts = village.texts
    measures = (
        Measure(counts="closing-rate", points=60, target=100),
        Measure(counts="visits", points=40, target=3),
    )
    components = (
        SchemeComponent(
            code="A", measures=measures, source="counts", text=texts.publish("事件和走访"), weight=60
        ),
        SchemeComponent(code="C", source="marks", text=texts.publish("网格日常"), weight=40),
    )
    scheme = build_weighed_scheme(texts, components=components, every=None, marker=None, subject="grid")
    village.record(scheme, **SEPTEMBER)
    mark = AssessedLine(
        item="P01", of="WG-0001", points=5, quantity=1, subject=texts.seal({"evidence": "查过"})
    )
    body = build_assessment(
        texts,
        cards=(AssessedCard(of="WG-0001", score=78, stars=2),),
        counts=(UnitCounts(closed=0, events=0, unit="WG-0001", visits=2),),
        lines=(mark,),
        subject="grid",
    )
    village.record(body, **SEPTEMBER)


def _record_persons(village: VillageHome, subject: OtherSubject, *cards: AssessedCard) -> None:
    body = build_assessment(village.texts, cards=cards, lines=(), subject=subject)
    village.record(body, **SEPTEMBER)


def build(village: VillageHome, subject: OtherSubject, period: str = "2026-09") -> AssessmentPaper:
    with village.home.ledger.read(VILLAGE) as reader:
        job = build_assessment_job(village.home, reader, VILLAGE, subject, period, "https://mb.example.cn")
    assert (job.kind, job.base_url) == ("assessment", "https://mb.example.cn")
    return msgspec.json.decode(job.content, type=AssessmentPaper)


def test_a_grid_stands_with_what_each_component_gave_and_what_was_counted(village: VillageHome) -> None:
    record_rounds(village)
    paper = build(village, "grid")

    (row,) = paper.rows
    assert (row.place, row.name, row.score, row.grade) == (1, "东片网格", 78, "合格")
    assert (row.earned, row.counted, paper.is_cut) == ((8_666, 6_500), (0, 0, 2), True)
    assert [(one.code, one.title, one.weight, one.source) for one in paper.components] == [
        ("A", "事件和走访", 60, "counts"),
        ("C", "网格日常", 40, "marks"),
    ]
    assert [(one.grade, one.from_score, one.cards) for one in paper.ranks] == [
        ("合格", 60, 1),
        ("不合格", 0, 0),
    ]
    assert (paper.span, paper.marker, paper.version, paper.base) == ("month", None, 1, 60)


def test_branches_stand_by_place_and_the_days_are_those_of_the_law(village: VillageHome) -> None:
    record_rounds(village)
    village.go_to("2026-11-05")
    paper = build(village, "branch")

    assert [(row.place, row.name, row.score, row.stars, row.earned) for row in paper.rows] == [
        (1, "石榴河村党支部", 65, 2, ()),
        (2, "村北党支部", 60, 1, ()),
        (2, "村南党支部", 60, 1, ()),
    ]
    assert (paper.made_on, paper.display_to, paper.objections_until) == (
        "2026-11-05",
        "2026-11-20",
        "2026-11-10",
    )
    assert (paper.components, paper.is_cut, paper.scheme) == ((), False, "党员考评办法")
    with village.home.ledger.read(VILLAGE) as reader:
        assert paper.index == reader.size - 3


def test_persons_have_neither_name_nor_score(village: VillageHome) -> None:
    record_rounds(village)
    secretary, workers = build(village, "secretary"), build(village, "grid-worker")

    (row,) = secretary.rows
    assert (row.name, row.stars, row.score, row.place, row.earned) == ("石榴河村党支部", 1, None, 0, ())
    assert workers.rows == ()
    assert [(one.stars, one.cards) for one in workers.ranks] == [(2, 0), (1, 2), (0, 0)]


@pytest.mark.parametrize(("subject", "period"), [("branch", "2026-08"), ("grid", "2026-10")])
def test_there_is_none_of_what_was_not_held(village: VillageHome, subject: OtherSubject, period: str) -> None:
    record_rounds(village)
    with pytest.raises(NotFound):
        build(village, subject, period)
