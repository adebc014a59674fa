"""A village with a sealed October and a begun November, served; built once for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.homes import VillageHome, open_village
from tests.web.village import live_through_october, make_client


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("web") / "home") as built:
        live_through_october(built)
        yield built


@pytest.fixture(scope="session")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened
