"""What the score facts say of a month: each branch's round, the one scheme that all were held under, other schemes.

Of each kind of subject a village has one scheme at a time, whose versions count by themselves; rounds are of members.
"""

from __future__ import annotations

from ledger.books.scores import SchemeAdopted, SchemeItem, ScoreRound, Subject
from ledger.state.facts import EntryAt, Facts, ScoreMonth, find_in_force, get_fact, read_body, scan_facts

_NO_MONTH = ScoreMonth(parts=0, rounds=(), sealed_marks=0, sealed_points=0, stars=())


def get_score_month(facts: Facts, period: str, branch: int) -> ScoreMonth:
    """Return a branch's month, all zero where it held no round."""
    return get_fact(facts, f"score/{period}/{branch:02d}", ScoreMonth) or _NO_MONTH


def key_newest(subject: Subject) -> str:
    """Return the key of the newest scheme of a subject."""
    return "scheme" if subject == "member" else f"scheme-of/{subject}"


def key_versions(subject: Subject) -> str:
    """Return what the keys of all schemes of a subject begin with; month and version follow."""
    return "scheme/" if subject == "member" else f"scheme-in/{subject}/"


def find_scheme(facts: Facts, period: str) -> SchemeAdopted | None:
    """Return members' scheme of a month: its rounds' if any was held, else the one in force; None without any."""
    for _, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
        version = read_body(facts, month.rounds[0], ScoreRound).version
        return next((scheme for scheme in list_schemes(facts) if scheme.version == version), None)
    return find_scheme_in_force(facts, period, "member")


def find_scheme_in_force(facts: Facts, period: str, subject: Subject) -> SchemeAdopted | None:
    """Return the scheme of a subject that is in force in a month, None before the first."""
    at = find_in_force(facts, key_versions(subject), period, EntryAt)
    return None if at is None else read_body(facts, at.index, SchemeAdopted)


def list_schemes(facts: Facts, subject: Subject = "member") -> list[SchemeAdopted]:
    """Return every version of a subject's scheme, the newest first."""
    known = [value for _, value in scan_facts(facts, key_versions(subject), EntryAt)]
    return [read_body(facts, value.index, SchemeAdopted) for value in reversed(known)]


def list_items(facts: Facts, version: int) -> dict[str, SchemeItem]:
    """Return the items of a version of members' scheme by code; none of a version that there is not."""
    return {item.code: item for book in list_schemes(facts) if book.version == version for item in book.items}
