"""How wide columns of amounts must be: fixed table layout needs widths, and no amount may wrap or be cut.

Widths follow from the longest amount of each column at the advance widths of Noto Sans CJK SC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Advances(NamedTuple):
    """How far the pen moves, in ems: for digits, plus and minus, and for comma and point."""

    digit: float
    mark: float


REGULAR = Advances(0.555, 0.278)
BOLD = Advances(0.59, 0.325)
"""Sums stand in the bold face."""

ROW_PT = 11.0
"""Size of text in rows. The norm for print is at least 11 points."""
PADDING_MM = 2.5
"""Both sides of a cell together and a little for rounding."""
_SMALLEST_PT = 6.5
_MM_PER_PT = 25.4 / 72


def measure_mm(text: str, size_pt: float, advances: Advances) -> float:
    """Return the width of an amount in millimetres."""
    ems = sum(advances.mark if mark in ",." else advances.digit for mark in text)
    return ems * size_pt * _MM_PER_PT


def fit_columns(
    columns: Sequence[Iterable[str]], room_mm: float, *, advances: Advances = BOLD, least_mm: float = 17.0
) -> tuple[tuple[float, ...], float]:
    """Return widths in millimetres and the type size in points at which every text fits on one line.

    Text shrinks only where the columns would need more than `room_mm`: amounts beyond what a village has.
    """
    texts = [list(column) for column in columns]
    size_pt = ROW_PT
    while True:
        widths = tuple(
            max([least_mm, *(measure_mm(text, size_pt, advances) + PADDING_MM for text in column)])
            for column in texts
        )
        if sum(widths) <= room_mm or size_pt <= _SMALLEST_PT:
            return tuple(round(width, 2) for width in widths), size_pt
        size_pt -= 0.5
