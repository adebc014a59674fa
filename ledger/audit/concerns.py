"""What would be asked about a log's books from their first month on, for the report of an audit.

It is told beside the findings and counts as none: findings say whether the log is what was recorded, concerns what one
would ask about that.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import AskedConcern
from ledger.audit.meaning import MeaningReader
from ledger.evidence import DERIVING_ERRORS
from ledger.state import Reference, get_day
from ledger.state.concerns import list_concerns
from ledger.state.facts import BooksFacts, get_fact


def list_asked(
    meaning: MeaningReader, reference: Reference, now_ms: int, size: int
) -> tuple[AskedConcern, ...]:
    """Return what would be asked on the auditor's day; nothing of a log whose meaning could not be derived whole."""
    books = get_fact(meaning.facts, "books", BooksFacts)
    if meaning.examined < size or books is None:
        return ()
    try:
        return tuple(_iterate(meaning, reference, get_day(now_ms), books.first_period))
    except DERIVING_ERRORS:
        return ()  # An entry that ought not to stand there: a finding says so.


def _iterate(meaning: MeaningReader, reference: Reference, today: str, first: str) -> Iterator[AskedConcern]:
    for stand in list_concerns(meaning.facts, reference, meaning.find_text, first=first, today=today):
        concern, rule = stand.concern, stand.rule
        yield AskedConcern(
            acknowledged=stand.acknowledged,
            amount_fen=concern.amount_fen,
            entries=concern.entries,
            is_public=rule.is_public,
            key=concern.key,
            need_not_mean=rule.need_not_mean,
            rule=rule.code,
            said=concern.said,
            severity=rule.severity,
            since=concern.since,
            title=rule.title,
        )
