"""The score sheet calculated: each branch's plain marks, its sealed sum and its stars, and the words for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from ledger.books.components import ComponentShare
from ledger.books.figures import (
    BranchFigures,
    ItemFigures,
    ScoreFigures,
    SheetHead,
    StarCount,
    StarCutFigures,
)
from ledger.books.periods import format_day_of_year
from ledger.books.scores import StarCut


class ItemTally(msgspec.Struct, frozen=True, kw_only=True):
    """One item's plain month in a branch."""

    code: str
    marks: int
    points: int
    quantity: int


class BranchMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What a branch's month counts."""

    branch: int
    items: tuple[ItemTally, ...]
    members: int
    name: str
    rounds: int
    sealed_marks: int
    sealed_points: int
    stars: Mapping[int, int]  # from stars to members with a card


class SchemeText(msgspec.Struct, frozen=True, kw_only=True):
    """The month's scheme with its texts read; empty and zero where none is in force."""

    base: int
    cuts: tuple[StarCut, ...]
    items: Mapping[str, str]  # from code to what it is for
    scheme: str
    title: str
    version: int
    components: tuple[ComponentShare, ...] = ()
    every: Literal["", "quarter", "year"] = ""
    grades: tuple[str, ...] = ()  # names of the cuts; of stars none


def build_score_figures(head: SheetHead, scheme: SchemeText, months: Iterable[BranchMonth]) -> ScoreFigures:
    """Return the figures of a month's score sheet, branches by number."""
    ranks = [cut.stars for cut in scheme.cuts]
    known = sorted(ranks if scheme.grades else {0, *ranks}, reverse=True)
    names = scheme.grades or ("",) * len(ranks)
    branches = tuple(
        _build_branch(month, scheme, known) for month in sorted(months, key=lambda month: month.branch)
    )
    return ScoreFigures(
        base=scheme.base,
        branches=branches,
        components=scheme.components,
        cuts=tuple(
            StarCutFigures(from_score=cut.from_score, name=name, stars=cut.stars)
            for cut, name in zip(scheme.cuts, names, strict=True)
        ),
        every=scheme.every,
        head=head,
        members=sum(branch.members for branch in branches),
        scheme=scheme.scheme,
        stars=tuple(
            StarCount(
                members=sum(row.members for branch in branches for row in branch.stars if row.stars == stars),
                stars=stars,
            )
            for stars in known
        ),
        title=scheme.title,
        version=scheme.version,
    )


def summarize_scores(figures: ScoreFigures, *, open_until: str = "") -> tuple[str, ...]:
    """Return the month in plain Chinese sentences. It names nobody.

    `open_until` is the day (YYYY-MM-DD) to which a month that is not closed is recorded, else empty.
    """
    period = figures.head.period
    month = f"{int(period[5:])}月"
    until = f"截至{format_day_of_year(open_until, period)}，{month}还" if open_until else month
    held = [branch for branch in figures.branches if branch.rounds]
    first = f"全村有 {len(figures.branches)} 个党支部、{figures.members} 名党员。"
    if not figures.branches:
        first = "还没有登记党支部。"
    if not held:
        return (first, f"{until}没有评分。")
    members = sum(branch.members for branch in held)
    lines = [first, f"{month}有 {len(held)} 个支部评分，{members} 名党员每人一张评分卡。"]
    by_items = "按项目记分的部分，" if _is_voted(figures) else ""
    lines.append(
        f"{by_items}每人基础分 {figures.base} 分，做了好事加分，没做到的扣分，最低 0 分，最高 100 分。"
    )
    lines += _tell_components(figures)
    lines += _tell_stars(figures)
    sealed = sum(branch.sealed_marks for branch in held)
    if sealed:
        points = -sum(branch.sealed_points for branch in held)
        lines.append(f"扣分共 {sealed} 笔、{points} 分，不公布是谁；本人可以向支部查询。")
    missing = len(figures.branches) - len(held)
    if missing:
        lines.append(f"{until}没有评分的支部，另有 {missing} 个。")
    return tuple(lines)


def _build_branch(month: BranchMonth, scheme: SchemeText, known: Sequence[int]) -> BranchFigures:
    items = tuple(
        ItemFigures(
            code=item.code,
            item=scheme.items[item.code],
            marks=item.marks,
            points=item.points,
            quantity=item.quantity,
        )
        for item in sorted(month.items, key=lambda item: item.code)
    )
    return BranchFigures(
        branch=month.branch,
        items=items,
        members=month.members,
        name=month.name,
        points=sum(item.points for item in items),
        rounds=month.rounds,
        sealed_marks=month.sealed_marks,
        sealed_points=month.sealed_points,
        stars=tuple(StarCount(members=month.stars.get(stars, 0), stars=stars) for stars in known),
    )


def _tell_components(figures: ScoreFigures) -> Iterable[str]:
    shares = [f"{one.name}占 {one.weight}%" for one in figures.components]
    how = "测评的部分由公布的票算" if _is_voted(figures) else "各部分都从基础分起算"
    if shares:
        yield f"评分分 {len(shares)} 个部分，{how}，按比例合成：{'，'.join(shares)}。"


def _is_voted(figures: ScoreFigures) -> bool:
    """Whether a ballot gives a component."""
    return any(one.voted for one in figures.components)


def _tell_stars(figures: ScoreFigures) -> Iterable[str]:
    names = {cut.stars: cut.name for cut in figures.cuts}
    counted = [row for row in figures.stars if row.members]
    unstarred = {0: f"{name_stars(0)}的"}
    parts = [
        f"{names.get(row.stars) or unstarred.get(row.stars) or name_stars(row.stars)} {row.members} 人"
        for row in counted
    ]
    if parts:
        yield f"{'评定' if any(names.values()) else '评星'}结果：{'，'.join(parts)}。"


def name_stars(stars: int) -> str:
    """Return how many stars as a sheet says them, such as 三星; that there are none in words."""
    numerals = "零一二三四五六七八九十"
    if stars == 0:
        return "没有评上星"
    return f"{numerals[stars] if stars < len(numerals) else stars}星"
