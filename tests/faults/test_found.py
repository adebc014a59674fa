"""What the faults brought to light once, each held by a test of its own."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.commands.refusals import DatabaseFailure, explain_os_error, find_disk_failure
from ledger.store import FileArchive
from ledger.store.upkeep import Upkeep, read_upkeep
from ledger.upkeep.files import list_files, make_folder


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Every path that the disk was waited for."""
    paths: set[Path] = set()
    sync = os.fsync

    def note(descriptor: int) -> None:
        paths.add(Path(f"/proc/self/fd/{descriptor}").resolve())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return paths


def test_the_archive_itself_is_named_durably_before_an_entry_names_what_is_in_it(
    tmp_path: Path, synced: set[Path]
) -> None:
    digest = FileArchive(tmp_path / "archive").keep(b"sealed sheet")

    assert {tmp_path, tmp_path / "archive", tmp_path / "archive" / digest[:2]} <= synced


def test_a_file_that_a_killed_try_left_is_named_durably_all_the_same(
    tmp_path: Path, synced: set[Path]
) -> None:
    digest = FileArchive(tmp_path / "archive").keep(b"sealed sheet")
    synced.clear()

    FileArchive(tmp_path / "archive").keep(b"sealed sheet")

    assert tmp_path / "archive" / digest[:2] in synced


def test_a_folder_in_its_place_has_every_file_on_the_disk(tmp_path: Path, synced: set[Path]) -> None:
    with make_folder(tmp_path / "new") as part:
        (part / "below").mkdir()
        (part / "below" / "file").write_bytes(b"unpacked")

    assert {part / "below" / "file", part / "below", part, tmp_path} <= synced


def test_a_copy_of_pages_that_finds_no_room_is_a_full_disk(tmp_path: Path) -> None:
    with (
        closing(sqlite.connect(tmp_path / "from.db")) as source,
        closing(sqlite.connect(":memory:")) as target,
    ):
        source.execute("CREATE TABLE rows (data)")
        source.execute("INSERT INTO rows VALUES (zeroblob(100000))")
        source.commit()
        target.execute("PRAGMA max_page_count = 3").fetchone()

        with pytest.raises(sqlite.OperationalError) as caught:
            source.backup(target)

    failure = find_disk_failure(caught.value)
    assert isinstance(failure, DatabaseFailure)
    assert (failure.errno, explain_os_error(failure)) == (errno.ENOSPC, "磁盘满了")


def test_a_mistake_of_our_own_is_no_failure_of_the_disk(tmp_path: Path) -> None:
    with closing(sqlite.connect(tmp_path / "a.db")) as connection, pytest.raises(sqlite.Error) as caught:
        connection.execute("SELECT nothing")

    assert find_disk_failure(caught.value) is None
    assert find_disk_failure(ValueError("ours")) is None


def test_a_lock_that_the_system_will_not_give_is_told_as_the_disks_failure() -> None:
    error = sqlite.OperationalError("locking protocol")
    error.sqlite_errorcode = sqlite.SQLITE_PROTOCOL

    failure = find_disk_failure(error)

    assert isinstance(failure, DatabaseFailure)
    assert explain_os_error(failure) == "锁不住数据库文件"


def test_notes_that_the_disk_will_not_give_are_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> bytes:
        raise OSError(errno.EIO, "of the disk")

    assert read_upkeep(tmp_path) == Upkeep()
    monkeypatch.setattr(Path, "read_bytes", fail)

    with pytest.raises(OSError, match="of the disk"):
        read_upkeep(tmp_path)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_folder_that_will_not_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    shelf = tmp_path / "archive" / "0f"
    shelf.mkdir(parents=True)
    (shelf / "sealed").write_bytes(b"sheet")
    scan = os.scandir

    def fail(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == shelf:
            raise OSError(number, "of the disk")
        return scan(path)

    assert list_files(tmp_path) == ["archive/0f/sealed"]
    assert list_files(tmp_path / "nowhere") == []
    monkeypatch.setattr(os, "scandir", fail)

    with pytest.raises(OSError, match="of the disk"):
        list_files(tmp_path)
