"""What the points facts say of a month: its round, its rulebook, the consents to it."""

from __future__ import annotations

from ledger.books.points import PointsRound, Rule, RulebookAdopted
from ledger.state.facts import (
    AgreementFacts,
    Facts,
    HouseholdFacts,
    PointsMonth,
    RulebookFacts,
    find_in_force,
    get_fact,
    read_body,
    scan_facts,
)

_NO_MONTH = PointsMonth(households=0, parts=0, rounds=(), sealed_awards=0, sealed_points=0)
_NO_AGREEMENTS = AgreementFacts(display=0, naming=0, scoring=0)


def get_points_month(facts: Facts, period: str) -> PointsMonth:
    """Return a month's facts, all zero where nothing happened in it."""
    return get_fact(facts, f"points/{period}", PointsMonth) or _NO_MONTH


def get_agreements(facts: Facts, version: int) -> AgreementFacts:
    """Return the consents to a version of the rulebook, all zero before the first."""
    return get_fact(facts, f"agreements/{version:04d}", AgreementFacts) or _NO_AGREEMENTS


def count_households(facts: Facts) -> int:
    """Return how many households are registered."""
    known = get_fact(facts, "households", HouseholdFacts)
    return known.households if known else 0


def find_rulebook(facts: Facts, period: str) -> RulebookAdopted | None:
    """Return a month's rulebook: its round's if one was held, else the one in force; None without any."""
    month = get_points_month(facts, period)
    if month.rounds:
        version = read_body(facts, month.rounds[0], PointsRound).version
        versions = scan_facts(facts, "rulebook/", RulebookFacts)
        known = next((known for _, known in versions if known.version == version), None)
    else:
        known = find_in_force(facts, "rulebook/", period, RulebookFacts)
    return None if known is None else read_body(facts, known.index, RulebookAdopted)


def find_version(facts: Facts, period: str) -> int:
    """Return the version of a month's rulebook, 0 without any."""
    rulebook = find_rulebook(facts, period)
    return rulebook.version if rulebook is not None else 0


def list_rulebooks(facts: Facts) -> list[RulebookAdopted]:
    """Return every version of the rulebook, the newest first."""
    known = [value for _, value in scan_facts(facts, "rulebook/", RulebookFacts)]
    return [read_body(facts, value.index, RulebookAdopted) for value in reversed(known)]


def list_rules(facts: Facts, version: int) -> dict[str, Rule]:
    """Return the rules of a version of the rulebook by code; none of a version that there is not."""
    return {
        rule.code: rule for book in list_rulebooks(facts) if book.version == version for rule in book.rules
    }
