"""Score sheets under a scheme with components and grades: proven from their own entries, on paper as in the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit import audit_evidence
from ledger.books.figures import ScoreFigures
from ledger.canonical import encode_value, parse_entry
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.evidence import Evidence, parse_evidence, verify_evidence
from tests.audit.conftest import Files, audit_files
from tests.books.points_ledger import change
from tests.builders import build_branch, build_score_round, build_weighed_scheme
from tests.fakes.renderer import PaperRenderer
from tests.homes import open_village

NAME = "2026-10-S-1"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    path = tmp_path_factory.mktemp("graded") / "home"
    with open_village(path, renderer=PaperRenderer()) as village:
        village.open_books()
        village.record(build_weighed_scheme(village.texts))
        body = build_weighed_scheme(village.texts, every=None, subject=None)
        village.record(change(body, components=(change(body.components[2], weight=100),)))
        village.record(build_branch(village.texts))
        village.record(build_score_round(village.texts))
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("scores", "2026-10")
        return village.export()


def test_a_sheet_in_grades_follows_from_its_own_entries(sealed: Files, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(sealed[f"sheets/{NAME}/sheet.pdf"])
    attached, printed = read_pdf(path)

    figures = verify_evidence(attached, load_reference()).figures

    assert isinstance(figures, ScoreFigures)
    assert [(cut.name, row.members) for cut, row in zip(figures.cuts[::-1], figures.stars, strict=True)] == [
        ("合格", 1),
        ("不合格", 0),
    ]
    assert encode_value(figures) == sealed[f"sheets/{NAME}/figures.json"]
    assert list(audit_evidence(attached, printed, load_reference()).findings) == []
    evidence: Evidence = parse_evidence(attached)
    kinds = [parse_entry(item.bytes.encode()).kind for item in evidence.entries]
    assert kinds.count("scheme.adopted") == 1  # Of grid workers a sheet about members says nothing.


def test_the_whole_log_agrees(sealed: Files) -> None:
    assert list(audit_files(sealed).findings) == []
