"""A witness's folder put together: its key, its memory. No home: a witness keeps no village's books.

| in the folder | what | trusted for; its loss or forgery would cost |
| --- | --- | --- |
| `witness.key` | the key, 0600, under a passphrase | what was confirmed; lost: a new key, which villages adopt |
| `witness.db` | the logs, what was cosigned of each | that nothing smaller is cosigned again; never restored |
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from ledger.errors import Fault, Refused
from ledger.keys import KeyFolder, KeySigner, Passphrases
from ledger.log.keys import (
    ED25519_COSIGNATURE,
    Signer,
    VerifierKey,
    is_key_name,
    parse_verifier_key,
)
from ledger.store import migrate, open_engine
from ledger.store.witness import WitnessStore

KEY_NAME = "witness"
"""What stands where a home's folder of keys has a village: the file is `witness.key`."""
KEY_FILE = f"{KEY_NAME}.key"
DATABASE_FILE = "witness.db"
SEED_BYTES = 32
TITLE = "见证人的私钥"


@dataclass(frozen=True, kw_only=True)
class WitnessHome:
    """An opened folder. `signer` asks for the passphrase when it first signs; nothing else does."""

    engine: Engine
    key: KeySigner
    keys: KeyFolder
    path: Path
    signer: Signer
    store: WitnessStore

    def protect(self, passphrase: str) -> None:
        """Put the key under this passphrase, also one that is under another or under none; see `keys.folder`."""
        self.keys.protect(KEY_NAME, self.key.verifier_key, passphrase)

    def close(self) -> None:
        """Close the database; the folder can then be moved."""
        self.engine.dispose()


def create_witness_home(
    path: Path, name: str, seed: bytes, passphrases: Passphrases | None = None, *, is_plain: bool = False
) -> WitnessHome:
    """Make the folder with a key named `name` from 32 secret bytes, under a passphrase unless `is_plain`.

    Raises Refused for a name that no key can bear, for a folder that holds anything, and where nobody gives a
    passphrase; then nothing is made.
    """
    if not is_key_name(name) or not name.isascii():
        raise Refused(
            [_fault("witness-name", "--name", name, "没有空格和加号的英文名，如 town.example/mingbai")]
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Refused([_fault("witness-folder", f"文件夹 {path}", "已有别的文件", "空文件夹")])
    passphrases = passphrases or Passphrases()
    passphrase = "" if is_plain else passphrases.choose(TITLE)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    KeyFolder(path, passphrases).create(KEY_NAME, name, seed, passphrase)
    return open_witness_home(path, passphrases)


def open_witness_home(path: Path, passphrases: Passphrases | None = None) -> WitnessHome:
    """Open the folder; raises Refused when it is none, NotProven when its key cannot be read.

    Without `passphrases` a protected key cosigns nothing.
    """
    if not (path / KEY_FILE).is_file():
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
    keys = KeyFolder(path, passphrases)
    key = keys.get_signer(KEY_NAME)
    engine = open_engine(path / DATABASE_FILE)
    migrate(engine, "witness")
    return WitnessHome(
        engine=engine, key=key, keys=keys, path=path, signer=make_cosigner(key), store=WitnessStore(engine)
    )


def make_cosigner(key: KeySigner) -> Signer:
    """Return the same key as one of type 0x04.

    The file says 0x01, as witnesses in use write theirs; it signs cosignatures only, whose messages no note can equal.
    """
    named = parse_verifier_key(key.verifier_key)
    return Signer(VerifierKey(named.name, ED25519_COSIGNATURE, named.public_key), key.sign_bytes)


def _fault(code: str, place: str, found: str, expected: str) -> Fault:
    remedy = "用 --folder 指明见证人的文件夹；新建用 mingbai witness init"
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
