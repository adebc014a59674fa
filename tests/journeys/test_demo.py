"""The demo village, built once with real paper: its log, its sheets and the audits of both."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import re
import shutil
import stat
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from litestar.testing import TestClient
from PIL.Image import Image
from PIL.Image import open as open_image
from pypdf import PdfReader
from pyzbar import pyzbar

from ledger.audit import audit_evidence, audit_log
from ledger.books.assets import AssetRegistered
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.depreciation import build_plan, sum_planned
from ledger.books.documents import DocumentsAttached
from ledger.books.figures import FinanceFigures
from ledger.books.journals import name_journal_accounts
from ledger.books.points import HouseholdsRegistered, PointsRound, RulebookAdopted
from ledger.books.scores import BranchRegistered
from ledger.books.sheets import SheetSealed
from ledger.books.values import MONTH_KINDS, SHEET_KINDS
from ledger.books.vouchers import PeriodClosed, VoucherRecorded, VoucherReplaced
from ledger.canonical import format_entry, parse_entry
from ledger.cli import root
from ledger.entries import Entry
from ledger.home import Home, open_home
from ledger.service.accounts.sessions import find_signed_in
from ledger.service.accounts.sign_in import give_factor, sign_in
from ledger.service.cards import open_card
from ledger.service.concerns import read_concerns
from ledger.service.documents import open_recorded
from ledger.service.export import list_export
from ledger.service.journals import ENDINGS
from ledger.service.passing import pass_drafts
from ledger.service.sheets import SealedSheet, get_figures, list_sheets
from ledger.service.standing import examine
from ledger.service.surveys import Survey, survey_village
from ledger.service.trays import SCALE
from ledger.sources import open_home_log
from ledger.state import BEIJING
from ledger.state.assets import iterate_assets, list_depreciation
from ledger.state.documents import list_documents
from ledger.state.facts import BooksFacts, get_fact, read_body
from ledger.state.money import get_balances, get_month
from tests.fakes import FakeClock
from tests.journals.peers import (
    Beancount,
    ask_fava,
    get_page,
    open_fava,
    read_hledger_balances,
    read_ledger_balances,
    sum_fava,
)
from tests.journals.written import tell_balances
from tests.journeys.crawl import compile_names, crawl, look
from web.app import ROUTES, create_app
from web.assets import get_asset_path, list_imports
from web.demo.attaching import RECORDED
from web.demo.desk import HERE, PEOPLE_FILE
from web.demo.neighbours import LATE, NEIGHBOURS, PUNCTUAL
from web.demo.papers import list_papers, read_picture
from web.demo.people import TELEPHONE, VILLAGE
from web.public.months import format_head_fingerprint

# Whichever test comes first builds the whole demo with real paper: minutes, beside other tests more.
pytestmark = pytest.mark.timeout(900)
BASE_URL = "http://127.0.0.1:8000"
LOG_DIGEST = Path(__file__).with_name("demo_log.sha256")
WORN = ("133", "152", "162")
"""Accounts of what has worn out."""
T = TypeVar("T")
MONTHS = [f"2026-{month:02d}" for month in range(1, 11)]
QUARTERS = ["2026-03", "2026-06", "2026-09"]


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


@pytest.fixture(scope="module")
def entries(demo: Home) -> list[Entry]:
    with demo.ledger.read(VILLAGE) as reader:
        return [parse_entry(data) for data in reader.iterate_entries(0, reader.size)]


def bodies(entries: list[Entry], kind: type[T]) -> list[T]:
    return [entry.body for entry in entries if isinstance(entry.body, kind)]


def weigh(client: TestClient, path: str) -> int:
    return len(gzip.compress(client.get(path).content, 9))


def draw_pages(data: bytes) -> list[Image]:
    document = pypdfium2.PdfDocument(data)
    return [page.render(scale=150 / 72).to_pil() for page in document]


def test_every_month_but_the_last_is_sealed_on_three_sheets_and_every_quarter_on_one(
    sheets: list[SealedSheet],
) -> None:
    assert sorted(sheet.number for sheet in sheets) == sorted(
        [
            *(f"{month}-{letter}-1" for month in MONTHS for letter in "FPS"),
            *(f"{end}-Q-1" for end in QUARTERS),
        ]
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
    sheets = [f"{board}/sheets/{month}/{kind}" for month in (*MONTHS, "2026-11") for kind in MONTH_KINDS]
    sheets += [f"{board}/sheets/{end}/quarter" for end in QUARTERS]
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
    assert report.sheets == 33
    assert report.entries == 807


def test_the_audit_of_the_neighbours_finds_nothing(demo: Home) -> None:
    told = {}
    for neighbour in NEIGHBOURS:
        with open_home_log(demo, neighbour.code) as source:
            report = audit_log(source, demo.reference, now_ms=time.time_ns() // 1_000_000)
        told[neighbour.name] = (report.entries, report.sheets, report.findings)

    assert told == {LATE.name: (26, 1, ()), PUNCTUAL.name: (30, 4, ())}


def survey(home: Home, village: str) -> Survey:
    """A village as its township saw it on the day after the demo's last."""
    clock = FakeClock(int(dt.datetime(2026, 11, 21, tzinfo=BEIJING).timestamp() * 1_000))
    return survey_village(replace(home, clock=clock), village, examine)


