"""A full disk, on a real file system of its own: told in plain words, read on meanwhile, done when there is room.

The file system is a small tmpfs; where the tests may not mount one, these are skipped and say so.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.commands.refusals import find_disk_failure
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.faults.calls import Spawner
from tests.faults.sweep import NOW_MS, Work, build_works, check_home, lay
from tests.homes import open_village

COMMANDS = ("import", "pass", "close", "seal", "backup", "backup zip", "restore", "restore zip")
DISK_BYTES = 4_194_304
STEP_BYTES = 65_536
FULL = "磁盘满了"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    return build_works(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of a few megabytes."""
    place = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no tmpfs may be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture(scope="module")
def spawner(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    notes = tmp_path_factory.mktemp("notes")
    with contextlib.closing(Spawner(disk, notes=notes, now_ms=NOW_MS)) as spawner:
        yield spawner


def fill(disk: Path, free: int) -> Path:
    """Leave `free` bytes of the disk."""
    filler = disk / ".filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - free))
    return filler


def run_with_little_room(spawner: Spawner, work: Work, disk: Path, free: int) -> str:
    """Run the command with `free` bytes of room, then with enough; return what it said of the first, empty if done."""
    lay(work, disk)
    filler = fill(disk, free)

    ran = spawner.run(work.words)
    read = spawner.run(("drafts", "--home", "home"))

    assert "Traceback" not in ran.told + read.told
    assert ran.status in {0, 1, 2}
    filler.unlink()  # Before looking: SQLite needs room for its index of a journal, also to read.
    assert ran.status or work.is_finished(disk)
    assert check_home(disk / "home", work.entries) == ""
    again = spawner.run(work.words)
    assert again.status in {0, 1}, again.told
    assert work.is_finished(disk), again.told
    assert check_home(disk / "home", work.entries) == ""
    return ran.told if ran.status else ""


def sweep(spawner: Spawner, work: Work, disk: Path, step: int) -> None:
    """Run the command with more and more room, until there is enough."""
    told, free = "first", 0
    refused = []
    while told and free < DISK_BYTES:
        told = run_with_little_room(spawner, work, disk, free)
        refused += [told] if told else []
        free += step
    assert told == ""
    assert refused
    assert all(FULL in said for said in refused), refused


@pytest.mark.parametrize("command", ["pass", "backup"])
def test_a_full_disk_is_told_and_outlived(
    spawner: Spawner, works: dict[str, Work], disk: Path, command: str
) -> None:
    sweep(spawner, works[command], disk, 4 * STEP_BYTES)


@pytest.mark.deep
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_full_at_any_moment_is_told_and_outlived(
    spawner: Spawner, works: dict[str, Work], disk: Path, command: str
) -> None:
    sweep(spawner, works[command], disk, 4_096)


def test_a_home_that_is_open_reads_on_and_records_again(disk: Path) -> None:
    for path in disk.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with open_village(disk / "home") as village:
        village.open_books()
        draft = village.draft(
            build_voucher(village.texts, chart="2023", postings=build_postings(1_000, debit="513"))
        )
        filler = fill(disk, 0)

        with pytest.raises(sqlite.OperationalError, match="full") as caught:
            village.pass_(draft)

        assert find_disk_failure(caught.value).errno == errno.ENOSPC
        with village.home.ledger.read(VILLAGE) as reader:
            assert reader.size == 3
        assert village.export()
        filler.unlink()
        assert [receipt.index for receipt in village.pass_(draft)] == [3]
        assert [receipt.index for receipt in village.pass_(draft)] == [3]


def test_an_audit_on_a_full_disk_does_not_blame_the_log(
    spawner: Spawner, works: dict[str, Work], disk: Path
) -> None:
    lay(works["close"], disk)
    fill(disk, 0)

    ran = spawner.run(("audit", "--home", "home"))

    assert (ran.status, ran.told) == (2, f"读写文件时出错，没有做完：磁盘读写出错，或者{FULL}\n")
