"""The small values that bodies of entries are made of, and their ranges.

Rules that always hold: whole numbers only, money in fen, points whole, no null and no optional field: what a
body does not say, it says by another kind of entry. Field order is the alphabet, as in the bytes. One exception: what
a kind came to say later is left out of the bytes where it is empty (`omit_defaults`), so that older bytes stay right.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import lru_cache
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

INTEGER_MAX = 2**53 - 1
"""Largest integer an entry may hold: the range every JSON reader agrees on (RFC 7493)."""

Digest = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]
"""base64url(SHA-256) without padding: stands for a text kept beside the log, or in the vault (RFC 9901)."""
FileDigest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""SHA-256 of a file in hex, as `sha256sum` prints it."""
Village = Annotated[str, Meta(pattern=r"\A[0-9]{12}\Z")]
"""A village's 12-digit division code."""
Period = Annotated[str, Meta(pattern=r"\A2[0-9]{3}-(0[1-9]|1[0-2])\Z")]
"""One calendar month, `YYYY-MM`."""
Day = Annotated[str, Meta(pattern=r"\A2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]
"""One calendar day of +08:00, `YYYY-MM-DD`; that it exists is checked by `is_day`."""
User = Annotated[str, Meta(pattern=r"\Au-[a-z2-7]{10}\Z")]
"""Pseudonym of a person who acts in the system; who it is stands in the vault."""
AccountCode = Annotated[str, Meta(pattern=r"\A[1-5][0-9]{2}([0-9]{2}){0,3}\Z")]
VoucherNumber = Annotated[str, Meta(pattern=r"\A2[0-9]{3}-(0[1-9]|1[0-2])-[0-9]{3}\Z")]
"""`YYYY-MM-NNN`, without gaps in a month, from 001."""
SheetNumber = Annotated[str, Meta(pattern=r"\A2[0-9]{3}-(0[1-9]|1[0-2])-[FPQSY]-[1-9][0-9]?\Z")]
SheetNumberOrNone = Annotated[str, Meta(pattern=r"\A(2[0-9]{3}-(0[1-9]|1[0-2])-[FPQSY]-[1-9][0-9]?)?\Z")]
"""A sheet's number, or the empty string where there is none."""
VoucherNumberOrNone = Annotated[str, Meta(pattern=r"\A(2[0-9]{3}-(0[1-9]|1[0-2])-[0-9]{3})?\Z")]
ContractNumber = Annotated[str, Meta(pattern=r"\AHT-[0-9]{4}\Z")]
"""`HT-NNNN`, of a village's register: once given never another contract's. Of one form, so that nobody's identity
number can stand in an entry or an address as one.
"""
AssetNumber = Annotated[str, Meta(pattern=r"\AZC-[0-9]{4}\Z")]
ResourceNumber = Annotated[str, Meta(pattern=r"\AZY-[0-9]{4}\Z")]
"""`ZC-NNNN` and `ZY-NNNN`, of a village's registers: once given never another's."""
SubjectNumber = Annotated[str, Meta(pattern=r"\AZ[CY]-[0-9]{4}\Z")]
"""An asset's number, or a resource's: what a contract is about."""
PastPeriod = Annotated[str, Meta(pattern=r"\A(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])\Z")]
"""One calendar month, `YYYY-MM`, that may lie long before any books: from when something is in use."""
PeriodOrNone = Annotated[str, Meta(pattern=r"\A(2[0-9]{3}-(0[1-9]|1[0-2]))?\Z")]
"""A month, or the empty string where there is none."""
LandClass = Annotated[str, Meta(pattern=r"\A(0[1-9]|1[0-2])\Z")]
"""A top-level class of GB/T 21010; its name stands in `data/land_classes.csv`."""
ResolutionNumber = Annotated[str, Meta(pattern=r"\AJY-2[0-9]{3}-[0-9]{3}\Z")]
ForumNumber = Annotated[str, Meta(pattern=r"\AKT-2[0-9]{3}-[0-9]{3}\Z")]
"""`JY-YYYY-NNN` and `KT-YYYY-NNN`: a village's meetings, by the year in which they were held."""
FundNumber = Annotated[str, Meta(pattern=r"\AZX-[0-9]{4}\Z")]
"""`ZX-NNNN`, of a village's earmarked funds."""
ObjectionNumber = Annotated[str, Meta(pattern=r"\AYY-2[0-9]{3}-[0-9]{4}\Z")]
"""`YY-YYYY-NNNN`, of a village and the year in which it came: once given never another objection's."""
Reference = Annotated[
    str, Meta(pattern=r"\A(2[0-9]{3}-(0[1-9]|1[0-2])-[FPQSY]-[1-9][0-9]?|HT-[0-9]{4}|0|[1-9][0-9]{0,11})\Z")
]
"""What is referred to by its name: a sealed sheet or a contract by its number, an entry by its index."""
ReferenceOrNone = Annotated[
    str, Meta(pattern=r"\A(2[0-9]{3}-(0[1-9]|1[0-2])-[FPQSY]-[1-9][0-9]?|HT-[0-9]{4}|0|[1-9][0-9]{0,11})?\Z")
]
VerifierKeyText = Annotated[str, Meta(min_length=20, max_length=300)]
"""A signed-note verifier key, `<origin>+<id>+<base64>`; what it holds is for the log to read."""
RootHash = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]{43}=\Z")]
"""base64 of a tree's root, 32 bytes."""
NoteSignature = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]{86}==\Z")]
"""base64 of a raw Ed25519 signature, 64 bytes."""
Integer = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
Count = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
Positive = Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
Side = Literal["debit", "credit"]
SheetKind = Literal["finance", "points", "scores", "quarter", "year"]
SHEET_KINDS: tuple[SheetKind, ...] = get_args(SheetKind)
MONTH_KINDS: tuple[SheetKind, ...] = ("finance", "points", "scores")
"""The sheets of one month."""
SPAN_MONTHS: dict[SheetKind, int] = {"quarter": 3, "year": 12}
"""The sheets of several months, and of how many; the month of such a sheet is its last one."""

