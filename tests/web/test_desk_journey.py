"""A month's work at the desk, in four browsers at once, kept as a transcript that whoever runs a village can follow.

The clerk sends a workbook, is told what is wrong with it, puts it right and hands it in; the supervisor sends one
voucher back and passes the others; the villagers' page shows the money that was spent; the auditor takes the bundle
home, where the command finds it whole. Each step is a line of `web/desk/JOURNEY.md`: who, what they do, what they then
read.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from ledger.cli import root
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.service.importing import make_book
from tests.web.browser import SCREENS, open_page, press, sign_in
from tests.web.village import serve
from web.desk import __file__ as desk_file

pytestmark = pytest.mark.browser
TRANSCRIPT = Path(desk_file).with_name("JOURNEY.md")
WORKBOOK = "十一月凭证.xlsx"
HEAD = """# 一次办事：从表格到账本

村文书、监督委员、村民和审计员各用各的手机或电脑。每一步写着谁、做什么、随后看到什么；测试照这样用真的浏览器走一遍，
走出来的和这里不同就不算通过。想自己走一遍，运行 `./mingbai demo`：登录名和密码在它说的那个文件里。

| | 谁 | 做什么 | 看到 |
| --- | --- | --- | --- |
"""


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    door.let_in("jian", "supervisor")
    door.let_in("shen", "auditor")
    return door


class Journey:
    """What was done and read so far; `head` is what the transcript begins with."""

    def __init__(self, head: str) -> None:
        self._head = head
        self._lines: list[str] = []

    def tell(self, who: str, does: str, page: Page, *sees: str) -> None:
        """Keep a step, once the page shows what it should; the words are matched as they are written down."""
        for words in sees:
            expect(page.locator("main")).to_contain_text(words)
        self.note(who, does, *sees)

    def note(self, who: str, does: str, *sees: str) -> None:
        quoted = "".join(f"「{words}」" for words in sees)
        self._lines.append(f"| {len(self._lines) + 1} | {who} | {does} | {quoted} |\n")

    def format(self) -> str:
        return self._head + "".join(self._lines)


def write_workbook(*amounts: str) -> bytes:
    """Return the template filled with vouchers, one payment out of cash for each amount in yuan."""
    rows: list[Mapping[str, Any]] = []
    for number, amount in enumerate(amounts, 2):  # October left one voucher of November.
        rows.append(
            {
                "凭证号": f"2026-11-{number:03d}",
                "日期": "2026-11-02",
                "摘要": f"购办公用纸{number}",
                "科目代码": "513",
                "科目名称": "管理费用",
                "借方金额": amount,
                "附件张数": 1,
                "经手人": "样经手",
                "审批人": "样审批",
                "记账员": "样记账",
            }
        )
        rows.append({"科目代码": "101", "科目名称": "库存现金", "贷方金额": amount})
    return make_book("vouchers", rows)


def send(page: Page, address: str, data: bytes) -> None:
    page.goto(f"{address}/desk/import")
    page.get_by_label("记账凭证", exact=True).check()
    page.locator("input[type=file]").set_input_files(
        {"name": WORKBOOK, "mimeType": "application/octet-stream", "buffer": data}
    )
    press(page, "看一遍")


def enter_vouchers(journey: Journey, door: Door, address: str, clerk: Page) -> None:
    sign_in(door, clerk, address, "wen")
    journey.tell("村文书", "打开 /desk，输入登录名和密码", clerk, "您好")
    send(clerk, address, write_workbook("120.00", "12.345", "30.00"))
    does = f"点「导入表格」，选「记账凭证」，选文件 {WORKBOOK}（第二笔的金额多写了一位小数），点「看一遍」"
    journey.tell("村文书", does, clerk, "处要改", "什么都没有存", "12.345")
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []
    send(clerk, address, write_workbook("120.00", "50.00", "30.00"))
    does = "在表格里改成 50.00，再选一次文件，点「看一遍」"
    journey.tell("村文书", does, clerk, "看一遍再交审", "购办公用纸3", "交审以后成为 3 条待审记录")
    press(clerk, "没有错，交审")
    journey.tell("村文书", "一行行看过，点「没有错，交审」", clerk, "已交审，等另一位来审核。")
    assert clerk.get_by_role("button", name="通过打勾的").count() == 0


def check_vouchers(journey: Journey, door: Door, address: str, boss: Page) -> None:
    sign_in(door, boss, address, "jian")
    does = "打开 /desk，输入登录名、密码和手机上的 6 位数字"
    journey.tell("监督委员", does, boss, "等您审核", "购办公用纸2", "购办公用纸4")
    boss.get_by_role("link", name="购办公用纸4").click()
    journey.tell("监督委员", "点开第三张，对着发票看", boss, "30.00", "没有错，通过", "有错，退回")
    boss.get_by_text("有错，退回").click()
    boss.get_by_label("退回的原因").fill("少一张发票")
    press(boss, "退回")
    does = "点「有错，退回」，写原因「少一张发票」，点「退回」"
    journey.tell("监督委员", does, boss, "已退回，原因村文书看得到。")
    for number in (2, 3):
        boss.get_by_label(f"购办公用纸{number}").check()
    press(boss, "通过打勾的")
    does = "另两张看过没有错，打勾，点「通过打勾的」"
    journey.tell("监督委员", does, boss, "已记入账本 2 条。")


def take_back(journey: Journey, address: str, clerk: Page) -> None:
    clerk.goto(f"{address}/desk")
    journey.tell("村文书", "回到 /desk", clerk, "退回来的", "少一张发票")
    clerk.get_by_role("link", name="购办公用纸4").click()
    press(clerk, "撤回这一条")
    journey.tell("村文书", "点开退回来的，点「撤回这一条」，等发票找到再写", clerk, "已撤回。")


def audit(journey: Journey, door: Door, address: str, auditor: Page, folder: Path) -> None:
    sign_in(door, auditor, address, "shen")
    auditor.goto(f"{address}/audit/entries")
    journey.tell("审计员", "登录以后打开 /audit，点「全部记录」", auditor, "购办公用纸3")
    auditor.goto(f"{address}/audit/run")
    press(auditor, "开始核对")
    expect(auditor.get_by_role("heading", name="结论：全部对得上")).to_be_visible(timeout=30_000)
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


def test_the_desk_s_work_is_what_the_transcript_says(door: Door, browser: Browser, tmp_path: Path) -> None:
    journey = Journey(HEAD)
    sheet = f"/v/{VILLAGE}/sheets/2026-11/finance"
    with ExitStack() as stack:
        address = stack.enter_context(serve(door.village))
        sizes = {"wen": SCREENS[2], "jian": SCREENS[1], "": SCREENS[1], "shen": SCREENS[2]}
        clerk, boss, villager, auditor = (
            stack.enter_context(open_page(browser, *size))[0] for size in sizes.values()
        )
        villager.goto(address + sheet)
        expect(villager.locator("main")).not_to_contain_text("购办公用纸2")
        journey.tell("村民", "扫公开栏上的码，点 11 月的财务公开表", villager, "付路灯电费")
        enter_vouchers(journey, door, address, clerk)
        villager.reload()
        expect(villager.locator("main")).not_to_contain_text("购办公用纸2")
        journey.tell("村民", "再打开一次：没有审核的不公开，还和刚才一样", villager, "付路灯电费")
        check_vouchers(journey, door, address, boss)
        take_back(journey, address, clerk)
        villager.reload()
        journey.tell("村民", "再打开一次", villager, "购办公用纸2", "购办公用纸3")
        expect(villager.locator("main")).not_to_contain_text("购办公用纸4")
        audit(journey, door, address, auditor, tmp_path)

    assert [fact.fact.event for fact in door.read_log()].count("draft-returned") == 1
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []
    told, kept = journey.format(), TRANSCRIPT.read_text(encoding="utf-8") if TRANSCRIPT.exists() else ""
    (tmp_path / TRANSCRIPT.name).write_text(told, encoding="utf-8")
    differs = "\n".join(
        difflib.unified_diff(kept.splitlines(), told.splitlines(), "kept", "walked", "", "", 0)
    )
    assert told == kept, f"{differs}\nwhat was walked: {tmp_path / TRANSCRIPT.name}"
