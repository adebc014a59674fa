"""The worked log of `ledger/FORMAT.md`, laid out as its files: our own audit finds that it agrees."""

from __future__ import annotations

import pytest
import rfc8785

from ledger.audit import audit_log
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.sources import FileSource
from tests.vectors.test_format import ENTRIES, LEAVES, read_blocks

LATER_MS = 1_800_000_000_000


def build_files() -> dict[str, bytes]:
    """Return the three entries, their public texts, hashes, policy and checkpoint, as the page lays files out."""
    data = [block[0].encode() for block in ENTRIES[:3]]
    texts = [line.split(" ")[2] for line in read_blocks("disclosures")[0][:3]]
    return {
        "checkpoint": "".join(f"{line}\n" for line in read_blocks("checkpoint")[0]).encode(),
        "log.vkey": f"{read_blocks('vkey')[0][0]}\n".encode(),
        "policy": "".join(f"{line}\n" for line in read_blocks("policy")[0]).encode(),
        "texts/1.json": rfc8785.dumps({"disclosures": sorted(texts), "index": 1}) + b"\n",
        "tile/0/000.p/3": b"".join(LEAVES[:3]),
        "tile/entries/000.p/3": b"".join(len(item).to_bytes(2, "big") + item for item in data),
    }


def audit(files: dict[str, bytes]) -> tuple[int, list[str]]:
    """Return how many entries were looked at, and the codes of what was found."""
    try:
        report = audit_log(FileSource("副本", files.get), load_reference(), now_ms=LATER_MS)
    except NotProven as error:
        return 0, [error.code]
    return report.examined, [finding.code for finding in report.findings]


def test_the_program_reads_what_the_page_writes_and_finds_nothing() -> None:
    assert audit(build_files()) == (3, [])


@pytest.mark.parametrize("path", build_files())
def test_it_looks_at_each_of_the_files(path: str) -> None:
    data = build_files()[path]
    place = len(data) // 2

    examined, codes = audit(
        build_files() | {path: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]}
    )

    assert (examined, codes) != (3, [])
