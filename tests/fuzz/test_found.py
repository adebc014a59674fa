"""Inputs that once broke a contract: each is refused, or reported, as anything else is."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven
from tests.fuzz.contract import Room, Samples
from tests.fuzz.engine import limit_time
from tests.fuzz.targets import TARGETS
from tests.fuzz.ways import KINDS

LONG = 200_000
NOWHERE = "nothing there"
SETTING = "setting-invalid"


def _edit(samples: Samples, name: str, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(samples[name])
    change(document)
    return encode_value(document)


def _build_paper(samples: Samples, index_field: str) -> bytes:
    """A sheet whose replacement replaces itself."""
    target = next(target for target in TARGETS if target.name == "lawless paper")
    document = json.loads(target.seeds(samples)[0])
    for entry in document["entries"]:
        if index_field in entry["body"]:
            entry["body"][index_field] = entry["index"]
    return encode_value(document)


def _raise_zip_version(samples: Samples) -> bytes:
    """A directory that asks for a reader of the future."""
    target = next(target for target in TARGETS if target.name == "zip")
    data = bytearray(target.seeds(samples)[0])
    data[data.rindex(b"PK\x01\x02") + 6] = 99
    return bytes(data)


def _write_cell(samples: Samples, text: bytes) -> bytes:
    """A voucher whose amount is `text`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples["workbook/vouchers"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>325</v>", b"<v>" + text + b"</v>"))
    return bytes([KINDS.index("vouchers")]) + out.getvalue()


def _forge_link(samples: Samples) -> bytes:
    """A bundle with one entry altered, and the link of another no base64: nothing gives the signed root."""
    path = "tile/entries/000.p/18"
    data = samples[f"export/{path}"]
    at = data.index(b'"previous":"', len(data) // 2) + len(b'"previous":"')
    return path.encode() + b"\n" + data[:at] + "é".encode() + data[at + 2 :]


FOUND: dict[str, tuple[str, Callable[[Samples], bytes], str]] = {
    "a text that is not ASCII": (
        "evidence",
        lambda samples: _edit(samples, "evidence/F", lambda evidence: evidence.update(texts=["é"])),
        "disclosure-form",
    ),
    "a replacement of itself": (
        "lawless paper",
        lambda samples: _build_paper(samples, "replaces"),
        "evidence-index",
    ),
    "a reversal of itself": (
        "lawless paper",
        lambda samples: _build_paper(samples, "reverses"),
        "evidence-index",
    ),
    "figures and commas without end": ("printed text", lambda _: b"1," * LONG, "printed-missing"),
    "figures and two commas without end": ("printed text", lambda _: b"1,," * LONG, "printed-missing"),
    "a link that is no base64": ("export", _forge_link, "entry-altered"),
    "a zip for a reader of the future": ("zip", _raise_zip_version, "source-zip"),
    "a line that is no status": ("answer", lambda _: b"HTTP/1.1 20\xd8\xac0 OK\r\n\r\n", NOWHERE),
    "an answer of another protocol": ("answer", lambda _: b"220 mail ready\r\n", NOWHERE),
    "a header without end": ("answer", lambda _: b"HTTP/1.1 200 OK\r\nx: " + b"x" * LONG, NOWHERE),
    "a chunk cut short": (
        "answer",
        lambda _: b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nx",
        NOWHERE,
    ),
    "a setting of 5,000 digits": ("settings", lambda _: b"is_demo = " + b"1" * 5_000, SETTING),
    "a setting of 5,000 digits in hexadecimal": (
        "settings",
        lambda _: b"is_demo = 0x" + b"f" * 5_000,
        SETTING,
    ),
    "an address of 5,000 digits": ("settings", lambda _: b"public_base_url = 0x" + b"f" * 5_000, SETTING),
    "an unknown setting of 5,000 digits": (
        "settings",
        lambda _: b"other = [0x" + b"f" * 5_000 + b"]",
        SETTING,
    ),
    "settings nested without end": ("settings", lambda _: b"is_demo = " + b"[" * 5_000, SETTING),
    "names nested without end": ("settings", lambda _: b".".join([b"a"] * 5_000) + b" = 1", SETTING),
    "a query of no encoding, to no page": ("request", lambda _: b"GET /nowhere?from=\xf0page", "404"),
    "an amount of 400 digits": (
        "workbook",
        lambda samples: _write_cell(samples, b"1" * 400),
        "cell-too-long",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(samples: Samples, tmp_path: Path, name: str) -> None:
    row, build, code = FOUND[name]
    target = next(target for target in TARGETS if target.name == row)

    with ExitStack() as closing, limit_time():
        take = target.make(Room(samples, tmp_path, closing))
        try:
            outcome = take(build(samples))
        except target.refusals as refusal:
            outcome = refusal

    assert code in _list_codes(outcome)


def _list_codes(outcome: object) -> set[str]:
    """Return the codes of a refusal, or of what a report or an import found; of an answer its status."""
    if isinstance(outcome, int):
        return {str(outcome)}
    if isinstance(outcome, NotProven):
        return {outcome.code}
    if isinstance(outcome, NotFound):
        return {NOWHERE}
    return {one.code for name in ("faults", "findings") for one in getattr(outcome, name, ())}
