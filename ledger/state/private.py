"""Private values read with a vault's help: found by digest, proven, and of the shape that FORMAT.md gives."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec

from ledger.books.points import Consent
from ledger.books.rounds import build_fault
from ledger.books.scores import BallotRow
from ledger.errors import Fault, NotProven, Tampered
from ledger.log.commitments import open_disclosure

S = TypeVar("S")
T = TypeVar("T")

FindPrivate = Callable[[str], str | None]
"""From a digest to the disclosure that the vault keeps; None where it was erased, or never was there."""
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_DECODER = msgspec.json.Decoder(tuple[str, str, Any])
_SUBJECT = re.compile("[!-~]{1,64}")
Opener = Callable[[], T | None]
"""Opens one private value; raises NotProven as `open_private` does."""


SUBJECTS = ("household", "member", "person", "document", "counterparty", "objection", "case")
"""The names by which a private value says whom it is about."""


class AwardSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind `subject` of a points line."""

    evidence: str
    household: str


class AwardLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a sealed line of a points round."""

    evidence: str
    household: str
    points: int
    quantity: int
    rule: str


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind an agreement: which of the three consents a household gave."""

    display: bool
    household: str
    naming: bool
    scoring: bool


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a withdrawal: which consents a household took back, sorted, each once."""

    household: str
    withdrawn: Annotated[tuple[Consent, ...], msgspec.Meta(min_length=1)]


class RegisteredHousehold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a registered household."""

    group: int
    household: str


class RedeemedSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind `subject` of a redeemed line: the day on which it was taken, by whom, and the number of the receipt."""

    day: str
    household: str
    receipt: str


class HonourHolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a holder of an honour: the household, and of a person's honour whose it is and whether they themselves
    agreed to be named; empty and false of the household's own.
    """

    household: str
    name: str
    naming: bool


class GridHolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind a post of a grid: who holds it, of which household of the village, empty for somebody from outside; of a
    mentor whom they are paired with, else empty, and where they were said the household and the first day of it; of a
    head who agreed to stand on paper by the whole name the day of it, and the telephone beside it where there is one.
    """

    household: str
    name: str
    paired: str
    paired_household: str = ""
    since: str = ""
    named_on: str = ""
    telephone: str = ""


class GridVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a visit: on which day who visited which household, and why."""

    day: str
    household: str
    reason: str
    visitor: str


class DiaryNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a note of the village diary; it is about no single household."""

    day: str
    note: str
    visitor: str


class AnnexedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a line of an annex: the household's number in the village's list, and the points added to it."""

    household: str
    number: str
    points: int


class TaskClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind the claim of a task: of which household somebody put their name down."""

    household: str


class MarkSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind `subject` of a score line."""

    evidence: str
    member: str


class MarkLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a sealed line of a score round."""

    evidence: str
    item: str
    member: str
    points: int
    quantity: int


class CardSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind `subject` of a card."""

    member: str
    score: int
    rows: tuple[BallotRow, ...] = ()


class AssessedEvidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind `subject` of a mark of an organisation."""

    evidence: str


class AssessedSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind `subject` of a mark of a person: a secretary is a member; a grid worker is named, and of a household where
    they are of the village.
    """

    evidence: str
    household: str = ""
    member: str = ""
    name: str = ""


class AssessedMarkLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind a sealed line of a round of assessment: a person's deduction."""

    evidence: str
    item: str
    points: int
    quantity: int
    household: str = ""
    member: str = ""
    name: str = ""


class AssessedPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind `subject` of a person's card. `rows` are of ballots, in the order of the scheme's components; `units` are
    those of which a grid worker's cases were counted, `visits` their own.
    """

    rows: tuple[BallotRow, ...]
    score: int
    household: str = ""
    member: str = ""
    name: str = ""
    units: tuple[str, ...] = ()
    visits: int = 0


class OriginalDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind the original of an attached document: its pseudonym, its SHA-256 in hex, and what opens it, base64url."""

    document: str
    file: str
    key: str


class Counterparty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind the counterparty of a contract: its pseudonym, and its name as it stands in the contract."""

    counterparty: str
    name: str


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind the wording of an objection: its pseudonym, what it says, and how its writer can be reached, empty where
    they did not say.
    """

    contact: str
    objection: str
    wording: str


class CaseReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind the report of a case: its pseudonym, how whoever reported it can be reached, empty where they did not say;
    the category, also of a private group; what was reported; the household where it is known, else left out.
    """

    case: str
    contact: str
    kind: str
    wording: str
    household: str = ""


class CaseWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind the words of a step that stays private: the same pseudonym and household as the report's."""

    case: str
    words: str
    household: str = ""


class CaseRater(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind whoever rated a case: the same pseudonym and household as the report's."""

    case: str
    household: str = ""


class GroupedMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind a member of a party group, by its number in the branch; `head` stands there of the group's head alone."""

    group: int
    member: str
    head: bool = False


class RegisteredMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behind a registered member."""

    member: str


def find_subject(disclosure: str) -> str | None:
    """Return the pseudonym of the household, member, person, document, counterparty, objection or case that a private
    value says it is about; None where it says nobody. Who asks for that one's data to be erased has this value erased.

    Looked at, not proven: a thousand of them are asked when a round is recorded.
    """
    try:
        _, _, value = _DECODER.decode(
            binascii.a2b_base64(disclosure.encode("ascii").translate(_FROM_URL) + b"==")
        )
    except (ValueError, RecursionError):
        return None
    named = [value[name] for name in SUBJECTS if name in value] if isinstance(value, dict) else []
    return named[0] if named and isinstance(named[0], str) and _SUBJECT.fullmatch(named[0]) else None


def open_private(find_private: FindPrivate, digest: str, kind: type[T]) -> T | None:
    """Return the value behind `digest`, None where the vault has it no more.

    Raises NotProven where what the vault gives is not behind this digest, or has another shape.
    """
    try:
        disclosure = find_private(digest)
    except Tampered as error:
        raise NotProven(str(error), code="private-form") from error
    if disclosure is None:
        return None
    _, value = open_disclosure(disclosure, digest)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise NotProven(f"隐私库里 {digest} 的内容不是所要的样子：{error}", code="private-form") from error


def iterate_openers(
    place: str,
    index: int,
    items: Iterable[S],
    open_item: Callable[[S, str, FindPrivate], T | None],
    find_private: FindPrivate,
) -> Iterator[tuple[str, Opener[T]]]:
    """Yield a place for each line, or card, of the entry at `index`, and what opens it. `place` has braces for
    its number, as in `2026-10 积分明示行第 {} 行`.
    """
    for number, item in enumerate(items, 1):
        at = f"{place.format(number)}（第 {index} 条）"
        yield at, partial(open_item, item, at, find_private)


def open_all(openers: Iterable[tuple[str, Opener[T]]]) -> tuple[list[T], int, list[Fault]]:
    """Return what opens, how many are gone, and a fault for each that is not proven."""
    opened: list[T] = []
    lost = 0
    faults = []
    for place, open_value in openers:
        try:
            value = open_value()
        except NotProven as error:
            faults.append(report_unproven(place, error))
            continue
        if value is None:
            lost += 1
        else:
            opened.append(value)
    return opened, lost, faults


def report_unproven(place: str, error: NotProven) -> Fault:
    """Return the fault of a vault that gives something else than what was sealed."""
    return build_fault(
        "private-unproven", place, error.reason, "与记录里的承诺值一致", "隐私库被改动或损坏，请运维员核查"
    )
