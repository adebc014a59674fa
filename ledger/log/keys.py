"""Verifier keys and signers, and the one rule by which an Ed25519 signature counts.

A verifier key is one line of text that names a key and holds it (C2SP signed-note, "Verifier keys"):

    <name>+<8 hex digits of the key id>+<base64(type ‖ public key)>
    example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

    key id = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]

Base64 may hold `+`, names may not: the text is split at its first two. The type says what is signed: 0x01 the
note's text, 0x04 a witness's timestamped cosignature. Others (0x06 ML-DSA-44, 0xff private) are carried,
never used.

Ed25519 is RFC 8032, section 5.1.7, as OpenSSL does it: S below the group order, the equation without
cofactor, R compared as bytes. Public keys of small order, under which anyone can sign anything, and encodings
beyond the field are refused.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import NotProven
from ledger.limits import KEY_NAME_MAX_BYTES, VERIFIER_KEY_MAX_CHARS
from ledger.log.hashing import parse_base64

ED25519_NOTE = 0x01
ED25519_COSIGNATURE = 0x04

SEED_BYTES = 32
SIGNATURE_BYTES = 64
_PUBLIC_KEY_BYTES = 32
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_SIGNING_KEY_PREFIX = "PRIVATE+KEY+"

_FIELD_PRIME = 2**255 - 19
_ORDER_8_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y})
"""The y of the points whose order divides 8: order 4, 1, 2, and both of order 8."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under.

    `name`        non-empty, no space and no `+`; a log's is its origin
    `algorithm`   the type byte: ED25519_NOTE, ED25519_COSIGNATURE, or one we carry without using
    `public_key`  raw; 32 bytes for Ed25519
    """

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that a signature line carries beside the name. Source: signed-note, "Signatures"."""
        text = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key
        return hashlib.sha256(text).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs.

    `key`         the public half
    `sign_bytes`  from message to raw signature, by the private half, wherever that lives: a file, a card
    """

    key: VerifierKey
    sign_bytes: Callable[[bytes], bytes]


def make_signer(name: str, seed: bytes, algorithm: int = ED25519_NOTE) -> Signer:
    """Return the signer whose Ed25519 private key (RFC 8032) is the 32 secret bytes `seed`."""
    if not is_key_name(name):
        raise ValueError(f"not a key name: {name!r}")
    private_key = Ed25519PrivateKey.from_private_bytes(seed)
    key = VerifierKey(name, algorithm, private_key.public_key().public_bytes_raw())
    return Signer(key, private_key.sign)


def format_signing_key(name: str, seed: bytes) -> str:
    """Return the secret text of a note's signing key as Go's `sumdb/note` writes it. Never log it."""
    return _SIGNING_KEY_PREFIX + _format_key(make_signer(name, seed).key, bytes([ED25519_NOTE]) + seed)


def parse_signing_key(text: str) -> Signer:
    """Inverse of `format_signing_key`; NotProven, without repeating the secret, for anything else."""
    if not text.startswith(_SIGNING_KEY_PREFIX):
        raise NotProven("签名私钥应以 PRIVATE+KEY+ 开头", code="signing-key")
    name, key_id, material = _split_key("签名私钥", text.removeprefix(_SIGNING_KEY_PREFIX))
    if len(material) != 1 + SEED_BYTES or material[0] != ED25519_NOTE:
        raise NotProven(
            f"签名私钥应为 Ed25519，共 {1 + SEED_BYTES} 字节，实有 {len(material)} 字节", code="signing-key"
        )
    signer = make_signer(name, material[1:])
    if signer.key.key_id.hex() != key_id:
        raise NotProven(f"签名私钥的编号应为 {signer.key.key_id.hex()}，实为 {key_id}", code="signing-key")
    return signer


def format_verifier_key(key: VerifierKey) -> str:
    """Return the key's text, without a newline: what `log.vkey`, policies and posters carry."""
    if not is_key_name(key.name):
        raise ValueError(f"not a key name: {key.name!r}")
    return _format_key(key, bytes([key.algorithm]) + key.public_key)


def parse_verifier_key(text: str) -> VerifierKey:
    """Inverse of `format_verifier_key`; NotProven for another spelling, a wrong id, an unsound key."""
    if len(text) > VERIFIER_KEY_MAX_CHARS:
        raise NotProven(f"验证公钥最多 {VERIFIER_KEY_MAX_CHARS} 字，实有 {len(text)} 字", code="verifier-key")
    name, key_id, material = _split_key("验证公钥", text)
    if len(material) < 2:
        raise NotProven("验证公钥里没有公钥", code="verifier-key")
    key = VerifierKey(name, material[0], material[1:])
    if key.key_id.hex() != key_id:
        raise NotProven(f"验证公钥的编号应为 {key.key_id.hex()}，实为 {key_id}", code="verifier-key")
    if key.algorithm in (ED25519_NOTE, ED25519_COSIGNATURE):
        _verify_public_key(key.public_key)
    return key


def verify_ed25519(key: VerifierKey, message: bytes, signature: bytes) -> None:
    """Check the raw Ed25519 `signature` of `message`, by the rule above. Raises NotProven otherwise."""
    _verify_public_key(key.public_key)
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise NotProven(f"签名与内容不符：{key.name}（{key.key_id.hex()}）", code="signature") from error


def is_key_name(name: str) -> bool:
    """Tell whether `name` may name a key: some UTF-8 without spaces, `+` or control characters."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return False
    if not 0 < length <= KEY_NAME_MAX_BYTES:
        return False
    return _NAME.fullmatch(name) is not None


def _format_key(key: VerifierKey, material: bytes) -> str:
    return f"{key.name}+{key.key_id.hex()}+{base64.b64encode(material).decode()}"


def _split_key(title: str, text: str) -> tuple[str, str, bytes]:
    """Return name, key id in hex and decoded material; the two kinds of key differ only in what follows."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]) or not _KEY_ID.fullmatch(parts[1]):
        raise NotProven(f"{title}应写作「名称+8 位编号+base64」", code="verifier-key")
    try:
        return parts[0], parts[1], parse_base64(parts[2])
    except NotProven:
        # The cause would quote the text, and the text may be a secret.
        raise NotProven(f"{title}的第三段不是标准的 base64", code="verifier-key") from None


def _verify_public_key(public_key: bytes) -> None:
    """Refuse what is not one point of large order: see the module's text."""
    if len(public_key) != _PUBLIC_KEY_BYTES:
        raise NotProven(f"Ed25519 公钥应为 32 字节，实有 {len(public_key)} 字节", code="verifier-key")
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    if y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
        raise NotProven("这把 Ed25519 公钥不安全：谁都能冒签", code="verifier-key")
