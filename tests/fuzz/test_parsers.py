"""Every parser takes anything: it answers, or refuses as it says. 200,000 inputs, 2,000,000 deep, led by atheris."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.contract import Samples, Target
from tests.fuzz.engine import Outcome, run_atheris
from tests.fuzz.parsers import PARSERS

QUICK, DEEP = 1, 10
SEED = 20_261_028


@pytest.fixture(scope="module")
def found(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What atheris found, all parsers in one process one after the other: to start it costs more than to run it."""
    pytest.importorskip("atheris", reason="atheris follows CPython's bytecode and lags behind it")
    return run_atheris(PARSERS, samples, tmp_path_factory.mktemp("atheris"), QUICK, SEED)


def test_the_quick_run_is_200_000_inputs() -> None:
    assert sum(target.runs for target in PARSERS) >= 200_000


@pytest.mark.parametrize("target", PARSERS, ids=lambda target: target.name)
def test_a_parser_answers_or_refuses_as_it_says(found: dict[str, Outcome], target: Target) -> None:
    assert found[target.name] == Outcome(target.runs)


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_two_million_inputs(samples: Samples, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris follows CPython's bytecode and lags behind it")

    found = run_atheris(PARSERS, samples, tmp_path, DEEP, SEED + 1)

    assert found == {target.name: Outcome(DEEP * target.runs) for target in PARSERS}
