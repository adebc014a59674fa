"""The annex of a month's points sheet: lines of those who agreed to be displayed, and how many households are in each
band of points.

Only points that were added in plain lines stand in it, never a deduction and nothing of a sensitive rule: the public
sheet has the sums of plain lines alone, so that nothing but plain additions follows from both together. Whoever has no
line is kept apart: they are nobody at all or at least `TOGETHER_LEAST`, as a whole and in every band.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, NamedTuple

from msgspec import Meta

from ledger.books.rounds import build_fault, check_order, check_part
from ledger.books.values import Count, Positive, Sealed, SheetNumber, Value
from ledger.errors import Fault

TOGETHER_LEAST = 5
"""So many households stand together wherever they are counted and not named (k ≥ 5)."""
BAND_POINTS = 10
"""How many points a band holds before any are put together; nought is a band of its own."""
LINES_MAX = 900
"""Of one entry: a sealed line takes 59 bytes of the 65,535 that an entry may have."""


class Band(Value, frozen=True):
    """How many households had at least `least` points added, and fewer than the next band begins with."""

    households: Positive
    least: Count


class PointsAnnexed(Value, frozen=True):
    """`points.annexed`: the annex of the entry's period, or one part of it.

    `lines` ({household, number, points}) stand by digest. All but lines and `part` is the same in every part.
    """

    bands: tuple[Band, ...]  # from nought up, each household once; none where too few
    households: Count  # that agreed to scoring
    lines: Annotated[tuple[Sealed, ...], Meta(max_length=LINES_MAX)]
    part: Positive
    parts: Positive
    sheet: SheetNumber  # the month's points sheet beside which it hangs
    size: Positive  # of the log that it is computed from


class Plan(NamedTuple):
    """What an annex says: its bands, and the households that have a line."""

    bands: tuple[Band, ...]
    households: tuple[str, ...]


def plan_annex(added: Mapping[str, int], willing: Sequence[str], *, has_unknown: bool) -> Plan:
    """Return what an annex says of a month.

    `added`        points of every household that agreed to scoring, by its pseudonym, nought included
    `willing`      those of them that agreed to be displayed, in an order that says nothing of them: the last are left
                   out where otherwise fewer than TOGETHER_LEAST would have no line
    `has_unknown`  whether the month has lines of somebody who left: what is known of all others says theirs

    A household to which nothing was added has no line: a list of who has none names the last.
    """
    shown = [household for household in willing if added[household] > 0]
    apart = len(added) - len(shown)
    if has_unknown or apart:
        shown = shown[: max(0, len(added) - TOGETHER_LEAST)]
    return Plan(build_bands(added, shown), tuple(shown))


def build_bands(added: Mapping[str, int], shown: Collection[str]) -> tuple[Band, ...]:
    """Return how many households had how many points added, neighbours put together until every band is kept apart.

    None where fewer than TOGETHER_LEAST are counted, or fewer than that many of them, but some, have no line of their
    own: `shown` have one, and whoever takes them off must not be left with a few.
    """
    apart = len(added) - len(shown)
    if len(added) < TOGETHER_LEAST or 0 < apart < TOGETHER_LEAST:
        return ()
    named = frozenset(shown)
    cells: dict[int, tuple[int, int]] = {}
    for household, points in added.items():
        least = _find_least(points)
        counted, hidden = cells.get(least, (0, 0))
        cells[least] = (counted + 1, hidden + (household not in named))
    bands: list[tuple[int, int, int]] = []
    start, counted, hidden = 0, 0, 0
    for least, (more, unnamed) in sorted(cells.items()):
        counted, hidden = counted + more, hidden + unnamed
        if _is_apart(counted, hidden):
            bands.append((start, counted, hidden))
            start, counted, hidden = _find_next(least), 0, 0
    while counted:
        # What is left at the top goes to the band below, and on until they are enough.
        start, more, unnamed = bands.pop()
        counted, hidden = counted + more, hidden + unnamed
        if _is_apart(counted, hidden):
            bands.append((start, counted, hidden))
            counted = 0
    return tuple(Band(households=count, least=least) for least, count, _ in bands)


def name_bands(bands: Sequence[Band]) -> list[str]:
    """Return what the bands are called: 0 分, 1–10 分, 11 分及以上."""
    names = [_name_band(band.least, after.least - 1) for band, after in pairwise(bands)]
    return [*names, *(f"{band.least} 分及以上" for band in bands[-1:])]


def find_band(bands: Sequence[Band], points: int) -> Band:
    """Return the band that points fall in; the first begins with nought."""
    return [band for band in bands if band.least <= points][-1]


def check_annex(body: PointsAnnexed) -> list[Fault]:
    """Return every fault that the annex shows by itself."""
    place = f"公开表 {body.sheet} 附页"
    faults = check_order(body.lines, f"{place}的各户") + check_part(body.part, body.parts, place)
    leasts = [band.least for band in body.bands]
    if body.bands and (leasts[0] or any(before >= after for before, after in pairwise(leasts))):
        faults.append(
            build_fault(
                "annex-bands",
                f"{place}的分档",
                "、".join(map(str, leasts)),
                "从 0 起，一档比一档高",
                "由程序重新生成附页",
            )
        )
    for band in body.bands:
        if band.households < TOGETHER_LEAST:
            faults.append(
                build_fault(
                    "annex-few",
                    f"{place} {band.least} 分起的一档",
                    f"{band.households} 户",
                    f"{TOGETHER_LEAST} 户以上",
                    "户数太少的与相邻的一档合并，免得看出是谁家",
                )
            )
    counted = sum(band.households for band in body.bands)
    if body.bands and counted != body.households:
        faults.append(
            build_fault(
                "annex-bands-sum",
                f"{place}的分档",
                f"合计 {counted} 户",
                f"参加积分的 {body.households} 户",
                "每户在一档里数一次",
            )
        )
    return faults


def check_apart_from(lines: int, households: int, place: str) -> list[Fault]:
    """Return a fault where an annex's lines leave fewer than TOGETHER_LEAST households without one, but some; or where
    there are more lines than households.
    """
    apart = households - lines
    if apart == 0 or apart >= TOGETHER_LEAST or (lines == 0 and apart > 0):
        return []
    return [
        build_fault(
            "annex-apart",
            place,
            f"{households} 户中有 {lines} 户列出",
            f"没列出的一户没有，或不少于 {TOGETHER_LEAST} 户",
            "剩下的太少，同公开的合计一减就看出是谁家；由程序重新生成附页",
        )
    ]


def _find_least(points: int) -> int:
    """Return where the band of so many points begins before any are put together: 0, 1, 11, 21…"""
    return (points - 1) // BAND_POINTS * BAND_POINTS + 1 if points else 0


def _name_band(least: int, most: int) -> str:
    return f"{least} 分" if most == least else f"{least}–{most} 分"


def _find_next(least: int) -> int:
    return least + BAND_POINTS if least else 1


def _is_apart(counted: int, hidden: int) -> bool:
    return counted >= TOGETHER_LEAST and (hidden == 0 or hidden >= TOGETHER_LEAST)
