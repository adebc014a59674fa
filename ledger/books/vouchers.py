"""Opening balances, vouchers and the closing of a month: the bodies of the money kinds, and their rules.

A voucher is never edited. A wrong one is answered by a red reversal (the same postings with negative
amounts, so that turnovers are put right too) and, where something did happen, by a blue replacement
(会计基础工作规范 art. 51).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ledger.books.values import (
    AccountCode,
    Count,
    Integer,
    Positive,
    PublicText,
    Side,
    Value,
    VoucherNumber,
    VoucherNumberOrNone,
)
from ledger.books.village import ChartVersion


class Posting(Value, frozen=True):
    """One line of a voucher. `amount_fen` is positive, or negative on a red reversal; never zero."""

    account: AccountCode
    amount_fen: Integer
    side: Side


Postings = Annotated[tuple[Posting, ...], Meta(min_length=2, max_length=200)]


class AccountsOpened(Value, frozen=True):
    """`accounts.opened`: balances taken over at the start of the first period; once per log."""

    chart: ChartVersion
    postings: Postings


class VoucherRecorded(Value, frozen=True):
    """`voucher.recorded`: one balanced set of postings with its source documents and three persons."""

    approver: PublicText
    attachments: Positive  # sheets of source documents
    bookkeeper: PublicText
    chart: ChartVersion
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    summary: PublicText


class VoucherReversed(Value, frozen=True):
    """`voucher.reversed`: a red-letter voucher; postings are those of entry `reverses`, negated."""

    approver: PublicText
    attachments: Count
    bookkeeper: PublicText
    chart: ChartVersion
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    reason: PublicText
    reverses: Positive  # index of the wrong voucher's entry


class VoucherReplaced(Value, frozen=True):
    """`voucher.replaced`: the right voucher in blue, after entry `replaces` was reversed."""

    approver: PublicText
    attachments: Positive
    bookkeeper: PublicText
    chart: ChartVersion
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    replaces: Positive  # index of the wrong voucher's entry, already reversed
    summary: PublicText


class AccountBalance(Value, frozen=True):
    """What an account's postings add up to at a month's end; `amount_fen` above zero on `side`."""

    account: AccountCode
    amount_fen: Positive
    side: Side


class PeriodClosed(Value, frozen=True):
    """`period.closed`: the month's vouchers counted and every balance that is not zero, by account."""

    balances: tuple[AccountBalance, ...]
    credit_fen: Integer  # turnover of the month, all accounts
    debit_fen: Integer
    last_number: VoucherNumberOrNone
    vouchers: Count


Voucher = VoucherRecorded | VoucherReversed | VoucherReplaced
