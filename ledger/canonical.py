"""Entry to bytes and back: the only encoder of hashed bytes.

The profile is RFC 8785 (JCS) of objects whose keys are ASCII, whose numbers are integers within ±(2^53−1),
without null and without floats. Under it msgspec's ordered encoder writes exactly JCS; a property test holds
it to the `rfc8785` package. The stored bytes are the hashed bytes are the shown bytes: reading parses,
encodes again and compares, and only then interprets.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import inspect

from ledger.books.values import Count, Day, Period, Value, Village
from ledger.entries import KINDS, Actor, Body, Claim, Entry
from ledger.errors import NotProven
from ledger.forms import describe_type
from ledger.limits import ENTRY_MAX_BYTES

_ENCODER = msgspec.json.Encoder(order="sorted")


class _Envelope(Value, frozen=True):
    """An entry whose body is still raw: which type it has, `kind` says."""

    body: msgspec.Raw
    checkers: tuple[Actor, ...]
    index: Count
    kind: str
    maker: Actor
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
    maker: Actor
    occurred_on: Day
    period: Period
    village: Village


class Written(msgspec.Struct, frozen=True, gc=False):
    """What the envelope of an entry says, cut out of its canonical bytes."""

    claim: bytes  # canonical bytes of the claim
    index: int
    kind: str
    previous: bytes
    recorded_at: int
    village: bytes


R = TypeVar("R", _Envelope, _RawClaim)

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


def find_written(data: bytes) -> Written | None:
    """Return what an entry's envelope says without reading its body, where one look shows the bytes to be canonical.

    Then `parse_entry` accepts them and reads the same. None says nothing: `parse_entry` judges.
    """
    start = data.rfind(_KIND) + 9
    form = _FORMS.get(data[start : data.find(b'"', start)])
    match = form.match(data) if form is not None and len(data) <= ENTRY_MAX_BYTES else None
    if form is None or match is None:
        return None
    head, index, middle, previous, recorded_at, end, village = match.groups()
    return Written(head + middle + end, int(index), form.kind, previous, int(recorded_at), village)


def parse_entry(data: bytes) -> Entry:
    """Read the bytes of one entry; raises NotProven, saying why, unless they are canonical and of a known kind."""
    if len(data) > ENTRY_MAX_BYTES:
        raise NotProven(f"记录有 {len(data)} 字节，最多 {ENTRY_MAX_BYTES} 字节", code="entry-size")
    envelope, body = _decode(_ENVELOPE, data, "一条记录")
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
    _verify_canonical(entry, data, "记录")
    return entry


def parse_claim(data: bytes) -> Claim:
    """Read the canonical bytes of a claim, as a draft keeps them; raises NotProven where they are not."""
    raw, body = _decode(_CLAIM, data, "一份待审记录")
    claim = Claim(
        body=body,
        kind=raw.kind,
        maker=raw.maker,
        occurred_on=raw.occurred_on,
        period=raw.period,
        village=raw.village,
    )
    _verify_canonical(claim, data, "待审记录")
    return claim


def format_claim(claim: Claim) -> bytes:
    """Return the canonical bytes of a claim."""
    return _ENCODER.encode(claim)


def digest_claim(claim: Claim) -> str:
    """Return the body digest in hex: what approval signs off and idempotency compares."""
    return hashlib.sha256(_ENCODER.encode(claim)).hexdigest()


class _Form:
    """How all entries of a kind are written; made when the first is met, since it takes milliseconds."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    @cached_property
    def match(self) -> Callable[[bytes], re.Match[bytes] | None]:
        """Match an entry whole; the groups are what `find_written` cuts out."""
        envelope = inspect.type_info(_Envelope)
        assert isinstance(envelope, inspect.StructType)
        value = {field.encode_name: describe_type(field.type) for field in envelope.fields}
        value["body"] = describe_type(inspect.type_info(KINDS[self.kind].body))
        value["kind"] = f'"{re.escape(self.kind)}"'
        in_claim = "kind", "maker", "occurred_on", "period"
        previous, village = value["previous"].strip('"'), value["village"].strip('"')
        parts = (
            rf'(\{{"body":{value["body"]}),"checkers":{value["checkers"]},"index":({value["index"]})',
            "(" + "".join(f',"{name}":{value[name]}' for name in in_claim) + ")",
            rf',"previous":"({previous})","recorded_at":({value["recorded_at"]}),"v":{value["v"]}',
            rf'(,"village":"({village})"\}})',
        )
        return re.compile("".join(parts).encode()).fullmatch


_KIND = b',"kind":"'
_FORMS = {kind.encode(): _Form(kind) for kind in KINDS}


def _decode(decoder: msgspec.json.Decoder[R], data: bytes, what: str) -> tuple[R, Body]:
    """Return what `decoder` reads, and its raw body as the type that its kind has; `what` names it in NotProven."""
    try:
        raw = decoder.decode(data)
        if raw.kind not in _BODIES:
            raise NotProven(f"没有这种记录：{raw.kind!r}", code="entry-kind")
        return raw, _BODIES[raw.kind].decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotProven(f"读不成{what}：{error}", code="entry-form") from error


def _verify_canonical(value: Entry | Claim, data: bytes, what: str) -> None:
    """Check that `data` are the canonical bytes of the value read from them; raises NotProven naming `what`."""
    if _ENCODER.encode(value) != data:
        raise NotProven(f"{what}的写法不规范：重新编码后与原字节不同", code="entry-canonical")
