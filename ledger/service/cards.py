"""The card of a household, or of a party member: what it opens, and how it is made, replaced and revoked.

Whoever holds the card sees what is kept about that household or member and nobody else: no name, no number and no
sign-in is asked. A member has a card of their own, since the vault does not know which household a member belongs to.
It has 128 random bits, of which only a hash is kept, so nobody can print it a second time: a lost card is replaced, and
opens nothing from then on.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from ledger.books.law import find_shown
from ledger.books.shops import Balance
from ledger.books.values import get_previous_period
from ledger.data import load_masks
from ledger.errors import NotFound
from ledger.evidence import open_texts
from ledger.figures.cases import OwnCase, list_own_cases
from ledger.figures.households import (
    HeldConsent,
    HouseholdLine,
    HouseholdYear,
    collect_household,
    list_consents,
    list_point_years,
)
from ledger.figures.members import MemberRound, collect_member, list_score_years
from ledger.figures.party_groups import OwnGroup, collect_own_groups
from ledger.household_proof import build_household_proof
from ledger.log.commitments import index_disclosures
from ledger.ports import Entropy, Ports, Reader
from ledger.service.about import find_known
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.keys import get_key_at
from ledger.state.redeeming import Redeemed, read_year
from ledger.state.rulebooks import find_rulebook
from ledger.state.shops import find_shop
from ledger.vaults import Card, Household

CARD_BYTES = 16
CARD_CHARS = 26
"""Letters and digits of a card's code: five bits each."""
_TYPED_LIKE = str.maketrans("018", "OIB")
"""Digits that the code has not, by the letters for which they are taken."""
_SALT = b"mingbai household card v1\n"


class HouseholdCard(NamedTuple):
    """What a card shows of a year. `hidden_points` are of deductions that are shown line by line no more."""

    balance: Balance | None  # of this month's points year; None where there is no shop
    base_points: int
    cases: tuple[OwnCase, ...]  # that it reported, newest first
    hidden: int
    hidden_before: str  # the month before which deductions are shown line by line no more
    hidden_points: int
    # Under the rulebook of this month or a later one, in the order of the form.
    consents: tuple[HeldConsent, ...]
    group: int
    name: str  # as whoever holds the card may see it, like the number
    number: str
    lines: tuple[HouseholdLine, ...]  # newest month first
    redeemed: tuple[Redeemed, ...]  # in that points year, newest first
    redeemable_to: str  # the last month of that points year; empty where there is no shop
    year: HouseholdYear
    years: tuple[str, ...]  # that have a round, newest first


def make_card(ports: Ports, village: str, household: str, user: str) -> str:
    """Make the card of a household or member and return its code, which is nowhere kept; the one before opens nothing
    any more.

    Raises NotFound for one that there is not, or that was erased.
    """
    find_known(ports, village, household)
    code = make_code(ports.entropy)
    card = Card(digest=_digest(code), household=household, made_at=ports.clock.now_ms(), made_by=user)
    ports.vault.put_card(village, card)
    return code


def revoke_card(ports: Ports, village: str, household: str) -> None:
    """Let a card open nothing any more; again changes nothing. NotFound as `make_card`."""
    find_known(ports, village, household)
    ports.vault.drop_card(village, household)


def open_card(ports: Ports, village: str, typed: str) -> str | None:
    """Return the household or member whose card this is, as it was scanned or typed; None alike for whatever opens
    nothing.
    """
    card = ports.vault.find_card(village, _digest(fold_code(typed)))
    return card.household if card is not None else None


def make_code(entropy: Entropy) -> str:
    """Return a new code: 128 random bits in letters and digits."""
    return base64.b32encode(entropy.take(CARD_BYTES)).decode().rstrip("=")


def fold_code(typed: str) -> str:
    """Return a code as it is compared: in capitals, without blanks and hyphens, digits as letters."""
    return "".join(typed.split()).replace("-", "").upper().translate(_TYPED_LIKE)


