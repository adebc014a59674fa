"""`kill -9` of writers at odd moments: every entry that was told of is there once, and only once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit import audit_log
from ledger.home import open_home
from ledger.service.standing import open_village
from ledger.sources import open_home_log
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.faults.storm import kill_writers
from tests.homes import open_village as found_village
from tests.store.crowd import verify_log


def rage(folder: Path, writers: int, kills: int, seed: int = 0) -> int:
    """Kill writers of a new home, look at the log they leave and return how many entries were told of."""
    with found_village(folder / "home"):
        pass
    outcomes = kill_writers(folder / "home", writers, kills, seed)
    with closing(open_home(folder / "home", clock=FakeClock())) as home:
        assert open_village(home, VILLAGE).fault is None
        with home.ledger.read(VILLAGE) as reader:
            size = reader.size
        verify_log(home, VILLAGE, outcomes, size)
        with open_home_log(home, VILLAGE) as source:
            report = audit_log(source, home.reference, now_ms=home.clock.now_ms())
    assert report.findings == ()
    assert report.entries == size
    told = sum(len(outcome) for outcome in outcomes)
    # What was recorded and not told: at most one of each process that was killed.
    assert 2 + told <= size <= 2 + told + kills + 3 * writers
    return told


@pytest.mark.parametrize(("writers", "kills"), [(2, 4), (8, 10)])
def test_killed_writers_lose_nothing_and_double_nothing(tmp_path: Path, writers: int, kills: int) -> None:
    assert rage(tmp_path, writers, kills) > 0


@pytest.mark.deep
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("writers", [2, 8, 32])
def test_two_hundred_killed_writers_lose_nothing_and_double_nothing(tmp_path: Path, writers: int) -> None:
    assert rage(tmp_path, writers, 200, seed=writers) >= 100
