"""The vault's keys as files in `keys/`: `home.vault`, the vault key, and `<village>.vault`, a village's keys.

They are the one thing that a copy of the vault is worth nothing without. So they are in no database and in no backup:
an erased subject's key is gone from here, and with it everything about the subject in every copy of the vault.

A new key is durable before anything is encrypted with it. Files are replaced whole, the old bytes overwritten. Several
processes of one home take turns by a lock; one that only reads notices by the file that another was put in its place.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.disk import overwrite, sync, write_part
from ledger.errors import Fault, NotProven, Refused
from ledger.keys.folder import KeyFolder
from ledger.keys.key_file import Cost
from ledger.keys.vault_file import (
    PlainVaultKey,
    ProtectedVaultKey,
    VaultKeyFile,
    VillageFile,
    format_vault_key,
    format_village_file,
    make_wrapping_key,
    name_data_key,
    name_village_key,
    open_vault_key,
    parse_vault_key,
    parse_village_file,
    protect_vault_key,
    unwrap,
    wrap,
)

SUFFIX = ".vault"
LOCK = f".lock{SUFFIX}"
VAULT_KEY = f"home{SUFFIX}"
TITLE = "隐私库的钥匙"
FILES_MAX = 256
"""Villages whose keys, wrapped, are at hand without reading their file: a county has more, each with some kilobytes."""

_Seen = tuple[int, int, int]


class VaultKeyFolder:
    """See `ledger.ports.VaultKeys`. A new vault key is protected as `log_keys` are; `cost` is of guessing it."""

    def __init__(self, folder: Path, log_keys: KeyFolder | None = None, cost: Cost | None = None) -> None:
        self._cost = cost
        self._files: dict[str, tuple[_Seen, VillageFile]] = {}
        self._files_lock = threading.Lock()
        self._folder = folder
        self._is_held = False
        self._key: bytes | None = None
        self._lock = threading.RLock()
        self._log_keys = log_keys or KeyFolder(folder)

    @property
    def protection(self) -> Literal["none", "passphrase", "plain"]:
        """What keeps the vault key from whoever copies its file; `none` where it is not made yet."""
        file = self._find_key_file()
        if file is None:
            return "none"
        return "plain" if isinstance(file, PlainVaultKey) else "passphrase"

    @property
    def is_at_hand(self) -> bool:
        """Whether the vault can be read without asking a person."""
        if self._key is not None or self._log_keys.passphrases.is_told:
            return True
        kept = self.protection
        return kept == "plain" or (kept == "none" and self._log_keys.protection == "plain")

    def create(self, passphrase: str) -> None:
        """Make the home's vault key, durably, plain where the passphrase is empty; one that is there stays."""
        with self._hold():
            if self._find_key_file() is not None:
                return
            self._refuse_lost()
            key = make_wrapping_key()
            self._write(VAULT_KEY, format_vault_key(self._protect(key, passphrase)))
            self._key = key

    def protect(self, passphrase: str) -> None:
        """Put the vault key under this passphrase, in place of none or another. Nothing where there is no key."""
        with self._hold():
            if self._find_key_file() is not None:
                self._write(VAULT_KEY, format_vault_key(self._protect(self._unlock(), passphrase)))

    @contextlib.contextmanager
    def open(self, village: str) -> Iterator[OpenedKeys]:
        """Give a village's data keys, unwrapped one by one as they are asked for, and forgotten at the end."""
        opened = OpenedKeys(self, village)
        try:
            yield opened
        finally:
            opened.forget()

    def make(self, village: str, subjects: Collection[str]) -> None:
        """Have a data key for every subject, durably; Refused naming those that were erased."""
        file = self.find_file(village)
        if file is not None and all(subject in file.subjects for subject in subjects):
            return
        with self._hold():
            vault_key = self._unlock()
            file = self.find_file(village) or _make_file(village, vault_key)
            erased = sorted({*subjects} & {*file.erased})
            if erased:
                raise Refused(_build_erased(subject) for subject in erased)
            village_key = self.open_village_key(file)
            made = {
                subject: wrap(
                    make_wrapping_key(), village_key, name_data_key(village, file.generation, subject)
                )
                for subject in sorted({*subjects} - file.subjects.keys())
            }
            self._write_village(msgspec.structs.replace(file, subjects=file.subjects | made))

    def erase(self, village: str, subject: str) -> None:
        """Destroy a subject's data key for good and put the others under a new village key. Again changes nothing."""
        with self._hold():
            file = self.find_file(village) or _make_file(village, self._unlock())
            if subject not in file.erased:
                self._rewrap(file, subject)

    def rotate(self, village: str) -> int:
        """Put a village's data keys under a new village key, the old one destroyed; return which one it is."""
        with self._hold():
            file = self.find_file(village) or _make_file(village, self._unlock())
            return self._rewrap(file, "")

    def knows(self, village: str, subject: str) -> bool:
        """Whether a subject has a data key here, or had one that was destroyed."""
        file = self.find_file(village)
        return file is not None and (subject in file.subjects or subject in file.erased)

    def list_erased(self, village: str) -> frozenset[str]:
        """Return the subjects whose key was destroyed."""
        file = self.find_file(village)
        return frozenset(file.erased if file is not None else ())

    def list_files(self) -> list[Path]:
        """Return the files that make up the vault's keys."""
        return sorted(self._folder.glob(f"[!.]*{SUFFIX}"))

    def list_files_of(self, folder: Path) -> list[Path]:
        """Return the files that make up the keys in a copy of them, or in a home."""
        source = folder / "keys" if (folder / "keys").is_dir() else folder
        return sorted(source.glob(f"[!.]*{SUFFIX}"))

    def copy_to(self, folder: Path) -> str:
        """Put a copy of the keys into a folder, in place of an older one; return what tells it from another."""
        with self._hold():
            names = {path.name for path in self.list_files()}
            strange = [path for path in folder.glob(f"[!.]*{SUFFIX}") if path.name not in names]
            if strange:
                raise Refused(_build_other(path) for path in sorted(strange))
            for name in sorted(names):
                _replace(folder / name, _read_bytes(self._folder / name))
            return self.digest()

    def digest(self) -> str:
        """Return the SHA-256 over all the files: it changes with every key that is made or destroyed."""
        whole = hashlib.sha256()
        for path in self.list_files():
            whole.update(
                hashlib.sha256(path.name.encode()).digest() + hashlib.sha256(_read_bytes(path)).digest()
            )
        return whole.hexdigest()

    def take_from(self, folder: Path) -> None:
        """Take over the keys of another folder, or of the home that it is, into this one, which has none."""
        for path in self.list_files_of(folder):
            self._write(path.name, _read_bytes(path))

    def find_file(self, village: str) -> VillageFile | None:
        """Return a village's file as it is now, its keys wrapped; Refused for one that is spoilt."""
        path = self._folder / f"{village}{SUFFIX}"
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        kept = self._files.get(village)
        if kept is None or kept[0] != seen:
            try:
                kept = seen, parse_village_file(_read_bytes(path))
            except NotProven as error:
                raise Refused([_build_spoilt(path, error)]) from error
            with self._files_lock:
                self._files[village] = kept
                if len(self._files) > FILES_MAX:
                    del self._files[next(iter(self._files))]
        return kept[1]

    def open_village_key(self, file: VillageFile) -> bytes:
        """Return a village's key, asking for a passphrase where the vault key takes one and nobody was asked yet."""
        try:
            return unwrap(file.wrapped, self._unlock(), name_village_key(file.village, file.generation))
        except NotProven as error:
            raise Refused([_build_spoilt(self._folder / f"{file.village}{SUFFIX}", error)]) from error

    def _unlock(self) -> bytes:
        """Return the vault key, unlocked once a process; made now where this home is from before there was one."""
        with self._lock:
            if self._key is None and self._find_key_file() is None:
                self._refuse_lost()
                self.create(self._log_keys.ask_passphrase(TITLE))
            if self._key is None:  # Made before, or by another process just now.
                file = self._find_key_file()
                assert file is not None
                self._key = file.key if isinstance(file, PlainVaultKey) else self._ask(file)
            return self._key

    def _ask(self, file: ProtectedVaultKey) -> bytes:
        for passphrase in self._log_keys.passphrases.iterate(TITLE):
            with contextlib.suppress(NotProven):
                return open_vault_key(file, passphrase)
        raise Refused([_build_wrong()])

    def _protect(self, key: bytes, passphrase: str) -> VaultKeyFile:
        return protect_vault_key(key, passphrase, self._cost) if passphrase else PlainVaultKey(key)

    def _rewrap(self, file: VillageFile, erased: str) -> int:
        vault_key, old = self._unlock(), self.open_village_key(file)
        village, generation, new = file.village, file.generation + 1, make_wrapping_key()
        try:
            subjects = {
                subject: wrap(
                    unwrap(wrapped, old, name_data_key(village, file.generation, subject)),
                    new,
                    name_data_key(village, generation, subject),
                )
                for subject, wrapped in file.subjects.items()
                if subject != erased
            }
        except NotProven as error:
            raise Refused([_build_spoilt(self._folder / f"{village}{SUFFIX}", error)]) from error
        self._write_village(
            VillageFile(
                erased=tuple(sorted({*file.erased, erased} - {""})),
                generation=generation,
                subjects=subjects,
                village=village,
                wrapped=wrap(new, vault_key, name_village_key(village, generation)),
            )
        )
        return generation

    def _find_key_file(self) -> VaultKeyFile | None:
        path = self._folder / VAULT_KEY
        try:
            return parse_vault_key(_read_bytes(path))
        except FileNotFoundError:
            return None
        except NotProven as error:
            raise Refused([_build_spoilt(path, error)]) from error

    def _refuse_lost(self) -> None:
        """A vault key that is gone must not be followed by a new one: what it opened would be lost unnoticed."""
        if strays := self.list_files():
            raise Refused([_build_lost(strays[0])])

    def _write_village(self, file: VillageFile) -> None:
        self._write(f"{file.village}{SUFFIX}", format_village_file(file))

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(self._folder / name, data)

    @contextlib.contextmanager
    def _hold(self) -> Iterator[None]:
        """Let nobody else change these files meanwhile, in this process or another."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock, contextlib.ExitStack() as stack:
            if not self._is_held:
                descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._is_held = True
                stack.callback(setattr, self, "_is_held", False)
            yield


class OpenedKeys:
    """The data keys of one village while a view of its vault is open."""

    def __init__(self, folder: VaultKeyFolder, village: str) -> None:
        self._file: VillageFile | None = None
        self._folder = folder
        self._keys: dict[str, bytes] = {}
        self._village = village
        self._village_key: tuple[int, AESGCM] | None = None

    def find(self, subject: str) -> bytes | None:
        """Return a subject's data key; None where it was destroyed. Refused where this home has it not."""
        if subject not in self._keys:
            file = self._file
            if file is None or subject not in file.subjects:  # Made since, or destroyed.
                file = self._file = self._folder.find_file(self._village)
            if file is not None and subject in file.erased:
                return None
            if file is None or subject not in file.subjects:
                raise Refused([_build_missing(self._village, subject)])
            self._keys[subject] = self._unwrap(file, subject)
        return self._keys[subject]

    def forget(self) -> None:
        """Keep no key any longer than the view is open."""
        self._keys.clear()
        self._file = self._village_key = None

    def _unwrap(self, file: VillageFile, subject: str) -> bytes:
        if self._village_key is None or self._village_key[0] != file.generation:
            self._village_key = file.generation, AESGCM(self._folder.open_village_key(file))
        meaning = name_data_key(self._village, file.generation, subject)
        try:
            return unwrap(file.subjects[subject], self._village_key[1], meaning)
        except NotProven as error:
            raise Refused([_build_spoilt(Path(f"{self._village}{SUFFIX}"), error)]) from error


