"""Sheets that tell of contracts and registers, audited; and a sheet that was sealed before there was such a thing."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_evidence
from ledger.books.figures import FinanceFigures
from ledger.canonical import encode_value
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.evidence import parse_evidence, verify_evidence
from ledger.log.commitments import digest_disclosure
from tests.audit.conftest import Files, audit_files
from tests.builders import (
    build_asset,
    build_contract,
    build_contract_end,
    build_objection,
    build_postings,
    build_resource,
    build_voucher,
)
from tests.fakes.renderer import PaperRenderer
from tests.homes import VillageHome, open_village

BEFORE = Path(__file__).parent / "sealed_before_contracts.zip"
"""The export of a village with a contract, an asset and an objection, written before closings said how contracts
stand: its October is closed and hung.
"""
SHEET = "sheets/2026-10-F-1/sheet.pdf"


def fill(village: VillageHome) -> None:
    village.open_books()
    village.record(build_contract(village.texts))
    village.record(build_asset(village.texts, depreciates_from="2026-10"))
    village.record(
        build_contract(village.texts, number="HT-0002", title=village.texts.publish("村西仓库租赁"))
    )
    bought = {
        "depreciated_fen": 0,
        "depreciates_from": "2026-11",
        "in_use_from": "2026-10",
        "source": "purchased",
    }
    village.record(build_asset(village.texts, number="ZC-0002", **bought))
    village.record(build_resource(village.texts))
    paid = build_postings(500_000, "102", "50103")
    village.record(
        build_voucher(village.texts, chart="2023", contract="HT-0001", number="2026-10-001", postings=paid)
    )
    village.record(build_contract_end(village.texts))
    village.record(build_objection(village.texts))
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Files:
    path = tmp_path_factory.mktemp("told") / "home"
    with open_village(path, renderer=PaperRenderer()) as village:
        fill(village)
        return village.export()


def read(files: Files, folder: Path) -> tuple[bytes, str]:
    path = folder / "sheet.pdf"
    path.write_bytes(files[SHEET])
    return read_pdf(path)


def test_a_sheet_of_before_verifies_byte_for_byte(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(BEFORE.read_bytes())) as kept:
        files = {name: kept.read(name) for name in kept.namelist()}
    attached, printed = read(files, tmp_path)

    figures = verify_evidence(attached, load_reference()).figures

    assert encode_value(figures) == files["sheets/2026-10-F-1/figures.json"]
    assert list(audit_evidence(attached, printed, load_reference()).findings) == []
    assert list(audit_files(files).findings) == []
    assert isinstance(figures, FinanceFigures)
    assert (figures.contracts, figures.registers, figures.objections) == ((), (), None)


def test_a_sheet_tells_and_proves_contracts_registers_and_objections(told: Files, tmp_path: Path) -> None:
    attached, printed = read(told, tmp_path)

    figures = verify_evidence(attached, load_reference()).figures

    assert isinstance(figures, FinanceFigures)
    line, other = figures.contracts
    assert (other.contract, other.unpaid_fen) == ("HT-0002", 1_200_000)
    assert (line.title, line.happened, line.paid_fen) == ("村东仓库租赁", "ended", 500_000)
    assert [change.kind for change in figures.registers] == ["asset-registered", "resource-registered"]
    assert figures.taken_over is not None
    assert figures.objections is not None
    assert list(audit_evidence(attached, printed, load_reference()).findings) == []
    assert list(audit_files(told).findings) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("5,000.00 0.00", "4,000.00 0.00"),
        ("合计 12,000.00 5,000.00 12,000.00", "合计 12,000.00 5,000.00 0.00"),
        ("村东仓库租赁", "村南仓库租赁"),
        ("新登记资产 ZC-0002", "资产出售 ZC-0002"),
        ("提前终止", "新登记"),
        ("收到异议 1 件", "收到异议 0 件"),
        ("登记进台账 1 件", "登记进台账 2 件"),
        ("新登记资源", "资源变动"),
    ],
)
def test_what_is_told_otherwise_on_paper_is_found(
    told: Files, tmp_path: Path, right: str, wrong: str
) -> None:
    attached, printed = read(told, tmp_path)
    assert right in printed

    report = audit_evidence(attached, printed.replace(right, wrong), load_reference())

    assert "printed-missing" in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    ("kinds", "code", "reason"),
    [
        (("contract.ended",), "evidence-incomplete", "合同 HT-0001"),
        (("contract.signed", "contract.signed", "contract.ended"), "evidence-incomplete", "合同 HT-0001"),
        (("resource.registered",), "", ""),
    ],
)
def test_entries_of_a_contract_cannot_be_kept_back(
    told: Files, tmp_path: Path, kinds: tuple[str, ...], code: str, reason: str
) -> None:
    """The closing counts them. What else changed in a month only the whole log shows: the digest is in its seal."""
    attached, _ = read(told, tmp_path)
    evidence = parse_evidence(attached)
    kept = [item for item in evidence.entries if not any(f'"kind":"{kind}"' in item.bytes for kind in kinds)]
    assert len(kept) == len(evidence.entries) - len(kinds)
    gone = [item.bytes for item in evidence.entries if item not in kept]
    texts = tuple(text for text in evidence.texts if not _is_named(text, gone))
    spoilt = encode_value(msgspec.structs.replace(evidence, entries=tuple(kept), texts=texts))

    if not code:
        figures = verify_evidence(spoilt, load_reference()).figures
        assert encode_value(figures) != told["sheets/2026-10-F-1/figures.json"]
        return
    with pytest.raises(NotProven) as error:
        verify_evidence(spoilt, load_reference())
    assert (error.value.code, reason in error.value.reason) == (code, True)


def _is_named(disclosure: str, entries: list[str]) -> bool:
    return any(digest_disclosure(disclosure) in data for data in entries)
