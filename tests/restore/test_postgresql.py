"""A home whose databases are a PostgreSQL's is backed up and restored like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.home import open_home
from ledger.upkeep.restore import restore_backup
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.homes import open_village
from tests.postgres import LOGIN, Cluster, cluster, database
from tests.restore.conftest import copy_home, fill
from tests.restore.drill import LATER_MS, back_up, ignore, list_codes, open_later, read_export, restore

__all__ = ["cluster", "database"]


def test_a_village_moves_from_files_to_a_server_and_back(
    tmp_path: Path, cluster: Cluster, database: str
) -> None:
    url = cluster.make_url(database, LOGIN)
    with open_village(tmp_path / "home") as village:
        fill(village)
        whole = village.export()
        back_up(village, tmp_path / "first")
        heads = copy_home(village.home.path, tmp_path / "heads")

    restore_to(tmp_path / "first", tmp_path / "server", heads, url)
    assert not list((tmp_path / "server").glob("ledger.db*"))
    assert read_export(tmp_path / "server") == whole
    home = open_home(tmp_path / "server", clock=FakeClock(LATER_MS))
    assert home.config.database == url
    home.close()
    with open_village(tmp_path / "other") as village:
        village.home.close()
        village.home = open_home(tmp_path / "server", clock=FakeClock(LATER_MS))
        backup = back_up(village, tmp_path / "second")
        village.home.close()
    done = restore(tmp_path / "second", tmp_path / "files", heads=tmp_path / "server")

    assert [report.findings for report in backup.reports] == [()]
    assert done.doubts == ()
    assert read_export(tmp_path / "files") == whole
    home = open_home(tmp_path / "files")
    assert home.config.database == ""
    assert [draft.state for draft in home.vault.list_drafts(VILLAGE, "recorded")] == ["recorded"] * 10
    home.close()
    with pytest.raises(Refused) as error:
        restore_to(tmp_path / "first", tmp_path / "again", heads, url)
    assert list_codes(error.value) == ["database-occupied"]
    assert not (tmp_path / "again").exists()


def test_an_address_that_is_none_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        restore_to(tmp_path / "backup", tmp_path / "new", tmp_path, "mysql://127.0.0.1/village")

    assert list_codes(error.value) == ["setting-invalid"]


def restore_to(backup: Path, target: Path, heads: Path, database: str) -> None:
    restore_backup(
        backup,
        target,
        accept=False,
        database=database,
        evidence=[],
        heads=heads,
        open_with=open_later,
        progress=ignore,
    )
