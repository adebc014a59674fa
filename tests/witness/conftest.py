"""A village, a witness that lives in its time, and the commands as a person types them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from tests.homes import VillageHome, open_village
from tests.witness.processes import SERVE_IN_VILLAGE_TIME, WitnessProcess

Run = Callable[..., Result]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as village:
        yield village


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    witness = WitnessProcess(tmp_path / "town", "town.example/w", script=SERVE_IN_VILLAGE_TIME)
    witness.start()
    yield witness
    witness.stop()


@pytest.fixture
def run() -> Run:
    runner = CliRunner()
    return lambda *words: runner.invoke(root, [str(word) for word in words])
