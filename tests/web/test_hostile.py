"""Texts that want to be more than text stay text on every page."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from litestar.testing import TestClient

from ledger.books.vouchers import Posting
from tests.builders import VILLAGE, build_voucher
from tests.homes import VillageHome, open_village
from tests.web.browser import open_browser, open_page
from tests.web.village import make_client, serve
from web.page import show_hidden

BOARD = f"/v/{VILLAGE}"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea></style><svg/onload=alert(1)>",
    "javascript:alert(1)//",
    "{{ 7*7 }}{% raw %}{# x #}",
    "&lt;b&gt;&#60;i&#62;",
    "<!--<plaintext>",
    "买\u202e种子\u2066倒\u2069\u200b\u00adx",
    "𠮷\ue000﷽",
    "一" * 300,
    "a" * 200,
)
ALLOWED = {
    "a", "b", "body", "br", "button", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "head", "header", "html", "input", "label", "li", "link", "main", "meta", "nav", "ol", "p",
    "path", "pre", "rect", "script", "section", "span", "summary", "svg", "table", "tbody", "td", "text", "th",
    "thead", "title", "tr", "ul",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects the elements, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VillageHome, TestClient]]:
    with open_village(tmp_path_factory.mktemp("hostile") / "home") as village:
        village.open_books()
        for number, text in enumerate(HOSTILE, 1):
            body = build_voucher(
                village.texts,
                chart="2023",
                number=f"2026-10-{number:03d}",
                postings=(
                    Posting(account="513", amount_fen=100, side="debit"),
                    Posting(account="101", amount_fen=100, side="credit"),
                ),
                summary=village.texts.publish(text),
                handler=village.texts.publish(text),
            )
            village.record(body)
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        with make_client(village) as client:
            yield village, client


def list_paths(village: VillageHome) -> list[str]:
    with village.home.ledger.read(VILLAGE) as reader:
        entries = [f"{BOARD}/entries/{index}" for index in range(reader.size)]
    return [BOARD, f"{BOARD}/sheets/2026-10/finance", f"{BOARD}/entries", f"/c/{VILLAGE}", *entries]


def test_no_hostile_text_becomes_an_element_an_attribute_or_a_link(
    hostile: tuple[VillageHome, TestClient],
) -> None:
    village, client = hostile

    for path in list_paths(village):
        page = Elements(client.get(path).text)
        assert page.tags <= ALLOWED, path
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}, path
        assert all(link.startswith(("/", "#", "tel:")) for link in page.links), path


def test_hostile_texts_are_shown_as_they_were_written(hostile: tuple[VillageHome, TestClient]) -> None:
    _village, client = hostile

    words = Elements(client.get(f"{BOARD}/sheets/2026-10/finance").text).words

    for text in HOSTILE[:8]:
        assert text in words


def test_characters_that_reorder_or_hide_are_written_out(hostile: tuple[VillageHome, TestClient]) -> None:
    _village, client = hostile

    page = client.get(f"{BOARD}/sheets/2026-10/finance").text

    assert "买〔U+202E〕种子〔U+2066〕倒〔U+2069〕〔U+200B〕〔U+00AD〕x" in page
    assert "𠮷〔U+E000〕﷽" in page
    assert not set(page) & set("\u202e\u2066\u2069\u200b\u00ad")


def test_a_hostile_search_stays_a_search(hostile: tuple[VillageHome, TestClient]) -> None:
    _village, client = hostile

    for text in HOSTILE:
        answer = client.get("/", params={"q": text})
        assert answer.status_code == 200
        assert Elements(answer.text).tags <= ALLOWED


@pytest.mark.parametrize("value", ["买种子", "a\nb\tc", "", 5, None, "★ 王*强", "é", "〔U+202E〕"])
def test_ordinary_values_are_left_alone(value: object) -> None:
    assert show_hidden(value) == value


@pytest.mark.browser
def test_a_browser_runs_nothing_of_a_hostile_text(hostile: tuple[VillageHome, TestClient]) -> None:
    village, _client = hostile
    with (
        serve(village) as address,
        open_browser() as browser,
        open_page(browser, 360, 740) as (page, complaints),
    ):
        for path in list_paths(village):
            page.goto(address + path)
            page.mouse.move(180, 400)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path

        assert complaints == []