def describe_household(
    ports: Ports, reader: Reader, village: str, household: str, year: str
) -> HouseholdCard:
    """Return what a card shows of a year that has a round, else of the newest that has, else of this one.

    NotFound for a household that was erased.
    """
    known, view = _find_household(ports, village, household), load_masks().find_view(["card"])
    years = list_point_years(reader.facts)
    today = get_day(ports.clock.now_ms())
    month = oldest = today[:7]
    chosen = year if year in years else next(iter(years), month[:4])
    own = ports.vault.list_private(village, household)
    opened = open_texts(own)
    found = collect_household(reader.facts, read_texts(reader), opened, chosen)
    limit = find_shown(ports.reference.law, "deduction", village[:2], today)
    for _ in range(limit.months if limit is not None else 0):
        oldest = get_previous_period(oldest)
    hidden = [line for line in found.lines if line.points < 0 and line.period < oldest]
    shown = [line for line in found.lines if line not in hidden]
    rulebook = find_rulebook(reader.facts, month)
    shop = find_shop(reader.facts, month)
    # Of the whole village's lines only the household's own open.
    find_own = index_disclosures(own).get
    points = read_year(reader.facts, shop, find_own) if shop is not None else None
    return HouseholdCard(
        balance=points.balances.get(household, points.empty) if points is not None else None,
        base_points=rulebook.base_points if rulebook is not None else 0,
        cases=tuple(list_own_cases(reader.facts, read_texts(reader), opened)),
        hidden=len(hidden),
        hidden_before=oldest,
        hidden_points=sum(line.points for line in hidden if not line.reversed_at),
        consents=list_consents(reader.facts, opened, rulebook.version if rulebook is not None else 0),
        group=known.group,
        name=view.show("head-name", known.name),
        number=view.show("household-number", known.number),
        lines=tuple(sorted(shown, key=lambda line: line.period, reverse=True)),
        redeemable_to=shop.last_period if shop is not None else "",
        redeemed=tuple(points.redeemed[::-1]) if points is not None else (),
        year=found,
        years=tuple(years),
    )


class MemberCard(NamedTuple):
    """What a member's card shows of a year."""

    groups: tuple[OwnGroup, ...]  # party groups in which they stand now
    name: str  # as whoever holds the card may see it
    rounds: tuple[MemberRound, ...]  # newest month first
    year: str
    years: tuple[str, ...]  # that have a round, newest first


def describe_member(ports: Ports, reader: Reader, village: str, member: str, year: str) -> MemberCard:
    """Return what a member's card shows of a year that has a round, else of the newest that has, else of this one.

    NotFound for a member who was erased.
    """
    known = find_known(ports, village, member)
    years = list_score_years(reader.facts)
    chosen = year if year in years else next(iter(years), get_day(ports.clock.now_ms())[:4])
    opened = open_texts(ports.vault.list_private(village, member))
    texts = read_texts(reader)
    return MemberCard(
        groups=tuple(collect_own_groups(reader.facts, texts, opened)),
        name=load_masks().find_view(["card"]).show("member-name", known.name),
        rounds=tuple(collect_member(reader.facts, texts, opened, chosen)[::-1]),
        year=chosen,
        years=tuple(years),
    )


def is_member(subject: str) -> bool:
    """Whether a card's holder is a party member, and no household."""
    return subject.startswith("m-")


def prove_household(ports: Ports, reader: Reader, village: str, household: str, year: str) -> bytes:
    """Return the file that a household carries away, see `ledger.household_proof`.

    NotFound for a household that was erased, and in the moment in which nobody signed the newest entry yet.
    """
    _find_household(ports, village, household)
    head = ports.heads.find_at(village, reader.size)
    if head is None:
        raise NotFound("盖住最新记录的检查点")
    return build_household_proof(
        reader,
        read_texts(reader),
        disclosures=ports.vault.list_private(village, household),
        household=household,
        note=head.note,
        verifier_key=get_key_at(reader.facts, head.size),
        year=year,
    )


def _find_household(ports: Ports, village: str, household: str) -> Household:
    known = find_known(ports, village, household)
    if not isinstance(known, Household):
        raise NotFound("这一户")
    return known


def _digest(code: str) -> str:
    return hashlib.sha256(_SALT + code.encode()).hexdigest()
