"""Ledgers of accounts against adding up from the start: line by line, by months, and who owes whom."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings

from ledger.books.balances import Sides
from ledger.books.ledgers import Debt, LedgerMonth, list_debts
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.figures.ledgers import collect_account_ledger, collect_general_ledger, count_vouchers
from ledger.state.money import get_balances, get_opening
from tests.books.test_statements import CODES, LINES, write_ledger
from tests.books.text_ledger import TextLedger

CHART = load_reference().charts["2023"]
YEAR = (Path(__file__).parent / "ledgers" / "statements.ledger").read_text(encoding="utf-8")


def live_a_year() -> TextLedger:
    ledger = TextLedger()
    assert ledger.run(YEAR) == []
    return ledger


def test_a_cash_book_tells_every_line_with_the_balance_after_it() -> None:
    ledger = live_a_year()

    book = collect_account_ledger(ledger.facts, ledger.texts.get, "101", "2026-11", "2026-11")

    assert (book.opening_fen, book.debit_fen, book.credit_fen, book.closing_fen) == (
        2_000_00,
        0,
        1_325_00,
        675_00,
    )
    told = [
        (line.number, line.counters, line.credit_fen, line.balance_fen, line.correction)
        for line in book.lines
    ]
    assert told == [
        ("2026-11-002", ("51302",), 352_00, 1_648_00, ""),
        ("2026-11-003", ("51302",), -352_00, 2_000_00, "reversal"),
        ("2026-11-004", ("51302",), 325_00, 1_675_00, "replacement"),
        ("2026-11-005", ("113",), 1_000_00, 675_00, ""),
    ]
    assert book.lines[1].summary == "冲销 2026-11-002 号凭证：金额录错"
    assert [line.occurred_on for line in book.lines] == [f"2026-11-{day}" for day in (10, 12, 12, 15)]


def test_a_ledger_over_a_year_has_those_that_detail_the_account() -> None:
    ledger = live_a_year()

    book = collect_account_ledger(ledger.facts, ledger.texts.get, "322", "2026-11", "2027-01")

    assert [line.account for line in book.lines] == [
        "32202",
        "32201",
        "32201",
        "32201",
        "32202",
        "32202",
        "32201",
    ]
    assert book.lines[1].counters == ("311", "113", "211")
    assert (book.opening_fen, book.closing_fen) == (-2_000_00, -34_275_00)


def test_a_general_ledger_tells_the_months() -> None:
    ledger = live_a_year()

    general = collect_general_ledger(ledger.facts, "513", "2026-11", "2027-01")

    assert general.opening_fen == 8_000_00
    assert general.months == (
        LedgerMonth("2026-11", 1_825_00, 0, 9_825_00),
        LedgerMonth("2026-12", 0, 9_825_00, 0),
        LedgerMonth("2027-01", 0, 0, 0),
    )


def test_only_months_that_touched_the_account_are_read() -> None:
    ledger = live_a_year()
    read: list[int] = []
    read_entry = ledger.entries.__getitem__

    def note(index: int) -> Entry:
        read.append(index)
        return read_entry(index)

    ledger.facts._read_entry = note

    assert (
        count_vouchers(ledger.facts, "101", "2026-11", "2027-01") == 8
    )  # Seven of November, one of January.
    collect_account_ledger(ledger.facts, ledger.texts.get, "101", "2026-11", "2027-01")

    periods = {read_entry(index).period for index in read}
    assert periods == {"2026-11", "2027-01"}


def test_debts_are_told_by_account_and_side() -> None:
    ledger = live_a_year()

    receivables, payables = list_debts(CHART, get_balances(ledger.facts, "2026-11"))

    assert receivables == (Debt("112", "应收款", 6_000_00), Debt("113", "内部往来", 300_00))
    assert payables == (Debt("211", "应付款", 4_500_00),)
    assert list_debts(CHART, {"113": -5, "112": 0, "999": 7, "214": -9, "101": 3}) == (
        (),
        (Debt("113", "内部往来", 5), Debt("214", "应交税费", 9)),
    )


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_every_ledger_ends_where_the_balance_does(lines: list[tuple[int, str, str, int, bool]]) -> None:
    ledger, last = write_ledger("2026-01", lines)
    balances = get_balances(ledger.facts, last)

    for code in {code[:3] for code in CODES}:
        book = collect_account_ledger(ledger.facts, ledger.texts.get, code, "2026-02", last)
        general = collect_general_ledger(ledger.facts, code, "2026-02", last)
        if last < "2026-02":
            continue
        held = sum(amount for account, amount in balances.items() if account.startswith(code))
        opened = sum(
            a for account, a in get_opening(ledger.facts, "2026-02").items() if account.startswith(code)
        )
        assert book.opening_fen == general.opening_fen == opened
        assert book.closing_fen == general.months[-1].closing_fen == held
        assert book.opening_fen + book.debit_fen - book.credit_fen == book.closing_fen
        assert [line.balance_fen for line in book.lines[-1:]] in ([], [held])
        turned = Sides(sum(m.debit_fen for m in general.months), sum(m.credit_fen for m in general.months))
        assert turned == Sides(book.debit_fen, book.credit_fen)
