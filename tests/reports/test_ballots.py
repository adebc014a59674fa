"""Slips of a secret ballot: each has its own code, as a square and in letters, and nothing that counts them."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.ports import PaperJob
from ledger.service.ballots import BallotPaper
from ledger.service.cards import fold_code, make_code
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.fakes import SeededEntropy
from tests.reports.test_certificates import read_codes

BASE = "https://mingbai.example.cn"
ENTROPY = SeededEntropy("slips")
CODES = tuple(make_code(ENTROPY) for _ in range(11))


def make(base_url: str = BASE) -> bytes:
    paper = BallotPaper(
        closes="2026-11-02",
        codes=CODES,
        made_on="2026-10-28",
        number="CP-2026-001",
        opens="2026-10-29",
        telephone="0000-0000000",
        title="网格民主测评",
        village=VILLAGE,
        village_name="示例村",
    )
    return render_paper(PaperJob(base_url=base_url, kind="ballots", content=encode_value(paper)))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return make()


def test_a_decoder_reads_every_code_once(pdf: bytes) -> None:
    read = [code for page in (1, 2) for code in read_codes(pdf, page)]

    assert sorted(read) == sorted(f"{BASE}/v/{VILLAGE}/vote#{code}" for code in CODES)


def test_each_code_stands_in_letters_too_and_no_slip_has_a_number(pdf: bytes) -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    text = "".join(pages).replace(" ", "").replace("\n", "")

    assert len(pages) == 2
    assert all(text.count(code) == 1 for code in CODES)
    # Without what all slips share there is nothing that one has and another has not, but its code.
    slips = re.split("网格民主测评", text)[1:]
    assert len(slips) == len(CODES)
    rest = {slip.replace(code, "").partition("沿虚线")[0] for slip in slips for code in CODES if code in slip}
    assert len(rest) == 1
    said = rest.pop()
    assert "2026年10月29日至11月2日" in said
    assert f"打开{BASE.removeprefix('https://')}/v/{VILLAGE}/vote，输入" in said
    assert "打监督电话0000-0000000" in said


def test_letters_as_printed_are_the_code() -> None:
    code = CODES[0]
    assert fold_code(" ".join(code[at : at + 4] for at in range(0, len(code), 4)).lower()) == code


def test_without_an_address_there_is_no_square() -> None:
    assert read_codes(make(base_url=""), 1) == []
