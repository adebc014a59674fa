"""A village with a sealed October and a begun November, served; built once for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from tests.homes import VillageHome, open_village
from tests.web.browser import open_browser
from tests.web.village import live_through_october, make_client, serve


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("web") / "home") as built:
        live_through_october(built)
        yield built


@pytest.fixture(scope="session")
def client(village: VillageHome) -> Iterator[TestClient]:
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
