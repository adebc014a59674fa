"""A sheet's file that cannot be read is a finding by name, and the rest of the log is still audited."""

from __future__ import annotations

from ledger.audit.findings import Finding
from ledger.errors import NotProven
from ledger.sources import FileSource
from tests.audit.conftest import Files, audit_source

SEAL = 6  # the entry that seals October's sheet
PDF = "sheets/2026-10-F-1/sheet.pdf"


def test_an_unreadable_sheet_is_named_with_its_reason(files: Files) -> None:
    def read_file(path: str) -> bytes | None:
        if path == PDF:
            raise NotProven("压缩包里的 sheet.pdf 读不出来：Bad CRC-32", code="source-zip")
        return files.get(path)

    report = audit_source(FileSource("副本", read_file))

    assert report.examined == report.entries
    assert report.findings[0] == Finding(
        code="source-zip",
        entry=SEAL,
        expected="读得出来",
        field="2026-10-F-1 的文件",
        found="压缩包里的 sheet.pdf 读不出来：Bad CRC-32",
        meaning=report.findings[0].meaning,
    )
    assert {finding.code for finding in report.findings} == {"source-zip", "sheet-checkpoint-missing"}
