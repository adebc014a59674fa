"""Every call that changes a file, failed once in every command of a month: nothing acknowledged is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.calls import FAILURES, Call, Spawner
from tests.faults.sweep import NOW_MS, Work, build_works, fail_each, lay

COMMANDS = ("import", "pass", "close", "seal", "backup", "backup zip", "restore", "restore zip")


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    return build_works(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def spawner(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    spawner = Spawner(run, notes=tmp_path_factory.mktemp("notes"), now_ms=NOW_MS)
    yield spawner
    spawner.close()


def list_calls(spawner: Spawner, work: Work, run: Path) -> list[Call]:
    """Run the command unharmed and return its calls, without those that only speak to the person."""
    lay(work, run)
    ran, calls = spawner.list_calls(work.words)
    assert ran.status == 0, ran.told
    assert work.is_finished(run)
    return [call for call in calls if not call.is_output]


@pytest.mark.parametrize("command", ["pass", "backup"])
def test_one_call_of_every_kind_failed(
    spawner: Spawner, works: dict[str, Work], run: Path, command: str
) -> None:
    calls = list_calls(spawner, works[command], run)
    last = {call.name: call for call in calls}
    chosen = [
        (call, FAILURES[place % 3 if command == "backup" else failure])
        for place, call in enumerate(last.values())
        for failure in range(1 if command == "backup" else 3)
    ]

    sweep = fail_each(spawner, works[command], run, chosen)

    assert sweep.wrong == []
    assert sweep.cases == len(chosen) >= 9
    assert sweep.missed == 0


@pytest.mark.deep
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_call_failed_in_every_way(
    spawner: Spawner, works: dict[str, Work], run: Path, command: str
) -> None:
    calls = list_calls(spawner, works[command], run)

    sweep = fail_each(
        spawner, works[command], run, [(call, failure) for call in calls for failure in FAILURES]
    )

    assert sweep.wrong == []
    assert sweep.cases == 3 * len(calls) >= 300
    assert sweep.missed == 0
