"""A clerk and a supervisor at their desks, in two browsers at once, and what the village sees of it.

The clerk pastes three vouchers, is told what is wrong with one, puts it right and hands them in; the supervisor sends
one back and passes the others; the villagers' page shows the money that was spent, and the log who did what.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.builders import VILLAGE
from tests.desk.people import PASSWORD, Door, open_door
from tests.web.browser import SCREENS, open_page
from tests.web.village import live_through_october, serve

pytestmark = pytest.mark.browser
HEADERS = (
    *("凭证号", "日期", "摘要", "科目代码", "科目名称", "借方金额", "贷方金额"),
    *("附件张数", "经手人", "审批人", "记账员", "冲销凭证号", "更正凭证号", "原因"),
)
PERSONS = "样经手\t样审批\t样记账"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        live_through_october(opened.village)
        opened.let_in("wen")
        opened.let_in("jian", "supervisor")
        yield opened


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


def write_rows(*amounts: str) -> str:
    """Return vouchers as a spreadsheet gives them to the clipboard: one payment out of cash for each amount."""
    lines = ["\t".join(HEADERS)]
    for number, amount in enumerate(amounts, 2):  # October left one voucher of November.
        lines.append(
            f"2026-11-{number:03d}\t2026-11-02\t购办公用纸{number}\t513\t管理费用\t{amount}\t\t1\t{PERSONS}"
        )
        lines.append(f"\t\t\t101\t库存现金\t\t{amount}\t\t\t\t")
    return "\n".join(lines)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def sign_in(door: Door, page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/desk/sign-in")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "登录")
    if page.url.endswith("/desk/factor"):
        door.village.clock.advance(60_000)
        page.locator("[name=code]").fill(door.read_phone(name))
        press(page, "确定")


def paste(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/desk/import")
    page.get_by_label("记账凭证", exact=True).check()
    page.get_by_label("或者从表格里复制，粘到这里").fill(text)
    press(page, "看一遍")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_what_a_clerk_hands_in_is_in_the_books_when_another_person_passed_it(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    with open_page(browser, width, height) as (clerk, _), open_page(browser, width, height) as (boss, _):
        sign_in(door, clerk, address, "wen")
        paste(clerk, address, write_rows("120.00", "12.345", "30.00"))
        assert "处要改" in clerk.get_by_role("heading", level=1).inner_text()
        assert door.home.vault.list_drafts(VILLAGE, "waiting") == []

        paste(clerk, address, write_rows("120.00", "50.00", "30.00"))
        assert "购办公用纸3" in clerk.inner_text("main")
        press(clerk, "没有错，交审")
        assert "已交审" in clerk.get_by_role("status").inner_text()
        assert clerk.get_by_role("button", name="通过打勾的").count() == 0

        sign_in(door, boss, address, "jian")
        assert "3" in boss.get_by_role("heading", name="等您审核").inner_text()
        boss.get_by_role("link", name="购办公用纸4").click()
        boss.get_by_text("有错，退回").click()
        boss.get_by_label("退回的原因").fill("少一张发票")
        press(boss, "退回")
        for number in (2, 3):
            boss.get_by_label(f"购办公用纸{number}").check()
        press(boss, "通过打勾的")
        assert "已记入账本 2 条" in boss.get_by_role("status").inner_text()

        clerk.goto(f"{address}/desk")
        assert "少一张发票" in clerk.inner_text("main")
        clerk.get_by_role("link", name="购办公用纸4").click()
        press(clerk, "撤回这一条")

        clerk.goto(f"{address}/v/{VILLAGE}/sheets/2026-11/finance")
        told = clerk.content()
        assert ["购办公用纸2" in told, "购办公用纸3" in told, "购办公用纸4" in told] == [True, True, False]
    assert [fact.fact.event for fact in door.read_log()].count("draft-returned") == 1
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []
