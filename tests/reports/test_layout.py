"""Nothing is cut, nothing runs into its neighbour, nothing is smaller than an old reader can read."""

from __future__ import annotations

import itertools
from functools import cache
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from ledger.books.values import INTEGER_MAX
from reports.columns import BOLD, REGULAR, ROW_PT, fit_columns, measure_mm
from reports.render import render_sheet
from reports.words import (
    format_amount,
    format_count,
    format_day,
    format_day_in,
    format_flow,
    format_month,
    format_number_in,
    format_signed,
    format_small,
    format_span,
)
from tests.reports.printed import (
    POINTS_PER_MM,
    SHEETS,
    Word,
    draw_colours,
    get_draft,
    get_sheet,
    read_text,
    read_words,
)
from tests.reports.samples import make_finance, make_head, make_job, make_move, make_points

HUGE = -INTEGER_MAX


DARK_MOST, LIGHT_LEAST = 0x77, 0xDD
"""Shades of grey: up to the one a printer makes ink of, from the other on it may leave the paper bare."""


@cache
def _make_huge() -> bytes:
    moves = tuple(
        make_move(line, income_fen=HUGE, expense_fen=HUGE, balance_fen=HUGE, summary="W" * 90 + "字" * 90)
        for line in (1, 2)
    )
    figures = make_finance()
    fund = msgspec.structs.replace(
        figures.funds[0],
        opening_fen=HUGE,
        income_fen=HUGE,
        expense_fen=HUGE,
        moved_fen=HUGE,
        closing_fen=HUGE,
    )
    change = msgspec.structs.replace(
        figures.assets[0],
        opening_fen=HUGE,
        increase_fen=HUGE,
        decrease_fen=HUGE,
        closing_fen=HUGE,
        name="名" * 40,
    )
    head = make_head(
        "finance", village_name="极" * 30, township="长" * 60, telephone="0000-5550123 转 " + "9" * 60
    )
    return render_sheet(
        make_job(
            msgspec.structs.replace(
                figures,
                assets=(change,),
                closing_fen=HUGE,
                funds=(fund, figures.funds[1]),
                head=head,
                moves=moves,
                opening_fen=HUGE,
            )
        )
    )


def _list_collisions(words: list[Word]) -> list[tuple[str, str]]:
    """Return pairs of words that overlap by more than a hair."""
    return [
        (one[4], two[4])
        for one, two in itertools.combinations(words, 2)
        if min(one[2], two[2]) - max(one[0], two[0]) > 1 and min(one[3], two[3]) - max(one[1], two[1]) > 5
    ]


@pytest.mark.parametrize("name", [*SHEETS, "huge"])
def test_every_page_is_upright_a4(name: str) -> None:
    pages = PdfReader(BytesIO(_make_huge() if name == "huge" else get_sheet(name))).pages

    assert len(pages) >= 2
    for page in pages:
        assert page.rotation == 0
        for box in (page.mediabox, page.cropbox):
            assert [float(side) / POINTS_PER_MM for side in box] == pytest.approx([0, 0, 210, 297], abs=0.01)


@pytest.mark.parametrize("name", [*SHEETS, "draft"])
def test_paper_is_black_on_white_and_no_shade_stands_between_them(name: str) -> None:
    """A printer without colour, or one that knows no grey, leaves out shades only, and those say nothing."""
    for picture in draw_colours(get_draft() if name == "draft" else get_sheet(name)):
        dots = picture.convert("RGB").tobytes()
        shades = set(zip(dots[0::3], dots[1::3], dots[2::3], strict=True))

        assert {(0, 0, 0), (255, 255, 255)} <= shades
        for red, green, blue in shades:
            assert red == green == blue
            assert red <= DARK_MOST or red >= LIGHT_LEAST


@pytest.mark.parametrize("name", [*SHEETS, "huge"])
def test_every_word_stands_inside_the_margins_and_apart_from_others(name: str) -> None:
    pdf = _make_huge() if name == "huge" else get_sheet(name)
    side = 12 * POINTS_PER_MM - 1

    for height, words in read_words(pdf):
        assert words
        for x0, y0, x1, y1, word in words:
            assert side <= x0 < x1 <= 595.3 - side, word
            assert 8 <= y0 < y1 <= height - 8, word
        assert _list_collisions(words) == []


