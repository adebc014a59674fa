"""Certificates on paper: what they say, whose they are, and that their code leads to where they are checked."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from pypdf import PdfReader

from ledger.canonical import encode_value
from ledger.errors import Refused
from ledger.ports import PaperJob
from ledger.service.honours import Certificate, Certificates
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.printed import draw_page

BASE = "https://mingbai.example.cn"
CERTIFICATES = Certificates(
    certificates=(
        Certificate(check="K7Q29XHB", household="样大山", person=""),
        Certificate(check="AAAA2222", household="样大山", person="例小梅"),
    ),
    day="2026-10-20",
    index=231,
    number="RY-2026-001",
    resolution="JY-2026-003",
    span="quarter",
    title="季度积分优胜户",
    township="示例镇",
    until="2026-09",
    village=VILLAGE,
    village_name="示例村",
)


def make(certificates: Certificates = CERTIFICATES, base_url: str = BASE) -> bytes:
    return render_paper(
        PaperJob(base_url=base_url, kind="certificates", content=encode_value(certificates), is_demo=True)
    )


def test_each_holder_has_a_page_across_that_says_what_and_who() -> None:
    pages = PdfReader(io.BytesIO(make())).pages

    assert len(pages) == 2
    assert [float(side) for side in pages[0].mediabox[2:]] == pytest.approx([841.89, 595.28], abs=0.1)
    first, second = (page.extract_text().replace(" ", "") for page in pages)
    for words in ("荣誉证书", "样大山户", "2026年第三季度", "季度积分优胜户", "示例镇示例村", "231"):
        assert words in first
    assert "K7Q29XHB" in first
    assert "例小梅" in second
    assert "样大山" not in second


def test_a_decoder_reads_where_each_is_checked() -> None:
    pdf = make()
    for page, check in ((1, "K7Q29XHB"), (2, "AAAA2222")):
        assert read_codes(pdf, page) == [f"{BASE}/v/{VILLAGE}/honours/RY-2026-001#{check}"]


def test_the_same_job_gives_the_same_bytes_and_without_an_address_there_is_no_code() -> None:
    assert make() == make()
    assert read_codes(make(base_url=""), 1) == []


def test_a_character_that_no_font_has_is_refused() -> None:
    with pytest.raises(Refused):
        make(Certificates(**{**_fields(), "title": "优胜户\U0001f3c6"}))


def test_what_are_no_certificates_is_the_programs_own_error() -> None:
    with pytest.raises(ValueError, match="no certificates"):
        render_paper(PaperJob(base_url="", content=b"{}", kind="certificates"))


def read_codes(pdf: bytes, page: int) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(draw_page(pdf, page, 200))]


def _fields() -> dict[str, object]:
    return {name: getattr(CERTIFICATES, name) for name in Certificates.__struct_fields__}
