"""A slip's ballot in chromium: scanned, chosen, looked over, cast, and its list; as an old telephone shows it, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

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
            check_layout(page)
            page.goto("about:blank")
            page.goto(f"{address}/v/{VILLAGE}/vote#{code}")
            page.wait_for_selector("fieldset")
            assert code not in page.url
            check_layout(page)
            for name in ("c0", "c1", "c2", "c4"):
                page.locator(f"[name={name}][value='1']").check()
            press(page, "选好了，看一遍")
            check_layout(page)
            press(page, "投出去")
            check_layout(page)
            receipts.append(page.locator(".receipt").inner_text())
            assert complaints == []
    close_ballot(door.village)
    for width, height in SIZES:
        with open_page(browser, width=width, height=height) as (page, complaints):
            page.goto(f"{address}/v/{VILLAGE}/ballots/{BALLOT}")
            check_layout(page)
            assert all(page.get_by_text(receipt, exact=True).count() == 1 for receipt in receipts)
            page.goto(f"{address}/v/{VILLAGE}/ballots")
            check_layout(page)
            sign_in(door, page, address, "wen")
            page.goto(f"{address}/desk/ballots")
            check_layout(page)
            assert complaints == []


def test_a_clerk_is_asked_what_the_kind_of_ballot_needs(door: Door, address: str, browser: Browser) -> None:
    for width, height in SIZES:
        with open_page(browser, width=width, height=height, script=False) as (page, complaints):
            sign_in(door, page, address, "wen")
            page.goto(f"{address}/desk/ballots")
            of_units, of_members = page.get_by_label("测评对象"), page.get_by_label("测评党员的：支部编号")
            expect(of_units).to_be_visible()
            expect(of_members).to_be_hidden()
            check_layout(page)
            of_units.fill("第一网格")
            page.get_by_label("党员", exact=True).check()
            expect(of_members).to_be_visible()
            expect(of_units).to_be_hidden()
            of_members.fill("9")
            page.get_by_label("测评名称").fill("党员互评")
            page.get_by_label("印多少张票").fill("6")
            page.get_by_label("哪天截止").fill("2026-11-30")
            press(page, "交审")
            expect(page.locator(".of-members .field-wrong")).to_be_visible()
            check_layout(page)
            page.get_by_label("支部、网格、小组").check()
            # What is wrong stays in sight, also where the kind does not ask for it.
            expect(of_members).to_be_visible()
            expect(of_units).to_have_value("第一网格")
            assert [said for said in complaints if "422" not in said] == []
