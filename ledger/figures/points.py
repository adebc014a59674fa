"""The points sheet's figures gathered: the month's tallies, its rulebook's texts, and the corrections it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from ledger.books.figures import HonourFigures, PointsCorrection, PointsFigures, SheetHead, ShopFigures
from ledger.books.honours import HonourReversed
from ledger.books.points import PointsReversed, Rule
from ledger.books.points_figures import PointsCounts, RuleTally, RuleText, build_points_figures
from ledger.books.values import get_next_period
from ledger.errors import NotProven
from ledger.figures.texts import GONE, Texts, read_text
from ledger.state.facts import EntryAt, Facts, Tally, read_body, scan_facts
from ledger.state.honours import get_granting, list_honour_entries
from ledger.state.reference import Reference
from ledger.state.rulebooks import (
    count_households,
    find_rulebook,
    get_agreements,
    get_points_month,
    list_rulebooks,
)
from ledger.state.shops import find_shop, get_redeemed_in


class _Disclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    evidence: str
    group: str
    item: str
    unit: str
    follow_up: str = ""  # of rulebooks before it was written


def collect_points(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> PointsFigures:
    """Return the figures of a month's points sheet.

    Corrections count as far as they were known at the head's size. Raises NotProven where a rule's text is of
    another shape than {evidence, group, item, unit} with or without {follow_up}.
    """
    del reference  # Points follow the village's own rulebook; the law's clocks are in the head.
    month = get_points_month(facts, head.period)
    rulebook = find_rulebook(facts, head.period)
    version = rulebook.version if rulebook else 0
    tallies = [
        RuleTally(awards=tally.lines, code=code, points=tally.points, quantity=tally.quantity)
        for code, tally in scan_facts(facts, f"award/{head.period}/", Tally)
    ]
    rules = {rule.code: rule for rule in rulebook.rules} if rulebook else {}
    for tally in tallies:
        if tally.code not in rules:
            rules[tally.code] = _find_rule(facts, tally.code)
    counts = PointsCounts(
        agreed=get_agreements(facts, version).scoring,
        households=count_households(facts),
        rounds=len(month.rounds),
        scored=month.households,
        sealed_awards=month.sealed_awards,
        sealed_points=month.sealed_points,
        version=version,
    )
    read = {code: read_rule(texts, rule) for code, rule in rules.items()}
    corrections = list(_iterate_corrections(facts, texts, head))
    shop, honours = _collect_shop(facts, head.period), _collect_honours(facts, texts, head.period)
    return build_points_figures(head, counts, read, tallies, corrections, shop, honours)


def _collect_honours(facts: Facts, texts: Texts, period: str) -> list[HonourFigures]:
    """Return what a month granted and took back, granting by granting."""
    granted: dict[int, int] = {}
    taken: Counter[int] = Counter()
    for index in list_honour_entries(facts, period):
        body = facts.read_entry(index).body
        if isinstance(body, HonourReversed):
            granted.setdefault(body.reverses, 0)
            taken[body.reverses] += 1
        else:
            granted[index] = len(get_granting(facts, index).body.holders)
    found = []
    for index, count in granted.items():
        known = get_granting(facts, index).body
        found.append(
            HonourFigures(
                granted=count,
                granted_to=known.granted_to,
                number=known.number,
                span=known.span,
                taken=taken[index],
                title=read_text(texts, known.title),
                until=known.until,
            )
        )
    return found


def _collect_shop(facts: Facts, period: str) -> ShopFigures | None:
    """Return what the points cost in a month; None where it lies in no shop's points year.

    The budget is the newest at the head's size. What is taken back later counts in the later month.
    """
    shop = find_shop(facts, period)
    if shop is None:
        return None
    first = before = shop.first_period
    month, spent_fen = get_redeemed_in(facts, first, period), 0
    while before <= period:
        spent_fen += get_redeemed_in(facts, first, before).cost_fen
        before = get_next_period(before)
    return ShopFigures(
        budget_fen=shop.budget_fen,
        cost_fen=month.cost_fen,
        lines=month.lines,
        points=month.points,
        spent_fen=spent_fen,
    )


def _find_rule(facts: Facts, code: str) -> Rule:
    """Return the newest rule of a code that the month's own rulebook no longer has: a correction took it back."""
    for rulebook in list_rulebooks(facts):
        for rule in rulebook.rules:
            if rule.code == code:
                return rule
    raise NotProven(f"没有哪一版积分细则有 {code} 这一条", code="rule-unknown")


def read_rule(texts: Texts, rule: Rule) -> RuleText:
    """Return a rule's text, GONE where it was deleted by law; NotProven where it is of another shape."""
    value: Any = texts(rule.text.text)
    if value is None:
        return RuleText(group="", item=GONE, unit="")
    try:
        disclosed = msgspec.convert(value, _Disclosed)
    except msgspec.ValidationError as error:
        raise NotProven(f"规则 {rule.code} 公开的文字不成样子：{error}", code="text-kind") from error
    return RuleText(group=disclosed.group, item=disclosed.item, unit=disclosed.unit)


def _iterate_corrections(facts: Facts, texts: Texts, head: SheetHead) -> Iterator[PointsCorrection]:
    """Yield the reversals made in the month, and those made later of a line of the month."""
    for _, at in scan_facts(facts, f"points-correction/{head.period}/", EntryAt):
        body = read_body(facts, at.index, PointsReversed)
        yield PointsCorrection(
            index=at.index,
            of_period=facts.read_entry(body.reverses).period,
            points=body.points,
            reason=read_text(texts, body.reason),
            rule=body.rule,
        )
