"""The vault's one table of what is encrypted, and the views in which it is read and written.

| kind | name | what is encrypted |
| --- | --- | --- |
| `disclosure` | its digest | a disclosure behind an entry |
| `draft` | draft, number and digest, `d-…/000000/…` | a disclosure of a draft that waits |
| `reason` | the draft | why it was returned |
| `answers` | the draft | which returned draft it puts right, and why that one was returned |
| `erasure` | the subject | that somebody asks for its erasure, and who agrees |
| `card` | SHA-256 of what stands on it | which household's card that is |
| `objection` | its item | what an objection says that came in, as a disclosure |
| `report` | its item | what a villager reported by the page, with the photos |
| `upload` | who sent it | a file, or a sheet, about to be handed in |
| `unsent` | who types, the sheet and the state's number | a state of what was typed and not handed in |
| `household`, `member`, `person` | the pseudonym | the record of one |
| `cleaning` | empty | nothing: values were deleted, and their bytes may still be in the file |

A draft's disclosure is encrypted as the one that it becomes, so that recording copies rows and opens nothing: its row
is bound to its digest and its subject, and that it belongs to the draft is what the draft's own claim says. Of drafts
from before that the name has no digest; they are encrypted once more when they are recorded.

Lists and look-ups go by kind and name, erasing by subject. Keys are unwrapped when the first value of a subject is read
in a view, and forgotten with it; where nothing is read nobody is asked for a passphrase.

What is deleted is overwritten at once in a SQLite file, but not in its write-ahead log: the row `cleaning` stays until
both were written anew, so that a crash in between is made good when the vault is next opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, bindparam, delete, select

from ledger.log.commitments import DIGEST_CHARS, digest_disclosure
from ledger.state.private import find_subject
from ledger.store.engine import BUSY_ERRORS, open_migrating_engine
from ledger.store.sealing import Place, seal, unseal
from ledger.store.tables import ciphertexts
from ledger.store.transactions import Transaction, begin_read, begin_write
from ledger.vaults import SubjectKeys, VaultKeys

OWN = "village"
"""The subject of what is about nobody in particular."""

DISCLOSURE, DRAFT, HOUSEHOLD, MEMBER, PERSON = "disclosure", "draft", "household", "member", "person"
ANSWERS, ERASURE, REASON, UNSENT, UPLOAD = "answers", "erasure", "reason", "unsent", "upload"
CARD, OBJECTION, REPORT = "card", "objection", "report"
CLEANING = "cleaning"

_OF_VILLAGE = ciphertexts.c.village == bindparam("village")
_OF_KIND = ciphertexts.c.kind == bindparam("kind")
_FIND = select(ciphertexts.c.subject, ciphertexts.c.data).where(
    _OF_VILLAGE, _OF_KIND, ciphertexts.c.name == bindparam("name")
)
_LIST = (
    select(ciphertexts.c.name, ciphertexts.c.subject, ciphertexts.c.data)
    .where(
        _OF_VILLAGE,
        _OF_KIND,
        ciphertexts.c.name >= bindparam("first"),
        ciphertexts.c.name < bindparam("behind"),
    )
    .order_by(ciphertexts.c.name)
)
_LIST_OF = (
    select(ciphertexts.c.name, ciphertexts.c.subject, ciphertexts.c.data)
    .where(_OF_VILLAGE, ciphertexts.c.subject == bindparam("subject"), _OF_KIND)
    .order_by(ciphertexts.c.name)
)
_NAMES = (
    select(ciphertexts.c.name)
    .where(
        _OF_VILLAGE,
        _OF_KIND,
        ciphertexts.c.name >= bindparam("first"),
        ciphertexts.c.name < bindparam("behind"),
    )
    .order_by(ciphertexts.c.name)
)
_SUBJECTS = (
    select(ciphertexts.c.subject).distinct().where(_OF_VILLAGE, ciphertexts.c.kind != bindparam("kind"))
)
_HAS = select(ciphertexts.c.name).where(_OF_VILLAGE, ciphertexts.c.subject == bindparam("subject")).limit(1)
_DROP = delete(ciphertexts).where(
    ciphertexts.c.village == bindparam("in_village"), ciphertexts.c.subject == bindparam("of")
)
_DROP_RANGE = delete(ciphertexts).where(
    ciphertexts.c.village == bindparam("in_village"),
    ciphertexts.c.kind == bindparam("of_kind"),
    ciphertexts.c.name >= bindparam("first"),
    ciphertexts.c.name < bindparam("behind"),
)
_LAST = "\U0010ffff"
"""Behind every name: they are ASCII."""


class Value(NamedTuple):
    """A value about to be encrypted."""

    kind: str
    name: str
    subject: str
    plain: bytes


class View:
    """A transaction on one village's vault in which values are found, listed and kept."""

    def __init__(self, transaction: Transaction, village: str, keys: SubjectKeys) -> None:
        self._ciphers: dict[str, AESGCM | None] = {}
        self._keys = keys
        self._village = village
        self.transaction = transaction

    def find(self, kind: str, name: str) -> bytes | None:
        """Return a value; None where there is none, or its subject was erased. Tampered where it was altered."""
        row = self.transaction.fetch_one(_FIND, village=self._village, kind=kind, name=name)
        return None if row is None else self._open(kind, name, *row)

    def iterate(self, kind: str, start: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield names and values of a kind whose name begins with `start`, by name; without those erased."""
        rows = self.transaction.fetch_all(
            _LIST, village=self._village, kind=kind, first=start, behind=start + _LAST
        )
        for name, subject, data in rows:
            plain = self._open(kind, name, subject, data)
            if plain is not None:
                yield name, plain

    def list_of(self, kind: str, subject: str) -> list[bytes]:
        """Return the values of a kind about one subject, by name; none where it was erased."""
        rows = self.transaction.fetch_all(_LIST_OF, village=self._village, kind=kind, subject=subject)
        found = (self._open(kind, name, of, data) for name, of, data in rows)
        return [plain for plain in found if plain is not None]

    def list_names(self, kind: str, start: str) -> list[str]:
        """Return the names of a kind that begin with `start`, in order; takes no key."""
        rows = self.transaction.fetch_all(
            _NAMES, village=self._village, kind=kind, first=start, behind=start + _LAST
        )
        return [name for (name,) in rows]

    def keep(self, values: Iterable[Value], *, replace: bool) -> None:
        """Encrypt values whose subjects have keys. One that is there already is replaced, or left as it is."""
        rows = []
        for value in values:
            cipher = self._get_cipher(value.subject)
            if cipher is None:
                continue  # Of one who was erased.
            data = seal(cipher, self._place(value.kind, value.name, value.subject), value.plain)
            rows.append((self._village, value.kind, value.name, value.subject, data))
        keep = self.transaction.upsert_rows if replace else self.transaction.insert_new_rows
        keep(ciphertexts, rows)

    def keep_drafted(self, drafts: Iterable[str]) -> dict[str, int]:
        """Keep the texts of drafts as disclosures too, as they are encrypted; return of how many of each that holds."""
        rows, counts = [], {}
        for draft in drafts:
            first = name_text(draft)
            found = self.transaction.fetch_all(
                _LIST, village=self._village, kind=DRAFT, first=first, behind=first + _LAST
            )
            texts = [(_find_digest(name), subject, data) for name, subject, data in found]
            rows += [(self._village, DISCLOSURE, *text) for text in texts if text[0]]
            counts[draft] = sum(bool(digest) for digest, _, _ in texts)
        # In the order of the table's key: digests are random, and each would be written to a page of its own.
        self.transaction.insert_new_rows(ciphertexts, sorted(rows))
        return counts

    def _open(self, kind: str, name: str, subject: str, data: bytes) -> bytes | None:
        cipher = self._get_cipher(subject)
        return None if cipher is None else unseal(cipher, self._place(kind, name, subject), data)

    def _place(self, kind: str, name: str, subject: str) -> Place:
        """Return what a value is bound to: a draft's text to what it becomes."""
        digest = _find_digest(name) if kind == DRAFT else ""
        return Place(self._village, DISCLOSURE if digest else kind, digest or name, subject)

    def _get_cipher(self, subject: str) -> AESGCM | None:
        if subject not in self._ciphers:
            key = self._keys.find(subject)
            self._ciphers[subject] = AESGCM(key) if key is not None else None
        return self._ciphers[subject]


@contextmanager
def begin_reading(engine: Engine, keys: VaultKeys, village: str) -> Iterator[View]:
    """Open a consistent view of a village's values."""
    with keys.open(village) as opened, begin_read(engine, village) as transaction:
        yield View(transaction, village, opened)


@contextmanager
def begin_writing(engine: Engine, keys: VaultKeys, village: str, subjects: Collection[str]) -> Iterator[View]:
    """Open the one writing transaction on a village's values. Keys are durable before anything is under them."""
    if subjects:
        keys.make(village, subjects)
    with keys.open(village) as opened, begin_write(engine, village) as transaction:
        yield View(transaction, village, opened)


def drop_texts(transaction: Transaction, village: str, draft: str) -> None:
    """Delete what is kept of a draft's private texts; takes no key."""
    first = name_text(draft)
    transaction.run(_DROP_RANGE, in_village=village, of_kind=DRAFT, first=first, behind=first + _LAST)
    transaction.run(_DROP_RANGE, in_village=village, of_kind=REASON, first=draft, behind=first)


def drop_value(transaction: Transaction, village: str, kind: str, name: str) -> None:
    """Delete one value; takes no key."""
    transaction.run(_DROP_RANGE, in_village=village, of_kind=kind, first=name, behind=name + "\1")


def name_text(draft: str) -> str:
    """Return what the names of a draft's private texts begin with."""
    return f"{draft}/"


def iterate_texts(draft: str, texts: Iterable[str]) -> Iterator[Value]:
    """Yield a draft's private texts, in their order."""
    for number, text in enumerate(texts):
        name = f"{name_text(draft)}{number:06d}/{digest_disclosure(text)}"
        yield Value(DRAFT, name, find_subject(text) or OWN, text.encode())


def _find_digest(name: str) -> str:
    """Return the digest of a draft's text; empty of one from before names had it."""
    digest = name.rpartition("/")[2]
    return digest if len(digest) == DIGEST_CHARS else ""


def list_subjects(transaction: Transaction, village: str) -> list[str]:
    """Return every subject about whom something is kept."""
    return sorted(subject for (subject,) in transaction.fetch_all(_SUBJECTS, village=village, kind=CLEANING))


def has_subject(transaction: Transaction, village: str, subject: str) -> bool:
    """Whether anything is kept about a subject."""
    return transaction.fetch_one(_HAS, village=village, subject=subject) is not None


def drop_subjects(engine: Engine, village: str, subjects: Sequence[str]) -> None:
    """Delete all that is kept about some, so that no trace of it stays in a file."""
    with begin_write(engine, village) as transaction:
        for subject in subjects:
            transaction.run(_DROP, in_village=village, of=subject)
        note_cleaning(transaction, village)
    clean(engine, village)


def note_cleaning(transaction: Transaction, village: str) -> None:
    """Note that bytes of what was deleted may still be in the file."""
    transaction.insert_new_rows(ciphertexts, [(village, CLEANING, "", "", b"")])


def needs_cleaning(transaction: Transaction, village: str) -> bool:
    """Whether that was noted and not made good since."""
    return transaction.fetch_one(_FIND, village=village, kind=CLEANING, name="") is not None


def clean(engine: Engine, village: str) -> bool:
    """Write a SQLite file anew and empty its write-ahead log; return whether no other process kept it from that.

    In a PostgreSQL this is the administrator's: VACUUM FULL.
    """
    if engine.dialect.name == "sqlite" and not _rewrite(engine):
        return False
    with begin_write(engine, village) as transaction:
        transaction.run(_DROP_RANGE, in_village=village, of_kind=CLEANING, first="", behind=_LAST)
    return True


def _rewrite(engine: Engine) -> bool:
    rewriting = open_migrating_engine(engine)
    connection = rewriting.raw_connection()
    try:
        driver: Any = connection.driver_connection
        driver.execute("VACUUM")
        is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy
    except BUSY_ERRORS:
        return False  # Another process writes just now: the next time.
    finally:
        connection.close()
        rewriting.dispose()
