"""Months by their chart of accounts, and what a month's figures follow from where a village has accounts of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.books.accounts import find_standard
from ledger.data import load_reference
from ledger.evidence import select_indexes
from ledger.figures.years import collect_year
from ledger.state.charts import list_spans
from ledger.state.money import get_successor
from tests.books.text_ledger import TextLedger
from tests.builders import Discloser, build_description

LEDGERS = Path(__file__).parents[1] / "books" / "ledgers"


def test_months_are_told_apart_by_their_chart() -> None:
    ledger = TextLedger("2004")
    assert ledger.run((LEDGERS / "converted_2004.ledger").read_text(encoding="utf-8")) == []

    assert list_spans(ledger.facts, "2026-10", "2026-12") == [
        ("2004", "2026-10", "2026-10"),
        ("2023", "2026-11", "2026-12"),
    ]
    assert list_spans(ledger.facts, "2026-11", "2026-12") == [("2023", "2026-11", "2026-12")]


def test_the_standard_account_is_the_nearest_above() -> None:
    chart = load_reference().charts["2023"]

    assert find_standard(chart, "1130101").code == "113"
    assert find_standard(chart, "51301").code == "51301"
    with pytest.raises(KeyError):
        find_standard(chart, "99901")


def test_the_number_after_a_voucher() -> None:
    assert get_successor("2026-10-009") == "2026-10-010"


def test_a_months_figures_follow_from_the_entries_that_named_its_accounts() -> None:
    ledger = TextLedger()
    ledger.record(build_description(Discloser(), telephone=ledger.publish("0000")), "2026-09-30", "2026-09")
    told = ledger.run(
        """
        2026-10-01 open | debit 101 库存现金 1,000.00 | credit 301 资本 1,000.00 | accepted
        2026-10-02 add | 11301 样例往来 | accepted
        2026-10-02 add | 1130101 样例明细 | 5130499 样例费用 | accepted
        2026-10-02 add | 11205 样例应收 | accepted
        2026-10-03 voucher 001 | debit 5130499 样例费用 10.00 | credit 101 库存现金 10.00 | 购纸 | accepted
        """
    )
    assert told == []

    # Founding, description, opening, voucher; the addition that named the account, and that of one above another in it.
    assert select_indexes(ledger.facts, "finance", "2026-10") == [0, 1, 2, 3, 4, 6]


def test_a_year_that_the_books_began_with_takes_nothing_over() -> None:
    ledger = TextLedger()
    told = ledger.run(
        """
        2026-01-01 open | debit 101 库存现金 1,000.00 | credit 301 资本 1,000.00 | accepted
        2026-01-03 voucher 001 | debit 51301 干部报酬 10.00 | credit 101 库存现金 10.00 | 发补贴 | accepted
        """
    )
    assert told == []

    year = collect_year(ledger.facts, load_reference().charts, "2026")

    assert year is not None
    assert [month.period for month in year.months] == ["2026-01"]


def test_what_was_reversed_before_a_conversion_is_not_replaced_after_it() -> None:
    ledger = TextLedger("2004")
    told = ledger.run(
        """
        2026-10-01 open | debit 101 现金 1,000.00 | credit 301 资本 1,000.00 | accepted
        2026-10-02 voucher 001 | debit 541 管理费用 10.00 | credit 101 现金 10.00 | 购纸 | accepted
        2026-10-03 reversal 002 of 2026-10-001 | debit 541 管理费用 -10.00 | credit 101 现金 -10.00 | 记错 | accepted
        2026-11-01 close 2026-10 | accepted
        2026-11-02 convert | 101 to 101 debit 1,000.00 | 301 to 301 credit 1,000.00 | accepted
        """
    )
    assert told == []

    # Founding, opening and the closing of October come before; the conversion is the entry after them.
    assert select_indexes(ledger.facts, "finance", "2026-11") == [0, 4, 5]
    assert 5 not in select_indexes(ledger.facts, "finance", "2026-10")
    later = "2026-11-03 replacement 001 of 2026-10-001 | debit 51302 办公费 9.00 | credit 101 库存现金 9.00 | 购纸"
    assert ledger.run(f"{later} | refused: answer-converted") == []
