"""Beancount, hledger and Ledger agree with us on any history, and no text is more than text to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.books.balances import sign_posting
from ledger.books.journals import flatten_text, name_journal_accounts
from ledger.books.money import format_plain_yuan
from ledger.books.vouchers import VoucherRecorded
from ledger.data import load_reference
from ledger.state.money import list_book_months
from tests.books.test_finance_figures import make_postings
from tests.books.text_ledger import TextLedger
from tests.journals.histories import HOSTILE, MONTHS, History, draw_history
from tests.journals.peers import (
    Beancount,
    read_hledger_balances,
    read_hledger_transactions,
    read_ledger_balances,
    run_hledger,
    run_ledger,
)
from tests.journals.written import Journals, tell_balances, write_journals

LEDGERS = Path(__file__).parents[1] / "books" / "ledgers"
QUICK, DEEP = 15, 500
TAGS = ["entry", "kind", "occurred", "attachments", "handler", "answers"]
ONE_FOLDER = [HealthCheck.function_scoped_fixture]
"""Each example writes its files over those of the one before."""


@pytest.fixture(scope="module")
def beancount() -> Iterator[Beancount]:
    peer = Beancount()
    yield peer
    peer.close()


@settings(max_examples=QUICK, suppress_health_check=ONE_FOLDER)
@given(draw_history())
def test_they_say_of_any_history_what_we_say(
    beancount: Beancount, tmp_path: Path, ledger: TextLedger
) -> None:
    compare(beancount, tmp_path, ledger)


@pytest.mark.deep
@settings(max_examples=DEEP, suppress_health_check=ONE_FOLDER)
@given(draw_history())
def test_they_say_of_five_hundred_histories_what_we_say(
    beancount: Beancount, tmp_path: Path, ledger: TextLedger
) -> None:
    compare(beancount, tmp_path, ledger)


def test_no_text_that_we_know_of_is_more_than_text(beancount: Beancount, tmp_path: Path) -> None:
    paper = make_postings(("debit", "51302", 1), ("credit", "101", 1))
    history = History(make_postings(("debit", "101", 900_000), ("credit", "301", 900_000)))
    for text in HOSTILE:
        history.record(VoucherRecorded, 0, (text, text), 1, False, postings=paper)
    history.close()

    assert len(history.vouchers) == len(HOSTILE)
    compare(beancount, tmp_path, history.ledger)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("contracts", "contract:HT-0001"),
        ("assets", "asset:ZC-0001"),
        ("resolutions", "resolution:JY-2026-002"),
    ],
)
def test_they_find_what_a_contract_an_asset_or_a_resolution_came_to(
    beancount: Beancount, tmp_path: Path, name: str, chosen: str
) -> None:
    ledger = TextLedger()
    assert ledger.run((LEDGERS / f"{name}.ledger").read_text(encoding="utf-8")) == []
    journals = compare(beancount, tmp_path, ledger, list_book_months(ledger.facts)[0])
    key, _, number = chosen.partition(":")
    ours = [step for step in journals.vouchers if getattr(step.voucher.about, key) == number]
    totals: Counter[str] = Counter()
    for step in ours:
        for posting in step.voucher.postings:
            totals[posting.account] += sign_posting(posting)

    told = read_hledger_balances(journals.hledger, f"tag:{key}=^{number}$")

    assert any(step.voucher.correction == "reversal" for step in ours) or name == "assets"
    names = name_journal_accounts(load_reference().charts["2023"])
    assert told == {
        names[code]: f"{format_plain_yuan(amount_fen)} CNY"
        for code, amount_fen in totals.items()
        if amount_fen
    }


def compare(beancount: Beancount, folder: Path, ledger: TextLedger, last: str = MONTHS[-1]) -> Journals:
    """Hold what each program reads of a history to what we wrote and to our own balances."""
    journals = write_journals(ledger, folder)
    ours = tell_balances(ledger.facts, last)

    assert read_ledger_balances(journals.hledger) == ours
    assert read_hledger_balances(journals.hledger) == ours
    compare_hledger(journals)
    compare_beancount(beancount.read(journals.beancount), journals, ours)
    return journals


def compare_beancount(told: dict[str, object], journals: Journals, ours: dict[str, str]) -> None:
    assert told["errors"] == []
    assert told["balances"] == ours
    assert told["kinds"] == (["Balance"] if told["assertions"] else []) + ["Open", "Transaction"]
    opening, *vouchers = sorted(told["transactions"], key=lambda item: item["entry"])
    assert (opening["narration"], opening["tags"], opening["links"]) == ("期初余额", ["opening"], [])
    by_index = sorted(journals.vouchers, key=lambda step: step.voucher.index)
    for found, step in zip(vouchers, by_index, strict=True):
        links = {f"v-{number}" for number in (step.voucher.number, step.answers) if number}
        links |= {number for _, number in step.voucher.about.list_numbers()}
        assert found == {
            "date": step.booked_on,
            "entry": step.voucher.index,
            "handler": flatten_text(step.voucher.handler),
            "links": sorted(links),
            "narration": flatten_text(step.voucher.summary),
            "payee": "",
            "postings": len(step.voucher.postings),
            "registers": dict(step.voucher.about.list_numbers()),
            "tags": [step.voucher.correction] * bool(step.voucher.correction),
        }


def compare_hledger(journals: Journals) -> None:
    told = read_hledger_transactions(journals.hledger)
    assert len(told) == 1 + len(journals.vouchers) + len(journals.closings)
    vouchers = {item["tcode"]: item for item in told if item["tcode"]}
    assert len(vouchers) == len(journals.vouchers)
    for step in journals.vouchers:
        found = vouchers[step.voucher.number]
        wide = flatten_text(step.voucher.summary).translate({ord(";"): "；", ord("|"): "｜"})
        assert (found["tdate"], found["tdate2"], found["tstatus"]) == (step.booked_on, None, "Cleared")
        assert found["tdescription"] == (wide if len(wide) <= 1_000 else f"{wide[:999]}…")
        about = step.voucher.about.list_numbers()
        assert [name for name, _ in found["ttags"]] == [
            *TAGS[: 5 + bool(step.answers)],
            *(name for name, _ in about),
        ]
        assert dict(about).items() <= dict(found["ttags"]).items()
        assert dict(found["ttags"])["entry"] == str(step.voucher.index)
        for posting in found["tpostings"]:
            assert (posting["pdate"], posting["pdate2"], posting["ptags"]) == (None, None, [])
        assert len(found["tpostings"]) == len(step.voucher.postings)


@pytest.mark.parametrize("fen", [1, -1])
def test_a_fen_that_is_not_ours_is_an_error_to_each_of_them(
    beancount: Beancount, tmp_path: Path, fen: int
) -> None:
    """Although debits equal credits: it is the closing that says so."""
    history = History(make_postings(("debit", "101", 5), ("credit", "301", 5)))
    history.close()
    journals = write_journals(history.ledger, tmp_path)
    strange = [
        '2025-10-31 * "多出"',
        f"    Assets:101-库存现金  {format_plain_yuan(fen)} CNY",
        f"    Expenses:514-公益支出  {format_plain_yuan(-fen)} CNY",
        "\n",
    ]
    for path, closing in (
        (journals.beancount, "; 2025-10 结账"),
        (journals.hledger, "2025-10-31 * 2025-10 结账"),
    ):
        before, found, after = path.read_text(encoding="utf-8").partition(closing)
        path.write_text(before + "\n".join(strange) + found + after, encoding="utf-8")

    (error,) = beancount.read(journals.beancount)["errors"]
    assert "Balance failed for 'Assets:101-库存现金'" in error
    for run in (run_hledger, run_ledger):
        refused = run(journals.hledger, "balance")
        assert refused.returncode != 0
        assert "balance assertion" in refused.stderr.lower()
