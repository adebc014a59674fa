"""A real browser, without a script, reports with a photo and looks its receipt up; every page fits a phone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.attachments.files import noisy, save
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.village import serve

FOLDER = f"/v/{VILLAGE}/cases"


def test_from_the_list_to_the_receipt_without_a_script(door: Door, browser: Browser, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(save(noisy((2400, 1800))))
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height, script=False) as (page, complaints):
                page.goto(address + FOLDER)
                page.get_by_role("link", name="反映一件事").click()
                check_layout(page)
                page.get_by_label("水电气").check()
                page.get_by_role("textbox", name="什么事").fill("电线垂到路上")
                page.get_by_role("textbox", name="在哪里").fill(" ")
                page.locator("#photos").set_input_files(photo)
                page.get_by_role("button", name="交上去").click()
                check_layout(page)
                assert page.get_by_role("textbox", name="什么事").input_value() == "电线垂到路上"
                page.get_by_role("textbox", name="在哪里").fill("三组村东")
                page.locator("#photos").set_input_files(photo)
                page.get_by_role("button", name="交上去").click()
                check_layout(page)
                number, code = (page.locator(".receipt").nth(at).inner_text() for at in (0, 1))
                page.get_by_role("link", name="凭收条看办到哪一步").click()
                page.get_by_label("收件号").fill(number)
                page.get_by_label("查询码").fill(code)
                page.get_by_role("button", name="看答复").click()
                check_layout(page)
                assert re.search("村里还没有登记", page.inner_text("main"))
                assert [said for said in complaints if "422" not in said] == []
    assert door.home.vault.count_reported(VILLAGE).received == len(SCREENS)
