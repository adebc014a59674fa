"""Rounds of assessment as figures: scores of branches, the ranking of grids, how many persons earned what.

Of a secretary the branch and the stars are told, of grid workers how many have which grade; nobody's score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from ledger.books.components import ComponentScore
from ledger.books.scores import (
    BranchRegistered,
    Marker,
    OtherSubject,
    SchemeAdopted,
    SchemeSpan,
    Source,
    get_span,
    list_ranks,
)
from ledger.books.values import Value
from ledger.figures.texts import Texts, read_text
from ledger.state.assessments import Assessment, find_assessment, list_assessed_periods, score_plain
from ledger.state.facts import Facts, find_branch, read_body
from ledger.state.grids import find_unit, read_unit

SHOWN: tuple[OtherSubject, ...] = ("branch", "secretary", "grid", "grid-worker")
"""In the order in which they are told."""


class RankFigures(Value, frozen=True):
    """How many cards have so many stars, or the grade of that rank; `grade` is empty where stars are given.
    `from_score` is the lowest score that earns it.
    """

    cards: int
    from_score: int
    grade: str
    stars: int


class PartFigures(Value, frozen=True):
    """A component of the score: what percent of it, and where it comes from."""

    code: str
    source: Source
    title: str
    weight: int


class AssessedFigures(Value, frozen=True):
    """A branch, a secretary by the branch, or a grid. Equals share a `place`; `counted` are (cases accepted, closed,
    visits), empty where nothing is counted; of a secretary `score` is None and there is no place. `components` are what
    each gave, in the order of the round's, of a secretary none.
    """

    components: tuple[ComponentScore, ...]
    counted: tuple[int, ...]
    grade: str
    name: str
    number: str
    place: int
    score: int | None
    stars: int


class AssessmentFigures(Value, frozen=True):
    """The round of one kind of subject for the time that ends with `period`; `entry` is its last part. `base` is what a
    score, or a component that marks give, begins with; `marker` who writes marks down, None where the scheme says none.
    """

    base: int
    components: tuple[PartFigures, ...]  # none in a scheme without
    entry: int
    marker: Marker | None
    period: str
    ranks: tuple[RankFigures, ...]  # the highest first, also those that nobody has
    rows: tuple[AssessedFigures, ...]  # the best first; none of grid workers
    span: SchemeSpan
    subject: OtherSubject
    title: str
    version: int  # of the scheme


def collect_newest(facts: Facts, texts: Texts) -> tuple[AssessmentFigures, ...]:
    """Return the newest whole round of each kind of subject that has one."""
    newest = ((subject, list_assessed_periods(facts, subject)[:1]) for subject in SHOWN)
    found = (collect_assessment(facts, texts, subject, period) for subject, some in newest for period in some)
    return tuple(one for one in found if one is not None)


def collect_assessment(
    facts: Facts, texts: Texts, subject: OtherSubject, period: str
) -> AssessmentFigures | None:
    """Return the round of a kind of subject for the time that ends with `period`; None where none is whole."""
    found = find_assessment(facts, subject, period)
    if found is None:
        return None
    cards, scheme = Counter(dict(found.known.stars)), found.scheme
    cuts = {cut.stars: cut.from_score for cut in scheme.stars}
    return AssessmentFigures(
        base=scheme.base,
        components=tuple(
            PartFigures(code=one.code, source=one.source, title=read_text(texts, one.text), weight=one.weight)
            for one in scheme.components or ()
        ),
        entry=found.known.rounds[-1],
        marker=scheme.marker,
        period=found.period,
        ranks=tuple(
            RankFigures(
                cards=cards[stars],
                from_score=cuts.get(stars, 0),
                grade=_read_grade(scheme, texts, stars),
                stars=stars,
            )
            for stars in reversed(list_ranks(scheme))
        ),
        rows=tuple(_rank(_list_rows(facts, texts, found))),
        span=get_span(scheme),
        subject=found.body.subject,
        title=read_text(texts, scheme.title),
        version=scheme.version,
    )


def _list_rows(facts: Facts, texts: Texts, found: Assessment) -> Iterator[AssessedFigures]:
    counts = {one.unit: (one.events, one.closed, one.visits) for one in found.body.counts}
    scores = score_plain(facts, found)
    for card in found.body.cards:
        if card.of:
            components = scores[card.of].components if card.of in scores else ()
            yield AssessedFigures(
                components=tuple(one for one in components if one.code),
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
    branch = find_branch(facts, int(number))
    assert branch is not None
    return read_text(texts, read_body(facts, branch.index, BranchRegistered).name)


def _read_grade(scheme: SchemeAdopted, texts: Texts, stars: int) -> str:
    """Return the name of a rank; empty where there are stars and no grades."""
    grades = dict(zip((cut.stars for cut in scheme.stars), scheme.grades or (), strict=False))
    return read_text(texts, grades[stars]) if stars in grades else ""
