"""The corners of an audit: long logs, texts of no form, sheets with nothing or much on them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_evidence
from ledger.audit.entries import EntryReader
from ledger.books.vouchers import Posting
from ledger.canonical import encode_value
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.errors import NotFound
from ledger.evidence import select_indexes
from ledger.log.commitments import digest_disclosure
from ledger.log.tiles import Tile, format_bundle
from ledger.state import MemoryFacts
from tests.audit.conftest import audit_files
from tests.builders import (
    build_branch,
    build_description,
    build_opening,
    build_postings,
    build_rule,
    build_rulebook,
    build_scheme,
)
from tests.fakes.renderer import PaperRenderer
from tests.homes import VillageHome, open_village


class _Bundles:
    """A source of nothing but bundles of one repeated entry, counting how often one is read."""

    def __init__(self) -> None:
        self.reads = 0

    def read_tile(self, tile: Tile) -> bytes | None:
        self.reads += 1
        return format_bundle([b"{}"] * tile.width)


def test_only_so_many_bundles_are_kept() -> None:
    source = _Bundles()
    reader = EntryReader(source, 256 * 20)

    assert len(list(reader.iterate())) == 256 * 20
    list(reader.iterate())

    assert source.reads == 40
    for index in (-1, 256 * 20):
        with pytest.raises(NotFound):
            reader.read_entry(index)


def test_a_text_of_its_digest_and_of_no_form_is_named(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        body = build_description(village.texts)
        bare = "bm90aGluZw"
        village.texts._public[0] = bare
        body = msgspec.structs.replace(
            body, name=msgspec.structs.replace(body.name, text=digest_disclosure(bare))
        )
        receipt = village.record(body)
        findings = audit_files(village.export()).findings

    assert {(finding.code, finding.entry) for finding in findings} == {
        ("disclosure-form", receipt.index),
        ("text-missing", receipt.index),
    }


def test_a_text_that_is_not_ascii_belongs_to_nothing(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        files = village.export()
    files["texts/0.json"] = encode_value({"disclosures": ["文"], "index": 0}) + b"\n"

    assert [(item.code, item.entry) for item in audit_files(files).findings] == [("text-strange", 0)]


def _audit_sheets(village: VillageHome, tmp_path: Path) -> None:
    """Seal all three sheets, and audit each from its own file and all from the export."""
    for kind, letter in (("finance", "F"), ("points", "P"), ("scores", "S")):
        village.seal(kind, "2026-10")
        path = tmp_path / f"{letter}.pdf"
        path.write_bytes(village.export()[f"sheets/2026-10-{letter}-1/sheet.pdf"])
        assert audit_evidence(*read_pdf(path), load_reference()).findings == ()
    assert audit_files(village.export()).findings == ()


def test_a_month_of_nothing_has_sheets_that_agree(tmp_path: Path) -> None:
    with open_village(tmp_path / "home", renderer=PaperRenderer()) as village:
        village.open_books(500_000)
        village.record(build_rulebook(village.texts, rules=(build_rule(village.texts),)))
        village.record(build_scheme(village.texts))
        village.record(build_branch(village.texts))
        village.go_to("2026-11-02")
        village.close("2026-10")

        _audit_sheets(village, tmp_path)


def test_a_month_with_every_list_has_sheets_that_agree(tmp_path: Path) -> None:
    amounts = {"101": 3_000_000, "102": 9_000_000, "112": 250_000, "131": 400_000}
    postings = [Posting(account=code, amount_fen=fen, side="debit") for code, fen in amounts.items()]
    postings += [Posting(account="201", amount_fen=650_000, side="credit")]
    postings += [Posting(account="301", amount_fen=12_000_000, side="credit")]
    with open_village(tmp_path / "home", renderer=PaperRenderer()) as village:
        village.record(build_opening(chart="2023", postings=tuple(postings)))
        for debit, credit in (("513", "101"), ("515", "102"), ("101", "501"), ("102", "502"), ("102", "101")):
            village.record_voucher(
                f"样例 {debit} {credit}", 0, postings=build_postings(12_345, debit=debit, credit=credit)
            )
        village.record_points()
        village.record_scores()
        village.go_to("2026-11-02")
        village.close("2026-10")

        _audit_sheets(village, tmp_path)


def test_a_log_that_is_not_founded_has_no_evidence() -> None:
    with pytest.raises(NotFound):
        select_indexes(MemoryFacts(_read_nothing), "finance", "2026-10")


def _read_nothing(index: int) -> None:
    raise AssertionError(index)
