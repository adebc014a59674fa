"""A month's finance sheet follows from few entries: those that its evidence holds, and no older ones."""

from __future__ import annotations

import pytest

from ledger.books.figures import FinanceFigures
from ledger.data import load_reference
from ledger.evidence import select_indexes
from ledger.figures import collect_figures
from ledger.state import MemoryFacts, fold_entry
from ledger.state.money import build_closing
from tests.books.text_ledger import TextLedger

STORY = """
2025-10-01 open | debit 101 库存现金 2,000.00 | credit 301 资本 2,000.00 | accepted
2025-10-03 voucher 001 | debit 51302 办公费 352.00 | credit 101 库存现金 352.00 | 购办公用纸 | accepted
2025-10-04 voucher 002 | debit 101 库存现金 80.00 | credit 504 其他收入 80.00 | 收废品款 | accepted
2025-11-02 close 2025-10 | accepted
2025-11-03 reversal 001 of 2025-10-001 | debit 51302 -352.00 | credit 101 -352.00 | 金额录错 | accepted
2025-11-03 replacement 002 of 2025-10-001 | debit 51302 325.00 | credit 101 325.00 | 购办公用纸 | accepted
2025-12-01 close 2025-11 | accepted
2025-12-08 reversal 001 of 2025-11-002 | debit 51302 -325.00 | credit 101 -325.00 | 科目录错 | accepted
2025-12-08 replacement 002 of 2025-11-002 | debit 51305 325.00 | credit 101 325.00 | 修打印机 | accepted
2026-01-01 close 2025-12 | accepted
2026-02-01 close 2026-01 | accepted
"""


@pytest.mark.parametrize("period", ["2025-10", "2025-11", "2025-12", "2026-01"])
def test_a_month_follows_from_its_evidence_alone(period: str) -> None:
    ledger = TextLedger()
    assert ledger.run(STORY) == []
    whole = ledger.get_figures(period)
    kept = {index: ledger.entries[index] for index in select_indexes(ledger.facts, "finance", period)}

    facts = MemoryFacts(kept.__getitem__)
    for index in sorted(kept):
        fold_entry(facts, kept[index])
    figures = collect_figures(facts, load_reference(), ledger.texts.get, whole.head)

    assert isinstance(figures, FinanceFigures)
    assert figures == whole
    assert build_closing(facts, period) == build_closing(ledger.facts, period)


def test_a_quiet_month_needs_three_entries() -> None:
    ledger = TextLedger()
    assert ledger.run(STORY) == []

    assert select_indexes(ledger.facts, "finance", "2026-01") == [0, 10, 11]
