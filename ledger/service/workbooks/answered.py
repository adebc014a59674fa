"""The part of a longer round that came back and is put right.

It stays that part of the round: whoever passed the others passed what they say of it, and an entry among them may say
it for ever. So it is judged with the other parts as they stand, as entries or as drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.books.points import PointsRound
from ledger.books.scores import ScoreRound
from ledger.canonical import parse_claim
from ledger.entries import Body, Claim
from ledger.service.slots import find_slot
from ledger.vaults import Draft, Vault


class RoundPart(NamedTuple):
    """A returned part as it was, and by their numbers the drafts of its round's other parts that are no entries yet."""

    body: PointsRound | ScoreRound
    others: dict[int, Draft]
    period: str

    @property
    def branch(self) -> int:
        """The party branch whose round it is; -1 for a round of points."""
        return self.body.branch if isinstance(self.body, ScoreRound) else -1

    @property
    def is_first_returned(self) -> bool:
        """Whether part 1 came back too: handed in after this one, its cards are drawn anew."""
        return 1 in self.others and self.others[1].state == "returned"


def find_part(vault: Vault, village: str, answered: Sequence[Draft]) -> RoundPart | None:
    """Return the part that drafts which came back are; None where they are no part of a longer round."""
    if len(answered) != 1:
        return None
    claim = parse_claim(answered[0].claim)
    if not isinstance(claim.body, PointsRound | ScoreRound) or claim.body.parts == 1:
        return None
    others: dict[int, Draft] = {}
    # What waits took the place of what was returned before it.
    for draft in (*vault.list_drafts(village, "returned"), *vault.list_drafts(village, "waiting")):
        other = parse_claim(draft.claim)
        if isinstance(other.body, PointsRound | ScoreRound) and _name_round(other) == _name_round(claim):
            others[other.body.part] = draft
    others.pop(claim.body.part)
    return RoundPart(claim.body, dict(sorted(others.items())), claim.period)


def _name_round(claim: Claim) -> tuple[object, ...]:
    """Return what all parts of a round say alike."""
    body: Body = claim.body
    said: tuple[object, ...] = ()
    if isinstance(body, PointsRound):
        said = (body.households, body.parts, body.version)
    elif isinstance(body, ScoreRound):
        said = (body.parts, body.scheme, body.version)
    return (find_slot(body, claim.period), *said)
