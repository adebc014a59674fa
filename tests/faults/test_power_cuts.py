"""Thousands of power cuts: what was acknowledged is there, whole and signed; nothing is there twice.

The village's work is the product's own code over a disk that forgets (`disk`, `driver`, `cuts`). That the harness sees
a loss is shown by the same work with a store that does not wait for the disk as ours does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cuts import Recording, Tally, Worker, cut_everywhere, record_work
from tests.faults.works import work_a_month, work_until_the_journal_is_full

Work = Callable[[Worker], None]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record_work(tmp_path_factory.mktemp("month") / "home", work_a_month)


@pytest.fixture(scope="module")
def full_journal(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record_work(tmp_path_factory.mktemp("full") / "home", work_until_the_journal_is_full)


def test_a_month_of_work_survives_a_cut_at_any_moment(month: Recording, tmp_path: Path) -> None:
    tally = cut_everywhere(month, tmp_path / "cuts", 9_940)

    assert not tally.wrong
    assert tally.cuts == 9_940
    assert tally.starts >= 2 * len(month.requests)


def list_points_around_the_move(recording: Recording) -> range:
    """Return the steps from shortly before the journal's pages are moved into the file until the log begins anew."""
    moves = [
        place
        for place, step in enumerate(recording.steps)
        if step == ("sync", "ledger.db", 0, b"", "") and place > recording.requests[1].begun
    ]
    return range(moves[0] - 300, min(moves[0] + 300, len(recording.steps)))


def test_a_journal_that_is_full_survives_a_cut_at_any_moment(full_journal: Recording, tmp_path: Path) -> None:
    points = list_points_around_the_move(full_journal)

    tally = cut_everywhere(full_journal, tmp_path / "cuts", 60, points=points)

    assert not tally.wrong
    assert tally.cuts == 60


@pytest.mark.deep
@pytest.mark.timeout(14_400)
def test_a_hundred_thousand_cuts(month: Recording, full_journal: Recording, tmp_path: Path) -> None:
    tally = cut_everywhere(month, tmp_path / "month", 90_000, seed=1)
    points = list_points_around_the_move(full_journal)
    tally += cut_everywhere(full_journal, tmp_path / "full", 10_000, seed=1, points=points)

    assert not tally.wrong
    assert tally.cuts == 100_000


@pytest.fixture(scope="module", params=[1, 0], ids=["NORMAL", "OFF"])
def weakened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tally:
    folder = tmp_path_factory.mktemp("weakened")
    recording = record_work(folder / "home", work_a_month, synchronous=request.param)
    return cut_everywhere(recording, folder / "cuts", 100)


def test_a_store_that_waits_less_for_the_disk_is_found_out(weakened: Tally) -> None:
    lost = [
        wrong for wrong in weakened.wrong if wrong.startswith(("read-only", "unreadable")) or "found" in wrong
    ]

    assert sum(weakened.wrong[wrong] for wrong in lost) >= 25


def test_a_ledger_behind_its_heads_is_reported_and_never_written(weakened: Tally) -> None:
    assert weakened.reported > 0
    assert not any("other entries" in wrong or "not completed" in wrong for wrong in weakened.wrong)
