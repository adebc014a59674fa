"""Texts typed and sent in chromium, in every text field of the desk: nothing runs, nothing is reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page

from tests.naughty.texts import CHINESE, CLASSICS, read_public_list, send
from tests.web.browser import REFUSED, open_page
from tests.web.gate import ANONYMOUS, Place, build_app, open_place
from tests.web.test_access_browser import come_in, list_pages
from tests.web.village import serve_app

pytestmark = pytest.mark.browser
TYPED = "input:not([type]), input[type=text], input[type=search], textarea"
FORMS = f"""() => [...document.forms].map((form) => [...form.elements].filter((field) =>
  field.matches("{TYPED}") && !field.readOnly,
).map((field) => field.name.replace(/[0-9]+/g, "")
  + " " + (field.getAttribute("aria-labelledby") ?? "").split(" ").pop()))"""
"""What each text field of each form is for: all cells of a column of a grid have one name and the column's heading."""
SEND = f"""([number, texts]) => {{
  const form = document.forms[number];
  const fields = [...form.elements].filter((field) => field.matches("{TYPED}") && !field.readOnly);
  fields.forEach((field, place) => {{
    field.removeAttribute("maxlength"); field.removeAttribute("pattern"); field.required = false;
    // Longer ones no address takes: the forms that make one hold a few characters.
    const longest = form.method === "get" ? Math.floor(500 / fields.length) : Infinity;
    field.value = texts[place].slice(0, longest);
  }});
  HTMLFormElement.prototype.submit.call(form);
}}"""
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.blockedURI));
"""
AN_HOUR_MS = 3_600_000
QUICK = 2
"""How often each form is sent in the quick set."""
ALL = (*CHINESE, *CLASSICS)
MODES = [
    pytest.param(QUICK, id="few"),
    pytest.param(len(ALL), id="all", marks=pytest.mark.deep),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("typed") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    with serve_app(build_app(place.door.home)) as opened:
        yield opened


def fill(columns: Sequence[str], texts: Sequence[str], time: int, start: int) -> list[str]:
    """Return what the fields of a form hold when it is sent the `time`-th time.

    Every field has another text, and every form begins with another one. The cells of one
    column go through the texts together, so that after `count_times` each text has stood in each column.
    """
    rows, rank = Counter(columns), {column: place for place, column in enumerate(dict.fromkeys(columns))}
    row: Counter[str] = Counter()
    held = []
    for column in columns:
        held.append(send(texts[(start + time * rows[column] + row[column] + rank[column]) % len(texts)]))
        row[column] += 1
    return held


def count_times(columns: Sequence[str], texts: Sequence[str]) -> int:
    """Return how often a form is sent until each text has stood in each column."""
    return -(-len(texts) // min(Counter(columns).values()))


def type_all(
    page: Page, place: Place, address: str, name: str, texts: Sequence[str], times: int, seen: set[str]
) -> set[str]:
    """Type texts into the fields of each form that somebody sees and nobody before did, and send it; say which came."""
    page.add_init_script(WATCH)
    come_in(page, place, address, name)
    typed: set[str] = set()
    for path in list_pages(place, name):
        page.goto(address + path)
        for number, columns in enumerate(page.evaluate(FORMS)):
            # Forms of every page, such as the one that looks for a village, are tried once.
            form = f"{number} {columns}" if not path.startswith("/desk") else f"{path} {number} {columns}"
            if not columns or form in seen:
                continue
            seen.add(form)
            for time in range(min(times, count_times(columns, texts))):
                page.goto(address + path)
                forms = page.evaluate(FORMS)
                if len(forms) <= number or forms[number] != columns:
                    break  # What came before was accepted, and what it was for is done: a draft is returned once.
                given = fill(columns, texts, time, len(seen) * 11)
                with page.expect_navigation():
                    page.evaluate(SEND, [number, given])
                assert page.url.startswith(address), (path, given)
                assert page.locator("main").count() == 1, (path, given)
                typed |= set(given)
    return typed


def type_as_each(place: Place, browser: Browser, address: str, texts: Sequence[str], times: int) -> set[str]:
    """Type texts as one person after the other; nothing may run, and nothing be reported but refused forms."""
    seen: set[str] = set()
    typed: set[str] = set()
    for name in ("clerk", "supervisor", "auditor", "operator", ANONYMOUS):
        place.door.village.clock.advance(AN_HOUR_MS)  # What was guessed wrong makes the next one wait.
        with open_page(browser, 360, 740) as (page, complaints):
            typed |= type_all(page, place, address, name, texts, times, seen)
            # A form that is shown again with its faults is no complaint.
            assert [said for said in complaints if REFUSED not in said] == [], name
    assert len(seen) >= 15
    return typed


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("times", MODES)
def test_a_browser_runs_nothing_of_what_is_typed(
    place: Place, browser: Browser, address: str, times: int
) -> None:
    typed = type_as_each(place, browser, address, ALL, times)

    assert len(typed) >= 50 if times == QUICK else typed >= {send(text) for text in ALL}


@pytest.mark.deep
@pytest.mark.timeout(14_400)
def test_a_browser_runs_nothing_of_the_public_list(place: Place, browser: Browser, address: str) -> None:
    texts = read_public_list()

    typed = type_as_each(place, browser, address, texts, len(texts))

    assert typed >= {send(text) for text in texts}
    assert len(texts) >= 485
