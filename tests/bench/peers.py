"""pymerkle, the peer with proofs: GPL, so only this benchmark imports it, from a folder that the product never sees."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

MISSING = "pymerkle is not there: `./mingbai bench` installs it (requirements-bench.txt)"


def has_pymerkle() -> bool:
    """Say whether the peer can be asked."""
    return importlib.util.find_spec("pymerkle") is not None


def open_sqlite_tree(path: Path) -> Any:
    """Open its tree in a SQLite file, as it comes: journal and durability are its own choice."""
    from pymerkle import SqliteTree

    return SqliteTree(str(path))


def make_memory_tree() -> Any:
    """Make its tree in memory."""
    from pymerkle import InmemoryTree

    return InmemoryTree()
