"""Balances of households, replayed from entries and whatever the vault still discloses.

A balance is a sum over the entries of a points year: its awards, less those taken back, less what was redeemed. Nothing
of it is kept. A household that left took its disclosures along: it has no balance, and its past counts in the totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ledger.books.points import PointsRound
from ledger.books.shops import Balance, PointsRedeemed, Redemption, ShopAdopted, check_opened_redemptions
from ledger.books.values import get_next_period
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.consents import list_ever_scored
from ledger.state.facts import EntryAt, Facts, get_fact, key_at, read_body
from ledger.state.private import (
    AwardLine,
    AwardSubject,
    FindPrivate,
    Opener,
    RedeemedSubject,
    open_private,
    report_unproven,
)
from ledger.state.rulebooks import find_rulebook, get_points_month
from ledger.state.shops import find_shop, find_taken, list_redemptions, list_shops


class Movement(NamedTuple):
    """What the entry at index `at` did to a household's points of a points year."""

    earned: int
    household: str
    at: int
    redeemed: int


class Redeemed(NamedTuple):
    """A redeemed line opened: `at` is the index of its entry, `taken` that of the one that took it back, 0 for none."""

    digest: str
    goods: str
    at: int
    redemption: Redemption
    taken: int


def add_movements(movements: list[Movement], base: int) -> dict[str, Balance]:
    """Return the balances that movements add up to, in whatever order they stand."""
    found: dict[str, Balance] = {}
    for move in movements:
        known = found.get(move.household) or Balance(base=base, earned=0, redeemed=0)
        found[move.household] = Balance(
            base=base, earned=known.earned + move.earned, redeemed=known.redeemed + move.redeemed
        )
    return found


def _list_movements(
    facts: Facts, shop: ShopAdopted, find_private: FindPrivate, redeemed: Sequence[Redeemed]
) -> list[Movement]:
    """Return all that changed balances in a points year, as far as the vault shows it."""
    months = [shop.first_period]
    while months[-1] < shop.last_period:
        months.append(get_next_period(months[-1]))
    found = list_earned(facts, months, find_private)
    for line in redeemed:
        points, household = line.redemption.points, line.redemption.household
        found.append(Movement(0, household, line.at, points))
        if line.taken:
            found.append(Movement(0, household, line.taken, -points))
    return found


def list_earned(facts: Facts, months: Iterable[str], find_private: FindPrivate) -> list[Movement]:
    """Return what rounds of months gave and later entries took back, as far as the vault shows whose it is.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    rounds = [index for period in months for index in get_points_month(facts, period).rounds]
    return [move for index in rounds for move in _list_awarded(facts, index, find_private)]


def list_redeemed(facts: Facts, shop: ShopAdopted, find_private: FindPrivate) -> list[Redeemed]:
    """Return a points year's redeemed lines, as far as the vault shows whose they are. Raises NotProven."""
    found = []
    for index in list_redemptions(facts, shop.first_period):
        for digest, goods, open_line in _iterate_lines(facts.read_entry(index), find_private):
            opened = open_line()
            if opened is not None:
                found.append(Redeemed(digest, goods, index, opened, find_taken(facts, digest)))
    return found


class MonthDay(NamedTuple):
    """A month, and the day by which all of an entry happened."""

    period: str
    day: str


def get_base(facts: Facts, period: str) -> int:
    """Return where every household begins under a month's rulebook; 0 without any."""
    rulebook = find_rulebook(facts, period)
    return rulebook.base_points if rulebook is not None else 0


def check_redemption(
    facts: Facts, month: MonthDay, index: int, lines: Sequence[Redemption], find_private: FindPrivate
) -> list[Fault]:
    """Return every fault that the vault shows in lines that the entry at `index`, of a month by a day, redeems.

    Only entries before it count. Raises NotProven as `read_year` does.
    """
    shop = find_shop(facts, month.period)
    return [] if shop is None else read_year(facts, shop, find_private).check(month, index, lines)


