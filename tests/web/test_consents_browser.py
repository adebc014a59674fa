"""Withdrawing in chromium, where no script runs: from the household's page over the page that asks to the card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.test_card_browser import H, address, door, make_card

__all__ = ["address", "door"]

pytestmark = pytest.mark.browser


def test_a_consent_is_withdrawn_in_two_presses(door: Door, browser: Browser, address: str) -> None:
    letters = make_card(door, browser, address)
    for (width, height), named in zip(SCREENS, ("同意公示", "同意积分"), strict=False):
        with open_page(browser, width, height, script=False) as (clerk, _):
            sign_in(door, clerk, address, "wen")
            clerk.goto(f"{address}/desk/households/{H}")
            check_layout(clerk)
            clerk.get_by_role("listitem").filter(has_text=named).get_by_role("link").click()
            check_layout(clerk)
            press(clerk, "这一户说了，现在就撤回")
            check_layout(clerk)
            assert clerk.get_by_text("已撤回，已经记入账本").is_visible()
    with open_page(browser, 360, 740, script=False) as (phone, _):
        phone.goto(f"{address}/v/{VILLAGE}/card")
        phone.get_by_label("卡上的字").fill(letters)
        press(phone, "看我家的")
        check_layout(phone)
        assert phone.get_by_text("没有同意").count() == 3
