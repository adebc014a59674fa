"""One entry at a time, durable and under a signed head before the answer; and many who record at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from ledger.canonical import format_entry
from ledger.service.record import Passed, record_claims
from tests.bench import peers
from tests.bench.measuring import Row, compare, take_turns
from tests.bench.places import Place, Say
from tests.builders import VILLAGE

ENTRIES_A_TURN = 100
WRITERS = 32
CLAIMS_OF_A_WRITER = 10
GOAL, PEER_GOAL, GROUP_GOAL = 0.25, 1.5, 3.0


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of single entries and of concurrent writers; the place grows by them."""
    yield from _run_alone(place, rounds)
    say(f"{place.kind}: single entries recorded")
    yield _run_together(place, rounds)
    say(f"{place.kind}: concurrent writers done")


def _run_alone(place: Place, rounds: int) -> Iterator[Row]:
    size, total = place.size, ENTRIES_A_TURN * (rounds + 1)
    passed = place.story.take(total)
    entries = place.build(passed)
    place.go_to(entries[-1].recorded_at)
    ready = place.make_rows(entries, passed)
    data = [format_entry(entry) for entry in entries]
    ours, bare, peer = iter(passed), iter(ready), iter(data)

    def take(stream: Iterator[object], work: Callable[..., object]) -> Callable[[], None]:
        def turn() -> None:
            for item in itertools.islice(stream, ENTRIES_A_TURN):
                work(item)

        return turn

    sides = [
        take(ours, lambda item: record_claims(place.village.home, VILLAGE, [item])),
        take(bare, place.bare.insert_one),
    ]
    tree = None
    if place.kind == "SQLite" and peers.has_pymerkle():
        tree = peers.open_sqlite_tree(place.folder / "peer-single.db")
        sides.append(take(peer, tree.append_entry))
    costs = take_turns(sides, rounds, place.clock)
    place.size += total
    yield compare(
        costs[0],
        costs[1],
        job="one entry, head signed / bare insert",
        place=place.kind,
        size=size,
        count=ENTRIES_A_TURN,
        by="wall",
        goal=GOAL,
    )
    if place.kind != "SQLite":
        return
    job = "one entry, head signed / pymerkle SqliteTree"
    if tree is None:
        yield Row(job=job, place=place.kind, size=size, goal=PEER_GOAL, note=peers.MISSING)
        return
    tree.close()
    yield compare(
        costs[0],
        costs[2],
        job=job,
        place=place.kind,
        size=size,
        count=ENTRIES_A_TURN,
        by="wall",
        goal=PEER_GOAL,
    )


def _run_together(place: Place, rounds: int) -> Row:
    """Thirty-two threads that each record and wait for their answer, against one that does."""
    size, home = place.size, place.village.home
    many = WRITERS * CLAIMS_OF_A_WRITER
    crowd_claims = iter(place.story.describe(many * (rounds + 1)))
    alone_claims = iter(place.story.describe(ENTRIES_A_TURN * (rounds + 1)))

    def work(claims: list[Passed]) -> None:
        for item in claims:
            record_claims(home, VILLAGE, [item])

    with ThreadPoolExecutor(WRITERS) as pool:

        def crowd() -> None:
            mine = [list(itertools.islice(crowd_claims, CLAIMS_OF_A_WRITER)) for _ in range(WRITERS)]
            for job in [pool.submit(work, claims) for claims in mine]:
                job.result()

        def alone() -> None:
            work(list(itertools.islice(alone_claims, ENTRIES_A_TURN)))

        costs = take_turns([crowd, alone], rounds, place.clock)
    grown = (many + ENTRIES_A_TURN) * (rounds + 1)
    place.size += grown
    place.story.index += grown
    return compare(
        costs[0],
        costs[1],
        job=f"{WRITERS} writers at once / one writer",
        place=place.kind,
        size=size,
        count=many,
        by="wall",
        goal=GROUP_GOAL,
        share=many / ENTRIES_A_TURN,
    )
