"""Names of the other sides of a bank's lines, hidden where the bank repeats them in what a line was for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ledger.books.people import mask_name

SHORTEST = 2
"""Characters of a name: a single one stands in too many other words."""


class Names:
    """Names by their first characters, each list from long to short."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        folded = {_fold(name) for name in names}
        for name in sorted(folded, key=lambda name: (-len(name), name)):
            if len(name) >= SHORTEST:
                self._by_start.setdefault(name[:SHORTEST], []).append(name)

    def hide(self, text: str) -> str:
        """Return a text with each of the names masked, whatever blanks stand in them; at one place the longest."""
        text = unicodedata.normalize("NFKC", text)
        places = [at for at, letter in enumerate(text) if not letter.isspace()]
        folded = "".join(text[at] for at in places)
        parts, copied, at = [], 0, 0
        while at < len(folded):
            names = self._by_start.get(folded[at : at + SHORTEST], ())
            name = next((name for name in names if folded.startswith(name, at)), "")
            if name:
                parts += [text[copied : places[at]], mask_name(name)]
                copied = places[at + len(name) - 1] + 1
            at += len(name) or 1
        return "".join((*parts, text[copied:]))


def _fold(name: str) -> str:
    """Return a name as it is compared: one form of each letter, without blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split())
