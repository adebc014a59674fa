"""Files, archives, addresses, requests and lawless logs: whatever they hold, they are read, reported or refused."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fuzz.contract import Room, Samples, Target
from tests.fuzz.engine import Outcome, run_mutants
from tests.fuzz.targets import TARGETS
from tests.fuzz.ways import WAYS

DEEP = 30
SEED = 20_261_028
LIGHT = [target for target in WAYS if target.name != "workbook"]


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_row_starts_from_evidence_that_it_accepts(samples: Samples, tmp_path: Path, target: Target) -> None:
    accepted = 0
    with ExitStack() as closing:
        take = target.make(Room(samples, tmp_path, closing))
        for data in target.seeds(samples):
            try:
                take(data)
                accepted += 1
            except target.refusals:
                continue

    # An answer's one body stands for every file: no log has that, so it can be refused late but never accepted.
    assert accepted or target.name == "answer"


@pytest.mark.parametrize("target", LIGHT, ids=lambda target: target.name)
def test_a_way_in_answers_or_refuses_as_it_says(samples: Samples, tmp_path: Path, target: Target) -> None:
    assert run_mutants(target, samples, tmp_path, target.runs, SEED) == Outcome(target.runs)


@pytest.mark.deep
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("target", LIGHT, ids=lambda target: target.name)
def test_thirty_times_as_many_mutants(samples: Samples, tmp_path: Path, target: Target) -> None:
    assert run_mutants(target, samples, tmp_path, DEEP * target.runs, SEED + 1) == Outcome(DEEP * target.runs)
