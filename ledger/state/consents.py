"""Who consents to what, replayed from agreements and withdrawals and whatever the vault still discloses.

A household that left took its disclosures along: it is in no list, and stays in the public counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.consents import Given, Standing, Taken, follow_consents, list_withdrawn
from ledger.books.points import CONSENT_NAMES, AgreementsSigned, Consent, ConsentsWithdrawn
from ledger.books.rounds import build_fault
from ledger.errors import Fault, NotProven
from ledger.state.facts import EntryAt, Facts, scan_facts
from ledger.state.private import Agreement, FindPrivate, Withdrawal, open_private, report_unproven


def list_consenting(
    facts: Facts, consent: Consent, version: int, before: int, find_private: FindPrivate
) -> frozenset[str]:
    """Return the households whose consent under a version is in force, by entries before index `before`.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    standings = read_standings(facts, before, find_private, version=version)
    return frozenset(household for household, one in standings.items() if (version, consent) in one)


def list_ever_scored(facts: Facts, version: int, before: int, find_private: FindPrivate) -> frozenset[str]:
    """Return the households that agreed to be scored under a version, also those that withdrew it since: what they
    earned is theirs. Raises as `list_consenting`.
    """
    steps = _iterate_steps(facts, before, find_private, version)
    return frozenset(
        household
        for household, step in steps
        if isinstance(step, Given) and step.version == version and "scoring" in step.consents
    )


def read_standings(
    facts: Facts, before: int, find_private: FindPrivate, *, version: int = 0
) -> dict[str, Standing]:
    """Return what is in force of each household by entries before index `before`; under one version, or all for 0.

    Raises NotProven as `list_consenting`.
    """
    standings: dict[str, Standing] = {}
    for household, step in _iterate_steps(facts, before, find_private, version):
        standings[household] = follow_consents(standings.get(household, {}), step)
    return standings


def list_withdrawals(facts: Facts, before: int, find_private: FindPrivate) -> dict[str, int]:
    """Return the newest entry before index `before` by which each household withdrew anything; what was agreed is not
    opened. Raises as `list_consenting`.
    """
    steps = _iterate_steps(facts, before, find_private, 0, "withdrawn/")
    return {household: step.at for household, step in steps}


def check_consents_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in what was given and taken back: of each household, in order."""
    standings: dict[str, Standing] = {}
    faults = []
    for _, at in scan_facts(facts, "registered/", EntryAt):
        body = facts.read_entry(at.index).body
        place = f"第 {at.index} 条"
        try:
            faults += check_next_consents(body, at.index, find_private, standings, place)
        except NotProven as error:
            faults += [report_unproven(place, error)] if isinstance(body, ConsentsWithdrawn) else []
    return faults


def check_next_consents(
    body: object, at: int, find_private: FindPrivate, standings: dict[str, Standing], place: str
) -> list[Fault]:
    """Return what is wrong with the agreements or the withdrawal of the entry at index `at`, after what is in force.

    `standings` are brought up to date. No fault names a household. Raises NotProven as `list_consenting`.
    """
    faults = []
    versions = body.versions if isinstance(body, ConsentsWithdrawn) else ()
    claimed = {item.version: item.consents for item in versions}
    for household, step in list(_open_steps(body, at, find_private, 0)):
        before = standings.get(household, {})
        if isinstance(step, Given):
            again = [
                name for name in CONSENT_NAMES if name in step.consents and (step.version, name) in before
            ]
            faults += [_build_again(place, name) for name in again]
        else:
            found = list_withdrawn(before, step.consents)
            faults += [_build_withdrawal(place, claimed, found)] if claimed != found else []
        standings[household] = follow_consents(before, step)
    return faults


def _iterate_steps(
    facts: Facts, before: int, find_private: FindPrivate, version: int, prefix: str = "registered/"
) -> Iterator[tuple[str, Given | Taken]]:
    for _, at in scan_facts(facts, prefix, EntryAt):
        if at.index < before:
            yield from _open_steps(facts.read_entry(at.index).body, at.index, find_private, version)


def _open_steps(
    body: object, at: int, find_private: FindPrivate, version: int
) -> Iterator[tuple[str, Given | Taken]]:
    """Yield what the households of an entry give or take, those that the vault still has; agreements to one version, to
    any for 0.
    """
    if isinstance(body, AgreementsSigned) and version in (0, body.version):
        for sealed in body.agreements:
            agreement = open_private(find_private, sealed.sealed, Agreement)
            if agreement is not None:
                given = frozenset(name for name in CONSENT_NAMES if getattr(agreement, name))
                yield agreement.household, Given(at, given, body.version)
    if isinstance(body, ConsentsWithdrawn):
        withdrawal = open_private(find_private, body.withdrawal.sealed, Withdrawal)
        if withdrawal is not None:
            yield withdrawal.household, Taken(at, frozenset(withdrawal.withdrawn))


def _build_again(place: str, name: Consent) -> Fault:
    return build_fault(
        "consent-again",
        f"{place}的积分契约",
        f"有一户已经{CONSENT_NAMES[name]}",
        "还没有同意，或已经撤回的",
        "同一版细则的同一项只登记一次；删去这一项",
    )


def _build_withdrawal(
    place: str, claimed: dict[int, tuple[Consent, ...]], found: dict[int, tuple[Consent, ...]]
) -> Fault:
    return build_fault(
        "private-withdrawal",
        f"{place}的撤回",
        _tell_versions(claimed),
        _tell_versions(found),
        "按隐私库和这一户签过的契约重新清点",
    )


def _tell_versions(versions: dict[int, tuple[Consent, ...]]) -> str:
    told = [
        f"第 {version} 版的{'、'.join(CONSENT_NAMES[name] for name in names)}"
        for version, names in versions.items()
    ]
    return "；".join(told) or "没有可撤回的"