def _make_file(village: str, vault_key: bytes) -> VillageFile:
    wrapped = wrap(make_wrapping_key(), vault_key, name_village_key(village, 1))
    return VillageFile(generation=1, subjects={}, village=village, wrapped=wrapped)


def _replace(path: Path, data: bytes) -> None:
    """Put a whole file in another's place, and overwrite the bytes of that."""
    part = write_part(path, data)
    try:
        if _read_bytes(part) != data:
            raise OSError(f"{part.name} reads back otherwise")
        with contextlib.ExitStack() as stack:
            old = stack.enter_context(path.open("r+b")) if path.exists() else None
            os.replace(part, path)
            sync(path.parent)
            if old is not None:
                overwrite(old)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _read_bytes(path: Path) -> bytes:
    return path.read_bytes()


def _build_erased(subject: str) -> Fault:
    return Fault(
        code="subject-erased",
        place=f"{subject} 的隐私内容",
        found="已删除",
        expected="没有删除过的",
        remedy="删除了的不再登记；同一户、同一人又要登记的，用新的编号",
    )


def _build_missing(village: str, subject: str) -> Fault:
    return Fault(
        code="vault-key-missing",
        place=f"村 {village} 的隐私库",
        found=f"没有 {subject} 的钥匙",
        expected=f"keys 文件夹里有最新的 {VAULT_KEY} 和 {village}{SUFFIX}",
        remedy="从钥匙副本或原机器的 keys 文件夹放回这两个文件",
    )


