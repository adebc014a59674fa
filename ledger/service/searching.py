"""Entries found by number, by amount, by month, by what their public texts say, and by whom a round is about.

By number and by amount the facts are asked, so that it costs the same however long the log; by month what the month's
facts name is read. Texts are kept under no such key: a search through them looks at a bounded stretch, says how far it
came and goes on from there. The stretch is what a village records in some ten years, so that a page with nothing on it
says that there is nothing; it is that long because only what holds the words is read as an entry. An index by words
would be a second place from which a text that is taken away, or a word of it, had to go.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ledger.books.sheets import SheetSealed
from ledger.books.values import get_previous_period
from ledger.books.vouchers import AccountsOpened, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.canonical import parse_entry
from ledger.entries import Body, Entry
from ledger.errors import NotProven
from ledger.evidence import list_public_digests, list_sealed_digests
from ledger.log.commitments import Json, open_disclosure, parse_disclosure
from ledger.ports import Ports, Reader
from ledger.state.amounts import PREFIX, key_amount, list_amounts
from ledger.state.facts import (
    BooksFacts,
    EntryAt,
    Facts,
    PeriodFacts,
    PointsMonth,
    ScoreMonth,
    SheetFacts,
    get_fact,
    scan_facts,
)
from ledger.state.private import SUBJECTS
from ledger.vaults import Draft

LOOKED_AT_MAX = 1_000
"""Facts that one search by amount reads."""
SCANNED_MAX = 20_000
"""Entries whose texts, or kinds, one search looks at: about a second."""
CHUNK_ENTRIES = 500
ROWS_MAX = 50
"""Results on one page."""
MONTHS_OF_PEOPLE = 12
"""Months whose rounds are looked through for a household or a member, where none is named."""

_VOUCHER = re.compile(r"(2[0-9]{3})-(0?[1-9]|1[0-2])-([0-9]{1,3})", re.ASCII)
_SHEET = re.compile(r"(2[0-9]{3}-(?:0[1-9]|1[0-2]))-([FPQSY])-([1-9][0-9]?)", re.ASCII | re.IGNORECASE)
_ORDINAL = re.compile(r"[0-9]{1,3}", re.ASCII)
_INDEX = re.compile(r"(?:(?:#|第 ?)(0|[1-9][0-9]{0,11})|([1-9][0-9]{3,11}))(?: ?条)?", re.ASCII)
"""An entry's index; a plain number of up to three digits is a voucher's."""

Takes = Callable[[Entry], bool]


@dataclass(frozen=True)
class Found:
    """Entries that were found, in order, and where a search goes on; `onward` is empty where it came to its end.

    `looked_at` counts the entries that a search through texts read.
    """

    entries: tuple[Entry, ...]
    looked_at: int = 0
    onward: str = ""


def fold_words(text: str) -> tuple[str, ...]:
    """Return the words of a search as they are compared: full and half width, upper and lower case are the same."""
    return tuple(_fold(text).split())


def is_number(text: str) -> bool:
    """Say whether a text could be the number of a voucher or a sheet, or an entry's index."""
    folded = _fold(text).strip()
    return any(form.fullmatch(folded) for form in (_VOUCHER, _SHEET, _INDEX, _ORDINAL))


def find_by_number(reader: Reader, text: str, month: str, this_month: str) -> list[Entry]:
    """Return the entries of a number as people write it: a voucher's, a sheet's, an entry's index.

    A number of up to three digits is a voucher's of `month` and, without one, of each of the last twelve months.
    """
    folded = _fold(text).strip()
    indexes: list[int] = []
    if sheet := _SHEET.fullmatch(folded):
        period, letter, ordinal = sheet[1], sheet[2].upper(), int(sheet[3])
        found = get_fact(reader.facts, f"sheet/{period}/{letter}/{ordinal:02d}", SheetFacts)
        indexes += [found.index] if found is not None else []
    if voucher := _VOUCHER.fullmatch(folded):
        number = f"{voucher[1]}-{int(voucher[2]):02d}-{int(voucher[3]):03d}"
        indexes += _find_voucher(reader.facts, number)
    if _ORDINAL.fullmatch(folded):
        for period in [month] if month else list_months_before(this_month, MONTHS_OF_PEOPLE):
            indexes += _find_voucher(reader.facts, f"{period}-{int(folded):03d}")
    if (index := _INDEX.fullmatch(folded)) and int(index[1] or index[2]) < reader.size:
        indexes.append(int(index[1] or index[2]))
    return [reader.facts.read_entry(index) for index in dict.fromkeys(indexes)]


