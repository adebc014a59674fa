"""Pages on three screens: nothing to scroll sideways, nothing to complain of, light, large enough to touch."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from tests.builders import VILLAGE
from tests.web.browser import SCREENS, WHOLE, open_browser, open_page
from tests.web.village import find_match

pytestmark = pytest.mark.browser

BOARD = f"/v/{VILLAGE}"
PATHS = (
    "/",
    BOARD,
    f"{BOARD}/sheets",
    f"{BOARD}/sheets/2026-10/finance",
    f"{BOARD}/sheets/2026-10/points",
    f"{BOARD}/sheets/2026-10/scores",
    f"{BOARD}/sheets/2026-11/finance",
    f"{BOARD}/statements/2026-10",
    f"{BOARD}/statements/2026-11",
    f"{BOARD}/schemes",
    f"{BOARD}/entries",
    f"{BOARD}/entries/0",
    f"{BOARD}/entries/4",
    f"/c/{VILLAGE}",
)
PAGE_MAX_BYTES = 30 * 1024

SMALL_TARGETS = """
[...document.querySelectorAll("a[href], button, summary, input")]
  .filter((node) => node.offsetParent && !node.closest("p, dd, .skip"))
  .map((node) => [node.innerText.trim().slice(0, 20), Math.round(node.getBoundingClientRect().height)])
  .filter(([, height]) => height < 47)
"""
FAINT = """
(() => {
  const parse = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (colour) => colour.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => { for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] > 0.99) return colour;
  } return [255, 255, 255]; };
  return [...document.querySelectorAll("body *")]
    .filter((node) => node.offsetParent)
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .map((node) => {
      const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
      return [node.innerText.slice(0, 20), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    }).filter(([, ratio]) => ratio < 4.5);
})()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """What is looked at is drawn by all of chromium."""
    with open_browser(WHOLE) as opened:
        yield opened


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_no_page_scrolls_sideways_or_complains(
    browser: Browser, address: str, width: int, height: int
) -> None:
    with open_page(browser, width, height) as (page, complaints):
        for path in PATHS:
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert complaints == []


def test_twice_the_text_still_does_not_scroll_sideways(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        for path in PATHS:
            page.goto(address + path)
            page.evaluate("document.documentElement.style.fontSize = '250%'")  # Twice our own 20 px.
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_long_amount_never_squeezes_the_name_beside_it(browser: Browser, address: str) -> None:
    with open_page(browser, 320, 640) as (page, _):
        page.goto(f"{address}{BOARD}/sheets/2026-10/finance")
        page.evaluate(
            "document.querySelectorAll('.account-under > :last-child')"
            ".forEach((node) => { node.textContent = '本月 ＋12,345,678.90 －12,345,678.90'; })"
        )
        widths = page.evaluate(
            "[...document.querySelectorAll('.account-name')].map((node) => node.getBoundingClientRect().width)"
        )

    assert widths
    assert min(widths) >= 60  # Three characters.


def test_text_is_20_px_and_targets_are_48(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        for path in PATHS:
            page.goto(address + path)
            assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
            assert page.evaluate(SMALL_TARGETS) == [], path


def test_main_actions_are_60_px_high(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        for path in (BOARD, "/", f"{BOARD}/sheets/2026-10/finance"):
            page.goto(address + path)
            assert all(height >= 60 for height in page.evaluate(
                "[...document.querySelectorAll('.button')].filter((node) => node.offsetParent)"
                ".map((node) => node.getBoundingClientRect().height)"
            ))  # fmt: skip


def test_every_text_stands_out_from_its_ground(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        for path in PATHS:
            page.goto(address + path)
            assert page.evaluate(FAINT) == [], path


def test_the_first_screen_of_a_phone_answers_the_question(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.goto(address + BOARD)
        box = page.locator(".answer").bounding_box()
        button = page.locator(".button").first.bounding_box()

    assert box is not None
    assert button is not None
    assert button["y"] + button["height"] <= 740


def test_pages_work_without_a_script(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740, script=False) as (page, complaints):
        page.goto(address + BOARD)
        page.locator(".button").first.click()
        page.locator(".m-what a").first.click()
        assert "村里支出" in page.inner_text("main")
        page.goto(address)
        page.fill("#q", "石榴")
        page.click("button")
        assert "石榴河村" in page.inner_text("main")
        assert complaints == []


def test_a_keyboard_reaches_the_answer_first_and_sees_where_it_is(browser: Browser, address: str) -> None:
    with open_page(browser, 1280, 800) as (page, _):
        page.goto(address + BOARD)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "直接看内容"
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_page_with_its_style_is_at_most_30_kb(visitor: TestClient) -> None:
    style = find_match(r'href="(/static/style-[^"]+)"', visitor.get(BOARD).text)
    shared = len(gzip.compress(visitor.get(style).content, 9))

    for path in PATHS:
        weight = len(gzip.compress(visitor.get(path).content, 9)) + shared
        assert weight <= PAGE_MAX_BYTES, (path, weight)


def test_only_pages_that_check_something_have_a_script_and_it_is_one(visitor: TestClient) -> None:
    scripts = {path: re.findall(r'<script src="([^"]+)"', visitor.get(path).text) for path in PATHS}

    found = {path: [name.rpartition("/")[2] for name in names] for path, names in scripts.items() if names}
    assert found == {
        BOARD: ["board.js"],
        f"{BOARD}/entries/0": ["entry.js"],
        f"{BOARD}/entries/4": ["entry.js"],
        f"/c/{VILLAGE}": ["check.js"],
    }


def test_every_page_has_one_heading_a_language_and_named_sections(visitor: TestClient) -> None:
    for path in PATHS:
        page = visitor.get(path).text
        assert '<html lang="zh-CN">' in page
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
        assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids), path
