"""Texts typed and sent in chromium, in every text field of the desk: nothing runs, nothing is reported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.naughty.texts import CHINESE, CLASSICS, read_public_list, send
from tests.web.browser import open_page
from tests.web.gate import ANONYMOUS, Place, build_app, open_place
from tests.web.test_access_browser import come_in, list_pages
from tests.web.test_desk_browser import REFUSED
from tests.web.village import serve_app

pytestmark = pytest.mark.browser
FEW = (*CHINESE[::7], *CLASSICS[::6])
ALL = (*CHINESE, *CLASSICS)
TYPED = "input:not([type]), input[type=text], input[type=search], textarea"
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
    pytest.param(ALL, id="all", marks=pytest.mark.deep),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("typed") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    with serve_app(build_app(place.door.home)) as opened:
        yield opened


def type_all(page: Page, place: Place, address: str, name: str, texts: tuple[str, ...]) -> int:
    """Type each text into each field that somebody sees, and send the form."""
    page.add_init_script(WATCH)
    come_in(page, place, address, name)
    count = 0
    for path in list_pages(place, name):
        page.goto(address + path)
        fields = page.locator(f":is({TYPED}):not([readonly])")
        for number in range(fields.count()):
            for text in texts:
                page.goto(address + path)
                field = page.locator(f":is({TYPED}):not([readonly])").nth(number)
                handle = field.element_handle()
                if handle is None:
                    continue
                with page.expect_navigation():
                    page.evaluate(FILL, [handle, send(text)])
                    handle.evaluate(SUBMIT)
                assert page.url.startswith(address), (path, text)
                assert page.locator("main").count() == 1, (path, text)
                count += 1
    return count


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("texts", MODES)
@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", ANONYMOUS])
def test_a_browser_runs_nothing_of_what_is_typed(
    place: Place, browser: Browser, address: str, name: str, texts: tuple[str, ...]
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        count = type_all(page, place, address, name, texts)

        # A form that is shown again with its faults is no complaint.
        assert [said for said in complaints if REFUSED not in said] == []
        assert count >= len(texts)


@pytest.mark.deep
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", ANONYMOUS])
def test_a_browser_runs_nothing_of_the_public_list(
    place: Place, browser: Browser, address: str, name: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        count = type_all(page, place, address, name, read_public_list())

        assert [said for said in complaints if REFUSED not in said] == []
        assert count >= 485
