"""A batch: hashing, chain, tree, facts, public texts and a durable commit, against rows written as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.service.record import record_claims
from tests.bench.measuring import Cost, Row, compare, measure
from tests.bench.places import Place, Say, make_rows
from tests.builders import VILLAGE

BATCH_ENTRIES = 10_000
CHECKED_ENTRIES = 1_000
GOALS = {"SQLite": 0.45, "PostgreSQL": 0.5}
BARE = {"SQLite": "executemany", "PostgreSQL": "COPY"}


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of batches appended to the place, which grows by them."""
    size, batch = place.size, min(BATCH_ENTRIES, place.size)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for turn in range(rounds + 1):
        passed = place.story.take(batch)
        entries = place.build(passed)
        rows = make_rows(entries, passed)
        sides = (
            (ours, lambda entries=entries, passed=passed: place.append(entries, passed)),
            (theirs, lambda rows=rows: place.bare.insert(rows)),
        )
        for costs, work in sides if turn % 2 else reversed(sides):
            cost = measure(work, place.clock)
            if turn:  # The first turn is for warmth.
                costs.append(cost)
        say(f"{place.kind}: batch {turn} of {rounds} appended")
    place.sign()
    yield compare(
        ours,
        theirs,
        job=f"batch append / bare {BARE[place.kind]}",
        place=place.kind,
        size=size,
        count=batch,
        by="cpu" if place.kind == "SQLite" else "wall",
        goal=GOALS[place.kind],
    )
    yield _run_checked(place, rounds)


def _run_checked(place: Place, rounds: int) -> Row:
    """The whole use case: every claim judged by the books' rules, private texts kept, a head signed."""
    size, batch = place.size, min(CHECKED_ENTRIES, place.size)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for turn in range(rounds + 1):
        passed = place.story.take(batch)
        entries = place.build(passed)
        rows = make_rows(entries, passed)
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