def _build_lost(path: Path) -> Fault:
    return Fault(
        code="vault-key-lost",
        place=TITLE,
        found=f"有 {path.name}，没有 {VAULT_KEY}",
        expected="两个都在",
        remedy=f"从钥匙副本放回 {VAULT_KEY}；找不回的，隐私内容再也读不出：备份以后用 mingbai restore --accept 恢复",
    )


def _build_spoilt(path: Path, error: NotProven) -> Fault:
    return Fault(
        code="vault-key-file",
        place=f"钥匙文件 {path.name}",
        found=error.reason,
        expected="本程序写的、与另一个配套的",
        remedy=f"从钥匙副本放回 {VAULT_KEY} 和各村的 {SUFFIX} 文件，要同一次抄的",
    )


def _build_other(path: Path) -> Fault:
    return Fault(
        code="vault-copy-other",
        place=f"文件夹 {path.parent}",
        found=f"有 {path.name}，这个账本文件夹里没有",
        expected="空文件夹，或这个账本文件夹以前的钥匙副本",
        remedy="换一个文件夹；每个账本文件夹的钥匙副本各放各的",
    )


def _build_wrong() -> Fault:
    return Fault(
        code="key-passphrase",
        place=TITLE,
        found="口令打不开",
        expected="设这把钥匙时的口令，多半与签名私钥的相同",
        remedy="再试一次；口令没错的，是文件坏了，从钥匙副本放回",
    )
