"""Villagers' points: the rulebook, households and their agreements, monthly rounds, reversals.

The household is the subject. No agreement, no points and no loss. A stranger re-derives every public total
from the plain lines; for deductions and rules marked sensitive only the round's sum is plain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

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
from ledger.books.values import (
    Count,
    Digest,
    Integer,
    Positive,
    PublicText,
    ResolutionNumber,
    Sealed,
    Value,
)
from ledger.errors import Fault

DEDUCTION_MAX = 20
"""Most points that one unit of a rule may take away. Source: the practice of published rulebooks."""

RuleCode = Annotated[str, Meta(pattern=r"\A[A-Z][0-9]{2}\Z")]
"""A letter for the rule's group and two digits, e.g. B01."""
RuleCodeOrNone = Annotated[str, Meta(pattern=r"\A([A-Z][0-9]{2})?\Z")]


class Rule(Value, frozen=True):
    """One line of the rulebook. `text` discloses {group, item, unit, evidence}, and {follow_up} if written."""

    code: RuleCode
    monthly_cap: Positive  # most points (absolute) one household gets or loses by it in a month
    points: Integer  # for one unit; negative deducts; never zero
    sensitive: bool  # its lines are sealed whole
    subject: Literal["household", "person"]
    text: PublicText


class RulebookAdopted(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`rulebook.adopted`: the rules the village's meeting voted, in force from the entry's period on."""

    base_points: Count  # every household starts with them; not redeemable
    resolution: PublicText
    resolution_number: ResolutionNumber = (
        ""  # of the village's register, that adopted it; left out where none
    )
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=200)]
    version: Positive


class GroupCount(Value, frozen=True):
    """How many households a villagers' group has."""

    group: Positive
    households: Positive


class HouseholdsRegistered(Value, frozen=True):
    """`households.registered`: who the households are, sealed one by one ({group, household}).

    Counted by group. `groups` stand by number, `households` by digest, each once.
    """

    groups: Annotated[tuple[GroupCount, ...], Meta(min_length=1)]
    households: Annotated[tuple[Sealed, ...], Meta(min_length=1)]


Consent = Literal["scoring", "display", "naming"]
CONSENT_NAMES: dict[Consent, str] = {"scoring": "同意积分", "display": "同意公示", "naming": "同意署名"}
"""What a household may consent to in its agreement, in the order of the form."""


class AgreementsSigned(Value, frozen=True):
    """`agreements.signed`: sealed agreements ({display, household, naming, scoring}).

    Each consent is counted apart. `agreements` stand by digest, each once.
    """

    agreements: Annotated[tuple[Sealed, ...], Meta(min_length=1)]
    display: Count
    naming: Count
    scoring: Count
    version: Positive  # of the rulebook agreed to


class WithdrawnFrom(Value, frozen=True):
    """What one household withdrew of what it had agreed to under a version of the rulebook, by name."""

    consents: Annotated[tuple[Consent, ...], Meta(min_length=1)]
    version: Positive


class ConsentsWithdrawn(Value, frozen=True):
    """`consents.withdrawn`: a household takes consents back. `withdrawal` discloses {household, withdrawn}.

    `versions` say of which agreements they were in force until now; they stand by version, each once.
    """

    versions: Annotated[tuple[WithdrawnFrom, ...], Meta(min_length=1)]
    withdrawal: Sealed


class PointsLine(Value, frozen=True):
    """One award. `subject` discloses {evidence, household}."""

    points: Positive
    quantity: Positive
    rule: RuleCode
    subject: Sealed


class PointsRound(Value, frozen=True):
    """`points.round`: the passed round of the entry's period, or one part of it.

    `lines` are sorted by subject digest, `sealed_lines` ({evidence, household, points, quantity, rule})
    by digest. `households` counts those with a line anywhere in the round; the same in every part.
    """

    households: Count
    lines: tuple[PointsLine, ...]
    part: Positive
    parts: Positive
    sealed_lines: tuple[Sealed, ...]
    sealed_points: Integer
    version: Positive  # of the rulebook


class PointsReversed(Value, frozen=True):
    """`points.reversed`: takes one line of the round at index `reverses` back, with a public reason."""

    line: Digest  # the subject's digest of a plain line, or the digest of a sealed line
    points: Integer  # the line's, negated
    reason: PublicText
    reverses: Positive
    rule: RuleCodeOrNone  # empty for a sealed line


def is_sealed(rule: Rule) -> bool:
    """Whether a rule's lines are sealed whole: it deducts, or it is sensitive."""
    return rule.sensitive or rule.points < 0


def list_worths(rules: Iterable[Rule]) -> dict[str, Worth]:
    """Return what each rule is worth, by code."""
    return {rule.code: Worth(rule.monthly_cap, not is_sealed(rule), rule.points) for rule in rules}


def check_rulebook(body: RulebookAdopted) -> list[Fault]:
    """Return every fault a rulebook has in itself: codes, points, caps, deductions."""
    faults = []
    seen: set[str] = set()
    for rule in body.rules:
        faults += check_rule(rule)
        if rule.code in seen:
            faults.append(
                build_fault("rule-twice", f"积分细则 {rule.code}", "又出现一次", "每个编号一条", "换一个编号")
            )
        seen.add(rule.code)
    return faults


def check_rule(rule: Rule) -> list[Fault]:
    """Return every fault a rule has in itself: points, cap, deduction."""
    place = f"积分细则 {rule.code}"
    if rule.points == 0:
        return [build_fault("rule-zero", place, "0 分", "加分或扣分", "写上分值，或删去这一条")]
    faults = []
    if rule.monthly_cap < abs(rule.points):
        faults.append(
            build_fault(
                "rule-cap",
                place,
                f"每月封顶 {rule.monthly_cap} 分",
                f"不低于一次的 {abs(rule.points)} 分",
                "提高封顶，或降低分值",
            )
        )
    if rule.points < -DEDUCTION_MAX:
        faults.append(
            build_fault(
                "rule-deduction",
                place,
                f"一次扣 {-rule.points} 分",
                f"一次最多扣 {DEDUCTION_MAX} 分",
                "降低扣分；违法的事由有权机关处理",
            )
        )
    return faults


def check_households(body: HouseholdsRegistered) -> list[Fault]:
    """Return every fault a registration has in itself: groups ascending and adding up, digests in order."""
    numbers = [item.group for item in body.groups]
    total = sum(item.households for item in body.groups)
    faults = check_order(body.households, "农户名册")
    if numbers != sorted(set(numbers)):
        listed = "、".join(map(str, numbers))
        faults.append(
            build_fault(
                "groups-order", "农户名册的村民小组", listed, "从小到大，各出现一次", "按小组序号排好"
            )
        )
    if total != len(body.households):
        faults.append(
            build_fault(
                "groups-total",
                "农户名册的村民小组",
                f"各组合计 {total} 户",
                f"{len(body.households)} 户",
                "重新清点各组户数",
            )
        )
    return faults


def check_agreements(body: AgreementsSigned) -> list[Fault]:
    """Return every fault agreements have in themselves: consents are not more than agreements."""
    faults = check_order(body.agreements, "积分契约")
    for name, title in CONSENT_NAMES.items():
        count: int = getattr(body, name)
        if count > len(body.agreements):
            faults.append(
                build_fault(
                    "consents-count",
                    f"积分契约的{title}",
                    f"{count} 户",
                    f"不超过 {len(body.agreements)} 户",
                    "对照契约重新清点",
                )
            )
    return faults


def check_withdrawal(body: ConsentsWithdrawn) -> list[Fault]:
    """Return every fault a withdrawal has in itself: versions and consents in order, each once."""
    versions = [item.version for item in body.versions]
    if versions == sorted(set(versions)) and all(
        list(item.consents) == sorted(set(item.consents)) for item in body.versions
    ):
        return []
    return [
        build_fault(
            "withdrawal-order",
            "撤回的同意",
            "版本或项目没有排好，或有重复",
            "版本从小到大，项目按名称排，各出现一次",
            "重新生成这一条",
        )
    ]


def check_round(body: PointsRound, rules: Iterable[Rule]) -> list[Fault]:
    """Return every fault a round, or its part, has in itself under the rules of its version."""
    worths = list_worths(rules)
    subjects = [line.subject for line in body.lines]
    lines = [PlainLine(line.rule, line.points, line.quantity) for line in body.lines]
    return (
        check_part(body.part, body.parts, "积分评议")
        + check_order(subjects, "积分明示行")
        + check_order(body.sealed_lines, "积分密封行")
        + check_apart(subjects, body.sealed_lines, "积分评议")
        + check_lines(lines, worths, "积分明示行", "积分细则")
        + check_sealed_sum(len(body.sealed_lines), body.sealed_points, "积分密封行合计")
    )
