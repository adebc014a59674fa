"""The bank at the desk: sent, compared on one page, handed in by the clerk alone, told to every reader afterwards."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import httpx
import pytest
from litestar.testing import TestClient

from ledger.books.roles import Role
from ledger.service.bank.comparing import OLDER_MAX
from ledger.service.passing import pass_drafts
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.homes import VillageHome
from tests.service.bank_files import (
    ACCOUNT,
    OCTOBER,
    PARTY,
    Row,
    Table,
    as_csv,
    as_xlsx,
    make_abc,
    make_rural,
)
from tests.service.bank_village import book
from tests.web.desk import OURS, DeskBrowser, tell
from tests.web.test_pages import read_words
from tests.web.village import make_client

BANK = "/desk/bank"
NOVEMBER = f"{BANK}/2026-11"
FINANCE = f"/v/{VILLAGE}/sheets/2026-11/finance"
ROWS: tuple[Row, ...] = tuple(
    (day.replace("-10-", "-11-"), received, paid, text) for day, received, paid, text in OCTOBER
)


class Make(Protocol):
    """What makes a bank's table of rows."""

    def __call__(self, rows: Sequence[Row], *, opening_fen: int) -> Table: ...


def make_november(make: Make = make_rural, rows: tuple[Row, ...] = ROWS) -> Table:
    table = make(rows, opening_fen=0)
    return [
        [value.replace("2026-10-", "2026-11-").replace("202610", "202611") for value in row] for row in table
    ]


@pytest.fixture
def village(door: Door) -> VillageHome:
    """November moved by bank; its payment is not through, the interest not booked."""
    village = door.village
    village.go_to("2026-12-02")
    book(village, 120_000, "2026-11-09")
    book(village, -32_500, "2026-11-12", summary="办公用品")
    book(village, -50_000, "2026-11-28", summary="修水渠")
    return village


@pytest.fixture
def desk(door: Door, village: VillageHome) -> Iterator[DeskBrowser]:
    door.let_in("wen")
    with make_client(village) as client:
        browser = DeskBrowser(client)
        browser.sign_in(door, "wen")
        yield browser


def send(desk: DeskBrowser, *files: tuple[str, bytes]) -> httpx.Response:
    desk.get(NOVEMBER)
    return desk.send_files(NOVEMBER, *(files or (("对账单.csv", as_csv(make_november())),)))


@pytest.mark.parametrize(
    ("name", "make", "write"),
    [
        ("对账单.csv", make_rural, as_csv),
        ("对账单.xls", make_abc, as_csv),
        ("对账单.xlsx", make_abc, as_xlsx),
    ],
)
def test_one_page_says_what_each_side_lacks(
    desk: DeskBrowser, village: VillageHome, name: str, make: Make, write: Callable[[Table], bytes]
) -> None:
    table = [row for row in make_november(make) if "202611" not in "".join(row[:2]) or len(row) > 3]
    village.close("2026-11")

    page = send(desk, (name, write(table)))

    words = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page.text))
    assert "银行存款余额调节表" in tell(page)
    assert "银行对账单余额 887.34" in words
    assert "减：账上已付、银行还没付 500.00" in words
    assert "调节后的余额 387.34" in words
    assert "对账单这个月 3 笔，对上 2 笔。" in words
    assert "2026年11月21日 样*山 尾号 7890 结息" in words
    assert "2026年11月28日 凭证 2026-11-004 修水渠" in words
    assert ACCOUNT not in page.text
    assert PARTY not in page.text


def test_it_is_handed_in_passed_and_told_to_every_reader(desk: DeskBrowser, village: VillageHome) -> None:
    village.close("2026-11")
    with make_client(village) as visitor:
        assert "没有对账：还没有拿银行的对账单和账上的银行存款核对。" in read_words(visitor, FINANCE)
    page = send(desk)
    result = re.search(r'name="result" value="([^"]*)"', page.text)
    assert result is not None

    sent = desk.post(f"{NOVEMBER}/hand-in", {"result": result[1].replace("&#34;", '"')})

    (draft,) = village.home.vault.list_drafts(VILLAGE, "waiting")
    assert sent.headers["location"] == f"/desk/drafts/{draft.id}"
    waits = re.sub(r"\s+", "", re.sub("<[^>]*>", " ", desk.get(sent.headers["location"]).text))
    assert "2026年11月银行对账：对得上，2笔只有一边有" in waits
    assert f"/desk/drafts/{draft.id}" in desk.get(NOVEMBER).text
    pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)
    told = "银行对账单和账上对得上：有 2 笔只有一边有，补上以后两边一样。"
    assert told in desk.get(NOVEMBER).text
    assert "对过" in desk.get(BANK).text
    with make_client(village) as visitor:
        assert told in read_words(visitor, FINANCE)
        path = re.search(rf'href="(/v/{VILLAGE}/entries/[0-9]+)">银行对账单', visitor.get(FINANCE).text)
        assert path is not None
        words = read_words(visitor, path[1])
    assert "到2026年11月底，银行说有 887.34 元，账上记着 375.00 元。" in words
    assert "调节以后 387.34 387.34" in words
    assert "2026年11月28日，凭证 2026-11-004 500.00" in words
    assert "2026年11月21日 12.34" in words


