"""Salted disclosures: what an entry holds in place of text that may have to be erased.

The manner of RFC 9901 (SD-JWT), section 4.2, with a salt of 256 bits:

    disclosure = base64url(JSON [ base64url(salt), name, value ])      kept beside the log or in the vault
    digest     = base64url(SHA-256(ASCII of the disclosure))           stands in the entry

base64url is without padding. The JSON is RFC 8785 of the restricted profile: keys ASCII, whole numbers within
±(2^53 − 1), strings in NFC, no float, no null. Erase disclosure and salt, and the digest says nothing: 256
random bits stand between it and any guess. The same value under a fresh salt gives a digest that nobody can
link.

    salt 0x00…00, name "text", value "买种子"
    JSON        ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","text","买种子"]

This module draws no salts: they come from the caller, fresh for every field of every entry.
"""

import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec

from ledger.errors import NotProven
from ledger.limits import DISCLOSURE_MAX_BYTES, DISCLOSURE_MAX_DEPTH, INTEGER_MAX

SALT_BYTES = 32
DIGEST_CHARS = 43
"""SHA-256 in base64url without padding."""

Json: TypeAlias = str | int | bool | list["Json"] | dict[str, "Json"]
"""A value of the restricted profile."""

_ENCODER = msgspec.json.Encoder(order="sorted")


def make_disclosure(salt: bytes, name: str, value: Json) -> str:
    """Return the disclosure of `value` under `name`.

    ValueError unless `salt` has 32 bytes, the value keeps the restricted profile and the result its limit.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} random bytes, not {len(salt)}")
    for part in (name, value):
        fault = _find_profile_fault(part)
        if fault is not None:
            raise ValueError(f"not of the restricted profile: {fault}")
    disclosure = _encode(_ENCODER.encode([_encode(salt), name, value]))
    if len(disclosure) > DISCLOSURE_MAX_BYTES:
        raise ValueError(f"a disclosure of {len(disclosure)} bytes; at most {DISCLOSURE_MAX_BYTES}")
    return disclosure


def digest_disclosure(disclosure: str) -> str:
    """Return the 43 characters that stand in the entry. Source: RFC 9901, section 4.2.3."""
    return _encode(hashlib.sha256(disclosure.encode("ascii")).digest())


def index_disclosures(disclosures: Iterable[str]) -> dict[str, str]:
    """Return disclosures by the digests that stand in entries."""
    return {digest_disclosure(text): text for text in disclosures}


def open_disclosure(disclosure: str, digest: str) -> tuple[str, Json]:
    """Return name and value of `disclosure` once it is proven to be the one behind `digest`.

    NotProven where the digests differ, or where the disclosure is not exactly what `make_disclosure` writes.
    """
    _verify_length(disclosure)
    found = digest_disclosure(disclosure)
    if found != digest:
        raise NotProven(
            f"披露文本的摘要与记录不符：记录为 {digest[:DIGEST_CHARS]}，算得 {found}",
            code="disclosure-digest",
        )
    return parse_disclosure(disclosure)


def parse_disclosure(disclosure: str) -> tuple[str, Json]:
    """Return name and value of a disclosure whose digest the caller has compared.

    NotProven where it is not exactly what `make_disclosure` writes.
    """
    _verify_length(disclosure)
    return _find_text(disclosure) or _parse_disclosure(disclosure)


def _verify_length(disclosure: str) -> None:
    if len(disclosure) > DISCLOSURE_MAX_BYTES or not disclosure.isascii():
        raise NotProven(
            f"披露文本应为不超过 {DISCLOSURE_MAX_BYTES} 个 ASCII 字符，实有 {len(disclosure)} 个字符",
            code="disclosure-form",
        )


def _find_text(disclosure: str) -> tuple[str, str] | None:
    """Return name and text where one look shows a disclosure to be that of a text; None says nothing.

    Most are, and taking one apart, writing it anew and comparing costs five times as much.
    """
    try:
        data = binascii.a2b_base64(disclosure.encode().translate(_FROM_URL) + b"=" * (-len(disclosure) % 4))
        match = _TEXT.fullmatch(data.decode())
    except ValueError:
        return None
    if match is None or _encode(data) != disclosure:
        return None
    name, text = match.groups()
    return (name, text) if unicodedata.is_normalized("NFC", name + text) else None


def _parse_disclosure(disclosure: str) -> tuple[str, Json]:
    try:
        salt, name, value = msgspec.json.decode(_decode(disclosure), type=tuple[str, str, Any])
        rewritten = make_disclosure(_decode(salt), name, value)
    except (ValueError, RecursionError) as error:
        raise NotProven(f"披露文本读不成「盐、名称、内容」：{error}", code="disclosure-form") from error
    if rewritten != disclosure:
        raise NotProven("披露文本的写法不规范：重新编码后与原文不同", code="disclosure-form")
    return name, value


def _find_profile_fault(value: object, depth: int = 0) -> str | None:
    """Say the first thing that keeps `value` out of the restricted profile, or None."""
    if depth > DISCLOSURE_MAX_DEPTH:
        return f"nested deeper than {DISCLOSURE_MAX_DEPTH}"
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if abs(value) <= INTEGER_MAX else f"integer {value} beyond ±{INTEGER_MAX}"
    if isinstance(value, str):
        return _find_text_fault(value)
    if isinstance(value, dict):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                return f"key {key!r} is not ASCII"
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    else:
        return f"{type(value).__name__} is neither text, whole number, truth value, list nor object"
    return next(
        (fault for part in parts if (fault := _find_profile_fault(part, depth + 1)) is not None), None
    )


def _find_text_fault(text: str) -> str | None:
    if text.isascii():
        return None
    if _SURROGATE.search(text):
        return "text with a lone surrogate"
    return None if unicodedata.is_normalized("NFC", text) else "text that is not in NFC"


def _encode(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def _decode(text: str) -> bytes:
    """Return the bytes of unpadded base64url; ValueError for a foreign character.

    Other spellings of the same bytes pass here: the caller encodes again and compares.
    """
    if _BASE64URL.fullmatch(text) is None:
        raise binascii.Error("not base64url")
    return binascii.a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-len(text) % 4))


_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_FROM_URL, _TO_URL = bytes.maketrans(b"-_", b"+/"), bytes.maketrans(b"+/", b"-_")
_SURROGATE = re.compile("[\ud800-\udfff]")

_PLAIN = r"[^\x00-\x1f\x7f\"\\]*"  # What JSON writes as it is.
_SALT = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"  # 256 bits: the last character carries four of them.
_TEXT = re.compile(rf'\["{_SALT}","({_PLAIN})","({_PLAIN})"\]')
