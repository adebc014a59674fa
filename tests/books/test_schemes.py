"""What a scheme may not be: weights, grades, components without a source, effects. Every fault is told at once."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.schemes import check_carried, check_scheme
from ledger.books.scores import (
    Measure,
    SchemeAdopted,
    SchemeEffect,
    StarCut,
    get_span,
    get_subject,
    list_ranks,
)
from ledger.errors import format_fault
from tests.books.points_ledger import change
from tests.builders import Discloser, build_scheme, build_weighed_scheme

TEXT = Discloser().publish("x")


@pytest.fixture
def scheme() -> SchemeAdopted:
    return build_weighed_scheme(Discloser())


def tell(scheme: SchemeAdopted, **changes: Any) -> list[str]:
    return [format_fault(fault) for fault in check_scheme(change(scheme, **changes))]


def component(scheme: SchemeAdopted, place: int, **changes: Any) -> tuple[Any, ...]:
    """The scheme's components, one of them otherwise."""
    assert scheme.components is not None
    return tuple(
        change(one, **changes) if number == place else one for number, one in enumerate(scheme.components)
    )


def test_a_scheme_that_says_everything_has_no_fault(scheme: SchemeAdopted) -> None:
    assert tell(scheme) == []
    assert (get_subject(scheme), get_span(scheme), list_ranks(scheme)) == ("grid-worker", "quarter", [1, 2])


def test_a_scheme_that_says_nothing_more_is_of_members_by_the_month_in_stars() -> None:
    scheme = build_scheme(Discloser())

    assert tell(scheme) == []
    assert (get_subject(scheme), get_span(scheme), list_ranks(scheme)) == ("member", "month", [0, 1, 2])


@pytest.mark.parametrize(("weight", "found"), [(21, "50 + 30 + 21 = 101"), (0, "50 + 30 + 0 = 80")])
def test_weights_add_up_to_a_hundred(scheme: SchemeAdopted, weight: int, found: str) -> None:
    assert tell(scheme, components=component(scheme, 2, weight=weight)) == [
        (
            f"考评办法各部分的权重：现为{found}，应为每部分至少 1，合计 100。"
            "改正权重，让各部分合计正好 100。（scheme-weights）"
        )
    ]


def test_a_weight_below_one_is_none_though_the_sum_is_right(scheme: SchemeAdopted) -> None:
    components = component(scheme, 2, weight=-20)
    components = (change(components[0], weight=90), *components[1:])

    assert [fault.code for fault in check_scheme(change(scheme, components=components))] == ["scheme-weights"]


def test_a_component_has_one_source_that_is_there(scheme: SchemeAdopted) -> None:
    remedy = "补上这一部分的来源，或者改正来源。（component-orphan）"

    assert tell(scheme, components=component(scheme, 0, measures=None)) == [
        f"考评办法的部分 A：现为0 个项目、0 项计数，应为计数：写明数什么，没有项目。{remedy}"
    ]
    assert tell(scheme, components=component(scheme, 1, source="marks")) == [
        f"考评办法的部分 B：现为0 个项目、0 项计数，应为记分：至少一个项目，没有计数。{remedy}"
    ]
    assert tell(scheme, components=component(scheme, 2, source="ballot")) == [
        f"考评办法的部分 C：现为1 个项目、0 项计数，应为民主测评：没有项目，也没有计数。{remedy}"
    ]


def test_an_item_belongs_to_a_component_that_there_is(scheme: SchemeAdopted) -> None:
    (item,) = scheme.items
    stray, loose = change(item, code="P02", component="D"), change(item, code="P03", component="")

    assert tell(scheme, items=(item, stray, loose)) == [
        "考评项目 P02：现为部分 D，应为A、B、C 之一。对照办法的各部分改正。（item-component）",
        "考评项目 P03：现为没有写属于哪一部分，应为A、B、C 之一。对照办法的各部分改正。（item-component）",
    ]
    assert tell(build_scheme(Discloser()), items=(item,)) == [
        "考评项目 P01：现为部分 C，应为不写部分：这个办法不分部分。对照办法的各部分改正。（item-component）"
    ]


