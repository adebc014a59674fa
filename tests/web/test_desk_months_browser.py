"""The end of a month in a browser, with scripts and without, and on real paper: closed, looked at, sealed, printed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from ledger.service.passing import pass_drafts
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.reports.printed import read_pages
from tests.web.browser import press, sign_in
from tests.web.village import serve

pytestmark = pytest.mark.browser
MADE_MS = 90_000
"""A machine that does ten things at once still lays a sheet out."""


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    door.village.go_to("2026-12-02")
    return door


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_clerk_goes_from_step_to_step_until_the_paper_is_in_hand(
    door: Door, browser: Browser, has_scripts: bool
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=has_scripts, accept_downloads=True
    )
    with serve(door.village) as address:
        page = context.new_page()
        sign_in(door, page, address, "wen")
        page.get_by_role("link", name="结账和公开表").click()
        page.get_by_role("link", name="去结账").click()
        press(page, "结账，交另一位审核")
        (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
        pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)

        page.goto(f"{address}/desk/months")
        page.get_by_role("link", name="去封存").click()
        press(page, "排一份样张")
        page.get_by_role("link", name="打开样张").wait_for(timeout=MADE_MS)  # The page came again by itself.
        draft_paper = fetch(page, f"{address}/desk/months/2026-11/finance/preview.pdf")
        press(page, "没有错，封存")
        page.get_by_role("link", name="打开原件，打印").wait_for(timeout=MADE_MS)
        paper = fetch(page, f"{address}/v/{VILLAGE}/sheets/2026-11/finance.pdf")
    context.close()

    assert "草稿·未封存" in draft_paper
    assert "2026-11-F-1" in paper
    assert "草稿" not in paper


def fetch(page: Page, address: str) -> str:
    """Return the words of a PDF, as the browser that is signed in gets it."""
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(read_pages(answer.body()))
