"""The canonical bytes of a type as a regular expression, made from the type itself.

In the restricted profile (see `canonical`) a value is written in exactly one way: every field is there, unless its type
leaves it out where it is empty, in order of its name, without blanks, numbers whole. So the texts of a type are a
regular language, and one match says what decoding with every constraint, encoding again and comparing would say, in a
sixth of the time. It is sure on one side only:
what matches is a value of the type, canonically written; what does not may still be one (a text beyond ASCII, an
integer of sixteen digits) and is for the decoder to judge, which also can say what is wrong.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import inspect

NEVER = "(?!)"
"""Matches nothing: types that are not described here are for the decoder."""

_DIGITS_MAX = 15
"""Integers of so many digits are within ±(2^53 − 1)."""

_PLAIN = r"[ !#-\[\]-~]"
"""A character that JSON writes as itself, in one byte."""

_PATTERN = re.compile(r"(?:[A-Za-z0-9){}|?,=-]|\((?!\?)|\[[A-Za-z0-9./_+-]+\])*")
"""What a text's pattern may be made of: plain characters, classes of them, groups and counts."""


def describe_type(type_: inspect.Type) -> str:
    """Return an expression that matches only canonical texts of values of the type; it has no groups that count."""
    match type_:
        case inspect.StructType(cls=cls, fields=fields, tag=None, array_like=False):
            return _describe_struct(fields, cls.__struct_config__.omit_defaults)
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return _describe_list(describe_type(item), least or 0, most)
        case inspect.StrType(pattern=None, min_length=least, max_length=most):
            return f'"{_PLAIN}{{{least or 0},{most or ""}}}+"'
        case inspect.StrType(pattern=str(pattern), min_length=None, max_length=None):
            return f'"{_describe_pattern(pattern)}"'
        case inspect.LiteralType(values=values):
            return f"(?:{'|'.join(re.escape(msgspec.json.encode(value).decode()) for value in values)})"
        case inspect.IntType(gt=None, lt=None, ge=int(least), le=int(most), multiple_of=None):
            return _describe_range(least, most)
        case inspect.BoolType():
            return "(?:true|false)"
        case _:
            return NEVER


def _describe_struct(fields: tuple[inspect.Field, ...], leaves_out: bool) -> str:
    """A field with a default is left out where it has that value, if the struct says so, and is nowhere written with
    it; one is always there, so that it is plain where commas stand: after those before it, before those behind.
    """
    parts = []
    is_first = True
    for field in sorted(fields, key=lambda field: field.encode_name):
        inner = describe_type(_drop_none(field))
        part = f'"{field.encode_name}":{inner}'
        if field.required:
            parts.append(part if is_first else f",{part}")
            is_first = False
        elif leaves_out and field.default in ("", 0, None) and not _is_written(inner, field.default):
            parts.append(f"(?:{part},)?+" if is_first else f"(?:,{part})?+")
        else:
            return NEVER
    return NEVER if is_first and parts else r"\{" + "".join(parts) + r"\}"


def _drop_none(field: inspect.Field) -> inspect.Type:
    """Return what a field may hold where it is written: None, for which it is left out, stands nowhere."""
    type_ = field.type
    if field.default is not None or not isinstance(type_, inspect.UnionType):
        return type_
    kept = [one for one in type_.types if not isinstance(one, inspect.NoneType)]
    return kept[0] if len(kept) == 1 else type_


def _is_written(inner: str, default: object) -> bool:
    """Whether what a field is left out for could stand there too."""
    return re.fullmatch(inner, msgspec.json.encode(default).decode()) is not None


def _describe_list(item: str, least: int, most: int | None) -> str:
    # What was read once is never read again in another way, here and below: a value's end is plain to see.
    further = f"(?:,{item}){{{max(least - 1, 0)},{'' if most is None else most - 1}}}+"
    return rf"\[{item}{further}\]" if least else rf"\[(?:{item}{further})?+\]"


def _describe_pattern(pattern: str) -> str:
    r"""Return the expression of a pattern between \A and \Z that takes neither quotes nor what JSON would escape."""
    inner = pattern.removeprefix(r"\A").removesuffix(r"\Z")
    classes = re.findall(r"\[.*?\]", inner)
    if (
        pattern != rf"\A{inner}\Z"
        or _PATTERN.fullmatch(inner) is None
        or any(re.match(one, "\\") for one in classes)
    ):
        return NEVER
    return inner.replace("(", "(?:")


def _describe_up_to(most: int) -> str:
    """Match the numbers from 1 to `most`: those of fewer digits, then those that are smaller from some digit on."""
    digits = str(most)
    ways = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        first = 0 if place else 1
        if int(digit) > first:
            ways.append(f"{digits[:place]}[{first}-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}")
    return f"(?:{'|'.join([*ways, digits])})(?![0-9])"


def _describe_range(least: int, most: int) -> str:
    largest = 10**_DIGITS_MAX - 1
    positive = f"[1-9][0-9]{{0,{_DIGITS_MAX - 1}}}+"
    signs = {0: f"(?:0|{positive})", 1: positive}
    if most < largest:
        bounded = _describe_up_to(most) if most > 0 else NEVER
        return {0: f"(?:0|{bounded})", 1: bounded}.get(least, NEVER)
    return signs.get(least, NEVER) if least > -largest else f"(?:0|-?{positive})"
