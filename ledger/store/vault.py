"""Everything personal, by village, in a file of its own, each value encrypted for the one whom it is about.

The log holds digests; here is what they stand for. Losing the vault leaves every proof whole and every
household unnamed; leaking it tells pseudonyms and how much is kept of each, and with its keys names them. So nothing
here is copied into the ledger, a file name or the program's logger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from sqlalchemy import bindparam, delete, select, update

from ledger.errors import Fault, NotFound, Refused
from ledger.log.commitments import digest_disclosure
from ledger.state.private import find_subject
from ledger.store.cards import SqlCards
from ledger.store.ciphertexts import (
    DISCLOSURE,
    ERASURE,
    HOUSEHOLD,
    MEMBER,
    OWN,
    PERSON,
    UPLOAD,
    Value,
    drop_value,
)
from ledger.store.drafts import SqlDrafts
from ledger.store.received import SqlReceived
from ledger.store.reported import SqlReported
from ledger.store.tables import erasures
from ledger.store.transactions import begin_write
from ledger.store.unsent import SqlUnsent
from ledger.vaults import Erasure, Household, Member, Person

_TWO = select(erasures.c.subject, erasures.c.asked_by, erasures.c.agreed_by).where(
    erasures.c.village == bindparam("village")
)
_SET_TWO = (
    update(erasures)
    .values(asked_by=bindparam("asked"), agreed_by=bindparam("agreed"))
    .where(erasures.c.village == bindparam("in_village"), erasures.c.subject == bindparam("of"))
)
_DROP_TWO = delete(erasures).where(
    erasures.c.village == bindparam("in_village"), erasures.c.subject == bindparam("of")
)


class SqlVault(SqlCards, SqlDrafts, SqlReceived, SqlReported, SqlUnsent):
    """See `ledger.vaults.Vault`; drafts are in `drafts`, what is typed in `unsent`, objections that came in in
    `received`, reports in `reported`, what is about all in `opened`.
    """

    def add_person(self, village: str, person: Person) -> None:
        """Keep a person; the very same again changes nothing, ValueError for another under the same
        pseudonym.
        """
        with self._write(village, {person.user}) as view:
            known = view.find(PERSON, person.user)
            if known is None:
                view.keep([_make_value(PERSON, person.user, person)], replace=False)
            elif msgspec.json.decode(known, type=Person) != person:
                raise ValueError(f"{person.user} is somebody else")

    def replace_persons(self, village: str, persons: Sequence[Person]) -> None:
        """Keep what is true of persons now, all or none; NotFound where nobody has the pseudonym."""
        with self._write(village, {person.user for person in persons}) as view:
            for person in persons:
                if view.find(PERSON, person.user) is None:
                    raise NotFound(f"人员 {person.user}")
            view.keep([_make_value(PERSON, person.user, person) for person in persons], replace=True)

    def find_person(self, village: str, user: str) -> Person | None:
        with self._read(village) as view:
            found = view.find(PERSON, user)
        return None if found is None else msgspec.json.decode(found, type=Person)

    def list_persons(self, village: str) -> list[Person]:
        """Return a village's persons, by pseudonym."""
        with self._read(village) as view:
            return [msgspec.json.decode(found, type=Person) for _, found in view.iterate(PERSON)]

    def put_households(self, village: str, households_: Sequence[Household]) -> None:
        """Insert or replace by household id, all or none."""
        values = [_make_value(HOUSEHOLD, item.household, item) for item in households_]
        with self._write(village, {item.household for item in households_}) as view:
            view.keep(values, replace=True)

    def list_households(self, village: str) -> list[Household]:
        """Return a village's households, by number."""
        with self._read(village) as view:
            found = [msgspec.json.decode(found, type=Household) for _, found in view.iterate(HOUSEHOLD)]
        return sorted(found, key=lambda item: (item.number, item.household))

    def put_members(self, village: str, members_: Sequence[Member]) -> None:
        """Insert or replace by member id, all or none."""
        values = [_make_value(MEMBER, item.member, item) for item in members_]
        with self._write(village, {item.member for item in members_}) as view:
            view.keep(values, replace=True)

    def list_members(self, village: str) -> list[Member]:
        """Return a village's party members, by branch and number."""
        with self._read(village) as view:
            found = [msgspec.json.decode(found, type=Member) for _, found in view.iterate(MEMBER)]
        return sorted(found, key=lambda item: (item.branch, item.number, item.member))

    def keep_private(self, village: str, disclosures: Sequence[str]) -> None:
        """Keep disclosures under their digests, durably, all or none; keeping one again changes nothing."""
        values = [
            Value(DISCLOSURE, digest_disclosure(text), find_subject(text) or OWN, text.encode())
            for text in disclosures
        ]
        with self._write(village, {value.subject for value in values}) as view:
            view.keep(values, replace=False)

    def keep_drafted(self, village: str, draft_ids: Sequence[str]) -> dict[str, int]:
        """See `ledger.vaults.Vault`."""
        with self._write(village, ()) as view:
            return view.keep_drafted(draft_ids)

    def list_private(self, village: str, subject: str) -> list[str]:
        """Return the disclosures about one subject, by digest."""
        with self._read(village) as view:
            return [found.decode() for found in view.list_of(DISCLOSURE, subject)]

    def put_erasure(self, village: str, erasure: Erasure) -> None:
        """See `ledger.vaults.Vault`. It is under the village's own key: it outlives the subject's. Who asks and who
        agrees stand beside it in clear, where the database holds them to be two; what it refuses comes as Refused.
        """
        two = {"asked": erasure.asked_by, "agreed": erasure.agreed_by}
        with self._write(village, {OWN}) as view:
            try:
                if not view.transaction.run(_SET_TWO, in_village=village, of=erasure.subject, **two):
                    view.transaction.insert_rows(erasures, [(village, erasure.subject, *two.values())])
            except view.transaction.integrity_error as error:
                raise Refused([_make_two_fault()]) from error
            view.keep([Value(ERASURE, erasure.subject, OWN, msgspec.json.encode(erasure))], replace=True)

    def list_erasures(self, village: str) -> list[Erasure]:
        """Return the erasures that are asked for and not done, by subject. Who agreed counts only as the database has
        held it to be another than who asked.
        """
        with self._read(village) as view:
            held = {row[0]: row[1:] for row in view.transaction.fetch_all(_TWO, village=village)}
            found = [msgspec.json.decode(found, type=Erasure) for _, found in view.iterate(ERASURE)]
        return [
            item
            if held.get(item.subject) == (item.asked_by, item.agreed_by)
            else msgspec.structs.replace(item, agreed_at=0, agreed_by="")
            for item in found
        ]

    def drop_erasure(self, village: str, subject: str) -> None:
        """Forget that an erasure was asked for."""
        with begin_write(self._engine, village) as transaction:
            drop_value(transaction, village, ERASURE, subject)
            transaction.run(_DROP_TWO, in_village=village, of=subject)

    def put_upload(self, village: str, user: str, data: bytes) -> None:
        """Keep what somebody sent to look at before it is handed in, in place of what they sent before."""
        with self._write(village, {user}) as view:
            view.keep([Value(UPLOAD, user, user, data)], replace=True)

    def find_upload(self, village: str, user: str) -> bytes | None:
        with self._read(village) as view:
            return view.find(UPLOAD, user)

    def drop_upload(self, village: str, user: str) -> None:
        """Forget what somebody sent."""
        with begin_write(self._engine, village) as transaction:
            drop_value(transaction, village, UPLOAD, user)

    def find_private(self, village: str, digest: str) -> str | None:
        """Return the disclosure of a digest; whoever opens it checks it against the entry."""
        with self.read_private(village) as find:
            return find(digest)

    @contextmanager
    def read_private(self, village: str) -> Iterator[Callable[[str], str | None]]:
        """Open one view of a village's disclosures: to begin one takes longer than to find one."""
        with self._read(village) as view:

            def find(digest: str) -> str | None:
                found = view.find(DISCLOSURE, digest)
                return None if found is None else found.decode()

            yield find


def _make_two_fault() -> Fault:
    return Fault(
        code="erasure-refused",
        place="删除",
        found="同意的就是提出的人，或提出、同意的人换了",
        expected="一个人提出，另一个人同意",
        remedy="重新提出，再请另一位监督委员或村书记来同意",
    )


def _make_value(kind: str, name: str, record: Household | Member | Person) -> Value:
    return Value(kind, name, name, msgspec.json.encode(record))
