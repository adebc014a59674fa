"""The demo village, built once with real paper: its log, its sheets and the audits of both."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from litestar.testing import TestClient
from PIL.Image import Image
from pypdf import PdfReader
from pyzbar import pyzbar

from ledger.audit import audit_evidence, audit_log
from ledger.books.figures import FinanceFigures
from ledger.books.values import SHEET_KINDS
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced
from ledger.canonical import parse_entry
from ledger.cli import root
from ledger.home import Home, open_home
from ledger.ports import SheetJob
from ledger.service.sheets import SealedSheet, get_figures, list_sheets
from ledger.sources import open_home_log
from web.app import create_app
from web.assets import get_asset_path, list_imports
from web.demo.build import create_demo
from web.demo.people import VILLAGE

BASE_URL = "http://127.0.0.1:8000"
MONTHS = [f"2026-{month:02d}" for month in range(1, 11)]


class DigestPaper:
    """Paper that is only its job's digest: for what does not depend on layout."""

    def render(self, job: SheetJob) -> bytes:
        return hashlib.sha256(job.figures + job.evidence + job.note).digest()

    def describe_toolchain(self) -> bytes:
        return b"{}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Made by the command as anybody runs it, all but the serving."""
    path = tmp_path_factory.mktemp("demo") / "home"
    result = CliRunner().invoke(root, ["demo", "--home", str(path), "--no-serve"])
    assert result.exit_code == 0, result.output
    assert f"网址：{BASE_URL}/v/{VILLAGE}" in result.stdout
    assert [line for line in result.stdout.splitlines() if line.startswith("公开表：")] == [
        f"公开表：{path}/sheets/{MONTHS[-1]}-{letter}-1.pdf" for letter in "FPS"
    ]
    assert "结论：全部对得上" in result.output
    assert "网页还没有打开；要看，运行 mingbai demo --home" in result.stdout
    assert sorted(found.name for found in path.parent.iterdir()) == ["home"]
    home = open_home(path)
    yield home
    home.close()


@pytest.fixture(scope="module")
def sheets(demo: Home) -> list[SealedSheet]:
    with demo.ledger.read(VILLAGE) as reader:
        return [sheet for kind in SHEET_KINDS for sheet in list_sheets(reader, kind)]


def weigh(client: TestClient, path: str) -> int:
    return len(gzip.compress(client.get(path).content, 9))


def draw_pages(data: bytes) -> list[Image]:
    document = pypdfium2.PdfDocument(data)
    return [page.render(scale=150 / 72).to_pil() for page in document]


def test_every_month_but_the_last_is_sealed_on_three_sheets(sheets: list[SealedSheet]) -> None:
    assert sorted(sheet.number for sheet in sheets) == sorted(
        f"{month}-{letter}-1" for month in MONTHS for letter in "FPS"
    )


def test_every_entry_with_all_that_its_page_may_ask_for_is_at_most_30_kb(demo: Home) -> None:
    parts = [get_asset_path(name) for name in ("style.css", "entry.js", "fallback.js")]
    with TestClient(create_app(demo, demo.config)) as client:
        shared = sum(weigh(client, path) for path in (*parts, *list_imports("entry.js")))
        with demo.ledger.read(VILLAGE) as reader:
            longest = sorted(range(reader.size), key=lambda index: -len(reader.get_entry_bytes(index)))[:12]
        pages = {index: weigh(client, f"/v/{VILLAGE}/entries/{index}") for index in {*range(9), *longest}}

    assert {index: size + shared for index, size in pages.items() if size + shared > 30 * 1024} == {}


def list_parts(client: TestClient, path: str) -> set[str]:
    """Return the addresses of a page and of all that it may ask for: its style, its scripts and what they import."""
    parts = {path, get_asset_path("style.css")}
    for name in ("card.js", "check.js"):
        if get_asset_path(name) in client.get(path).text:
            parts |= {get_asset_path(name), get_asset_path("fallback.js"), *list_imports(name)}
    return parts


def test_every_other_page_with_all_that_it_may_ask_for_is_at_most_30_kb(demo: Home) -> None:
    board = f"/v/{VILLAGE}"
    sheets = [f"{board}/sheets/{month}/{kind}" for month in (*MONTHS, "2026-11") for kind in SHEET_KINDS]
    with TestClient(create_app(demo, demo.config)) as client:
        parts = {
            path: list_parts(client, path)
            for path in (board, f"{board}/sheets", f"{board}/entries", f"/c/{VILLAGE}", *sheets)
        }
        weights = {path: sum(weigh(client, part) for part in parts[path]) for path in parts}

    assert [len(parts[path]) > 3 for path in (board, f"/c/{VILLAGE}")] == [True, True]
    assert {path: weight for path, weight in weights.items() if weight > 30 * 1024} == {}


