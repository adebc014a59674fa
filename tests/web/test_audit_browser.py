"""The auditor's room by hand, in Debian's chromium without scripts: on a small phone, a usual one and a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.people import PASSWORD, Door, open_door
from tests.web.browser import SCREENS, open_page
from tests.web.test_desk_browser import check_layout, press
from tests.web.village import live_through_october, serve

pytestmark = pytest.mark.browser


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        live_through_october(opened.village)
        yield opened


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


def sign_in(page: Page, address: str, door: Door, name: str) -> None:
    page.goto(f"{address}/desk/sign-in")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "登录")
    door.village.clock.advance(60_000)
    page.locator("input[name=code]").fill(door.read_phone(name))
    page.locator("main button[type=submit]").first.click()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_an_auditor_looks_through_the_books_and_runs_an_audit_by_hand(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    door.let_in("shen", "auditor")
    with open_page(browser, width, height) as (page, complaints):
        sign_in(page, address, door, "shen")
        for path in ("", "/entries", "/checkpoints", "/balances", "/books", "/run"):
            page.goto(f"{address}/audit{path}")
            check_layout(page)
        press(page, "开始核对")
        expect(page.get_by_role("heading", name="结论：全部对得上")).to_be_visible(timeout=30_000)
        check_layout(page)

        page.goto(f"{address}/audit/entries")
        page.get_by_text("只看其中一些").click()
        page.get_by_label("种类").select_option(label="红字冲销")
        press(page, "找")
        expect(page.locator(".entry")).to_have_count(1)
        check_layout(page)
        page.goto(f"{address}/audit/entries?month=2026-13&kind=voucher.recorded&user=x&index=x")
        check_layout(page)
        assert all("422" in said for said in complaints), complaints
        complaints.clear()
