"""The newest rounds of assessment as figures: scores of branches, the ranking of grids, how many persons earned what.

Of a secretary the branch and the stars are told, of grid workers how many have which grade; nobody's score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from ledger.books.scores import (
    BranchRegistered,
    OtherSubject,
    SchemeAdopted,
    SchemeSpan,
    get_span,
    list_ranks,
)
from ledger.books.values import Value
from ledger.figures.texts import Texts, read_text
from ledger.state.assessments import Assessment, find_assessment, list_assessed_periods
from ledger.state.facts import BranchFacts, Facts, get_fact, read_body
from ledger.state.grids import find_unit, read_unit

SHOWN: tuple[OtherSubject, ...] = ("branch", "secretary", "grid", "grid-worker")
"""In the order in which they are told."""


class RankFigures(Value, frozen=True):
    """How many cards have so many stars, or the grade of that rank; `grade` is empty where stars are given."""

    cards: int
    grade: str
    stars: int


class AssessedFigures(Value, frozen=True):
    """A branch, a secretary by the branch, or a grid. Equals share a `place`; `counted` are (cases accepted, closed,
    visits), empty where nothing is counted; of a secretary `score` is None and there is no place.
    """

    counted: tuple[int, ...]
    grade: str
    name: str
    number: str
    place: int
    score: int | None
    stars: int


class AssessmentFigures(Value, frozen=True):
    """The round of one kind of subject for the time that ends with `period`; `entry` is its last part."""

    entry: int
    period: str
    ranks: tuple[RankFigures, ...]  # the highest first, also those that nobody has
    rows: tuple[AssessedFigures, ...]  # the best first; none of grid workers
    span: SchemeSpan
    subject: OtherSubject
    title: str


def collect_newest(facts: Facts, texts: Texts) -> tuple[AssessmentFigures, ...]:
    """Return the newest whole round of each kind of subject that has one."""
    found = []
    for subject in SHOWN:
        for period in list_assessed_periods(facts, subject)[:1]:
            round_ = find_assessment(facts, subject, period)
            assert round_ is not None
            found.append(_collect(facts, texts, round_))
    return tuple(found)


def _collect(facts: Facts, texts: Texts, found: Assessment) -> AssessmentFigures:
    cards = Counter(dict(found.known.stars))
    return AssessmentFigures(
        entry=found.known.rounds[-1],
        period=found.period,
        ranks=tuple(
            RankFigures(cards=cards[stars], grade=_read_grade(found.scheme, texts, stars), stars=stars)
            for stars in reversed(list_ranks(found.scheme))
        ),
        rows=tuple(_rank(_list_rows(facts, texts, found))),
        span=get_span(found.scheme),
        subject=found.body.subject,
        title=read_text(texts, found.scheme.title),
    )


def _list_rows(facts: Facts, texts: Texts, found: Assessment) -> Iterator[AssessedFigures]:
    counts = {one.unit: (one.events, one.closed, one.visits) for one in found.body.counts}
    for card in found.body.cards:
        if card.of:
            yield AssessedFigures(
                counted=counts.get(card.of, ()),
                grade=_read_grade(found.scheme, texts, card.stars),
                name=_read_name(facts, texts, card.of),
                number=card.of,
                place=0,
                score=card.score,
                stars=card.stars,
            )


def _rank(rows: Iterable[AssessedFigures]) -> Iterator[AssessedFigures]:
    """Yield the best first; equals share a place, and the next one's place counts all before it."""
    ordered = sorted(rows, key=lambda row: -(row.stars if row.score is None else row.score))
    scores = [row.score for row in ordered]
    for row in ordered:
        place = 0 if row.score is None else scores.index(row.score) + 1
        yield msgspec.structs.replace(row, place=place)


def _read_name(facts: Facts, texts: Texts, number: str) -> str:
    if number.startswith("WG-"):
        unit = find_unit(facts, number)
        assert unit is not None  # A card is of what is registered: the round's own check.
        return read_text(texts, read_unit(facts, number, unit).name)
    branch = get_fact(facts, f"branch/{int(number):02d}", BranchFacts)
    assert branch is not None
    return read_text(texts, read_body(facts, branch.index, BranchRegistered).name)


def _read_grade(scheme: SchemeAdopted, texts: Texts, stars: int) -> str:
    """Return the name of a rank; empty where there are stars and no grades."""
    grades = dict(zip((cut.stars for cut in scheme.stars), scheme.grades or (), strict=False))
    return read_text(texts, grades[stars]) if stars in grades else ""
