"""A slip's ballot in chromium: scanned, chosen, looked over, cast, and its list; as an old telephone shows it, too."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.ballots import BALLOT
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.polls import cast, close_ballot, open_ballot, print_ballot
from tests.web.browser import check_layout, open_page, press, sign_in
from tests.web.village import serve

pytestmark = pytest.mark.browser
SIZES = ((360, 740), (1280, 800))


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    door.let_in("wen")
    with serve(door.village) as opened:
        yield opened


def look(page: Page, name: str, width: int) -> None:
    """Check the layout, and leave a picture for whoever asks for it."""
    check_layout(page)
    if folder := os.environ.get("MINGBAI_SHOTS"):
        page.screenshot(path=f"{folder}/ballot-{name}-{width}.png", full_page=True)


def test_a_slip_is_scanned_and_voted_and_its_ballot_is_found(
    door: Door, address: str, browser: Browser
) -> None:
    open_ballot(
        door.village,
        closes="2026-11-12",
        issued="8",
        opens="2026-11-12",
        questions="今年干得怎么样\n对人的态度",
        units="第一网格\n第二网格\n村东微网格",
    )
    codes = print_ballot(door.village)
    for code, choices in zip(codes[3:], ("111121", "121110", "211344", "111111"), strict=False):
        cast(door.village, code, choices)
    receipts = []
    for code, (width, height) in zip(codes, SIZES, strict=False):
        with open_page(browser, width=width, height=height) as (page, complaints):
            page.goto(f"{address}/v/{VILLAGE}/vote")
            look(page, "ask", width)
            page.goto("about:blank")
            page.goto(f"{address}/v/{VILLAGE}/vote#{code}")
            page.wait_for_selector("fieldset")
            assert code not in page.url
            look(page, "choose", width)
            for name in ("c0", "c1", "c2", "c4"):
                page.locator(f"[name={name}][value='1']").check()
            press(page, "选好了，看一遍")
            look(page, "look", width)
            press(page, "投出去")
            look(page, "voted", width)
            receipts.append(page.locator(".receipt").inner_text())
            assert complaints == []
    close_ballot(door.village)
    for width, height in SIZES:
        with open_page(browser, width=width, height=height) as (page, complaints):
            page.goto(f"{address}/v/{VILLAGE}/ballots/{BALLOT}")
            look(page, "result", width)
            assert all(page.get_by_text(receipt, exact=True).count() == 1 for receipt in receipts)
            page.goto(f"{address}/v/{VILLAGE}/ballots")
            look(page, "list", width)
            sign_in(door, page, address, "wen")
            page.goto(f"{address}/desk/ballots")
            look(page, "desk", width)
            assert complaints == []
