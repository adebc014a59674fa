"""Villagers' points: the rulebook, households and their agreements, monthly rounds, reversals.

The household is the subject. No agreement, no points and no loss. A stranger re-derives every public total
from the plain lines; for deductions and rules marked sensitive only the round's sum is plain.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.values import Count, Digest, Integer, Positive, PublicText, Sealed, Value

RuleCode = Annotated[str, Meta(pattern=r"\A[A-Z][0-9]{2}\Z")]
"""A letter for the rule's group and two digits, e.g. B01."""
RuleCodeOrNone = Annotated[str, Meta(pattern=r"\A([A-Z][0-9]{2})?\Z")]


class Rule(Value, frozen=True):
    """One line of the rulebook. `text` discloses {group, item, unit, evidence}."""

    code: RuleCode
    monthly_cap: Positive  # most points (absolute) one household gets or loses by it in a month
    points: Integer  # for one unit; negative deducts; never zero
    sensitive: bool  # its lines are sealed whole
    subject: Literal["household", "person"]
    text: PublicText


class RulebookAdopted(Value, frozen=True):
    """`rulebook.adopted`: the rules the village's meeting voted, in force from the entry's period on."""

    base_points: Count  # every household starts with them; not redeemable
    resolution: PublicText
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=200)]
    version: Positive


class GroupCount(Value, frozen=True):
    """How many households a villagers' group has."""

    group: Positive
    households: Positive


class HouseholdsRegistered(Value, frozen=True):
    """`households.registered`: who the households are, sealed one by one ({group, household}), counted by group."""

    groups: Annotated[tuple[GroupCount, ...], Meta(min_length=1)]
    households: Annotated[tuple[Sealed, ...], Meta(min_length=1)]


class AgreementsSigned(Value, frozen=True):
    """`agreements.signed`: sealed agreements ({display, household, naming, scoring}), each consent counted apart."""

    agreements: Annotated[tuple[Sealed, ...], Meta(min_length=1)]
    display: Count
    naming: Count
    scoring: Count
    version: Positive  # of the rulebook agreed to


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
