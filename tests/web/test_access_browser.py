"""The pages in the hands of people who do not see them, or have no mouse: axe over every page that each role can open,
on three screens; and by keyboard alone, every control is reached and one sees where one is.

axe is put into the page by the test, past the policy that lets no strange script in; the pages themselves send theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.builders import VILLAGE
from tests.desk.people import PASSWORD
from tests.web.gate import ANONYMOUS, CAST, SPECIMENS, Place, build_app, judge, list_ways, open_place
from tests.web.village import serve_app

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1280)
THUMB_PX = 44
BOARD = f"/v/{VILLAGE}"
PUBLIC = (
    "/",
    BOARD,
    f"{BOARD}/sheets",
    *(f"{BOARD}/sheets/2026-10/{kind}" for kind in ("finance", "points", "scores")),
    f"{BOARD}/entries",
    f"{BOARD}/stars",
    f"{BOARD}/schemes",
    *(f"{BOARD}/entries/{index}" for index in (0, 4, 10, 17)),
    f"/c/{VILLAGE}",
    "/no-such-page",
)
GRAVE = "['serious', 'critical']"
RUN_AXE = f"""async () => (await axe.run(document, {{resultTypes: ['violations']}})).violations
  .filter((found) => {GRAVE}.includes(found.impact))
  .map((found) => [found.id, found.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; ')])
"""
CONTROLS = """
() => {
  const seen = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((node) => node.checkVisibility() && !node.disabled && node.type !== "hidden")
    .filter((node) => node.tabIndex >= 0 || node.matches("a, button, input, select, textarea, summary"))
    .filter((node) => node.type !== "radio" || (!seen.has(node.name) && seen.add(node.name)))
    .map((node, number) => { node.blur(); node.dataset.number = number; return getComputedStyle(node).outline; });
}
"""
"""The outline of each control while it is not where one is; of radio buttons one of each group, as Tab goes."""
FOCUSED = """
() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [node.type === "radio" ? document.querySelector(`[name="${node.name}"]`).dataset.number : node.dataset.number,
    drawn ? style.outline : ""];
}
"""
SHAPE = """
() => {
  const kinds = new Set();
  const tell = (node) => node.tagName + "." + node.className + [...node.attributes]
    .filter(({name}) => /^(aria-|role$|type$|tabindex$|open$|hidden$|lang$)/.test(name) && name !== "aria-labelledby")
    .map(({name, value}) => name + (name === "aria-label" ? "" : "=" + value.replace(/[0-9]+/g, "0"))).join();
  for (const node of document.querySelectorAll("body *")) {
    let path = "";
    for (let up = node; up !== document.body; up = up.parentElement) path = tell(up) + ">" + path;
    kinds.add(path);
  }
  return [...kinds].sort().join();
}
"""
"""What a page is made of, whatever its texts say and however many of a kind there are."""


class Shapes:
    """What has been looked at: several people see many a page alike, and axe takes a second for each."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def is_new(self, page: Page, test: str) -> bool:
        """Whether no page that is made of the same was looked at by this test."""
        shape = (test, page.evaluate(SHAPE))
        is_new = shape not in self._seen
        self._seen.add(shape)
        return is_new


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes()


EACH = pytest.mark.parametrize("is_each", [False, pytest.param(True, marks=pytest.mark.deep, id="each")])
"""The long set looks at every page for everybody, whether or not somebody else sees one that is made of the same."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("access") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    with serve_app(build_app(place.door.home)) as opened:
        yield opened


@contextmanager
def open_past_policy(browser: Browser, width: int = 1280) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    try:
        yield context.new_page()
    finally:
        context.close()


def come_in(page: Page, place: Place, address: str, name: str) -> None:
    """Sign in by hand, as far as somebody comes."""
    duty = CAST[name][1]
    if name == ANONYMOUS:
        return
    page.goto(f"{address}/desk/sign-in")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(place.once.get(name, PASSWORD))
    page.get_by_role("button", name="登录", exact=True).click()
    if page.url.endswith("/desk/factor") and not duty:
        place.door.village.clock.advance(60_000)
        page.get_by_role("textbox", name="动态码").fill(place.door.read_phone(name))
        page.get_by_role("button", name="确定", exact=True).click()
    assert "/desk" in page.url
    assert "sign-in" not in page.url


NO_PAGES = (
    *(".beancount", ".csv", ".journal", ".json", ".jsonl", ".pdf", ".svg", ".xlsx", ".zip"),
    *("{name:str}", "{picture:str}", "{position:str}"),
)
"""What is fetched or kept, and not read as a page."""


def list_pages(place: Place, name: str) -> list[str]:
    """The desk's pages that somebody may open, and one of those that they may not."""
    ways = [way for way in list_ways(place.app) if way.method == "GET" and way.allow]
    ways = [way for way in ways if not way.path.startswith(SPECIMENS) and not way.path.endswith(NO_PAGES)]
    opened = [way.fill(place.values) for way in ways if judge(way, name) == "open"]
    is_in = name != ANONYMOUS and not CAST[name][1]
    return [*opened, f"{SPECIMENS}card.read"] if is_in else opened


def check_page(page: Page) -> list[str]:
    """What axe finds grave on the page as it stands, on each screen."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate(AXE_SCRIPT)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{page.url} at {width}: {rule}: {where}" for rule, where in page.evaluate(RUN_AXE)]
    return found


@EACH
@pytest.mark.parametrize("name", list(CAST))
def test_axe_finds_nothing_grave_on_the_pages_of_the_desk(
    place: Place, browser: Browser, address: str, shapes: Shapes, name: str, is_each: bool
) -> None:
    with open_past_policy(browser) as page:
        come_in(page, place, address, name)
        found = []
        for path in list_pages(place, name):
            page.goto(address + path)
            if is_each or shapes.is_new(page, "axe"):
                found += check_page(page)

        assert found == []


def test_axe_finds_nothing_grave_on_public_pages(browser: Browser, address: str) -> None:
    with open_past_policy(browser) as page:
        found = []
        for path in PUBLIC:
            page.goto(address + path)
            found += check_page(page)

        assert found == []


def test_axe_finds_nothing_grave_on_what_a_form_answers(place: Place, browser: Browser, address: str) -> None:
    with open_past_policy(browser) as page:
        page.goto(f"{address}/desk/sign-in")
        page.get_by_label("登录名").fill("nobody")
        page.get_by_label("密码").fill("falsch")
        page.get_by_role("button", name="登录", exact=True).click()
        assert page.get_by_role("alert").is_visible()
        found = check_page(page)

        come_in(page, place, address, "secretary")
        for password in ("falsch", PASSWORD):
            page.goto(f"{address}/desk/account")
            page.get_by_label("现在的密码").fill(password)
            page.get_by_role("button", name="换一批恢复码").click()
            found += check_page(page)
        assert page.locator(".codes li").count() == 10

        assert found == []


def test_axe_finds_nothing_grave_on_a_sheet_with_faults_nor_on_what_becomes_of_it(
    place: Place, browser: Browser, address: str
) -> None:
    with open_past_policy(browser) as page:
        come_in(page, place, address, "clerk")
        page.goto(f"{address}/desk/write/vouchers")
        page.locator("#a-1-5").fill("12.345")
        page.get_by_role("button", name="看一遍").click()
        page.get_by_role("alert").wait_for()
        assert page.locator("[aria-invalid=true]").count() > 3
        found = check_page(page)

        page.goto(f"{address}/desk/write/vouchers/discard")
        found += check_page(page)

        assert found == []


def test_axe_finds_what_is_wrong(browser: Browser, address: str) -> None:
    with open_past_policy(browser) as page:
        page.goto(f"{address}/desk/sign-in")
        page.evaluate("document.querySelectorAll('label').forEach((label) => label.remove())")

        assert any(": label: " in found for found in check_page(page))


@pytest.mark.parametrize("name", [name for name, (_, duty) in CAST.items() if name != ANONYMOUS and not duty])
def test_every_room_is_seen_at_once_and_the_screen_is_left_to_the_page(
    place: Place, browser: Browser, address: str, name: str
) -> None:
    with open_past_policy(browser) as page:
        come_in(page, place, address, name)
        for width, height in ((320, 640), (360, 740), (768, 1024), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/desk")
            boxes = [room.bounding_box() for room in page.locator(".doors a").all()]
            seen = [box for box in boxes if box is not None]
            head, title = page.locator("header").bounding_box(), page.locator("main h1").bounding_box()

            assert len(seen) == len(boxes) > 1
            assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in seen), width
            assert min(min(box["width"], box["height"]) for box in seen) >= THUMB_PX, width
            assert len({round(box["y"]) for box in seen}) <= (2 if width < 768 else 1), width
            assert page.locator(".doors").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
            assert head is not None
            assert title is not None
            assert head["height"] <= height / 4
            assert title["y"] <= height / 3


@EACH
@pytest.mark.parametrize("name", list(CAST))
def test_a_keyboard_reaches_every_control_and_one_sees_where_one_is(
    place: Place, browser: Browser, address: str, shapes: Shapes, name: str, is_each: bool
) -> None:
    with open_past_policy(browser, 320) as page:
        come_in(page, place, address, name)
        for path in list_pages(place, name):
            page.goto(address + path)
            if not is_each and not shapes.is_new(page, "keyboard"):
                continue
            outlines = page.evaluate(CONTROLS)
            reached = walk_by_tab(page, len(outlines))

            missing = [number for number in range(len(outlines)) if str(number) not in reached]
            unseen = [number for number, outline in reached.items() if outline in ("", outlines[int(number)])]
            assert outlines, path
            assert (missing, unseen) == ([], []), path


def walk_by_tab(page: Page, controls: int) -> dict[str, str]:
    """Press Tab until every control must have had its turn; the outline of each that was reached."""
    page.evaluate("window.focus(), document.activeElement?.blur(), getSelection().removeAllRanges()")
    reached = {}
    for _ in range(2 * controls + 2):
        page.keyboard.press("Tab")
        number, outline = page.evaluate(FOCUSED)
        if number is not None:
            reached[number] = outline
        if len(reached) == controls:
            break
    return reached
