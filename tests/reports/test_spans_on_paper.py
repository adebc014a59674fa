"""The paper of a quarter and a year says what its figures say, row by row, and no item is silent."""

from __future__ import annotations

import re

import pytest

from ledger.audit.printed_spans import list_span_rows
from ledger.books.values import SheetKind
from ledger.canonical import encode_value
from ledger.data import load_reference
from ledger.ports import SheetJob
from reports.render import render_sheet
from tests.books.span_ledger import SpanLedger
from tests.figures.test_spans import BLOCKS
from tests.reports.printed import read_pages

KINDS: tuple[SheetKind, ...] = ("quarter", "year")


@pytest.fixture(scope="module")
def ledger() -> SpanLedger:
    books = SpanLedger()
    books.run(BLOCKS[0])
    return books


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_the_figures_stands_on_the_paper(ledger: SpanLedger, kind: SheetKind) -> None:
    figures = ledger.get_span(kind, "2026-12")
    job = SheetJob(
        base_url="", evidence=b"", figures=encode_value(figures), kind=kind, note=b"", verifier_key=""
    )
    pages = read_pages(render_sheet(job))
    text = "".join(pages).replace("−", "-")

    disclosure = load_reference().disclosure
    rows = ["".join(row) for row in list_span_rows(figures, disclosure)]
    assert [row for row in rows if re.sub(r"\s", "", row) not in text] == []
    for class_ in disclosure.classes:
        assert class_.label in text
    assert "各小项的名称待核对" in text
    assert len(pages) <= 7