def test_the_three_villages_stand_differently_in_the_townships_room(demo: Home) -> None:
    surveys = {village: survey(demo, village) for village in (VILLAGE, LATE.code, PUNCTUAL.code)}
    now_ms = int(dt.datetime(2026, 11, 21, tzinfo=BEIJING).timestamp() * 1_000)

    colours = [found.find_colour(now_ms) for found in surveys.values()]
    bands = [found.income.band if found.income else -1 for found in surveys.values()]
    late = [(item.kind, item.count, item.period) for item in surveys[LATE.code].late]
    waiting = surveys[LATE.code].waiting

    assert colours == ["yellow", "red", "green"]
    assert bands == [10_000_000, 0, 50_000_000]
    assert late == [("publish-quarter", 1, "2026-07"), ("publish-month", 2, "2026-08")]
    assert waiting is not None
    assert (waiting.drafts, waiting.township) == (2, 2)
    assert surveys[PUNCTUAL.code].late == ()


def test_the_township_has_seats_in_all_three_and_looks_at_two_together(demo: Home) -> None:
    with demo.desk.read() as desk:
        account = desk.find_by_name("shen")
        assert account is not None
        seats = {seat.village for seat in desk.list_seats(account.account)}
        areas = [(area.name, area.villages) for area in desk.list_areas()]

    assert seats == {VILLAGE, LATE.code, PUNCTUAL.code}
    assert areas == [("河边片区", (VILLAGE, PUNCTUAL.code))]


def test_receipts_hang_at_their_vouchers_with_what_is_private_black(demo: Home) -> None:
    shown = {}
    for number in RECORDED:
        with demo.ledger.read(VILLAGE) as reader:
            ((index, body),) = list_documents(reader.facts, number)
        papers = [paper for paper in list_papers() if paper.voucher == number]
        for position, (paper, document) in enumerate(zip(papers, body.documents, strict=True)):
            _, kept = open_recorded(demo, VILLAGE, index, position)
            (page,) = document.pages
            shown[page] = paper
            assert (kept.data, kept.filename) == (read_picture(paper), paper.filename)
            assert kept.areas == paper.list_areas()

    with TestClient(create_app(demo, demo.config)) as client:
        for page, paper in shown.items():
            answer = client.get(f"/v/{VILLAGE}/documents/{page}.jpg")
            assert answer.status_code == 200
            picture = open_image(BytesIO(answer.content)).convert("L")
            for _page, left, top, right, bottom in paper.list_areas():
                # Within the edge, where the encoding of what is beside may reach.
                box = (
                    left * picture.width // SCALE + 8,
                    top * picture.height // SCALE + 8,
                    right * picture.width // SCALE - 8,
                    bottom * picture.height // SCALE - 8,
                )
                assert picture.crop(box).getextrema()[1] < 16


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


UNSEEN = {
    "/v/{code:str}/epochs/{epoch:str}/{path:path}": "no log was lost and begun anew",
    "/v/{code:str}/policies/{index:str}/checkpoint": "no village has witnesses",
    "/v/{code:str}/witnessed": "no village has witnesses",
}
"""Public addresses that the demo has nothing to show at."""


