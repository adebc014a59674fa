"""A village with a sealed October and a begun November, served: built once for the tests that only read, and anew for
each that works at its desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from tests.desk.people import Door, open_door
from tests.homes import VillageHome, open_village
from tests.web.browser import open_browser
from tests.web.village import live_through_october, make_client, serve


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("web") / "home") as built:
        live_through_october(built)
        yield built


@pytest.fixture(scope="session")
def visitor(village: VillageHome) -> Iterator[TestClient]:
    """Reads what the village publishes."""
    with make_client(village) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    """Where the module's village is served; a module may have a `village` of its own."""
    with serve(village) as opened:
        yield opened


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """The test's own village; a module may let people in beforehand."""
    with open_door(tmp_path / "home", monkeypatch) as opened:
        live_through_october(opened.village)
        yield opened


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as opened:
        yield opened
