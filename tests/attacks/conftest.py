"""A server before two villages, started once for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.served import Served, open_served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with open_served(tmp_path_factory.mktemp("served")) as opened:
        yield opened


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for one test alone, which may spoil what the others read."""
    with open_served(tmp_path_factory.mktemp("own")) as opened:
        yield opened
