"""Who lost an own honour by a round of scores or of assessment, as only the vault shows: the rounds of one year are
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.assessments import PERSONS
from ledger.books.eligibility import Lost, Person, list_lost_at
from ledger.books.periods import iterate_periods
from ledger.books.scores import ScoreRound
from ledger.state.assessments import find_assessment
from ledger.state.facts import Facts, ScoreMonth, read_body, scan_facts
from ledger.state.private import AssessedPerson, CardSubject, FindPrivate, open_private
from ledger.state.schemes import list_schemes


def list_lost(facts: Facts, until: str, find_private: FindPrivate) -> list[Lost]:
    """Return who lost an own honour of the time that ends with the month `until`: members by month and branch, then
    grid workers and secretaries by month. Whoever was erased is left out. A loss ends with its year, so no earlier
    round is looked at, and of all cards only those are opened that lose something.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    periods = list(iterate_periods(f"{until[:4]}-01", until))
    return [
        *_list_members(facts, periods, until, find_private),
        *_list_assessed(facts, periods, until, find_private),
    ]


def _list_members(facts: Facts, periods: list[str], until: str, find_private: FindPrivate) -> Iterator[Lost]:
    schemes = {scheme.version: scheme for scheme in list_schemes(facts)}
    for period in periods:
        for _, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
            for at in month.rounds:
                body = read_body(facts, at, ScoreRound)
                for card in body.cards:
                    found = list_lost_at(schemes[body.version], at, body.branch, card.stars, period, until)
                    subject = open_private(find_private, card.subject.sealed, CardSubject) if found else None
                    if subject is not None:
                        person = Person(household="", member=subject.member, name="")
                        yield from (lost._replace(person=person) for lost in found)


def _list_assessed(facts: Facts, periods: list[str], until: str, find_private: FindPrivate) -> Iterator[Lost]:
    for subject in PERSONS:
        rounds = (find_assessment(facts, subject, period) for period in periods)
        for one in (known for known in rounds if known is not None):
            at = one.known.rounds[-1]
            for card in one.body.cards:
                found = list_lost_at(one.scheme, at, int(card.of or "0"), card.stars, one.period, until)
                if not found or card.subject is None:
                    continue
                person = open_private(find_private, card.subject.sealed, AssessedPerson)
                if person is not None:
                    who = Person(person.household, person.member, person.name)
                    yield from (lost._replace(person=who) for lost in found)