def find_by_amount(reader: Reader, least_fen: int, most_fen: int, after: str, takes: Takes) -> Found:
    """Return entries with an amount in [least, most], small amounts first, that `takes` wants.

    `after` is where an earlier answer said to go on, empty to begin. One answer reads at most `LOOKED_AT_MAX` facts.
    """
    first = f"{PREFIX}{after}~" if after else key_amount(least_fen)
    rows = reader.list_facts(first, key_amount(most_fen + 1), LOOKED_AT_MAX)
    entries: dict[int, Entry] = {}
    for key, _value in rows:
        # An entry has several amounts: it is told once, at the smallest of them.
        index = int(key.rpartition("/")[2])
        if index in entries or _has_smaller(reader, index, least_fen, key):
            continue
        entry = reader.facts.read_entry(index)
        if takes(entry):
            entries[index] = entry
        if len(entries) == ROWS_MAX:
            is_last = key == rows[-1][0] and len(rows) < LOOKED_AT_MAX
            return Found(tuple(entries.values()), onward="" if is_last else key.removeprefix(PREFIX))
    onward = rows[-1][0].removeprefix(PREFIX) if len(rows) == LOOKED_AT_MAX else ""
    return Found(tuple(entries.values()), onward=onward)


def find_in_month(reader: Reader, month: str, before: int | None, takes: Takes) -> Found:
    """Return the entries of a month that `takes` wants, newest first; below the index `before` where it is given.

    A month has its vouchers, rounds, sheets, closing and what it adopted; the village's own settings are of none.
    """
    entries: list[Entry] = []
    indexes = [index for index in list_month(reader.facts, month) if before is None or index < before]
    for index in reversed(indexes):
        entry = reader.facts.read_entry(index)
        if takes(entry):
            entries.append(entry)
        if len(entries) == ROWS_MAX:
            return Found(
                tuple(entries), looked_at=len(indexes), onward=str(index) if index > indexes[0] else ""
            )
    return Found(tuple(entries), looked_at=len(indexes))


def find_downwards(
    reader: Reader, before: int | None, takes: Takes, *, kind: str = "", words: Sequence[str] = ()
) -> Found:
    """Return entries that `takes` wants, newest first, of at most `SCANNED_MAX` below the index `before`.

    What is not of `kind`, where one is named, or has not every one of `words`, is not even read as an entry.
    """
    stop = reader.size if before is None else min(before, reader.size)
    least = max(0, stop - SCANNED_MAX)
    entries: list[Entry] = []
    for entry in _iterate_down(reader, least, stop, kind, words):
        if takes(entry):
            entries.append(entry)
        if len(entries) == ROWS_MAX:
            return Found(tuple(entries), stop - entry.index, str(entry.index) if entry.index else "")
    return Found(tuple(entries), stop - least, str(least) if least else "")


def make_text_filter(reader: Reader, words: Sequence[str], takes: Takes) -> Takes:
    """Return what takes the entries whose public texts hold every word, besides what `takes` asks."""

    def matches(entry: Entry) -> bool:
        return takes(entry) and has_words(_list_texts(reader, entry), words)

    return matches


def has_words(texts: Collection[str], words: Sequence[str]) -> bool:
    """Say whether every word, folded by `fold_words`, stands in one of the texts."""
    folded = [_fold(text) for text in texts]
    return all(any(word in text for text in folded) for word in words)


def list_strings(value: Json) -> list[str]:
    """Return the texts within a disclosed value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in list_strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in list_strings(part)]
    return []


def list_month(facts: Facts, month: str) -> list[int]:
    """Return the indexes of a month's entries, ascending."""
    found = {at.index for _, at in scan_facts(facts, f"voucher/{month}-", EntryAt)} | list_rounds(
        facts, month
    )
    period = get_fact(facts, f"period/{month}", PeriodFacts)
    found |= {period.closed} if period is not None and period.closed else set()
    found |= {sheet.index for _, sheet in scan_facts(facts, f"sheet/{month}/", SheetFacts)}
    books = get_fact(facts, "books", BooksFacts)
    found |= {books.opened} if books is not None and books.first_period == month else set()
    # A correction of points stands in the facts of both months, its own and the one that it corrects.
    corrections = {at.index for _, at in scan_facts(facts, f"points-correction/{month}/", EntryAt)}
    return sorted(found | {index for index in corrections if facts.read_entry(index).period == month})


def list_rounds(facts: Facts, month: str) -> set[int]:
    """Return the indexes of a month's rounds of points and of scores."""
    points = get_fact(facts, f"points/{month}", PointsMonth)
    scores = [
        index for _, score in scan_facts(facts, f"score/{month}/", ScoreMonth) for index in score.rounds
    ]
    return {*scores, *(points.rounds if points is not None else ())}


def list_months_before(this_month: str, count: int) -> list[str]:
    """Return this month and those before it, newest first."""
    months = [this_month]
    while len(months) < count:
        months.append(get_previous_period(months[-1]))
    return months


