"""The crawler that looks for personal data finds what is planted, in an entry on a page and in every packing."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from pypdf import PdfWriter

from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.journeys.crawl import compile_names, crawl, dig, is_bank_card, is_identity, look
from tests.web.village import make_client

IDENTITY = "110101199003070038"
MOBILE = "13800138000"
NAME = "样立春"
NAMES = compile_names([NAME, "样立", "样大山"])
BANK = "6222020000000000000"
PLANTED = f"经手 {NAME}，身份证 {IDENTITY}，电话 {MOBILE}，卡号 {BANK}"
ALL = {("identity number", IDENTITY), ("telephone", MOBILE), ("bank card", BANK), ("name", NAME)}


def pack_pdf(text: str) -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_attachment("mingbai.json", json.dumps({"wording": text}, ensure_ascii=False).encode())
    writer.write(out)
    return out.getvalue()


def pack_zip(text: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{text}</t></si></sst>")
    return out.getvalue()


def nest(text: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("2026-10-F-1/sheet.pdf", pack_pdf(text))
    return out.getvalue()


def pack_base64(text: str) -> bytes:
    packed = base64.urlsafe_b64encode(json.dumps(["salt", text], ensure_ascii=False).encode())
    return json.dumps({"disclosures": [packed.rstrip(b"=").decode()]}).encode()


PACKINGS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "page": ("text/html", lambda text: f"<p>{text}</p>".encode()),
    "divided by tags": ("text/html", lambda text: ("<b>" + "</b><b>".join(text) + "</b>").encode()),
    "attribute": ("text/html", lambda text: f'<img alt="{text}" src="/x">'.encode()),
    "comment": ("text/html", lambda text: f"<!-- {text} -->".encode()),
    "entities": ("text/html", lambda text: "".join(f"&#{ord(char)};" for char in text).encode()),
    "drawing": ("image/svg+xml", lambda text: f"<svg><text>{text}</text></svg>".encode()),
    "table": ("text/csv", lambda text: f"1,{text},2\r\n".encode()),
    "attached to a PDF": ("application/pdf", pack_pdf),
    "workbook": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", pack_zip),
    "bundle of sheets": ("application/zip", nest),
    "disclosure": ("application/json", pack_base64),
    "bytes of an entry": ("application/octet-stream", lambda text: b"\x00\x9f\xff" + text.encode() + b"\xfe"),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_what_is_planted_is_found_in_every_packing(packing: str) -> None:
    kind, pack = PACKINGS[packing]

    found = {hit for text in dig(pack(PLANTED), kind)[0] for hit in look(text, NAMES)}
    clean = {
        hit
        for text in dig(pack("付路灯电费 2026-10-001 1,234,567.89 元"), kind)[0]
        for hit in look(text, NAMES)
    }

    assert found == ALL
    assert clean == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("11010119900307003X 不是，110101 19900307 0038 是", "identity number"),
        ("110101900307003", "old identity number"),
        ("138 0013 8000", "telephone"),
        ("138-0013-8000", "telephone"),
        ("+86 13800138000", "telephone"),
        ("１３８００１３８０００", "telephone"),
        ("0536-1234567", "telephone"),
        ("样 立\n春", "name"),
        (" ".join(BANK[at : at + 4] for at in range(0, len(BANK), 4)), "bank card"),
    ],
)
def test_numbers_and_names_are_found_however_they_are_written(text: str, kind: str) -> None:
    assert [found for found, _ in look(text, NAMES)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "110101199003070039",
        "2026-10-28 08:00:00",
        "1793145600000",
        "8" * 64,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "样*春，样**",
        "12,345,678,901.00",
        "379900001201",
        "2026-10-001—2026-10-139",
    ],
)
def test_what_is_nobodys_is_not_found(text: str) -> None:
    assert look(text, NAMES) == []


def test_what_is_public_by_design_is_left_out_and_nothing_beside_it() -> None:
    assert look("0536-1234567 0536-1234568", NAMES, {"0536-1234567"}) == [("telephone", "0536-1234568")]


def test_no_names_find_nothing() -> None:
    assert look(NAME, compile_names([])) == []


def test_checksums_are_those_of_the_standards() -> None:
    assert is_identity("11010519491231002X")  # The example of GB 11643.
    assert not is_identity("110105194912310021")
    assert is_bank_card("4111111111111111")
    assert not is_bank_card("4111111111111112")
    assert not is_bank_card("0000000000000000")


@pytest.fixture
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("crawl") / "home") as opened:
        opened.open_books()
        opened.record_voucher("购办公用纸", 32_500)
        yield opened


def test_what_was_recorded_past_every_check_is_found_on_the_pages(village: VillageHome) -> None:
    """A text that no clerk could hand in, planted below the checks: its pages and files are found, by themselves."""

    def find() -> dict[str, set[str]]:
        with make_client(village) as client:
            hits: dict[str, set[str]] = {}
            for found in crawl(client, [f"/v/{VILLAGE}", f"/v/{VILLAGE}/asset-labels"]):
                for text in found.texts:
                    for kind, _what in look(text, NAMES, {"0000-1234567", "0000-0000000"}):
                        hits.setdefault(kind, set()).add(found.path)
        return hits

    assert find() == {}
    receipt = village.record_voucher(PLANTED, 4_900)
    hits = find()

    assert set(hits) == {kind for kind, _ in ALL}
    for paths in hits.values():
        assert f"/v/{VILLAGE}/entries/{receipt.index}" in paths
        assert f"/v/{VILLAGE}/sheets/2026-10/finance" in paths
