"""A month's round on its way into entries: lines drawn with fresh salts, put in order, split into parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from ledger.books.values import Sealed
from ledger.limits import ENTRY_MAX_LINES

L = TypeVar("L")


class PlainDrawn(NamedTuple, Generic[L]):
    """A plain line and the disclosure of its subject."""

    digest: str
    disclosure: str
    line: L


class SealedDrawn(NamedTuple):
    """A line sealed whole, its disclosure, and the points that only the sum will show."""

    digest: str
    disclosure: str
    points: int


class Part(NamedTuple, Generic[L]):
    """What one entry of the round holds."""

    lines: tuple[L, ...]
    private: tuple[str, ...]
    sealed_lines: tuple[Sealed, ...]
    sealed_points: int


def split_round(
    plain: Sequence[PlainDrawn[L]], sealed: Sequence[SealedDrawn], first_max: int = ENTRY_MAX_LINES
) -> list[Part[L]]:
    """Return the parts of a round: all plain lines in order of digest, then all sealed ones in theirs.

    `first_max` lines at most in the first part, ENTRY_MAX_LINES in the others. There is always a first part.
    """
    ordered_plain = sorted(plain, key=lambda item: item.digest)
    ordered_sealed = sorted(sealed, key=lambda item: item.digest)
    total = len(plain) + len(sealed)
    bounds = [0, min(first_max, total)]
    while bounds[-1] < total:
        bounds.append(min(bounds[-1] + ENTRY_MAX_LINES, total))
    parts = []
    for start, stop in pairwise(bounds):
        some = ordered_plain[start:stop]
        rest = ordered_sealed[max(start - len(plain), 0) : max(stop - len(plain), 0)]
        parts.append(
            Part(
                lines=tuple(item.line for item in some),
                private=(*(item.disclosure for item in some), *(item.disclosure for item in rest)),
                sealed_lines=tuple(Sealed(sealed=item.digest) for item in rest),
                sealed_points=sum(item.points for item in rest),
            )
        )
    return parts
