"""Score cards: one scheme, branches with their members, monthly rounds and cards with stars.

Members' scores never mix with villagers' points and cannot be spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from ledger.books.rounds import (
    PlainLine,
    Worth,
    build_fault,
    check_apart,
    check_lines,
    check_order,
    check_part,
    check_sealed_sum,
)
from ledger.books.values import Count, Integer, Positive, PublicText, Sealed, Value
from ledger.errors import Fault

SCORE_MAX = 100
"""No score is above it, nor below 0."""
BRANCH_MAX = 99
"""Branches of a village: their number has two digits in the keys of facts."""

ItemCode = Annotated[str, Meta(pattern=r"\A[PN][0-9]{2}\Z")]
"""P and two digits for positive conduct, N for negative."""
SchemeName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{1,39}\Z")]


class SchemeItem(Value, frozen=True):
    """One line of a scheme. `text` discloses {group, item, unit}."""

    code: ItemCode
    monthly_cap: Positive
    points: Integer  # for one unit; negative for N items
    text: PublicText


class StarCut(Value, frozen=True):
    """The lowest score that earns so many stars."""

    from_score: Count
    stars: Positive


class SchemeAdopted(Value, frozen=True):
    """`scheme.adopted`: how members are scored, in force from the entry's period on."""

    base: Count  # every member's score before the month's marks
    items: Annotated[tuple[SchemeItem, ...], Meta(min_length=1, max_length=200)]
    resolution: PublicText
    scheme: SchemeName
    stars: Annotated[tuple[StarCut, ...], Meta(min_length=1, max_length=10)]  # ascending
    title: PublicText
    version: Positive


class BranchRegistered(Value, frozen=True):
    """`branch.registered`: a party branch and its members, sealed one by one ({member}), by digest."""

    branch: Positive
    members: Annotated[tuple[Sealed, ...], Meta(min_length=1)]
    name: PublicText


class ScoreLine(Value, frozen=True):
    """One mark in plain. `subject` discloses {evidence, member}."""

    item: ItemCode
    points: Positive
    quantity: Positive
    subject: Sealed


class ScoreCard(Value, frozen=True):
    """One member's month: stars in plain (0 below the lowest cut), `subject` discloses {member, score}."""

    stars: Count
    subject: Sealed


class ScoreRound(Value, frozen=True):
    """`score.round`: a branch's passed round of the entry's period, or one part of it.

    `lines` and `cards` are sorted by subject digest, `sealed_lines` ({evidence, item, member, points,
    quantity}: every negative mark) by digest. All cards stand in part 1, one for each member.
    """

    branch: Positive
    cards: tuple[ScoreCard, ...]
    lines: tuple[ScoreLine, ...]
    part: Positive
    parts: Positive
    scheme: SchemeName
    sealed_lines: tuple[Sealed, ...]
    sealed_points: Integer
    version: Positive


def list_worths(items: Iterable[SchemeItem]) -> dict[str, Worth]:
    """Return what each item is worth, by code; a line that deducts is sealed whole."""
    return {item.code: Worth(item.monthly_cap, item.points > 0, item.points) for item in items}


def check_scheme(body: SchemeAdopted) -> list[Fault]:
    """Return every fault a scheme has in itself: codes, signs, caps, base and cuts."""
    faults = []
    seen: set[str] = set()
    for item in body.items:
        faults += _check_item(item)
        if item.code in seen:
            faults.append(
                build_fault("item-twice", f"考评项目 {item.code}", "又出现一次", "每个编号一条", "换一个编号")
            )
        seen.add(item.code)
    if body.base > SCORE_MAX:
        faults.append(
            build_fault(
                "scheme-base", "考评办法的基础分", f"{body.base} 分", f"0–{SCORE_MAX} 分", "改正基础分"
            )
        )
    return faults + _check_cuts(body.stars)


def check_branch(body: BranchRegistered) -> list[Fault]:
    """Return every fault a branch's registration has in itself."""
    faults = check_order(body.members, f"支部 {body.branch} 党员名册")
    if body.branch > BRANCH_MAX:
        faults.append(
            build_fault(
                "branch-number", "支部序号", str(body.branch), f"1–{BRANCH_MAX}", "给支部一个较小的序号"
            )
        )
    return faults


def check_score_round(body: ScoreRound, scheme: SchemeAdopted, members: int) -> list[Fault]:
    """Return every fault a branch's round, or its part, has in itself; the branch has so many `members`."""
    place = f"支部 {body.branch} 评议"
    worths = list_worths(scheme.items)
    subjects = [line.subject for line in body.lines]
    cards = [card.subject for card in body.cards]
    lines = [PlainLine(line.item, line.points, line.quantity) for line in body.lines]
    return (
        check_part(body.part, body.parts, place)
        + check_order(subjects, f"{place}明示行")
        + check_order(body.sealed_lines, f"{place}密封行")
        + check_order(cards, f"{place}评分卡")
        + check_apart(subjects, body.sealed_lines, place)
        + check_lines(lines, worths, f"{place}明示行", "考评办法")
        + check_sealed_sum(len(body.sealed_lines), body.sealed_points, f"{place}密封行合计")
        + _check_negative(body, place)
        + _check_cards(body, scheme, members, place)
    )


def _check_item(item: SchemeItem) -> list[Fault]:
    place = f"考评项目 {item.code}"
    if item.points == 0 or (item.points > 0) != item.code.startswith("P"):
        return [
            build_fault(
                "item-sign", place, f"{item.points} 分", "P 项大于 0 分，N 项小于 0 分", "改正分值或编号"
            )
        ]
    if item.monthly_cap < abs(item.points):
        return [
            build_fault(
                "item-cap",
                place,
                f"每月封顶 {item.monthly_cap} 分",
                f"不低于一次的 {abs(item.points)} 分",
                "提高封顶，或降低分值",
            )
        ]
    return []


def _check_cuts(cuts: Sequence[StarCut]) -> list[Fault]:
    ascending = all(a.from_score < b.from_score and a.stars < b.stars for a, b in pairwise(cuts))
    if ascending and cuts[-1].from_score <= SCORE_MAX:
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


def _check_negative(body: ScoreRound, place: str) -> list[Fault]:
    """Sealed lines are negative marks and nothing else: their sum is below zero."""
    if not body.sealed_lines or body.sealed_points < 0:
        return []
    return [
        build_fault(
            "sealed-sign",
            f"{place}密封行合计",
            f"{len(body.sealed_lines)} 行合计 {body.sealed_points} 分",
            "小于 0 分",
            "只有扣分密封；加分写在明示行",
        )
    ]


def _check_cards(body: ScoreRound, scheme: SchemeAdopted, members: int, place: str) -> list[Fault]:
    """Every card stands in part 1, one for each member, with stars that the scheme knows."""
    faults = []
    need = members if body.part == 1 else 0
    if len(body.cards) != need:
        faults.append(
            build_fault(
                "cards-count",
                f"{place}第 {body.part} 部分",
                f"{len(body.cards)} 张评分卡",
                f"{need} 张",
                "第 1 部分给每名党员一张评分卡，其余部分没有",
            )
        )
    known = {0} | {cut.stars for cut in scheme.stars}
    for number, card in enumerate(body.cards, 1):
        if card.stars not in known:
            listed = "、".join(map(str, sorted(known)))
            faults.append(
                build_fault(
                    "card-stars",
                    f"{place}评分卡第 {number} 张",
                    f"{card.stars} 星",
                    f"{listed} 星之一",
                    "按考评办法的分数线定星",
                )
            )
    return faults
