"""The desk's room of grids: what each unit lacks, who holds which post, visits, diary and pairs, and that looking is
on record.
"""

from __future__ import annotations

import html
import io
import re

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser
from pypdf import PdfReader

from ledger.books.grids import GridsRegistered, GridUnit, HandHeld, OfficeHeld
from ledger.books.roles import ROLES
from ledger.service.import_ import apply_import, import_workbook
from tests.audit.test_home import audit_home
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.grids import build_grids, build_visits
from tests.service.test_grids_at_size import make_songyanghu
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.desk import DeskBrowser
from tests.web.gate import put_people
from tests.web.test_desk_reading import SHOW, count_facts, enter, list_of, tell
from tests.web.village import serve

GRIDS = "/desk/grids"
H = [make_id("h", number) for number in range(3)]
OCTOBER = {"period": "2026-10", "occurred_on": "2026-10-28"}


@pytest.fixture
def door(door: Door) -> Door:
    """A grid with a head and a worker who is paired with another, a lane without a head, and a month of visits."""
    put_people(door.home, VILLAGE)
    village, texts = door.village, door.village.texts
    village.record(build_grids(texts), **OCTOBER)
    pair = texts.seal(
        {
            "household": H[1],
            "name": "样师傅",
            "paired": "例小河",
            "paired_household": H[2],
            "since": "2026-09-03",
        },
        "holder",
    )
    workers = [
        texts.seal({"household": H[0], "name": name, "paired": ""}, "holder") for name in ("例小河", "某新手")
    ]
    hands = [HandHeld(holder=pair, post="pair"), *(HandHeld(holder=one, post="worker") for one in workers)]
    unit = GridUnit(
        ended=False,
        hands=tuple(sorted(hands, key=lambda item: item.holder.sealed)),
        households=30,
        level="micro",
        name=texts.publish("东头微网格"),
        number="WG-0003",
        offices=(
            OfficeHeld(
                holder=texts.seal({"household": "", "name": "某警官", "paired": ""}, "holder"),
                post="police",
                shown=texts.publish("某*官"),
            ),
        ),
        parent="WG-0001",
    )
    village.record(GridsRegistered(units=(unit,)), **OCTOBER)
    village.record(build_visits(texts, month="2026-10"), **OCTOBER)
    return door


def read(answer_text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html.unescape(answer_text)))


def test_the_tree_says_what_each_unit_lacks_and_shows_masks(door: Door, client: TestClient) -> None:
    page = enter(client, door, "clerk").get(GRIDS).text
    shown = read(page)

    assert "全村有 1 个一级网格、1 个微网格、1 个街巷，一共 42 户。" in shown
    assert "2 个网格、街巷的人员没有配齐，缺：" in shown
    assert "缺 街巷长" in shown
    assert "缺 网格长、网格医生、网格监督员、网格帮办员" in shown
    assert "样*山" in shown
    assert not any(name in page for name in ("样大山", "例小河", "样师傅", "某警官"))
    assert page.index("WG-0001") < page.index("WG-0002") < page.index("WG-0003")
    assert count_facts(door) == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=老槐", {"WG-0002"}),
        ("q=wg-0003", {"WG-0003"}),
        ("level=lane", {"WG-0002"}),
        ("only=vacant", {"WG-0002", "WG-0003"}),
        ("only=odd", set()),
        ("only=short", {"WG-0001", "WG-0003"}),
        ("level=micro&only=vacant", {"WG-0003"}),
    ],
)
def test_the_tree_is_narrowed(door: Door, client: TestClient, asked: str, found: set[str]) -> None:
    page = enter(client, door, "supervisor").get(f"{GRIDS}?{asked}").text

    assert set(re.findall(r'href="/desk/grids/(WG-[0-9]{4})"', page)) == found


