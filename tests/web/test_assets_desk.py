"""The desk's room for assets: what waits for its vouchers, and how they are laid into the sheet."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.service.unsent import open_sheet
from tests.builders import VILLAGE, build_asset, build_asset_disposal, build_stocktake
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.desk import DeskBrowser
from tests.web.test_write_pages import find_user
from tests.web.village import serve

PATH = "/desk/assets"
NAMES = {"handler": "样经手", "approver": "样审批", "bookkeeper": "样记账"}
NOVEMBER: dict[str, Any] = {"period": "2026-11", "occurred_on": "2026-11-11"}


@pytest.fixture
def door(door: Door) -> Door:
    texts = door.village.texts
    door.let_in("wen")
    for number in ("ZC-0001", "ZC-0002"):
        pump = build_asset(texts, depreciates_from="2026-11", life_months=115, number=number)
        door.village.record(pump, **NOVEMBER)
    return door


@pytest.fixture
def clerk(door: Door, client: TestClient) -> DeskBrowser:
    browser = DeskBrowser(client)
    browser.sign_in(door, "wen")
    return browser


def read_rows(door: Door) -> tuple[tuple[str, ...], ...]:
    return open_sheet(door.home, VILLAGE, find_user(door, "wen"), "vouchers").state.tables.get("凭证", ())


def test_a_months_depreciation_is_laid_into_the_sheet(door: Door, clerk: DeskBrowser) -> None:
    page = clerk.get(PATH).text
    assert "2026年11月的折旧" in page
    assert page.count("100.00") == 2

    answer = clerk.post(PATH, {"do": "depreciate", "month": "2026-11", **NAMES})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/write/vouchers")
    rows = read_rows(door)
    assert [(row[0], row[2], row[3], row[5], row[15]) for row in rows[::2]] == [
        ("2026-11-002", "计提2026年11月折旧：灌溉水泵", "511", "100.00", "ZC-0001"),
        ("2026-11-003", "计提2026年11月折旧：灌溉水泵", "511", "100.00", "ZC-0002"),
    ]
    assert rows[0][8:11] == ("样经手", "样审批", "样记账")
    again = clerk.post(PATH, {"do": "depreciate", "month": "2026-11", **NAMES})
    assert again.status_code == 409
    assert "已经填在表里的" in again.text
    assert len(read_rows(door)) == 4


def test_a_disposal_waits_for_its_depreciation_and_then_has_its_form(door: Door, clerk: DeskBrowser) -> None:
    door.village.record(build_asset_disposal(door.village.texts), **NOVEMBER)
    page = clerk.get(PATH).text
    assert "处置了，账还没做完的" in page
    assert "2026-11 的折旧还没有记" in page
    door.village.record(
        build_asset_disposal(door.village.texts, asset="ZC-0002", how="scrapped"),
        **(NOVEMBER | {"occurred_on": "2026-10-28"}),
    )

    # Disposed of in October, before the books depreciate it: nothing has to come first.
    answer = clerk.post(
        PATH,
        {"do": "clear", "number": "ZC-0002", "day": "2026-11-12", "proceeds": "50", "costs": "", **NAMES},
    )

    assert answer.status_code == 303
    assert [(row[2].partition("：")[0], row[3], row[5] or row[6]) for row in read_rows(door)] == [
        ("转入清理", "154", "6600.00"),
        ("", "152", "5400.00"),
        ("", "151", "12000.00"),
        ("处置收到的钱", "102", "50.00"),
        ("", "154", "50.00"),
        ("清理净损失", "515", "6550.00"),
        ("", "154", "6550.00"),
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "depreciate", "month": "十一月"}, "看不出是哪个月"),
        ({"do": "depreciate", "month": ""}, '<input id="month" name="month" type="text" maxlength'),
        ({"do": "depreciate", "month": "2026-11", "handler": "样" * 41}, "太长了"),
        ({"do": "clear", "number": "ZC-0001", "day": "2026-11-31"}, "看不出是哪一天"),
    ],
)
def test_a_slip_is_told_and_nothing_is_laid(
    door: Door, clerk: DeskBrowser, fields: dict[str, str], said: str
) -> None:
    door.village.record(
        build_asset_disposal(door.village.texts), **(NOVEMBER | {"occurred_on": "2026-10-28"})
    )

    answer = clerk.post(PATH, fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert read_rows(door) == ()


def test_an_amount_that_is_none_and_an_asset_that_is_there_are_refused(
    door: Door, clerk: DeskBrowser
) -> None:
    door.village.record(
        build_asset_disposal(door.village.texts), **(NOVEMBER | {"occurred_on": "2026-10-28"})
    )
    wrong = {"do": "clear", "number": "ZC-0001", "day": "2026-11-12", "proceeds": "五十"}

    assert "写多少元" in clerk.post(PATH, wrong).text
    refused = clerk.post(PATH, wrong | {"number": "ZC-0002", "proceeds": ""})
    assert refused.status_code == 409
    assert "没有登记处置" in refused.text


def test_a_difference_waits_there_and_another_month_can_be_looked_at(door: Door, clerk: DeskBrowser) -> None:
    door.village.record(build_stocktake(door.village.texts), **NOVEMBER)

    page = clerk.get(f"{PATH}?month=2026-10").text

    assert "盘点对不上，还没有处理的" in page
    assert "这个月要提的折旧都记了" in page
    assert f'href="/v/{VILLAGE}/assets/ZC-0001"' in page


@pytest.mark.browser
def test_the_room_fits_every_screen_and_its_button_fills_the_sheet(door: Door, browser: Browser) -> None:
    texts = door.village.texts
    door.village.record(build_stocktake(texts), **NOVEMBER)
    door.village.record(
        build_asset_disposal(texts, asset="ZC-0002"), **(NOVEMBER | {"occurred_on": "2026-10-28"})
    )
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height, script=False) as (page, complaints):
                sign_in(door, page, address, "wen")
                page.goto(f"{address}{PATH}")
                page.locator("summary").first.click()
                check_layout(page)
                assert complaints == []
        with open_page(browser, 360, 740, script=False) as (page, complaints):
            sign_in(door, page, address, "wen")
            page.goto(f"{address}{PATH}")
            page.locator("#handler").fill("样经手")
            press(page, "做成凭证，填进表里")
            assert page.locator("#a-1-15").input_value() == "ZC-0001"
            assert complaints == []
