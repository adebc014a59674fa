"""The text of a key file. Three forms, each with one spelling only; every line ends in a newline.

Protected by a passphrase, the usual one; short enough to be written down by hand and typed in again:

    mingbai-key/v1
    verifier-key <verifier key>
    kdf argon2id <memory in KiB> <passes> <lanes> <base64 of 16 bytes of salt>
    cipher chacha20-poly1305 <base64 of 12 bytes of nonce>
    sealed <base64 of 48 bytes: the 32 secret bytes, encrypted, and the tag>

    key          Argon2id (RFC 9106) of the passphrase, in NFC and UTF-8, to 32 bytes
    sealed       ChaCha20-Poly1305 (RFC 8439) of the seed; associated data: all lines above, byte for byte

So name, origin, public key and parameters are authenticated with the secret; and what comes out must be the private
half of the verifier key, so that no change of the file and no passphrase ever gives another key.

In a token, which keeps the secret; nothing here is worth stealing:

    mingbai-key/v1
    verifier-key <verifier key>
    token <32 hex digits: the object's id>

Plain, one line, a note's signing key as `log.keys` writes it: whoever reads the file has the key.
"""

import base64
import hmac
import os
import re
import unicodedata
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ledger.errors import NotProven
from ledger.limits import HASH_BYTES, KDF_LANES_MAX, KDF_MEMORY_MAX_KIB, KDF_PASSES_MAX, KEY_FILE_MAX_BYTES
from ledger.log.hashing import parse_base64
from ledger.log.keys import (
    SEED_BYTES,
    Signer,
    VerifierKey,
    format_verifier_key,
    make_signer,
    parse_signing_key,
)
from ledger.log.note import parse_note_verifier

HEADER = "mingbai-key/v1"
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
IDENTITY_BYTES = 16

_NUMBER = "(0|[1-9][0-9]{0,9})"
_KDF = re.compile(rf"kdf argon2id {_NUMBER} {_NUMBER} {_NUMBER} (\S+)")
_TOKEN = re.compile(rf"token ([0-9a-f]{{{2 * IDENTITY_BYTES}}})")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs. The default takes about a quarter of a second and 64 MiB."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class ProtectedKey:
    """A key under a passphrase."""

    key: VerifierKey
    cost: Cost
    salt: bytes
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key in a token, where `identity` is its object's id (CKA_ID)."""

    key: VerifierKey
    identity: bytes


@dataclass(frozen=True, slots=True)
class PlainKey:
    """A key that lies open; `seed` are its 32 secret bytes, `signer` signs with them."""

    key: VerifierKey
    seed: bytes = field(repr=False)
    signer: Signer = field(compare=False, repr=False)


KeyFile = ProtectedKey | TokenKey | PlainKey


def parse_key_file(data: bytes) -> KeyFile:
    """Read a key file of any form; NotProven, without repeating a secret, for anything else."""
    if len(data) > KEY_FILE_MAX_BYTES:
        raise _refuse_form(f"最多 {KEY_FILE_MAX_BYTES} 字节，实有 {len(data)} 字节")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise _refuse_form("里面有 ASCII 以外的字节") from None
    if not text.startswith("mingbai-key/"):
        return _parse_plain(text.removesuffix("\n"))
    lines = text.split("\n")
    if (
        lines[0] != HEADER
        or lines[-1]
        or len(lines) not in (4, 6)
        or not lines[1].startswith("verifier-key ")
    ):
        raise _refuse_form(f"应以 {HEADER} 和 verifier-key 两行开头，共 3 行或 5 行")
    key = parse_note_verifier(lines[1].removeprefix("verifier-key ")).key
    return _parse_token(key, lines[2]) if len(lines) == 4 else _parse_protected(key, lines[2:5])


def format_protected(key: ProtectedKey) -> bytes:
    """Return the file's bytes; `parse_key_file` gives the key back."""
    return _format_clear(key) + f"sealed {encode_part(key.sealed)}\n".encode()


def format_token(key: TokenKey) -> bytes:
    """Return the file's bytes; `parse_key_file` gives the key back."""
    return f"{HEADER}\nverifier-key {format_verifier_key(key.key)}\ntoken {key.identity.hex()}\n".encode()


