"""What is kept of a secret ballot while it runs: the codes that are not used yet, and the ballots that were cast.

    codes are printed ──► each is exchanged for a ballot ──► sealed: no code counts any more ──► an entry, and destroyed

A used code is not marked but gone, and a ballot stands where its random receipt puts it: nothing here says which code
brought which ballot, nor in what order. See decision 0049 for who must not be able to tell, and who still could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec


class Urn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ballot's urn.

    `ballots` receipts with what was chosen, by receipt
    `codes`   digests of the codes that are not used, sorted; none once it is sealed
    `issued`  how many codes there are in all
    `unprinted` how many of them are still to be printed
    """

    ballots: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...]
    is_sealed: bool = False
    issued: int
    unprinted: int = 0

    @property
    def unused(self) -> int:
        """How many codes were never exchanged for a ballot."""
        return self.issued - len(self.ballots)


ChangeUrn = Callable[[Urn], Urn | None]


class Urns(Protocol):
    """The urns of a home, by village and number of the ballot; in no backup, and gone for good once destroyed."""

    def make(self, village: str, number: str, urn: Urn) -> bool:
        """Keep a new urn durably; False, keeping nothing, where there is one already."""
        ...

    def find(self, village: str, number: str) -> Urn | None:
        """Return an urn as it is now; None where there is none. Tampered where it was altered."""
        ...

    def list_numbers(self, village: str) -> list[str]:
        """Return the ballots of a village that have an urn, by number."""
        ...

    def change(self, village: str, number: str, change: ChangeUrn) -> bool:
        """Put what `change` makes of an urn in its place, all of it or nothing, durable on return, one at a time.

        False, changing nothing, where it makes None of it, or there is no urn. Tampered where it was altered.
        """
        ...

    def destroy(self, village: str, number: str) -> None:
        """Destroy an urn with what opens it; again changes nothing."""
        ...


def make_urn(digests: Iterable[str], unprinted: int = 0) -> Urn:
    """Return the urn of codes given by their digests, in an order that says nothing, and of as many still to come."""
    codes = tuple(sorted(digests))
    return Urn(codes=codes, issued=len(codes) + unprinted, unprinted=unprinted)


def add_codes(urn: Urn, digests: Iterable[str], unprinted: int) -> Urn | None:
    """Let further codes count; None where it is sealed, or no longer `unprinted` were to be printed before them.

    They stand among the others: nothing says what was printed together.
    """
    if urn.is_sealed or urn.unprinted != unprinted:
        return None
    more = tuple(digests)
    codes = tuple(sorted((*urn.codes, *more)))
    return msgspec.structs.replace(urn, codes=codes, unprinted=unprinted - len(more))


def cast_ballot(urn: Urn, digest: str, receipt: str, choices: str) -> Urn | None:
    """Exchange a code for a ballot, both in one; None where the code does not count, or the receipt is taken."""
    if urn.is_sealed or digest not in urn.codes or receipt in dict(urn.ballots):
        return None
    codes = tuple(code for code in urn.codes if code != digest)
    ballots = tuple(sorted((*urn.ballots, (receipt, choices))))
    return msgspec.structs.replace(urn, ballots=ballots, codes=codes)


def seal_urn(urn: Urn) -> Urn:
    """Let no code count any more, and forget them."""
    return msgspec.structs.replace(urn, codes=(), is_sealed=True)
