"""Everything that leaves as a workbook or as separated values: text stays text, and no cell starts a formula.

A spreadsheet program takes what begins with = + - @ for a formula where nothing says that it is text (finding F12).
A workbook says so for each cell; separated values cannot, so such a text begins with an apostrophe there.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter

_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?", re.ASCII)
_ACTING = ("=", "+", "-", "@", "|", "\t", "\r", "\n")
_UNSEEN = ("Z", "C")  # Blanks, and what has no width: programs look behind them.


def open_workbook(out: IO[bytes], *, is_long: bool = False) -> Any:
    """Return a workbook of xlsxwriter that writes to `out` once it is closed and turns no text into anything else.

    Cells are written with `write_string` and `write_number`, which say what they are. A long one keeps one row in
    memory and the others in a temporary file: its rows are written in order, each once.
    """
    options = {
        "constant_memory": is_long,
        "in_memory": not is_long,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    return xlsxwriter.Workbook(out, options)


def format_separated(rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return rows as separated values: UTF-8 with the mark by which spreadsheets know it, every cell in quotes."""
    return b"".join(iterate_separated(rows))


def iterate_separated(rows: Iterable[Sequence[str | int]]) -> Iterator[bytes]:
    """Yield the same row by row, however many there are."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow([disarm(str(value)) for value in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def disarm(text: str) -> str:
    """Return a text as it may stand in a cell of separated values: behind an apostrophe where it could act.

    A plain number, also a negative one, is left alone.
    """
    if _NUMBER.fullmatch(text):
        return text
    # Full-width ＝＋－＠ begin a formula too where the program speaks Chinese or Japanese.
    plain = unicodedata.normalize("NFKC", text)
    seen = next((place for place, one in enumerate(plain) if not _is_unseen(one)), 0)
    return f"'{text}" if plain[seen:].startswith(_ACTING) or text.startswith(_ACTING) else text


def _is_unseen(character: str) -> bool:
    return character not in _ACTING and unicodedata.category(character).startswith(_UNSEEN)
