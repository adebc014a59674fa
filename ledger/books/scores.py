"""Score cards: one scheme, branches with their members, monthly rounds and cards with stars.

Members' scores never mix with villagers' points and cannot be spent.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ledger.books.values import Count, Integer, Positive, PublicText, Sealed, Value

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
    """`branch.registered`: a party branch and its members, sealed one by one ({member})."""

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
