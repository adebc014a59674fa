"""A vault's database and its keys together: views in which nothing is plain any more, and erasing."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Engine

from ledger.errors import NotFound
from ledger.store.ciphertexts import (
    View,
    begin_reading,
    begin_writing,
    clean,
    drop_subjects,
    has_subject,
    list_subjects,
    needs_cleaning,
)
from ledger.store.plain import encrypt_plain, has_plain
from ledger.store.transactions import begin_read
from ledger.vaults import VaultKeys

WHOLE_S = 60
"""How long a village counts as one all of whose keys are here, before that is looked up again: a look takes the longer
the more is kept, and anybody's form asks. What this process keeps has its key first.
"""
WHOLE_MAX = 1_000
"""Villages of which that is remembered."""


class SqlValues:
    """What of `ledger.vaults.Vault` is about all that it keeps. `is_copy` is for a database that is only read."""

    def __init__(self, engine: Engine, keys: VaultKeys, *, is_copy: bool = False) -> None:
        self._engine = engine
        self._is_copy = is_copy
        self._keys = keys
        self._lock = Lock()
        self._ready: set[str] = set()
        self._whole: dict[str, float] = {}

    def can_read(self, village: str) -> bool:
        """Whether private values can be read: their keys are here, and no person need be asked for a passphrase."""
        if not self._keys.is_at_hand:
            return False
        now_s = time.monotonic()
        if now_s - self._whole.get(village, -WHOLE_S) < WHOLE_S:
            return True
        is_whole = not self.list_locked(village)
        if is_whole:
            self._whole[village] = now_s
            while len(self._whole) > WHOLE_MAX:
                del self._whole[next(iter(self._whole))]
        return is_whole

    def erase_subject(self, village: str, subject: str) -> None:
        """Destroy a subject's key, then its rows, then what is left of them in the file.

        A crash after the first leaves rows that nobody can read, which are deleted when the vault is next opened.
        NotFound where nothing was ever kept about it.
        """
        self.make_ready(village)
        with begin_read(self._engine, village) as transaction:
            is_known = has_subject(transaction, village, subject)
        if not is_known and not self._keys.knows(village, subject):
            raise NotFound(f"村 {village} 隐私库里的 {subject}")
        self._keys.erase(village, subject)
        drop_subjects(self._engine, village, [subject])

    def list_erased(self, village: str) -> frozenset[str]:
        """Return the subjects that were erased."""
        return self._keys.list_erased(village)

    def list_locked(self, village: str) -> list[str]:
        """Return the subjects of whom something is kept and whose keys this home has not; asks for no passphrase."""
        with begin_read(self._engine, village) as transaction:
            subjects = list_subjects(transaction, village)
        return [subject for subject in subjects if not self._keys.knows(village, subject)]

    def drop_locked(self, village: str) -> None:
        """Give up what nobody can read any more."""
        drop_subjects(self._engine, village, self.list_locked(village))

    def is_plain(self, village: str) -> bool:
        """Whether something of a village is not encrypted yet; asks for no passphrase."""
        with begin_read(self._engine, village) as transaction:
            return has_plain(transaction, village)

    def make_ready(self, village: str, *, again: bool = False) -> None:
        """Encrypt what is from before the vault was, and finish what a crash interrupted: once a process, or `again`.

        Asks for a passphrase only where there is something to encrypt.
        """
        with self._lock:
            if self._is_copy or (village in self._ready and not again):
                return
            encrypt_plain(self._engine, self._keys, village)
            with begin_read(self._engine, village) as transaction:
                subjects = list_subjects(transaction, village)
            erased = self._keys.list_erased(village).intersection(subjects)
            if erased:
                drop_subjects(self._engine, village, sorted(erased))
            self._ready.add(village)

    def clean(self, village: str) -> bool:
        """Write the file anew; return whether nothing that was deleted can be left in it."""
        is_clean = clean(self._engine, village)
        with begin_read(self._engine, village) as transaction:
            return is_clean and not needs_cleaning(transaction, village)

    @contextmanager
    def _read(self, village: str) -> Iterator[View]:
        self.make_ready(village)
        with begin_reading(self._engine, self._keys, village) as view:
            yield view

    @contextmanager
    def _write(self, village: str, subjects: Collection[str]) -> Iterator[View]:
        self.make_ready(village)
        with begin_writing(self._engine, self._keys, village, subjects) as view:
            yield view
