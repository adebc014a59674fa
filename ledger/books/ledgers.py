"""Ledgers of single accounts: 日记账 and 明细账 line by line, 总账 by months, and who owes whom.

Pure arithmetic over values; `ledger.figures.ledgers` gathers what it is calculated from. Balances are signed fen, debit
positive. Rules that always hold: opening + debits − credits = closing, and the last line's balance is the closing.
An account stands for itself and for those that detail it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.books.accounts import Chart, find_account
from ledger.books.balances import Sides
from ledger.books.finance_figures import MonthVoucher, find_place
from ledger.books.values import Value
from ledger.books.vouchers import Posting


class LedgerLine(Value, frozen=True):
    """One posting to the account."""

    account: str  # the account itself, or the one that details it
    balance_fen: int  # after this line
    correction: Literal["", "reversal", "replacement"]
    counters: tuple[str, ...]  # accounts on the voucher's other side, in its order, each once
    credit_fen: int  # negative on a red voucher, as is the other
    debit_fen: int
    index: int  # of the voucher's entry
    number: str
    occurred_on: str
    summary: str


class AccountLedger(Value, frozen=True):
    """An account over some months, its lines in order of voucher: that in which they were booked."""

    account: str
    closing_fen: int
    credit_fen: int
    debit_fen: int
    lines: tuple[LedgerLine, ...]
    opening_fen: int


class LedgerMonth(NamedTuple):
    """An account's month in 总账."""

    period: str
    debit_fen: int
    credit_fen: int
    closing_fen: int


class GeneralLedger(Value, frozen=True):
    """总账 of an account: every month with what it turned over and how it stood then."""

    account: str
    months: tuple[LedgerMonth, ...]
    opening_fen: int


class Debt(NamedTuple):
    """An account with something owed by it: to the collective, or by it; in fen, most often above zero."""

    account: str
    name: str
    amount_fen: int


def build_account_ledger(account: str, opening_fen: int, vouchers: Iterable[MonthVoucher]) -> AccountLedger:
    """Return the ledger of an account; `vouchers` in order of month and number, others than its own change nothing."""
    lines: list[LedgerLine] = []
    balance_fen = opening_fen
    for voucher in vouchers:
        for posting in voucher.postings:
            if not posting.account.startswith(account):
                continue
            is_debit = posting.side == "debit"
            balance_fen += posting.amount_fen if is_debit else -posting.amount_fen
            line = LedgerLine(
                account=posting.account,
                balance_fen=balance_fen,
                correction=voucher.correction,
                counters=_list_counters(voucher.postings, posting),
                credit_fen=0 if is_debit else posting.amount_fen,
                debit_fen=posting.amount_fen if is_debit else 0,
                index=voucher.index,
                number=voucher.number,
                occurred_on=voucher.occurred_on,
                summary=voucher.summary,
            )
            lines.append(line)
    return AccountLedger(
        account=account,
        closing_fen=balance_fen,
        credit_fen=sum(line.credit_fen for line in lines),
        debit_fen=sum(line.debit_fen for line in lines),
        lines=tuple(lines),
        opening_fen=opening_fen,
    )


def build_general_ledger(
    account: str, opening_fen: int, turnovers: Sequence[tuple[str, Mapping[str, Sides]]]
) -> GeneralLedger:
    """Return 总账 of an account from the turnovers of (month, by account), in order of month."""
    months: list[LedgerMonth] = []
    balance_fen = opening_fen
    for period, by_account in turnovers:
        own = [sides for code, sides in by_account.items() if code.startswith(account)]
        debit_fen, credit_fen = sum(sides.debit_fen for sides in own), sum(sides.credit_fen for sides in own)
        balance_fen += debit_fen - credit_fen
        months.append(LedgerMonth(period, debit_fen, credit_fen, balance_fen))
    return GeneralLedger(account=account, months=tuple(months), opening_fen=opening_fen)


def sum_account(balances: Mapping[str, int], account: str) -> int:
    """Return the balance of an account with those that detail it."""
    return sum(amount_fen for code, amount_fen in balances.items() if code.startswith(account))


def list_debts(chart: Chart, balances: Mapping[str, int]) -> tuple[tuple[Debt, ...], tuple[Debt, ...]]:
    """Return what is owed to the collective and what it owes, by account, each positive as it is usual.

    The finance sheet's ③ at one moment. How old a debt is cannot be told: an account holds many, and no entry says
    which of them a payment was for.
    """
    receivables, payables = [], []
    for code, amount_fen in balances.items():
        account = find_account(chart, code)
        if account is None or not amount_fen:
            continue
        place = find_place(code, account.class_, (amount_fen, amount_fen))
        if place == "receivable":
            receivables.append(Debt(code, account.name, amount_fen))
        elif place == "payable":
            payables.append(Debt(code, account.name, -amount_fen))
    return tuple(receivables), tuple(payables)


def _list_counters(postings: Sequence[Posting], own: Posting) -> tuple[str, ...]:
    return tuple(dict.fromkeys(posting.account for posting in postings if posting.side != own.side))
