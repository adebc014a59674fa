"""A small finished export, and what an audit says of any copy of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ledger.audit import Report, audit_log
from ledger.audit.findings import Finding, LogSource
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.sources import FileSource
from tests.homes import VillageHome, open_village

Files = dict[str, bytes]
LATER_MS = 1_800_000_000_000
"""January 2027: no entry of the tests is from the future."""


def audit_source(source: LogSource, **options: object) -> Report:
    return audit_log(source, load_reference(), **{"now_ms": LATER_MS, **options})


def audit_files(files: Mapping[str, bytes], **options: object) -> Report:
    """Audit a copy laid out as files. Raises NotProven where it has nothing to start from."""
    return audit_source(FileSource("副本", files.get), **options)


def find(files: Mapping[str, bytes]) -> list[Finding]:
    """Return what an audit finds; of a copy that proves nothing, that."""
    try:
        return list(audit_files(files).findings)
    except NotProven as error:
        return [Finding(code=error.code, entry=-1, expected="", field="", found=error.reason, meaning="")]


def list_named(findings: list[Finding]) -> list[int]:
    """Return the indexes that findings name, each once, ascending."""
    return sorted({finding.entry for finding in findings if finding.entry >= 0})


def fill_finance(village: VillageHome, *, opening_fen: int = 5_000_000, first_fen: int = 32_500) -> None:
    """October with two vouchers, closed and hung: entries 0 to 6."""
    village.open_books(opening_fen)
    village.record_voucher("购办公用纸", first_fen)
    village.record_voucher("修水渠", 120_000)
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The export of a village whose October hangs."""
    with open_village(tmp_path_factory.mktemp("village") / "home") as village:
        fill_finance(village)
        return village.export()


@pytest.fixture
def change(files: Files) -> Callable[[str, bytes | None], Files]:
    """A copy of the export in which one file is another, or gone."""

    def make(path: str, data: bytes | None) -> Files:
        return {name: content for name, content in files.items() if name != path} | (
            {} if data is None else {path: data}
        )

    return make
