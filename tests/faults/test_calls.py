"""Every call on a file, failed once in every command of a month: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.calls import FAILURES, UNREADABLE, Call, Spawner
from tests.faults.sweep import NOW_MS, Work, build_works, fail_each, lay

COMMANDS = (
    *("import", "pass", "pass after a crash", "close", "seal"),
    *("backup", "backup zip", "restore", "restore zip"),
)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    return build_works(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def spawner(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    with closing(Spawner(run, notes=tmp_path_factory.mktemp("notes"), now_ms=NOW_MS)) as spawner:
        yield spawner


@pytest.fixture(scope="module")
def press(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    """One whose sheets are laid out as the product does it."""
    notes = tmp_path_factory.mktemp("press")
    with closing(Spawner(run, notes=notes, now_ms=NOW_MS, is_laid_out=True)) as spawner:
        yield spawner


def list_calls(spawner: Spawner, work: Work, run: Path, *, is_workers: bool = False) -> list[Call]:
    """Run the command unharmed and return its calls, or its worker's; without what only speaks to the person."""
    lay(work, run)
    if is_workers:
        spawner.run(work.words)  # Python keeps what it compiles for a worker, once.
        lay(work, run)
    ran, calls = spawner.list_calls(work.words, is_workers=is_workers)
    assert ran.status == 0, ran.told
    assert work.is_finished(run)
    return [call for call in calls if is_workers or not call.is_output]


def list_changing(spawner: Spawner, work: Work, run: Path) -> list[Call]:
    return [call for call in list_calls(spawner, work, run) if call.changes]


def list_others(spawner: Spawner, work: Work, run: Path) -> list[Call]:
    """The calls on files of the folder that change nothing in it."""
    return [call for call in list_calls(spawner, work, run) if call.touches(run) and not call.changes]


@pytest.mark.parametrize("command", ["pass", "backup"])
def test_one_changing_call_of_every_kind_failed(
    spawner: Spawner, works: dict[str, Work], run: Path, command: str
) -> None:
    calls = list_changing(spawner, works[command], run)
    last = {call.name: call for call in calls}
    chosen = [
        (call, FAILURES[place % 3 if command == "backup" else failure])
        for place, call in enumerate(last.values())
        for failure in range(1 if command == "backup" else 3)
    ]

    sweep = fail_each(spawner, works[command], run, chosen)

    assert sweep.wrong == []
    assert sweep.cases == len(chosen) >= 9
    assert sweep.missed == []


def test_what_sqlite_could_not_remove_beside_a_copy_is_not_left_there(
    spawner: Spawner, works: dict[str, Work], run: Path
) -> None:
    calls = list_changing(spawner, works["backup"], run)
    beside = [
        call
        for call in calls
        if call.name == "unlink" and re.search(r"part/\w+\.db-(wal|shm)\"\) = 0", call.arguments)
    ]

    sweep = fail_each(spawner, works["backup"], run, [(call, UNREADABLE) for call in beside])

    assert sweep.wrong == []
    assert sweep.cases == len(beside) == 6
    assert sweep.missed == []


@pytest.mark.deep
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_changing_call_failed_in_every_way(
    spawner: Spawner, works: dict[str, Work], run: Path, command: str
) -> None:
    calls = list_changing(spawner, works[command], run)

    sweep = fail_each(
        spawner, works[command], run, [(call, failure) for call in calls for failure in FAILURES]
    )

    assert sweep.wrong == []
    assert sweep.cases == 3 * len(calls) >= 300
    assert sweep.missed == []


def test_one_other_call_of_every_kind_failed(spawner: Spawner, works: dict[str, Work], run: Path) -> None:
    work = works["pass after a crash"]
    last = {call.name: call for call in list_others(spawner, work, run)}

    sweep = fail_each(spawner, work, run, [(call, UNREADABLE) for call in last.values()])

    assert sweep.wrong == []
    assert sweep.cases == len(last) >= 10
    assert sweep.missed == []


@pytest.mark.deep
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_other_call_failed(spawner: Spawner, works: dict[str, Work], run: Path, command: str) -> None:
    calls = list_others(spawner, works[command], run)

    sweep = fail_each(spawner, works[command], run, [(call, UNREADABLE) for call in calls])

    assert sweep.wrong == []
    assert sweep.cases == len(calls) >= 300
    assert sweep.missed == []


@pytest.mark.deep
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("is_workers", [False, True], ids=["command", "worker"])
def test_every_changing_call_of_a_seal_with_its_sheet_laid_out_failed_in_some_way(
    press: Spawner, works: dict[str, Work], run: Path, is_workers: bool
) -> None:
    calls = [call for call in list_calls(press, works["seal"], run, is_workers=is_workers) if call.changes]
    # In every way would take an hour. The three in turn, so that calls of a kind meet each of them.
    chosen = [(call, FAILURES[place % len(FAILURES)]) for place, call in enumerate(calls)]

    sweep = fail_each(press, works["seal"], run, chosen)

    assert sweep.wrong == []
    assert sweep.cases == len(calls) >= 50
    assert sweep.missed == []
