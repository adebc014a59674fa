"""Schemes at the desk: chosen among those that ship or sent as a file, looked at, handed in, and passed by another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, expect

from ledger.data.templates import load_scheme
from ledger.service.adopt import prepare_scheme
from ledger.service.passing import pass_drafts
from ledger.service.scheme_files import format_scheme_file
from tests.builders import VILLAGE
from tests.desk.people import Door, open_door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.desk import DeskBrowser, enter
from tests.web.village import make_client, serve

ROOM = "/desk/schemes"
SAID = "2026年9月26日党员大会通过"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        opened.village.open_books()
        yield opened


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as made:
        yield made


@pytest.fixture
def wen(door: Door, client: TestClient) -> DeskBrowser:
    door.let_in("wen")
    return enter(door, client, "wen")


def adopt(door: Door, name: str, period: str = "2026-09") -> None:
    """A scheme that is in force already."""
    village = door.village
    said = {"maker": village.clerk.user, "period": period, "resolution": SAID, "name": name}
    draft = prepare_scheme(village.home, VILLAGE, **said)
    pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)


def read(answer: httpx.Response) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", answer.text).split())


def send(wen: DeskBrowser, name: str, **fields: str) -> httpx.Response:
    wen.get(ROOM)
    return wen.post(ROOM, {"name": name, "month": "2026-10", "resolution": SAID} | fields)


def read_digest(answer: httpx.Response) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', answer.text)
    assert found is not None
    return found[1]


def list_waiting(door: Door) -> list[str]:
    return [draft.label for draft in door.home.vault.list_drafts(VILLAGE, "waiting")]


def test_the_room_lists_what_is_in_force_and_what_ships(door: Door, wen: DeskBrowser) -> None:
    adopt(door, "member-60")

    page = wen.get(ROOM).text

    assert "党员月度考评办法（基础分 60，五星）第 1 版，2026年9月起用" in read(wen.get(ROOM))
    assert f'href="/v/{VILLAGE}/schemes#member"' in page
    assert page.count("还没有办法，不给谁打分。") == 4
    assert page.count('<span class="small whole">部分是建议稿</span>') == 8
    assert f'href="{ROOM}"' in wen.get("/desk").text


def test_a_shipped_scheme_is_told_whole_with_what_it_would_change(door: Door, wen: DeskBrowser) -> None:
    adopt(door, "member-60")

    page = wen.get(f"{ROOM}/member-100").text

    assert "基础分 100 和四个等次见于公开报道的做法；分数线和项目是建议稿。" in page
    assert "基础分：原为 60，改为 100" in page
    assert "名称：原为 党员月度考评办法（基础分 60，五星），改为" in page
    assert "谁记分：原为 没有写，改为 支部记分员（村文书）" in page
    same = wen.get(f"{ROOM}/member-60").text
    assert "和最新的第 1 版一样，不必再采用。" in same
    assert 'name="resolution"' not in same
    assert wen.get(f"{ROOM}/our-way").status_code == 404
    file = wen.get(f"{ROOM}/member-100.toml")
    assert file.headers["content-disposition"] == 'attachment; filename="member-100.toml"'
    assert file.text == format_scheme_file(load_scheme("member-100"))


def test_a_scheme_is_looked_at_handed_in_once_and_passed_by_another(
    door: Door, client: TestClient, wen: DeskBrowser
) -> None:
    looked = send(wen, "grid-worker")
    assert looked.status_code == 200
    assert f"怎样通过：{SAID}" in looked.text
    assert list_waiting(door) == []
    digest = read_digest(looked)

    for _ in range(2):
        handed = send(wen, "grid-worker", digest=digest)
        assert handed.headers["location"] == "/desk/drafts?sent=1"

    (label,) = list_waiting(door)
    assert label == "网格员考评办法（日常积分、民主测评、综合评定）第 1 版，2026-10 起用"
    assert "有一份在等审核" in wen.get(ROOM).text
    assert send(wen, "grid-worker").status_code == 422
    door.let_in("jian", "supervisor")
    jian = enter(door, client, "jian")
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    page = jian.get(f"/desk/drafts/{draft.id}").text
    given = page.split('name="drafts" value="')[1].split('"')[0]
    passed = jian.post("/desk/drafts", {"drafts": given})
    assert passed.headers["location"] == "/desk/drafts?passed=1&held=0"
    assert "网格员考评办法（日常积分、民主测评、综合评定）第 1 版，2026年10月起用" in read(wen.get(ROOM))
    assert jian.post(ROOM, {"name": "grid", "month": "", "resolution": ""}).status_code == 403


def test_what_was_shown_and_is_something_else_by_now_is_shown_anew(door: Door, wen: DeskBrowser) -> None:
    digest = read_digest(send(wen, "member-100"))
    adopt(door, "member-60")

    again = send(wen, "member-100", digest=digest)

    assert again.status_code == 409
    assert "没有交审：刚才看过以后，账上有了别的办法。请再看一遍。" in again.text
    assert "第 2 版" in again.text
    assert list_waiting(door) == []
    assert send(wen, "member-100", digest=read_digest(again)).status_code == 303


def test_what_is_wrong_stands_beside_its_field(door: Door, wen: DeskBrowser) -> None:
    adopt(door, "member-60", "2026-10")

    answer = send(wen, "member-100", month="2026-13", resolution="")

    assert answer.status_code == 422
    assert answer.text.count('class="field-wrong"') == 2
    assert 'value="2026-13"' in answer.text
    early = send(wen, "member-100", month="2026-09")
    assert "2026-10 或更晚" in early.text
    assert early.text.count('class="field-wrong"') == 1
    assert "还没到的月份不能记账" in send(wen, "member-100", month="2027-01").text
    assert send(wen, "nobody").status_code == 400
    assert list_waiting(door) == []


def test_a_file_of_the_villages_own_is_refused_with_every_fault_and_put_right_in_place(
    door: Door, wen: DeskBrowser
) -> None:
    text = format_scheme_file(load_scheme("branch-stars"))
    spoilt = text.replace("weight = 40", "weight = 41").replace("按季上党课", "不上党课罚款")

    refused = send(wen, "own", text=spoilt, resolution="")

    assert refused.status_code == 422
    assert "41 + 30 + 30 = 101" in refused.text
    assert "罚款" in refused.text
    assert refused.text.count('class="field-wrong"') == 1
    assert "weight = 41" in refused.text
    broken = send(wen, "own", text="title = ")
    assert "有一处没有写完" in broken.text
    assert "没有文件，也没有粘贴" in send(wen, "own").text
    assert list_waiting(door) == []
    looked = send(wen, "own", text=text.replace("按季上党课", "按季上一堂党课"))
    assert "按季上一堂党课" in looked.text
    handed = send(wen, "own", text=text.replace("按季上党课", "按季上一堂党课"), digest=read_digest(looked))
    assert handed.status_code == 303
    assert list_waiting(door) == ["支部评星办法（一至五星）第 1 版，2026-10 起用"]


def test_in_a_browser_a_scheme_and_a_file_are_adopted(door: Door, browser: Browser, tmp_path: Path) -> None:
    adopt(door, "member-60")
    door.let_in("wen")
    file = tmp_path / "ours.toml"
    text = format_scheme_file(load_scheme("micro-grid"))
    file.write_text(text.replace("weight = 60", "weight = 61"), encoding="gb18030")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                sign_in(door, page, address, "wen")
                page.goto(address + ROOM)
                check_layout(page)
                page.get_by_role("link", name="党员月度考评办法（基础分 100").click()
                check_layout(page)
                page.get_by_label("哪次会议通过的").fill(SAID)
                page.get_by_label("从哪个月起用").fill("2026-12")
                press(page, "看一遍")
                expect(page.locator(".field-wrong")).to_have_count(1)
                check_layout(page)
                page.get_by_label("从哪个月起用").fill("2026-10")
                press(page, "看一遍")
                check_layout(page)
                page.goto(address + ROOM)
                page.get_by_label("选文件").set_input_files(file)
                page.get_by_label("哪次会议通过的").fill(SAID)
                press(page, "看一遍")
                check_layout(page)
                words = page.get_by_label("文件的内容").input_value()
                page.get_by_label("文件的内容").fill(words.replace("weight = 61", "weight = 60"))
                press(page, "改好了，再看一遍")
                check_layout(page)
                assert [said for said in complaints if "422" not in said] == []
                if width == SCREENS[-1][0]:
                    press(page, "没有错，交审")
                    assert "已交审" in page.inner_text("main")
                    page.get_by_role("link", name="微网格考评办法").click()
                    check_layout(page)
                    # Laid out as a label of an asset is, its words stood one below the other.
                    style = page.locator("h1").evaluate("head => getComputedStyle(head).display")
                    assert style == "block"
    assert list_waiting(door) == ["微网格考评办法第 1 版，2026-10 起用"]