def list_starts(demo: Home) -> Iterator[str]:
    """The addresses that nothing public leads to: those that people type or scan, and those that programs know."""
    yield from ("/", "/healthz", "/schema/openapi.json")
    for village in (VILLAGE, LATE.code, PUNCTUAL.code):
        yield from (f"/c/{village}", f"/v/{village}", f"/v/{village}/asset-labels")
        yield from (f"/v/{village}/{name}" for name in ("checkpoint", "log.vkey", "policy"))
        yield from (f"/v/{village}/{path}" for path, _ in list_export(demo, village))
    yield from (f"/v/{VILLAGE}/{kind}/{MONTHS[-1]}" for kind in MONTH_KINDS)


SIGNED = re.compile(r'"(?:approver|bookkeeper|handler|secretary)","[^"]{1,40}"\]')
"""A disclosure of who signed a voucher, or of the secretary who applies for stars: by decisions 0004 and 0051 a public
text, shown masked on every page and on paper. It is left out as a disclosure alone: whoever checks the log has to have
it as it was hashed.
"""


def list_public(demo: Home) -> dict[str, str]:
    """What looks personal and is public, each with its reason. Nothing else is."""
    public = {
        neighbour.telephone: "the telephone of the village's supervisors, which every page and sheet bears"
        for neighbour in (*NEIGHBOURS,)
    }
    public[TELEPHONE] = "the same of the demo village"
    for village in (VILLAGE, LATE.code, PUNCTUAL.code):
        with demo.ledger.read(village) as reader:
            heads = (demo.heads.find_at(village, size) for size in range(1, reader.size + 1))
            for head in heads:
                if head is not None:
                    digits = format_head_fingerprint(head.note)
                    public[digits] = (
                        "a checkpoint's fingerprint: four groups of four digits, as on a bank card"
                    )
    return public


@pytest.mark.timeout(1_200)
def test_no_public_page_sheet_or_file_has_anybodys_number_or_a_villagers_name(demo: Home) -> None:
    """Every address that a stranger can reach, with all that is packed in it. No page has a name: contracts tell no
    other side, and whoever acts for a village is masked like anybody else.
    """
    villages = (VILLAGE, LATE.code, PUNCTUAL.code)
    listed = (demo.vault.list_households, demo.vault.list_members, demo.vault.list_persons)
    known = {one.name for village in villages for list_ in listed for one in list_(village)}
    names, public = compile_names(known), list_public(demo)
    reached: set[str] = set()
    kinds: Counter[str] = Counter()
    personal, failed = [], []

    with TestClient(create_app(demo, demo.config)) as client:
        for found in crawl(client, list_starts(demo)):
            reached.add(found.path.partition("?")[0])
            kinds[found.kind] += 1
            failed += [(found.path, found.status)] if found.status >= 400 else []
            personal += [
                (found.path, *hit)
                for text in found.texts
                for hit in look(SIGNED.sub("]", text), names, public)
            ]

    assert personal == []
    assert failed == []
    assert len(known) > 370
    assert sum(kinds.values()) > 3_000
    assert {"text/html", "application/pdf", "text/csv", "application/json", "image/svg+xml"} <= set(kinds)
    asked = {path for route in ROUTES if "GET" in route.http_methods for path in route.paths}
    seen = {path for path in asked if any(match_path(path, one) for one in reached)}
    assert asked - seen == set(UNSEEN)