def test_what_is_counted_gives_a_hundred_points_together(scheme: SchemeAdopted) -> None:
    rate, visits = (
        Measure(counts="closing-rate", points=60, target=101),
        Measure(counts="visits", points=30, target=0),
    )
    place = "考评办法的部分 A：现为"

    assert tell(scheme, components=component(scheme, 0, measures=(rate, visits))) == [
        (
            f"{place}60 + 30 = 90 分，应为每项至少 1 分，合计 100 分。"
            "改正各项计数的分值，让合计正好 100 分。（measure-points）"
        ),
        (
            f"{place}目标 101、0，应为目标至少 1，办结率不超过 100，同一样只数一次。"
            "改正目标，或者删去重复的一项。（measure-target）"
        ),
    ]
    twice = (change(visits, points=50, target=10),) * 2
    assert tell(scheme, components=component(scheme, 0, measures=twice)) == [
        (
            f"{place}同一样东西数了两次，应为目标至少 1，办结率不超过 100，同一样只数一次。"
            "改正目标，或者删去重复的一项。（measure-target）"
        )
    ]


def test_every_score_has_a_grade_and_every_grade_a_name(scheme: SchemeAdopted) -> None:
    cuts = (StarCut(from_score=40, stars=1), StarCut(from_score=60, stars=2))

    assert tell(scheme, grades=(TEXT, TEXT, TEXT), stars=cuts) == [
        "考评办法的等次：现为3 个名称，应为每条分数线一个，共 2 个。从低到高给每条分数线起一个名称。（grade-names）",
        "考评办法的等次：现为0–39 分没有等次，应为每个分数都有一个等次。最低的等次从 0 分起。（grade-gap）",
    ]


@pytest.mark.parametrize("cuts", [[(-1, 1), (60, 2)], [(0, 0), (60, 2)]])
def test_cuts_begin_at_no_less_than_nothing(scheme: SchemeAdopted, cuts: list[tuple[int, int]]) -> None:
    stars = tuple(StarCut(from_score=score, stars=count) for score, count in cuts)

    assert "star-cuts" in [fault.code for fault in check_scheme(change(scheme, stars=stars))]


def test_an_effect_hangs_on_a_grade_below_the_highest_and_lasts(scheme: SchemeAdopted) -> None:
    highest = SchemeEffect(lasts="year", loses="commendation", stars=2)
    short = SchemeEffect(lasts="month", loses="commendation", stars=1)

    assert tell(scheme, effects=(highest, short, short)) == [
        "考评办法的影响：现为第 2 等，应为办法里有的等次，最高一等除外：1。改正等次，从低到高数。（effect-grade）",
        "考评办法的影响：现为到当月末，应为不短于考评的一季。改长一些，或者删去这一条。（effect-lasts）",
        "考评办法的影响：现为到当月末，应为不短于考评的一季。改长一些，或者删去这一条。（effect-lasts）",
        "考评办法的影响：现为1 条与前面的等次和荣誉相同，应为每个等次、每种荣誉一条。只留一条。（effect-twice）",
    ]


def test_all_that_is_wrong_is_told_at_once(scheme: SchemeAdopted) -> None:
    (item,) = scheme.items
    wrong = change(
        scheme,
        base=101,
        components=(*component(scheme, 2, weight=90), component(scheme, 1)[1]),
        effects=(SchemeEffect(lasts="year", loses="commendation", stars=9),),
        grades=(TEXT,),
        items=(change(item, monthly_cap=0), change(item, component="Z")),
        stars=(StarCut(from_score=60, stars=2), StarCut(from_score=60, stars=2)),
    )

    assert [fault.code for fault in check_scheme(wrong)] == [
        "item-cap",
        "item-twice",
        "scheme-base",
        "star-cuts",
        "grade-names",
        "grade-gap",
        "component-twice",
        "scheme-weights",
        "item-component",
        "effect-grade",
    ]
    assert format_fault(check_scheme(wrong)[6]) == (
        "考评办法的部分 B：现为又出现一次，应为每个编号一个。换一个编号。（component-twice）"
    )


def test_a_round_carries_marks_in_the_last_month_of_its_time(scheme: SchemeAdopted) -> None:
    assert [format_fault(fault) for fault in check_carried(scheme, "2026-11", "支部 1")] == [
        (
            "支部 1：现为考评办法有 1 个部分靠计数，应为各部分按项目记分或靠测评的办法。"
            "件数和走访是网格的，算不到党员身上；换一个没有计数的办法。（round-source）"
        ),
        "支部 1：现为2026-11，应为一季的最后一个月。这个办法一季评一次，记在最后一个月。（round-calendar）",
    ]
    assert check_carried(change(scheme, components=None), "2026-12", "") == []
