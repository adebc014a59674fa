"""A rulebook or scheme held against the law's words wherever it passes by: as a draft, when passed, when recorded."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ledger.books.points import RulebookAdopted
from ledger.books.rule_lint import (
    Finding,
    Wording,
    build_lint_fault,
    lint_rules,
    list_refused,
    list_warned,
    tell_finding,
)
from ledger.books.scores import SchemeAdopted
from ledger.canonical import parse_claim
from ledger.data import load_rule_words
from ledger.data.templates import RuleTemplate
from ledger.entries import Body
from ledger.errors import Fault
from ledger.figures.rulebooks import read_rules
from ledger.log.commitments import Json, digest_disclosure, parse_disclosure
from ledger.service.drafts import name_draft
from ledger.service.schemes import lint_scheme
from ledger.vaults import Draft


def lint_body(body: RulebookAdopted, public: Sequence[str]) -> list[Finding]:
    """Return everything unlawful or unwise about a rulebook whose texts `public` discloses."""
    return lint_rules(
        load_rule_words(), [read.wording for read in read_rules(_index(public).get, body.rules)]
    )


def check_wording(body: Body, public: Sequence[str]) -> list[Fault]:
    """Return a fault for everything unlawful that a rulebook or a scheme says; nothing of another body."""
    if isinstance(body, SchemeAdopted):
        return lint_scheme(body, _index(public).get)
    if not isinstance(body, RulebookAdopted):
        return []
    return [build_lint_fault(finding) for finding in list_refused(lint_body(body, public))]


def list_cautions(draft: Draft) -> list[Finding]:
    """Return what whoever passes a draft must have seen: the warnings of a rulebook."""
    if not draft.slot.startswith("rulebook"):
        return []
    body = parse_claim(draft.claim).body
    return list_warned(lint_body(body, draft.public)) if isinstance(body, RulebookAdopted) else []


def tell_cautions(draft: Draft) -> tuple[str, ...]:
    """Return the same as sentences."""
    return tuple(tell_finding(finding) for finding in list_cautions(draft))


def check_cautions(draft: Draft, accepted: Collection[str]) -> list[Fault]:
    """Say that a waiting draft has warnings that the person who passes it did not say to have seen."""
    if draft.id in accepted or draft.state != "waiting":
        return []
    cautions = list_cautions(draft)
    if not cautions:
        return []
    return [
        Fault(
            code="warnings-unseen",
            place=name_draft(draft),
            found=f"有 {len(cautions)} 处提醒还没有说看过：{tell_finding(cautions[0])}",
            expected="看过每一处提醒，认为可以这样写",
            remedy="打开这一条看提醒，勾选“看过提醒”再通过；命令行写 --accept-warnings。不妥的，退回去改",
        )
    ]


def read_template(rule: RuleTemplate) -> Wording:
    """Return a rule of the shipped template as it is read."""
    return Wording(
        code=rule.code,
        evidence=rule.evidence,
        follow_up=rule.follow_up,
        group=rule.group,
        item=rule.item,
        monthly_cap=rule.monthly_cap,
        points=rule.points,
        unit=rule.unit,
    )


def _index(public: Sequence[str]) -> dict[str, Json]:
    """Return what texts disclose, by the digests that stand for it."""
    return {digest_disclosure(text): parse_disclosure(text)[1] for text in public}
