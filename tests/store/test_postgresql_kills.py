"""The whole PostgreSQL is killed while clerks record; it comes back and nothing acknowledged is lost or doubled.

The server waits for the disk, as it would outside of tests. Nobody repairs anything: the writers send again what
they got no receipt for, and the program finds its way back to the server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from ledger.canonical import digest_claim
from ledger.commands.audit import audit_command
from ledger.errors import InDoubt, Refused
from ledger.home import Home
from ledger.service.record import Passed, record_claims
from tests.builders import VILLAGE
from tests.homes import found_home
from tests.postgres import LOGIN, Cluster, open_cluster
from tests.store.crowd import Outcome, build_claims, verify_log

WRITERS = 4
BETWEEN_KILLS = 25
"""Receipts that are given between two kills, at least."""


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A server of its own that waits for the disk, with a prepared database `village`."""
    with open_cluster("village", is_durable=True) as opened:
        yield opened


class Clerk:
    """Records one claim after another until told to stop; without a receipt it sends the same again."""

    def __init__(self, home: Home, name: str) -> None:
        self._home = home
        self._name = name
        self.outcome: Outcome = {}
        self.told: set[str] = set()  # instead of a receipt

    def work(self, is_over: Event) -> None:
        for item in build_claims(VILLAGE, self._name, 10_000):
            if is_over.is_set():
                return
            self.outcome[digest_claim(item.claim)] = self._insist(item)

    def _insist(self, item: Passed) -> int:
        while True:
            try:
                (receipt,) = record_claims(self._home, VILLAGE, [item])
            except Refused as refused:
                self.told |= {fault.code for fault in refused.faults}
            except InDoubt:
                self.told.add("nobody knows")
            else:
                return receipt.index
            time.sleep(0.01)


def wait_for(clerks: Sequence[Clerk], receipts: int) -> None:
    """Wait until so many more receipts were given."""
    wanted = sum(len(clerk.outcome) for clerk in clerks) + receipts
    give_up = time.monotonic() + 120
    while sum(len(clerk.outcome) for clerk in clerks) < wanted:
        assert time.monotonic() < give_up, "the writers do not find their way back"
        time.sleep(0.002)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.deep)])
def test_no_receipt_is_lost_when_the_whole_server_is_killed(
    durable: Cluster, tmp_path: Path, kills: int
) -> None:
    home = found_home(tmp_path / "home", database=durable.make_url("village", LOGIN)).home
    clerks = [Clerk(home, f"clerk {number}") for number in range(WRITERS)]
    is_over = Event()

    with ThreadPoolExecutor(WRITERS) as pool:
        jobs = [pool.submit(clerk.work, is_over) for clerk in clerks]
        try:
            for _ in range(kills):
                wait_for(clerks, BETWEEN_KILLS)
                durable.kill()
                durable.start()
            wait_for(clerks, BETWEEN_KILLS)
        finally:
            is_over.set()
        for job in jobs:
            job.result()

    receipts = sum(len(clerk.outcome) for clerk in clerks)
    told = {code for clerk in clerks for code in clerk.told}
    assert "database-unreachable" in told
    assert told <= {"database-unreachable", "nobody knows"}
    verify_log(home, VILLAGE, [clerk.outcome for clerk in clerks], 2 + receipts)
    home.close()
    audit = CliRunner().invoke(audit_command, ["--home", str(tmp_path / "home")])
    assert audit.exit_code == 0, audit.output
