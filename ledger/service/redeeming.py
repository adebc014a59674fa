"""What is redeemed is looked at once more when it is passed, and where it is recorded: something may have been taken
back since, be it by what was passed together with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.shops import PointsRedeemed, Redemption
from ledger.entries import Claim
from ledger.errors import Fault
from ledger.log.commitments import index_disclosures
from ledger.ports import Ports
from ledger.service.drafts import name_draft
from ledger.state.facts import Facts
from ledger.state.private import RedeemedSubject, open_private
from ledger.state.redeeming import MonthDay, check_redemption
from ledger.vaults import Draft


def check_redeeming_draft(ports: Ports, draft: Draft, claim: Claim) -> list[Fault]:
    """Return every reason in the vault why what a waiting draft redeems may not be recorded now.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    if not isinstance(claim.body, PointsRedeemed) or draft.state != "waiting":
        return []
    with ports.ledger.read(claim.village) as reader:
        return check_redeeming(
            ports, reader.facts, reader.size, claim, draft.private, f"{name_draft(draft)}，"
        )


def check_redeeming(  # where the claim would stand, and what it seals
    ports: Ports, facts: Facts, index: int, claim: Claim, private: Sequence[str], before: str = ""
) -> list[Fault]:
    """Return every reason in the vault why a claim may not be redeemed as the entry at `index`; none of another kind.

    `before` stands before each place. Raises NotProven as `check_redeeming_draft` does.
    """
    if not isinstance(claim.body, PointsRedeemed):
        return []
    kept = index_disclosures(private)
    lines = []
    for number, line in enumerate(claim.body.lines, 1):
        subject = open_private(kept.get, line.subject.sealed, RedeemedSubject)
        if subject is not None:
            lines.append(
                Redemption(
                    day=subject.day,
                    household=subject.household,
                    place=f"{before}第 {number} 行",
                    points=line.points,
                    receipt=subject.receipt,
                )
            )

    def find_private(digest: str) -> str | None:
        return ports.vault.find_private(claim.village, digest)

    return check_redemption(facts, MonthDay(claim.period, claim.occurred_on), index, lines, find_private)
