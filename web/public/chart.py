"""Months side by side: what came in and went out, as bars drawn on the server, with their table.

Pure placing: the template writes the shapes. Income is a filled bar, expense an outlined one, so that nothing depends
on colour. A month in which corrections took back more than came has a bar of no height; the table says the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.figures import FinanceFigures
from reports.words import format_amount, format_month
from web.public.months import get_sheet_path

WIDTH = 360
HEIGHT = 150
BASE = 122
TOP = 4
LEFT = 4
BAR_MAX = 12


@dataclass(frozen=True)
class Bar:
    """A bar in the units of the drawing."""

    height: int
    x: int
    y: int


@dataclass(frozen=True)
class ChartMonth:
    """A month's two bars and its row in the table."""

    closing: str
    expense: str
    expense_bar: Bar
    income: str
    income_bar: Bar
    label: str
    label_x: int
    month: str
    path: str


@dataclass(frozen=True)
class Chart:
    """The drawing, oldest month at the left; `bar` is a bar's width."""

    bar: int
    base: int
    height: int
    months: tuple[ChartMonth, ...]
    most: str
    width: int


def build_chart(village: str, figures: Sequence[FinanceFigures]) -> Chart:
    """Return the chart of these months, which come newest first."""
    most = max((max(month.income_fen, month.expense_fen) for month in figures), default=0)
    step = (WIDTH - 2 * LEFT) // max(len(figures), 6)
    bar = min(BAR_MAX, step * 2 // 5)
    months = [
        _build_month(village, month, LEFT + place * step + step // 2, bar, most)
        for place, month in enumerate(reversed(figures))
    ]
    return Chart(
        bar=bar, base=BASE, height=HEIGHT, months=tuple(months), most=format_amount(most), width=WIDTH
    )


def _build_month(village: str, figures: FinanceFigures, middle: int, bar: int, most: int) -> ChartMonth:
    period = figures.head.period
    return ChartMonth(
        closing=format_amount(figures.closing_fen),
        expense=format_amount(figures.expense_fen),
        expense_bar=_build_bar(figures.expense_fen, middle + 1, most),
        income=format_amount(figures.income_fen),
        income_bar=_build_bar(figures.income_fen, middle - bar - 1, most),
        label=str(int(period[5:7])),
        label_x=middle,
        month=format_month(period),
        path=get_sheet_path(village, "finance", period),
    )


def _build_bar(amount_fen: int, x: int, most: int) -> Bar:
    height = (BASE - TOP) * max(amount_fen, 0) // most if most else 0
    if amount_fen > 0:
        height = max(height, 2)
    return Bar(height=height, x=x, y=BASE - height)
