"""Which roles somebody has, and which roles may do what, as `roles.toml` says."""

from __future__ import annotations

from ledger.books.roles import ROLES, Who
from ledger.data import load_roles
from ledger.desk import Account, Seat
from ledger.ports import Ports
from ledger.vaults import Person

OPERATOR = "operator"
"""No role of a village: its account acts in none."""

FACTOR_ROLES = frozenset({OPERATOR, *(role for role in ROLES if load_roles().duties[role].second_factor)})
"""Who needs a second factor."""


def list_roles(person: Person) -> frozenset[str]:
    """Return the roles of a person of a village."""
    return frozenset(person.roles)


def find_allowed_roles(action: str) -> frozenset[Who]:
    """Return the roles that may do something; ValueError for an action that the table does not know."""
    if action not in load_roles().actions:
        raise ValueError(f"no such action: {action}")
    return load_roles().get_allowed(action)


def find_roles(ports: Ports, account: Account, seat: Seat | None) -> frozenset[str]:
    """Return the roles that an account has on a seat, as the vault says now."""
    if account.is_operator:
        return frozenset({OPERATOR})
    person = ports.vault.find_person(seat.village, seat.person) if seat is not None else None
    return list_roles(person) if person is not None else frozenset()
