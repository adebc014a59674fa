"""Who owes the village and whom it owes: by account, by contract with how long it is overdue, nobody's name."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.contracts import Due
from tests.builders import VILLAGE, build_contract, build_postings
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.test_contracts import live
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve
from web.public import debts

DEBTS = f"/v/{VILLAGE}/debts"
NAME = "样大山"


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    """The contracts of their own test, and debts that are booked: rent to come, wages to pay, one paid too much."""
    with open_village(tmp_path_factory.mktemp("debts") / "home") as built:
        live(built)
        for summary, lines in (
            ("计应收租金", build_postings(123_456, "11201", "501")),
            ("欠施工款", build_postings(300_000, "513", "211")),
            ("预付运费", build_postings(5_000, "101", "113")),
        ):
            built.record_voucher(summary, 0, postings=lines, period="2026-11", occurred_on="2026-11-11")
        yield built


@pytest.fixture(scope="module")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_the_page_says_first_who_owes_how_much_and_lists_accounts_and_contracts(client: TestClient) -> None:
    words = read_words(client, DEBTS)

    assert "截至11月12日记下的账，别人欠村里 1,234.56 元，村里欠别人 3,050.00 元。" in words
    assert "按合同，到2026年11月12日，别人到了日子没付的有 7,000.00 元" in words
    assert "村里到了日子没付的有 10,000.00 元" in words
    for heading, owed in (
        ("别人欠村里的，账上记的 1,234.56 元", "应收款·应收单位款 1,234.56 元 科目 11201"),
        ("村里欠别人的，账上记的 3,050.00 元", "内部往来 50.00 元 科目 113"),
        ("别人按合同该付没付的 7,000.00 元", "7,000.00 元 HT-0001 出租 对方是"),
        (
            "村里按合同该付没付的 10,000.00 元",
            "10,000.00 元 HT-0002 工程 对方是企业 逾期 30 天以内：10,000.00 元",
        ),
    ):
        assert heading in words
        assert owed in words
    assert "30 天以内 7,000.00 10,000.00" in words
    assert "一年以上" not in words
    assert NAME not in words


def test_what_is_paid_voided_or_not_yet_due_is_owed_by_nobody(client: TestClient) -> None:
    page = client.get(DEBTS).text

    assert re.findall(rf'href="/v/{VILLAGE}/contracts/(HT-[0-9]+)"', page) == ["HT-0001", "HT-0002"]


def test_every_foot_leads_to_it(client: TestClient) -> None:
    assert client.get(f"/v/{VILLAGE}/contracts").text.count(f'href="{DEBTS}"') == 1


def test_the_tables_hold_every_row_and_the_fen_of_the_page(client: TestClient) -> None:
    separated = client.get(f"{DEBTS}/today.csv")
    rows = list(csv.reader(io.StringIO(separated.content.decode("utf-8-sig"), newline="")))
    sheets = openpyxl.load_workbook(io.BytesIO(client.get(f"{DEBTS}/today.xlsx").content))

    assert ["11201", "应收款·应收单位款", "1234.56"] in rows
    assert ["HT-0001", "村东仓库租赁", "个人", "7000.00", "7000.00", "0.00", "0.00", "0.00"] in rows
    assert [sheet.max_row for sheet in sheets] == [8, 9, 8, 8]
    assert sheets.worksheets[1]["C9"].value == 3000
    assert NAME not in separated.text
    assert client.get(f"{DEBTS}/today.csv").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("name", ["today", "today.pdf", "2026-10.csv", "today.csv.csv"])
def test_no_other_file_is_there(client: TestClient, name: str) -> None:
    assert client.get(f"{DEBTS}/{name}").status_code == 404


def test_the_list_turns_its_pages(village: VillageHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debts, "DEBTS_A_PAGE", 2)
    with make_client(village) as client:
        first, second, third = (read_words(client, f"{DEBTS}?start={start}") for start in ("", "2", "4"))
        last = client.get(f"{DEBTS}?start=4").text
        statuses = [client.get(f"{DEBTS}?start={start}").status_code for start in ("5", "x", "-1")]

    assert "应收单位款" in first
    assert "HT-0001" not in first
    assert "HT-0001" in second
    assert "HT-0002" in third
    assert f'{DEBTS}?start=2"' in last
    assert statuses == [404] * 3


def test_before_the_books_are_opened_nothing_is_owed(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village, make_client(village) as client:
        assert "还没有期初余额，没有账可以列。" in read_words(client, DEBTS)
        assert client.get(f"{DEBTS}/today.csv").status_code == 404
        village.open_books()
        assert "别人欠村里 0.00 元，村里欠别人 0.00 元。" in read_words(client, DEBTS)
        assert "按合同，" not in read_words(client, DEBTS)


def test_it_grows_older_by_the_day(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village, make_client(village) as client:
        village.open_books()
        village.record(
            build_contract(village.texts, dues=(Due(amount_fen=50_000, due_on="2026-10-31"),), units=0)
        )
        assert "按合同，" not in read_words(client, DEBTS)
        village.go_to("2026-10-31")
        assert "别人到了日子没付的有 500.00 元" in read_words(client, DEBTS)
        assert "逾期" not in read_words(client, DEBTS)
        village.go_to("2026-12-05")
        assert "逾期 31 到 90 天：500.00 元" in read_words(client, DEBTS)
        assert '"500.00","0.00","500.00","0.00","0.00"' in client.get(f"{DEBTS}/today.csv").text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_page_fits_every_screen(village: VillageHome, browser: Browser, width: int, height: int) -> None:
    with serve(village) as address, open_page(browser, width, height) as (page, complaints):
        answer = page.goto(f"{address}{DEBTS}")
        assert answer is not None
        assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(FAINT) == []
        assert complaints == []
