"""The books of a log as other programs read them: a Beancount file, a journal of hledger, a table of all postings.

The log is read once, from a home or a copy alike, and proven on the way: every entry's bytes hash to the root that the
checkpoint signs, every text to the digest in its entry. What has been written by then counts only when all of it was
read: whoever writes to a file puts it in its place at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Literal, NamedTuple, get_args

from ledger.audit.entries import EntryReader
from ledger.audit.findings import LogSource, Progress
from ledger.audit.keys import open_newest
from ledger.books.accounts import Chart
from ledger.books.beancount import format_beancount
from ledger.books.hledger import format_hledger
from ledger.books.journals import FormatSteps, JournalHead, Step, list_lines
from ledger.books.village import LogFounded, LogRefounded
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotFound, NotProven
from ledger.figures.journals import collect_steps
from ledger.figures.texts import Texts
from ledger.log.checkpoint import Checkpoint
from ledger.log.commitments import digest_disclosure, open_disclosure
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.receipt import format_fingerprint
from ledger.log.tree import EMPTY_FRONTIER, append_leaf, compute_root
from ledger.service.workbooks.voucher_tables import format_lines, write_lines
from ledger.state import Reference

BooksForm = Literal["beancount", "hledger", "csv", "xlsx"]
BOOKS_FORMS: tuple[BooksForm, ...] = get_args(BooksForm)
ENDINGS: dict[BooksForm, str] = {"beancount": "beancount", "hledger": "journal", "csv": "csv", "xlsx": "xlsx"}
"""How a file of each form is named at its end; programs go by it."""
TABLES: frozenset[BooksForm] = frozenset({"csv", "xlsx"})
"""The forms that hold a range of months; a journal says nothing without what was before."""
REPORT_EVERY = 256
"""Entries between two calls of the progress."""

_JOURNALS: dict[BooksForm, FormatSteps] = {"beancount": format_beancount, "hledger": format_hledger}


class Books(NamedTuple):
    """A log's books, to be written once. `steps` raises NotProven where the log does not prove what was read."""

    chart: Chart
    head: JournalHead
    steps: Iterator[Step]


def open_books(source: LogSource, reference: Reference, progress: Progress | None = None) -> Books:
    """Return the books of the log in `source` as far as its newest checkpoint signs them.

    NotProven where no checkpoint is signed by the source's key, or entry 0 founds no log of a chart that we know.
    """
    checkpoint = open_newest(source)
    entries = EntryReader(source, checkpoint.size)
    try:
        founding = entries.read_entry(0)
    except NotFound as error:
        raise NotProven("这份账本里没有第 0 条", code="books-unfounded") from error
    body = founding.body
    if not isinstance(body, LogFounded | LogRefounded):
        raise NotProven("这份账本的第 0 条不是立账", code="books-unfounded")
    head = JournalHead(
        chart=body.chart,
        fingerprint=format_fingerprint(checkpoint),
        origin=checkpoint.origin,
        size=checkpoint.size,
        village=founding.village,
    )
    chart = reference.charts[body.chart]
    proven = _iterate_proven(entries, checkpoint, progress)
    steps = collect_steps(
        proven, entries.read_entry, lambda index: _read_texts(source, index), chart, reference.charts
    )
    return Books(chart, head, steps)


def write_books(file: IO[bytes], form: BooksForm, books: Books, first: str = "", last: str = "") -> None:
    """Write the books in a form; a table has the months from `first` to `last` alone, empty for no bound."""
    if form == "xlsx":
        write_lines(file, list_lines(books.chart, books.steps, first, last))
    elif form == "csv":
        file.writelines(format_lines(list_lines(books.chart, books.steps, first, last)))
    else:
        file.writelines(piece.encode() for piece in _JOURNALS[form](books.head, books.chart, books.steps))


def _iterate_proven(
    entries: EntryReader, checkpoint: Checkpoint, progress: Progress | None
) -> Iterator[Entry]:
    """Yield every entry; NotProven at the first that is none or out of its place, and at the end where all of them do
    not give the signed root.
    """
    frontier = EMPTY_FRONTIER
    for index, data in enumerate(entries.iterate()):
        entry = parse_entry(data)
        if entry.index != index:
            raise NotProven(f"第 {index} 条自称第 {entry.index} 条", code="index-differs")
        frontier = append_leaf(frontier, hash_leaf(data))
        yield entry
        if progress is not None and (index % REPORT_EVERY == 0 or index + 1 == checkpoint.size):
            progress(index + 1, checkpoint.size)
    root = compute_root(frontier)
    if root != checkpoint.root:
        expected, found = format_hash(checkpoint.root), format_hash(root)
        raise NotProven(f"由记录算出的根哈希是 {found}，检查点签的是 {expected}", code="root-differs")


def _read_texts(source: LogSource, index: int) -> Texts:
    """Return the texts beside an entry by digest, each opened against it."""
    digests = ((digest_disclosure(text), text) for text in source.list_texts(index) if text.isascii())
    return {digest: open_disclosure(text, digest)[1] for digest, text in digests}.get
