"""A score of several components, exactly: what each gives from 0 to 100, weighed, and rounded once at the end.

No component is rounded: a ballot of 3 that sums to 265 gives 265/3. The weighted sum alone is rounded, half up to whole
points; so everybody finds the same score with paper and pencil, in whatever order it is added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ledger.books.schemes import WEIGHTS
from ledger.books.scores import SCORE_MAX, Counts, Measure, SchemeAdopted, Source
from ledger.books.stars import calculate_score, count_stars
from ledger.books.values import Value


class Ballots(NamedTuple):
    """How many valid ballots were cast, and how many points they gave together, each from 0 to 100."""

    cast: int
    total: int


class Counted(NamedTuple):
    """What is counted of a subject: events that it handled, how many of them are closed, visits."""

    closed: int
    events: int
    visits: int


class Marked(NamedTuple):
    """One mark: the item's code and its points, negative for N items."""

    item: str
    points: int


class ComponentScore(NamedTuple):
    """What one component gives, before its weight. `code` is empty where a scheme has no components."""

    code: str
    score: Fraction
    weight: int


class ComponentShare(Value, frozen=True, omit_defaults=True):
    """What percent of a score a component is, with its title, as figures tell it; `voted` where a ballot gives it."""

    code: str
    title: str
    weight: int
    voted: bool = False

    @property
    def name(self) -> str:
        """What it is called, and that a ballot gives it."""
        return f"{self.title}（民主测评）" if self.voted else self.title


class Score(NamedTuple):
    """A subject's score: whole points, and the stars, or the rank of the grade, that it earns."""

    components: tuple[ComponentScore, ...]
    score: int
    stars: int


def assess(
    scheme: SchemeAdopted,
    marks: Iterable[Marked],
    ballots: Mapping[str, Ballots] | None = None,
    counted: Counted | None = None,
) -> Score:
    """Return what a subject earns under a scheme; `ballots` by component. The scheme has no faults.

    Raises ValueError where a component's ballots or counts are missing: nobody gets 0 for what was not held.
    """
    by_item = {item.code: item.component for item in scheme.items}
    points: defaultdict[str, list[int]] = defaultdict(list)
    for mark in marks:
        points[by_item.get(mark.item, "")].append(mark.points)
    found = [
        ComponentScore(
            one.code,
            _score_counts(one.measures, counted)
            if one.measures is not None
            else _score_other(one.source, scheme.base, points[one.code], (ballots or {}).get(one.code)),
            one.weight,
        )
        for one in scheme.components or ()
    ]
    components = tuple(found) or (
        ComponentScore("", Fraction(calculate_score(scheme.base, points[""])), WEIGHTS),
    )
    score = weigh(components)
    return Score(components, score, count_stars(score, scheme.stars))


def weigh(components: Iterable[ComponentScore]) -> int:
    """Return the weighted sum of components, rounded half up to whole points."""
    total = sum((one.score * one.weight for one in components), Fraction(0)) / WEIGHTS
    return (2 * total.numerator + total.denominator) // (2 * total.denominator)


def _score_other(source: Source, base: int, points: Iterable[int], ballots: Ballots | None) -> Fraction:
    if source == "marks":
        return Fraction(calculate_score(base, points))
    if ballots is None or ballots.cast < 1 or not 0 <= ballots.total <= SCORE_MAX * ballots.cast:
        raise ValueError(f"no ballots, or impossible ones: {ballots}")
    return Fraction(ballots.total, ballots.cast)


def _score_counts(measures: Iterable[Measure], counted: Counted | None) -> Fraction:
    if counted is None or not 0 <= counted.closed <= counted.events or counted.visits < 0:
        raise ValueError(f"no counts, or impossible ones: {counted}")
    reached = {
        measure.counts: min(Fraction(1), _get_count(measure.counts, counted) / measure.target)
        for measure in measures
    }
    return sum((measure.points * reached[measure.counts] for measure in measures), Fraction(0))


def _get_count(counts: Counts, counted: Counted) -> Fraction:
    """Of no events none was left open: the closing rate is then 100 percent."""
    if counts == "closing-rate":
        return Fraction(100 * counted.closed, counted.events) if counted.events else Fraction(100)
    return Fraction(counted.events if counts == "events" else counted.visits)
