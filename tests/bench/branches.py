"""A month of score cards in as many villages as a county has: recorded, closed, and every branch sheet's figures.

Each village is one of its own in one home, with a branch of 35 members, a mark and a card for each of them; a place's
size counts the cards of the month. What is judged is growth: a card may cost no more in the last village than in the
first.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.books.figures import ScoreFigures
from ledger.books.scores import ScoreCard, ScoreLine
from ledger.service.sheets import build_figures
from tests.bench.measuring import Cost, Row, Spread, measure
from tests.bench.places import Place, Say
from tests.builders import build_branch, build_scheme, build_score_round, make_id
from tests.homes import VillageHome, found_home, found_in

MEMBERS = 35
"""Jincheng's 60,000 members in 1,712 villages."""
PERIOD = "2026-10"
PARTS = 4
"""The villages are taken in so many parts; the first and the last are compared."""
SCORE = 65
"""What the builders' scheme makes of its base and one mark."""
MEMORY_GOAL = 1.2
"""Of the process after the last part to what it was after the first, once all that is anybody's was let go."""
STEPS = {
    "recorded": "rounds handed in, passed, recorded",
    "closed": "months closed",
    "figures": "branch sheets' figures computed",
}
"""What is timed, and how a row calls it."""


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of `place.wanted` cards in a home of its own, once; nothing on a server."""
    del rounds  # A log cannot be taken back, and a county is long enough to be its own spread.
    if place.kind != "SQLite":
        return
    count = max(place.wanted // MEMBERS, PARTS)
    costs: dict[str, list[Cost]] = defaultdict(list)
    memory: list[int] = []
    villages = [found_home(place.folder / "branches")]

    def take(part: int, name: str, work: Callable[[VillageHome], None]) -> None:
        own = villages[count * part // PARTS : count * (part + 1) // PARTS]
        cost = measure(lambda: [work(village) for village in own])
        cards = len(own) * MEMBERS
        costs[name].append(Cost(cpu_s=cost.cpu_s / cards, wall_s=cost.wall_s / cards))
        memory.append(_read_memory())
        say(f"branches: {name}, part {part + 1} of {PARTS}, {memory[-1] / 2**20:.0f} MiB")

    try:
        for part in range(PARTS):
            while len(villages) < count * (part + 1) // PARTS:
                villages.append(found_in(villages[0].home, villages[0].clock, _name(len(villages))))
            for village in villages[count * part // PARTS :]:
                _prepare(village)
            take(part, "recorded", _record)
        villages[0].go_to("2026-11-02")
        for part in range(PARTS):
            take(part, "closed", _close)
            take(part, "figures", _compute)
    finally:
        villages[0].home.close()
    cards = count * MEMBERS
    for name, job in STEPS.items():
        rate = len(costs[name]) / sum(cost.wall_s for cost in costs[name])
        yield Row(
            job=f"branches: {job}", note=f"{cards / rate:.1f} s", ours=rate, place=place.kind, size=cards
        )
        ratio = costs[name][-1].cpu_s / costs[name][0].cpu_s
        yield _build_row(f"branches: {job}, the last part / the first", ratio, place, cards, 1.4)
    job = "branches: memory at the end / after the first part"
    yield _build_row(job, memory[-1] / memory[0], place, cards, MEMORY_GOAL)


def _name(number: int) -> str:
    """Return the division code of a village that is not the builders' own."""
    return f"{371_083_000_000 + number:012d}"


def _prepare(village: VillageHome) -> None:
    village.open_books()
    village.record(build_scheme(village.texts))
    village.record(build_branch(village.texts, MEMBERS))


def _record(village: VillageHome) -> None:
    """Hand in a branch's month, and pass it."""
    texts = village.texts
    marks = [
        texts.seal({"evidence": f"签到表 {number} 号", "member": make_id("m", number)})
        for number in range(MEMBERS)
    ]
    cards = [texts.seal({"member": make_id("m", number), "score": SCORE}) for number in range(MEMBERS)]
    body = build_score_round(
        texts,
        cards=tuple(ScoreCard(stars=2, subject=card) for card in sorted(cards, key=lambda item: item.sealed)),
        lines=tuple(
            ScoreLine(item="P01", points=5, quantity=1, subject=mark)
            for mark in sorted(marks, key=lambda item: item.sealed)
        ),
    )
    village.record(body)


def _close(village: VillageHome) -> None:
    village.close(PERIOD)


def _compute(village: VillageHome) -> None:
    with village.home.ledger.read(village.code) as reader:
        figures = build_figures(village.home, reader, "scores", PERIOD)
    assert isinstance(figures, ScoreFigures)
    assert figures.members == sum(row.members for row in figures.stars) == MEMBERS


def _build_row(job: str, ratio: float, place: Place, cards: int, goal: float) -> Row:
    spread = Spread(ratio, ratio, ratio)
    return Row(job=job, place=place.kind, size=cards, cpu=spread, direction="cost", goal=goal)


def _read_memory() -> int:
    """Return the bytes that this process has in memory; whoever measured before has collected garbage."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")
