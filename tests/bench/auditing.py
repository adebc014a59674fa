"""An audit of the log alone and of everything, against SHA-256 over the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ledger.audit import audit_log
from ledger.audit.entries import EntryReader
from ledger.audit.home import HomeReader
from ledger.audit.keys import open_newest
from ledger.audit.leaves import read_leaves
from ledger.audit.meaning import MeaningReader
from ledger.sources import open_home_log
from tests.bench.measuring import Row, compare, take_turns
from tests.bench.places import Place, Say
from tests.builders import VILLAGE

LOG_GOAL, BOOKS_GOAL = 4.5, 8.0


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of both audits of the place as it stands, as costs in bare hashing."""
    home, size = place.village.home, place.size
    with home.ledger.read(VILLAGE) as reader:
        data = list(reader.iterate_entries(0, size))

    def hash_all() -> None:
        sha256 = hashlib.sha256
        for item in data:
            sha256(item).digest()

    def audit_books() -> None:
        with open_home_log(home, VILLAGE) as source:
            report = audit_log(source, home.reference, now_ms=home.clock.now_ms())
            assert report.findings == (), report.findings[:3]

    sides = [lambda: _audit_bytes(place), audit_books, hash_all]
    by_log, by_books, bare = take_turns(sides, rounds, place.clock)
    say(f"{place.kind}: audited")
    common = {"place": place.kind, "size": size, "count": size, "direction": "cost"}
    yield compare(by_log, bare, job="audit of the log / bare SHA-256", goal=LOG_GOAL, **common)
    yield compare(by_books, bare, job="audit with every book / bare SHA-256", goal=BOOKS_GOAL, **common)


def _audit_bytes(place: Place) -> None:
    """Bytes, canonical form, chain, tree and the columns beside them; no book is derived."""
    home = place.village.home
    with open_home_log(home, VILLAGE) as source:
        checkpoint = open_newest(source)
        entries = EntryReader(source, checkpoint.size)
        leaves = read_leaves(source, entries, checkpoint, home.clock.now_ms())
        # A reader of meaning that was given no entry keeps the home's part to heads, log row and columns.
        unread = MeaningReader(source, home.reference, entries, [])
        findings = list(HomeReader(source, leaves, unread).list_findings(entries))
    assert (leaves.is_sound, len(leaves.proven), findings) == (True, place.size, []), findings[:3]
