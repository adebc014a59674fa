"""What SQLite itself holds in memory, which tracemalloc does not see: pages of every open connection, above all."""

from __future__ import annotations

import ctypes

import pysqlite3._sqlite3 as driver


def read_sqlite_memory() -> int:
    """Return the bytes that the driver's SQLite has allocated and not freed, in this whole process."""
    ask = ctypes.CDLL(driver.__file__).sqlite3_memory_used
    ask.restype = ctypes.c_int64
    return int(ask())
