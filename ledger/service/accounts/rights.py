"""Which roles somebody has, and which roles may do what."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.desk import Account, Seat
from ledger.ports import Person, Ports

FACTOR_ROLES = frozenset({"supervisor", "secretary", "township", "auditor", "operator"})
"""Who needs a second factor: everybody who can pass, change accounts or read everything. Clerks may have one."""

OPERATOR = "operator"
"""No role of a village: its account acts in none."""

_ALLOWED: Mapping[str, frozenset[str]] = {
    "draft.prepare": frozenset({"clerk"}),
    "draft.pass": frozenset({"supervisor", "secretary", "township"}),
    "people.grant": frozenset({"township"}),
    "account.manage": frozenset({"township"}),
    "log.read": frozenset({"supervisor", "secretary", "township", "auditor"}),
}


def list_roles(person: Person) -> frozenset[str]:
    """Return the roles of a person of a village."""
    return frozenset({person.role})


def find_allowed_roles(action: str) -> frozenset[str]:
    """Return the roles that may do something; ValueError for an action that nobody wrote down."""
    if action not in _ALLOWED:
        raise ValueError(f"no such action: {action}")
    return _ALLOWED[action]


def find_roles(ports: Ports, account: Account, seat: Seat | None) -> frozenset[str]:
    """Return the roles that an account has on a seat, as the vault says now."""
    if account.is_operator:
        return frozenset({OPERATOR})
    person = ports.vault.find_person(seat.village, seat.person) if seat is not None else None
    return list_roles(person) if person is not None else frozenset()
