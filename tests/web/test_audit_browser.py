"""The auditor's room by hand, in Debian's chromium without scripts: on a small phone, a usual one and a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.village import serve

pytestmark = pytest.mark.browser


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_an_auditor_looks_through_the_books_and_runs_an_audit_by_hand(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    door.let_in("shen", "auditor")
    with open_page(browser, width, height) as (page, complaints):
        sign_in(door, page, address, "shen")
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
