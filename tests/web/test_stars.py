"""Stars as villagers read them: who holds how many, by which five steps, and whether the plate on a wall is true."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.honours import get_check
from ledger.books.star_steps import StarMoved
from ledger.entries import Body
from ledger.limits import DAY_MS
from ledger.service.passing import pass_drafts
from ledger.service.unsent import open_sheet
from ledger.state.facts import read_body
from tests.books.star_ledger import FILE, build_declared, build_star_move
from tests.builders import OTHER_VILLAGE, VILLAGE, build_branch, build_objection
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.test_access_browser import check_page, open_past_policy
from tests.web.test_desk_reading import enter
from tests.web.test_honours import read_fields
from tests.web.test_write_pages import find_user
from tests.web.village import serve

PAGE = f"/v/{VILLAGE}/stars"
SECRETARY = "样大山"


def record(door: Door, body: Body, day: str) -> int:
    """Record an entry of a day, passed by the township."""
    known = [one for one in door.home.vault.list_persons(VILLAGE) if "township" in one.roles]
    township = known[0] if known else door.register("township", "township")
    draft = door.village.draft(body, occurred_on=day, period=day[:7])
    (receipt,) = pass_drafts(door.home, VILLAGE, [draft.id], township.user)
    assert receipt is not None
    return receipt.index


@pytest.fixture
def starred(door: Door) -> Door:
    """It is 12 November: a branch was given three stars, then two; its secretary's are displayed; another branch's were
    refused, and its secretary never applied.
    """
    texts = door.village.texts
    second = build_branch(texts, branch=2, name=texts.publish("榴园党支部"))
    record(door, second, "2026-10-01")
    first = {"number": "XJ-2026-001"}
    record(door, build_declared(texts, files=(FILE,), **first), "2026-10-08")
    record(door, build_star_move(texts, evidence=texts.publish("会议记录"), **first), "2026-10-09")
    record(door, build_star_move(texts, "displayed", **first), "2026-10-10")
    record(door, build_star_move(texts, "confirmed", **first), "2026-10-16")
    words = texts.publish("半年没有开党课。")
    record(door, build_star_move(texts, "adjusted", stars=2, words=words, **first), "2026-11-02")
    record(door, build_declared(texts, "secretary", number="XJ-2026-002", stars=4), "2026-11-05")
    record(door, build_star_move(texts, number="XJ-2026-002", stars=4), "2026-11-06")
    record(door, build_star_move(texts, "displayed", number="XJ-2026-002", stars=4), "2026-11-10")
    record(door, build_declared(texts, branch=2, number="XJ-2026-003", stars=5), "2026-11-05")
    record(door, build_star_move(texts, number="XJ-2026-003", stars=0), "2026-11-06")
    return door


def read_words(page: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


def test_a_villager_sees_who_has_how_many_stars_and_how_they_came_about(
    starred: Door, client: TestClient
) -> None:
    page = client.get(PAGE).text
    words = read_words(page)

    assert "石榴河村党支部★★☆☆☆二星" in words
    assert "2026年二星2026年11月2日由三星调为二星" in words
    assert (
        "申报创星2026年10月8日审核评星2026年10月9日公示亮星2026年10月10日"
        "上报验星2026年10月16日动态调星2026年11月2日" in words
    )
    assert (
        "石榴河村党支部书记样*山还没有评上榴园党支部还没有评上榴园党支部书记还没有评上1个评上了星，1个正在评。"
        in words
    )
    assert "公示亮星2026年11月10日上报验星下一步动态调星还没到" in words
    assert "2026年申报四星正在公示四星，到2026年11月15日" in words
    assert "榴园党支部2026年申报五星审核没有评上" in words
    assert "公示5天，从第二天算起（明白账默认）" in words
    assert SECRETARY not in page
    assert f'href="{PAGE}"' in client.get(f"/v/{VILLAGE}").text


def test_one_star_has_its_steps_and_what_its_plate_says_today(starred: Door, client: TestClient) -> None:
    page = client.get(f"{PAGE}/XJ-2026-001").text
    words = read_words(page)

    found = [
        words.index(told)
        for told in (
            "申报创星：三星三会一课",
            "审核评星：三星党员大会",
            "公示亮星：三星",
            "动态调星：二星党员大会半年没有开党课。",
        )
    ]
    assert found == sorted(found)
    assert "材料：会议记录" in words
    assert "（有1个文件的指纹，在记录里）" in words
    assert "2026年10月10日起公示，到2026年10月15日满。" in words
    with starred.home.ledger.read(VILLAGE) as reader:
        moves = [
            read_body(reader.facts, index, StarMoved)
            for index in range(reader.size)
            if reader.facts.read_entry(index).kind == "star.moved"
        ]
    checks = {move.step: get_check(move.words.text) for move in moves if move.number == "XJ-2026-001"}
    assert f'<li id="{checks["confirmed"]}">' in page
    assert "写的是三星；2026年11月2日起调为二星，这一块作废" in words
    assert f"{checks['adjusted'][:4]}{checks['adjusted'][4:]}二星，现在有效" in words
    assert checks["displayed"] not in page


def test_that_steps_were_recorded_much_later_is_said_once(starred: Door, client: TestClient) -> None:
    words = read_words(client.get(f"{PAGE}/XJ-2026-001").text)

    assert words.count("才记入账本") == 1
    assert "申报创星、审核评星、公示亮星、上报验星、动态调星是2026年11月12日才记入账本。" in words
    body = build_declared(starred.village.texts, branch=2, number="XJ-2026-004", stars=1)
    record(starred, body, "2026-11-12")
    assert "才记入账本" not in read_words(client.get(f"{PAGE}/XJ-2026-004").text)


def test_what_is_being_displayed_can_be_objected_to_and_waits(starred: Door, client: TestClient) -> None:
    path = f"{PAGE}/XJ-2026-002"
    page = client.get(path).text
    (about,) = re.findall(r'objections/new\?about=(\d+)"', page)
    assert "核对星牌" not in page
    assert SECRETARY not in page

    record(starred, build_objection(starred.village.texts, about=about), "2026-11-12")

    words = read_words(client.get(path).text)
    assert "公示了四星，有异议等答复" in words
    assert "异议YY-2026-0001还没答复：答复以前不能验星。" in words


def test_after_its_days_a_display_waits_for_the_township(starred: Door, client: TestClient) -> None:
    starred.village.clock.advance(4 * DAY_MS)

    assert "公示四星期满，等乡镇验星" in read_words(client.get(PAGE).text)


def test_what_is_not_there_has_no_page(starred: Door, client: TestClient) -> None:
    for path in (f"{PAGE}/XJ-2026-099", f"{PAGE}/x", f"/v/{OTHER_VILLAGE}/stars"):
        assert client.get(path).status_code == 404, path


def test_a_village_without_stars_says_so(visitor: TestClient) -> None:
    assert "还没有" in read_words(visitor.get(PAGE).text)


def test_every_kind_of_entry_is_told_in_plain_words(starred: Door, client: TestClient) -> None:
    told = {}
    with starred.home.ledger.read(VILLAGE) as reader:
        for index in range(reader.size):
            entry = reader.facts.read_entry(index)
            if entry.kind.startswith("star."):
                told[index] = read_words(client.get(f"/v/{VILLAGE}/entries/{index}").text)
    pages = list(told.values())

    assert "2026年10月8日，石榴河村党支部申报2026年的三星：三会一课" in pages[0]
    assert FILE in pages[0]
    assert "石榴河村党支部动态调星：二星" in pages[4]
    assert "石榴河村党支部书记申报四星" in pages[5]
    assert "书记样*山" in pages[5]
    assert not any(SECRETARY in page for page in pages)


def find_row(fields: list[tuple[str, str]], number: str) -> int:
    """Return where the row of an application begins among the fields of the typed sheet."""
    return [value for _name, value in fields].index(number)


def test_the_desk_says_what_is_next_and_the_township_confirms_what_the_clerk_prepared(
    starred: Door, client: TestClient
) -> None:
    clerk = enter(client, starred, "clerk")
    room = read_words(clerk.get("/desk/stars").text)
    assert "石榴河村党支部书记正在公示四星，到2026年11月15日" in room
    assert "下一步可以：上报验星（村文书交审，乡镇记账员审核）。公示到2026年11月15日，满了再验" in room
    assert "没有申报的：榴园党支部书记。" in room
    confirm = {"number": "XJ-2026-002", "step": "confirmed"}

    starred.village.clock.advance(4 * DAY_MS)
    clerk.sign_in(starred, "clerk")
    page = clerk.get("/desk/stars").text
    assert "满了再验" not in page
    first, fold, rest = page.partition('<details class="fold">')
    assert fold
    assert "填上报验星" in first.replace("\n", "")
    assert "审核评星" not in first
    assert "填审核评星" in rest.partition("</details>")[0]
    answer = clerk.post("/desk/stars/next", confirm)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/write/stars#b-r1")
    clerk.post("/desk/stars/next", confirm)  # once is enough
    fields = read_fields(clerk.get("/desk/write/stars").text)
    assert [value for _name, value in fields].count("XJ-2026-002") == 1
    at = find_row(fields, "XJ-2026-002")
    assert [value for _name, value in fields[at : at + 4]] == ["XJ-2026-002", "上报验星", "2026-11-16", "4"]
    fields[at + 4], fields[at + 5] = (fields[at + 4][0], "石榴镇党委"), (fields[at + 5][0], "到村看过，属实")
    fields = [(name, value) for name, value in fields if name != "version"]
    kept = open_sheet(starred.home, VILLAGE, find_user(starred, "clerk"), "stars")
    looked = clerk.post(
        "/desk/write/stars", urlencode([*fields, ("version", str(kept.version)), ("do", "look")])
    )
    assert looked.status_code == 303, re.findall(r'class="faults">(.*?)</ol>', looked.text, re.DOTALL)
    preview = clerk.get("/desk/import/preview").text
    assert "2026-11-16 石榴镇党委：四星。到村看过，属实" in preview
    digest, batch = (re.search(rf'name="{name}" value="([^"]*)"', preview)[1] for name in ("digest", "batch"))
    assert clerk.post("/desk/import/preview", {"digest": digest, "batch": batch}).status_code == 303
    (draft,) = starred.home.vault.list_drafts(VILLAGE, "waiting")
    assert starred.village.pass_(draft) == [None]  # a supervisor alone does not confirm
    (township,) = [one for one in starred.home.vault.list_persons(VILLAGE) if "township" in one.roles]
    pass_drafts(starred.home, VILLAGE, [draft.id], township.user)

    assert "石榴河村党支部书记样*山★★★★☆四星" in read_words(client.get(PAGE).text)
    plate = clerk.get("/desk/stars/XJ-2026-002.pdf")
    assert plate.headers["content-type"] == "application/pdf"
    assert plate.content.startswith(b"%PDF")


def test_what_is_no_step_and_no_plate_is_refused(starred: Door, client: TestClient) -> None:
    clerk = enter(client, starred, "clerk")

    for form, status in (
        ({"number": "XJ-2026-001", "step": "sold"}, 400),
        ({"number": "XJ-2026-001", "step": "confirmed"}, 404),
        ({"number": "XJ-2026-099", "step": "reviewed"}, 404),
    ):
        assert clerk.post("/desk/stars/next", form).status_code == status, form
    for name in ("XJ-2026-002.pdf", "XJ-2026-003.pdf", "XJ-2026-099.pdf", "x"):
        assert clerk.get(f"/desk/stars/{name}").status_code == 404, name
    assert clerk.get("/desk/stars/XJ-2026-001.pdf").status_code == 200


def test_pages_of_stars_fit_a_phone(starred: Door, browser: Browser) -> None:
    paths = (PAGE, f"{PAGE}/XJ-2026-001", f"{PAGE}/XJ-2026-002")
    with serve(starred.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in paths:
                    page.goto(address + path)
                    check_layout(page)
                assert complaints == []


def test_the_room_of_stars_fits_a_phone(starred: Door, browser: Browser) -> None:
    starred.village.clock.advance(4 * DAY_MS)
    starred.let_in("clerk")
    with serve(starred.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                sign_in(starred, page, address, "clerk")
                page.goto(f"{address}/desk/stars")
                check_layout(page)
                page.locator("main summary").first.click()
                check_layout(page)
                assert complaints == []


def test_axe_finds_nothing_grave_on_pages_of_stars(starred: Door, browser: Browser) -> None:
    with serve(starred.village) as address, open_past_policy(browser) as page:
        found = []
        for path in (PAGE, f"{PAGE}/XJ-2026-001", f"{PAGE}/XJ-2026-002"):
            page.goto(address + path)
            found += check_page(page)

    assert found == []


def test_the_secretary_is_told_why_they_do_not_pass_it(starred: Door, client: TestClient) -> None:
    texts = starred.village.texts
    body = build_declared(texts, "secretary", branch=2, number="XJ-2026-004")
    draft = starred.village.draft(body, occurred_on="2026-11-12", period="2026-11")

    page = enter(client, starred, "secretary").get(f"/desk/drafts/{draft.id}").text

    assert "支部书记的星，村书记、书记本人和近亲属不审核：请监督委员或乡镇记账员来审。" in page
