"""The books in the order in which a journal tells them, and what the journals of other programs have in common.

A journal holds the opening, every voucher under the month in which it is booked, and after each closed month what the
closing says of every account. Amounts are signed fen, debit positive: other programs have no two sides, so a red
reversal is what its negative postings add up to. Which account stands under which of their five roots:

| class | root | |
| --- | --- | --- |
| asset, cost | Assets | production under way is stock (存货) on the balance sheet |
| liability | Liabilities | |
| equity | Equity | |
| income, expense | Income, Expenses | |

113, 154 and 181, whose balance may stand on either side, are of class asset and stay there with either sign. An account
is named by code and name under the account that it details: `Assets:112-应收款:11201-应收单位款`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.books.accounts import AccountClass, Chart
from ledger.books.balances import sign_posting
from ledger.books.conversion import Move
from ledger.books.finance_figures import MonthVoucher
from ledger.books.money import format_plain_yuan
from ledger.books.values import Value, get_last_day
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Posting

CURRENCY = "CNY"

KIND_OF_CORRECTION = {
    "": "voucher.recorded",
    "reversal": "voucher.reversed",
    "replacement": "voucher.replaced",
}

_ROOTS: dict[AccountClass, str] = {
    "asset": "Assets",
    "cost": "Assets",
    "equity": "Equity",
    "expense": "Expenses",
    "income": "Income",
    "liability": "Liabilities",
}
_UNSEEN = "\ufffd"
"""What stands for a character that nobody sees: that something was there shows."""


class JournalHead(Value, frozen=True):
    """Whose books a journal holds, and which checkpoint vouches for them."""

    chart: ChartVersion
    fingerprint: str
    origin: str
    size: int
    village: str


class JournalOpening(Value, frozen=True):
    """The balances taken over at the start of `period`, by entry `index`."""

    index: int
    period: str
    postings: tuple[Posting, ...]


class JournalVoucher(Value, frozen=True):
    """A voucher and the number of the one that it answers, empty where it answers none."""

    answers: str
    voucher: MonthVoucher

    @property
    def period(self) -> str:
        """The month in which it is booked: its number's."""
        return self.voucher.number[:7]

    @property
    def booked_on(self) -> str:
        """The day under which a journal has it: the one on which it happened, kept within its month.

        What happened in a month that was closed by then is booked in a later one; under its own day it would change
        what that month's closing says.
        """
        return min(max(self.voucher.occurred_on, f"{self.period}-01"), get_last_day(self.period))


class JournalClosing(Value, frozen=True):
    """What the closing of `period` says: signed fen, debit positive, by account, without zeros."""

    balances: dict[str, int]
    index: int
    period: str


class JournalAccounts(Value, frozen=True):
    """Sub-accounts `codes` that the village added from `period` on; `chart` has them and all before."""

    chart: Chart
    codes: tuple[str, ...]
    period: str


class JournalConversion(Value, frozen=True):
    """The books going on under `chart` from `period` on, by entry `index`: every balance goes to another account."""

    chart: Chart
    index: int
    moves: tuple[Move, ...]
    period: str


Step = JournalAccounts | JournalConversion | JournalOpening | JournalVoucher | JournalClosing
"""What a journal tells, month after month: a month's vouchers by number, then its closing."""


class VoucherLine(NamedTuple):
    """A posting with all that its voucher says, as a table has it; of the two amounts, in fen, one is None."""

    number: str
    occurred_on: str
    period: str
    summary: str
    account: str
    account_name: str
    debit_fen: int | None
    credit_fen: int | None
    attachments: int
    handler: str
    reverses: str
    replaces: str
    entry: int  # index
    contract: str = ""
    asset: str = ""
    fund: str = ""
    resolution: str = ""


FormatSteps = Callable[[JournalHead, Chart, Iterable[Step]], Iterator[str]]
"""From the books to the pieces of a journal's text."""


def name_journal_accounts(chart: Chart) -> dict[str, str]:
    """Return the name of every account in a journal, by code, in the order of the chart.

    A part of a name is made of letters, digits and hyphens, which is what Beancount takes; the code makes it unique.
    """
    names: dict[str, str] = {}
    for code, account in chart.accounts.items():
        above = names.get(account.parent) or _ROOTS[account.class_]
        names[code] = f"{above}:{code}-{_spell_part(account.name)}".rstrip("-")
    return names


def flatten_text(text: str) -> str:
    """Return a text as one line of what can be seen: blanks of every kind are one plain blank, and a replacement
    character stands for what has no shape, turns the direction or belongs to nobody.
    """
    return " ".join("".join(map(_flatten_character, text)).split())


