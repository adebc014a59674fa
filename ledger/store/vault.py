"""Everything personal, by village, in a file of its own that overwrites what is deleted.

The log holds digests; here is what they stand for. Losing the vault leaves every proof whole and every
household unnamed; leaking it names them. So nothing here is copied into the ledger, a file name or the
program's logger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, bindparam, delete, select

from ledger.errors import NotFound
from ledger.log.commitments import digest_disclosure
from ledger.ports import Household, Member, Person
from ledger.store.drafts import SqlDrafts
from ledger.store.tables import disclosures, households, kin, members, persons
from ledger.store.transactions import begin_read, begin_write

_PERSON_COLUMNS = (
    *(persons.c.person, persons.c.name, persons.c.roles),
    *(persons.c.household, persons.c.offices),
)
_PERSONS = (
    select(*_PERSON_COLUMNS).where(persons.c.village == bindparam("village")).order_by(persons.c.person)
)
_PERSON = select(*_PERSON_COLUMNS).where(
    persons.c.village == bindparam("village"), persons.c.person == bindparam("person")
)
_KIN = (
    select(kin.c.person, kin.c.other)
    .where(
        kin.c.village == bindparam("village"),
        (kin.c.person == bindparam("of")) | (kin.c.other == bindparam("of")),
    )
    .order_by(kin.c.person, kin.c.other)
)
_DROP_KIN = delete(kin).where(
    *(kin.c.village == bindparam("village"), kin.c.person == bindparam("person")),
    kin.c.other == bindparam("other"),
)
_HOUSEHOLDS = (
    select(
        *(households.c.household, households.c.consents, households.c.group_number),
        *(households.c.name, households.c.number),
    )
    .where(households.c.village == bindparam("village"))
    .order_by(households.c.number, households.c.household)
)
_MEMBERS = (
    select(members.c.member, members.c.branch, members.c.name, members.c.number)
    .where(members.c.village == bindparam("village"))
    .order_by(members.c.branch, members.c.number, members.c.member)
)
_DISCLOSURE = select(disclosures.c.disclosure).where(
    disclosures.c.village == bindparam("village"), disclosures.c.digest == bindparam("digest")
)


class SqlVault(SqlDrafts):
    """See `ledger.ports.Vault`; its drafts are in `drafts`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._engine = engine

    def add_person(self, village: str, person: Person) -> None:
        """Keep a person; the very same again changes nothing, ValueError for another under the same
        pseudonym.
        """
        with begin_write(self._engine, village) as transaction:
            row = transaction.fetch_one(_PERSON, village=village, person=person.user)
            if row is None:
                transaction.insert_rows(persons, [_make_person_row(village, person)])
            elif _make_person(row) != person:
                raise ValueError(f"{person.user} is somebody else")

    def replace_person(self, village: str, person: Person) -> None:
        """Keep what somebody's duties or household are now; NotFound where nobody has the pseudonym."""
        with begin_write(self._engine, village) as transaction:
            if transaction.fetch_one(_PERSON, village=village, person=person.user) is None:
                raise NotFound(f"人员 {person.user}")
            transaction.upsert_rows(persons, [_make_person_row(village, person)])

    def put_kin(self, village: str, user: str, other: str) -> None:
        """Keep that two persons are near relatives; again changes nothing. ValueError for one and the same."""
        if user == other:
            raise ValueError("nobody is their own relative")
        with begin_write(self._engine, village) as transaction:
            transaction.insert_new_rows(kin, [(village, *sorted((user, other)))])

    def drop_kin(self, village: str, user: str, other: str) -> None:
        """Forget that two persons are near relatives."""
        first, second = sorted((user, other))
        with begin_write(self._engine, village) as transaction:
            transaction.run(_DROP_KIN, village=village, person=first, other=second)

    def list_kin(self, village: str, user: str) -> list[str]:
        """Return the pseudonyms of somebody's near relatives."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(_KIN, village=village, of=user)
        return [other if person == user else person for person, other in rows]

    def find_person(self, village: str, user: str) -> Person | None:
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(_PERSON, village=village, person=user)
        return None if row is None else _make_person(row)

    def list_persons(self, village: str) -> list[Person]:
        """Return a village's persons, by pseudonym."""
        with begin_read(self._engine, village) as transaction:
            return [_make_person(row) for row in transaction.fetch_all(_PERSONS, village=village)]

    def put_households(self, village: str, households_: Sequence[Household]) -> None:
        """Insert or replace by household id, all or none."""
        rows = [
            (village, item.household, " ".join(sorted(item.consents)), item.group, item.name, item.number)
            for item in households_
        ]
        with begin_write(self._engine, village) as transaction:
            transaction.upsert_rows(households, rows)

    def list_households(self, village: str) -> list[Household]:
        """Return a village's households, by number."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(_HOUSEHOLDS, village=village)
        return [
            Household(
                consents=frozenset(consents.split()),
                group=group,
                household=household,
                name=name,
                number=number,
            )
            for household, consents, group, name, number in rows
        ]

    def put_members(self, village: str, members_: Sequence[Member]) -> None:
        """Insert or replace by member id, all or none."""
        rows = [(village, item.member, item.branch, item.name, item.number) for item in members_]
        with begin_write(self._engine, village) as transaction:
            transaction.upsert_rows(members, rows)

    def list_members(self, village: str) -> list[Member]:
        """Return a village's party members, by branch and number."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(_MEMBERS, village=village)
        return [
            Member(branch=branch, member=member, name=name, number=number)
            for member, branch, name, number in rows
        ]

    def keep_private(self, village: str, disclosures_: Sequence[str]) -> None:
        """Keep disclosures under their digests, durably, all or none; keeping one again changes nothing."""
        rows = [(village, digest_disclosure(disclosure), disclosure) for disclosure in disclosures_]
        with begin_write(self._engine, village) as transaction:
            transaction.insert_new_rows(disclosures, rows)

    def find_private(self, village: str, digest: str) -> str | None:
        """Return the disclosure of a digest; whoever opens it checks it against the entry."""
        with self.read_private(village) as find:
            return find(digest)

    @contextmanager
    def read_private(self, village: str) -> Iterator[Callable[[str], str | None]]:
        """Open one view of a village's disclosures: to begin one takes longer than to find one."""
        with begin_read(self._engine, village) as transaction:

            def find(digest: str) -> str | None:
                row = transaction.fetch_one(_DISCLOSURE, village=village, digest=digest)
                return None if row is None else str(row[0])

            yield find


def _make_person(row: tuple[Any, ...]) -> Person:
    user, name, roles, household, offices = row
    return Person(
        household=household,
        name=name,
        offices=frozenset(offices.split()),
        roles=frozenset(roles.split()),
        user=user,
    )


def _make_person_row(village: str, person: Person) -> tuple[Any, ...]:
    """Return the row in the order of the table's columns."""
    roles, offices = (" ".join(sorted(duties)) for duties in (person.roles, person.offices))
    return (village, person.user, person.name, roles, person.household, offices)
