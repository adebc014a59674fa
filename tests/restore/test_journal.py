"""A write-ahead log cut or flipped anywhere: SQLite takes what is left for the whole, the heads do not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.errors import NotFound
from ledger.home import open_home
from ledger.ports import Head
from ledger.service.standing import examine, list_standings
from ledger.store import SqlLedger, open_engine
from ledger.store.engine import DATABASE_ERRORS
from tests.builders import VILLAGE
from tests.homes import open_village
from tests.restore.conftest import copy_home

FRAME_BYTES = 4096 + 24
HEADER_BYTES = 32


class Journal(NamedTuple):
    """A home as a power cut would leave it: the copied folder, its ledger's files, and what was acknowledged last."""

    acknowledged: Head
    database: bytes
    home: Path
    log: bytes


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    folder = tmp_path_factory.mktemp("journal")
    with open_village(folder / "home") as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.record_voucher("修水渠", 120_000)
        newest = village.home.heads.find_newest(VILLAGE)
        assert newest is not None
        copy = copy_home(village.home.path, folder / "copy")
    return Journal(
        acknowledged=newest,
        database=(copy / "ledger.db").read_bytes(),
        home=copy,
        log=(copy / "ledger.db-wal").read_bytes(),
    )


def start(journal: Journal, folder: Path, log: bytes) -> str:
    """Say how a start finds the ledger with this log: whole, refused, or no database at all and why."""
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "ledger.db").write_bytes(journal.database)
    (folder / "ledger.db-wal").write_bytes(log)
    engine = open_engine(folder / "ledger.db")
    try:
        with SqlLedger(engine).read(VILLAGE) as reader:
            standing = examine(VILLAGE, reader, journal.acknowledged)
            whole = reader.size == journal.acknowledged.size
    except NotFound:
        return "refused"  # `list_standings` names a village of which only heads are left.
    except DATABASE_ERRORS as error:
        return f"unreadable: {error}"
    finally:
        engine.dispose()
    assert whole == (standing.fault is None)
    return "whole" if whole else "refused"


def flip(log: bytes, place: int) -> bytes:
    return log[:place] + bytes([log[place] ^ (1 << place % 8)]) + log[place + 1 :]


def list_places(log: bytes, step: int) -> list[int]:
    """Every `step`-th byte, and both sides of every frame's ends: within a frame each cut is like the next."""
    ends = range(HEADER_BYTES, len(log) + 1, FRAME_BYTES)
    near = {end + side for end in ends for side in (-1, 0, 1, 24)}
    return sorted(place for place in {*near, *range(0, len(log), step)} if 0 <= place < len(log))


def cut_everywhere(journal: Journal, folder: Path, step: int) -> None:
    found = {place: start(journal, folder, journal.log[:place]) for place in list_places(journal.log, step)}

    assert {place: outcome for place, outcome in found.items() if outcome != "refused"} == {}
    assert start(journal, folder, journal.log) == "whole"


def flip_everywhere(journal: Journal, folder: Path, step: int) -> None:
    found = Counter(
        start(journal, folder, flip(journal.log, place)) for place in list_places(journal.log, step)
    )

    assert {outcome.partition(":")[0] for outcome in found} <= {"refused", "whole", "unreadable"}
    assert found["refused"] > found["whole"]


def test_no_cut_of_the_log_that_loses_an_entry_is_accepted(journal: Journal, tmp_path: Path) -> None:
    cut_everywhere(journal, tmp_path, 1_021)


def test_no_flip_in_the_log_that_loses_an_entry_is_accepted(journal: Journal, tmp_path: Path) -> None:
    flip_everywhere(journal, tmp_path, 1_021)


@pytest.mark.deep
def test_no_cut_at_any_byte_of_the_log_is_accepted(journal: Journal, tmp_path: Path) -> None:
    cut_everywhere(journal, tmp_path, 1)


@pytest.mark.deep
def test_no_flip_at_any_byte_of_the_log_is_accepted(journal: Journal, tmp_path: Path) -> None:
    flip_everywhere(journal, tmp_path, 1)


def test_heads_cut_short_are_completed_as_they_were_or_refused(journal: Journal, tmp_path: Path) -> None:
    log = (journal.home / "heads.db-wal").read_bytes()
    found = []
    for number, place in enumerate(range(HEADER_BYTES, len(log) + 1, FRAME_BYTES)):
        folder = copy_home(journal.home, tmp_path / str(number))
        (folder / "heads.db-shm").unlink()
        (folder / "heads.db-wal").write_bytes(log[:place])
        home = open_home(folder)

        (standing,) = list_standings(home)

        assert (home.heads.find_newest(VILLAGE) == journal.acknowledged) == (standing.fault is None)
        found.append(standing.fault is None)
        home.close()
    assert found == [False, True, True, True, True, True]
