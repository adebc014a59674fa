"""Pairs of amounts, or of counts, side by side as bars drawn on the server: one filled, one outlined, a label below.

Pure placing, as in `chart`: nothing depends on colour, and the table beside it says every amount. An amount below
zero has a bar of no height.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.words import format_amount
from web.public.chart import BAR_MAX, BASE, HEIGHT, LEFT, TOP, WIDTH, Bar

LABELS_MAX = 24
"""Labels of one or two digits beside one another that a phone shows apart."""
PLACES_MIN = 3
"""One pair alone is no wider than a third."""


@dataclass(frozen=True)
class Pair:
    """A label, the amount of the filled bar and that of the outlined one, in fen or as a count."""

    label: str
    filled_fen: int
    outlined_fen: int


@dataclass(frozen=True)
class PlacedPair:
    """Two bars and where their label stands, which is empty where there is no room for it."""

    filled: Bar
    label: str
    label_x: int
    outlined: Bar


@dataclass(frozen=True)
class PairChart:
    """The drawing; `bar` is a bar's width, `most` the highest bar in yuan, or as a count."""

    bar: int
    base: int
    height: int
    most: str
    pairs: tuple[PlacedPair, ...]
    width: int


def build_pair_chart(
    pairs: Sequence[Pair], labels_max: int = LABELS_MAX, tell: Callable[[int], str] = format_amount
) -> PairChart | None:
    """Return the chart of pairs, the first at the left; None where no bar would have a height.

    Where there are more than `labels_max`, some pairs have no label; `tell` says what the highest bar comes to.
    """
    most = max((max(pair.filled_fen, pair.outlined_fen) for pair in pairs), default=0)
    if most <= 0:
        return None
    step = (WIDTH - 2 * LEFT) // max(len(pairs), PLACES_MIN)
    bar = max(min(BAR_MAX, step * 2 // 5), 2)
    every = -(-len(pairs) // labels_max)
    placed = []
    for place, pair in enumerate(pairs):
        middle = LEFT + place * step + step // 2
        placed.append(
            PlacedPair(
                filled=_build_bar(pair.filled_fen, middle - bar - 1, most),
                label=pair.label if place % every == 0 else "",
                label_x=middle,
                outlined=_build_bar(pair.outlined_fen, middle + 1, most),
            )
        )
    return PairChart(bar=bar, base=BASE, height=HEIGHT, most=tell(most), pairs=tuple(placed), width=WIDTH)


def _build_bar(amount_fen: int, x: int, most: int) -> Bar:
    height = max((BASE - TOP) * amount_fen // most, 2) if amount_fen > 0 else 0
    return Bar(height=height, x=x, y=BASE - height)
