"""Lines of a bank's statement and postings: exact amounts, nothing twice, nothing guessed in silence."""

from __future__ import annotations

import datetime as dt
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.matching import (
    SUM_ITEMS_MAX,
    Banked,
    Booked,
    Match,
    Matching,
    match_lines,
)

BOOKED = st.builds(
    Booked,
    amount_fen=st.sampled_from([-500, -300, -200, -100, 100, 200, 300, 500, 600]),
    occurred_on=st.dates(dt.date(2026, 9, 1), dt.date(2026, 11, 30)).map(dt.date.isoformat),
    voucher=st.sampled_from(["", "2026-10-001", "2026-10-002", "2026-10-003"]),
    corrects=st.sampled_from(["", "", "2026-10-001"]),
    is_red=st.booleans(),
)
BANKED = st.builds(
    Banked,
    amount_fen=st.sampled_from([-500, -300, -200, -100, 100, 200, 300, 500, 600]),
    occurred_on=st.dates(dt.date(2026, 9, 1), dt.date(2026, 11, 30)).map(dt.date.isoformat),
    vouchers=st.sampled_from([(), (), ("2026-10-001",), ("2026-10-009", "2026-10-002")]),
    account=st.integers(0, 1),
    line=st.integers(0, 30),
)


def tell(matching: Matching) -> list[tuple[str, list[str], list[int]]]:
    return [
        (match.how, [one.voucher for one in match.booked], [one.line for one in match.banked])
        for match in matching.matches
    ]


def make_booked(voucher: int, amount_fen: int, day: int = 10, **changes: object) -> Booked:
    return Booked(amount_fen, f"2026-10-{day:02d}", f"2026-10-{voucher:03d}")._replace(**changes)


def make_banked(line: int, amount_fen: int, day: int = 10, **changes: object) -> Banked:
    return Banked(amount_fen, f"2026-10-{day:02d}", line=line)._replace(**changes)


@given(st.lists(BOOKED, max_size=14), st.lists(BANKED, max_size=14), st.randoms())
def test_nothing_is_matched_twice_and_both_sides_of_a_match_are_equal(
    booked: list[Booked], banked: list[Banked], chance: random.Random
) -> None:
    matching = match_lines(booked, banked)

    all_booked = [one for match in matching.matches for one in match.booked] + list(matching.booked)
    all_banked = [one for match in matching.matches for one in match.banked] + list(matching.banked)
    assert sorted(all_booked) == sorted(booked)
    assert sorted(all_banked) == sorted(banked)
    for match in matching.matches:
        assert sum_of(match.booked) == sum_of(match.banked)
    # So the difference of what is left is that of all there was, to the fen.
    left = sum_of(matching.booked) - sum_of(matching.banked)
    assert left == sum_of(booked) - sum_of(banked)
    chance.shuffle(booked)
    chance.shuffle(banked)
    assert match_lines(booked, banked) == matching


def sum_of(ones: list[Booked] | list[Banked] | tuple[Booked, ...] | tuple[Banked, ...]) -> int:
    return sum(one.amount_fen for one in ones)


@given(st.lists(BOOKED, max_size=10), st.lists(BANKED, max_size=10))
def test_what_is_left_of_both_sides_has_no_amount_in_common_within_a_year(
    booked: list[Booked], banked: list[Banked]
) -> None:
    matching = match_lines(booked, banked)

    assert not {one.amount_fen for one in matching.booked} & {one.amount_fen for one in matching.banked}


def test_the_nearest_day_is_taken_first_whatever_comes_before_it() -> None:
    booked = [make_booked(1, 100, day=1), make_booked(2, 100, day=20)]

    matching = match_lines(booked, [make_banked(0, 100, day=19)])

    assert tell(matching) == [("amount", ["2026-10-002"], [0])]
    assert [one.voucher for one in matching.booked] == ["2026-10-001"]


def test_of_equal_candidates_the_earlier_is_taken_and_said() -> None:
    matching = match_lines([make_booked(2, -100), make_booked(1, -100)], [make_banked(0, -100)])

    assert tell(matching) == [("amount", ["2026-10-001"], [0])]
    (doubt,) = matching.doubts
    assert (doubt.amount_fen, [one.voucher for one in doubt.booked], doubt.is_chosen) == (
        -100,
        ["2026-10-002"],
        True,
    )


def test_lines_that_are_left_of_equal_ones_are_said_too() -> None:
    matching = match_lines([make_booked(1, 100)], [make_banked(0, 100), make_banked(1, 100, day=12)])

    assert [(doubt.banked[0].line, doubt.is_chosen) for doubt in matching.doubts] == [(1, True)]


def test_as_many_lines_as_vouchers_of_one_amount_are_no_doubt() -> None:
    booked = [make_booked(number, 100) for number in (1, 2)]

    matching = match_lines(booked, [make_banked(0, 100), make_banked(1, 100)])

    assert len(matching.matches) == 2
    assert matching.doubts == ()


def test_a_number_in_the_text_comes_before_the_day_but_not_before_the_amount() -> None:
    booked = [make_booked(1, 100, day=10), make_booked(2, 100, day=28), make_booked(3, 700)]
    named = make_banked(0, 100, day=10, vouchers=("2026-10-003", "2026-10-002"))

    matching = match_lines(booked, [named])

    assert tell(matching) == [("number", ["2026-10-002"], [0])]
    assert matching.doubts == ()


