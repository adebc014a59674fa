"""Proofs that an entry stands in the log: from tiles in the database, from tiles in memory, and by pymerkle."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from ledger.log.hashing import hash_leaf
from ledger.log.proofs import build_inclusion, verify_inclusion
from ledger.log.tiles import TileCache
from ledger.log.tree import compute_root
from tests.bench import peers
from tests.bench.measuring import Row, compare, take_turns
from tests.bench.places import Place, Say
from tests.builders import VILLAGE

COLD_PROOFS, WARM_PROOFS = 10, 200
COLD_GOAL, WARM_GOAL = 50.0, 3.0
PEER_CHUNK = 10_000


class _Chooser:
    """Entries to be proven, a fresh choice each turn."""

    def __init__(self, size: int) -> None:
        self._random = random.Random(1)
        self._size = size

    def choose(self, count: int) -> list[int]:
        return [self._random.randrange(self._size) for _ in range(count)]


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of proofs cold and warm; `speed` says how many times as quick as the peer."""
    home, size = place.village.home, place.size
    chosen = _Chooser(size)
    with home.ledger.read(VILLAGE) as reader:
        data = list(reader.iterate_entries(0, size))
        root = compute_root(reader.get_frontier())

    def prove_cold() -> None:
        for index in chosen.choose(COLD_PROOFS):
            with home.ledger.read(VILLAGE) as reader:
                path = build_inclusion(TileCache(reader), index, size)
            verify_inclusion(hash_leaf(data[index]), index, size, path, root)

    with home.ledger.read(VILLAGE) as kept:
        tiles = TileCache(kept)

        def prove_warm() -> None:
            for index in chosen.choose(WARM_PROOFS):
                build_inclusion(tiles, index, size)

        for index in range(0, size, 64):  # All tiles that any of the proofs needs.
            build_inclusion(tiles, index, size)
        sides = [prove_cold, prove_warm, *_open_peers(place, data, chosen, say)]
        costs = take_turns(sides, rounds, place.clock)
    say(f"{place.kind}: proofs made")
    common: dict[str, Any] = {"place": place.kind, "size": size, "by": "wall"}
    jobs = (
        (0, 2, "proof cold / pymerkle SqliteTree", COLD_PROOFS, COLD_GOAL),
        (1, 3, "proof warm / pymerkle SqliteTree with its cache", WARM_PROOFS, None),
        (1, 4, "proof warm / pymerkle InmemoryTree", WARM_PROOFS, WARM_GOAL),
    )
    for ours, theirs, job, count, goal in jobs:
        if theirs >= len(costs):
            yield Row(job=job, note=peers.MISSING, goal=goal, **common)
        else:
            yield compare(costs[ours], costs[theirs], job=job, count=count, goal=goal, **common)


def _open_peers(place: Place, data: list[bytes], chosen: _Chooser, say: Say) -> list[Any]:
    """Return the same turns for the peer's trees over the same entries."""
    if not peers.has_pymerkle():
        return []
    cold, warm = (peers.open_sqlite_tree(place.folder / f"peer-{name}.db") for name in ("cold", "warm"))
    memory = peers.make_memory_tree()
    for tree in (cold, warm):
        tree.append_entries(data, chunksize=PEER_CHUNK)
    memory.append_entries(data)
    say("pymerkle: trees filled")

    def prove_cold() -> None:
        for index in chosen.choose(COLD_PROOFS):
            cold.cache.clear()
            cold.prove_inclusion(index + 1)

    def make_warm(tree: Any) -> Callable[[], None]:
        def prove_warm() -> None:
            for index in chosen.choose(WARM_PROOFS):
                tree.prove_inclusion(index + 1)

        return prove_warm

    return [prove_cold, make_warm(warm), make_warm(memory)]
