"""Both codes are read back out of the picture of the page, by two readers that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from ledger.books.values import SHEET_CODES
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint, open_receipt, parse_receipt
from reports.codes import CHECK_CODE_MM, PAGE_CODE_MM, build_check_code, build_page_code, draw_runs
from tests.reports.printed import SHEETS, draw_page, get_draft, get_sheet, read_pages
from tests.reports.samples import BASE_URL, CHECKPOINT, VERIFIER_KEY, VILLAGE

Read = Callable[[Image.Image], set[str]]
DIGITS = "1" + "0123456789" * 25 + "01234"


def _read_zxing(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def _read_zbar(picture: Image.Image) -> set[str]:
    return {code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])}


@pytest.mark.parametrize("read", [_read_zxing, _read_zbar])
@pytest.mark.parametrize("name", SHEETS)
def test_both_codes_are_read_from_the_first_page_and_prove_the_checkpoint(name: str, read: Read) -> None:
    urls = read(draw_page(get_sheet(name), 1, 150))

    check = next(url for url in urls if "#" in url)
    assert urls == {f"{BASE_URL}/v/{VILLAGE}", check}
    address, _, digits = check.partition("#")
    assert address == f"{BASE_URL}/c/{VILLAGE}"
    receipt = parse_receipt(digits)
    assert open_receipt(receipt, parse_note_verifier(VERIFIER_KEY)) == CHECKPOINT
    kind = SHEETS[name]().head.kind
    assert (receipt.sheet_kind, receipt.month, receipt.ordinal) == (SHEET_CODES[kind], 26 * 12 + 10, 1)


@pytest.mark.parametrize("read", [_read_zxing, _read_zbar])
def test_codes_are_read_from_a_small_photograph_of_the_page(read: Read) -> None:
    picture = (
        draw_page(get_sheet("points"), 1, 300)
        .resize((992, 1403), Image.Resampling.BILINEAR)
        .rotate(4, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    )

    assert len(read(picture)) == 2


def test_the_fingerprint_stands_large_beside_the_codes() -> None:
    first = read_pages(get_sheet("busy"))[0]

    assert first.count(format_fingerprint(CHECKPOINT).replace(" ", "")) == 2
    assert "不要登录、不要手机号、不要钱。" in first
    assert "mb.example.cn" in first


def test_a_draft_carries_no_code() -> None:
    for number in range(1, len(read_pages(get_draft())) + 1):
        picture = draw_page(get_draft(), number, 150)
        assert _read_zxing(picture) | _read_zbar(picture) == set()


def test_codes_have_the_size_and_level_that_survive_rain() -> None:
    page = build_page_code(BASE_URL, VILLAGE, "")
    check = build_check_code("https://mb.example.org.cn", VILLAGE, DIGITS, "")

    assert (page.modules, check.modules) == (33, 57)
    assert float(page.side_mm) == pytest.approx(PAGE_CODE_MM * 41 / 33, abs=0.01)
    assert float(check.side_mm) == pytest.approx(CHECK_CODE_MM * 65 / 57, abs=0.01)
    assert CHECK_CODE_MM >= 50


def test_a_longer_address_only_makes_the_code_denser() -> None:
    check = build_check_code("https://a-very-long-name.example.org.cn:8443", VILLAGE, DIGITS, "")

    assert check.modules > 57
    assert check.url.endswith(DIGITS)


def test_runs_of_dark_modules_become_rectangles_inside_the_quiet_zone() -> None:
    assert draw_runs([[True, True, False], [False, False, False], [True, False, True]]) == (
        "M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z"
    )


def test_the_alternative_text_of_a_code_is_escaped() -> None:
    code = build_page_code(BASE_URL, VILLAGE, "<b>&")

    assert "<title>&lt;b&gt;&amp;</title>" in code.svg
