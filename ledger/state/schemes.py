"""What the score facts say of a month: each branch's round, and the one scheme that all were held under."""

from __future__ import annotations

from ledger.books.scores import SchemeAdopted, SchemeItem, ScoreRound
from ledger.state.facts import EntryAt, Facts, ScoreMonth, find_in_force, get_fact, read_body, scan_facts

_NO_MONTH = ScoreMonth(parts=0, rounds=(), sealed_marks=0, sealed_points=0, stars=())


def get_score_month(facts: Facts, period: str, branch: int) -> ScoreMonth:
    """Return a branch's month, all zero where it held no round."""
    return get_fact(facts, f"score/{period}/{branch:02d}", ScoreMonth) or _NO_MONTH


def find_scheme(facts: Facts, period: str) -> SchemeAdopted | None:
    """Return a month's scheme: its rounds' if any was held, else the one in force; None without any."""
    for _, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
        version = read_body(facts, month.rounds[0], ScoreRound).version
        return next((scheme for scheme in list_schemes(facts) if scheme.version == version), None)
    at = find_in_force(facts, "scheme/", period, EntryAt)
    return None if at is None else read_body(facts, at.index, SchemeAdopted)


def list_schemes(facts: Facts) -> list[SchemeAdopted]:
    """Return every version of the scheme, the newest first."""
    known = [value for _, value in scan_facts(facts, "scheme/", EntryAt)]
    return [read_body(facts, value.index, SchemeAdopted) for value in reversed(known)]


def list_items(facts: Facts, version: int) -> dict[str, SchemeItem]:
    """Return the items of a version of the scheme by code; none of a version that there is not."""
    return {item.code: item for book in list_schemes(facts) if book.version == version for item in book.items}
