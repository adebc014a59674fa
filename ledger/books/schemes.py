"""What a scheme may not be in itself: weights, cuts, components without a source, caps; every fault at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ledger.books.rounds import build_fault
from ledger.books.scores import (
    SCORE_MAX,
    SPAN_NAMES,
    SchemeAdopted,
    SchemeComponent,
    SchemeItem,
    SchemeSpan,
    StarCut,
    get_span,
    list_ranks,
)
from ledger.books.values import get_previous_period
from ledger.errors import Fault

WEIGHTS = 100
"""All weights of a scheme together, in percent; also all points of what one component counts."""
SPAN_LENGTHS: dict[SchemeSpan, int] = {"month": 1, "quarter": 3, "year": 12}
"""Months."""


def check_scheme(body: SchemeAdopted) -> list[Fault]:
    """Return every fault a scheme has in itself: codes, signs, caps, base, cuts, grades, components and effects."""
    faults = []
    for item in body.items:
        faults += _check_item(item, get_span(body))
    faults += [
        build_fault("item-twice", f"考评项目 {code}", "又出现一次", "每个编号一条", "换一个编号")
        for code in _list_repeated(item.code for item in body.items)
    ]
    if not 0 <= body.base <= SCORE_MAX:
        faults.append(
            build_fault(
                "scheme-base", "考评办法的基础分", f"{body.base} 分", f"0–{SCORE_MAX} 分", "改正基础分"
            )
        )
    return (
        faults
        + _check_cuts(body.stars)
        + _check_grades(body)
        + _check_components(body)
        + _check_effects(body)
    )


def list_months(scheme: SchemeAdopted, period: str) -> list[str]:
    """Return the months of the time that ends with `period`, in order."""
    months = [period]
    while len(months) < SPAN_LENGTHS[get_span(scheme)]:
        months.insert(0, get_previous_period(months[0]))
    return months


def has_source(scheme: SchemeAdopted, source: str) -> bool:
    """Whether a component of a scheme takes its score from `source`."""
    return any(one.source == source for one in scheme.components or ())


def check_carried(scheme: SchemeAdopted, period: str, place: str) -> list[Fault]:
    """Return why a round of a month cannot be held under members' scheme: cases and visits are counted of units, which
    members are none, and it stands in the last month of the time that the scheme looks back on.
    """
    faults = []
    if has_source(scheme, "counts"):
        counted = sum(one.source == "counts" for one in scheme.components or ())
        faults.append(
            build_fault(
                "round-source",
                place,
                f"考评办法有 {counted} 个部分靠计数",
                "各部分按项目记分或靠测评的办法",
                "件数和走访是网格的，算不到党员身上；换一个没有计数的办法",
            )
        )
    return faults + check_calendar(scheme, period, place)


def check_calendar(scheme: SchemeAdopted, period: str, place: str) -> list[Fault]:
    """Return a fault where a month is not the last of the time that a scheme looks back on."""
    span = get_span(scheme)
    if int(period[5:]) % SPAN_LENGTHS[span] == 0:
        return []
    return [
        build_fault(
            "round-calendar",
            place,
            period,
            f"一{SPAN_NAMES[span]}的最后一个月",
            f"这个办法一{SPAN_NAMES[span]}评一次，记在最后一个月",
        )
    ]


def tell_earned(scheme: SchemeAdopted, score: int, stars: int) -> str:
    """Return a score and what it earns, as a fault says it: a grade by its place from the highest, since what it is
    called is a text beside the log.
    """
    if scheme.grades is None:
        return f"{score} 分 {stars} 星"
    return f"{score} 分，从高到低第 {1 + sum(cut.stars > stars for cut in scheme.stars)} 等"


def _check_item(item: SchemeItem, span: SchemeSpan) -> list[Fault]:
    place = f"考评项目 {item.code}"
    faults = []
    if item.points == 0 or (item.points > 0) != item.code.startswith("P"):
        faults.append(
            build_fault(
                "item-sign", place, f"{item.points} 分", "P 项大于 0 分，N 项小于 0 分", "改正分值或编号"
            )
        )
    if item.monthly_cap < max(abs(item.points), 1):
        faults.append(
            build_fault(
                "item-cap",
                place,
                f"每{SPAN_NAMES[span]}封顶 {item.monthly_cap} 分",
                f"不低于一次的 {max(abs(item.points), 1)} 分",
                "提高封顶，或降低分值",
            )
        )
    return faults


def _check_cuts(cuts: Sequence[StarCut]) -> list[Fault]:
    ascending = all(a.from_score < b.from_score and a.stars < b.stars for a, b in pairwise(cuts))
    if ascending and cuts[0].from_score >= 0 and cuts[0].stars >= 1 and cuts[-1].from_score <= SCORE_MAX:
        return []
    found = "、".join(f"{cut.stars} 星 {cut.from_score} 分" for cut in cuts)
    return [
        build_fault(
            "star-cuts",
            "考评办法的星级",
            found,
            f"星级和分数都从低到高，不超过 {SCORE_MAX} 分",
            "按从低到高重排星级分数线",
        )
    ]


def _check_grades(body: SchemeAdopted) -> list[Fault]:
    """Grades are as many as cuts, and the lowest begins at 0: each score has one."""
    if body.grades is None:
        return []
    faults = []
    if len(body.grades) != len(body.stars):
        faults.append(
            build_fault(
                "grade-names",
                "考评办法的等次",
                f"{len(body.grades)} 个名称",
                f"每条分数线一个，共 {len(body.stars)} 个",
                "从低到高给每条分数线起一个名称",
            )
        )
    lowest = min(cut.from_score for cut in body.stars)
    if lowest:
        faults.append(
            build_fault(
                "grade-gap",
                "考评办法的等次",
                f"0–{lowest - 1} 分没有等次",
                "每个分数都有一个等次",
                "最低的等次从 0 分起",
            )
        )
    return faults


def _check_components(body: SchemeAdopted) -> list[Fault]:
    components = body.components or ()
    faults = [
        build_fault("component-twice", f"考评办法的部分 {code}", "又出现一次", "每个编号一个", "换一个编号")
        for code in _list_repeated(one.code for one in components)
    ]
    total = sum(one.weight for one in components)
    if components and (total != WEIGHTS or min(one.weight for one in components) < 1):
        found = " + ".join(str(one.weight) for one in components)
        faults.append(
            build_fault(
                "scheme-weights",
                "考评办法各部分的权重",
                f"{found} = {total}",
                f"每部分至少 1，合计 {WEIGHTS}",
                "改正权重，让各部分合计正好 100",
            )
        )
    for one in components:
        faults += _check_source(one, sum(item.component == one.code for item in body.items))
    return faults + _check_belonging(body.items, [one.code for one in components])


def _check_source(one: SchemeComponent, items: int) -> list[Fault]:
    """A component takes its score from one thing, which is there."""
    place, measures = f"考评办法的部分 {one.code}", one.measures or ()
    expected = {
        "ballot": "民主测评：没有项目，也没有计数",
        "counts": "计数：写明数什么，没有项目",
        "marks": "记分：至少一个项目，没有计数",
    }
    faults = []
    if bool(items) != (one.source == "marks") or bool(measures) != (one.source == "counts"):
        faults.append(
            build_fault(
                "component-orphan",
                place,
                f"{items} 个项目、{len(measures)} 项计数",
                expected[one.source],
                "补上这一部分的来源，或者改正来源",
            )
        )
    return faults + _check_measures(one, place)


def _check_measures(one: SchemeComponent, place: str) -> list[Fault]:
    measures = one.measures or ()
    if not measures:
        return []
    faults = []
    total = sum(measure.points for measure in measures)
    if total != WEIGHTS or min(measure.points for measure in measures) < 1:
        found = " + ".join(str(measure.points) for measure in measures)
        faults.append(
            build_fault(
                "measure-points",
                place,
                f"{found} = {total} 分",
                f"每项至少 1 分，合计 {WEIGHTS} 分",
                "改正各项计数的分值，让合计正好 100 分",
            )
        )
    wrong = [
        measure.target
        for measure in measures
        if measure.target < 1 or (measure.counts == "closing-rate" and measure.target > WEIGHTS)
    ]
    repeated = _list_repeated(measure.counts for measure in measures)
    if wrong or repeated:
        faults.append(
            build_fault(
                "measure-target",
                place,
                "目标 " + "、".join(map(str, wrong)) if wrong else "同一样东西数了两次",
                "目标至少 1，办结率不超过 100，同一样只数一次",
                "改正目标，或者删去重复的一项",
            )
        )
    return faults


def _check_belonging(items: Iterable[SchemeItem], known: Sequence[str]) -> list[Fault]:
    """With components each item belongs to one of them, without to none."""
    listed = "、".join(known)
    return [
        build_fault(
            "item-component",
            f"考评项目 {item.code}",
            f"部分 {item.component}" if item.component else "没有写属于哪一部分",
            f"{listed} 之一" if known else "不写部分：这个办法不分部分",
            "对照办法的各部分改正",
        )
        for item in items
        if item.component not in (known or ("",))
    ]


def _check_effects(body: SchemeAdopted) -> list[Fault]:
    """An effect hangs on what a card can have, is said once, and does not end before its own time of the calendar."""
    known = list_ranks(body)
    faults = []
    effects = body.effects or ()
    for effect in effects:
        if effect.stars not in known[:-1]:
            faults.append(
                build_fault(
                    "effect-grade",
                    "考评办法的影响",
                    f"第 {effect.stars} 等",
                    f"办法里有的等次，最高一等除外：{'、'.join(map(str, known[:-1]))}",
                    "改正等次，从低到高数",
                )
            )
        if SPAN_LENGTHS[effect.lasts] < SPAN_LENGTHS[get_span(body)]:
            faults.append(
                build_fault(
                    "effect-lasts",
                    "考评办法的影响",
                    f"到当{SPAN_NAMES[effect.lasts]}末",
                    f"不短于考评的一{SPAN_NAMES[get_span(body)]}",
                    "改长一些，或者删去这一条",
                )
            )
    repeated = _list_repeated(f"{effect.stars} {effect.loses}" for effect in effects)
    if repeated:
        faults.append(
            build_fault(
                "effect-twice",
                "考评办法的影响",
                f"{len(repeated)} 条与前面的等次和荣誉相同",
                "每个等次、每种荣誉一条",
                "只留一条",
            )
        )
    return faults


def _list_repeated(codes: Iterable[str]) -> list[str]:
    return [code for code, times in Counter(codes).items() if times > 1]
