"""A village whose people sign in, with a cheap hash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.service.accounts.passwords import HASHER
from tests.desk.people import Door, use_cheap_hash
from tests.homes import open_village


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(HASHER, "_argon2", HASHER._argon2)  # Put back afterwards.
    monkeypatch.setattr(HASHER, "_dummy", "")
    use_cheap_hash()
    with open_village(tmp_path / "home") as village:
        yield Door(village)
