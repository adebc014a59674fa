"""What is redeemed is looked at once more when it is passed: something may have been taken back since."""

from __future__ import annotations

from ledger.books.shops import PointsRedeemed, Redemption
from ledger.entries import Claim
from ledger.errors import Fault
from ledger.log.commitments import digest_disclosure
from ledger.ports import Ports
from ledger.service.drafts import name_draft
from ledger.state.private import RedeemedSubject, open_private
from ledger.state.redeeming import check_redemption
from ledger.vaults import Draft


def check_redeeming_draft(ports: Ports, draft: Draft, claim: Claim) -> list[Fault]:
    """Return every reason in the vault why what a waiting draft redeems may not be recorded now.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    if not isinstance(claim.body, PointsRedeemed) or draft.state != "waiting":
        return []
    kept = {digest_disclosure(text): text for text in draft.private}
    lines = []
    for number, line in enumerate(claim.body.lines, 1):
        subject = open_private(kept.get, line.subject.sealed, RedeemedSubject)
        if subject is not None:
            place = f"{name_draft(draft)}，第 {number} 行"
            lines.append(
                Redemption(
                    day=subject.day,
                    household=subject.household,
                    place=place,
                    points=line.points,
                    receipt=subject.receipt,
                )
            )

    def find_private(digest: str) -> str | None:
        return ports.vault.find_private(claim.village, digest)

    with ports.ledger.read(claim.village) as reader:
        return check_redemption(reader.facts, claim.period, reader.size, lines, find_private)
