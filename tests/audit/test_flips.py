"""Every stored byte of an export flipped, every file cut short or gone: found, and the right place named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from ledger.audit.findings import Finding
from ledger.log.tiles import parse_bundle
from tests.audit.conftest import Files, audit_files, find, list_named

# Thousands of audits of one log: they reach no line that the others do not.
pytestmark = pytest.mark.no_cover

SEALED, SIZE = 6, 7
BUNDLE, LEAVES = f"tile/entries/000.p/{SIZE}", f"tile/0/000.p/{SIZE}"
SHEET = "sheets/2026-10-F-1/"
PATHS = (
    *("checkpoint", "log.vkey", "policy", BUNDLE, LEAVES),
    *(f"tile/entries/000.p/{SEALED}", f"tile/0/000.p/{SEALED}"),
    *(f"texts/{index}.json" for index in (1, 3, 4)),
    *(SHEET + name for name in ("checkpoint", "figures.json", "sheet.pdf", "toolchain.json")),
)

SAMPLE, EDGE = 7, 80
"""Of the lengths that a file may be cut to, every so many in the quick set, and each of so many at both ends."""

Change = Callable[[str, bytes | None], Files]


def test_the_export_holds_these_files_and_agrees(files: Files) -> None:
    report = audit_files(files)

    assert sorted(files) == sorted(PATHS)
    assert report.findings == ()
    assert (report.entries, report.examined, report.sheets) == (SIZE, SIZE, 1)


@pytest.mark.parametrize("path", [path for path in PATHS if path != BUNDLE])
def test_every_byte_flipped_is_found_in_its_file(files: Files, change: Change, path: str) -> None:
    for place, byte in enumerate(files[path]):
        data = bytearray(files[path])
        data[place] = byte ^ 1

        assert _is_named(find(change(path, bytes(data))), path), (path, place)


def test_every_byte_of_an_entry_flipped_names_exactly_that_entry(files: Files, change: Change) -> None:
    for index, place in _iterate_places(files[BUNDLE]):
        data = bytearray(files[BUNDLE])
        data[place] ^= 1

        findings = find(change(BUNDLE, bytes(data)))

        assert list_named(findings) == [index], place
        assert "entry-altered" in {finding.code for finding in findings}


def test_every_bit_of_a_length_flipped_names_its_entry_first(files: Files, change: Change) -> None:
    place = 0
    for index, entry in enumerate(parse_bundle(files[BUNDLE], SIZE)):
        for bit in range(16):
            data = bytearray(files[BUNDLE])
            data[place + bit // 8] ^= 1 << bit % 8

            findings = find(change(BUNDLE, bytes(data)))

            # The last entry's bytes stay whole under a longer length: then the file is named.
            assert (list_named(findings) or [SIZE - 1])[0] == index
            assert findings
        place += 2 + len(entry)


@pytest.mark.parametrize("step", [SAMPLE, pytest.param(1, marks=pytest.mark.deep)])
@pytest.mark.parametrize("path", PATHS)
def test_every_truncation_is_found_in_its_file(files: Files, change: Change, path: str, step: int) -> None:
    whole = len(files[path])
    for size in sorted(
        {*range(0, whole, step), *range(min(EDGE, whole)), *range(max(0, whole - EDGE), whole)}
    ):
        findings = find(change(path, files[path][:size]))

        assert findings, size
        assert path == BUNDLE or _is_named(findings, path), size


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_is_gone_or_goes_on_is_found(files: Files, change: Change, path: str) -> None:
    assert _is_named(find(change(path, None)), path) or path == BUNDLE
    assert find(change(path, None))
    assert find(change(path, files[path] + b"\n"))
    assert find(change(path, files[path] + b"\x00\x01x"))


def _is_named(findings: list[Finding], path: str) -> bool:
    """Whether a finding names this file, by its path or by the entry it belongs to."""
    text = re.fullmatch(r"texts/([0-9]+)\.json", path)
    return any(
        path in finding.field
        or (text is not None and finding.entry == int(text[1]))
        or (path.startswith(SHEET) and finding.entry == SEALED)
        or (path == "policy" and finding.field == "policy")
        or path in ("checkpoint", "log.vkey")
        for finding in findings
    )


def _iterate_places(bundle: bytes) -> Iterator[tuple[int, int]]:
    """Yield (index, place) of every byte of every entry, the lengths left out."""
    start = 0
    for index, entry in enumerate(parse_bundle(bundle, SIZE)):
        yield from ((index, start + 2 + place) for place in range(len(entry)))
        start += 2 + len(entry)
