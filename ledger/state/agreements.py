"""How many households consent to what under each version of the rulebook: agreements count up, withdrawals down.

Whose consent it is stands behind sealed digests: `state.consents` follows it, with the vault.
"""

from __future__ import annotations

from ledger.books.points import CONSENT_NAMES, AgreementsSigned, ConsentsWithdrawn
from ledger.books.rounds import build_fault
from ledger.errors import Fault
from ledger.state.facts import AgreementFacts, Facts, RulebookFacts, get_fact, put_fact
from ledger.state.rulebooks import count_households, get_agreements


def check_agreed(facts: Facts, body: AgreementsSigned) -> list[Fault]:
    """The version is the newest, and no more households agree to scoring than there are."""
    known = get_fact(facts, "rulebook", RulebookFacts)
    version = known.version if known else 0
    if body.version != version:
        return [
            build_fault(
                "agreements-version",
                "积分契约的细则版本",
                f"第 {body.version} 版",
                f"第 {version} 版" if version else "先有积分细则",
                "按现行积分细则重新签约",
            )
        ]
    households = count_households(facts)
    agreed = get_agreements(facts, version).scoring + body.scoring
    if agreed > households:
        return [
            build_fault(
                "agreements-total",
                "积分契约",
                f"累计 {agreed} 户同意积分",
                f"不超过登记的 {households} 户",
                "先登记农户；已签约的农户不重复签",
            )
        ]
    return []


def check_withdrawn(facts: Facts, body: ConsentsWithdrawn) -> list[Fault]:
    """What is taken back was given: somebody agreed to it under that version, and not all took it back already."""
    return [
        build_fault(
            "withdrawal-nothing",
            f"撤回第 {item.version} 版的{CONSENT_NAMES[name]}",
            "没有一户的这一项还在起作用",
            "撤回签过的、还没有撤回的",
            "对照这一户签过的契约",
        )
        for item in body.versions
        for name in item.consents
        if getattr(get_agreements(facts, item.version), name) == 0
    ]


def fold_agreements(facts: Facts, body: AgreementsSigned) -> None:
    """Add an agreement's consents to those of its version."""
    known = get_agreements(facts, body.version)
    agreed = AgreementFacts(
        display=known.display + body.display,
        naming=known.naming + body.naming,
        scoring=known.scoring + body.scoring,
    )
    put_fact(facts, f"agreements/{body.version:04d}", agreed)


def fold_withdrawal(facts: Facts, body: ConsentsWithdrawn) -> None:
    """Take what a household withdrew from what is in force of each version."""
    for item in body.versions:
        known = get_agreements(facts, item.version)
        left = AgreementFacts(
            display=known.display - ("display" in item.consents),
            naming=known.naming - ("naming" in item.consents),
            scoring=known.scoring - ("scoring" in item.consents),
        )
        put_fact(facts, f"agreements/{item.version:04d}", left)
