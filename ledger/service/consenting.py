"""What a household withdrew does not come back with what was prepared before: looked at once more when agreements are
passed, and where agreements, withdrawals and rounds are recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ledger.books.awards import fault_no_consent
from ledger.books.points import AgreementsSigned, ConsentsWithdrawn, PointsRound
from ledger.books.rounds import build_fault
from ledger.entries import Claim
from ledger.errors import Fault
from ledger.log.commitments import index_disclosures
from ledger.ports import Ports
from ledger.service.drafts import name_draft
from ledger.state.consents import (
    check_next_consents,
    list_consenting,
    list_ever_scored,
    list_withdrawals,
    read_standings,
)
from ledger.state.facts import Facts
from ledger.state.private import Agreement, AwardLine, AwardSubject, FindPrivate, open_private
from ledger.state.rulebooks import get_points_month
from ledger.vaults import Draft


def check_consenting_draft(ports: Ports, draft: Draft, claim: Claim) -> list[Fault]:
    """Return a fault where a waiting draft of agreements was handed in before one of its households withdrew.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    if not isinstance(claim.body, AgreementsSigned) or draft.state != "waiting":
        return []
    kept = index_disclosures(draft.private).get
    with ports.ledger.read(claim.village) as reader:
        withdrawals = list_withdrawals(reader.facts, reader.size, _find(ports, claim.village))
        late = [
            reader.facts.read_entry(withdrawals[household]).recorded_at
            for household in _list_agreeing(claim.body, kept)
            if household in withdrawals
        ]
    is_outdated = any(draft.submitted_at < recorded_at for recorded_at in late)
    return [_build_outdated(name_draft(draft), "在交审以后撤回过同意")] if is_outdated else []


def check_consenting(
    ports: Ports, facts: Facts, index: int, claim: Claim, private: Sequence[str]
) -> list[Fault]:
    """Return every reason in the vault why a claim may not be the entry at `index`: agreements that give what is in
    force or are older than a withdrawal, withdrawals of what is not, rounds with a line of who withdrew.

    None of another kind. Raises NotProven as `check_consenting_draft` does.
    """
    body = claim.body
    if isinstance(body, PointsRound):
        return _check_round(ports, facts, index, claim, body, private)
    if not isinstance(body, AgreementsSigned | ConsentsWithdrawn):
        return []
    find, kept = _find(ports, claim.village), index_disclosures(private).get
    standings = read_standings(facts, index, find)
    faults = check_next_consents(body, index, kept, standings, "这一条")
    if isinstance(body, AgreementsSigned):
        withdrawals = list_withdrawals(facts, index, find)
        days = (
            facts.read_entry(withdrawals[household]).occurred_on
            for household in _list_agreeing(body, kept)
            if household in withdrawals
        )
        if any(claim.occurred_on < day for day in days):
            faults.append(_build_outdated("这一条的积分契约", "在签约以后撤回过同意"))
    return faults


def _check_round(  # where the claim would stand, and what it seals
    ports: Ports, facts: Facts, index: int, claim: Claim, body: PointsRound, private: Sequence[str]
) -> list[Fault]:
    """Who withdrew before the round's first part, and did not agree again, has no line in it.

    What all others agreed to is not opened, nor the round's lines where nobody withdrew: this is asked of each of a
    round's hundred parts, while nobody else can write.
    """
    rounds = get_points_month(facts, claim.period).rounds
    before = rounds[0] if rounds else index
    withdrew = list_withdrawals(facts, before, _find(ports, claim.village))
    if not withdrew:
        return []
    kept = index_disclosures(private).get
    lines = [(place, household) for place, household in _list_lines(body, kept) if household in withdrew]
    own = index_disclosures(
        text
        for household in {household for _, household in lines}
        for text in ports.vault.list_private(claim.village, household)
    )
    scored = list_consenting(facts, "scoring", body.version, before, own.get)
    gone = list_ever_scored(facts, body.version, before, own.get) - scored
    return [fault_no_consent(place) for place, household in lines if household in gone]


def _list_lines(body: PointsRound, kept: FindPrivate) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(body.lines, 1):
        subject = open_private(kept, line.subject.sealed, AwardSubject)
        if subject is not None:
            yield f"积分明示行第 {number} 行", subject.household
    for number, sealed in enumerate(body.sealed_lines, 1):
        award = open_private(kept, sealed.sealed, AwardLine)
        if award is not None:
            yield f"积分密封行第 {number} 行", award.household


def _list_agreeing(body: AgreementsSigned, kept: FindPrivate) -> Iterator[str]:
    for sealed in body.agreements:
        agreement = open_private(kept, sealed.sealed, Agreement)
        if agreement is not None:
            yield agreement.household


def _find(ports: Ports, village: str) -> FindPrivate:
    return partial(ports.vault.find_private, village)


def _build_outdated(place: str, since: str) -> Fault:
    return build_fault(
        "consent-outdated",
        place,
        f"有一户{since}",
        "撤回以后重新签的契约",
        "去掉这一户再交审；这一户愿意再同意的，请重新签，写新的签约日期",
    )
