"""Every store that the contract suite is run against, and the raw connection of an attacker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Engine

from ledger.keys import VaultKeyFolder
from ledger.ports import Archive, Heads, Ledger
from ledger.store import FileArchive, SqlHeads, SqlLedger, SqlVault, migrate, open_engine
from ledger.store.migrations import Which
from ledger.store.postgresql import open_postgresql
from ledger.vaults import Vault
from tests.fakes import MemoryArchive, MemoryHeads, MemoryLedger, MemoryVault
from tests.postgres import LOGIN, Cluster, cluster, database
from tests.store.statements import check_statements

__all__ = ["check_statements", "cluster", "database"]  # Fixtures of other modules, found here by name.


class Store(NamedTuple):
    """One home's stores."""

    archive: Archive
    heads: Heads
    ledger: Ledger
    vault: Vault


def make_memory(_folder: Path) -> Iterator[Store]:
    yield Store(MemoryArchive(), MemoryHeads(), MemoryLedger(), MemoryVault())


def make_sqlite(folder: Path) -> Iterator[Store]:
    engines: dict[Which, Engine] = {
        "heads": open_engine(folder / "heads.db"),
        "ledger": open_engine(folder / "ledger.db"),
        "vault": open_engine(folder / "vault.db", secure_delete=True),
    }
    for which, engine in engines.items():
        migrate(engine, which)
    yield Store(
        archive=FileArchive(folder / "archive"),
        heads=SqlHeads(engines["heads"]),
        ledger=SqlLedger(engines["ledger"]),
        vault=SqlVault(engines["vault"], VaultKeyFolder(folder / "keys")),
    )
    for engine in engines.values():
        engine.dispose()


def make_postgresql(folder: Path, url: str) -> Iterator[Store]:
    """As a home has it: ledger and vault in the database, heads and archive in the folder."""
    heads = open_engine(folder / "heads.db")
    migrate(heads, "heads")
    engines = {purpose: open_postgresql(url, purpose) for purpose in ("writer", "reader", "vault")}
    yield Store(
        archive=FileArchive(folder / "archive"),
        heads=SqlHeads(heads),
        ledger=SqlLedger(engines["writer"], engines["reader"]),
        vault=SqlVault(engines["vault"], VaultKeyFolder(folder / "keys")),
    )
    for engine in (heads, *engines.values()):
        engine.dispose()


STORES = {"memory": make_memory, "sqlite": make_sqlite}


@pytest.fixture(params=["memory", "postgresql", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, check_statements: set[str]) -> Iterator[Store]:
    """Each kind of store in turn."""
    if request.param in STORES:
        yield from STORES[request.param](tmp_path)
    else:
        # Asked for only here: the other kinds need no server.
        cluster: Cluster = request.getfixturevalue("cluster")
        database: str = request.getfixturevalue("database")
        yield from make_postgresql(tmp_path, cluster.make_url(database, LOGIN))


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    yield from make_sqlite(tmp_path)


@pytest.fixture
def attack(tmp_path: Path) -> Iterator[Callable[..., list[Any]]]:
    """Run statements on a database of `sqlite_store` as anybody with the file could: no settings, no
    authorizer.
    """
    connections: dict[str, Any] = {}

    def run(name: str, *statements: str) -> list[Any]:
        if name not in connections:
            connections[name] = sqlite.connect(tmp_path / f"{name}.db", isolation_level=None)
        rows: list[Any] = []
        for statement in statements:
            rows = connections[name].execute(statement).fetchall()
        return rows

    yield run
    for connection in connections.values():
        connection.close()
