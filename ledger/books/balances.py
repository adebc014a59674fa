"""What postings add up to: balances, turnovers, the trial balance.

A balance is signed fen, debit positive, whatever the account's normal side; only what people read turns the
sign. Rules that always hold: all balances of a village add up to zero, all debits equal all credits, and
opening + debits − credits = closing for every account. Red postings are negative amounts on their own side,
so a reversal takes turnover back as well as balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.books.values import Value
from ledger.books.vouchers import AccountBalance, Posting


class Sides(NamedTuple):
    """The debit and credit turnover of an account, or of all, in fen."""

    debit_fen: int
    credit_fen: int


class TrialRow(Value, frozen=True):
    """An account over a month. Balances are signed fen, debit positive."""

    account: str
    closing_fen: int
    credit_fen: int
    debit_fen: int
    opening_fen: int


class TrialBalance(Value, frozen=True):
    """All accounts with a balance or a turnover, by code; both turnovers are equal, balances add up to
    zero.
    """

    credit_fen: int
    debit_fen: int
    rows: tuple[TrialRow, ...]


def sign_posting(posting: Posting) -> int:
    """Return what a posting adds to its account's balance: signed fen, debit positive."""
    return posting.amount_fen if posting.side == "debit" else -posting.amount_fen


def sum_sides(postings: Iterable[Posting]) -> Sides:
    """Return the sums of both sides over all accounts."""
    debit_fen = credit_fen = 0
    for posting in postings:
        if posting.side == "debit":
            debit_fen += posting.amount_fen
        else:
            credit_fen += posting.amount_fen
    return Sides(debit_fen, credit_fen)


def sum_turnovers(postings: Iterable[Posting]) -> dict[str, Sides]:
    """Return each account's turnover, by code; those that come to nothing on both sides are left out."""
    debits: dict[str, int] = {}
    credits_: dict[str, int] = {}
    for posting in postings:
        side = debits if posting.side == "debit" else credits_
        side[posting.account] = side.get(posting.account, 0) + posting.amount_fen
    return {
        code: Sides(debits.get(code, 0), credits_.get(code, 0))
        for code in sorted(debits.keys() | credits_.keys())
        if debits.get(code) or credits_.get(code)
    }


def add_turnovers(balances: Mapping[str, int], turnovers: Mapping[str, Sides]) -> dict[str, int]:
    """Return the balances after the turnovers, by code, without those that are zero."""
    added = dict(balances)
    for code, sides in turnovers.items():
        added[code] = added.get(code, 0) + sides.debit_fen - sides.credit_fen
    return {code: amount_fen for code, amount_fen in sorted(added.items()) if amount_fen}


def to_balances(balances: Mapping[str, int]) -> tuple[AccountBalance, ...]:
    """Return signed balances as an entry holds them: by code, above zero on their side, without zeros."""
    return tuple(
        AccountBalance(
            account=code,
            amount_fen=abs(amount_fen),
            side="debit" if amount_fen > 0 else "credit",
        )
        for code, amount_fen in sorted(balances.items())
        if amount_fen
    )


def from_balances(balances: Iterable[AccountBalance]) -> dict[str, int]:
    """Return the balances of an entry as signed fen by code."""
    return {row.account: row.amount_fen if row.side == "debit" else -row.amount_fen for row in balances}


def build_trial_balance(opening: Mapping[str, int], turnovers: Mapping[str, Sides]) -> TrialBalance:
    """Return the trial balance of a month from its opening balances and turnovers."""
    rows = []
    for code in sorted({*opening, *turnovers}):
        sides, opening_fen = turnovers.get(code, Sides(0, 0)), opening.get(code, 0)
        row = TrialRow(
            account=code,
            closing_fen=opening_fen + sides.debit_fen - sides.credit_fen,
            credit_fen=sides.credit_fen,
            debit_fen=sides.debit_fen,
            opening_fen=opening_fen,
        )
        rows.append(row)
    return TrialBalance(
        credit_fen=sum(row.credit_fen for row in rows),
        debit_fen=sum(row.debit_fen for row in rows),
        rows=tuple(rows),
    )
