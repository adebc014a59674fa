"""The points sheet calculated: a month's plain sums by group and rule, the sealed sum, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ledger.books.figures import (
    GroupFigures,
    HonourFigures,
    PointsCorrection,
    PointsFigures,
    RuleFigures,
    SheetHead,
    ShopFigures,
)
from ledger.books.money import format_yuan
from ledger.books.periods import format_day_of_year


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule's text discloses, as the sheet uses it; `group` is empty where the text is gone."""

    group: str
    item: str
    unit: str


class RuleTally(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's plain month, corrections dated in it taken off."""

    awards: int
    code: str
    points: int
    quantity: int


class PointsCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a month counts beside its rules."""

    agreed: int
    households: int
    rounds: int
    scored: int
    sealed_awards: int
    sealed_points: int
    version: int


def build_points_figures(
    head: SheetHead,
    counts: PointsCounts,
    texts: Mapping[str, RuleText],
    tallies: Iterable[RuleTally],
    corrections: Sequence[PointsCorrection],
    shop: ShopFigures | None = None,
    honours: Sequence[HonourFigures] = (),
) -> PointsFigures:
    """Return the figures of a month's points sheet.

    `texts` are those of the month's rulebook by code, and of every other rule with a tally. Rules with the same
    letter are a group, named by the first of them; every group is there, also one without awards.
    """
    rules = sorted((tally for tally in tallies if _is_shown(tally)), key=lambda tally: tally.code)
    groups = tuple(_build_group(letter, texts, rules) for letter in sorted({code[0] for code in texts}))
    return PointsFigures(
        agreed=counts.agreed,
        awarded_points=sum(group.points for group in groups),
        awards=sum(group.awards for group in groups),
        corrections=tuple(sorted(corrections, key=lambda correction: correction.index)),
        groups=groups,
        head=head,
        households=counts.households,
        rounds=counts.rounds,
        scored=counts.scored,
        sealed_awards=counts.sealed_awards,
        sealed_points=counts.sealed_points,
        version=counts.version,
        shop=shop,
        honours=tuple(sorted(honours, key=lambda honour: honour.number)),
    )


def summarize_points(figures: PointsFigures, *, open_until: str = "") -> tuple[str, ...]:
    """Return the month in plain Chinese sentences for people who read slowly or are read to. It names nobody.

    `open_until` is the day (YYYY-MM-DD) to which a month that is not closed is recorded, else empty.
    """
    period = figures.head.period
    month = f"{int(period[5:])}月"
    agreed = f"全村登记 {figures.households:,} 户，其中 {figures.agreed:,} 户签约参加积分。"
    if not figures.households:
        agreed = "还没有登记农户。"
    if not figures.rounds:
        until = f"截至{format_day_of_year(open_until, period)}，{month}还" if open_until else month
        return (agreed, f"{until}没有评议积分。", *_tell_corrections(figures), *_tell_rest(figures))
    scored = f"{month}有 {figures.scored:,} 户有积分记录。"
    if figures.awards or figures.awarded_points:
        scored += f"公开加分 {figures.awards:,} 笔，合计 {figures.awarded_points:,} 分。"
    told = (*_tell_most(figures), *_tell_sealed(figures), *_tell_corrections(figures))
    return (agreed, scored, *told, *_tell_rest(figures))


def _is_shown(tally: RuleTally) -> bool:
    return bool(tally.awards or tally.points or tally.quantity)


def _build_group(letter: str, texts: Mapping[str, RuleText], tallies: Iterable[RuleTally]) -> GroupFigures:
    names = [text.group for code, text in sorted(texts.items()) if code[0] == letter and text.group]
    rules = tuple(
        RuleFigures(
            awards=tally.awards,
            code=tally.code,
            item=texts[tally.code].item,
            points=tally.points,
            quantity=tally.quantity,
            unit=texts[tally.code].unit,
        )
        for tally in tallies
        if tally.code[0] == letter
    )
    return GroupFigures(
        awards=sum(rule.awards for rule in rules),
        group=names[0] if names else letter,
        points=sum(rule.points for rule in rules),
        rules=rules,
    )


def _tell_most(figures: PointsFigures) -> Iterable[str]:
    """The rule with the most points: the lowest code where two are equal."""
    rules = [rule for group in figures.groups for rule in group.rules if rule.points > 0]
    if rules:
        most = min(rules, key=lambda rule: (-rule.points, rule.code))
        yield f"加分最多的一项是：{most.item}，{most.awards:,} 笔，共 {most.points:,} 分。"


def _tell_sealed(figures: PointsFigures) -> Iterable[str]:
    if not figures.sealed_awards and not figures.sealed_points:
        return
    points = figures.sealed_points
    total = f"减 {-points:,} 分" if points < 0 else f"加 {points:,} 分" if points > 0 else "正好抵平"
    yield (
        f"另有 {figures.sealed_awards:,} 笔是扣分或关系到各家私事的加分，不公布是谁家、哪一项，合起来{total}。"
        "想知道自己家的，可以找村文书查。"
    )


def count_units(quantity: int, unit: str) -> str:
    """Return a quantity with its unit: `3 次`, and `3 个4小时` for a unit that begins with a figure."""
    return f"{quantity} 个{unit}" if unit[:1].isdigit() else f"{quantity} {unit}".strip()


def name_span(span: str, until: str) -> str:
    """Return the quarter or year that ends with a month, in words."""
    if span == "year":
        return f"{until[:4]}年"
    return f"{until[:4]}年第{'一二三四'[int(until[5:]) // 3 - 1]}季度"


def _tell_rest(figures: PointsFigures) -> Iterable[str]:
    yield from _tell_honours(figures)
    yield from _tell_shop(figures)


def _tell_honours(figures: PointsFigures) -> Iterable[str]:
    for honour in figures.honours:
        named = f"“{honour.title}”（{name_span(honour.span, honour.until)}，{honour.number}）"
        unit = "户" if honour.granted_to == "household" else "人"
        if honour.granted:
            yield f"这个月表彰了{named} {honour.granted:,} {unit}。"
        if honour.taken:
            yield f"这个月撤销了发错的{named} {honour.taken:,} {unit}，原因写在账本里。"


def _tell_shop(figures: PointsFigures) -> Iterable[str]:
    shop = figures.shop
    if shop is not None:
        left_fen = shop.budget_fen - shop.spent_fen
        if shop.points < 0:
            month = (
                f"积分超市这个月退回的比换走的多，还给各户 {-shop.points:,} 分，"
                f"退回的东西的成本 {format_yuan(-shop.cost_fen)} 元；"
            )
        else:
            month = (
                f"积分超市这个月换走 {shop.lines:,} 笔，用了 {shop.points:,} 分，"
                f"东西的成本 {format_yuan(shop.cost_fen)} 元；"
            )
        yield (
            f"{month}这个积分年度的预算 {format_yuan(shop.budget_fen)} 元，还没用 {format_yuan(left_fen)} 元。"
        )


def _tell_corrections(figures: PointsFigures) -> Iterable[str]:
    own = sum(item.of_period == figures.head.period for item in figures.corrections)
    earlier = len(figures.corrections) - own
    if earlier:
        yield f"这个月更正了以前月份的积分 {earlier} 笔，已经算进这个月的合计，原因写在更正栏里。"
    if own:
        yield f"这个月的积分有 {own} 笔作了更正，原因写在更正栏里。"