def test_amounts_beyond_any_village_stay_on_one_line() -> None:
    pages = read_words(_make_huge())
    amounts = [word for _, words in pages for *_, word in words if word.startswith("−90,")]

    assert amounts.count(format_amount(HUGE)) >= 2 * 3 + 5 + 4


def test_an_unbroken_line_of_letters_wraps() -> None:
    assert "W" * 90 + "字" * 90 in read_text(_make_huge())


def test_no_text_but_running_heads_and_marks_is_smaller_than_ten_points() -> None:
    for name in SHEETS:
        for height, words in read_words(get_sheet(name)):
            body = [(y1 - y0, word) for _, y0, _, y1, word in words if 45 < y0 < height - 50]
            small = {word for size, word in body if size < 9.9}
            assert small <= {"红字冲销", "蓝字更正", "★★★★★", "★★★★", "★★★", "★★", "★", "—"}


def test_the_watermark_of_a_draft_lies_on_every_page() -> None:
    assert all(
        page.count("草稿·未封存") == 2 + (number > 0) for number, page in enumerate(_pages(get_draft()))
    )


def _pages(pdf: bytes) -> list[str]:
    return read_text(pdf).split("\f")[:-1]


def test_columns_are_as_wide_as_their_longest_amount_in_the_size_of_rows() -> None:
    widths, size_pt = fit_columns([["1.00"], ["1,234,567.89", "0.00"]], 80.0, advances=REGULAR)

    assert size_pt == ROW_PT
    assert widths[0] == 17.0
    assert widths[1] == pytest.approx(measure_mm("1,234,567.89", ROW_PT, REGULAR) + 2.5, abs=0.01)
    assert measure_mm("1,1", 72, BOLD) == pytest.approx(25.4 * (0.59 * 2 + 0.325))


def test_columns_shrink_only_when_the_room_is_less_than_the_amounts_need() -> None:
    amounts = [[format_amount(HUGE)]] * 4

    assert fit_columns(amounts, 400.0)[1] == ROW_PT
    assert fit_columns(amounts, 160.0)[1] == 9.0
    assert fit_columns(amounts, 10.0)[1] == 6.5


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (format_amount(-123_456_05), "−123,456.05"),
        (format_amount(0), "0.00"),
        (format_flow(0), ""),
        (format_flow(-5), "−0.05"),
        (format_count(-1548), "−1,548"),
        (format_signed(12), "+12"),
        (format_signed(-3), "−3"),
        (format_signed(0), "0"),
        (format_day("2026-11-05"), "2026年11月5日"),
        (format_day(""), ""),
        (format_month("2026-01"), "2026年1月"),
        (format_day_in("2026-11-05", "2026-11"), "5日"),
        (format_day_in("2026-10-31", "2026-11"), "10月31日"),
        (format_day_in("2025-12-31", "2026-01"), "2025年12月31日"),
        (format_number_in("2026-11-017", "2026-11"), "017"),
        (format_number_in("2026-10-017", "2026-11"), "2026-10-017"),
        (format_small(5), "五"),
        (format_small(11), "11"),
        (format_span("", ""), ""),
        (format_span("2026-12-01", "2026-12-16"), "2026年12月1日至12月16日"),
        (format_span("2026-12-01", "2026-12-01"), "2026年12月1日"),
        (format_span("2026-12-20", "2027-01-04"), "2026年12月20日至2027年1月4日"),
    ],
)
def test_amounts_and_days_are_written_as_people_read_them(made: str, expected: str) -> None:
    assert made == expected


def test_a_month_without_a_round_says_so() -> None:
    figures = msgspec.structs.replace(
        make_points(), awarded_points=0, awards=0, corrections=(), groups=(), rounds=0, scored=0, sealed_awards=0,
        sealed_points=0,
    )  # fmt: skip

    text = read_text(render_sheet(make_job(figures)))

    assert "本月没有评议。" in text
    assert "本月没有加分。" in text
