"""Awards opened: a round's lines with their households, judged by what the plain part cannot show.

Caps hold for a household, a rule and a month; a household without an agreement has no line. `place` says
where a person finds the line: a row of a workbook, or a line of an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from ledger.books.points import Rule, is_sealed
from ledger.books.rounds import build_fault
from ledger.errors import Fault


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a round with everything that is sealed in it."""

    evidence: str
    household: str
    place: str
    points: int  # of the line; negative for a deduction
    quantity: int
    rule: str
    sealed: bool  # the whole line, not only its subject


def check_awards(awards: Iterable[Award], rules: Iterable[Rule], scoring: Collection[str]) -> list[Fault]:
    """Return every fault of a month's awards under the rules; `scoring` are the households that agreed to it.

    No fault names a household: its place does for those who may see it.
    """
    known = {rule.code: rule for rule in rules}
    together: Counter[tuple[str, str]] = Counter()
    faults = []
    for award in awards:
        if award.household not in scoring:
            faults.append(
                build_fault(
                    "award-consent",
                    award.place,
                    "该户没有同意积分",
                    "已签积分契约并同意积分的农户",
                    "先签契约，或删去这一行",
                )
            )
        rule = known.get(award.rule)
        if rule is None:
            faults.append(
                build_fault(
                    "award-rule", award.place, award.rule, "积分细则里有的编号", "对照积分细则改正规则编号"
                )
            )
            continue
        before = together[award.household, award.rule]
        together[award.household, award.rule] += abs(award.points)
        faults += _check_award(award, rule, before)
    return faults


def _check_award(award: Award, rule: Rule, before: int) -> list[Fault]:
    """`before` is what the household already has by this rule this month, without sign."""
    faults = []
    product = rule.points * award.quantity
    if award.quantity < 1 or award.points != product:
        faults.append(
            build_fault(
                "award-points",
                award.place,
                f"{award.points} 分",
                f"{rule.points} 分 × {award.quantity} = {product} 分，数量至少 1",
                "分值等于规则的分值乘以数量",
            )
        )
    total = before + abs(award.points)
    if total > rule.monthly_cap:
        faults.append(
            build_fault(
                "award-cap",
                award.place,
                f"该户本月 {award.rule} 累计 {total} 分",
                f"每户每月不超过 {rule.monthly_cap} 分",
                "减少数量，超过封顶的不计分",
            )
        )
    if award.sealed != is_sealed(rule):
        faults.append(
            build_fault(
                "award-sealed",
                award.place,
                "整行密封" if award.sealed else "明示",
                "整行密封" if is_sealed(rule) else "明示",
                "扣分和敏感条目整行密封，其余明示",
            )
        )
    return faults
