"""A clerk types at the desk, in chromium: without scripts by buttons alone, and with them as in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from ledger.service.passing import return_drafts
from ledger.service.unsent import open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.web.browser import REFUSED, TORN, open_page, press, sign_in
from tests.web.village import serve

pytestmark = pytest.mark.browser
PAPER = {
    0: "2026-11-002",
    1: "2026-11-02",
    2: "购办公用纸",
    3: "513",
    4: "管理费用",
    5: "120.00",
    7: "1",
    8: "样经手",
    9: "样审批",
    10: "样记账",
}
PAID = {3: "101", 4: "库存现金", 6: "120.00"}
PASTE = """([id, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const cell = document.getElementById(id);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
NASTY = (
    "=1+1 纸",
    '他说"好"',
    "第一行\n第二行",
    "制表\t符",
    "𠮷祥村",
    "倒\u202e过来",
    " 头尾 ",
    "a" * 1_200,
    "-@+",
)


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    door.let_in("jian", "supervisor")
    return door


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


def write(page: Page, row: int, cells: dict[int, str]) -> None:
    for column, text in cells.items():
        page.locator(f"#a-{row}-{column}").evaluate("(cell) => cell.closest('tr').classList.remove('blank')")
        page.locator(f"#a-{row}-{column}").fill(text)


def read(page: Page, row: int, column: int, field: str = "a") -> str:
    return page.locator(f"#{field}-{row}-{column}").input_value()


def paste(page: Page, cell: str, text: str) -> None:
    page.evaluate(PASTE, [cell, text])


def wait_kept(page: Page) -> None:
    page.get_by_text("已保存").wait_for()
    page.wait_for_function("document.getElementById('saved').textContent.startsWith('已保存')")


def find_user(door: Door, name: str) -> str:
    with door.home.desk.read() as desk:
        account = next(item for item in desk.list_accounts() if item.sign_in == name)
        return desk.list_seats(account.account)[0].person


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_vouchers_are_typed_put_right_and_handed_in_without_scripts(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    with open_page(browser, width, height, script=False) as (page, _):
        sign_in(door, page, address, "wen")
        page.get_by_role("link", name="记账凭证").click()
        for column, text in PAPER.items():
            page.locator(f"#a-1-{column}").fill(text)
        for column, text in {**PAID, 6: "12.345", 4: "库存现钱"}.items():
            page.locator(f"#a-2-{column}").fill(text)
        press(page, "再加五行")
        assert page.locator("tbody tr").count() == 10
        page.locator("#a-9-2").fill("多出来的一行")
        press(page, "看一遍")

        assert "处要改" in page.get_by_role("alert").inner_text()
        wrong = page.locator("[aria-invalid=true]")
        assert {wrong.nth(number).get_attribute("id") for number in range(wrong.count())} >= {
            "a-2-6",
            "a-2-4",
        }
        told = page.locator("#a-2-4").get_attribute("aria-describedby")
        assert "101 库存现金" in page.locator(f"#{told}").inner_text()
        assert (read(page, 2, 6), read(page, 9, 2)) == ("12.345", "多出来的一行")
        page.get_by_role("button", name="删去第 9 行").click()
        page.locator("#a-2-6").fill("120.00")
        page.locator("#a-2-4").fill("库存现金")
        press(page, "保存")
        press(page, "退回上一步")
        assert read(page, 2, 6) == "12.345"
        press(page, "再做回来")
        assert read(page, 2, 6) == "120.00"

        page.goto(f"{address}/desk")
        assert "2 行" in page.get_by_role("link", name="记账凭证 2 行").inner_text()
        page.get_by_role("link", name="记账凭证 2 行").click()
        press(page, "看一遍")
        assert page.url.endswith("/desk/import/preview")
        page.get_by_role("link", name="回去改").first.click()
        assert read(page, 1, 2) == "购办公用纸"
        press(page, "看一遍")
        page.get_by_role("link", name="看打印的样子").click()
        assert "壹佰贰拾元整" in page.inner_text("main")
        page.get_by_role("link", name="回去").click()
        press(page, "没有错，交审")
        assert "已交审" in page.get_by_role("status").inner_text()
        page.goto(f"{address}/desk")
        assert "没交的" not in page.inner_text("main")
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    assert draft.label.startswith("凭证 2026-11-002 120.00 元")


def test_a_returned_voucher_is_opened_changed_and_handed_in_again(
    door: Door, browser: Browser, address: str
) -> None:
    with open_page(browser, 1280, 800, script=False) as (page, _):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/vouchers")
        for row, cells in ((1, PAPER), (2, PAID)):
            for column, text in cells.items():
                page.locator(f"#a-{row}-{column}").fill(text)
        press(page, "看一遍")
        press(page, "没有错，交审")
        (old,) = door.home.vault.list_drafts(VILLAGE, "waiting")
        return_drafts(door.home, VILLAGE, [old.id], find_user(door, "jian"), "少一张发票")

        page.goto(f"{address}/desk")
        page.get_by_role("link", name="购办公用纸").click()
        page.get_by_role("link", name="打开来改").click()
        assert "少一张发票" in page.inner_text("main")
        assert [read(page, 1, 5), read(page, 2, 6), read(page, 1, 8)] == ["120.00", "120.00", "样经手"]
        page.locator("#a-1-7").fill("2")
        press(page, "看一遍")
        press(page, "没有错，交审")

        (new,) = door.home.vault.list_drafts(VILLAGE, "waiting")
        gone = door.home.vault.find_draft(VILLAGE, old.id)
        assert gone is not None
        assert (gone.state, new.answers) == ("discarded", old.id)
        page.goto(f"{address}/desk/drafts/{new.id}")
        assert "少一张发票" in page.inner_text("main")
        press(page, "照这张再写一张")
        assert [read(page, 1, 0), read(page, 1, 2), read(page, 2, 4)] == ["", "购办公用纸", "库存现金"]


def test_a_piece_of_a_spreadsheet_is_pasted_with_all_that_is_in_it(
    door: Door, browser: Browser, address: str
) -> None:
    rows = [f"2026-11-{number:03d}\t2026-11-02\t第 {number} 张" for number in range(2, 201)]
    with open_page(browser, 1280, 800) as (page, complaints):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/vouchers")
        paste(
            page,
            "a-2-0",
            '2026-11-001\t2026-11-01\t"两行\n""引号""\t制表"\t513\r\n' + "\r\n".join(rows) + "\r\n",
        )

        assert page.locator("tbody tr").count() == 201
        assert [read(page, 2, 0), read(page, 2, 2), read(page, 2, 3)] == [
            "2026-11-001",
            '两行\n"引号"\t制表',
            "513",
        ]
        assert [read(page, 201, 0), read(page, 201, 2)] == ["2026-11-200", "第 200 张"]
        wait_kept(page)
        page.locator("#a-5-1").press("Control+z")
        assert read(page, 2, 0) == read(page, 201, 0) if page.locator("#a-201-0").count() else True
        assert page.locator("tbody tr").count() == 5

        paste(page, "a-1-0", "科目代码\t摘要\t科目名称\n513\t修路灯\t管理费用\n")
        assert [read(page, 1, 2), read(page, 1, 3), read(page, 1, 4)] == ["修路灯", "513", "管理费用"]
        last = WORKBOOKS["vouchers"].sheets[0].columns[-1].header
        paste(page, f"a-1-{len(WORKBOOKS['vouchers'].sheets[0].columns) - 1}", f"{last}\t多一格\n一\t二\n")
        assert "没有粘进来" in page.locator("#told").inner_text()
        paste(page, "a-1-0", "\n".join(["x"] * 501))
        assert "一张表至多 500 行" in page.locator("#told").inner_text()
        assert page.locator("tbody tr").count() == 5
    assert [said for said in complaints if REFUSED not in said] == []


def test_what_is_typed_is_kept_by_itself_and_found_in_another_browser(
    door: Door, browser: Browser, address: str
) -> None:
    with open_page(browser, 1280, 800) as (page, _), open_page(browser, 360, 740) as (phone, _):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/scores")
        write(page, 1, {7: NASTY[2]})
        wait_kept(page)

        sign_in(door, phone, address, "wen")
        phone.goto(f"{address}/desk/write/scores")
        assert read(phone, 1, 7) == NASTY[2]
        write(phone, 1, {7: "手机上改的"})
        wait_kept(phone)
        phone.wait_for_timeout(300)
        write(page, 1, {7: "电脑上又改"})
        page.get_by_text("另一个窗口").wait_for()
        assert read(page, 1, 7) == "电脑上又改"

        press(page, "保存")
        assert "两份都留着" in page.get_by_role("alert").inner_text()
        assert read(page, 1, 7) == "电脑上又改"
        press(page, "用下面这一份")
        assert read(page, 1, 7) == "电脑上又改"
        press(page, "退回上一步")
        assert read(page, 1, 7) == "手机上改的"


@pytest.mark.parametrize("script", [True, False])
def test_texts_come_back_as_they_were_typed(door: Door, browser: Browser, address: str, script: bool) -> None:
    user = find_user(door, "wen")
    empty = ("",) * 7
    with open_page(browser, 1280, 800, script=script) as (page, complaints):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/points")
        for row, text in enumerate(NASTY[:5], 1):
            page.locator(f"#a-{row}-6").fill(text)
        press(page, "保存")
        kept = open_sheet(door.home, VILLAGE, user, "points")
        assert [row[6] for row in kept.state.tables["积分"]] == list(NASTY[:5])

        rows = [(*empty[:6], text) for text in NASTY]
        save_sheet(door.home, VILLAGE, user, "points", {"积分": rows}, start=kept.version)
        page.goto(f"{address}/desk/write/points")
        assert [read(page, row, 6) for row in range(1, len(NASTY) + 1)] == list(NASTY)
        press(page, "看一遍")
        again = open_sheet(door.home, VILLAGE, user, "points")
        assert [row[6] for row in again.state.tables["积分"]] == list(NASTY)
        for row in (3, 4, 6, 8):  # What cannot be taken is said beside its cell, not changed.
            assert page.locator(f"#a-{row}-6").get_attribute("aria-invalid") == "true"
    assert [said for said in complaints if REFUSED not in said] == []


def test_keys_alone_fill_a_voucher(door: Door, browser: Browser, address: str) -> None:
    with open_page(browser, 1280, 800) as (page, complaints):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/vouchers")
        page.locator("#a-1-0").focus()
        keys = page.keyboard
        for column in range(11):
            if column != 4:  # The name comes by itself.
                keys.insert_text(PAPER.get(column, ""))
            keys.press("Tab")
        page.locator("#a-1-3").focus()
        keys.press("Enter")
        keys.insert_text("101")
        keys.press("Tab")
        keys.press("Tab")
        keys.press("ArrowRight")
        keys.insert_text("100.00")
        assert read(page, 2, 4) == "库存现金"
        assert "还不平：2026-11-002 差 20.00" in page.locator("#sums").inner_text()
        keys.press("ArrowUp")
        assert page.evaluate("document.activeElement.id") == "a-1-6"
        keys.press("ArrowDown")
        keys.press("Control+a")
        keys.insert_text("120.00")
        assert "借贷相平" in page.locator("#sums").inner_text()
        keys.press("ArrowUp")
        keys.press("Shift+Enter")
        assert page.evaluate("document.activeElement.id") == "a-1-6"
        for _ in range(5):
            keys.press("Enter")
        assert page.evaluate("document.activeElement.id") == "a-6-6"

        page.get_by_role("button", name="删去第 1 行").press("Enter")
        assert read(page, 1, 3) == "101"
        keys.press("Control+z")
        assert [read(page, 1, 0), read(page, 2, 3)] == ["2026-11-002", "101"]
        page.get_by_role("button", name="看一遍").press("Enter")
        page.wait_for_url("**/preview")
        page.get_by_role("button", name="没有错，交审").press("Enter")
        page.wait_for_url("**/drafts?sent=1")
    assert complaints == []


def test_what_is_typed_over_a_name_that_came_by_itself_takes_its_place(
    door: Door, browser: Browser, address: str
) -> None:
    with open_page(browser, 1280, 800) as (page, _):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/vouchers")
        keys = page.keyboard
        for row, way in ((1, "Tab"), (2, "ArrowRight")):
            page.locator(f"#a-{row}-3").focus()
            keys.insert_text("101")
            keys.press(way)
            assert read(page, row, 4) == "库存现金"
            keys.insert_text("库存现金")
            assert read(page, row, 4) == "库存现金"
        keys.press("ArrowRight")
        keys.press("ArrowLeft")
        keys.press("ArrowLeft")
        assert page.evaluate("document.activeElement.id") == "a-2-3"


def test_who_has_to_sign_in_again_loses_nothing(door: Door, browser: Browser, address: str) -> None:
    with open_page(browser, 1280, 800) as (page, _):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}/desk/write/vouchers")
        page.context.clear_cookies()
        write(page, 1, {2: "还没存"})
        page.get_by_text("登录到时间了").wait_for()
        other = page.context.new_page()
        sign_in(door, other, address, "wen")
        write(page, 1, {2: "存得上了"})
        wait_kept(page)

    kept = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "vouchers")
    assert kept.state.tables["凭证"][0][2] == "存得上了"


def test_the_sheet_fits_every_screen(door: Door, browser: Browser, address: str) -> None:
    for width in (320, 360, 768, 1280):
        with open_page(browser, width, 740) as (page, _):
            sign_in(door, page, address, "wen")
            for kind in ("vouchers", "points", "households"):
                page.goto(f"{address}/desk/write/{kind}")
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
                assert page.evaluate(f"[...document.querySelectorAll('.deeds')].filter({TORN}).length") == 0
                small = page.evaluate(
                    "[...document.querySelectorAll('#grid button, #grid td input, #grid td textarea')]"
                    ".filter((n) => n.checkVisibility() && !n.matches('.unseen'))"
                    ".filter((n) => n.getBoundingClientRect().height < 44).length"
                )
                assert small == 0
