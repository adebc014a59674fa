"""Texts typed and sent in chromium, in every text field of the desk: nothing runs, nothing is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.naughty.texts import CHINESE, CLASSICS, read_public_list, send
from tests.web.browser import REFUSED, open_page
from tests.web.gate import ANONYMOUS, Place, build_app, open_place
from tests.web.test_access_browser import come_in, list_pages
from tests.web.village import serve_app

pytestmark = pytest.mark.browser
ALL = (*CHINESE, *CLASSICS)
FEW = 60
"""Of so many parts of the texts one goes through a field in the quick set."""
FIELDS = ":is(input:not([type]), input[type=text], input[type=search], textarea):not([readonly])"
FILL = """([field, text]) => {
  const form = field.form;
  for (const other of form.elements) {
    other.removeAttribute("maxlength"); other.removeAttribute("pattern"); other.required = false;
  }
  // Longer ones no address takes: the forms that make one hold a few characters.
  field.value = form.method === "get" ? text.slice(0, 500) : text;
}"""
SUBMIT = "field => HTMLFormElement.prototype.submit.call(field.form)"
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.blockedURI));
"""
MODES = [
    pytest.param(FEW, id="few"),
    pytest.param(1, id="all", marks=pytest.mark.deep),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("typed") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    with serve_app(build_app(place.door.home)) as opened:
        yield opened


def list_cells(page: Page) -> list[int]:
    """Return the places of a page's text fields, of the cells of one column only the first."""
    seen: dict[str, int] = {}
    for number, field in enumerate(page.locator(FIELDS).all()):
        seen.setdefault(re.sub(r"[0-9]+", "", field.get_attribute("name") or str(number)), number)
    return list(seen.values())


def type_all(page: Page, place: Place, address: str, name: str, texts: tuple[str, ...], parts: int) -> int:
    """Type texts into each field that somebody sees, and send the form; of so many `parts` of them one a field."""
    page.add_init_script(WATCH)
    come_in(page, place, address, name)
    count = 0
    for path in list_pages(place, name):
        page.goto(address + path)
        for number in list_cells(page):
            for text in texts[count % parts :: parts]:
                page.goto(address + path)
                fields = page.locator(FIELDS)
                if fields.count() <= number:
                    break  # The text before was accepted, and what it was for is done: a draft is returned once.
                handle = fields.nth(number).element_handle()
                assert handle is not None
                with page.expect_navigation():
                    page.evaluate(FILL, [handle, send(text)])
                    handle.evaluate(SUBMIT)
                assert page.url.startswith(address), (path, text)
                assert page.locator("main").count() == 1, (path, text)
                count += 1
    return count


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("parts", MODES)
@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", ANONYMOUS])
def test_a_browser_runs_nothing_of_what_is_typed(
    place: Place, browser: Browser, address: str, name: str, parts: int
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        count = type_all(page, place, address, name, ALL, parts)

        # A form that is shown again with its faults is no complaint.
        assert [said for said in complaints if REFUSED not in said] == []
        assert count >= (5 if parts > 1 else len(ALL))


@pytest.mark.deep
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", ANONYMOUS])
def test_a_browser_runs_nothing_of_the_public_list(
    place: Place, browser: Browser, address: str, name: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        count = type_all(page, place, address, name, read_public_list(), 1)

        assert [said for said in complaints if REFUSED not in said] == []
        assert count >= 485
