"""A line of points from the jury's list to the corrected sheet, in five browsers, kept as a transcript.

The clerk types what the jury resolved; the supervisor passes it; the sheet is sealed, its code is read off paper.
A villager opens their household's page with the card, on a phone without scripts, and objects to a line. The village
finds that they are right, takes the line off by an entry of its own and hangs a new sheet that names the old one. At
the end the card says so, and an auditor finds the whole log in order. Each step is a line of `web/public/JOURNEY.md`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from ledger.cli import root
from ledger.vaults import Household
from tests.builders import VILLAGE, build_agreements, build_households, build_rule, build_rulebook, make_id
from tests.desk.people import Door, open_door
from tests.homes import BASE_URL
from tests.reports.printed import draw_page, read_text
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.test_desk_journey import Journey
from tests.web.test_desk_months_browser import MADE_MS
from tests.web.village import serve
from web.public import __file__ as public_file

pytestmark = pytest.mark.browser
TRANSCRIPT = Path(public_file).with_name("JOURNEY.md")
HEAD = """# 一笔积分：从评议到更正

村文书、监督委员、村书记、村民和审计员各用各的手机或电脑；村民的手机不运行脚本。每一步写着谁、做什么、随后看到什么；测试照这样用真的浏览器
走一遍，走出来的和这里不同就不算通过。

| | 谁 | 做什么 | 看到 |
| --- | --- | --- | --- |
"""
MONTH = f"/v/{VILLAGE}/sheets/2026-10/points"
AWARDS = (("0010", "样大山", "3"), ("0011", "样小河", "2"), ("0012", "样石头", "1"))
WRONG = "只扫过一次，写成了三次"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A village that adopted a rulebook and has three households under agreement; October has no points yet."""
    with open_door(tmp_path / "home", monkeypatch) as opened:
        village, texts = opened.village, opened.village.texts
        village.open_books()
        village.record(build_rulebook(texts, rules=(build_rule(texts),)))
        opened.home.vault.put_households(
            VILLAGE,
            [
                Household(
                    consents=frozenset({"scoring"}),
                    group=1,
                    household=make_id("h", at),
                    name=name,
                    number=number,
                )
                for at, (number, name, _times) in enumerate(AWARDS)
            ],
        )
        village.record(build_households(texts, len(AWARDS)))
        village.record(build_agreements(texts, len(AWARDS)))
        opened.let_in("wen")
        opened.let_in("jian", "supervisor")
        opened.let_in("qian", "secretary")
        opened.let_in("shen", "auditor")
        yield opened


def write(page: Page, field: str, row: int, cells: Mapping[int, str]) -> None:
    """Type cells by column, leaving each with the tabulator, as one does: the sheet fills in what it knows."""
    for column, text in cells.items():
        cell = page.locator(f"#{field}-{row}-{column}")
        cell.evaluate("(cell) => cell.closest('tr').classList.remove('blank')")
        cell.fill(text)
        cell.press("Tab")


def hand_in(page: Page) -> None:
    press(page, "看一遍")
    expect(page.locator("main")).to_contain_text("看一遍再交审")
    press(page, "没有错，交审")


def pass_one(page: Page, address: str, label: str) -> None:
    """Pass the draft whose label begins so, as the desk shows it."""
    page.goto(f"{address}/desk/drafts")
    page.get_by_role("link", name=re.compile(re.escape(label))).first.click()
    press(page, "没有错，通过")


def score(journey: Journey, address: str, clerk: Page, boss: Page) -> None:
    clerk.goto(f"{address}/desk/write/points")
    for row, (number, name, times) in enumerate(AWARDS, 1):
        write(clerk, "a", row, {0: "2026-10", 1: number, 3: "B01", 5: times, 6: "评议记录第 1 页"})
        expect(clerk.locator(f"#a-{row}-2")).to_have_value(name)
        expect(clerk.locator(f"#a-{row}-4")).to_have_value("打扫门前")
    hand_in(clerk)
    does = (
        "评议小组议定以后，打开 /desk/write/points，照评议记录填三户（姓名、规则名称自己出来），看一遍，交审"
    )
    journey.tell("村文书", does, clerk, "已交审，等另一位来审核。")
    pass_one(boss, address, "积分评议 2026-10")
    does = "对着评议记录看过，点「没有错，通过」"
    journey.tell("监督委员", does, boss, "已记入账本")


def close(journey: Journey, door: Door, address: str, clerk: Page, boss: Page) -> None:
    door.village.go_to("2026-11-02")
    sign_in(door, clerk, address, "wen")
    clerk.goto(f"{address}/desk/months/2026-10")
    press(clerk, "结账，交另一位审核")
    journey.tell("村文书", "到了 11 月，打开 /desk/months/2026-10，点「结账，交另一位审核」", clerk, "已交审")
    sign_in(door, boss, address, "jian")
    pass_one(boss, address, "2026年10月结账")
    journey.tell("监督委员", "看过，点「没有错，通过」", boss, "已记入账本")


