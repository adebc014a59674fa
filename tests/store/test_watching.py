"""One number tells whether anything was committed, by this process or another."""

from __future__ import annotations

from pathlib import Path

from ledger.store import SqlHeads, SqlLedger, open_engine
from tests.builders import VILLAGE
from tests.store.conftest import Store
from tests.store.recording import make_items, record
from tests.store.test_heads_contract import make_head


def test_the_version_changes_with_every_commit_and_with_nothing_else(sqlite_store: Store) -> None:
    items = make_items(2)
    record(sqlite_store.ledger, items[:1])
    before = sqlite_store.ledger.read_version()

    with sqlite_store.ledger.read(VILLAGE) as reader:
        assert reader.size == 1
    assert sqlite_store.ledger.read_version() == before is not None

    record(sqlite_store.ledger, items[1:])
    assert sqlite_store.ledger.read_version() != before


def test_commits_of_others_count_and_heads_count_apart(sqlite_store: Store, tmp_path: Path) -> None:
    record(sqlite_store.ledger, make_items(1))
    ledger, heads = sqlite_store.ledger.read_version(), sqlite_store.heads.read_version()

    engine = open_engine(tmp_path / "heads.db")
    SqlHeads(engine).advance(VILLAGE, make_head(1))
    engine.dispose()

    assert sqlite_store.heads.read_version() != heads
    assert sqlite_store.ledger.read_version() == ledger


def test_a_database_that_was_closed_between_has_another_version(tmp_path: Path, sqlite_store: Store) -> None:
    record(sqlite_store.ledger, make_items(1))
    engine = open_engine(tmp_path / "ledger.db")
    watching = SqlLedger(engine)
    before = watching.read_version()

    engine.dispose()

    assert watching.read_version() != before
    engine.dispose()
