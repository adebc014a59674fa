"""A score of components: exact, in whatever order, rounded once; checked against fractions counted out by hand."""

from __future__ import annotations

import itertools
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.components import Ballots, ComponentScore, Counted, Marked, assess, weigh
from ledger.books.scores import SchemeAdopted
from tests.books.points_ledger import change
from tests.builders import Discloser, build_scheme, build_weighed_scheme

SCHEME = build_weighed_scheme(Discloser())
PLAIN = build_scheme(Discloser())

parts = st.lists(st.integers(1, 99), max_size=5).map(lambda cuts: sorted({0, 100, *cuts}))
"""Cuts of a hundred: neighbours differ by the weights."""
ballots = st.integers(1, 60).flatmap(
    lambda cast: st.builds(Ballots, cast=st.just(cast), total=st.integers(0, 100 * cast))
)
counted = st.integers(0, 500).flatmap(
    lambda events: st.builds(
        Counted, closed=st.integers(0, events), events=st.just(events), visits=st.integers(0, 40)
    )
)
marks = st.lists(st.builds(Marked, item=st.just("P01"), points=st.integers(-40, 40)))


def round_slowly(value: Fraction) -> int:
    """Half up by decimals of 60 digits, which are exact enough for halves of hundredths of these fractions."""
    with localcontext() as context:
        context.prec = 60
        return int(
            (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
        )


@given(st.data(), parts)
def test_the_weighted_sum_is_exact_and_rounded_half_up(data: st.DataObject, cuts: list[int]) -> None:
    weights = [after - before for before, after in itertools.pairwise(cuts)]
    scores = [Fraction(data.draw(st.integers(0, 6000)), 60) for _ in weights]
    components = [ComponentScore("A", score, weight) for score, weight in zip(scores, weights, strict=True)]

    whole = weigh(components)

    assert whole == weigh(data.draw(st.permutations(components)))
    assert whole == round_slowly(
        sum(score * weight for score, weight in zip(scores, weights, strict=True)) / 100
    )
    assert 0 <= whole <= 100


@pytest.mark.parametrize(
    ("score", "whole"),
    [(Fraction(119, 2), 60), (Fraction(118999, 2000), 59), (Fraction(0), 0), (Fraction(100), 100)],
)
def test_a_half_goes_up(score: Fraction, whole: int) -> None:
    assert weigh([ComponentScore("", score, 100)]) == whole


@given(marks, ballots, counted)
def test_a_score_is_the_three_components_weighed(marks: list[Marked], cast: Ballots, seen: Counted) -> None:
    found = assess(SCHEME, marks, {"B": cast}, seen)

    rate = Fraction(seen.closed, seen.events) if seen.events else Fraction(1)
    daily = 60 * rate + 40 * Fraction(min(seen.visits, 10), 10)
    general = Fraction(min(max(60 + sum(mark.points for mark in marks), 0), 100))
    assert [(one.code, one.score, one.weight) for one in found.components] == [
        ("A", daily, 50),
        ("B", Fraction(cast.total, cast.cast), 30),
        ("C", general, 20),
    ]
    assert found.score == round_slowly(
        (50 * daily + 30 * Fraction(cast.total, cast.cast) + 20 * general) / 100
    )
    assert found.stars == (2 if found.score >= 60 else 1)
    assert all(0 <= one.score <= 100 for one in found.components)


@given(marks, ballots, counted)
def test_more_never_gives_less(marks: list[Marked], cast: Ballots, seen: Counted) -> None:
    before = assess(SCHEME, marks, {"B": cast}, seen).score

    assert assess(SCHEME, [*marks, Marked("P01", 5)], {"B": cast}, seen).score >= before
    assert assess(SCHEME, marks, {"B": cast}, seen._replace(visits=seen.visits + 1)).score >= before
    closed = seen._replace(closed=seen.closed + 1, events=seen.events + 1)
    assert assess(SCHEME, marks, {"B": cast}, closed).score >= before
    better = cast._replace(cast=cast.cast + 1, total=cast.total + 100)
    assert assess(SCHEME, marks, {"B": better}, seen).score >= before


@given(marks)
def test_one_component_of_all_weight_is_a_scheme_without_any(marks: list[Marked]) -> None:
    (item,), components = PLAIN.items, SCHEME.components
    assert components is not None
    whole: SchemeAdopted = change(
        PLAIN, components=(change(components[2], weight=100),), items=(change(item, component="C"),)
    )

    one, none = assess(whole, marks), assess(PLAIN, marks)

    assert (one.score, one.stars) == (none.score, none.stars)
    assert [found.code for found in (*one.components, *none.components)] == ["C", ""]


def test_without_events_nothing_was_left_open_and_events_count_up_to_their_target() -> None:
    components = SCHEME.components
    assert components is not None
    (rate, visits), (first, *others) = components[0].measures or (), components
    counts = change(first, measures=(rate, change(visits, counts="events")))
    scheme = change(SCHEME, components=(counts, *others))

    def daily(events: int) -> Fraction:
        return assess(scheme, (), {"B": Ballots(1, 50)}, Counted(events, events, 0)).components[0].score

    assert [daily(events) for events in (0, 5, 10, 11)] == [60, 80, 100, 100]


@pytest.mark.parametrize("cast", [None, Ballots(0, 0), Ballots(1, 101), Ballots(1, -1)])
def test_what_was_not_held_is_no_zero(cast: Ballots | None) -> None:
    given_ = {} if cast is None else {"B": cast}

    with pytest.raises(ValueError, match="no ballots"):
        assess(SCHEME, (), given_, Counted(0, 0, 0))


@pytest.mark.parametrize("seen", [None, Counted(2, 1, 0), Counted(-1, 1, 0), Counted(0, 0, -1)])
def test_what_was_not_counted_is_no_zero(seen: Counted | None) -> None:
    with pytest.raises(ValueError, match="no counts"):
        assess(SCHEME, (), {"B": Ballots(1, 50)}, seen)
