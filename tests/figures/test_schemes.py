"""Versions of schemes with their months, each kind of subject by itself."""

from __future__ import annotations

from ledger.figures.schemes import list_scheme_versions
from tests.state.test_assessments import AssessmentLedger


def live() -> AssessmentLedger:
    ledger = AssessmentLedger()
    ledger.adopt("branch-stars", "2026-01")
    ledger.adopt("branch-stars", "2026-04", version=2)
    ledger.adopt("branch-stars", "2026-07", version=3)
    ledger.adopt("branch-stars", "2026-07", version=4)
    ledger.adopt("secretary-stars", "2026-06")
    return ledger


def test_each_version_is_in_force_until_the_next_one_of_its_subject() -> None:
    ledger = live()

    versions = list_scheme_versions(ledger.facts, "branch")

    assert [(one.body.version, one.since, one.until, one.was_in_force) for one in versions] == [
        (4, "2026-07", "", True),
        (3, "2026-07", "2026-06", False),
        (2, "2026-04", "2026-06", True),
        (1, "2026-01", "2026-03", True),
    ]
    assert ledger.facts.read_entry(versions[0].at).body == versions[0].body
    assert [one.since for one in list_scheme_versions(ledger.facts, "secretary")] == ["2026-06"]
    assert list_scheme_versions(ledger.facts, "grid") == []
