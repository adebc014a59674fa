"""How one value of the vault is encrypted: AES-256-GCM under its subject's data key, bound to where it stands.

    data               version (1 byte, 0x01), nonce (12 bytes, fresh and random), ciphertext, tag (16 bytes)
    associated data    JSON [version, village, kind, name, subject]

So a value that was altered, put into another row, or said to be about somebody else, does not open. Random nonces are
good for 2^32 values under one key; a subject has a few thousand.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import Tampered

VERSION = 1
NONCE_BYTES = 12
_START = bytes([VERSION])
_DATA_AT = len(_START) + NONCE_BYTES


class Place(NamedTuple):
    """Where a value stands: what of the row is authenticated with it."""

    village: str
    kind: str
    name: str
    subject: str


def seal(cipher: AESGCM, place: Place, plain: bytes) -> bytes:
    """Return what is stored of a value at its place."""
    nonce = os.urandom(NONCE_BYTES)
    return _START + nonce + cipher.encrypt(nonce, plain, _bind(place))


def unseal(cipher: AESGCM, place: Place, data: bytes) -> bytes:
    """Return the value; Tampered, naming the row, where it is not what was stored there under this key."""
    try:
        if data[:1] != _START:
            raise InvalidTag
        return cipher.decrypt(data[1:_DATA_AT], data[_DATA_AT:], _bind(place))
    except (InvalidTag, ValueError) as error:
        raise Tampered(
            -1,
            expected="写进去时的密文",
            found="改动过，或从别的行搬来的",
            subject=f"隐私库 ciphertexts 表 {place.kind} {place.name} 一行",
        ) from error


def _bind(place: Place) -> bytes:
    return msgspec.json.encode((VERSION, *place))
