"""Awards opened: a round's lines with their households, judged by what the plain part cannot show.

Caps hold for a household, a rule and a month; a household without an agreement has no line. `place` says
where a person finds the line: a row of a workbook, or a line of an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from ledger.books.points import Rule, list_worths
from ledger.books.rounds import OpenedFault, OpenedWords, build_fault, check_opened
from ledger.errors import Fault

_WORDS = OpenedWords(
    cap=OpenedFault("award-cap", "减少数量，超过封顶的不计分"),
    each="户",
    product=OpenedFault("award-points", "分值等于规则的分值乘以数量"),
    sealed=OpenedFault("award-sealed", "扣分和关系到各家私事的加分整行密封，其余明示"),
    who="该户",
)


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
    worths = list_worths(rules)
    together: Counter[tuple[str, str]] = Counter()
    faults = []
    for award in awards:
        if award.household not in scoring:
            faults.append(fault_no_consent(award.place))
        worth = worths.get(award.rule)
        if worth is None:
            faults.append(
                build_fault(
                    "award-rule", award.place, award.rule, "积分细则里有的编号", "对照积分细则改正规则编号"
                )
            )
            continue
        before = together[award.household, award.rule]
        together[award.household, award.rule] += abs(award.points)
        faults += check_opened(award, award.rule, worth, before, _WORDS)
    return faults


def fault_no_consent(place: str) -> Fault:
    """Return the fault of a line of a household that did not agree to be scored, or does so no more."""
    return build_fault(
        "award-consent",
        place,
        "该户没有同意积分",
        "已签积分契约并同意积分的农户",
        "先签契约，或删去这一行",
    )
