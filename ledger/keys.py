"""The log keys of a home: one file a village, `keys/<village>.key`, mode 0600.

A file holds one line, a signed-note signing key (`PRIVATE+KEY+<origin>+…`). Trusted for: signing heads. Its loss:
the log can go on only under a new origin. Its forgery or theft: whoever holds it can sign another history, which every
printed sheet and every kept head then contradicts.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import NotFound
from ledger.log.keys import Signer, format_signing_key, format_verifier_key, parse_signing_key
from ledger.log.note import format_note, sign_note


class FileSigner:
    """A `ports.Signer` over a key read from a file."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    @property
    def origin(self) -> str:
        """The key's name, which is the log's origin."""
        return self._signer.key.name

    @property
    def verifier_key(self) -> str:
        return format_verifier_key(self._signer.key)

    def sign_note(self, text: str) -> bytes:
        return format_note(text, [sign_note(text, self._signer)])


class KeyFolder:
    """The folder of key files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, village: str, origin: str, seed: bytes) -> FileSigner:
        """Write a new key file from 32 secret bytes, durably; an existing one is read and left as it is."""
        path = self._folder / f"{village}.key"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self.get_signer(village)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(format_signing_key(origin, seed) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # The name must be as durable as the bytes: entry 0 will name this key for ever.
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self.get_signer(village)

    def list_villages(self) -> list[str]:
        """Return the villages whose key is here, by code."""
        return sorted(path.stem for path in self._folder.glob("*.key"))

    def get_signer(self, village: str) -> FileSigner:
        """Read a village's key; NotFound where this home has none."""
        try:
            text = (self._folder / f"{village}.key").read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise NotFound(f"村 {village} 的签名私钥") from error
        return FileSigner(parse_signing_key(text.removesuffix("\n")))
