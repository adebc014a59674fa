"""Where a page of a long register begins: read from an address, and written into one."""

from __future__ import annotations

from ledger.errors import NotFound

_DIGITS_MAX = 5


def parse_start(text: str, what: str) -> int:
    """Return the place at which a page begins, 0 for the first; NotFound, naming `what`, where it is none."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotFound(what)
    return int(text)


def name_page(folder: str, start: int) -> str:
    """Return the address of the page that begins at a place."""
    return f"{folder}?start={start}" if start > 0 else folder
