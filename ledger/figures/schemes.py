"""The schemes of each kind of subject with their months: every version, the newest of which is in force."""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.scores import SchemeAdopted, Subject
from ledger.books.values import get_previous_period
from ledger.state.facts import EntryAt, Facts, read_body, scan_facts
from ledger.state.schemes import key_versions

SUBJECTS: tuple[Subject, ...] = ("member", "branch", "secretary", "grid", "grid-worker")
"""In the order in which they are told."""


class SchemeVersion(NamedTuple):
    """A version of a subject's scheme. `until` is the last month (YYYY-MM) in which it is in force: empty while nothing
    follows it, before `since` where it was replaced before it ever was.
    """

    at: int  # index of its entry
    body: SchemeAdopted
    since: str
    until: str

    @property
    def was_in_force(self) -> bool:
        """Whether there is a month that it is for."""
        return not self.until or self.until >= self.since


def list_scheme_versions(facts: Facts, subject: Subject) -> list[SchemeVersion]:
    """Return every version of a subject's scheme, the newest first, which is in force."""
    found: list[SchemeVersion] = []
    until = ""
    for key, at in reversed(list(scan_facts(facts, key_versions(subject), EntryAt))):
        since = key.partition("/")[0]
        found.append(SchemeVersion(at.index, read_body(facts, at.index, SchemeAdopted), since, until))
        until = get_previous_period(since)
    return found
