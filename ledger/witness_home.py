"""A witness's folder put together: its key, its memory. No home: a witness keeps no village's books.

| in the folder | what | trusted for; its loss or forgery would cost |
| --- | --- | --- |
| `witness.key` | the signing key, mode 0600 | what was confirmed; lost: a new key, which villages adopt |
| `witness.db` | the logs, what was cosigned of each | that nothing smaller is cosigned again; never restored |
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from ledger.disk import create_durably
from ledger.errors import Fault, Refused
from ledger.log.keys import (
    ED25519_COSIGNATURE,
    Signer,
    VerifierKey,
    format_signing_key,
    is_key_name,
    parse_signing_key,
)
from ledger.store import migrate, open_engine
from ledger.store.witness import WitnessStore

KEY_FILE = "witness.key"
DATABASE_FILE = "witness.db"
SEED_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class WitnessHome:
    """An opened folder."""

    engine: Engine
    path: Path
    signer: Signer
    store: WitnessStore

    def close(self) -> None:
        """Close the database; the folder can then be moved."""
        self.engine.dispose()


def create_witness_home(path: Path, name: str, seed: bytes) -> WitnessHome:
    """Make the folder with a key named `name` from 32 secret bytes.

    Raises Refused for a name that no key can bear, and for a folder that holds anything.
    """
    if not is_key_name(name) or not name.isascii():
        raise Refused(
            [_fault("witness-name", "--name", name, "没有空格和加号的英文名，如 town.example/mingbai")]
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Refused([_fault("witness-folder", f"文件夹 {path}", "已有别的文件", "空文件夹")])
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    create_durably(path / KEY_FILE, f"{format_signing_key(name, seed)}\n".encode())
    return open_witness_home(path)


def open_witness_home(path: Path) -> WitnessHome:
    """Open the folder; raises Refused when it is none, NotProven when its key cannot be read."""
    key = path / KEY_FILE
    if not key.is_file():
        raise Refused(
            [
                _fault(
                    "witness-folder",
                    f"文件夹 {path}",
                    f"没有 {KEY_FILE}",
                    "mingbai witness init 建立的文件夹",
                )
            ]
        )
    signer = parse_signing_key(key.read_text(encoding="utf-8").removesuffix("\n"))
    engine = open_engine(path / DATABASE_FILE)
    migrate(engine, "witness")
    return WitnessHome(engine=engine, path=path, signer=make_cosigner(signer), store=WitnessStore(engine))


def make_cosigner(signer: Signer) -> Signer:
    """Return the same key as one of type 0x04.

    The file says 0x01, as witnesses in use write theirs; it signs cosignatures only, whose messages no note can equal.
    """
    return Signer(VerifierKey(signer.key.name, ED25519_COSIGNATURE, signer.key.public_key), signer.sign_bytes)


def _fault(code: str, place: str, found: str, expected: str) -> Fault:
    remedy = "用 --folder 指明见证人的文件夹；新建用 mingbai witness init"
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
