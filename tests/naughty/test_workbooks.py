"""Every text through every text column of every workbook, and out again: refused cell by cell, or the same everywhere.

The columns come from the table of the workbooks. What is let pass stands alike in the preview, on the village's pages,
on paper, in the export, and in every workbook and file of separated values that leaves.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser

from ledger.service.import_ import apply_import, import_workbook
from ledger.service.passing import pass_drafts
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.service.workbooks.writing import format_separated, open_workbook
from reports.worker import WorkerRenderer
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.naughty.texts import CHINESE, CLASSICS, read_public_list, send
from tests.reports.printed import read_text
from tests.service.importing import (
    ACCOUNT,
    ASSESSED,
    ASSET,
    AWARD,
    CASE,
    CONTRACT,
    CONVERSION,
    COUNTED,
    FUND,
    GROUPED,
    HOLDER,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PLAN,
    RESOLUTION,
    RESOURCE,
    RULE,
    SIGNED,
    STAR,
    TAKEN,
    UNIT,
    VISIT,
    ImportDesk,
)
from tests.web.browser import open_page
from tests.web.village import make_client, serve
from web.page import show_hidden

Row = Mapping[str, Any]
ROWS: dict[WorkbookKind, Sequence[Row]] = {
    "vouchers": (PAPER, PAPER_PAID),
    "points": (AWARD,),
    "scores": (MARK,),
    "opening": OPENING,
    "households": HOUSEHOLDS,
    "members": MEMBERS,
    "contracts": (CONTRACT,),
    "assets": (ASSET,),
    "resources": (RESOURCE,),
    "stocktakes": (COUNTED,),
    "resolutions": (RESOLUTION,),
    "funds": (FUND,),
    "shop": (TAKEN,),
    "volunteering": (SIGNED,),
    "grids": (UNIT,),
    "visits": (VISIT,),
    "assessments": (ASSESSED,),
    "honours": (HOLDER,),
    "cases": (CASE,),
    "stars": (STAR,),
    "groups": (GROUPED,),
    "accounts": (ACCOUNT,),
    "conversion": (CONVERSION,),
    "plan": (PLAN,),
    "rulebook": (RULE,),
}
ALL = (*CHINESE, *CLASSICS)
HELD = tuple(text for text in ALL if "\0" not in text)
"""What a file can hold; with a null it is no text at all, and refused whole."""
COLUMNS = [
    pytest.param(kind, column.header, id=f"{kind}-{column.header}")
    for kind in ROWS
    for column in WORKBOOKS[kind].sheets[0].columns
]
BOARD = f"/v/{VILLAGE}"


def write(kind: WorkbookKind, rows: Sequence[Row]) -> bytes:
    """Separated values as a spreadsheet saves them, texts as they are."""
    out = io.StringIO()
    headers = [column.header for column in WORKBOOKS[kind].sheets[0].columns]
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headers)
    writer.writerows([["" if row.get(name) is None else row[name] for name in headers] for row in rows])
    return out.getvalue().encode("utf-8-sig")


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    desk.enrol()
    return desk


def find_wrong(desk: ImportDesk, kind: WorkbookKind, rows: Sequence[Row]) -> str:
    """What is wrong with how a file is answered; empty where all is well."""
    imported = desk.read(kind, write(kind, rows), filename="表.csv")
    if imported.faults:
        unsaid = [
            fault
            for fault in imported.faults
            if not (fault.code and fault.place and fault.expected and fault.remedy)
        ]
        return f"unsaid {unsaid}" if unsaid else ""
    hidden = [
        one for line in imported.preview for one in line if unicodedata.category(one) in {"Cc", "Cf", "Co"}
    ]
    return f"shows {hidden}" if hidden else ""


@pytest.mark.parametrize(("kind", "header"), COLUMNS)
def test_a_text_in_any_column_is_taken_or_refused_in_words(
    desk: ImportDesk, kind: WorkbookKind, header: str
) -> None:
    """All texts at once, each in a row of its own."""
    first, *rest = ROWS[kind]

    assert find_wrong(desk, kind, [*({**first, header: send(text)} for text in HELD), *rest]) == ""


@pytest.mark.deep
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize(("kind", "header"), COLUMNS)
def test_each_text_in_any_column_alone(desk: ImportDesk, kind: WorkbookKind, header: str) -> None:
    first, *rest = ROWS[kind]
    texts = (*ALL, *read_public_list())
    wrong = {
        text: said
        for text in texts
        if (said := find_wrong(desk, kind, [{**first, header: send(text)}, *rest]))
    }

    assert wrong == {}


def list_vouchers(texts: Sequence[str]) -> list[Row]:
    """A voucher for each text, of an amount of its own."""
    rows: list[Row] = []
    for number, text in enumerate(texts, 1):
        rows.append({**PAPER, "凭证号": f"2026-10-{number:03d}", "摘要": send(text), "借方金额": number})
        rows.append({**PAPER_PAID, "贷方金额": number})
    return rows


def list_taken(desk: ImportDesk, texts: Sequence[str]) -> list[str]:
    """The texts that a voucher's summary may be: those that are refused are left out until none is."""
    left = list(texts)
    while faults := desk.read("vouchers", write("vouchers", list_vouchers(left)), filename="表.csv").faults:
        # Two rows a voucher, below the headers.
        named = {
            (int(row) - 2) // 2 for fault in faults for row in re.findall(r"」[A-Z]+([0-9]+)", fault.place)
        }
        assert named, faults
        left = [text for place, text in enumerate(left) if place not in named]
    return left


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VillageHome, list[str]]]:
    """A village with a voucher for every text that is let pass, a sealed sheet of them, and what the texts were."""
    desk = ImportDesk()
    desk.open_books()
    taken = list_taken(desk, HELD)
    with (
        WorkerRenderer() as renderer,
        open_village(tmp_path_factory.mktemp("told") / "home", renderer=renderer) as village,
    ):
        village.open_books()
        hand_in(village, write("vouchers", list_vouchers(taken)))
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        yield village, taken


