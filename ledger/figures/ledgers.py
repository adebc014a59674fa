"""Ledgers gathered: balances and turnovers as they are kept, and the vouchers of those months that touched the account.

Costs a look at the facts of the months asked for; entries are read of the months that have a turnover of the account
alone. Nothing depends on how long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.finance_figures import MonthVoucher
from ledger.books.ledgers import (
    AccountLedger,
    GeneralLedger,
    build_account_ledger,
    build_general_ledger,
    sum_account,
)
from ledger.books.periods import iterate_periods
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.figures.finance import read_voucher
from ledger.figures.texts import Texts
from ledger.state.facts import Facts
from ledger.state.money import get_month, get_opening, get_turnovers, iterate_vouchers


def collect_account_ledger(facts: Facts, texts: Texts, account: str, first: str, last: str) -> AccountLedger:
    """Return the ledger of an account from month `first` to month `last`, both included."""
    opening_fen = sum_account(get_opening(facts, first), account)
    return build_account_ledger(account, opening_fen, _read_vouchers(facts, texts, account, first, last))


def collect_general_ledger(facts: Facts, account: str, first: str, last: str) -> GeneralLedger:
    """Return 总账 of an account from month `first` to month `last`, both included; no entry is read for it."""
    turnovers = [(period, get_turnovers(facts, period)) for period in iterate_periods(first, last)]
    return build_general_ledger(account, sum_account(get_opening(facts, first), account), turnovers)


def count_vouchers(facts: Facts, account: str, first: str, last: str) -> int:
    """Return how many vouchers have the months in which the account was touched: what its ledger has to read."""
    touched = [period for period in iterate_periods(first, last) if _is_touched(facts, account, period)]
    return sum(get_month(facts, period).vouchers for period in touched)


def _is_touched(facts: Facts, account: str, period: str) -> bool:
    return any(True for _found in facts.scan(f"turnover/{period}/{account}"))


def _read_vouchers(facts: Facts, texts: Texts, account: str, first: str, last: str) -> Iterator[MonthVoucher]:
    for period in iterate_periods(first, last):
        for entry in iterate_vouchers(facts, period) if _is_touched(facts, account, period) else ():
            body = entry.body
            assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
            if any(posting.account.startswith(account) for posting in body.postings):
                yield read_voucher(facts.read_entry, texts, entry)
