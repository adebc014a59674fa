"""Places in a register that is shown page by page."""

from __future__ import annotations

from ledger.errors import NotFound

_START_MAX_DIGITS = 5


def parse_start(text: str, what: str) -> int:
    """Return the place that a page starts from; NotFound, in the words of `what`, for what is none."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _START_MAX_DIGITS):
        raise NotFound(what)
    return int(text)


def name_start(folder: str, start: int) -> str:
    """Return the path of the page that starts from a place."""
    return f"{folder}?start={start}" if start > 0 else folder
