"""A batch: hashing, chain, tree, facts, public texts and a durable commit, against rows written as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.service.record import record_claims
from tests.bench.measuring import Cost, Row, compare, measure
from tests.bench.places import Place, Say, join_rows
from tests.builders import VILLAGE

BATCH_ENTRIES = 10_000
CHECKED_ENTRIES = 1_000
GOALS = {"SQLite": 0.45, "PostgreSQL": 0.5}
BARE = {"SQLite": "executemany", "PostgreSQL": "COPY"}


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of batches appended to the place, which grows by them."""
    size, batch = place.size, min(BATCH_ENTRIES, place.size)
    ours: list[Cost] = []
    same: list[Cost] = []
    alone: list[Cost] = []
    for turn in range(rounds + 1):
        passed = place.story.take(batch)
        entries = place.build(passed)
        rows = join_rows(place.make_rows(entries, passed))
        sides = (
            (ours, lambda entries=entries, passed=passed: place.append(entries, passed)),
            (same, lambda rows=rows: place.bare.insert(rows)),
            (alone, lambda rows=rows: place.bare.insert_alone(rows)),
        )
        for costs, work in sides if turn % 2 else reversed(sides):
            cost = measure(work, place.clock)
            if turn:  # The first turn is for warmth.
                costs.append(cost)
        say(f"{place.kind}: batch {turn} of {rounds} appended")
    place.sign()
    common: dict[str, Any] = {"place": place.kind, "size": size, "count": batch}
    common["by"] = "cpu" if place.kind == "SQLite" else "wall"
    job = f"batch append / bare {BARE[place.kind]}"
    yield compare(ours, same, job=f"{job} of the same rows", goal=GOALS[place.kind], **common)
    yield compare(ours, alone, job=f"{job} of the entries alone", **common)
    yield _run_checked(place, rounds)


def _run_checked(place: Place, rounds: int) -> Row:
    """The whole use case: every claim judged by the books' rules, private texts kept, a head signed."""
    size, batch = place.size, min(CHECKED_ENTRIES, place.size)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for turn in range(rounds + 1):
        passed = place.story.take(batch)
        entries = place.build(passed)
        rows = join_rows(place.make_rows(entries, passed))
        place.go_to(entries[-1].recorded_at)
        costs = [
            measure(lambda passed=passed: record_claims(place.village.home, VILLAGE, passed), place.clock),
            measure(lambda rows=rows: place.bare.insert(rows), place.clock),
        ]
        place.size += batch
        if turn:
            ours.append(costs[0])
            theirs.append(costs[1])
    return compare(
        ours,
        theirs,
        job="batch recorded (rules judged, head signed) / bare",
        place=place.kind,
        size=size,
        count=batch,
        by="cpu" if place.kind == "SQLite" else "wall",
    )
