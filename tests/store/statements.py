"""Every statement that a test of stores makes names one village, or is the one that lists them.

Taken at the driver, where the text that a database gets is whole. The looks of the tests themselves go by other
connections and are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.store.tables import HEADS, LEDGER, VAULT
from ledger.store.transactions import Transaction

TABLES = {name for metadata in (LEDGER, HEADS, VAULT) for name in metadata.tables}
NAMED = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN|TRUNCATE|LIKE)\s+\(?\s*([A-Za-z_.]+)")
OF_VILLAGE = r"\bWHERE {table}\.village = (?:\?|%s(?:::\w+)?)"
INSERTED = r"^INSERT (?:OR ROLLBACK )?INTO {table} \(village\b"
STAGED = "pg_temp.staged_"
REGISTERS = {
    "SELECT villages.village FROM villages ORDER BY villages.village",
    # Whose heads are kept: a file of one home, where a log that is gone must still be found.
    "SELECT DISTINCT heads.village FROM heads ORDER BY heads.village",
}
"""All that reaches over villages: their codes, and nothing that belongs to one."""


def find_crossing(text: str) -> str | None:
    """Return what a statement touches without naming the village, None when it names it."""
    text = " ".join(text.split())
    if text in REGISTERS:
        return None
    # `DO UPDATE SET` names no table.
    named = {name for name in NAMED.findall(text) if name != "SET" and not name.startswith(STAGED)}
    for name in sorted(named & TABLES):
        rules = (INSERTED, OF_VILLAGE)
        if not any(re.search(rule.format(table=name), text) for rule in rules):
            return f"{name}: {text}"
    unknown = named - TABLES
    return f"{sorted(unknown)}: {text}" if unknown else None


class _Recorder:
    """A cursor that keeps what passes through it."""

    def __init__(self, cursor: Any, kept: set[str]) -> None:
        self._cursor = cursor
        self._kept = kept

    def execute(self, text: str, *parameters: Any) -> Any:
        self._kept.add(text)
        return self._cursor.execute(text, *parameters)

    def executemany(self, text: str, *parameters: Any) -> Any:
        self._kept.add(text)
        return self._cursor.executemany(text, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@pytest.fixture
def check_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Take every statement of the stores during a test; none may touch rows without naming their village."""
    kept: set[str] = set()
    begin = Transaction.__init__

    def begin_recording(self: Transaction, dialect: Any, cursor: Any, village: str) -> None:
        begin(self, dialect, _Recorder(cursor, kept), village)

    monkeypatch.setattr(Transaction, "__init__", begin_recording)
    yield kept
    texts = sorted(text for text in kept if not _is_staging(text))
    crossing = [found for text in texts if (found := find_crossing(text))]
    assert not crossing, "\n".join(crossing)


def _is_staging(text: str) -> bool:
    """Whether a statement touches only the session's own table, whose rows are the transaction's."""
    return text.startswith(("CREATE TEMP TABLE IF NOT EXISTS staged_", f"TRUNCATE {STAGED}"))