def test_a_large_village_is_turned_page_by_page(door: Door, client: TestClient) -> None:
    sent = {"village": VILLAGE, "kind": "grids", "filename": "表.xlsx", "maker": door.village.clerk.user}
    imported = import_workbook(door.home, data=make_songyanghu(), **sent)
    apply_import(door.home, imported)
    door.village.pass_(*door.home.vault.list_drafts(VILLAGE, "waiting"))
    clerk = enter(client, door, "clerk")
    pages = [clerk.get(f"{GRIDS}?start={start}").text for start in (0, 60, 120)]

    shown = [
        re.findall(r'<li class="in-[0-4]"><a class="row" href="/desk/grids/(WG-[0-9]{4})"', page)
        for page in pages
    ]
    assert [len(rows) for rows in shown] == [60, 60, 44]
    assert len({number for rows in shown for number in rows}) == 164
    assert "样湖第7微网格" in clerk.get(f"{GRIDS}?q=第7微").text
    found = read(clerk.get(f"{GRIDS}?level=micro&only=vacant").text)
    assert "各级网格 2 个" in found  # 131 of the 133 have a worker.
    visits = clerk.get(f"{GRIDS}/visits?month=2026-11").text
    assert "应不少于 0 次" in read(visits)  # Nobody recorded anything of that month.


