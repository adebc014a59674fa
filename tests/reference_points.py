"""The slow, obvious second opinion on points and scores: every figure counted from the start, line by line.

Imports nothing of ours. An award is (month, household, rule, quantity); a reversal is (month in which it is made,
award). `rules` are {code: (points, sealed)}. A mark is (month, member, item, quantity), `items` {code: points}.
"""

from __future__ import annotations

Award = tuple[str, str, str, int]
Reversal = tuple[str, Award]
Rules = dict[str, tuple[int, bool]]


def rule_month(
    awards: list[Award], reversals: list[Reversal], rules: Rules, month: str, code: str
) -> tuple[int, int, int]:
    """Lines, quantity and points that a rule has in plain in a month."""
    lines = quantity = 0
    if not rules[code][1]:
        for when, _, rule, count in awards:
            if when == month and rule == code:
                lines += 1
                quantity += count
        for when, (_, _, rule, count) in reversals:
            if when == month and rule == code:
                lines -= 1
                quantity -= count
    return lines, quantity, quantity * rules[code][0]


def sealed_month(awards: list[Award], reversals: list[Reversal], rules: Rules, month: str) -> tuple[int, int]:
    """Lines and points that are sealed whole in a month."""
    lines = points = 0
    for when, _, rule, count in awards:
        if when == month and rules[rule][1]:
            lines += 1
            points += rules[rule][0] * count
    for when, (_, _, rule, count) in reversals:
        if when == month and rules[rule][1]:
            lines -= 1
            points -= rules[rule][0] * count
    return lines, points


def scored(awards: list[Award], month: str) -> int:
    """Households with a line in a month's round."""
    found = []
    for when, household, _, _ in awards:
        if when == month and household not in found:
            found.append(household)
    return len(found)


def touching(reversals: list[Reversal], month: str) -> int:
    """Reversals made in a month, or of a line of it."""
    return len([1 for when, award in reversals if when == month or award[0] == month])


def card(
    marks: list[Award], items: dict[str, int], month: str, member: str, base: int, cuts: list[tuple[int, int]]
) -> tuple[int, int]:
    """A member's score and stars; `cuts` are (from score, stars)."""
    score = base
    for when, who, item, count in marks:
        if when == month and who == member:
            score += items[item] * count
    score = max(score, 0)
    score = min(score, 100)
    best = 0
    for start, stars in cuts:
        if score >= start and stars > best:
            best = stars
    return score, best