def test_what_is_wrong_is_shown_all_at_once_and_nothing_is_kept(
    desk: DeskBrowser, village: VillageHome
) -> None:
    table = make_november()
    table[6][3], table[7][0] = "三百", "昨天 1"

    page = send(desk, (f"{ACCOUNT}.csv", as_csv(table)), ("空.csv", b""), ("坏.xlsx", b"PK\x03\x04"))

    assert page.status_code == 422
    assert "有 3 处要改" in page.text
    assert ACCOUNT not in page.text
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_rows_of_what_is_older_come_back_as_they_were_typed(desk: DeskBrowser, village: VillageHome) -> None:
    def list_rows(page: str) -> list[tuple[str, str, str, str]]:
        days = re.findall(r'name="day" value="([^"]*)"', page)
        amounts = re.findall(r'name="amount" value="([^"]*)"', page)
        sides = [
            "out" if " selected" in one else "in" for one in re.findall(r'<option value="out"([^>]*)>', page)
        ]
        known = [
            "bank" if " selected" in one else "books"
            for one in re.findall(r'<option value="bank"([^>]*)>', page)
        ]
        return list(zip(days, amounts, sides, known, strict=True))

    page = desk.get(NOVEMBER).text
    empty = ("", "", "in", "books")
    assert list_rows(page) == [empty] * OLDER_MAX
    assert "<details>" in page
    typed = [("2026-09-28", "五百", "out", "bank"), empty, ("2026-10-01", "2.00", "in", "books")]
    answer = send_older(desk, *typed, *[empty] * (OLDER_MAX - 3))
    assert answer.status_code == 422
    assert "大于零的金额" in answer.text
    assert list_rows(answer.text) == [*typed, *[empty] * (OLDER_MAX - 3)]
    assert "<details open>" in answer.text

    village.close("2026-11")
    typed[0] = ("2026-09-28", "501.00", "out", "bank")
    page = send_older(desk, *typed).text
    found = re.search(r'name="result" value="([^"]*)"', page)
    assert found is not None
    desk.post(f"{NOVEMBER}/hand-in", {"result": html.unescape(found[1])})
    (draft,) = village.home.vault.list_drafts(VILLAGE, "waiting")
    pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)
    assert "当时对上了的，要再填一次" in desk.get(NOVEMBER).text
    assert list_rows(desk.get(NOVEMBER).text)[:3] == [typed[0], typed[2], empty]


def send_older(desk: DeskBrowser, *rows: tuple[str, str, str, str]) -> httpx.Response:
    """Send a statement with rows of what is older: day, amount, side and who knows it."""
    fields = [("csrf", desk.token)]
    for row in rows:
        fields += zip(("day", "amount", "side", "known_to"), row, strict=True)
    parts = "".join(
        f'--b7\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    ).encode()
    head = '--b7\r\nContent-Disposition: form-data; name="files"; filename="对账单.csv"\r\n\r\n'.encode()
    body = parts + head + as_csv(make_november()) + b"\r\n--b7--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b7"} | OURS
    return desk._ask("POST", NOVEMBER, headers, body)


def test_an_open_month_can_be_looked_at_and_says_what_comes_first(desk: DeskBrowser) -> None:
    page = send(desk)

    assert "这个月还没有结账。把账上漏的补记好" in page.text
    assert "hand-in" not in page.text


def test_a_township_compares_and_hands_nothing_in(
    door: Door, desk: DeskBrowser, village: VillageHome
) -> None:
    village.close("2026-11")
    door.let_in("zhen", "township")
    with make_client(village) as client:
        browser = DeskBrowser(client)
        browser.sign_in(door, "zhen")

        page = send(browser)

        assert "样*山" in page.text
        assert "hand-in" not in page.text
        assert browser.post(f"{NOVEMBER}/hand-in", {"result": "{}"}).status_code == 403


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_nobody_else_sends_statements(door: Door, village: VillageHome, role: Role) -> None:
    door.let_in("other", role)
    with make_client(village) as client:
        browser = DeskBrowser(client)
        browser.sign_in(door, "other")

        assert browser.get(BANK).status_code == 403
        assert send(browser).status_code == 403


def test_a_result_that_cannot_be_recorded_says_why_and_nonsense_is_none(desk: DeskBrowser) -> None:
    page = send(desk)
    assert page.status_code == 200
    body = '{"accounts":1,"bank_fen":0,"book_fen":0,"items":[],"lines":0,"previous":0,"version":1}'

    refused = desk.post(f"{NOVEMBER}/hand-in", {"result": body})

    assert refused.status_code == 409
    assert "这个月还没有结账" in refused.text
    assert desk.post(f"{NOVEMBER}/hand-in", {"result": "{}"}).status_code == 400
    assert desk.get(f"{BANK}/2026-09").status_code == 404
    assert desk.get(f"{BANK}/2026-13").status_code == 404


def test_the_list_leads_to_the_months(desk: DeskBrowser) -> None:
    page = desk.get(BANK).text

    assert re.findall(rf'href="({BANK}/[^"]*)"', page) == [f"{BANK}/2026-11", f"{BANK}/2026-10"]
    assert f'href="{BANK}"' in desk.get("/desk/books").text


def test_nothing_of_a_statement_is_in_the_home(desk: DeskBrowser, village: VillageHome) -> None:
    """The desk's log, the vault, the ledger, byte by byte."""
    village.close("2026-11")
    send(desk)

    needles = [text.encode() for text in (ACCOUNT, PARTY, "结息")]
    found = [
        path
        for path in village.home.path.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]
    assert found == []


def test_an_open_month_is_said_to_be_open_on_the_public_page(client: TestClient) -> None:
    assert "还没有对账：这个月还没有结账。" in read_words(client, FINANCE)
