"""Encrypted originals of source documents: `<village>/<first two digits>/<SHA-256 of the encrypted bytes>`.

Each is under a key of its own, which stands in the vault and nowhere else: a copy of a file that outlives the key is
noise. A name is taken from the content and from nothing that a person sent. A link in place of a file is not followed.

The time of a file is when it was put here, by the clock of whoever put it: what nobody handed in goes by its age.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.disk import refuse_when_full, sync, write_durably
from ledger.errors import NotFound, Tampered
from ledger.limits import DOCUMENT_FILE_MAX_BYTES
from ledger.ports import KeptDocument
from ledger.store.sealing import Place, seal, unseal

FOLDER = "documents"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VILLAGE = re.compile(r"[0-9]{12}", re.ASCII)


class FileDocuments:
    """See `ledger.ports.Documents`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, village: str, key: bytes, plain: bytes, at_ms: int) -> str:
        """Encrypt, write durably, return the digest of what was written; Refused, with nothing left, on a full disk."""
        data = seal(AESGCM(key), _place(village), plain)
        digest = hashlib.sha256(data).hexdigest()
        path = self._get_path(village, digest)
        with refuse_when_full("存单据的磁盘"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, data)
            os.utime(path, ns=(at_ms * 1_000_000, at_ms * 1_000_000))
            # The names of the folders too, which may be new.
            for folder in (path.parent.parent, self._folder, self._folder.parent):
                sync(folder)
        return digest

    def open(self, village: str, digest: str, key: bytes) -> bytes | None:
        """Return what was encrypted; Tampered where the bytes are others, or the key is."""
        data = self.find(village, digest)
        try:
            return None if data is None else unseal(AESGCM(key), _place(village), data)
        except Tampered as error:
            raise Tampered(-1, digest, "别的钥匙加密的", subject=f"单据原件 {digest}") from error

    def find(self, village: str, digest: str) -> bytes | None:
        """Return the encrypted bytes; None where there are none, and for what is no digest or no village."""
        if not _DIGEST.fullmatch(digest) or not _VILLAGE.fullmatch(village):
            return None
        data = _read(self._get_path(village, digest))
        if data is not None and hashlib.sha256(data).hexdigest() != digest:
            raise Tampered(-1, digest, hashlib.sha256(data).hexdigest(), subject=f"单据原件 {digest}")
        return data

    def drop(self, village: str, digest: str) -> None:
        """Delete a file; its key is destroyed elsewhere, so its blocks tell nothing."""
        if _DIGEST.fullmatch(digest) and _VILLAGE.fullmatch(village):
            self._get_path(village, digest).unlink(missing_ok=True)

    def list_kept(self, village: str) -> list[KeptDocument]:
        """Return what is kept of a village; what is being written has a hidden name."""
        if not _VILLAGE.fullmatch(village):
            raise NotFound("村代码")
        kept = []
        for path in sorted((self._folder / village).glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
            with contextlib.suppress(FileNotFoundError):  # Dropped meanwhile.
                found = path.lstat()
                kept.append(KeptDocument(path.name, found.st_mtime_ns // 1_000_000, found.st_size))
        return kept

    def _get_path(self, village: str, digest: str) -> Path:
        if not _VILLAGE.fullmatch(village):
            raise NotFound("村代码")
        return self._folder / village / digest[:2] / digest


def _read(path: Path) -> bytes | None:
    """Return a file's bytes, never those of what a link leads to."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Tampered(-1, "文件", "链接", subject=f"单据原件 {path.name}") from error
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read(DOCUMENT_FILE_MAX_BYTES + 1)


def _place(village: str) -> Place:
    return Place(village, "document", "", "")
