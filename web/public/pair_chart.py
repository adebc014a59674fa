"""Two amounts side by side, name by name: an outlined bar and a filled one, with their table.

Pure placing, as in `chart`: nothing depends on colour, and the table says every amount. An amount below zero has a bar
of no height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.words import format_amount
from web.public.chart import BAR_MAX, BASE, HEIGHT, LEFT, TOP, WIDTH, Bar

LABELS_MAX = 6
"""Labels beside one another that a phone shows apart."""
PLACES_MIN = 3
"""One name alone is no wider than a third."""


@dataclass(frozen=True)
class Pair:
    """A name's two bars and its row in the table; `label` is empty where there is no room for it."""

    first: str
    first_bar: Bar
    label: str
    label_x: int
    name: str
    second: str
    second_bar: Bar


@dataclass(frozen=True)
class PairChart:
    """The drawing, the first name at the left; `bar` is a bar's width, `most` the highest bar in yuan."""

    bar: int
    base: int
    height: int
    most: str
    pairs: tuple[Pair, ...]
    width: int


def build_pair_chart(names: Sequence[tuple[str, str]], sums: Sequence[tuple[int, int]]) -> PairChart:
    """Return the chart of amounts in fen; `names` are those of the table and the shorter ones of the drawing."""
    most = max(max(pair) for pair in sums)
    step = (WIDTH - 2 * LEFT) // max(len(names), PLACES_MIN)
    bar = max(min(BAR_MAX, step * 2 // 5), 2)
    every = -(-len(names) // LABELS_MAX)
    pairs = []
    for place, ((name, label), (first_fen, second_fen)) in enumerate(zip(names, sums, strict=True)):
        middle = LEFT + place * step + step // 2
        pairs.append(
            Pair(
                first=format_amount(first_fen),
                first_bar=_build_bar(first_fen, middle - bar - 1, most),
                label=label if place % every == 0 else "",
                label_x=middle,
                name=name,
                second=format_amount(second_fen),
                second_bar=_build_bar(second_fen, middle + 1, most),
            )
        )
    return PairChart(
        bar=bar, base=BASE, height=HEIGHT, most=format_amount(most), pairs=tuple(pairs), width=WIDTH
    )


def _build_bar(amount_fen: int, x: int, most: int) -> Bar:
    height = max((BASE - TOP) * amount_fen // most, 2) if amount_fen > 0 else 0
    return Bar(height=height, x=x, y=BASE - height)
