"""A household's card in chromium: made at the desk, scanned, typed where no script runs, and its page looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ledger.vaults import Household
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.test_access_browser import check_page, open_past_policy
from tests.web.village import serve

pytestmark = pytest.mark.browser
H = make_id("h", 0)


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    known = Household(consents=frozenset({"scoring"}), group=2, household=H, name="样大山", number="0010")
    door.home.vault.put_households(VILLAGE, [known])
    return door


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


def make_card(door: Door, browser: Browser, address: str) -> str:
    with open_page(browser, 1280, 800) as (clerk, complaints):
        sign_in(door, clerk, address, "wen")
        clerk.goto(f"{address}/desk/households/{H}")
        check_layout(clerk)
        press(clerk, "做一张户卡")
        check_layout(clerk)
        letters = clerk.locator(".label .code").inner_text()
        assert complaints == []
    return letters


def test_a_card_is_scanned_and_its_code_leaves_the_address(
    door: Door, browser: Browser, address: str
) -> None:
    code = make_card(door, browser, address).replace(" ", "")
    for width, height in SCREENS:
        with open_page(browser, width, height) as (phone, complaints):
            phone.goto(f"{address}/v/{VILLAGE}/card#{code}")
            phone.get_by_role("heading", name="0010 样大山").wait_for()

            assert phone.url == f"{address}/v/{VILLAGE}/card"
            check_layout(phone)
            with phone.expect_download() as download:
                phone.get_by_role("button", name="下载证明").click()
            assert re.fullmatch(r"mingbai-[0-9]{12}-2026\.json", download.value.suggested_filename)
            assert complaints == []
            assert phone.context.cookies() == []


def test_a_card_is_typed_where_no_script_runs(door: Door, browser: Browser, address: str) -> None:
    letters = make_card(door, browser, address)
    with open_page(browser, 360, 740, script=False) as (phone, _):
        phone.goto(f"{address}/v/{VILLAGE}/points/2026-10")
        phone.get_by_role("link", name="拿户卡查自家积分").click()
        check_layout(phone)
        phone.get_by_label("卡上的字").fill("A" * 26)
        press(phone, "看我家的")
        check_layout(phone)
        assert phone.get_by_role("alert").is_visible()
        check_layout(phone)
        phone.get_by_label("卡上的字").fill(letters.lower())
        press(phone, "看我家的")

        assert phone.get_by_role("heading", name="0010 样大山").is_visible()


def test_axe_finds_nothing_grave_on_a_households_own_page(door: Door, browser: Browser, address: str) -> None:
    letters = make_card(door, browser, address)
    with open_past_policy(browser) as page:
        page.goto(f"{address}/v/{VILLAGE}/card")
        found = check_page(page)
        page.get_by_label("卡上的字").fill(letters)
        press(page, "看我家的")
        found += check_page(page)

    assert found == []
