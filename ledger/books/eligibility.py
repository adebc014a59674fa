"""Lost eligibility: which own honours a grade loses under a scheme, and until when.

It counts for an honour of a time of the calendar that ends while the loss lasts, and it is over by itself: nobody has
to lift it, and nothing else follows from it. Honours of the village are never touched.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.schemes import SPAN_LENGTHS
from ledger.books.scores import OwnHonour, SchemeAdopted, SchemeSpan, Subject, get_subject


class Person(NamedTuple):
    """Who lost something, as the vault tells it: a party member, or a grid worker by name and, of a villager, the
    household.
    """

    household: str
    member: str
    name: str


NOBODY = Person(household="", member="", name="")


class Lost(NamedTuple):
    """A person who lost an own honour by a round of scores, or of assessment.

    `at`      the index of the round's entry
    `branch`  of a member or secretary; 0 of a grid worker
    `last`    the last month in which it is lost
    `lasts`   of what it is the last: a month, a quarter or a year
    `period`  the month in which the round stands
    `stars`   the stars, or the rank of the grade, that the person had
    `version` of the scheme of the `subject`
    """

    at: int
    branch: int
    last: str
    lasts: SchemeSpan
    loses: OwnHonour
    period: str
    person: Person
    stars: int
    subject: Subject
    version: int


def get_last_month(lasts: SchemeSpan, period: str) -> str:
    """Return the last month of the month, quarter or year that a month lies in."""
    count = SPAN_LENGTHS[lasts]
    return f"{period[:4]}-{-(-int(period[5:]) // count) * count:02d}"


def list_lost_at(
    scheme: SchemeAdopted, at: int, branch: int, stars: int, period: str, until: str
) -> list[Lost]:
    """Return what somebody with so many stars in the round of a month lost of a time that ends with `until`; who it is
    is not said yet.
    """
    return [
        Lost(
            at=at,
            branch=branch,
            last=get_last_month(effect.lasts, period),
            lasts=effect.lasts,
            loses=effect.loses,
            period=period,
            person=NOBODY,
            stars=stars,
            subject=get_subject(scheme),
            version=scheme.version,
        )
        for effect in scheme.effects or ()
        if effect.stars == stars and period <= until <= get_last_month(effect.lasts, period)
    ]
