"""Encrypted originals in a dictionary."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import Tampered
from ledger.ports import KeptDocument
from ledger.store.sealing import Place, seal, unseal


class MemoryDocuments:
    def __init__(self) -> None:
        self.files: dict[tuple[str, str], tuple[int, bytes]] = {}  # open to tests that tamper

    def keep(self, village: str, key: bytes, plain: bytes, at_ms: int) -> str:
        data = seal(AESGCM(key), Place(village, "document", "", ""), plain)
        digest = hashlib.sha256(data).hexdigest()
        self.files[village, digest] = (at_ms, data)
        return digest

    def open(self, village: str, digest: str, key: bytes) -> bytes | None:
        data = self.find(village, digest)
        return None if data is None else unseal(AESGCM(key), Place(village, "document", "", ""), data)

    def find(self, village: str, digest: str) -> bytes | None:
        _, data = self.files.get((village, digest), (0, None))
        if data is not None and hashlib.sha256(data).hexdigest() != digest:
            raise Tampered(-1, digest, hashlib.sha256(data).hexdigest())
        return data

    def drop(self, village: str, digest: str) -> None:
        self.files.pop((village, digest), None)

    def list_kept(self, village: str) -> list[KeptDocument]:
        return [
            KeptDocument(digest, at, len(data))
            for (of, digest), (at, data) in sorted(self.files.items())
            if of == village
        ]