def seal(page: Page, address: str, number: str, button: str) -> bytes:
    """Seal October's sheet of points; return the paper, whose code was read back off it."""
    page.goto(f"{address}/desk/months/2026-10/points")
    press(page, button)
    expect(page.locator("#sealed")).to_contain_text(number, timeout=MADE_MS)
    paper = page.request.get(
        address + page.get_by_role("link", name="打开原件，打印").get_attribute("href")
    ).body()
    codes = {code.text for code in zxingcpp.read_barcodes(draw_page(paper, 1, 200))}
    assert f"{BASE_URL}/v/{VILLAGE}" in codes
    (check,) = [code for code in codes if "#" in code]
    assert check.startswith(f"{BASE_URL}/c/{VILLAGE}#")
    page.goto(address + check.removeprefix(BASE_URL))
    expect(page.locator("main")).to_contain_text(number)
    return paper


def make_card(journey: Journey, address: str, clerk: Page) -> str:
    clerk.goto(f"{address}/desk/households/{make_id('h', 0)}")
    press(clerk, "做一张户卡")
    journey.tell("村文书", "打开 0010 户，点「做一张户卡」，打印，剪下来交给这一户", clerk, "0010")
    return clerk.locator(".label .code").inner_text()


def open_card(phone: Page, address: str, letters: str) -> None:
    phone.goto(address + MONTH)
    phone.locator("main").get_by_role("link", name="查自家积分").click()
    phone.get_by_label("卡上的字").fill(letters.lower())
    press(phone, "看我家的")
    expect(phone.get_by_role("heading", name="0010 样大山")).to_be_visible()
    check_layout(phone)


def object_to(journey: Journey, address: str, phone: Page, letters: str) -> tuple[str, str]:
    """Object to the line on the card; return the receipt's number and code."""
    open_card(phone, address, letters)
    does = "手机上打开 10 月的积分公开表，点「查自家积分」，抄上卡上的字，点「看我家的」"
    journey.tell("村民", does, phone, "打扫门前", "+6 分", "评议记录第 1 页")
    press(phone, "记得不对，提异议")
    field = phone.get_by_label("哪里不对、想问什么")
    begun = field.input_value()
    assert begun.startswith("户号 0010，2026年10月 ")
    assert begun.endswith("打扫门前，3 次，+6 分。我知道的是：")
    field.fill(begun + WRONG)
    check_layout(phone)
    press(phone, "交上去")
    does = f"点这一笔的「记得不对，提异议」，接着写「{WRONG}」，点「交上去」，抄下收条"
    journey.tell("村民", does, phone, "收到了", "查询码只显示这一次")
    number, code = phone.locator(".receipt").all_inner_texts()
    return number, code


def register(journey: Journey, address: str, clerk: Page, boss: Page, secretary: Page) -> None:
    clerk.goto(f"{address}/desk/objections")
    clerk.locator("a.row").first.click()
    expect(clerk.locator("main")).to_contain_text(WRONG)
    press(clerk, "交审登记")
    journey.tell("村文书", "打开 /desk/objections，点开刚收到的一件，看过，点「交审登记」", clerk, "已交审")
    boss.goto(f"{address}/desk/drafts")
    boss.get_by_role("link", name=re.compile("登记异议")).first.click()
    expect(boss.get_by_role("button", name="没有错，通过")).to_have_count(0)
    journey.tell(
        "监督委员", "点开这一件", boss, "所指的那一项是您交审或审核过的", "请另一位没有经手过的人来审"
    )
    pass_one(secretary, address, "登记异议")
    does = "没有经手过这一笔：看过，点「没有错，通过」"
    journey.tell("村书记", does, secretary, "已记入账本")


def take_back(journey: Journey, address: str, clerk: Page, boss: Page) -> str:
    """Take the line off by an entry; return its number."""
    clerk.goto(f"{address}/desk/write/points")
    write(clerk, "b", 1, {0: "2026-11", 1: "2026-10", 2: "0010", 3: "B01", 4: "次数写错，评议小组已核实"})
    write(clerk, "a", 1, {0: "2026-11", 1: "0010", 3: "B01", 5: "1", 6: "补记 10 月，评议记录第 2 页"})
    hand_in(clerk)
    does = "查实写错了：打开 /desk/write/points，在「冲销」里填这一条，在「积分」里补记对的一次，看一遍，交审"
    journey.tell("村文书", does, clerk, "已交审，等另一位来审核。")
    pass_one(boss, address, "积分冲销 2026-11")
    number = str(find_newest(boss, address))
    pass_one(boss, address, "积分评议 2026-11")
    journey.tell("监督委员", "两条都看过，各点「没有错，通过」", boss, "已记入账本")
    return number


def find_newest(page: Page, address: str) -> int:
    page.goto(f"{address}/v/{VILLAGE}/entries")
    paths = page.locator("a[href*='/entries/']").evaluate_all("links => links.map(link => link.pathname)")
    return max(int(found[1]) for path in paths if (found := re.search(r"/entries/([0-9]+)$", path)))


