"""Journals written of a history, and what we ourselves say of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ledger.books.beancount import format_beancount
from ledger.books.hledger import format_hledger
from ledger.books.journals import (
    JournalClosing,
    JournalHead,
    JournalVoucher,
    Step,
    name_journal_accounts,
)
from ledger.books.money import format_plain_yuan
from ledger.data import load_reference
from ledger.figures.journals import collect_steps
from ledger.state.facts import Facts
from ledger.state.money import get_balances
from tests.books.text_ledger import TextLedger
from tests.builders import VILLAGE

HEAD = JournalHead(
    chart="2023",
    fingerprint="1234 1234 1234 1234",
    origin="example.org/m/00000000/e1",
    size=1,
    village=VILLAGE,
)


class Journals(NamedTuple):
    """The two files of one history, and its steps."""

    beancount: Path
    hledger: Path
    steps: list[Step]

    @property
    def vouchers(self) -> list[JournalVoucher]:
        return [step for step in self.steps if isinstance(step, JournalVoucher)]

    @property
    def closings(self) -> list[JournalClosing]:
        return [step for step in self.steps if isinstance(step, JournalClosing)]


def write_journals(ledger: TextLedger, folder: Path) -> Journals:
    """Write both journals of a text ledger's history."""
    chart = load_reference().charts[ledger.chart]
    read_entry = ledger.entries.__getitem__
    steps = list(collect_steps(ledger.entries, read_entry, lambda _index: ledger.texts.get, chart))
    journals = Journals(folder / "books.beancount", folder / "books.journal", steps)
    journals.beancount.write_text("".join(format_beancount(HEAD, chart, steps)), encoding="utf-8", newline="")
    journals.hledger.write_text("".join(format_hledger(HEAD, chart, steps)), encoding="utf-8", newline="")
    return journals


def tell_balances(facts: Facts, period: str, chart: str = "2023") -> dict[str, str]:
    """Return our balances at a month's end as the programs print them, by the name in a journal."""
    names = name_journal_accounts(load_reference().charts[chart])
    return {
        names[code]: f"{format_plain_yuan(amount_fen)} CNY"
        for code, amount_fen in get_balances(facts, period).items()
    }
