"""Writers of one home that are killed in the midst of their work, and what they had told before they died.

A writer tells each receipt to its parent through a pipe, in one write that is shorter than what a pipe takes whole, as
soon as it has it: what the parent reads was acknowledged. Its claims follow from its name and their numbers, so the
next writer of that name sends those again that were not told, and some that were.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

from ledger.canonical import digest_claim
from ledger.home import open_home
from ledger.service.record import record_claims
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.store.crowd import Outcome, build_claims

CLAIMS = 400
"""Of each name: more than any writer gets to send."""

AGAIN = 2
"""Claims told before that a writer sends once more: the answer must be the first."""


def write_until_killed(home: Path, name: str, told: int, pipe: int) -> None:
    """Record one claim after the other, telling of each where it stands; `told` were told by those before."""
    claims = build_claims(VILLAGE, name, CLAIMS)
    with closing(open_home(home, clock=FakeClock())) as opened:
        for item in claims[max(0, told - AGAIN) :]:
            (receipt,) = record_claims(opened, VILLAGE, [item])
            os.write(pipe, f"{digest_claim(item.claim)} {receipt.index} {receipt.head.size}\n".encode())


class Writer:
    """A name under which processes write, one after another."""

    def __init__(self, home: Path, name: str) -> None:
        self.told: Outcome = {}
        self._home = home
        self._name = name
        self._process: BaseProcess | None = None
        self._reading = -1

    def start(self) -> None:
        self._reading, writing = os.pipe()
        # Forked, so that a hundred begin in the time of one; no database is open here.
        self._process = multiprocessing.get_context("fork").Process(
            target=write_until_killed, args=(self._home, self._name, len(self.told), writing)
        )
        self._process.start()
        os.close(writing)

    def kill(self) -> None:
        """Kill the process and take in all that it told; AssertionError where it told otherwise than those before."""
        assert self._process is not None
        self._process.kill()
        self._process.join()
        for digest, index, size in self._read():
            assert self.told.setdefault(digest, index) == index, "a second try was answered otherwise"
            assert index < size

    def _read(self) -> Iterator[tuple[str, int, int]]:
        with open(self._reading, "rb") as pipe:
            for line in pipe.read().decode().splitlines(keepends=True):
                assert line.endswith("\n")
                digest, index, size = line.split()
                yield digest, int(index), int(size)


def kill_writers(home: Path, writers: int, kills: int, seed: int) -> list[Outcome]:
    """Let `writers` work at once, kill one or all of them at odd moments, `kills` in all; return what they told."""
    chance = random.Random(seed)
    crowd = [Writer(home, f"writer {number}") for number in range(writers)]
    for writer in crowd:
        writer.start()
    killed = 0
    while killed < kills:
        time.sleep(chance.uniform(0.05, 0.6))
        chosen = crowd if chance.random() < 0.2 else [chance.choice(crowd)]
        for writer in chosen:
            writer.kill()
            writer.start()
        killed += len(chosen)
    for writer in crowd:
        writer.kill()
    return [writer.told for writer in crowd]
