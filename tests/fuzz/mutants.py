"""Ways to spoil evidence by its structure: where bytes flipped blindly would never come past the first check."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

Mutate = Callable[[Random, bytes], bytes]

_TOKENS = (
    b"\x00",
    b"\n",
    b"\n\n",
    b"\xff",
    b"\xed\xa0\x80",
    "é★".encode(),
    b"[" * 3_000,
    b"9" * 5_000,
    b" ",
    b"%00",
    b"..",
)
_NUMBERS = (0, 1, -1, 2, 255, 256, 2**31, 2**53 - 1, 2**53, -(2**53) + 1, 2**63, 2**64, 10**30, 10**400)
_STRINGS = (
    "",
    "a",
    "é",
    "★" * 50,
    "\ud800",
    "\x00",
    "2026-02-30",
    "2999-12",
    "2000-01",
    "2999-12-31",
    "-" * 43,
    "0" * 64,
)
_ATTRIBUTE = re.compile(rb'="[^"]*"')
_TEXT = re.compile(rb">[^<]+<")
_ELEMENT = re.compile(rb"<[^>]*>")
_CELLS = (
    b"0", b"-1", b"1" * 400, b"1" * 5_000, b"nan", b"inf", b"1e999", b"1E400", b"-0", b"", b"A0", b"ZZZ1",
    b"XFE1048577", b"A1:B0", b"A:A", b"16384", b"99999", b"18446744073709551616", b"true", b"s", b"b", b"e", b"d",
    b"inlineStr", b"str", b"2958466",
    b"2026-13-45T99:99:99", b"#REF!", "\u0663\u0664".encode(), b"&#x1F600;", b"_x0000_", b"hidden", b"veryHidden",
)  # fmt: skip
_DIRECTORY, _END = b"PK\x01\x02", b"PK\x05\x06"


def mutate_bytes(random: Random, data: bytes) -> bytes:
    """Return `data` with one to four places flipped, cut, doubled, moved or replaced."""
    spoilt = bytearray(data)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(spoilt) + 1)
        stop = min(len(spoilt), place + random.randint(1, 16))
        kind = random.randrange(7)
        if kind == 0 and place < len(spoilt):
            spoilt[place] ^= 1 << random.randrange(8)
        elif kind == 1 and place < len(spoilt):
            spoilt[place] = random.randrange(256)
        elif kind == 2:
            del spoilt[place:stop]
        elif kind == 3:
            spoilt[place:place] = spoilt[place:stop]
        elif kind == 4:
            spoilt[place:stop] = random.choice(_TOKENS)
        elif kind == 5:
            spoilt[place:place] = random.randbytes(random.randint(1, 8))
        elif random.random() < 0.2:
            del spoilt[place:]
    return bytes(spoilt)


def mutate_json(random: Random, data: bytes) -> bytes:
    """Return canonical JSON with one to three values replaced, exchanged, doubled or gone; other bytes as bytes."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_bytes(random, data)
    for _ in range(random.randint(1, 3)):
        places = _list_places(value)
        if not places:
            break
        _change(random, places)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def mutate_zip(random: Random, data: bytes) -> bytes:
    """Return an archive whose parts, or whose directory, are spoilt."""
    if random.random() < 0.25:
        return _mutate_directory(random, data)
    if random.random() < 0.1:
        return mutate_bytes(random, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    # Most of a workbook is trimmings: the sheets, the styles and what names them are where the reader works.
    heavy = [
        at for at, (name, _) in enumerate(parts) if "sheet" in name or "workbook" in name or "shared" in name
    ]
    for _ in range(random.randint(1, 2)):
        at = random.choice(heavy) if heavy and random.random() < 0.8 else random.randrange(len(parts))
        name, part = parts[at]
        parts[at] = _mutate_part(random, name, part)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts:
            if name:
                archive.writestr(name, part)
    return out.getvalue()


def _list_places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) below `value`."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        box = waiting.pop()
        keys = list(box) if isinstance(box, dict) else range(len(box)) if isinstance(box, list) else ()
        places += [(box, key) for key in keys]
        waiting += [box[key] for key in keys]
    return places


def _change(random: Random, places: list[tuple[Any, Any]]) -> None:
    box, key = random.choice(places)
    other, at = random.choice(places)
    kind = random.randrange(8)
    if kind < 3:
        # The same kind of value from elsewhere: what is well formed and means something else.
        alike = [b[k] for b, k in places if type(b[k]) is type(box[key])]
        box[key] = json.loads(json.dumps(random.choice(alike)))
    elif kind == 3:
        box[key] = json.loads(json.dumps(other[at]))
    elif kind == 4:
        box[key] = random.choice(_NUMBERS if isinstance(box[key], int) else _STRINGS)
    elif kind == 5:
        box[key] = random.choice((None, True, 1.5, [], {}, *_NUMBERS, *_STRINGS))
    elif isinstance(box, list):
        box[key : key + 1] = [] if kind == 6 else [box[key], json.loads(json.dumps(box[key]))]
    elif kind == 6:
        del box[key]
    elif isinstance(box[key], str):
        box[key] = mutate_bytes(random, box[key].encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    elif isinstance(box[key], int):
        box[key] += random.choice((-1, 1, 100))


def _mutate_part(random: Random, name: str, part: bytes) -> tuple[str, bytes]:
    kind = random.randrange(10)
    if kind == 0:
        return name, mutate_bytes(random, part)
    if kind == 1 and random.random() < 0.5:
        return "", part
    found = list((_ATTRIBUTE, _ATTRIBUTE, _TEXT, _ELEMENT)[kind % 4].finditer(part))
    if not found:
        return name, mutate_bytes(random, part)
    match = random.choice(found)
    start, stop = match.span()
    if kind % 4 == 3:
        doubled = random.choice(found).group()
        return name, part[:start] + random.choice((b"", match.group() + doubled, doubled)) + part[stop:]
    word = random.choice((*_CELLS, random.choice(found).group()[2:-1]))
    head, tail = (b'="', b'"') if kind % 4 < 2 else (b">", b"<")
    return name, part[:start] + head + word + tail + part[stop:]


def _mutate_directory(random: Random, data: bytes) -> bytes:
    """Return the archive with one field of its directory, or of a local header, set to something else."""
    spoilt = bytearray(data)
    marks = [_DIRECTORY] * 4 + [_END, b"PK\x03\x04"]
    mark = random.choice(marks)
    places = [match.start() for match in re.finditer(re.escape(mark), data)]
    if not places:
        return mutate_bytes(random, data)
    field = random.choice(places) + 4 + 2 * random.randrange(9 if mark == _END else 21)
    value = random.choice((0, 1, 8, 9, 12, 63, 64, 99, 255, 0x7FFF, 0xFFFF, random.randrange(65_536)))
    spoilt[field : field + 2] = struct.pack("<H", value)
    return bytes(spoilt[: len(data)])
