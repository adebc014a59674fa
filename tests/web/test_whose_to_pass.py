"""A draft that somebody in particular must pass says so before anybody passes it, and who of the accounts can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.service.accounts.manage import disable_account
from ledger.service.adopt import prepare_scheme
from ledger.service.import_ import apply_import, import_typed
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.vaults import Draft
from tests.builders import VILLAGE, build_branch
from tests.desk.people import Door, open_door
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.desk import DeskBrowser, enter
from tests.web.village import make_client, serve

DRAFTS = "/desk/drafts"
WHY = "考评办法写明由乡镇打分，要有乡镇记账员审核通过，才记入账本。"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """It is October; a branch is scored for the third quarter, by a scheme by which the township gives the marks."""
    with open_door(tmp_path / "home", monkeypatch) as opened:
        opened.village.open_books()
        opened.village.record(build_branch(opened.village.texts), period="2026-07")
        opened.let_in("jian", "supervisor")
        yield opened


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as made:
        yield made


@pytest.fixture
def draft(door: Door) -> Draft:
    village = door.village
    said = {"maker": village.clerk.user, "period": "2026-09", "resolution": "党员大会通过"}
    village.pass_(prepare_scheme(village.home, VILLAGE, name="branch-stars", **said))
    head = {"月份": "2026-09", "考评对象": "党支部", "编号": "1"}
    typed = {
        "考评": [head],
        "考评记分": [
            head | {"项目编号": "P01", "数量": "3", "证据": "会议记录"},
            head | {"项目编号": "N02", "数量": "1", "证据": "台账"},
        ],
    }
    sheets = {sheet.name: sheet for sheet in WORKBOOKS["assessments"].sheets}
    tables = {
        name: tuple(tuple(row.get(column.header, "") for column in sheets[name].columns) for row in rows)
        for name, rows in typed.items()
    }
    imported = import_typed(
        village.home, village=VILLAGE, kind="assessments", tables=tables, maker=village.clerk.user
    )
    assert imported.faults == ()
    apply_import(village.home, imported)
    return imported.drafts[0]


def read(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", answer.text).split())


def press_pass(browser: DeskBrowser, draft: Draft) -> str:
    page = browser.get(f"{DRAFTS}/{draft.id}").text
    given = page.split('name="drafts" value="')[1].split('"')[0]
    return browser.post(DRAFTS, {"drafts": given}).headers["location"]


def test_a_supervisor_sees_whose_it_is_and_passes_it_as_the_first(
    door: Door, client: TestClient, draft: Draft
) -> None:
    jian = enter(door, client, "jian")
    page = read(jian.get(f"{DRAFTS}/{draft.id}"))
    assert WHY + "现在没有一个在用的账号能以乡镇记账员的身份审核" in page
    assert "您可以先审核。还要等上面写的那一位也通过，才记入账本。" in page
    assert "还要 乡镇记账员 审核" in read(jian.get(DRAFTS))
    door.let_in("zhen", "township")
    assert WHY + "能审核的乡镇记账员：样例zhen。" in read(jian.get(f"{DRAFTS}/{draft.id}"))

    assert press_pass(jian, draft) == f"{DRAFTS}?passed=0&held=1"

    zhen = enter(door, client, "zhen")
    page = read(zhen.get(f"{DRAFTS}/{draft.id}"))
    assert "能审核的乡镇记账员：样例zhen。" in page
    assert "通过以后就记入账本，不能再改" in page
    assert press_pass(zhen, draft) == f"{DRAFTS}?passed=1&held=0"


def test_the_township_passes_it_alone(door: Door, client: TestClient, draft: Draft) -> None:
    door.let_in("zhen", "township")

    assert press_pass(enter(door, client, "zhen"), draft) == f"{DRAFTS}?passed=1&held=0"


def test_an_account_that_is_closed_is_none(door: Door, client: TestClient, draft: Draft) -> None:
    door.let_in("zhen", "township")
    disable_account(door.home, "zhen")

    assert "现在没有一个在用的账号" in read(enter(door, client, "jian").get(f"{DRAFTS}/{draft.id}"))


def test_another_draft_says_nothing_of_it(door: Door, client: TestClient) -> None:
    village = door.village
    voucher = village.draft(build_branch(village.texts, branch=2, name=village.texts.publish("榴园党支部")))

    page = read(enter(door, client, "jian").get(f"{DRAFTS}/{voucher.id}"))

    assert "才记入账本" not in page
    assert "通过以后就记入账本" in page


def test_the_page_fits_a_phone(door: Door, draft: Draft, browser: Browser) -> None:
    door.let_in("zhen", "township")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                sign_in(door, page, address, "jian")
                for path in (DRAFTS, f"{DRAFTS}/{draft.id}"):
                    page.goto(address + path)
                    check_layout(page)
                assert complaints == []
