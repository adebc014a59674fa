"""The desk's secret: 32 bytes in `keys/desk.secret`, made when the first person gets an account.

Trusted for: that whoever has a copy of `desk.db` alone can make no code of a second factor out of it, tell no network
from its hash, and call no device known. Its loss: phones' codes have to be set up anew (recovery codes still work).
Its theft together with `desk.db`: second factors count for nothing until they are set up anew; passwords stay hashed.
It lies open, since the pages run without anybody at the keyboard; a backup takes it only where open keys are asked for.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from pathlib import Path
from threading import Lock

from ledger.disk import create_durably
from ledger.errors import Fault, Refused
from ledger.ports import Entropy

FILE = "desk.secret"
SECRET_BYTES = 32
_BEGINNING = "PRIVATE+KEY+DESK+"
"""Begins as every key file that lies open does, so that it is treated as one."""


class DeskKey:
    """The secret of one home, read or made when it is first asked for."""

    def __init__(self, folder: Path, entropy: Entropy) -> None:
        self._path = folder / FILE
        self._entropy = entropy
        self._lock = Lock()
        self._secret = b""

    def get(self) -> bytes:
        """Return the secret; raises Refused where its file is not one."""
        with self._lock:
            if not self._secret:
                self._secret = self._read()
        return self._secret

    def _read(self) -> bytes:
        if not self._path.exists():
            text = _BEGINNING + base64.b64encode(self._entropy.take(SECRET_BYTES)).decode() + "\n"
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # Another process made it in between: that one counts.
                create_durably(self._path, text.encode())
        try:
            text = self._path.read_text(encoding="ascii")
            secret = base64.b64decode(text.strip().removeprefix(_BEGINNING), validate=True)
        except (ValueError, binascii.Error):
            secret = b""
        if len(secret) != SECRET_BYTES:
            raise Refused([_build_unreadable()])
        return secret


def _build_unreadable() -> Fault:
    return Fault(
        code="desk-secret",
        place=f"keys/{FILE}",
        found="读不成",
        expected="程序写的那一行",
        remedy="从保管处取回；找不回的，删掉它再启动，每个人用恢复码登录后重设动态码",
    )
