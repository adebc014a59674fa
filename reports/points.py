"""The monthly points sheet, as strings ready to lay out. It names no household."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.figures import GroupFigures, PointsFigures
from ledger.books.points_figures import summarize_points
from reports.frame import Codes, HeadText, PlainWords, build_head_text, build_plain_words
from reports.words import format_count, format_month, format_signed


@dataclass(frozen=True)
class RuleRow:
    """One rule's month."""

    awards: str
    code: str
    item: str
    points: str
    quantity: str
    unit: str


@dataclass(frozen=True)
class GroupRows:
    """A group of rules with its sums."""

    awards: str
    name: str
    points: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class PointsCorrectionRow:
    """A line taken back; `rule` is empty for a sealed one."""

    month: str
    points: str
    reason: str
    rule: str


@dataclass(frozen=True)
class PointsSheet:
    """All that the template of the points sheet shows. Points carry their sign."""

    agreed: str
    awarded_points: str
    awards: str
    codes: Codes | None
    corrections: tuple[PointsCorrectionRow, ...]
    groups: tuple[GroupRows, ...]
    has_round: bool
    head: HeadText
    households: str
    scored: str
    sealed_awards: str
    sealed_points: str
    summary: PlainWords
    total_awards: str
    total_points: str
    version: str


def build_points(figures: PointsFigures, codes: Codes | None, open_until: str = "") -> PointsSheet:
    """Return the points sheet's texts; sums nothing but its own columns."""
    return PointsSheet(
        agreed=format_count(figures.agreed),
        awarded_points=format_signed(figures.awarded_points),
        awards=format_count(figures.awards),
        codes=codes,
        corrections=tuple(
            PointsCorrectionRow(
                month=format_month(row.of_period),
                points=format_signed(row.points),
                reason=row.reason,
                rule=row.rule,
            )
            for row in figures.corrections
        ),
        groups=tuple(_build_group(group) for group in figures.groups),
        has_round=figures.rounds > 0,
        head=build_head_text(figures.head, "", open_until),
        households=format_count(figures.households),
        scored=format_count(figures.scored),
        sealed_awards=format_count(figures.sealed_awards),
        sealed_points=format_signed(figures.sealed_points),
        summary=build_plain_words(summarize_points(figures, open_until=open_until), codes),
        total_awards=format_count(figures.awards + figures.sealed_awards),
        total_points=format_signed(figures.awarded_points + figures.sealed_points),
        version=str(figures.version),
    )


def _build_group(group: GroupFigures) -> GroupRows:
    return GroupRows(
        awards=format_count(group.awards),
        name=group.group,
        points=format_signed(group.points),
        rules=tuple(
            RuleRow(
                awards=format_count(rule.awards),
                code=rule.code,
                item=rule.item,
                points=format_signed(rule.points),
                quantity=format_count(rule.quantity),
                unit=rule.unit,
            )
            for rule in group.rules
        ),
    )