def protect_seed(origin: str, seed: bytes, passphrase: str, cost: Cost | None = None) -> ProtectedKey:
    """Return the 32 secret bytes of a log's key under a passphrase, with fresh salt and nonce."""
    signer = make_signer(origin, seed)
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    empty = ProtectedKey(signer.key, cost or Cost(), salt, nonce, b"")
    sealed = ChaCha20Poly1305(derive_key(empty.cost, salt, passphrase)).encrypt(
        nonce, seed, _format_clear(empty)
    )
    return ProtectedKey(signer.key, empty.cost, salt, nonce, sealed)


def open_protected(key: ProtectedKey, passphrase: str) -> bytes:
    """Return the 32 secret bytes; NotProven where passphrase and file do not belong together, whichever is wrong."""
    try:
        seed = ChaCha20Poly1305(derive_key(key.cost, key.salt, passphrase)).decrypt(
            key.nonce, key.sealed, _format_clear(key)
        )
    except InvalidTag as error:
        raise _refuse_passphrase() from error
    found = make_signer(key.key.name, seed).key
    if not hmac.compare_digest(found.public_key, key.key.public_key):
        raise _refuse_passphrase()
    return seed


def read_kdf(line: str, number: int) -> tuple[Cost, bytes]:
    """Read what a passphrase is derived with, cost and salt, from line `number` of a file; NotProven otherwise."""
    match = _KDF.fullmatch(line)
    if match is None:
        raise _refuse_form(f"第 {number} 行应是 kdf argon2id、三个数和盐")
    cost = Cost(*(int(number) for number in match.groups()[:3]))
    if not (
        1 <= cost.lanes <= KDF_LANES_MAX
        and 1 <= cost.passes <= KDF_PASSES_MAX
        and 8 * cost.lanes <= cost.memory_kib <= KDF_MEMORY_MAX_KIB
    ):
        raise _refuse_form("口令运算的参数超出范围")
    return cost, decode_part(match[4], "盐", SALT_BYTES)


def derive_key(cost: Cost, salt: bytes, passphrase: str) -> bytes:
    """Return the 32 bytes that a passphrase gives."""
    function = Argon2id(
        salt=salt, length=HASH_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return function.derive(unicodedata.normalize("NFC", passphrase).encode())


def _parse_plain(text: str) -> PlainKey:
    signer = parse_signing_key(text)
    return PlainKey(signer.key, parse_base64(text.split("+", 4)[4])[1:], signer)


def _parse_token(key: VerifierKey, line: str) -> TokenKey:
    match = _TOKEN.fullmatch(line)
    if match is None:
        raise _refuse_form(f"第 3 行应是 token 和 {2 * IDENTITY_BYTES} 位十六进制数")
    return TokenKey(key, bytes.fromhex(match[1]))


def _parse_protected(key: VerifierKey, lines: list[str]) -> ProtectedKey:
    cost, salt = read_kdf(lines[0], 3)
    nonce = decode_part(_take(lines[1], "cipher chacha20-poly1305 ", 4), "随机数", NONCE_BYTES)
    sealed = decode_part(_take(lines[2], "sealed ", 5), "密文", SEED_BYTES + TAG_BYTES)
    return ProtectedKey(key, cost, salt, nonce, sealed)


def _take(line: str, start: str, number: int) -> str:
    if not line.startswith(start):
        raise _refuse_form(f"第 {number} 行应以 {start.strip()} 开头")
    return line.removeprefix(start)


def decode_part(text: str, title: str, size_bytes: int) -> bytes:
    """Return the bytes that one part of a file says; NotProven, naming the part, for any other number of them."""
    try:
        value = parse_base64(text)
    except NotProven:
        raise _refuse_form(f"{title}不是标准的 base64") from None
    if len(value) != size_bytes:
        raise _refuse_form(f"{title}应有 {size_bytes} 字节，实有 {len(value)} 字节")
    return value


def _format_clear(key: ProtectedKey) -> bytes:
    """Return the lines above the secret: what is authenticated with it."""
    cost = key.cost
    return (
        f"{HEADER}\nverifier-key {format_verifier_key(key.key)}\n"
        f"kdf argon2id {cost.memory_kib} {cost.passes} {cost.lanes} {encode_part(key.salt)}\n"
        f"cipher chacha20-poly1305 {encode_part(key.nonce)}\n"
    ).encode()


def encode_part(data: bytes) -> str:
    """Return bytes as a file says them."""
    return base64.b64encode(data).decode()


def _refuse_form(reason: str) -> NotProven:
    return NotProven(f"私钥文件读不成：{reason}", code="key-file")


def _refuse_passphrase() -> NotProven:
    return NotProven("口令打不开这个私钥文件：口令不对，或文件坏了", code="key-passphrase")
