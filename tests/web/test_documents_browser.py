"""Two people and a villager in chromium: a phone's photo is blacked out by hand, passed, and seen by everybody."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.attachments.files import marked, noisy, save
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.desk.people import Door
from tests.web.browser import check_layout, open_page, press, sign_in
from tests.web.village import serve

pytestmark = pytest.mark.browser
NUMBER = "2026-11-002"


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    door.let_in("jian", "supervisor")
    return door


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


def hand_in_voucher(door: Door) -> None:
    (maker,) = (one for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例wen")
    postings = build_postings(12_000, debit="513")
    body = build_voucher(door.village.texts, chart="2023", number=NUMBER, postings=postings)
    door.village.draft(body, period="2026-11", occurred_on="2026-11-10", maker=maker.user)


def take_photo(size: tuple[int, int] = (3_000, 4_000)) -> bytes:
    """A phone's photo of a receipt: grey noise, and a red square where a number would stand."""
    photo = noisy(size)
    square = size[0] // 10
    photo.paste(marked([((0, 0, square, square), "red")], (square, square)), (square, square))
    return save(photo, quality=90)


def hold(held: list[Route], route: Route) -> None:
    """Keep what a page asks for waiting: playwright takes no method of a built-in type."""
    held.append(route)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a rectangle on the picture, in parts of its width and height."""
    page.locator("#drawn").evaluate(
        "node => node.scrollIntoView()"
    )  # A mouse reaches what the screen shows alone.
    box = page.locator("#drawn").bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()


@pytest.mark.parametrize(
    ("width", "height", "script"), [(360, 740, False), (360, 740, True), (1280, 800, True)]
)
def test_a_photo_from_the_phone_to_the_public_page(
    door: Door, browser: Browser, address: str, width: int, height: int, script: bool
) -> None:
    hand_in_voucher(door)
    with (
        open_page(browser, width, height, script=script) as (clerk, complaints),
        open_page(browser, width, height) as (boss, _),
    ):
        sign_in(door, clerk, address, "wen")
        check_layout(clerk)
        clerk.get_by_role("link", name="附上单据").click()
        check_layout(clerk)
        clerk.locator(f"a[href$='{NUMBER}']").click()
        check_layout(clerk)
        assert "一个文件至多 20 MB" in clerk.inner_text("main")
        photo = {"name": "IMG_2026.jpg", "mimeType": "image/jpeg", "buffer": take_photo()}
        clerk.get_by_label("用手机拍照").set_input_files(photo)
        press(clerk, "附上")
        clerk.get_by_role("link", name="涂黑第 1 页").click()
        if script:
            if clerk.locator(".is-drawing").count() == 0:
                press(clerk, "改用拖动画框")
            drag(clerk, (0.08, 0.06), (0.22, 0.2))
            assert clerk.locator("#areas input").count() == 1
        else:
            for value in ("1-1", "2-1"):
                clerk.locator(f"input[value='{value}']").check()
        check_layout(clerk)
        press(clerk, "涂黑，看公开的样子")
        check_layout(clerk)
        clerk.get_by_label("每一页我都看过").check()
        press(clerk, "交审")
        assert "已交审" in clerk.get_by_role("status").inner_text()

        sign_in(door, boss, address, "jian")
        boss.goto(f"{address}/desk/drafts")
        boss.locator("a.row").first.click()
        boss.wait_for_load_state("networkidle")
        check_layout(boss)
        assert boss.locator(".pages img").count() == 1
        press(boss, "没有错，通过")
        assert "已记入账本 2 条" in boss.get_by_role("status").inner_text()

        clerk.goto(f"{address}/v/{VILLAGE}/sheets/2026-11/finance")
        clerk.locator(".moves a").last.click()
        clerk.wait_for_load_state("networkidle")
        check_layout(clerk)
        small = clerk.locator(".pictures img")
        assert small.evaluate("image => image.complete && image.naturalWidth") > 0
        full = re.sub(r"^https?://[^/]+", "", clerk.locator(".pictures a").evaluate("link => link.href"))
        public = clerk.request.get(address + full).body()
        assert complaints == []
    with Image.open(io.BytesIO(public)) as picture:
        assert max(picture.size) == 1_600
        where = (picture.width * 15 // 100, picture.height * 11 // 100)
        assert max(picture.getpixel(where)) < 16


def test_the_grid_lies_over_the_whole_page_before_its_picture_has_come(
    door: Door, browser: Browser, address: str
) -> None:
    """A tap on a slow network must not black out another place than the one that was touched."""
    hand_in_voucher(door)
    held: list[Route] = []
    with open_page(browser, 360, 740) as (clerk, _):
        sign_in(door, clerk, address, "wen")
        clerk.goto(f"{address}/desk/documents/{NUMBER}")
        photo = {"name": "IMG_2026.jpg", "mimeType": "image/jpeg", "buffer": take_photo((300, 400))}
        clerk.get_by_label("用手机拍照").set_input_files(photo)
        press(clerk, "附上")
        clerk.route("**/plain.jpg", partial(hold, held))
        clerk.get_by_role("link", name="涂黑第 1 页").click()
        clerk.wait_for_selector("#drawn")
        early = clerk.locator("#drawn").bounding_box()
        while not held:
            clerk.wait_for_timeout(20)
        held[0].continue_()
        clerk.wait_for_load_state("networkidle")
        assert clerk.locator(".marking img").evaluate("image => image.naturalWidth") == 300
        late = clerk.locator("#drawn").bounding_box()

    assert early == late is not None
