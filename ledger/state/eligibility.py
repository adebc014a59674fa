"""Who lost an own honour by a round of scores, as only the vault shows: the rounds of one year are looked at."""

from __future__ import annotations

from ledger.books.eligibility import Lost, get_last_month, list_lost_by
from ledger.books.periods import iterate_periods
from ledger.books.scores import SchemeEffect, ScoreRound
from ledger.books.values import Sealed
from ledger.state.facts import Facts, ScoreMonth, read_body, scan_facts
from ledger.state.private import CardSubject, FindPrivate, open_private
from ledger.state.schemes import list_schemes


def list_lost(facts: Facts, until: str, find_private: FindPrivate) -> list[Lost]:
    """Return who lost an own honour of the time that ends with the month `until`, by month and branch; whoever was
    erased is left out. A loss ends with its year, so no earlier round is looked at, and of all cards only those are
    opened that lose something.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    schemes = {scheme.version: scheme for scheme in list_schemes(facts)}
    found = []
    for period in iterate_periods(f"{until[:4]}-01", until):
        for _, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
            for at in month.rounds:
                body = read_body(facts, at, ScoreRound)
                for card in body.cards:
                    effects = list_lost_by(schemes[body.version], period, card.stars, until)
                    found += [_build(at, body, period, card.stars, one, card.subject) for one in effects]
    opened = ((lost, open_private(find_private, subject.sealed, CardSubject)) for lost, subject in found)
    return [lost._replace(member=subject.member) for lost, subject in opened if subject is not None]


def _build(
    at: int, body: ScoreRound, period: str, stars: int, effect: SchemeEffect, subject: Sealed
) -> tuple[Lost, Sealed]:
    """Return a loss whose member only `subject` tells."""
    last = get_last_month(effect.lasts, period)
    lost = Lost(at, body.branch, last, effect.lasts, effect.loses, "", period, stars, body.version)
    return lost, subject
