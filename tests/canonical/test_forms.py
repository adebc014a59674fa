"""Types as regular expressions: what matches is written canonically; what cannot be described never matches."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, inspect

from ledger.books.values import INTEGER_MAX, Count, Integer, Positive
from ledger.canonical import encode_value
from ledger.forms import describe_type


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    b: bool
    a: Literal["x", "y.z", 3]


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    inner: Inner
    items: tuple[Inner, ...]


class Tagged(msgspec.Struct, tag=True):
    a: int


class Listed(msgspec.Struct, array_like=True):
    a: bool


class Optional(msgspec.Struct):
    a: bool = True


class Leaving(msgspec.Struct, omit_defaults=True):
    a: bool
    b: Annotated[str, Meta(pattern=r"\Ab[0-9]\Z")] = ""
    c: Annotated[str, Meta(pattern=r"\Ac\Z")] = ""


class LeavingNumber(msgspec.Struct, omit_defaults=True):
    a: bool
    b: Annotated[int, Meta(ge=1, le=2**53 - 1)] = 0


class LeavingNone(msgspec.Struct, omit_defaults=True):
    a: bool
    b: tuple[bool, ...] | None = None


class NeverNone(msgspec.Struct, omit_defaults=True):
    a: bool
    b: bool | int | None = None


class LeavingZero(msgspec.Struct, omit_defaults=True):
    a: bool
    b: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0


class LeavingFirst(msgspec.Struct, omit_defaults=True, kw_only=True):
    a: Annotated[str, Meta(pattern=r"\Aa\Z")] = ""
    b: bool


class LeavingAll(msgspec.Struct, omit_defaults=True):
    a: Annotated[str, Meta(pattern=r"\Aa\Z")] = ""


class LeavingEmpty(msgspec.Struct, omit_defaults=True):
    a: bool
    b: Annotated[str, Meta(pattern=r"\A(b)?\Z")] = ""


class Writing(msgspec.Struct):
    a: bool
    b: Annotated[str, Meta(pattern=r"\Ab\Z")] = ""


UpTo = Annotated[int, Meta(ge=0, le=120)]


def matches(type_: Any, data: bytes) -> bool:
    return re.fullmatch(describe_type(inspect.type_info(type_)).encode(), data) is not None


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        (bool, [True, False]),
        (Count, [0, 7, 10**15 - 1]),
        (Positive, [1, 10**15 - 1]),
        (UpTo, [0, 1, 9, 10, 99, 100, 119, 120]),
        (Integer, [0, -1, 1, -(10**15) + 1]),
        (Annotated[str, Meta(min_length=2, max_length=3)], ["ab", "a/~"]),
        (str, ["", "[plain]"]),
        (Annotated[str, Meta(pattern=r"\A(a[0-9]{2}|b)?\Z")], ["", "a01", "b"]),
        (
            Outer,
            [Outer(Inner(True, "y.z"), ()), Outer(Inner(False, 3), (Inner(True, "x"), Inner(False, "x")))],
        ),
        (Annotated[tuple[bool, ...], Meta(min_length=1, max_length=2)], [(True,), (True, False)]),
        (Leaving, [Leaving(True), Leaving(True, "b1"), Leaving(True, c="c"), Leaving(False, "b2", "c")]),
        (LeavingNumber, [LeavingNumber(True), LeavingNumber(True, 1), LeavingNumber(False, 12)]),
        (LeavingNone, [LeavingNone(True), LeavingNone(True, ()), LeavingNone(False, (True, False))]),
        (LeavingFirst, [LeavingFirst(b=True), LeavingFirst(a="a", b=False)]),
    ],
)
def test_values_of_a_type_match_as_they_are_written(type_: Any, values: list[Any]) -> None:
    assert all(matches(type_, encode_value(value)) for value in values)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Count, "-1"),
        (Count, "00"),
        (Positive, "0"),
        (Integer, "-0"),
        (Integer, str(INTEGER_MAX + 1)),
        (Integer, "1.0"),
        (Annotated[str, Meta(min_length=2, max_length=3)], '"a"'),
        (Annotated[str, Meta(min_length=2, max_length=3)], '"abcd"'),
        (str, '"a"b"'),
        (str, r'"\u0041"'),
        (str, '"\x7f"'),
        (Annotated[str, Meta(pattern=r"\A(a[0-9]{2}|b)?\Z")], '"a1"'),
        (Outer, '{"items":[],"inner":{"a":"x","b":true}}'),
        (Outer, '{"inner":{"a":"yxz","b":true},"items":[]}'),
        (Outer, '{"inner":{"a":"x","b":true},"items":[],"more":1}'),
        (Outer, '{"inner":{"a":"x","b":true}, "items":[]}'),
        (Annotated[tuple[bool, ...], Meta(min_length=1, max_length=2)], "[]"),
        (Annotated[tuple[bool, ...], Meta(min_length=1, max_length=2)], "[true,true,true]"),
        (tuple[bool, ...], "[true,]"),
        (Leaving, '{"a":true,"b":""}'),
        (LeavingNumber, '{"a":true,"b":0}'),
        (LeavingNone, '{"a":true,"b":null}'),
        (Leaving, '{"a":true,"c":"c","b":"b1"}'),
        (Leaving, '{"a":true,"b":"b1","b":"b1"}'),
        (LeavingFirst, '{"a":"","b":true}'),
        (LeavingFirst, '{"b":true,"a":"a"}'),
        (LeavingFirst, '{"a":"a",}'),
        (LeavingFirst, '{"a":"a","a":"a","b":true}'),
    ],
)
def test_no_other_text_matches(type_: Any, text: str) -> None:
    assert not matches(type_, text.encode())


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (float, 1.5),
        (bool | None, True),
        (list[bool], [True]),
        (int, 1),
        (Annotated[int, Meta(ge=2, le=INTEGER_MAX)], 2),
        (Annotated[int, Meta(ge=2, le=5)], 2),
        (Annotated[int, Meta(gt=0, le=INTEGER_MAX)], 1),
        (Annotated[str, Meta(pattern="a")], "a"),
        (Annotated[str, Meta(pattern=r"\A[^b]\Z")], "a"),
        (Annotated[str, Meta(pattern=r"\A.\Z")], "a"),
        (Annotated[str, Meta(pattern=r"\A[A-z]\Z")], "a"),
        (Annotated[str, Meta(pattern=r"\A(?:a)\Z")], "a"),
        (Annotated[str, Meta(pattern=r"\Aa\Z", min_length=1)], "a"),
        (Tagged, Tagged(1)),
        (Listed, Listed(True)),
        (Optional, Optional()),
        (LeavingAll, LeavingAll("a")),
        (LeavingEmpty, LeavingEmpty(True)),
        (LeavingZero, LeavingZero(True)),
        (NeverNone, NeverNone(True, True)),
        (Writing, Writing(True)),
    ],
)
def test_what_cannot_be_described_never_matches(type_: Any, value: Any) -> None:
    assert not matches(type_, encode_value(value))


@pytest.mark.parametrize("most", [1, 7, 10, 19, 99, 120, 2_400, 10_000, 30_109])
def test_a_bounded_number_matches_to_its_bound_and_no_further(most: int) -> None:
    bounded, above = Annotated[int, Meta(ge=1, le=most)], Annotated[int, Meta(ge=0, le=most)]

    told = [number for number in range(most * 2 + 12) if matches(bounded, str(number).encode())]

    assert told == list(range(1, most + 1))
    assert matches(above, b"0")
    assert not matches(above, b"00")
    assert not matches(Annotated[int, Meta(ge=2, le=most + 2)], b"2")
    assert not matches(Annotated[int, Meta(ge=0, le=0)], b"1")
