"""What one version of the rulebook says otherwise than another, in the words of the public page and the desk's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.books.revisions import Revision
from ledger.figures.rulebooks import ReadRule, ReadRulebook
from ledger.service.preview import tell_change
from reports.words import format_count, format_month, format_signed
from web.i18n import _


@dataclass(frozen=True)
class ChangedRow:
    """A rule that one of two versions has and the other has not, or words otherwise: `said` what."""

    code: str
    item: str
    said: tuple[str, ...]


def list_changed(
    before: ReadRulebook, after: ReadRulebook, revision: Revision
) -> list[tuple[str, ChangedRow]]:
    """Return every rule that differs: those added, then changed, then removed."""
    old, new = ({read.rule.code: read for read in book.rules} for book in (before, after))
    rows = [("added", _build_changed(new[code], _list_said(new[code]))) for code in revision.added]
    for code, changes in revision.changed.items():
        rows.append(("changed", _build_changed(old[code], tuple(tell_change(one) for one in changes))))
    return rows + [("removed", _build_changed(old[code], _list_said(old[code]))) for code in revision.removed]


def tell_changes(before: ReadRulebook, after: ReadRulebook, revision: Revision) -> Iterator[str]:
    """Yield what a version changes of another, in sentences."""
    told = _(
        "从{month}起用第 {later} 版。与第 {earlier} 版比：新增 {added} 条，改动 {changed} 条，删去 {removed} 条，"
        "{same} 条没有变。"
    )
    yield told.format(
        added=len(revision.added),
        changed=len(revision.changed),
        earlier=before.version.number,
        later=after.version.number,
        month=format_month(after.version.since),
        removed=len(revision.removed),
        same=len(after.rules) - len(revision.added) - len(revision.changed),
    )
    if before.base_points != after.base_points:
        yield _("每户起点分原为 {before} 分，改为 {after} 分。").format(
            after=after.base_points, before=before.base_points
        )
    yield _("以前评过的积分不重算，照评的时候那一版。")
    yield _("换了一版，各户要重新签积分契约；没有重新签的，从那时起不再记分，也没有别的影响。")


def tell_limit(read: ReadRule) -> str:
    """Return how a rule is counted, and how far."""
    rule = read.rule
    told = _("每{unit}算一次，一户每月至多加 {cap} 分")
    if rule.points < 0:
        told = _("每{unit}算一次，一户每月至多扣 {cap} 分")
    return told.format(cap=format_count(rule.monthly_cap), unit=read.wording.unit)


def _build_changed(read: ReadRule, said: tuple[str, ...]) -> ChangedRow:
    return ChangedRow(read.rule.code, read.wording.item, said)


def _list_said(read: ReadRule) -> tuple[str, ...]:
    points = _("{points} 分，{limit}").format(limit=tell_limit(read), points=format_signed(read.rule.points))
    return tuple(said for said in (points, read.wording.evidence, read.wording.follow_up) if said)
