"""Urns of secret ballots as files: `<village>-<number>.urn`, and beside each the key that no other place has.

| in `urns/` | what |
| --- | --- |
| `<village>-<number>.urn` | codes that are left and ballots, sorted, padded to one length, encrypted as a whole |
| `<village>-<number>.key` | 32 random bytes; with the village's own key of the vault they open it |
| `.lock` | whoever changes an urn holds it |

No database, also where the ledger is in a PostgreSQL: tables, journals and archives of a server remember the order in
which rows came. Here every vote writes the whole urn anew, so that its place on the disk, its length and its order are
the same whoever voted when; the bytes before are overwritten. A file takes its name in one step: a crash leaves the urn
before the vote or after it, and never a code that is gone without its ballot.

Nothing of this is in a backup: two copies, one before a vote and one after, would say which code brought which ballot.
At the close the key is overwritten first: whatever a disk still keeps of the file cannot be opened any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.disk import create_durably, overwrite, refuse_when_full, sync, write_part
from ledger.errors import NotFound, Tampered
from ledger.store.ciphertexts import OWN
from ledger.store.sealing import Place, seal, unseal
from ledger.urns import ChangeUrn, Urn
from ledger.vaults import VaultKeys

FOLDER = "urns"
URN_SUFFIX, KEY_SUFFIX, LOCK = ".urn", ".key", ".lock"
KEY_BYTES = 32
CODE_BYTES = 70
"""Of one code among others: a digest in hex with what stands around it."""
BALLOT_BYTES = 90
"""Of one ballot among others, with the most answers that there can be."""
ROOM_BYTES = 256
_KIND = "urn"
_SALT = b"mingbai urn v1\n"
_NAME = re.compile(r"[0-9]{12}-CP-2[0-9]{3}-[0-9]{3}", re.ASCII)


class FileUrns:
    """See `ledger.urns.Urns`. `keys` are the vault's: without them, and without its own key, no urn opens."""

    def __init__(self, folder: Path, keys: VaultKeys) -> None:
        self._folder = folder
        self._keys = keys

    def make(self, village: str, number: str, urn: Urn) -> bool:
        """See `ledger.urns.Urns`: the key is durable before anything is under it."""
        path = self._get_path(village, number)
        self._keys.make(village, {OWN})
        with refuse_when_full("存票箱的磁盘"), self._hold():
            if path.exists():
                return False
            key = path.with_suffix(KEY_SUFFIX)
            _destroy(key)  # Of one whose urn was never written.
            create_durably(key, os.urandom(KEY_BYTES))
            create_durably(path, self._seal(village, number, urn))
            sync(self._folder.parent)
        return True

    def find(self, village: str, number: str) -> Urn | None:
        """See `ledger.urns.Urns`."""
        path = self._get_path(village, number)
        if not path.exists():
            return None
        # What another puts in its place is overwritten: half of it must not be read.
        with self._hold(fcntl.LOCK_SH):
            return self._read(village, number)

    def _read(self, village: str, number: str) -> Urn | None:
        path = self._get_path(village, number)
        try:
            data = path.read_bytes()
            key = path.with_suffix(KEY_SUFFIX).read_bytes()
        except FileNotFoundError:
            return None
        plain = unseal(self._make_cipher(village, key), _place(village, number), data)
        try:
            return msgspec.json.decode(plain, type=Urn)
        except ValueError as error:
            raise Tampered(-1, expected="写进去时的票箱", found="读不成", subject=f"票箱 {number}") from error

    def list_numbers(self, village: str) -> list[str]:
        """See `ledger.urns.Urns`."""
        # One pattern for all villages: Python keeps every one that it has compiled.
        stems = [path.stem for path in self._folder.glob(f"*{URN_SUFFIX}")]
        return sorted(stem.partition("-")[2] for stem in stems if _is_of(village, stem))

    def change(self, village: str, number: str, change: ChangeUrn) -> bool:
        """See `ledger.urns.Urns`."""
        path = self._get_path(village, number)
        with refuse_when_full("存票箱的磁盘"), self._hold():
            found = self._read(village, number)
            changed = change(found) if found is not None else None
            if changed is None:
                return False
            _replace(path, self._seal(village, number, changed))
        return True

    def destroy(self, village: str, number: str) -> None:
        """See `ledger.urns.Urns`: a crash in between leaves what nobody can open, which the next try removes."""
        path = self._get_path(village, number)
        with self._hold():
            _destroy(path.with_suffix(KEY_SUFFIX))
            _destroy(path)

    def _seal(self, village: str, number: str, urn: Urn) -> bytes:
        key = self._get_path(village, number).with_suffix(KEY_SUFFIX).read_bytes()
        length = urn.issued * (CODE_BYTES + BALLOT_BYTES) + ROOM_BYTES
        # Blanks behind a value are nothing to a reader of JSON.
        plain = msgspec.json.encode(urn).ljust(length)
        assert len(plain) == length
        return seal(self._make_cipher(village, key), _place(village, number), plain)

    def _make_cipher(self, village: str, key: bytes) -> AESGCM:
        with self._keys.open(village) as opened:
            own = opened.find(OWN)
        assert own is not None
        return AESGCM(hashlib.sha256(_SALT + key + own).digest())

    def _get_path(self, village: str, number: str) -> Path:
        name = f"{village}-{number}"
        if not _NAME.fullmatch(name):
            raise NotFound(f"测评 {number}")
        return self._folder / f"{name}{URN_SUFFIX}"

    @contextlib.contextmanager
    def _hold(self, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        """Let nobody else change an urn meanwhile, in this process or another."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            if how == fcntl.LOCK_EX:
                # What a crash left of a vote that was never acknowledged.
                for part in self._folder.glob(".*.part"):
                    _destroy(part)
            yield
        finally:
            os.close(descriptor)


def _is_of(village: str, stem: str) -> bool:
    return _NAME.fullmatch(stem) is not None and stem.startswith(f"{village}-")


def _place(village: str, number: str) -> Place:
    return Place(village, _KIND, number, OWN)


def _replace(path: Path, data: bytes) -> None:
    """Put a whole file in another's place, and overwrite the bytes of that."""
    part = write_part(path, data)
    try:
        with path.open("r+b") as old:
            part.replace(path)
            sync(path.parent)
            overwrite(old)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _destroy(path: Path) -> None:
    """Overwrite a file and remove it; nothing where there is none."""
    try:
        with path.open("r+b") as file:
            overwrite(file)
    except FileNotFoundError:
        return
    path.unlink()
    sync(path.parent)
