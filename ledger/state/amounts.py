"""By which amounts an entry of the books is found: its total and that of every line, red ones as positive numbers.

A fact under each amount, so that finding one costs the same however long the log has become. Keys sort as amounts do,
and entries of the same amount by index.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.vouchers import Posting
from ledger.entries import Entry
from ledger.state.facts import EntryAt, Facts, key_at, put_fact

PREFIX = "amount/"
AMOUNT_DIGITS = 16
"""Of the largest integer that an entry may hold."""


def list_amounts(postings: Sequence[Posting]) -> tuple[int, ...]:
    """Return the amounts in fen by which these postings are looked for, smallest first, without doubles or zero."""
    total_fen = sum(posting.amount_fen for posting in postings if posting.side == "debit")
    return tuple(sorted({abs(total_fen), *(abs(posting.amount_fen) for posting in postings)} - {0}))


def fold_amounts(facts: Facts, entry: Entry, postings: Sequence[Posting]) -> None:
    """Note by which amounts an entry is found."""
    for amount_fen in list_amounts(postings):
        put_fact(facts, key_amount(amount_fen) + f"/{key_at(entry.index)}", EntryAt(index=entry.index))


def key_amount(amount_fen: int) -> str:
    """Return what the keys of an amount begin with; of every larger one they come after."""
    return f"{PREFIX}{amount_fen:0{AMOUNT_DIGITS}d}"
