"""Who may do what, and which duties one person or one family may not hold together.

Both are data, `ledger/data/roles.toml`, so that whoever wants to know reads the very table that is obeyed. A role is
what somebody does in the program; an office is what they hold in the village besides. Both are duties.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, get_args

import msgspec

from ledger.books.values import Value
from ledger.errors import Fault

Role = Literal["clerk", "supervisor", "secretary", "township", "auditor"]
Office = Literal["committee", "director", "accountant", "cashier", "archivist", "jury"]
Duty = Role | Office
Who = Literal["public", "card", "clerk", "supervisor", "secretary", "township", "auditor", "operator"]
"""Whoever an action may be allowed to: roles, and those who have none."""

ROLES: tuple[Role, ...] = get_args(Role)
OFFICES: tuple[Office, ...] = get_args(Office)

MAKER_ROLES: tuple[Role, ...] = ("clerk",)
"""As what an entry's maker may have prepared it."""
ACKNOWLEDGER_ROLES: tuple[Role, ...] = ("auditor",)
"""As what somebody may have closed a concern with a reason: it is the auditor's word, another person passes it."""
CHECKER_ROLES: tuple[Role, ...] = ("supervisor", "secretary", "township")
"""As what its checkers may have passed it, in the order in which they are asked."""
CHECKERS_MAX = 5
"""Persons who pass one entry: the three whom limits ask for, and others where one's own household is concerned."""
SEALER_ROLES: tuple[Role, ...] = ("clerk", *CHECKER_ROLES)
"""As what somebody may have a sheet sealed: whoever acts for the village, since nothing is decided by it."""


class DutyRow(Value, frozen=True):
    """One duty: its Chinese name, whether it is a role, and whether signing in takes a second factor."""

    id: Duty
    is_role: bool
    name: str
    note: str
    second_factor: bool


class ActionRow(Value, frozen=True):
    """One thing that can be done, and who may."""

    allow: tuple[Who, ...]
    id: str
    title: str


class ApartRow(Value, frozen=True):
    """Duties of `one` and of `other` that the same person may not hold; with `kin`, nor two near relatives."""

    article: str  # e.g. 第三十七条; empty where it is our own proposal
    document: str
    kin: bool
    one: tuple[Duty, ...]
    other: tuple[Duty, ...]
    status: Literal["V", "R", "P"]
    why: str


class GrantRow(Value, frozen=True):
    """Who gives a role and who takes it back; `first` gives it while nobody of `give` has come in."""

    first: tuple[Role, ...]
    give: tuple[Role, ...]
    role: Role
    take: tuple[Role, ...]
    why: str


class RoleTable(Value, frozen=True):
    """The whole of `roles.toml`."""

    actions: Mapping[str, ActionRow]  # by id
    apart: tuple[ApartRow, ...]
    duties: Mapping[str, DutyRow]  # by id, in the file's order
    grants: Mapping[str, GrantRow]  # by role, of every role one

    def name(self, duty: str) -> str:
        """Return a duty's Chinese name."""
        return self.duties[duty].name

    def get_allowed(self, action: str) -> frozenset[Who]:
        """Return who may do `action`; KeyError for one that the table does not know: a programmer's mistake."""
        return frozenset(self.actions[action].allow)

    def list_givers(self, role: Role, present: Collection[str]) -> tuple[Role, ...]:
        """Return who gives a role in a village where those of `present` have come in, beside whom it is about. Where
        nobody of them is present either, the machine's operator gives it.
        """
        row = self.grants[role]
        return row.give if not set(row.give).isdisjoint(present) else row.first or row.give

    def list_takers(self, role: Role) -> tuple[Role, ...]:
        """Return who takes a role back at the desk."""
        return self.grants[role].take


class _File(Value, frozen=True):
    action: tuple[ActionRow, ...]
    apart: tuple[ApartRow, ...]
    duty: tuple[DutyRow, ...]
    grant: tuple[GrantRow, ...]


def parse_roles(text: str) -> RoleTable:
    """Read the TOML text of the table; raises ValueError naming what is wrong: the file is the program's own."""
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except msgspec.ValidationError as error:
        raise ValueError(f"roles: {error}") from error
    table = RoleTable(
        actions={row.id: row for row in found.action},
        apart=found.apart,
        duties={row.id: row for row in found.duty},
        grants={row.role: row for row in found.grant},
    )
    if len(table.actions) != len(found.action) or len(table.duties) != len(found.duty):
        raise ValueError("roles: an id stands there twice")
    known = [(row.id, row.is_role) for row in found.duty]
    if known != [*((role, True) for role in ROLES), *((office, False) for office in OFFICES)]:
        raise ValueError("roles: the duties are not those that the program knows")
    if [row.role for row in found.grant] != list(ROLES):
        raise ValueError("roles: not every role says once who gives it")
    may = table.get_allowed("duties.grant")
    for row in found.grant:
        if not row.give or not row.take or not may.issuperset((*row.give, *row.take, *row.first)):
            raise ValueError(f"roles: {row.role} is given or taken by nobody who may")
    return table


def check_duties(
    table: RoleTable, place: str, held: Collection[str], held_by_kin: Iterable[Collection[str]] = ()
) -> list[Fault]:
    """Return a fault for each rule that the duties of one person break, alone or with a near relative's.

    `held` are all duties that the person would have, `held_by_kin` those of each near relative.
    """
    faults = []
    kin = [frozenset(duties) for duties in held_by_kin]
    for row in table.apart:
        if _meet(row.one, row.other, held, held):
            faults.append(_build_apart(table, place, row, held, _ALONE))
        if row.kin and any(
            _meet(row.one, row.other, held, theirs) or _meet(row.one, row.other, theirs, held)
            for theirs in kin
        ):
            both = set(held).union(*kin)
            faults.append(_build_apart(table, place, row, both, _WITH_KIN))
    return faults


_ALONE, _WITH_KIN = "兼任", "与近亲属分别任"


def _meet(one: Iterable[str], other: Iterable[str], first: Collection[str], second: Collection[str]) -> bool:
    return any(duty in first for duty in one) and any(duty in second for duty in other)


def _build_apart(table: RoleTable, place: str, row: ApartRow, held: Collection[str], how: str) -> Fault:
    named = [table.name(duty) for duty in (*row.one, *row.other) if duty in held]
    return Fault(
        code="duties-apart",
        place=place,
        found=f"{how}{'、'.join(dict.fromkeys(named))}",
        expected=f"由不同的人担任（{row.document}{row.article}：{row.why}）",
        remedy="另选一个人，或先收回其中一项职责" if how == _ALONE else "另选一个没有这层亲属关系的人",
    )