def test_the_audit_of_the_home_finds_nothing(demo: Home) -> None:
    with open_home_log(demo, VILLAGE) as source:
        report = audit_log(source, demo.reference, now_ms=time.time_ns() // 1_000_000)

    assert report.findings == ()
    assert report.sheets == 30
    assert report.entries > 500


def refuse_unproven(demo: Home, sheet: SealedSheet) -> None:
    pdf = PdfReader(BytesIO(demo.archive.find(sheet.pdf) or b""))
    [data] = pdf.attachments[f"mingbai-{sheet.number}.json"]

    text = "\n".join(page.extract_text() for page in pdf.pages)

    report = audit_evidence(
        data,
        text,
        demo.reference,
        trusted_key=demo.get_signer(VILLAGE).verifier_key,
    )

    assert report.findings == (), sheet.number
    assert "示例，非真实村庄" in text, sheet.number


def test_a_pdf_proves_its_own_figures(demo: Home, sheets: list[SealedSheet]) -> None:
    chosen = [sheet for sheet in sheets if sheet.period in {MONTHS[0], MONTHS[6], MONTHS[-1]}]

    assert len(chosen) == 9
    for sheet in chosen:
        refuse_unproven(demo, sheet)


@pytest.mark.deep
def test_every_pdf_proves_its_own_figures(demo: Home, sheets: list[SealedSheet]) -> None:
    for sheet in sheets:
        refuse_unproven(demo, sheet)


def test_two_decoders_that_others_wrote_read_both_codes_off_the_paper(
    demo: Home, sheets: list[SealedSheet]
) -> None:
    for sheet in (sheet for sheet in sheets if sheet.period == MONTHS[-1]):
        page = draw_pages(demo.archive.find(sheet.pdf) or b"")[0]

        by_zxing = {code.text for code in zxingcpp.read_barcodes(page)}
        by_zbar = {code.data.decode() for code in pyzbar.decode(page)}

        assert by_zxing == by_zbar
        assert f"{BASE_URL}/v/{VILLAGE}" in by_zxing
        [check] = [text for text in by_zxing if "#" in text]
        assert check.startswith(f"{BASE_URL}/c/{VILLAGE}#")
        assert len(check.split("#")[1]) == 256


def test_what_is_hung_is_what_was_sealed(demo: Home, sheets: list[SealedSheet]) -> None:
    hung = {path.stem: path.read_bytes() for path in (demo.path / "sheets").iterdir()}

    assert hung == {sheet.number: demo.archive.find(sheet.pdf) for sheet in sheets}


def test_the_third_quarters_own_vouchers_are_139_lines_of_expenses(demo: Home) -> None:
    """As a real village published them: operating, administrative, welfare and other expenses, reversals left out."""
    amounts = []
    with demo.ledger.read(VILLAGE) as reader:
        for data in reader.iterate_entries(0, reader.size):
            entry = parse_entry(data)
            if isinstance(entry.body, VoucherRecorded | VoucherReplaced) and entry.period in MONTHS[6:9]:
                amounts += [
                    posting.amount_fen
                    for posting in entry.body.postings
                    if posting.side == "debit"
                    and posting.account.startswith(("511", "512", "513", "514", "515"))
                ]

    assert (len(amounts), sum(amounts), min(amounts)) == (139, 22_280_100, 2_400)


def test_the_third_quarter_spends_what_a_real_village_published(demo: Home) -> None:
    with demo.ledger.read(VILLAGE) as reader:
        quarter = [get_figures(demo, reader, "finance", month) for month in MONTHS[6:9]]

    spent = 0
    for figures in quarter:
        assert isinstance(figures, FinanceFigures)
        spent += sum(
            line.amount_fen
            for line in figures.expenses
            if line.account.startswith(("511", "513", "514", "515"))
        )

    # The red reversal of a June voucher, made in July, takes 1,860.00 off what the quarter's own vouchers spent.
    assert spent + 186_000 == 22_280_100


def test_the_demo_is_the_same_log_every_time(tmp_path: Path) -> None:
    roots = []
    for name in ("first", "second"):
        home, builder = create_demo(tmp_path / name, BASE_URL, DigestPaper())
        steps = builder.build()
        for _ in range(5):
            next(steps)
        newest = home.heads.find_newest(VILLAGE)
        assert newest is not None
        roots.append(newest.note)
        home.close()

    assert roots[0] == roots[1]


def test_the_command_audits_a_pdf_taken_home(demo: Home, sheets: list[SealedSheet], tmp_path: Path) -> None:
    path = tmp_path / "公开表.pdf"
    path.write_bytes(demo.archive.find(sheets[0].pdf) or b"")

    result = CliRunner().invoke(root, ["audit", str(path)])

    assert result.exit_code == 0, result.output
    assert "全部对得上" in result.output