SHEET_LETTERS: dict[SheetKind, str] = {
    "finance": "F",
    "points": "P",
    "scores": "S",
    "quarter": "Q",
    "year": "Y",
}
SHEET_CODES: dict[SheetKind, int] = {"finance": 1, "points": 2, "scores": 3, "quarter": 4, "year": 5}
"""The kind as the printed receipt carries it."""


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that stands in an entry: frozen, keyword-only, refusing unknown keys."""


class PublicText(Value, frozen=True):
    """A text everyone may read, kept beside the log and exported with it; `text` is its digest."""

    text: Digest


class Sealed(Value, frozen=True):
    """A private value kept in the vault; `sealed` is its digest."""

    sealed: Digest


_remember = lru_cache(maxsize=1_024)
"""Entries name the same few days and months again and again; to work one out takes ten times as long."""


@_remember
def is_day(text: str) -> bool:
    """Say whether `text`, already of the form `YYYY-MM-DD`, is a day of the calendar."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


@_remember
def get_last_day(period: str) -> str:
    """Return the last day of a month, `YYYY-MM-DD`."""
    first = dt.date.fromisoformat(f"{period}-01")
    return ((first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)).isoformat()


@_remember
def get_next_period(period: str) -> str:
    """Return the month after `period`."""
    first = dt.date.fromisoformat(f"{period}-01")
    return (first + dt.timedelta(days=31)).isoformat()[:7]


@_remember
def get_previous_period(period: str) -> str:
    """Return the month before `period`."""
    first = dt.date.fromisoformat(f"{period}-01")
    return (first - dt.timedelta(days=1)).isoformat()[:7]


def drop_blanks(text: str) -> str:
    """Return a text without its blanks: a name is the same however it is spaced."""
    return "".join(text.split())


def fold_text(text: str) -> str:
    """Return a text in which widths and blanks make no difference, for comparing only."""
    return drop_blanks(unicodedata.normalize("NFKC", text))


def list_span(kind: SheetKind, period: str) -> tuple[str, ...]:
    """Return the months of the quarter or year that ends with `period`, the earliest first; none where none ends there.

    A quarter is one of the calendar; of a sheet of one month it is that month.
    """
    count = SPAN_MONTHS.get(kind, 1)
    last = int(period[5:])
    if last % count:
        return ()
    return tuple(f"{period[:4]}-{month:02d}" for month in range(last - count + 1, last + 1))