def test_what_is_no_unit_month_or_filter_is_not_there(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")

    assert clerk.get(f"{GRIDS}?only=x").status_code == 400
    for path in (
        *("/WG-0009", "/x", "?start=9", "/visits?month=2026-13", "/visits?unit=WG-0009", "/visits?start=9"),
        *("/diary?start=9", "/diary?unit=x", "/unvisited?group=9", "/unvisited?start=99"),
    ):
        assert clerk.get(GRIDS + path).status_code == 404, path


@pytest.mark.parametrize("role", ROLES)
def test_a_units_people_are_shown_to_each_role_as_the_table_says(
    door: Door, client: TestClient, role: str
) -> None:
    browser = enter(client, door, role)
    asks = SHOW["head-name"][role] == "asked"

    first = read(browser.get(f"{GRIDS}/WG-0003").text)

    assert ("某警官" in first, "样师傅" in first, "为什么看" in first) == (not asks, not asks, asks)
    assert count_facts(door) == int(not asks)
    if asks:
        refused = browser.post(f"{GRIDS}/WG-0003/open", {"purpose": "duty"})
        assert refused.status_code == 422
        assert browser.post(f"{GRIDS}/WG-0003/open", {"purpose": "audit"}).status_code == 303
        second = read(browser.get(f"{GRIDS}/WG-0003").text)
        assert "样师傅" in second
        assert "带 例小河，户 0013 样石头，2026年9月3日起" in second
        assert "样大山" not in read(browser.get(f"{GRIDS}/WG-0001").text)  # Another unit is asked for anew.
    wanted = [(role, "grid", "audit" if asks else "duty")]
    assert tell(list_of(door.home, H[1])) == wanted
    assert tell(list_of(door.home, H[2])) == wanted


def test_a_unit_of_outsiders_alone_is_logged_under_its_number(door: Door, client: TestClient) -> None:
    texts = door.village.texts
    unit = GridUnit(
        ended=False,
        hands=(
            HandHeld(
                holder=texts.seal({"household": "", "name": "某外人", "paired": ""}, "holder"), post="helper"
            ),
        ),
        households=12,
        level="lane",
        name=texts.publish("新巷"),
        number="WG-0004",
        offices=(),
        parent="WG-0001",
    )
    door.village.record(GridsRegistered(units=(unit,)), **OCTOBER)

    assert "某外人" in enter(client, door, "clerk").get(f"{GRIDS}/WG-0004").text
    assert tell(list_of(door.home, "WG-0004")) == [("clerk", "grid", "duty")]


def test_visits_are_told_by_unit_month_and_reason(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    page = clerk.get(f"{GRIDS}/visits").text
    shown = read(page)

    assert "2026年10月走访了 2 次，应不少于 30 次；记了 1 篇村情日记。" in shown
    assert "有 2 个网格没有走够。" in shown
    assert page.index("东头微网格") < page.index("东片网格")  # Twenty are missing here, eight there.
    assert "少了 8 次" in shown
    assert "看望老人2 次" in shown
    assert 'class="chart"' in page
    assert not any(name in page for name in ("样大山", "例小河"))

    one = read(clerk.get(f"{GRIDS}/visits?unit=WG-0001").text)
    assert "0011 样大山" in one
    assert "例小河 看望老人" in one
    assert tell(list_of(door.home, H[0])) == [("clerk", "visits", "duty")]
    assert tell(list_of(door.home, "WG-0001")) == [
        ("clerk", "visits", "duty")
    ]  # Reasons alone, of all units.


def test_whoever_must_say_why_sees_visits_masked_until_then(door: Door, client: TestClient) -> None:
    browser = enter(client, door, "auditor")
    paths = [
        f"{GRIDS}/visits",
        f"{GRIDS}/visits?unit=WG-0001",
        f"{GRIDS}/diary",
        f"{GRIDS}/diary?unit=WG-0001",
    ]
    pages = [browser.get(path).text for path in (*paths, f"{GRIDS}/pairs", f"{GRIDS}/unvisited")]

    private = ("样大山", "例小河", "看望老人", "疏通水沟", "样师傅", "样石头", "0011")
    assert [word for page in pages for word in private if word in page] == []
    assert count_facts(door) == 0

    browser.get(f"{GRIDS}/WG-0001")
    browser.post(f"{GRIDS}/WG-0001/open", {"purpose": "audit"})
    assert "看望老人" in browser.get(paths[1]).text
    assert "疏通水沟" in browser.get(paths[3]).text
    assert "疏通水沟" not in browser.get(paths[2]).text
    assert tell(list_of(door.home, "WG-0001")) == [("auditor", "diary", "audit")]


def test_households_that_nobody_visited_are_listed_by_group(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    page = read(clerk.get(f"{GRIDS}/unvisited").text)

    assert "2026年10月到2026年11月，3 户里走访过 1 户，还有 2 户没有去过。" in page
    assert "样大山" not in page
    assert "0012 样小河" in page
    assert "2026年1月到" in read(clerk.get(f"{GRIDS}/unvisited?span=year").text)
    assert tell(list_of(door.home, H[1])) == [("clerk", "unvisited", "duty")] * 2
    assert list_of(door.home, H[0]) == []


def test_the_diary_is_read_by_unit_and_whoever_reads_it_is_on_record(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    page = read(clerk.get(f"{GRIDS}/diary").text)

    assert "疏通水沟" in page
    assert "一共 1 篇。" in page
    assert "疏通水沟" in read(clerk.get(f"{GRIDS}/diary?unit=WG-0001&month=2026-10").text)
    assert "疏通水沟" not in read(clerk.get(f"{GRIDS}/diary?unit=WG-0003").text)
    assert "这个月没有日记" in read(clerk.get(f"{GRIDS}/diary?month=2026-09").text)
    assert tell(list_of(door.home, "WG-0001")) == [("clerk", "diary", "duty")] * 2
    public = client.get(f"/v/{VILLAGE}/grids", headers={"host": "127.0.0.1:8000"}).text
    assert "疏通水沟" not in public


def test_pairs_are_told_with_household_and_day_and_who_has_nobody(door: Door, client: TestClient) -> None:
    page = read(enter(client, door, "clerk").get(f"{GRIDS}/pairs").text)

    assert "样师傅 带 例小河（户 0013 样石头）" in page
    assert "2026年9月3日起" in page
    assert "还没人带的网格员 1 名 某新手" in page
    assert tell(list_of(door.home, H[2])) == [("clerk", "pairs", "duty")]


def test_a_month_prints_for_the_village_and_for_one_unit_and_names_nobody(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    assert f"{GRIDS}/sheets/2026-10.pdf" in clerk.get(f"{GRIDS}/visits").text

    whole, part = (read_paper(clerk, f"sheets/2026-10{unit}.pdf") for unit in ("", "-WG-0003"))

    assert "一共42户，人员6名，空缺5个。走访2次，村情日记1篇。2个网格没有走够" in whole
    assert "东头微网格月表" in part
    assert "一共30户，人员4名，空缺4个。走访0次" in part
    assert "老槐巷" not in part
    assert not any(name in whole for name in ("样*山", "例小河", "样师傅"))
    for name in ("2026-13.pdf", "2026-10", "2026-10-WG-0009.pdf", "x.pdf"):
        assert clerk.get(f"{GRIDS}/sheets/{name}").status_code == 404, name
    assert count_facts(door) == 1  # The visits' page, with its reasons.


def test_whom_a_mentor_is_paired_with_is_not_shown_once_erased(door: Door, client: TestClient) -> None:
    door.home.vault.erase_subject(VILLAGE, H[2])

    page = read(enter(client, door, "clerk").get(f"{GRIDS}/pairs").text)

    assert "样师傅 带 （已依法删除）" in page


def name_lane_head(door: Door, day: str) -> None:
    """The lane's head signed on a day that the whole name stands on the board."""
    texts = door.village.texts
    holder = {"household": H[0], "name": "样大山", "named_on": day, "paired": "", "telephone": "0000-1234567"}
    unit = GridUnit(
        ended=False,
        hands=(),
        households=12,
        level="lane",
        name=texts.publish("老槐巷"),
        number="WG-0002",
        offices=(OfficeHeld(holder=texts.seal(holder, "holder"), post="head", shown=texts.publish("样*山")),),
        parent="WG-0001",
    )
    door.village.record(GridsRegistered(units=(unit,)), **OCTOBER)


def read_board(browser: DeskBrowser) -> str:
    return read_paper(browser, "WG-0002.pdf")


def read_paper(browser: DeskBrowser, name: str) -> str:
    answer = browser.get(f"{GRIDS}/{name}")
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"\s", "", page.extract_text())


def test_a_head_who_agreed_is_named_on_the_desks_board_until_they_take_it_back(
    door: Door, client: TestClient
) -> None:
    name_lane_head(door, "2026-10-08")
    clerk = enter(client, door, "clerk")

    board = read_board(clerk)
    assert "样大山" in board
    assert "0000-1234567" in board
    assert tell(list_of(door.home, H[0])) == [("clerk", "board", "duty")]
    # Whoever comes without signing in gets the mask, on paper and on the page that the code leads to.
    public = client.get(f"/v/{VILLAGE}/grids/WG-0002.pdf", headers={"host": "127.0.0.1:8000"}).content
    (page,) = PdfReader(io.BytesIO(public)).pages
    assert "样大山" not in re.sub(r"\s", "", page.extract_text())
    shown = client.get(f"/v/{VILLAGE}/grids/WG-0002", headers={"host": "127.0.0.1:8000"}).text
    assert not any(word in shown for word in ("样大山", "0000-1234567", "全名"))
    auditor = enter(client, door, "auditor")
    assert "样大山" not in read_board(auditor)

    assert "本人说了不再写全名，现在就撤回" in clerk.get(f"{GRIDS}/WG-0002").text
    assert "现在就撤回" not in auditor.get(f"{GRIDS}/WG-0002").text
    answer = clerk.post(f"{GRIDS}/WG-0002/unname")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{GRIDS}/WG-0002?unnamed=1")
    again = clerk.get(f"{GRIDS}/WG-0002?unnamed=1").text
    assert "已撤回，已经记入账本" in again
    assert "现在就撤回" not in again
    assert "样*山" in read_board(clerk)
    assert clerk.post(f"{GRIDS}/WG-0002/unname").status_code == 404

    with door.home.ledger.read(VILLAGE) as reader:
        last = reader.size - 1
    said = client.get(f"/v/{VILLAGE}/entries/{last}", headers={"host": "127.0.0.1:8000"}).text
    assert "一位网格长、街巷长不再写全名" in said
    assert "样大山" not in said
    # What was typed before does not bring it back.
    name_lane_head(door, "2026-10-08")
    assert "样大山" not in read_board(clerk)
    assert audit_home(door.home.path).findings == ()


def test_pages_of_the_room_fit_a_phone(door: Door, client: TestClient, browser: Browser) -> None:
    door.let_in("clerk", "clerk")
    paths = ("", "/WG-0003", "/visits", "/visits?unit=WG-0001", "/unvisited", "/diary", "/pairs")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                sign_in(door, page, address, "clerk")
                for path in paths:
                    page.goto(f"{address}{GRIDS}{path}")
                    check_layout(page)
                assert complaints == []
