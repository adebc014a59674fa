"""Entry to bytes and back: the only encoder of hashed bytes.

The profile is RFC 8785 (JCS) of objects whose keys are ASCII, whose numbers are integers within ±(2^53−1),
without null and without floats. Under it msgspec's ordered encoder writes exactly JCS; a property test holds
it to the `rfc8785` package. The stored bytes are the hashed bytes are the shown bytes: reading parses,
encodes again and compares, and only then interprets.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from ledger.books.values import Count, Day, Period, User, Value, Village
from ledger.entries import KINDS, Body, Claim, Entry
from ledger.errors import NotProven
from ledger.limits import ENTRY_MAX_BYTES

_ENCODER = msgspec.json.Encoder(order="sorted")


class _Envelope(Value, frozen=True):
    """An entry whose body is still raw: which type it has, `kind` says."""

    body: msgspec.Raw
    checkers: tuple[User, ...]
    index: Count
    kind: str
    maker: User
    occurred_on: Day
    period: Period
    previous: str
    recorded_at: Count
    v: Literal[1]
    village: Village


class _RawClaim(Value, frozen=True):
    """A claim whose body is still raw."""

    body: msgspec.Raw
    kind: str
    maker: User
    occurred_on: Day
    period: Period
    village: Village


_CLAIM = msgspec.json.Decoder(_RawClaim)
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_BODIES: dict[str, msgspec.json.Decoder[Body]] = {
    name: msgspec.json.Decoder(kind.body) for name, kind in KINDS.items()
}


def encode_value(value: Any) -> bytes:
    """Return the canonical bytes of a struct, dict, list, string or integer of the restricted profile."""
    return _ENCODER.encode(value)


def format_entry(entry: Entry) -> bytes:
    """Return the bytes of `entry` that are hashed, stored and shown.

    Raises ValueError where they exceed ENTRY_MAX_BYTES: the caller should have split the body.
    """
    data = _ENCODER.encode(entry)
    if len(data) > ENTRY_MAX_BYTES:
        raise ValueError(f"entry of {len(data)} bytes; at most {ENTRY_MAX_BYTES}")
    return data


def parse_entry(data: bytes) -> Entry:
    """Read the bytes of one entry; raises NotProven, saying why, unless they are canonical and of a known kind."""
    if len(data) > ENTRY_MAX_BYTES:
        raise NotProven(f"记录有 {len(data)} 字节，最多 {ENTRY_MAX_BYTES} 字节", code="entry-size")
    try:
        envelope = _ENVELOPE.decode(data)
        if envelope.kind not in _BODIES:
            raise NotProven(f"没有这种记录：{envelope.kind!r}", code="entry-kind")
        body = _BODIES[envelope.kind].decode(envelope.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotProven(f"读不成一条记录：{error}", code="entry-form") from error
    entry = Entry(
        body=body,
        checkers=envelope.checkers,
        index=envelope.index,
        kind=envelope.kind,
        maker=envelope.maker,
        occurred_on=envelope.occurred_on,
        period=envelope.period,
        previous=envelope.previous,
        recorded_at=envelope.recorded_at,
        v=envelope.v,
        village=envelope.village,
    )
    if _ENCODER.encode(entry) != data:
        raise NotProven("记录的写法不规范：重新编码后与原字节不同", code="entry-canonical")
    return entry


def parse_claim(data: bytes) -> Claim:
    """Read the canonical bytes of a claim, as a draft keeps them; raises NotProven where they are not."""
    try:
        raw = _CLAIM.decode(data)
        if raw.kind not in _BODIES:
            raise NotProven(f"没有这种记录：{raw.kind!r}", code="entry-kind")
        body = _BODIES[raw.kind].decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotProven(f"读不成一份待审记录：{error}", code="entry-form") from error
    claim = Claim(
        body=body,
        kind=raw.kind,
        maker=raw.maker,
        occurred_on=raw.occurred_on,
        period=raw.period,
        village=raw.village,
    )
    if _ENCODER.encode(claim) != data:
        raise NotProven("待审记录的写法不规范：重新编码后与原字节不同", code="entry-canonical")
    return claim


def format_claim(claim: Claim) -> bytes:
    """Return the canonical bytes of a claim."""
    return _ENCODER.encode(claim)


def digest_claim(claim: Claim) -> str:
    """Return the body digest in hex: what approval signs off and idempotency compares."""
    return hashlib.sha256(_ENCODER.encode(claim)).hexdigest()