def find_about(
    ports: Ports, reader: Reader, village: str, subjects: Collection[str], months: Sequence[str]
) -> list[tuple[Entry, dict[str, int]]]:
    """Return the rounds of these months in which a household or a member stands, with the lines that each has.

    `subjects` are pseudonyms. What the vault has no more is about nobody.
    """
    found = []
    with ports.vault.read_private(village) as find_private:
        for month in months:
            for index in sorted(list_rounds(reader.facts, month), reverse=True):
                entry = reader.facts.read_entry(index)
                lines = dict.fromkeys(subjects, 0)
                for digest in list_sealed_digests(entry.body):
                    about = _find_about(find_private(digest), digest)
                    if about in lines:
                        lines[about] += 1
                if any(lines.values()):
                    found.append((entry, {name: count for name, count in lines.items() if count}))
    return found


def list_draft_texts(draft: Draft) -> list[str]:
    """Return the public texts of a draft; what is private of it is not looked through."""
    texts = []
    for disclosure in draft.public:
        try:
            texts += list_strings(parse_disclosure(disclosure)[1])
        except NotProven:
            continue  # Told where the draft itself is opened.
    return texts


def list_entry_amounts(body: Body) -> tuple[int, ...]:
    """Return the amounts in fen by which an entry's body is found; nothing for one without postings."""
    if isinstance(body, AccountsOpened | VoucherRecorded | VoucherReversed | VoucherReplaced):
        return list_amounts(body.postings)
    return ()


def name_number(body: Body) -> str:
    """Return the number that people know a body by, empty for one without."""
    return (
        body.number
        if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced | SheetSealed)
        else ""
    )


def is_numbered(number: str, text: str) -> bool:
    """Say whether a voucher's number is the one that somebody wrote, whole or its last digits."""
    folded = _fold(text).strip()
    if voucher := _VOUCHER.fullmatch(folded):
        return number == f"{voucher[1]}-{int(voucher[2]):02d}-{int(voucher[3]):03d}"
    return bool(_ORDINAL.fullmatch(folded)) and number[8:] == f"{int(folded):03d}"


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _find_voucher(facts: Facts, number: str) -> list[int]:
    at = get_fact(facts, f"voucher/{number}", EntryAt)
    return [at.index] if at is not None else []


def _has_smaller(reader: Reader, index: int, least_fen: int, key: str) -> bool:
    """Say whether an entry stands in the range under a smaller amount too, where it was told."""
    amount_fen = int(key.split("/")[1])
    amounts = list_entry_amounts(reader.facts.read_entry(index).body)
    return any(least_fen <= other < amount_fen for other in amounts)


def _iterate_down(reader: Reader, start: int, stop: int, kind: str, words: Sequence[str]) -> Iterator[Entry]:
    """Yield the entries in [start, stop), newest first, that may be of the kind and hold the words."""
    named = f'"kind":"{kind}"'.encode() if kind else b""  # An entry has one spelling.
    while stop > start:
        least = max(start, stop - CHUNK_ENTRIES)
        if words:
            indexes = sorted(_find_worded(reader, least, stop, words), reverse=True)
            found: Iterator[bytes] = (reader.get_entry_bytes(index) for index in indexes)
        else:
            found = reversed(list(reader.iterate_entries(least, stop)))
        yield from (parse_entry(data) for data in found if named in data)
        stop = least


def _find_worded(reader: Reader, start: int, stop: int, words: Sequence[str]) -> Iterator[int]:
    """Yield the indexes in [start, stop) whose texts hold every word, as they are stored: nothing is proven here."""
    texts: dict[int, list[str]] = defaultdict(list)
    for row in reader.list_stored_texts(start, stop):
        try:
            texts[row.index] += list_strings(parse_disclosure(row.disclosure)[1])
        except NotProven:
            continue  # As below.
    yield from (index for index, found in texts.items() if has_words(found, words))


def _list_texts(reader: Reader, entry: Entry) -> list[str]:
    """Return the public texts of an entry that are still there."""
    if not list_public_digests(entry.body):
        return []
    texts = []
    for row in reader.list_stored_texts(entry.index, entry.index + 1):
        try:
            texts += list_strings(open_disclosure(row.disclosure, row.digest)[1])
        except NotProven:
            continue  # A spoilt text is an audit's finding; a search goes on without it.
    return texts


def _find_about(disclosure: str | None, digest: str) -> str:
    """Return whom a private value is about; empty where it was erased."""
    if disclosure is None:
        return ""
    try:
        value = open_disclosure(disclosure, digest)[1]
    except NotProven:
        return ""
    named = [value[name] for name in SUBJECTS if name in value] if isinstance(value, dict) else []
    return str(named[0]) if named else ""
