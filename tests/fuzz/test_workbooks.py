"""2,000 workbooks spoilt part by part, 50,000 deep, through the whole import: faults in words, never an exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.contract import Samples
from tests.fuzz.engine import Outcome, run_mutants
from tests.fuzz.ways import WAYS

SEED = 20_261_028
WORKBOOK = next(target for target in WAYS if target.name == "workbook")


@pytest.mark.timeout(1_200)
def test_a_spoilt_workbook_is_told_in_faults(samples: Samples, tmp_path: Path) -> None:
    assert run_mutants(WORKBOOK, samples, tmp_path, 2_000, SEED) == Outcome(2_000)


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_ten_times_as_many_workbooks(samples: Samples, tmp_path: Path) -> None:
    assert run_mutants(WORKBOOK, samples, tmp_path, 50_000, SEED + 1) == Outcome(50_000)
