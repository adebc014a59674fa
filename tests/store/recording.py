"""Logs filled with small entries, for the tests of stores."""

from __future__ import annotations

import contextlib

from ledger.entries import Entry
from ledger.errors import Tampered
from ledger.ports import Ledger
from tests.builders import VILLAGE, Discloser, EntryChain, build_description, build_founding

Item = tuple[Entry, tuple[str, ...]]
"""An entry with its public disclosures."""


def make_items(count: int, village: str = VILLAGE, seed: str = "salts") -> list[Item]:
    """Return the founding and `count` - 1 descriptions."""
    chain, texts = EntryChain(village), Discloser(seed)
    items: list[Item] = [(chain.append(build_founding()), ())]
    items.extend((chain.append(build_description(texts)), texts.take_public()) for _ in range(count - 1))
    return items


def record(ledger: Ledger, items: list[Item], village: str = VILLAGE) -> None:
    """Append all items in one transaction."""
    with ledger.write(village) as writer:
        for entry, public in items:
            writer.append(entry, public)


def record_and_raise(ledger: Ledger, items: list[Item], error: BaseException) -> None:
    """Append all items, then let `error` end the transaction."""
    with ledger.write(VILLAGE) as writer:
        for entry, public in items:
            writer.append(entry, public)
        raise error


def record_and_swallow(ledger: Ledger, items: list[Item]) -> None:
    """Append all items and go on where one is refused, as a careless caller would."""
    with ledger.write(VILLAGE) as writer:
        for entry, public in items:
            with contextlib.suppress(Tampered):
                writer.append(entry, public)