def list_lines(chart: Chart, steps: Iterable[Step], first: str = "", last: str = "") -> Iterator[VoucherLine]:
    """Yield the postings of all vouchers of the months from `first` to `last`, each included, empty for no bound."""
    for step in steps:
        if isinstance(step, JournalAccounts | JournalConversion):
            chart = step.chart
        if not isinstance(step, JournalVoucher) or step.period < first or (last and step.period > last):
            continue
        voucher = step.voucher
        for posting in voucher.postings:
            yield VoucherLine(
                number=voucher.number,
                occurred_on=voucher.occurred_on,
                period=step.period,
                summary=flatten_text(voucher.summary),
                account=posting.account,
                account_name=chart.accounts[posting.account].name,
                debit_fen=posting.amount_fen if posting.side == "debit" else None,
                credit_fen=posting.amount_fen if posting.side == "credit" else None,
                attachments=voucher.attachments,
                handler=flatten_text(voucher.handler),
                reverses=step.answers if voucher.correction == "reversal" else "",
                replaces=step.answers if voucher.correction == "replacement" else "",
                entry=voucher.index,
                **voucher.about._asdict(),
            )


class Spelling(NamedTuple):
    """How one program's journal spells each step, by the accounts' names in it; a conversion has those of both charts,
    and a closing the balance of every account that was spoken of before it: signed fen, by code.
    """

    accounts: Callable[[JournalAccounts, Mapping[str, str]], str]
    closing: Callable[[JournalClosing, Mapping[str, str], Sequence[tuple[str, int]]], str]
    conversion: Callable[[JournalConversion, Mapping[str, str], Mapping[str, str]], str]
    opening: Callable[[JournalOpening, Mapping[str, str]], str]
    voucher: Callable[[JournalVoucher, Mapping[str, str]], str]


def format_steps(chart: Chart, steps: Iterable[Step], spelling: Spelling) -> Iterator[str]:
    """Yield the text of each step of books that begin under `chart`."""
    names, seen = name_journal_accounts(chart), _SeenAccounts()
    for step in steps:
        if isinstance(step, JournalClosing):
            yield spelling.closing(step, names, seen.list_balances(step))
        elif isinstance(step, JournalOpening):
            seen.add(step.postings)
            yield spelling.opening(step, names)
        elif isinstance(step, JournalAccounts):
            names |= name_journal_accounts(step.chart)
            yield spelling.accounts(step, names)
        elif isinstance(step, JournalConversion):
            before, names = names, name_journal_accounts(step.chart)
            yield spelling.conversion(step, before, names)
            seen.begin_anew()
        else:
            seen.add(step.voucher.postings)
            yield spelling.voucher(step, names)


def list_head_lines(head: JournalHead) -> list[str]:
    """Return the comments with which every journal begins: whose books, up to which checkpoint, of which log."""
    return [
        f"; 村 {head.village} 的账簿，科目表 {head.chart}，共 {head.size} 条记录，指纹码 {head.fingerprint}",
        f"; 来源 {head.origin}",
    ]


def list_postings(postings: Iterable[Posting], names: Mapping[str, str], indent: str) -> list[str]:
    """Return a line for each posting, debit positive, by the accounts' names in a journal."""
    return [_format_amount(indent, names[posting.account], sign_posting(posting)) for posting in postings]


def list_moves(
    step: JournalConversion, before: Mapping[str, str], after: Mapping[str, str], indent: str
) -> list[str]:
    """Return two lines for each balance whose account is named otherwise under the new chart: it goes over."""
    lines: list[str] = []
    for move in step.moves:
        if before[move.account] != after[move.becomes]:
            signed_fen = move.amount_fen if move.side == "debit" else -move.amount_fen
            lines.append(_format_amount(indent, before[move.account], -signed_fen))
            lines.append(_format_amount(indent, after[move.becomes], signed_fen))
    return lines


def _format_amount(indent: str, name: str, amount_fen: int) -> str:
    return f"{indent}{name}  {format_plain_yuan(amount_fen)} {CURRENCY}"


class _SeenAccounts:
    """Which accounts a journal has spoken of: a closing says the balance of each, and 0 of those that have none."""

    def __init__(self) -> None:
        self._codes: set[str] = set()

    def add(self, postings: Iterable[Posting]) -> None:
        self._codes.update(posting.account for posting in postings)

    def begin_anew(self) -> None:
        """Forget the accounts of another chart."""
        self._codes.clear()

    def list_balances(self, closing: JournalClosing) -> list[tuple[str, int]]:
        """Return every account's balance at the closing, by code."""
        self._codes.update(closing.balances)
        return [(code, closing.balances.get(code, 0)) for code in sorted(self._codes)]


def _spell_part(name: str) -> str:
    return re.sub(r"-+", "-", "".join(char if _is_plain(char) else "-" for char in name)).strip("-")


def _is_plain(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("L") or category == "Nd"


def _flatten_character(character: str) -> str:
    if character.isspace():
        return " "
    return _UNSEEN if unicodedata.category(character).startswith("C") else character
