"""What a household agrees to, as agreements and withdrawals follow one another: the newest word on each decides.

An agreement gives consents to one version of the rulebook and takes none back; a withdrawal takes them back under every
version at once. Without the consent to be scored there is nothing to show and nobody to name: whoever withdraws it
withdraws the others with it. What one household says changes nothing of what another said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ledger.books.points import CONSENT_NAMES, Consent

Standing = Mapping[tuple[int, Consent], int]
"""A household's consents that are in force: by version and name the index of the entry that gave each."""


class Given(NamedTuple):
    """An agreement: the entry at index `at` gives consents under a version."""

    at: int
    consents: frozenset[Consent]
    version: int


class Taken(NamedTuple):
    """A withdrawal: the entry at index `at` takes consents back."""

    at: int
    consents: frozenset[Consent]


def follow_consents(standing: Standing, step: Given | Taken) -> Standing:
    """Return what is in force after an agreement or a withdrawal. What is given twice was given first."""
    if isinstance(step, Given):
        return {**{(step.version, name): step.at for name in step.consents}, **standing}
    taken = complete_withdrawn(step.consents)
    return {key: at for key, at in standing.items() if key[1] not in taken}


def complete_withdrawn(consents: Collection[Consent]) -> frozenset[Consent]:
    """Return what is withdrawn together with these: with the consent to be scored, all."""
    return frozenset(CONSENT_NAMES if "scoring" in consents else consents)


def list_withdrawn(standing: Standing, consents: Collection[Consent]) -> dict[int, tuple[Consent, ...]]:
    """Return what withdrawing takes of what is in force, by version; empty where it takes nothing."""
    taken = complete_withdrawn(consents)
    found: dict[int, list[Consent]] = {}
    for version, name in sorted(standing):
        if name in taken:
            found.setdefault(version, []).append(name)
    return {version: tuple(names) for version, names in found.items()}


def find_newest_version(standing: Standing, name: Consent) -> int:
    """Return the newest version under which a consent is in force; 0 for none."""
    return max((version for version, given in standing if given == name), default=0)
