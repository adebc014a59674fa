"""Sealed files under their SHA-256: `<first two digits>/<all 64 digits>` in one folder.

A name is taken from the content, so nothing is ever overwritten by something else and no text of a person
becomes part of a path.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ledger.disk import sync, write_durably
from ledger.errors import Tampered

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileArchive:
    """See `ledger.ports.Archive`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> str:
        """Write the bytes durably and return their digest, 64 hex digits; keeping them again changes
        nothing.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._get_path(digest)
        if not (path.exists() and path.read_bytes() == data):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, data)
        else:
            sync(path.parent)  # A try that was killed may have left the file without its name on the disk.
        # The names too must survive before an entry names what is in them: of the shelf and of the archive, which may
        # be new.
        for folder in (self._folder, self._folder.parent):
            sync(folder)
        return digest

    def find(self, digest: str) -> bytes | None:
        """Return the bytes, having checked their digest; Tampered when they differ, None for what is no
        digest.
        """
        if not _DIGEST.fullmatch(digest):
            return None
        try:
            data = self._get_path(digest).read_bytes()
        except FileNotFoundError:
            return None
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise Tampered(-1, digest, found)
        return data

    def _get_path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