def check_redemptions_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in what was redeemed. Serves the audit of a home."""
    faults = []
    for shop in list_shops(facts):
        try:
            year = read_year(facts, shop, find_private)
            for at in list_redemptions(facts, shop.first_period):
                entry = facts.read_entry(at)
                lines = [line.redemption for line in year.redeemed if line.at == at]
                faults += year.check(MonthDay(entry.period, entry.occurred_on), at, lines)
        except NotProven as error:
            faults.append(report_unproven(f"{shop.first_period} 起的积分年度", error))
    return faults


class PointsYear(NamedTuple):
    """A points year opened: all that changed balances in it, and what was redeemed."""

    facts: Facts
    find_private: FindPrivate
    movements: list[Movement]
    redeemed: list[Redeemed]
    shop: ShopAdopted

    @property
    def empty(self) -> Balance:
        """What a household has of which the year has no entry."""
        return Balance(base=get_base(self.facts, self.shop.last_period), earned=0, redeemed=0)

    @property
    def balances(self) -> dict[str, Balance]:
        """What each household has, by pseudonym; those without an entry are left out."""
        return add_movements(self.movements, self.empty.base)

    def check(self, month: MonthDay, at: int, lines: Sequence[Redemption]) -> list[Fault]:
        """Judge lines of the entry at index `at` by the entries before it."""
        rulebook = find_rulebook(self.facts, month.period)
        version, base = (rulebook.version, rulebook.base_points) if rulebook is not None else (0, 0)
        balances = add_movements([move for move in self.movements if move.at < at], base)
        receipts = {line.redemption.receipt for line in self.redeemed if line.at < at}
        # Who withdrew keeps what they earned, and may take goods for it like everybody.
        scored = list_ever_scored(self.facts, version, at, self.find_private)
        return check_opened_redemptions(lines, balances, scored, receipts, (f"{month.period}-01", month.day))


def read_year(facts: Facts, shop: ShopAdopted, find_private: FindPrivate) -> PointsYear:
    """Open a points year, as far as the vault shows it.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    redeemed = list_redeemed(facts, shop, find_private)
    movements = _list_movements(facts, shop, find_private, redeemed)
    return PointsYear(facts, find_private, movements, redeemed, shop)


def _list_awarded(facts: Facts, index: int, find_private: FindPrivate) -> Iterator[Movement]:
    body = read_body(facts, index, PointsRound)
    for line in body.lines:
        subject = open_private(find_private, line.subject.sealed, AwardSubject)
        if subject is not None:
            yield from _move(facts, index, line.subject.sealed, subject.household, line.points)
    for sealed in body.sealed_lines:
        hidden = open_private(find_private, sealed.sealed, AwardLine)
        if hidden is not None:
            yield from _move(facts, index, sealed.sealed, hidden.household, hidden.points)


def _move(facts: Facts, index: int, digest: str, household: str, points: int) -> Iterator[Movement]:
    yield Movement(points, household, index, 0)
    taken = get_fact(facts, f"taken/{key_at(index)}/{digest}", EntryAt)
    if taken is not None:
        yield Movement(-points, household, taken.index, 0)


def _iterate_lines(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, str, Opener[Redemption]]]:
    """Yield the digest, the goods and the opener of each line of a redemption."""
    lines = entry.body.lines if isinstance(entry.body, PointsRedeemed) else ()
    for number, line in enumerate(lines, 1):
        place = f"{entry.period} 积分兑换第 {number} 行（第 {entry.index} 条）"
        opener = partial(_open_line, line.subject.sealed, line.points, place, find_private)
        yield line.subject.sealed, line.goods, opener


def _open_line(digest: str, points: int, place: str, find_private: FindPrivate) -> Redemption | None:
    subject = open_private(find_private, digest, RedeemedSubject)
    if subject is None:
        return None
    return Redemption(
        day=subject.day,
        household=subject.household,
        place=place,
        points=points,
        receipt=subject.receipt,
    )
