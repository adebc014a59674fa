"""Whatever takes evidence meets its good evidence with every byte flipped, and cut off at every length."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.errors import NotProven, Tampered
from ledger.log.tiles import format_bundle
from tests.fuzz.contract import Samples
from tests.fuzz.samples import build_samples
from tests.log.evidence import spoil
from tests.log.spoiling import ENTRIES, ROWS, Row

# Tens of thousands of refusals by a few lines: the tests of each function reach the same.
pytestmark = pytest.mark.no_cover
FORMS = 5
"""Spoilt forms that `spoil` makes of each byte."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return build_samples(tmp_path_factory.mktemp("samples")) | {"bundle": format_bundle(ENTRIES)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_no_spoilt_byte_says_the_same(row: Row, samples: Samples) -> None:
    assert refuse_same(row, samples, row.step) > 0


@pytest.mark.deep
@pytest.mark.parametrize("row", [row for row in ROWS if row.step > 1], ids=lambda row: row.name)
def test_no_spoilt_byte_of_a_whole_sheet_says_the_same(row: Row, samples: Samples) -> None:
    assert refuse_same(row, samples, 1) > 0


def refuse_same(row: Row, samples: Samples, step: int) -> int:
    """Return how many of the spoilt forms were refused."""
    data = row.make(samples)
    good = row.call(row.function, data)
    refused = 0
    for spoilt in _choose(spoil(data), step):
        try:
            found = row.call(row.function, spoilt)
        except (NotProven, Tampered):
            refused += 1
            continue
        assert row.same or found != good, spoilt
    return refused


def _choose(forms: Iterator[bytes], step: int) -> Iterator[bytes]:
    """Yield the forms of every `step`-th byte."""
    return (form for number, form in enumerate(forms) if number // FORMS % step == 0)
