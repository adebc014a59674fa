"""The databases of a home: files of its own, or ledger and vault in a PostgreSQL and only heads and desk beside."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from ledger.store.engine import open_engine
from ledger.store.migrations import migrate


def open_databases(folder: Path, address: str) -> dict[str, Engine]:
    """Open `desk`, `heads`, `ledger`, `vault` and, for reading the ledger alone, `reading`.

    `address` is empty for files in the folder, which are brought to this release; otherwise a PostgreSQL's, which
    its administrator has prepared: Refused where not, or where it cannot be used.
    """
    engines = {
        "desk": open_engine(folder / "desk.db", secure_delete=True),
        "heads": open_engine(folder / "heads.db"),
    }
    try:
        migrate(engines["heads"], "heads")
        migrate(engines["desk"], "desk")
        if address:
            engines |= _open_server(address)
        else:
            engines["ledger"] = open_engine(folder / "ledger.db")
            engines["vault"] = open_engine(folder / "vault.db", secure_delete=True)
            migrate(engines["ledger"], "ledger")
            migrate(engines["vault"], "vault")
            engines["reading"] = open_engine(folder / "ledger.db", read_only=True)
    except BaseException:
        for engine in engines.values():
            engine.dispose()
        raise
    return engines


def _open_server(address: str) -> dict[str, Engine]:
    # Here, so that a home of files needs neither the extra nor the time to load it.
    from ledger.store.postgresql import open_postgresql
    from ledger.store.roles import verify_prepared

    engines = {
        "ledger": open_postgresql(address, "writer"),
        "vault": open_postgresql(address, "vault"),
        "reading": open_postgresql(address, "reader"),
    }
    try:
        verify_prepared(engines["ledger"], "ledger")
        verify_prepared(engines["vault"], "vault")
    except BaseException:
        for engine in engines.values():
            engine.dispose()
        raise
    return engines
