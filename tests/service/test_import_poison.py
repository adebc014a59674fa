"""Files made against their reader: what is said of each, by the process that reads them."""

from __future__ import annotations

import pytest

from ledger.service.workbooks.outside import read_outside
from ledger.service.workbooks.reading import read_workbook
from tests.service.poison import POISON, plain


@pytest.mark.parametrize("name", POISON)
def test_the_verdict_is_as_expected(name: str) -> None:
    poison = POISON[name]

    tables, faults = read_outside(poison.make(), "vouchers", poison.filename)

    if isinstance(poison.verdict, tuple):
        assert tuple(fault.code for fault in faults) == poison.verdict
        return
    (read, paid), (first, second) = tables["凭证"], read_workbook(plain(), "vouchers", "表.xlsx")[0]["凭证"]
    assert faults == []
    assert (read.values, paid.values) == (first.values | poison.verdict, second.values)


def test_the_corpus_has_more_files_than_were_promised() -> None:
    assert len(POISON) >= 40
