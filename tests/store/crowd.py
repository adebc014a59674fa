"""Writers of one home that work at once, and what must be true of the log they leave behind.

Each records claims of its own, sends every one of them again, and all of them send the same shared claims: of a
crowd, one records it and the others get its receipt.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ledger.canonical import digest_claim, parse_entry
from ledger.entries import get_claim
from ledger.home import Home, open_home
from ledger.log.chain import verify_link
from ledger.log.hashing import hash_leaf, parse_hash
from ledger.log.tree import append_leaves, compute_root, parse_frontier
from ledger.service.publish import verify_extends
from ledger.service.record import Passed, Receipt, record_claims
from tests.builders import PASSED_BY, Discloser, EntryChain, build_description
from tests.fakes import FakeClock

SHARED = 3
"""Claims that every writer sends."""

Outcome = dict[str, int]
"""Where each claim was recorded, by its digest, as one writer was told."""


def build_claims(village: str, seed: str, count: int) -> list[Passed]:
    """Return claims of a village with salts drawn from `seed`."""
    texts = Discloser(f"{village} {seed}")
    passed = []
    for _ in range(count):
        claim = get_claim(EntryChain(village).append(build_description(texts)))
        passed.append(Passed(checkers=(PASSED_BY,), claim=claim, public=texts.take_public()))
    return passed


def work(home: Home, villages: Sequence[str], name: str, rounds: int) -> Outcome:
    """Be one writer; AssertionError where a retry gets another receipt than the first try."""
    outcome: Outcome = {}
    for village in villages:
        shared = build_claims(village, "shared", SHARED)
        own = build_claims(village, name, rounds)
        for number, item in enumerate(own):
            batch = [item, shared[number % SHARED]]
            first, again = record_claims(home, village, batch), record_claims(home, village, batch)
            assert [receipt.index for receipt in first] == [receipt.index for receipt in again]
            outcome |= _note(batch, first)
    return outcome


def work_alone(path: Path, villages: Sequence[str], name: str, rounds: int) -> Outcome:
    """Be one writer in a process of its own."""
    try:
        with closing(open_home(path, clock=FakeClock())) as home:
            return work(home, villages, name, rounds)
    except Exception as error:  # noqa: BLE001 - told whole to the process that waits
        # Refusals do not travel between processes, and the one that waits would wait for ever.
        raise RuntimeError("".join(traceback.format_exception(error))) from None


def work_in_processes(path: Path, villages: Sequence[str], count: int, rounds: int) -> list[Outcome]:
    """Let `count` processes work at once and return what each was told."""
    # Begun afresh: a copy of this process would share its connections.
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:
        jobs = [(path, villages, f"process {number}", rounds) for number in range(count)]
        return pool.starmap(work_alone, jobs, chunksize=1)


def verify_log(home: Home, village: str, outcomes: Sequence[Outcome], size: int) -> None:
    """Check that the log is whole, has `size` entries, and that everyone was told the same truth."""
    told: Outcome = {}
    for outcome in outcomes:
        assert {digest: told[digest] for digest in told.keys() & outcome.keys()}.items() <= outcome.items()
        told |= outcome
    with home.ledger.read(village) as reader:
        assert reader.size == size
        leaves = []
        for index, data in enumerate(reader.iterate_entries(0, size)):
            entry = parse_entry(data)
            verify_link(index, leaves[-1] if leaves else bytes(32), parse_hash(entry.previous))
            leaves.append(hash_leaf(data))
            digest = digest_claim(get_claim(entry))
            assert told.get(digest, index) == index
            assert reader.find_index(digest) == index
        newest = home.heads.find_newest(village)
        assert newest is not None
        assert newest.size == size
        verify_extends(reader, newest)
        assert compute_root(reader.get_frontier()) == newest.root
        empty = parse_frontier(bytes(8))
        assert compute_root(append_leaves(empty, leaves).frontier) == newest.root
    sizes = [head.size for head in home.heads.iterate(village)]
    assert sizes == sorted(set(sizes))


def _note(passed: Sequence[Passed], receipts: Sequence[Receipt]) -> Outcome:
    for receipt in receipts:
        assert receipt.head.size > receipt.index
    return {digest_claim(item.claim): receipt.index for item, receipt in zip(passed, receipts, strict=True)}
