"""The books at the desk: every account with its ledger, every line with its voucher, and files to take away."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest

from ledger.data import load_reference
from tests.builders import VILLAGE
from tests.desk.people import Door, open_door
from tests.web.desk import DeskBrowser, tell
from tests.web.village import live_through_october, make_client
from web.desk import books

LEDGER = "/desk/books/ledger"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with (
        pytest.MonkeyPatch.context() as patch,
        open_door(tmp_path_factory.mktemp("books") / "home", patch) as opened,
    ):
        live_through_october(opened.village)
        yield opened


@pytest.fixture(scope="module")
def browser(door: Door) -> Iterator[DeskBrowser]:
    with make_client(door.village) as client:
        door.let_in("feng", "clerk")
        opened = DeskBrowser(client)
        assert opened.sign_in(door, "feng").status_code == 200
        yield opened


def read(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_the_books_lead_to_every_account(browser: DeskBrowser) -> None:
    answer = browser.get("/desk/books?month=2026-10")

    words = read(answer)
    assert "101 库存现金 655.00" not in words  # What came back in a red voucher is no turnover.
    assert re.search(r"101 库存现金 (\S+ )?535\.00 借 49,465\.00", words)
    assert f'href="{LEDGER}?account=101&amp;period=2026-10"' in answer.text
    assert f'href="/v/{VILLAGE}/statements/2026-10"' in answer.text
    assert "2026年11月目前，谁欠谁" in read(browser.get("/desk/books"))
    assert browser.get("/desk/books?month=2026-09").status_code == 404


def test_a_cash_book_leads_each_line_to_its_voucher(browser: DeskBrowser, door: Door) -> None:
    answer = browser.get(f"{LEDGER}?account=101&period=2026-10")

    words = read(answer)
    assert "现金日记账" in tell(answer)
    assert "期初余额 50,000.00 收入合计 0.00 支出合计 535.00 期末余额 49,465.00" in words
    assert re.search(
        r"红字冲销 冲销 2026-10-002 号凭证：\S+ 凭证 2026-10-003 对方 管理费用 支出 −120\.00", words
    )
    paths = re.findall(rf'class="m-what"><a href="(/v/{VILLAGE}/entries/\d+)"', answer.text)
    assert len(paths) == 4
    for path in paths:
        assert browser.client.get(path).status_code == 200
    assert len(set(paths)) == 4


def test_a_year_has_its_months_and_other_accounts_their_sides(browser: DeskBrowser) -> None:
    words = read(browser.get(f"{LEDGER}?account=513&period=2026"))

    assert "总账：各个月" in words
    assert "2026年10月 535.00 借 535.00 2026年11月 48.00 借 583.00" in words
    assert "看全年的 5 笔" in words
    assert "借、贷是记账的两边，不是借钱。" in words


def test_a_long_year_is_left_to_its_months(browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "VOUCHERS_MAX", 4)

    year, month = (
        read(browser.get(f"{LEDGER}?account=513&period={period}")) for period in ("2026", "2026-10")
    )

    assert "这一年有关的月份共 5 张凭证，网页上请按月看" in year
    assert "购办公用纸" not in year
    assert "购办公用纸" in month


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 303),
        ("?account=999", 404),
        ("?account=101&period=2025", 404),
        ("?account=101&period=2026-09", 404),
        ("?account=101&period=x", 404),
        ("?account=101", 200),
    ],
)
def test_an_address_that_fits_nothing_is_told_so(browser: DeskBrowser, query: str, status: int) -> None:
    assert browser.get(LEDGER + query).status_code == status


def test_a_ledger_can_be_taken_along_and_that_is_logged(browser: DeskBrowser, door: Door) -> None:
    query = "?account=101&period=2026"

    separated = browser.get(f"{LEDGER}.csv{query}")
    workbook = openpyxl.load_workbook(io.BytesIO(browser.get(f"{LEDGER}.xlsx{query}").content))

    rows = list(csv.reader(io.StringIO(separated.content.decode("utf-8-sig"))))
    assert rows[3][2:] == ["期初余额", "", "", "", "", "", "50000.00"]
    assert [row[1] for row in rows[4:-1]] == [f"2026-10-00{n}" for n in (1, 2, 3, 4)] + ["2026-11-001"]
    assert rows[-1][2:] == ["合计", "", "", "", "0.00", "583.00", "49417.00"]
    assert [cell.value for cell in list(workbook.worksheets[0].rows)[-1]][-1] == 49_417
    logged = [one.fact for one in door.read_log() if one.fact.event == "exported"]
    assert [(fact.reason, fact.village) for fact in logged[-2:]] == [("ledger", VILLAGE)] * 2
    assert browser.get(f"{LEDGER}.csv").status_code == 404


def test_every_account_in_use_can_be_chosen(browser: DeskBrowser) -> None:
    chosen = re.findall(r'<option value="(\d+)"', browser.get("/desk/books").text)

    accounts = load_reference().charts["2023"].accounts
    assert {code for code in chosen if code in accounts} == {"101", "301", "513"}


def test_books_that_are_not_open_say_what_comes_first(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, open_door(tmp_path / "home", patch) as door:
        door.let_in("feng", "clerk")
        with make_client(door.village) as client:
            browser = DeskBrowser(client)
            browser.sign_in(door, "feng")

            assert "账还没有开" in read(browser.get("/desk/books"))
            assert browser.get(f"{LEDGER}?account=101").status_code == 404
