"""A village's rulebook as a booklet of A5 pages: cover, how it works, every rule, how to object."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint
from ledger.ports import PaperJob
from ledger.service.booklets import Booklet, BookletRule
from reports.codes import PrintedCode, build_rules_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_month, format_signed


@dataclass(frozen=True)
class RuleRow:
    """A rule as its row says it; `points` with its sign."""

    cap: str
    code: str
    deducts: bool
    evidence: str
    follow_up: str
    is_sealed: bool
    item: str
    points: str
    unit: str


@dataclass(frozen=True)
class GroupPart:
    """A group of rules. `counted` says how many there are."""

    counted: str
    name: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class BookletText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    adds: str
    base_points: str
    code: PrintedCode | None
    days: str
    deducts: str
    fingerprint: str
    groups: tuple[GroupPart, ...]
    host: str
    index: str
    made_on: str
    resolution: str
    resolution_number: str
    since: str
    size: str
    telephone: str
    total: str
    township: str
    version: str
    village_name: str


def render_booklet(job: PaperJob) -> bytes:
    """Return the PDF of a booklet. Raises as `reports.paper.render_paper` does."""
    booklet = read_paper(job, Booklet)
    return lay_out_paper(job, "booklet.html", booklet.made_on, book=build_booklet_text(job, booklet))


def build_booklet_text(job: PaperJob, booklet: Booklet) -> BookletText:
    """Return the booklet's texts, with the fingerprint of the checkpoint that covers its entry."""
    checkpoint = open_checkpoint(job.note, parse_note_verifier(job.verifier_key))
    if not checkpoint.size == booklet.size > booklet.index:
        raise ValueError(f"a checkpoint of {checkpoint.size}, a booklet of entry {booklet.index}")
    rules = [rule for group in booklet.groups for rule in group.rules]
    adds = sum(rule.points > 0 for rule in rules)
    title = f"积分细则第 {booklet.version} 版的网页"
    return BookletText(
        adds=format_count(adds),
        base_points=format_count(booklet.base_points),
        code=build_rules_code(job.base_url, booklet.village, booklet.version, title)
        if job.base_url
        else None,
        days=format_count(booklet.days),
        deducts=format_count(len(rules) - adds),
        fingerprint=format_fingerprint(checkpoint),
        groups=tuple(
            GroupPart(format_count(len(group.rules)), group.name, tuple(map(_build_rule, group.rules)))
            for group in booklet.groups
        ),
        host=get_host(job.base_url) if job.base_url else "",
        index=format_count(booklet.index),
        made_on=format_day(booklet.made_on),
        resolution=booklet.resolution,
        resolution_number=booklet.resolution_number,
        since=format_month(booklet.since),
        size=format_count(booklet.size),
        telephone=booklet.telephone,
        total=format_count(len(rules)),
        township=booklet.township,
        version=str(booklet.version),
        village_name=booklet.village_name,
    )


def _build_rule(rule: BookletRule) -> RuleRow:
    return RuleRow(
        cap=format_count(rule.monthly_cap),
        code=rule.code,
        deducts=rule.points < 0,
        evidence=rule.evidence,
        follow_up=rule.follow_up,
        is_sealed=rule.is_sealed,
        item=rule.item,
        points=format_signed(rule.points),
        unit=rule.unit,
    )
