"""Two sides take turns; what comes out are ratios, their median and how far they spread."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Direction = Literal["speed", "cost"]
"""`speed`: how many times as fast as the other side, more is better. `cost`: how many times its time, less is."""

Clock = Callable[[], float]
"""Seconds of processor time used so far, by everyone whose work is counted."""


@dataclass(frozen=True)
class Cost:
    """Seconds that one turn took."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True)
class Spread:
    """A ratio's median, least and most over the turns."""

    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Row:
    """A line of the table.

    `by`    which of the two ratios the goal speaks of
    `goal`  in the direction's sense; None where there is none
    `ours`  what our side did in a second of its median turn, in `unit`
    `note`  stands in place of figures where a side is missing or there is none, else beside them
    """

    job: str
    place: str
    size: int
    by: Literal["cpu", "wall"] = "cpu"
    cpu: Spread | None = None
    direction: Direction = "speed"
    goal: float | None = None
    note: str = ""
    ours: float | None = None
    unit: str = "/s"
    wall: Spread | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the median meets the goal; None where either is missing."""
        found = self.cpu if self.by == "cpu" else self.wall
        if self.goal is None or found is None:
            return None
        return found.median >= self.goal if self.direction == "speed" else found.median <= self.goal


def measure(work: Callable[[], object], clock: Clock = time.process_time) -> Cost:
    """Run `work` once. Garbage of others is gone before; its own is its own."""
    gc.collect()
    cpu, wall = clock(), time.perf_counter()
    work()
    return Cost(cpu_s=clock() - cpu, wall_s=time.perf_counter() - wall)


def compare(
    ours: list[Cost],
    theirs: list[Cost],
    *,
    job: str,
    place: str,
    size: int,
    count: int,
    direction: Direction = "speed",
    by: Literal["cpu", "wall"] = "cpu",
    goal: float | None = None,
    share: float = 1.0,
    note: str = "",
    is_cpu_told: bool = True,
) -> Row:
    """Return the row of turns taken in pairs, `count` things in each of ours.

    `share` is how many things of theirs one of ours stands against, where they did another number of them.
    """

    def spread(pairs: list[tuple[float, float]]) -> Spread | None:
        ratios = sorted(b * share / a if direction == "speed" else a / b / share for a, b in pairs if a and b)
        return Spread(statistics.median(ratios), ratios[0], ratios[-1]) if ratios else None

    pairs = list(zip(ours, theirs, strict=True))
    return Row(
        job=job,
        place=place,
        size=size,
        by=by,
        cpu=spread([(a.cpu_s, b.cpu_s) for a, b in pairs]) if is_cpu_told else None,
        direction=direction,
        goal=goal,
        note=note,
        ours=count / statistics.median(cost.wall_s for cost in ours),
        wall=spread([(a.wall_s, b.wall_s) for a, b in pairs]),
    )


def take_turns(
    sides: list[Callable[[], object]], rounds: int, clock: Clock = time.process_time
) -> list[list[Cost]]:
    """Let the sides work one after another, `rounds` times over, and return each one's costs.

    Who begins changes from round to round; a round before the first, for warmth, is not counted.
    """
    costs: list[list[Cost]] = [[] for _ in sides]
    for turn in range(rounds + 1):
        order = list(range(len(sides)))
        for number in order if turn % 2 else reversed(order):
            cost = measure(sides[number], clock)
            if turn:
                costs[number].append(cost)
    return costs
