"""The one hash of the log, and its text.

SHA-256 throughout (tlog-tiles allows no other), with the two prefixes of RFC 6962 that keep an entry from
ever passing for a node:

    empty tree   SHA-256("")
    leaf         SHA-256(0x00 ‖ entry)
    node         SHA-256(0x01 ‖ left ‖ right)

A hash is 32 raw bytes in memory and 44 characters of standard base64 with padding in text. Base64 is read
strictly: exactly the characters that encoding the bytes again would give, so that one hash has one text.
"""

import base64
import binascii
import hashlib
from typing import TypeAlias

from ledger.errors import NotProven
from ledger.limits import HASH_BYTES

Hash: TypeAlias = bytes
"""32 raw bytes."""

EMPTY_ROOT: Hash = hashlib.sha256(b"").digest()
"""Root of the tree without entries: RFC 6962, section 2.1."""


def hash_leaf(entry: bytes) -> Hash:
    """Return the leaf hash of an entry's exact bytes. Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: Hash, right: Hash) -> Hash:
    """Return the hash of the node over `left` and `right`. Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def format_hash(value: Hash) -> str:
    """Return 44 characters of base64; ValueError unless `value` is 32 bytes."""
    if len(value) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes, not {len(value)}")
    return base64.b64encode(value).decode()


def parse_hash(text: str) -> Hash:
    """Inverse of `format_hash`; NotProven for any other text."""
    value = parse_base64(text)
    verify_hash_length("哈希", value)
    return value


def parse_base64(text: str) -> bytes:
    """Return the bytes of standard padded base64; NotProven unless encoding them again gives `text`."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotProven(f"不是标准的 base64：{text[:60]!r}", code="base64") from error
    if base64.b64encode(value).decode() != text:
        raise NotProven(f"base64 的写法不唯一：{text[:60]!r}", code="base64")
    return value


def verify_hash_length(name: str, value: bytes) -> None:
    """Raise NotProven unless `value`, called `name` in the refusal, has exactly 32 bytes."""
    if len(value) != HASH_BYTES:
        raise NotProven(f"{name}应为 {HASH_BYTES} 字节，实有 {len(value)} 字节", code="hash-length")