def match_path(template: str, path: str) -> bool:
    parts = re.split(r"{\w+:(\w+)}", template)
    pattern = "".join(
        ("/?.+" if part == "path" else "[^/]+") if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
    return re.fullmatch(pattern, path) is not None


def test_what_is_hung_is_what_was_sealed(demo: Home, sheets: list[SealedSheet]) -> None:
    hung = {path.stem: path.read_bytes() for path in (demo.path / "sheets").iterdir()}

    assert hung == {sheet.number: demo.archive.find(sheet.pdf) for sheet in sheets}


def test_the_third_quarters_own_vouchers_are_139_lines_of_expenses(demo: Home) -> None:
    """As a real village published them: operating, administrative, welfare and other expenses, reversals left out, and
    what wears out, of which it published nothing.
    """
    amounts = []
    with demo.ledger.read(VILLAGE) as reader:
        for data in reader.iterate_entries(0, reader.size):
            entry = parse_entry(data)
            if isinstance(entry.body, VoucherRecorded | VoucherReplaced) and entry.period in MONTHS[6:9]:
                if is_depreciation(entry.body):
                    continue
                amounts += [
                    posting.amount_fen
                    for posting in entry.body.postings
                    if posting.side == "debit"
                    and posting.account.startswith(("511", "512", "513", "514", "515"))
                ]

    assert (len(amounts), sum(amounts), min(amounts)) == (139, 22_280_100, 2_400)


def is_depreciation(body: VoucherRecorded | VoucherReplaced) -> bool:
    return any(posting.account in WORN and posting.side == "credit" for posting in body.postings)


def test_every_month_books_what_wears_out_and_nothing_twice(demo: Home, entries: list[Entry]) -> None:
    worn = [
        (entry.period, entry.body.asset)
        for entry in entries
        if isinstance(entry.body, VoucherRecorded) and is_depreciation(entry.body)
    ]

    assert len(set(worn)) == len(worn)
    assert {period for period, _ in worn} == set(MONTHS)
    with demo.ledger.read(VILLAGE) as reader:
        for number, known in iterate_assets(reader.facts):
            plan = build_plan(read_body(reader.facts, known.registered, AssetRegistered))
            if plan is not None and known.booked_fen and not known.disposed:
                booked_fen = sum(month.amount_fen for _, month in list_depreciation(reader.facts, number))
                assert booked_fen == sum_planned(plan, MONTHS[-1]), number


def test_there_is_something_for_every_public_rule_of_concerns(demo: Home, entries: list[Entry]) -> None:
    """Open or explained; the month that was hung too late hangs now, and its question with its answer is in the log."""
    public = {rule.code for rule in demo.reference.concerns.rules if rule.is_public}
    with demo.ledger.read(VILLAGE) as reader:
        stands = read_concerns(reader, demo.reference, "2026-11-21")
    explained = {body.concern.partition("/")[0] for body in bodies(entries, ConcernAcknowledged)}
    found = {stand.rule.code for stand in stands}

    assert public - found == {"not-published"}
    assert "not-published" in explained
    assert explained - {"not-published"} == {
        stand.rule.code for stand in stands if stand.acknowledged >= 0
    } - {"not-published"}
    # A village that one would like to live in: a page or two of questions, no more.
    assert sum(stand.acknowledged < 0 for stand in stands if stand.rule.is_public) < 20


def test_the_third_quarter_spends_what_a_real_village_published(demo: Home, entries: list[Entry]) -> None:
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

    worn = sum(
        posting.amount_fen
        for entry in entries
        if entry.period in MONTHS[6:9]
        and isinstance(entry.body, VoucherRecorded)
        and is_depreciation(entry.body)
        for posting in entry.body.postings
        if posting.side == "debit" and posting.account.startswith(("511", "513", "514", "515"))
    )
    # The red reversal of a June voucher, made in July, takes 1,860.00 off what the quarter's own vouchers spent.
    assert spent - worn + 186_000 == 22_280_100


def test_the_log_is_the_same_on_every_machine(entries: list[Entry]) -> None:
    """All of it, in one digest that other runs on other machines gave: keys, pseudonyms, salts, times and every figure.

    Left out is what a machine's own fonts and libraries shape, the bytes of a PDF and the list of what made it, the
    pixels of a receipt's public copy, and the ciphertext of its original under a nonce that never comes again; and with
    them the hash of the entry before: under one list the same bytes come again, see tests/reports.
    """
    told = []
    for entry in entries:
        item = json.loads(format_entry(entry))
        del item["previous"]
        if isinstance(entry.body, SheetSealed):
            del item["body"]["pdf"], item["body"]["toolchain"]
        if isinstance(entry.body, DocumentsAttached):
            for document in item["body"]["documents"]:
                document["pages"] = len(document["pages"])
                del document["encrypted"]
        told.append(json.dumps(item, sort_keys=True, ensure_ascii=False))

    assert hashlib.sha256("\n".join(told).encode()).hexdigest() == LOG_DIGEST.read_text().strip()


def test_the_books_run_from_january_into_an_open_november(demo: Home, entries: list[Entry]) -> None:
    closed = [entry.period for entry in entries if isinstance(entry.body, PeriodClosed)]
    sealed = Counter(entry.period for entry in entries if isinstance(entry.body, SheetSealed))
    with demo.ledger.read(VILLAGE) as reader:
        books = get_fact(reader.facts, "books", BooksFacts)

    assert {entry.period for entry in entries} == {*MONTHS, "2026-11"}
    assert closed == MONTHS
    assert sealed == dict.fromkeys(MONTHS, 3) | dict.fromkeys(QUARTERS, 4)
    assert books is not None
    assert (books.first_period, books.last_closed) == ("2026-01", "2026-10")
    assert {entry.kind for entry in entries if entry.period == "2026-11"} == {
        "voucher.recorded",
        "branch.grouped",
        "case.confided",
        "case.moved",
        "case.opened",
        "case.rated",
        "documents.attached",
        "honours.granted",
        "hours.booked",
        "objection.raised",
        "points.redeemed",
        "resolution.recorded",
        "shop.adopted",
        "star.declared",
        "star.moved",
        "task.claimed",
        "task.offered",
        "visits.recorded",
    }


def test_320_households_and_46_members_of_two_branches_are_registered(entries: list[Entry]) -> None:
    (households,) = bodies(entries, HouseholdsRegistered)
    branches = bodies(entries, BranchRegistered)

    assert len(households.households) == sum(group.households for group in households.groups) == 320
    assert [(body.branch, len(body.members)) for body in branches] == [(1, 24), (2, 22)]


def test_the_chart_s_42_accounts_are_in_use_but_for_three(demo: Home, entries: list[Entry]) -> None:
    """Nothing is being scrapped, no income tax is due, and the year's result is carried only at its end."""
    chart = {code for code in demo.reference.charts["2023"].accounts if len(code) == 3}
    posted = {posting.account for entry in entries for posting in getattr(entry.body, "postings", ())}

    assert len(chart) == 42
    assert chart - {code[:3] for code in posted} == {"154", "321", "521"}
    assert len(posted) == 44


def test_mistakes_were_put_right_in_the_open(entries: list[Entry]) -> None:
    kinds = Counter(entry.kind for entry in entries)

    assert (kinds["voucher.reversed"], kinds["voucher.replaced"], kinds["points.reversed"]) == (4, 4, 2)


def test_points_are_given_by_the_rules_of_the_rulebook_every_month(entries: list[Entry]) -> None:
    (rulebook,) = bodies(entries, RulebookAdopted)
    rounds = [entry for entry in entries if isinstance(entry.body, PointsRound)]
    rules = {rule.code: rule.points for rule in rulebook.rules}

    assert len(rules) == 58
    assert [entry.period for entry in rounds] == MONTHS
    for entry in rounds:
        assert len(entry.body.lines) > 250
        assert {(line.rule, line.points) for line in entry.body.lines} == {
            (line.rule, rules[line.rule] * line.quantity) for line in entry.body.lines
        }


def test_the_command_audits_a_pdf_taken_home(demo: Home, sheets: list[SealedSheet], tmp_path: Path) -> None:
    path = tmp_path / "公开表.pdf"
    path.write_bytes(demo.archive.find(sheets[0].pdf) or b"")

    result = CliRunner().invoke(root, ["audit", str(path)])

    assert result.exit_code == 0, result.output
    assert "全部对得上" in result.output


@pytest.fixture(scope="module")
def taken(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the books as the command writes them."""
    folder = tmp_path_factory.mktemp("books")
    for form, ending in ENDINGS.items():
        words = [
            "books",
            "--home",
            str(demo.path),
            "--village",
            VILLAGE,
            "--format",
            form,
            "--out",
            str(folder / f"books.{ending}"),
        ]
        result = CliRunner().invoke(root, words)
        assert result.exit_code == 0, result.output
    return folder


def test_beancount_hledger_and_ledger_say_of_its_books_what_we_say(demo: Home, taken: Path) -> None:
    with demo.ledger.read(VILLAGE) as reader:
        ours = tell_balances(reader.facts, "2026-11")
        vouchers = sum(get_month(reader.facts, month).vouchers for month in (*MONTHS, "2026-11"))
    with closing(Beancount()) as beancount:
        told = beancount.read(taken / "books.beancount")

    assert told["errors"] == []
    assert told["balances"] == ours
    assert len(told["transactions"]) == 1 + vouchers
    assert told["assertions"] > 10 * len(MONTHS)
    assert read_hledger_balances(taken / "books.journal") == ours
    assert read_ledger_balances(taken / "books.journal") == ours


def test_a_table_of_its_postings_adds_up_to_its_turnovers(demo: Home, taken: Path) -> None:
    rows = list(csv.DictReader((taken / "books.csv").read_text(encoding="utf-8-sig").splitlines()))

    with demo.ledger.read(VILLAGE) as reader:
        for month in (*MONTHS, "2026-11"):
            for header, fen in zip(
                ("借方金额", "贷方金额"),
                (get_month(reader.facts, month).debit_fen, get_month(reader.facts, month).credit_fen),
                strict=True,
            ):
                cells = [row[header] for row in rows if row["会计期间"] == month and row[header]]
                assert sum(map(Decimal, cells)) == Decimal(fen) / 100


def test_fava_opens_its_books_without_a_complaint_and_shows_our_totals(demo: Home, taken: Path) -> None:
    with demo.ledger.read(VILLAGE) as reader:
        balances = get_balances(reader.facts, "2026-11")
        names = name_journal_accounts(demo.reference.charts["2023"])
    ours = {names[code]: Decimal(fen) / 100 for code, fen in balances.items()}

    with open_fava(taken / "books.beancount") as pages:
        assert ask_fava(pages, "errors") == []
        for page in ("income_statement", "balance_sheet", "errors", "journal"):
            status, text = get_page(pages, page)
            assert status == 200
            assert VILLAGE in text
        sheet, statement = (ask_fava(pages, what)["trees"] for what in ("balance_sheet", "income_statement"))

    shown = sum_fava(sheet) | sum_fava(statement)
    assert {name: amount for name, amount in shown.items() if name in names.values()} == ours
    roots = {tree["account"]: Decimal(tree["balance_children"]["CNY"]) for tree in sheet if tree["children"]}
    assert roots["Assets"] == sum(amount for name, amount in ours.items() if name.startswith("Assets"))
    assert roots["Liabilities"] == sum(amount for name, amount in ours.items() if name.startswith("Liab"))


def test_whoever_tries_the_desk_finds_passwords_and_work_that_waits(demo: Home, tmp_path: Path) -> None:
    path = demo.path / PEOPLE_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = re.findall(r"^(\S+)  登录名 (\w+)  密码 (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    codes = re.findall(r"恢复码 (\S+)", path.read_text(encoding="utf-8"))
    assert [row[0] for row in rows] == ["村文书", "监督委员", "村书记", "乡镇记账员", "审计员", "运维员"]
    assert len({row[2] for row in rows}) == 6
    (card,) = re.findall(rf"{BASE_URL}/v/{VILLAGE}/card#([A-Z2-7]{{26}})", path.read_text(encoding="utf-8"))
    assert open_card(demo, VILLAGE, card) in {one.household for one in demo.vault.list_households(VILLAGE)}
    assert len(demo.vault.list_drafts(VILLAGE, "returned")) == 1

    # On a copy: the village of the other tests stays as it was built.
    shutil.copytree(demo.path, tmp_path / "home")
    with closing(open_home(tmp_path / "home")) as home:
        done = []
        for _duty, name, password in rows:
            token, signed_in = sign_in(home, name, password, HERE)
            if signed_in.duty == "factor":
                token, _ = give_factor(home, signed_in, codes.pop(0), HERE)
            found = find_signed_in(home, token)
            done.append(found is not None and found.duty == "")
        waiting = [draft.id for draft in home.vault.list_drafts(VILLAGE, "waiting")]
        supervisor = next(one for one in home.vault.list_persons(VILLAGE) if "supervisor" in one.roles)
        receipts = pass_drafts(home, VILLAGE, waiting, supervisor.user)
        with open_home_log(home, VILLAGE) as source:
            report = audit_log(source, home.reference, now_ms=home.clock.now_ms())

    assert done == [True] * 6
    # Three vouchers, and the receipts of one of them.
    assert (len(receipts), None in receipts, report.findings) == (4, False, ())