def answer(journey: Journey, address: str, clerk: Page, secretary: Page, entry: str) -> None:
    clerk.goto(f"{address}/desk/objections/YY-2026-0001")
    clerk.get_by_label("成立", exact=True).check()
    clerk.get_by_label("答复（会公开）").fill("查过评议记录，只扫过一次，已经冲销，公开表换了新的。")
    clerk.get_by_label("成立的：更正记在哪里（可以后补）").fill(f"{entry} 2026-10-P-2")
    press(clerk, "交审答复")
    does = "打开这一件异议，选「成立」，写答复，写上更正记在哪一条、哪一张新表，点「交审答复」"
    journey.tell("村文书", does, clerk, "已交审")
    pass_one(secretary, address, "答复异议")
    journey.tell("村书记", "看过，点「没有错，通过」", secretary, "已记入账本")


def look_again(journey: Journey, address: str, phone: Page, letters: str, receipt: tuple[str, str]) -> None:
    phone.goto(f"{address}/v/{VILLAGE}/objections/receipt")
    phone.get_by_label("收件号").fill(receipt[0])
    phone.get_by_label("查询码").fill(receipt[1])
    press(phone, "看答复")
    check_layout(phone)
    journey.tell("村民", "凭收条查答复", phone, "异议成立", "2026-10-P-2")
    open_card(phone, address, letters)
    journey.tell("村民", "再拿户卡看自家的", phone, "+2 分", "+6 分", "已冲销：次数写错，评议小组已核实")
    phone.goto(address + MONTH)
    journey.tell("村民", "再看 10 月的积分公开表", phone, "2026-10-P-2", "次数写错，评议小组已核实")


def audit(journey: Journey, door: Door, address: str, auditor: Page, folder: Path) -> None:
    sign_in(door, auditor, address, "shen")
    auditor.goto(f"{address}/audit/run")
    press(auditor, "开始核对")
    expect(auditor.get_by_role("heading", name="结论：全部对得上")).to_be_visible(timeout=MADE_MS)
    journey.tell("审计员", "打开 /audit/run，点「开始核对」，等它做完", auditor, "结论：全部对得上")
    with auditor.expect_download() as coming:
        auditor.locator("a[href$='/audit/bundle.zip']").first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    said = CliRunner().invoke(root, ["audit", str(path)])
    assert said.exit_code == 0, said.output
    assert "结论：全部对得上" in said.output
    does = "点「下载审计包」，拿到自己的电脑上，运行 `mingbai audit 审计包.zip`"
    journey.note("审计员", does, "结论：全部对得上")


@pytest.mark.timeout(900)
def test_a_wrong_line_is_objected_to_and_put_right_as_the_transcript_says(
    door: Door, browser: Browser, tmp_path: Path
) -> None:
    journey = Journey(HEAD)
    with ExitStack() as stack:
        address = stack.enter_context(serve(door.village))
        clerk, boss, secretary, auditor = (
            stack.enter_context(open_page(browser, *SCREENS[at]))[0] for at in (2, 1, 1, 2)
        )
        phone, complaints = stack.enter_context(open_page(browser, *SCREENS[1], script=False))
        sign_in(door, clerk, address, "wen")
        sign_in(door, boss, address, "jian")
        score(journey, address, clerk, boss)
        close(journey, door, address, clerk, boss)
        first = seal(clerk, address, "2026-10-P-1", "没有错，封存")
        does = "打开 /desk/months/2026-10/points，点「没有错，封存」，打印，扫纸上的码"
        journey.tell("村文书", does, clerk, "2026-10-P-1")
        letters = make_card(journey, address, clerk)
        receipt = object_to(journey, address, phone, letters)
        sign_in(door, secretary, address, "qian")
        register(journey, address, clerk, boss, secretary)
        entry = take_back(journey, address, clerk, boss)
        second = seal(clerk, address, "2026-10-P-2", "再封存")
        does = "打开 /desk/months/2026-10/points，点「再封存」，打印，换下旧的，扫纸上的码"
        journey.tell("村文书", does, clerk, "2026-10-P-2")
        answer(journey, address, clerk, secretary, entry)
        look_again(journey, address, phone, letters, receipt)
        audit(journey, door, address, auditor, tmp_path)
        assert complaints == []

    assert "替换" not in read_text(first)
    assert "替换2026-10-P-1" in read_text(second)
    for name, paper in (("first.pdf", first), ("second.pdf", second)):
        (tmp_path / name).write_bytes(paper)
        said = CliRunner().invoke(root, ["audit", str(tmp_path / name)])
        assert said.exit_code == 0, said.output
    told, kept = journey.format(), TRANSCRIPT.read_text(encoding="utf-8") if TRANSCRIPT.exists() else ""
    (tmp_path / TRANSCRIPT.name).write_text(told, encoding="utf-8")
    differs = "\n".join(
        difflib.unified_diff(kept.splitlines(), told.splitlines(), "kept", "walked", "", "", 0)
    )
    assert told == kept, f"{differs}\nwhat was walked: {tmp_path / TRANSCRIPT.name}"
