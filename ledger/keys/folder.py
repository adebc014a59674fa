"""The folder of key files: `keys/<village>.key`, and beside it `keys/<village>.<key id>.key` for a key that takes over.

What is written is durable before anything names it: a new file is whole, synced and read back before it gets its
name, and the folder is synced after. The same holds when a plain key is put under a passphrase: only then are the old
bytes overwritten. (A disk may keep a copy of overwritten blocks all the same: a key that ever lay open on one is
best rotated.)
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Literal

from ledger.disk import overwrite, sync, write_part
from ledger.errors import Fault, NotFound, NotProven, Refused
from ledger.keys.key_file import (
    Cost,
    KeyFile,
    PlainKey,
    ProtectedKey,
    TokenKey,
    format_protected,
    format_token,
    open_protected,
    parse_key_file,
    protect_seed,
)
from ledger.keys.passphrase import Passphrases
from ledger.keys.token import Token
from ledger.limits import KEY_FILE_MAX_BYTES
from ledger.log.keys import (
    ED25519_NOTE,
    Signer,
    VerifierKey,
    format_signing_key,
    format_verifier_key,
    make_signer,
    parse_verifier_key,
)
from ledger.log.note import format_note, sign_note

Protection = Literal["passphrase", "token", "plain"]


class KeySigner:
    """A `ports.Signer` over a key file; it asks for what protects the key when it first signs."""

    def __init__(self, folder: KeyFolder, path: Path, file: KeyFile) -> None:
        self._file = file
        self._folder = folder
        self.path = path

    @property
    def origin(self) -> str:
        """The key's name, which is the log's origin."""
        return self._file.key.name

    @property
    def protection(self) -> Protection:
        """What keeps the key from whoever copies the file."""
        if isinstance(self._file, PlainKey):
            return "plain"
        return "token" if isinstance(self._file, TokenKey) else "passphrase"

    @property
    def verifier_key(self) -> str:
        return format_verifier_key(self._file.key)

    def unlock(self) -> None:
        """Make ready to sign; raises Refused where passphrase or token cannot be had or are wrong."""
        self._folder.open_signer(self._file)

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the raw signature under a message; what may be signed is for the caller to know."""
        return self._folder.open_signer(self._file).sign_bytes(message)

    def sign_note(self, text: str) -> bytes:
        return format_note(text, [sign_note(text, self._folder.open_signer(self._file))])


