"""A member's score and the stars it earns: score = base + all marks of the month, within 0 and 100."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.books.scores import SCORE_MAX, StarCut


def calculate_score(base: int, marks: Iterable[int]) -> int:
    """Return the score that `marks` make of `base`: their sum first, and then kept within 0 and SCORE_MAX."""
    return min(max(base + sum(marks), 0), SCORE_MAX)


def count_stars(score: int, cuts: Iterable[StarCut]) -> int:
    """Return the most stars whose cut the score reaches; 0 below the lowest."""
    return max((cut.stars for cut in cuts if score >= cut.from_score), default=0)