def hand_in(village: VillageHome, data: bytes) -> None:
    imported = import_workbook(
        village.home, village=VILLAGE, kind="vouchers", data=data, filename="表.csv", maker=village.clerk.user
    )
    assert imported.faults == ()
    apply_import(village.home, imported)
    pass_drafts(village.home, VILLAGE, [draft.id for draft in imported.drafts], village.supervisor.user)


def compose(text: str) -> str:
    """A text as it is kept: composed, every blank as one kind, none around it."""
    composed = unicodedata.normalize("NFC", send(text))
    return "".join(" " if unicodedata.category(one) == "Zs" else one for one in composed).strip()


DOTS = str.maketrans("•‧・", "···")
"""The fonts have one dot for all of these: on paper they look alike, and what is copied from it is one of them."""


def squeeze(text: str) -> str:
    """Without blanks: paper and pages break lines where they like."""
    return "".join(text.split())


def test_enough_texts_are_let_pass(told: tuple[VillageHome, list[str]]) -> None:
    _village, taken = told

    assert len(taken) >= 60
    assert any("𠮷" in text for text in taken)
    assert any("·" in text for text in taken)
    assert any("<script>" in text for text in taken)
    assert any(text.startswith("=") for text in taken)


def test_what_is_let_pass_stands_alike_on_pages_and_paper_and_in_the_export(
    told: tuple[VillageHome, list[str]],
) -> None:
    village, taken = told
    texts = [compose(text) for text in taken]
    with make_client(village) as client:
        page = squeeze(unescape(client.get(f"{BOARD}/sheets/2026-10/finance").text))
        paper = read_text(client.get(f"{BOARD}/sheets/2026-10/finance.pdf").content)
    exported = village.export()
    kept = "".join(
        json.dumps(json.loads(line), ensure_ascii=False)
        for name, data in exported.items()
        if name.endswith(".json") and "text" in name
        for line in [data]
    )
    whole = b"".join(exported.values()).decode("utf-8", "ignore")

    assert [text for text in texts if squeeze(str(show_hidden(text))) not in page] == []
    assert [text for text in texts if squeeze(text).translate(DOTS) not in paper.translate(DOTS)] == []
    assert [
        text for text in texts if json.dumps(text, ensure_ascii=False)[1:-1] not in (kept or whole) + whole
    ] == []


@pytest.mark.browser
def test_what_is_let_pass_stands_alike_in_a_browser(
    told: tuple[VillageHome, list[str]], browser: Browser
) -> None:
    village, taken = told
    with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
        page.goto(f"{address}{BOARD}/sheets/2026-10/finance")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        seen = squeeze(str(page.evaluate("document.body.textContent")))
        with village.home.ledger.read(VILLAGE) as reader:
            size = reader.size
        for index in range(size):
            page.goto(f"{address}{BOARD}/entries/{index}")
            page.mouse.move(180, 400)

        assert [text for text in taken if squeeze(compose(text)) not in seen] == []
        assert complaints == []


def check_leaving(texts: Sequence[str]) -> None:
    """Nothing that leaves starts a formula, and each text comes back as it was."""
    sent = [send(text) for text in texts]
    rows = list(
        csv.reader(io.StringIO(format_separated([[text] for text in sent]).decode("utf-8-sig"), newline=""))
    )
    back = [row[0] if row else "" for row in rows]
    assert len(back) == len(sent)
    for text, cell in zip(sent, back, strict=True):
        assert cell in {text, f"'{text}"}
        seen = unicodedata.normalize("NFKC", cell).lstrip()
        is_number = cell.lstrip("+-").replace(",", "").replace(".", "", 1).isdecimal()
        assert is_number or not seen.startswith(("=", "+", "-", "@", "|")), cell
        assert not cell.startswith(("\t", "\r", "\n")), cell

    out = io.BytesIO()
    book = open_workbook(out)
    sheet = book.add_worksheet("样")
    for row, text in enumerate(sent):
        sheet.write_string(row, 0, text[:32_767])
    book.close()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    read = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["样"]
    cells = [read.cell(row, 1) for row in range(1, len(sent) + 1)]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_no_text_that_leaves_starts_a_formula() -> None:
    check_leaving(ALL)


@pytest.mark.deep
def test_no_text_of_the_public_list_that_leaves_starts_a_formula() -> None:
    check_leaving(read_public_list())
