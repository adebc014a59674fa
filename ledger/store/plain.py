"""What the vault held before it was encrypted, brought over: once for each village, when its keys are first at hand.

Rows are encrypted and deleted in one transaction, so that a crash leaves them all as they were or none; the file is
then written anew. Asked again where nothing is left this does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Engine, bindparam, delete, select, update

from ledger.state.private import find_subject
from ledger.store.ciphertexts import (
    DISCLOSURE,
    HOUSEHOLD,
    MEMBER,
    OWN,
    PERSON,
    Value,
    begin_writing,
    clean,
    iterate_texts,
    needs_cleaning,
    note_cleaning,
)
from ledger.store.tables import disclosures, drafts, households, members, persons
from ledger.store.transactions import Transaction, begin_read
from ledger.vaults import Household, Member, Person, VaultKeys

_TABLES = (disclosures, households, members, persons)
_ALL = {table: select(table).where(table.c.village == bindparam("village")) for table in _TABLES}
_ANY = {table: statement.limit(1) for table, statement in _ALL.items()}
_DELETE = [delete(table).where(table.c.village == bindparam("in_village")) for table in _TABLES]
_TEXTS = select(drafts.c.draft, drafts.c.private).where(
    drafts.c.village == bindparam("village"), drafts.c.private != ""
)
_EMPTY = (
    update(drafts)
    .where(drafts.c.village == bindparam("in_village"), drafts.c.private != bindparam("kept"))
    .values(private="")
)


def encrypt_plain(engine: Engine, keys: VaultKeys, village: str) -> None:
    """Encrypt what of a village still is as it was, and make good what an earlier cleaning left."""
    with begin_read(engine, village) as transaction:
        is_plain = has_plain(transaction, village)
        is_dirty = needs_cleaning(transaction, village)
        subjects = {value.subject for value in _iterate(transaction, village)} if is_plain else set()
    if is_plain:
        # A backup from before may hold somebody who was erased since: what has no key is not kept.
        with begin_writing(engine, keys, village, subjects - keys.list_erased(village)) as view:
            # Another process may have been faster: what is read now is what is left.
            view.keep(_iterate(view.transaction, village), replace=False)
            for statement in _DELETE:
                view.transaction.run(statement, in_village=village)
            view.transaction.run(_EMPTY, in_village=village, kept="")
            note_cleaning(view.transaction, village)
    if is_plain or is_dirty:
        clean(engine, village)


def has_plain(transaction: Transaction, village: str) -> bool:
    """Whether anything of a village is not encrypted yet."""
    return any(
        transaction.fetch_one(statement, village=village) is not None
        for statement in (*_ANY.values(), _TEXTS)
    )


def _iterate(transaction: Transaction, village: str) -> Iterator[Value]:
    """Yield every row as the value that is kept of it from now on."""
    for _, digest, disclosure in transaction.fetch_all(_ALL[disclosures], village=village):
        yield Value(DISCLOSURE, digest, find_subject(disclosure) or OWN, disclosure.encode())
    for _, *columns in transaction.fetch_all(_ALL[households], village=village):
        yield _read_household(*columns)
    for _, member, branch, name, number in transaction.fetch_all(_ALL[members], village=village):
        record = Member(branch=branch, member=member, name=name, number=number)
        yield Value(MEMBER, member, member, msgspec.json.encode(record))
    for _, user, name, role in transaction.fetch_all(_ALL[persons], village=village):
        yield Value(
            PERSON, user, user, msgspec.json.encode(Person(name=name, roles=frozenset({role}), user=user))
        )
    for draft, private in transaction.fetch_all(_TEXTS, village=village):
        yield from iterate_texts(draft, private.split())


def _read_household(household: str, consents: str, group: int, name: str, number: str) -> Value:
    signed: Any = frozenset(consents.split())
    record = Household(consents=signed, group=group, household=household, name=name, number=number)
    return Value(HOUSEHOLD, household, household, msgspec.json.encode(record))
