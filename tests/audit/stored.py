"""Every value in a home's databases as bytes, which can be altered as anybody who has the file can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import pysqlite3.dbapi2 as sqlite

Value = int | str | bytes
INTEGER_BYTES = 8


class Cell(NamedTuple):
    """One stored value.

    `data`  its bytes: of a text in UTF-8, of an integer all eight, the highest first
    `key`   of its row, by column
    """

    database: str
    table: str
    column: str
    key: tuple[tuple[str, Value], ...]
    data: bytes
    kind: type

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        row = " ".join(f"{name}={value!r}" for name, value in self.key)
        return f"{self.database}.db {self.table}.{self.column} [{row}]"

    @property
    def is_key(self) -> bool:
        return self.column in dict(self.key)

    def parse(self, data: bytes) -> Value:
        """Return what the commands read where these bytes stand."""
        return data.decode(errors="replace") if self.kind is str else parse_value(data, self.kind)


class OpenFiles:
    """Databases of a home over connections of our own, their guards dropped."""

    def __init__(self, home: Path, *names: str) -> None:
        self._connections = {
            name: sqlite.connect(home / f"{name}.db", isolation_level=None) for name in names
        }
        for connection in self._connections.values():
            connection.execute("PRAGMA ignore_check_constraints = 1")
            connection.execute("PRAGMA synchronous = 0")  # Nobody cuts the power of these.
            names_ = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            for (name,) in connection.execute(names_).fetchall():
                connection.execute(f"DROP TRIGGER {name}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        for connection in self._connections.values():
            connection.close()

    def iterate_cells(self) -> Iterator[Cell]:
        """Yield every value of every table."""
        for database, connection in self._connections.items():
            tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            for (table,) in connection.execute(tables).fetchall():
                columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
                names = [column[1] for column in columns]
                keys = [column[1] for column in columns if column[5]]
                for values in connection.execute(f"SELECT * FROM {table}").fetchall():
                    row = dict(zip(names, values, strict=True))
                    key = tuple((name, row[name]) for name in keys)
                    for name, value in row.items():
                        yield Cell(database, table, name, key, format_value(value), type(value))

    def put(self, cell: Cell, data: bytes, *, instead_of: bytes | None = None) -> bool:
        """Store `data` in a cell that holds `instead_of`, by default what it held at first.

        False where the table holds another row of that key.
        """
        key = dict(cell.key)
        if instead_of is not None and cell.column in key:
            key[cell.column] = parse_value(instead_of, cell.kind)
        is_met = " AND ".join(f"{name} = {_cast(value)}" for name, value in key.items())
        new = parse_value(data, cell.kind)
        statement = f"UPDATE {cell.table} SET {cell.column} = {_cast(new)} WHERE {is_met}"
        values = [_bind(value) for value in (new, *key.values())]
        try:
            changed = self._connections[cell.database].execute(statement, values).rowcount
        except sqlite.IntegrityError:
            return False
        assert changed == 1, cell.place
        return True


def format_value(value: Value) -> bytes:
    """Return the bytes of a stored value."""
    if isinstance(value, int):
        return value.to_bytes(INTEGER_BYTES, "big", signed=True)
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


def parse_value(data: bytes, kind: type) -> Value:
    """Return the value of these bytes; a text may be none that UTF-8 knows."""
    if kind is int:
        return int.from_bytes(data, "big", signed=True)
    return data.decode("utf-8", "surrogateescape") if kind is str else data


def _cast(value: Value) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, str) else "?"


def _bind(value: Value) -> int | bytes:
    return value if isinstance(value, int) else format_value(value)
