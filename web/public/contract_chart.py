"""A contract's years side by side: what was due, outlined, and what of it was paid, filled; with their table.

Pure placing, as in `chart`: nothing depends on colour, and the table says every amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.books.dues import PaidDue
from reports.words import format_amount
from web.i18n import _
from web.public.chart import BAR_MAX, BASE, HEIGHT, LEFT, TOP, WIDTH, Bar

LABELS_MAX = 6
"""Labels of years beside one another that a phone shows apart."""
PLACES_MIN = 3
"""One year alone is no wider than a third."""


@dataclass(frozen=True)
class ChartYear:
    """A year's two bars and its row in the table; `label` is empty where there is no room for it."""

    due: str
    due_bar: Bar
    label: str
    label_x: int
    paid: str
    paid_bar: Bar
    unpaid: str
    year: str


@dataclass(frozen=True)
class ContractChart:
    """The drawing, oldest year at the left; `bar` is a bar's width, `most` the highest bar in yuan."""

    bar: int
    base: int
    height: int
    most: str
    width: int
    years: tuple[ChartYear, ...]


def build_contract_chart(dues: Sequence[PaidDue]) -> ContractChart:
    """Return the chart of a calendar by the years in which its dues are."""
    names = sorted({item.due.due_on[:4] for item in dues})
    sums = {
        name: (
            sum(item.due.amount_fen for item in dues if item.due.due_on.startswith(name)),
            sum(item.paid_fen for item in dues if item.due.due_on.startswith(name)),
        )
        for name in names
    }
    return build_year_chart(sums)


def build_year_chart(sums: Mapping[str, tuple[int, int]]) -> ContractChart:
    """Return the chart of what each year asked, and what of it was done, in fen."""
    names = sorted(sums)
    most = max(1, *(amount_fen for pair in sums.values() for amount_fen in pair))
    step = (WIDTH - 2 * LEFT) // max(len(names), PLACES_MIN)
    bar = max(min(BAR_MAX, step * 2 // 5), 2)
    every = -(-len(names) // LABELS_MAX)
    years = tuple(
        _build_year(
            name, sums[name], LEFT + place * step + step // 2, bar, most, has_label=place % every == 0
        )
        for place, name in enumerate(names)
    )
    return ContractChart(
        bar=bar, base=BASE, height=HEIGHT, most=format_amount(most), width=WIDTH, years=years
    )


def _build_year(
    name: str, sums: tuple[int, int], middle: int, bar: int, most: int, *, has_label: bool
) -> ChartYear:
    due_fen, paid_fen = sums
    return ChartYear(
        due=format_amount(due_fen),
        due_bar=_build_bar(due_fen, middle - bar - 1, most),
        label=name if has_label else "",
        label_x=middle,
        paid=format_amount(paid_fen),
        paid_bar=_build_bar(paid_fen, middle + 1, most),
        unpaid=format_amount(due_fen - paid_fen),
        year=_("{year}年").format(year=name),
    )


def _build_bar(amount_fen: int, x: int, most: int) -> Bar:
    height = max((BASE - TOP) * amount_fen // most, 2) if amount_fen else 0
    return Bar(height=height, x=x, y=BASE - height)
