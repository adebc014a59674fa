"""The text of the two kinds of file that keep a vault's keys, and what wraps what.

`home.vault`, one a home: the vault key, 32 random bytes, under a passphrase or, for trials, plain:

    mingbai-vault/v1
    kdf argon2id <memory in KiB> <passes> <lanes> <base64 of 16 bytes of salt>
    wrapped <base64 of 60 bytes>                     or, in place of these two lines:  plain <base64 of 32 bytes>

`<village>.vault`, one a village: JSON of a `VillageFile`. Its village key is wrapped by the vault key, each
subject's data key by the village key; of a subject that was erased only its name is left, for good.

Whatever is wrapped is 12 bytes of nonce, 32 bytes encrypted with AES-256-GCM, 16 bytes of tag. Associated data say what
it is a key to, so that none can stand in another's place.
"""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import NotProven
from ledger.keys.key_file import SALT_BYTES, Cost, decode_part, derive_key, encode_part, read_kdf
from ledger.limits import HASH_BYTES, KEY_FILE_MAX_BYTES, VAULT_FILE_MAX_BYTES

HEADER = "mingbai-vault/v1"
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = NONCE_BYTES + HASH_BYTES + TAG_BYTES


class PlainVaultKey(NamedTuple):
    """The vault key of a trial: whoever reads the file has it."""

    key: bytes


class ProtectedVaultKey(NamedTuple):
    """The vault key under a passphrase."""

    cost: Cost
    salt: bytes
    wrapped: bytes


VaultKeyFile = PlainVaultKey | ProtectedVaultKey


class VillageFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in `<village>.vault`."""

    erased: tuple[str, ...] = ()  # subjects whose key was destroyed
    format: Literal["mingbai-village-keys/v1"] = "mingbai-village-keys/v1"
    generation: int  # counts the village's keys, from 1
    subjects: dict[str, bytes]  # by subject the wrapped data key
    village: str
    wrapped: bytes  # the village key


def make_wrapping_key() -> bytes:
    """Return a new key: 32 bytes of the system's randomness, never of a seed."""
    return os.urandom(HASH_BYTES)


def wrap(key: bytes, wrapping: bytes, meaning: str) -> bytes:
    """Return a key under another; `meaning` says what it is a key to."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, meaning.encode())


def unwrap(wrapped: bytes, wrapping: bytes | AESGCM, meaning: str) -> bytes:
    """Return the key that was wrapped; NotProven where it was not by this one, or to this meaning."""
    try:
        cipher = AESGCM(wrapping) if isinstance(wrapping, bytes) else wrapping
        return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], meaning.encode())
    except (InvalidTag, ValueError) as error:
        raise NotProven("这把钥匙解不开：不是配套的，或文件坏了", code="vault-key-file") from error


def name_village_key(village: str, generation: int) -> str:
    """Return the meaning of a village key."""
    return f"{HEADER} village {village} {generation}"


def name_data_key(village: str, generation: int, subject: str) -> str:
    """Return the meaning of a subject's data key."""
    return f"{HEADER} subject {village} {generation} {subject}"


def protect_vault_key(key: bytes, passphrase: str, cost: Cost | None = None) -> ProtectedVaultKey:
    """Return the vault key under a passphrase, with fresh salt and nonce."""
    cost, salt = cost or Cost(), os.urandom(SALT_BYTES)
    return ProtectedVaultKey(
        cost, salt, wrap(key, derive_key(cost, salt, passphrase), _name_vault(cost, salt))
    )


def open_vault_key(file: ProtectedVaultKey, passphrase: str) -> bytes:
    """Return the vault key; NotProven where passphrase and file do not belong together, whichever is wrong."""
    wrapping = derive_key(file.cost, file.salt, passphrase)
    return unwrap(file.wrapped, wrapping, _name_vault(file.cost, file.salt))


def format_vault_key(file: VaultKeyFile) -> bytes:
    """Return the bytes of `home.vault`; `parse_vault_key` gives the file back."""
    if isinstance(file, PlainVaultKey):
        return f"{HEADER}\nplain {encode_part(file.key)}\n".encode()
    return f"{_name_vault(file.cost, file.salt)}wrapped {encode_part(file.wrapped)}\n".encode()


def parse_vault_key(data: bytes) -> VaultKeyFile:
    """Read `home.vault`; NotProven, without repeating a secret, for anything else."""
    try:
        lines = data[: KEY_FILE_MAX_BYTES + 1].decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if len(lines) == 3 and lines[0] == HEADER and lines[1].startswith("plain ") and not lines[2]:
        return PlainVaultKey(decode_part(lines[1].removeprefix("plain "), "钥匙", HASH_BYTES))
    if len(lines) == 4 and lines[0] == HEADER and lines[2].startswith("wrapped ") and not lines[3]:
        cost, salt = read_kdf(lines[1], 2)
        wrapped = decode_part(lines[2].removeprefix("wrapped "), "密文", WRAPPED_BYTES)
        return ProtectedVaultKey(cost, salt, wrapped)
    raise NotProven(f"隐私库的钥匙文件读不成：应以 {HEADER} 一行开头，共 2 行或 3 行", code="vault-key-file")


def format_village_file(file: VillageFile) -> bytes:
    """Return the bytes of `<village>.vault`."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def parse_village_file(data: bytes) -> VillageFile:
    """Read `<village>.vault`; NotProven for anything else."""
    try:
        if len(data) > VAULT_FILE_MAX_BYTES:
            raise ValueError
        return msgspec.json.decode(data, type=VillageFile)
    except ValueError as error:
        raise NotProven("村的隐私钥匙文件读不成：不是本程序写的，或坏了", code="vault-key-file") from error


def _name_vault(cost: Cost, salt: bytes) -> str:
    """Return the lines above the wrapped key: what is authenticated with it."""
    return f"{HEADER}\nkdf argon2id {cost.memory_kib} {cost.passes} {cost.lanes} {encode_part(salt)}\n"