def test_a_cheque_that_clears_weeks_later_is_found() -> None:
    cheque = Booked(-100, "2026-07-03", "2026-07-001")

    assert tell(match_lines([cheque], [make_banked(0, -100)])) == [("amount", ["2026-07-001"], [0])]
    assert match_lines([cheque._replace(occurred_on="2025-07-03")], [make_banked(0, -100)]).matches == ()


def test_one_line_is_several_vouchers_of_one_day_and_one_voucher_several_lines() -> None:
    booked = [make_booked(1, 100), make_booked(2, 250), make_booked(3, 75), make_booked(4, -900, day=20)]
    banked = [make_banked(0, 350, day=12), make_banked(1, -400, day=21), make_banked(2, -500, day=21)]

    matching = match_lines(booked, banked)

    assert tell(matching) == [("sum", ["2026-10-001", "2026-10-002"], [0]), ("sum", ["2026-10-004"], [1, 2])]
    assert [one.voucher for one in matching.booked] == ["2026-10-003"]


def test_several_are_of_one_day_and_near() -> None:
    apart = [make_booked(1, 100, day=10), make_booked(2, 250, day=11)]
    far = [make_booked(1, 100, day=1), make_booked(2, 250, day=1)]

    assert match_lines(apart, [make_banked(0, 350, day=11)]).matches == ()
    assert match_lines(far, [make_banked(0, 350, day=12)]).matches == ()
    assert len(match_lines(far, [make_banked(0, 350, day=11)]).matches) == 1


def test_where_sums_come_about_in_two_ways_none_is_taken_and_it_is_said() -> None:
    booked = [make_booked(1, 100), make_booked(2, 200), make_booked(3, 250), make_booked(4, 50)]

    matching = match_lines(booked, [make_banked(0, 300)])

    assert matching.matches == ()
    assert [(doubt.banked, doubt.is_chosen) for doubt in matching.doubts] == [((make_banked(0, 300),), False)]
    turned = match_lines(
        [make_booked(1, 300)], [make_banked(line, fen) for line, fen in enumerate((100, 200, 250, 50))]
    )
    assert [(doubt.booked, doubt.is_chosen) for doubt in turned.doubts] == [((make_booked(1, 300),), False)]


def test_two_days_equally_near_with_one_way_each_are_a_doubt() -> None:
    booked = [
        make_booked(number, fen, day=day)
        for number, (fen, day) in enumerate([(1, 9), (4, 9), (2, 11), (3, 11)])
    ]

    assert match_lines(booked, [make_banked(0, 5)]).matches == ()


def test_what_one_sum_took_is_not_in_the_next() -> None:
    booked = [make_booked(1, 100), make_booked(2, 250), make_booked(3, 70)]

    matching = match_lines(booked, [make_banked(0, 350), make_banked(1, 420)])

    assert tell(matching) == [("sum", ["2026-10-001", "2026-10-002"], [0])]


def test_all_of_a_day_are_tried_however_many_and_parts_of_many_are_not() -> None:
    many = [make_booked(number, 2**number) for number in range(SUM_ITEMS_MAX + 1)]

    assert len(match_lines(many, [make_banked(0, 2 ** (SUM_ITEMS_MAX + 1) - 1)]).matches) == 1
    assert match_lines(many, [make_banked(0, 3)]).matches == ()
    assert len(match_lines(many[:-1], [make_banked(0, 3)]).matches) == 1


def test_a_reversal_cancels_its_replacement_first_then_the_wrong_one() -> None:
    wrong = make_booked(1, 100, day=1)
    red = make_booked(2, -100, day=28, corrects="2026-10-001", is_red=True)
    same = make_booked(3, 100, day=28, corrects="2026-10-001")
    other = same._replace(amount_fen=120)

    assert tell(match_lines([wrong, red, same], [make_banked(0, 100, day=1)])) == [
        ("correction", ["2026-10-002", "2026-10-003"], []),
        ("amount", ["2026-10-001"], [0]),
    ]
    assert tell(match_lines([wrong, red, other], [make_banked(0, 120, day=1)])) == [
        ("correction", ["2026-10-001", "2026-10-002"], []),
        ("amount", ["2026-10-003"], [0]),
    ]
    assert match_lines([red], []).booked == (red,)


def test_money_between_two_accounts_of_the_village_is_no_open_item() -> None:
    out = make_banked(0, -500, day=10, account=0)

    moved = match_lines([], [out, make_banked(1, 500, day=13, account=1)])
    late = match_lines([], [out, make_banked(1, 500, day=14, account=1)])
    same = match_lines([], [out, make_banked(1, 500, day=10, account=0)])

    assert moved.matches == (Match((), (out, make_banked(1, 500, day=13, account=1)), "transfer"),)
    assert (late.matches, same.matches) == ((), ())


@pytest.mark.parametrize("amount_fen", [0, 1])
def test_a_large_month_of_like_amounts_takes_no_longer_than_its_length(amount_fen: int) -> None:
    """Amounts that differ by so little, or not at all, that nearly any sum comes about."""
    booked = [make_booked(n % 999 + 1, 100 + n % 7 * amount_fen, day=n % 28 + 1) for n in range(2_000)]
    banked = [make_banked(n, 700 + n % 13 * amount_fen, day=n % 28 + 1) for n in range(2_000)]
    began = time.process_time()

    matching = match_lines(booked, banked)

    assert len(matching.booked) + sum(len(match.booked) for match in matching.matches) == 2_000
    assert time.process_time() - began < 10
