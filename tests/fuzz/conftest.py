"""What all rows start from, made once."""

from __future__ import annotations

import pytest

from tests.fuzz.contract import Samples
from tests.fuzz.samples import build_samples


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return build_samples(tmp_path_factory.mktemp("samples"))