class KeyFolder:
    """The folder of key files. `token` is None where this home keeps its keys in files; `cost` is for new ones."""

    def __init__(
        self,
        folder: Path,
        passphrases: Passphrases | None = None,
        token: Token | None = None,
        cost: Cost | None = None,
    ) -> None:
        self._cost = cost
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: dict[VerifierKey, Signer] = {}
        self.passphrases = passphrases or Passphrases()
        self.token = token

    def create(self, village: str, origin: str, seed: bytes, passphrase: str = "") -> KeySigner:
        """Make a village's first key, durably; where it has one, that is returned and left as it is.

        From 32 secret bytes under a passphrase, plain where that is empty; in the token, which draws its own, where
        this home has one.
        """
        path = self._folder / f"{village}.key"
        if not path.exists():
            file, data = self._make(origin, seed, passphrase)
            with contextlib.suppress(FileExistsError):  # Another process was faster: theirs is the key.
                self._write(path, data, file)
        return self._read(path)

    def add(self, village: str, origin: str, seed: bytes, passphrase: str = "") -> KeySigner:
        """Make one more key of a village, durably, beside those it has: the one that is to take over."""
        file, data = self._make(origin, seed, passphrase)
        path = self._folder / f"{village}.{file.key.key_id.hex()}.key"
        self._write(path, data, file)
        return self._read(path)

    def list_villages(self) -> list[str]:
        """Return the villages of which a key is here, by code."""
        return sorted({path.name.partition(".")[0] for path in self._folder.glob("*.key")})

    def list_signers(self, village: str) -> list[KeySigner]:
        """Return every key of a village that is here, the first one's file first."""
        # Not by a pattern of the village: Python keeps every pattern that it has compiled, and a county has many.
        names = os.listdir(self._folder) if self._folder.is_dir() else ()
        found = [name for name in names if name.startswith(f"{village}.") and name.endswith(".key")]
        return [self._read(self._folder / name) for name in sorted(found, key=lambda name: (len(name), name))]

    def get_signer(self, village: str, verifier_key: str = "") -> KeySigner:
        """Return the key named; without a name the village's only one. NotFound where this home has it not."""
        if verifier_key:
            key_id = _read_key_id(village, verifier_key)
            paths = [self._folder / f"{village}.key", self._folder / f"{village}.{key_id}.key"]
            signers = [self._read(path) for path in paths if path.exists()]
            signers = [signer for signer in signers if signer.verifier_key == verifier_key]
        else:
            signers = self.list_signers(village)
        if len(signers) != 1:
            raise NotFound(f"村 {village} 的签名私钥")
        return signers[0]

    @property
    def protection(self) -> Protection:
        """How this home keeps its log keys; what else of it is secret is kept alike."""
        if self.token is not None:
            return "token"
        return "passphrase" if self._list_protected() else "plain"

    def ask_passphrase(self, title: str) -> str:
        """Return what is to protect a further secret of this home: the passphrase that opens a log key here, a new one
        where a token keeps those, and none where they lie open. Raises Refused where it cannot be had or is wrong.
        """
        if self.token is not None:
            return self.passphrases.choose(title)
        files = self._list_protected()
        for passphrase in self.passphrases.iterate(title) if files else ():
            for file in files:
                with contextlib.suppress(NotProven):
                    open_protected(file, passphrase)
                    return passphrase
        if files:
            raise Refused([_build_wrong(title)])
        return ""

    def _list_protected(self) -> list[ProtectedKey]:
        files = [parse_key_file(_read_bytes(path)) for path in sorted(self._folder.glob("*.key"))]
        return [file for file in files if isinstance(file, ProtectedKey)]

    def protect(self, village: str, verifier_key: str, passphrase: str) -> None:
        """Put a plain key, or one under another passphrase, under this one, in its place.

        A crash leaves the old file or the new one, each whole.
        """
        signer = self.get_signer(village, verifier_key)
        file = parse_key_file(_read_bytes(signer.path))
        if isinstance(file, TokenKey):
            return
        seed = self._take_seed(file)
        protected = protect_seed(signer.origin, seed, passphrase, self._cost)
        with signer.path.open("r+b") as old:
            self._replace(signer.path, format_protected(protected), seed, passphrase)
            # The name stands for the new file now: these are the old bytes, which nobody can open any more.
            overwrite(old)

    def destroy(self, village: str, verifier_key: str) -> None:
        """Overwrite and remove a key's file, and delete it from the token. Nobody signs with it any more."""
        signer = self.get_signer(village, verifier_key)
        file = parse_key_file(_read_bytes(signer.path))
        if isinstance(file, TokenKey):
            self._get_token(file).destroy_key(file.identity)
        with signer.path.open("r+b") as old:
            overwrite(old)
        signer.path.unlink()
        sync(self._folder)
        self._opened.pop(file.key, None)

    def open_signer(self, file: KeyFile) -> Signer:
        """Return what signs for a file, unlocked once a process."""
        if isinstance(file, PlainKey):
            return file.signer
        with self._lock:
            if file.key not in self._opened:
                self._opened[file.key] = self._unlock(file)
            return self._opened[file.key]

    def _unlock(self, file: ProtectedKey | TokenKey) -> Signer:
        if isinstance(file, TokenKey):
            return Signer(file.key, self._get_token(file).open_key(file.identity))
        return make_signer(file.key.name, self._take_seed(file))

    def _take_seed(self, file: ProtectedKey | PlainKey) -> bytes:
        if isinstance(file, PlainKey):
            return file.seed
        title = f"私钥 {file.key.name}"
        for passphrase in self.passphrases.iterate(title):
            with contextlib.suppress(NotProven):
                return open_protected(file, passphrase)
        raise Refused([_build_wrong(title)])

    def _get_token(self, file: TokenKey) -> Token:
        if self.token is None:
            raise Refused([_build_no_token(file.key.name)])
        return self.token

    def _make(self, origin: str, seed: bytes, passphrase: str) -> tuple[KeyFile, bytes]:
        if self.token is not None:
            identity, public_key = self.token.create_key()
            file = TokenKey(VerifierKey(origin, ED25519_NOTE, public_key), identity)
            return file, format_token(file)
        if passphrase:
            protected = protect_seed(origin, seed, passphrase, self._cost)
            return protected, format_protected(protected)
        text = format_signing_key(origin, seed) + "\n"
        return parse_key_file(text.encode()), text.encode()

    def _read(self, path: Path) -> KeySigner:
        return KeySigner(self, path, parse_key_file(_read_bytes(path)))

    def _write(self, path: Path, data: bytes, file: KeyFile) -> None:
        """Write a new file whole; FileExistsError where the name is taken."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = write_part(path, data)
        try:
            if parse_key_file(_read_bytes(part)) != file:
                raise OSError(f"{part.name} reads back otherwise")
            os.link(part, path)
        finally:
            part.unlink()
        # The name must be as durable as the bytes: an entry will name this key for ever.
        sync(self._folder)

    def _replace(self, path: Path, data: bytes, seed: bytes, passphrase: str) -> None:
        """Put other bytes in a file's place once they are shown to hold the same key."""
        part = write_part(path, data)
        try:
            written = parse_key_file(_read_bytes(part))
            if not isinstance(written, ProtectedKey) or open_protected(written, passphrase) != seed:
                raise OSError(f"{part.name} reads back otherwise")
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync(self._folder)


def _read_key_id(village: str, verifier_key: str) -> str:
    try:
        return parse_verifier_key(verifier_key).key_id.hex()
    except NotProven as error:
        raise NotFound(f"村 {village} 的签名私钥") from error


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(KEY_FILE_MAX_BYTES + 1)


def _build_wrong(title: str) -> Fault:
    return Fault(
        code="key-passphrase",
        place=title,
        found="口令打不开",
        expected="设这把私钥时的口令",
        remedy="再试一次；口令没错的，是文件坏了，从保管处取回备份",
    )


def _build_no_token(origin: str) -> Fault:
    return Fault(
        code="token-unset",
        place=f"私钥 {origin}",
        found="存在令牌里，没有写是哪个令牌",
        expected="mingbai.toml 里有 [pkcs11]",
        remedy="在 mingbai.toml 的 [pkcs11] 里写好 module、token、key",
    )
