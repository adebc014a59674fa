"""What points do, as villagers read it and as the clerk works with it: the shop, volunteering, balances."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.shops import Goods, PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.books.volunteering import HoursBooked, HoursLine, TaskClaimed, TaskOffered
from ledger.service.cards import make_card
from ledger.service.rewards import list_balances
from ledger.service.unsent import open_sheet
from ledger.vaults import Household
from tests.builders import VILLAGE, build_resolution, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.desk import FORM, HOST, OURS, DeskBrowser
from tests.web.test_write_pages import find_user
from tests.web.village import serve

HOME = f"/v/{VILLAGE}"
ROOM = "/desk/points"
NOVEMBER = {"period": "2026-11", "occurred_on": "2026-11-11"}


@pytest.fixture
def door(door: Door) -> Door:
    """Three households with names; a shop of which one took something and brought it back; two tasks."""
    village, texts = door.village, door.village.texts
    door.let_in("wen")
    village.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset({"scoring"}),
                group=1,
                household=make_id("h", place),
                name=f"样户{place}",
                number=f"02{place:02d}",
            )
            for place in range(3)
        ],
    )
    village.record(build_resolution(texts), period="2026-11")
    goods = tuple(
        Goods(
            code=f"SP{place:03d}", cost_fen=150, name=texts.publish(f"样品{place}"), points=2, stock=place % 3
        )
        for place in range(1, 36)
    )
    shop = ShopAdopted(
        budget_fen=30_000,
        first_period="2026-10",
        goods=goods,
        last_period="2027-03",
        resolution="JY-2026-001",
        version=1,
    )
    village.record(shop, **NOVEMBER)
    found, _total = list_balances(village.home, VILLAGE, 0, 50)
    who = next(item.household.household for item in found if item.balance.left >= 2)
    subject = texts.seal({"day": "2026-11-10", "household": who, "receipt": "DH-2026-0001"})
    line = RedeemedLine(cost_fen=150, goods="SP002", points=2, quantity=1, subject=subject)
    taken = village.record(PointsRedeemed(lines=(line,), version=1), **NOVEMBER)
    for number, day in (("FW-2026-001", "2026-11-08"), ("FW-2026-002", "2026-11-29")):
        task = TaskOffered(
            held_on=day,
            needed=3,
            number=number,
            place=texts.publish("村委会门口"),
            rule="B01",
            title=texts.publish("清理水渠"),
            unit_hours_hundredths=400,
        )
        village.record(task, **NOVEMBER)
    claim = TaskClaimed(claims=(texts.seal({"household": make_id("h", 1)}, "claim"),), task="FW-2026-002")
    village.record(claim, **NOVEMBER)
    hours = texts.seal({"evidence": "签到表第 1 行", "household": make_id("h", 1)})
    booked = HoursBooked(
        lines=(HoursLine(hours_hundredths=850, subject=hours),), task="FW-2026-001", version=1
    )
    village.record(booked, **NOVEMBER)
    back = RedemptionReversed(line=subject.sealed, reason=texts.publish("包装破损"), reverses=taken.index)
    village.draft(back, **NOVEMBER)
    return door


def read_words(page: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


def test_everybody_reads_what_the_shop_has_and_what_is_left(door: Door, client: TestClient) -> None:
    page = read_words(client.get(f"{HOME}/shop").text)

    assert "预算300.00元" in page
    assert "还剩298.50元" in page
    assert "到现在换走1笔、1件，用了2分。谁家换了什么不公开。" in page
    assert "样品22分SP002·还有1件" in page.replace("SP002还有", "SP002·还有")
    assert "样品32分SP003换完了" in page
    assert "样品31" not in page
    assert "样品35" in read_words(client.get(f"{HOME}/shop?start=30").text)
    for start in ("35", "x", "-1"):
        assert client.get(f"{HOME}/shop?start={start}").status_code == 404
    assert not any(secret in page for secret in ("样户", "DH-", "0201"))


def test_a_households_card_says_what_it_may_redeem_and_what_it_took(door: Door, client: TestClient) -> None:
    headers = {"host": HOST, "content-type": FORM} | OURS
    found, _total = list_balances(door.home, VILLAGE, 0, 50)
    receipts = []
    for item in found:
        code = make_card(door.home, VILLAGE, item.household.household, door.village.clerk.user)
        answer = client.post(f"{HOME}/card", headers=headers, content=f"code={code}")
        page = read_words(answer.text)
        assert f"还能兑换{item.balance.left}分到2027年3月底有效" in page
        receipts += re.findall(r"收据DH-2026-0001", page)

    assert len(found) == 3
    assert sum(item.balance.redeemed for item in found) == 2
    assert len(receipts) == 1


def test_a_village_without_shop_or_tasks_says_so(visitor: TestClient) -> None:
    assert "村里还没有办积分超市。" in visitor.get(f"{HOME}/shop").text
    assert "2026年还没有记过志愿服务的工时。" in visitor.get(f"{HOME}/volunteering").text
    assert visitor.get(f"{HOME}/volunteering?start=30").status_code == 404


def test_everybody_reads_what_is_to_be_done_and_what_was(door: Door, client: TestClient) -> None:
    page = read_words(client.get(f"{HOME}/volunteering").text)

    assert "2026年办了1次志愿服务，1人次，一共8.5小时。" in page
    assert "还缺2人" in page
    assert "去了1人，干了8.5小时" in page
    assert "每4小时2分" in page


def test_every_kind_is_told_in_plain_words(door: Door, client: TestClient) -> None:
    village = door.village
    (draft,) = (
        item for item in village.home.vault.list_drafts(VILLAGE, "waiting") if "redemption" in item.label
    )
    village.pass_(draft)
    with village.home.ledger.read(VILLAGE) as reader:
        last = reader.size - 1
    told = "".join(
        read_words(client.get(f"{HOME}/entries/{index}").text) for index in range(last - 7, last + 1)
    )

    for sentence in (
        "2026年10月至2027年3月挣的积分可以在积分超市换东西，到时没换的清零；历史都留着。",
        "换走了1笔，用了2分，东西的成本1.50元。",
        "换走的1件退回了，还给那一户2分。原因：包装破损。",
        "2026年11月29日要3位志愿者：清理水渠。",
        "每4小时2分（积分细则B01），由每月评议加上。",
        "又有1人报了名。是谁不公开。",
        "照签到表，1人干了8.5小时。",
    ):
        assert sentence in told, sentence
    assert not any(secret in told for secret in ("样户", "DH-", "0201"))


def test_the_room_shows_balances_logs_the_look_and_fills_the_sheet(door: Door, client: TestClient) -> None:
    clerk = DeskBrowser(client)
    clerk.sign_in(door, "wen")
    page = read_words(clerk.get(ROOM).text)

    assert "2026年10月至2027年3月挣的积分可以换" in page
    assert "0201样户1" in page
    assert "的签到表够数的、反映隐患核实了的，有1条" in page
    looked = [logged.fact for logged in door.read_log() if logged.fact.place == "balances"]
    assert len(looked) == 1

    answer = clerk.post(ROOM, {"period": "2026-11"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/write/points")
    rows = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points").state.tables["积分"]
    assert rows == (("2026-11", "0201", "样户1", "B01", "打扫门前", "2", "志愿服务 FW-2026-001 共 8.5 小时"),)
    assert clerk.post(ROOM, {"period": "2026-11"}).headers["location"] == f"{ROOM}?none=1"
    assert "没有要填的" in clerk.get(f"{ROOM}?none=1").text
    assert clerk.post(ROOM, {"period": "十一月"}).headers["location"] == ROOM
    assert clerk.get(f"{ROOM}?page=2").status_code == 404


def test_the_room_says_that_a_points_year_is_over(door: Door, client: TestClient) -> None:
    clerk = DeskBrowser(client)
    clerk.sign_in(door, "wen")
    assert "没换的积分已经清零" not in read_words(clerk.get(ROOM).text)

    door.village.go_to("2027-04-01")
    clerk.sign_in(door, "wen")

    assert "这个积分年度结束了，没换的积分已经清零。" in read_words(clerk.get(ROOM).text)


def test_all_of_it_fits_a_phone_and_a_table(door: Door, browser: Browser) -> None:
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in (f"{HOME}/shop", f"{HOME}/volunteering"):
                    page.goto(address + path)
                    check_layout(page)
                sign_in(door, page, address, "wen")
                page.goto(address + ROOM)
                check_layout(page)
                assert complaints == []
