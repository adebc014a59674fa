"""Every text through every field of the desk: answered in words, shown as text, and not lost where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.naughty.fields import Field, Page, list_fields
from tests.naughty.texts import CHINESE, CLASSICS, read_public_list, send
from tests.web.desk import FORM, OURS, DeskBrowser
from tests.web.gate import Place, open_place
from web.desk.forms import TOKEN_FIELD
from web.page import show_hidden

ADDRESS_MAX = 1_000
"""Longer ones no address takes: the forms that make one hold a few characters."""
AN_HOUR_MS = 3_600_000
ANSWERS = {200, 303, 400, 401, 403, 404, 409, 413, 422}
FORBIDDEN = {
    "iframe",
    "object",
    "embed",
    "base",
    "plaintext",
    "xmp",
    "style",
    "frame",
    "applet",
    "marquee",
    "video",
}
PARTS = 16
"""Of so many of the texts one goes through a field in the quick set; each text meets a field, each field some texts."""
BOUNDARY = "naughty-boundary-7d1"
TYPED_KINDS = {"text", "search", "textarea"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path / "home") as opened:
        yield opened


class Typist:
    """Types into one field after the other, signed in as whoever may."""

    def __init__(self, place: Place) -> None:
        self._browsers: dict[str, DeskBrowser] = {}
        self._place = place

    def type(self, field: Field, text: str) -> httpx.Response:
        values = [*field.others, (field.field, text)]
        browser = self._come_in(field.name)
        if field.method == "GET":
            return browser.get(f"{field.path}?{urlencode(values)}")
        values.append((TOKEN_FIELD, browser.token))
        if not field.takes_files:
            return browser._ask("POST", field.path, {"content-type": FORM} | OURS, urlencode(values))
        parts = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in values
        )
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return browser._ask("POST", field.path, {"content-type": kind} | OURS, f"{parts}--{BOUNDARY}--\r\n")

    def _come_in(self, name: str) -> DeskBrowser:
        door = self._place.door
        door.village.clock.advance(AN_HOUR_MS)  # What was guessed wrong makes the next one wait.
        browser = self._browsers.get(name)
        if browser is None or not browser.cookies or not all(map(door.is_in, browser.cookies.values())):
            browser = self._browsers[name] = self._place.enter(name)
            door.village.clock.advance(AN_HOUR_MS // 2)
        return browser


def find_wrong(field: Field, text: str, answer: httpx.Response) -> list[str]:
    """What an answer to a text does that it should not."""
    wrong = [] if answer.status_code in ANSWERS else [f"status {answer.status_code}"]
    location = answer.headers.get("location", "")
    if location and (not location.startswith("/") or location.startswith(("//", "/\\"))):
        wrong.append(f"leads to {location}")
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return wrong
    page = Page(answer.text)
    wrong += [f"element {tag}" for tag in page.tags & FORBIDDEN]
    wrong += [f"attribute {name}" for name in page.attributes if name.startswith("on") or name == "style"]
    wrong += [f"link {link}" for link in page.links if link and not is_ours(link)]
    wrong += [f"script {source}" for source in page.scripts if not source.startswith("/static/")]
    if len(text) > 3 and set(text) & set('<>"') and text in answer.text:
        wrong.append("not escaped")
    if answer.status_code == 422:
        wrong += find_lost(field, text, answer, page)
    return wrong


def is_ours(link: str) -> bool:
    return link.startswith(("#", "tel:", "?")) or (
        link.startswith("/") and not link.startswith(("//", "/\\"))
    )


def find_lost(field: Field, text: str, answer: httpx.Response, page: Page) -> list[str]:
    """A form that is refused says why, and holds what was typed."""
    is_told = any(f'class="{word}"' in answer.text for word in ("wrong", "field-wrong", "faults"))
    wrong = [] if is_told else ["refused without a word"]
    kind, held, most = page.held.get(field.field, ("none", "", 0))
    if kind == "none":
        return []  # A field that this person's page has not: no form of ours sent it.
    if kind not in TYPED_KINDS:
        return wrong
    # Blanks around it are nobody's, also those that would be written out; what no form of ours lets through may be cut.
    whole = (text, text.strip())
    fitting = {
        unify(str(show_hidden(one))).strip() for one in (*whole, *(part[:most] for part in whole if most))
    }
    if unify(held).strip() not in fitting:
        wrong.append(f"holds {held[:80]!r}")
    return wrong


def unify(text: str) -> str:
    """Line breaks as one kind: a browser sends both as two characters, and a page may hold one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def try_all(place: Place, texts: tuple[str, ...], parts: int = 1) -> tuple[list[str], int]:
    """Type texts into fields: all of them, or of so many `parts` of them another one into each next field."""
    typist, wrong, count = Typist(place), [], 0
    every = list_fields(place)
    assert len(every) >= parts
    for number, field in enumerate(every):
        for text in texts[number % parts :: parts]:
            count += 1
            typed = send(text)[:ADDRESS_MAX] if field.method == "GET" else send(text)
            found = find_wrong(field, typed, typist.type(field, typed))
            wrong += [f"{field}: {text[:60]!r}: {one}" for one in found]
    return wrong, count


def test_the_fields_are_found(place: Place) -> None:
    named = {str(field).partition(" ")[2] for field in list_fields(place)}

    assert len(named) >= 15
    assert {"/desk/sign-in name", "/desk/import pasted", "/audit/entries user"} <= named
    assert any(name.endswith("/return reason") for name in named)


def test_there_are_as_many_texts_as_promised() -> None:
    assert len(set(CHINESE)) >= 200


def test_every_chinese_text_through_some_field_and_some_through_each(place: Place) -> None:
    wrong, count = try_all(place, (*CHINESE, *CLASSICS), PARTS)

    assert wrong == []
    assert count >= 500


@pytest.mark.deep
@pytest.mark.timeout(3_600)
def test_every_chinese_text_through_every_field(place: Place) -> None:
    wrong, count = try_all(place, (*CHINESE, *CLASSICS))

    assert wrong == []
    assert count >= 3_000


@pytest.mark.deep
@pytest.mark.timeout(3_600)
def test_the_public_list_through_every_field(place: Place) -> None:
    texts = read_public_list()

    wrong, _count = try_all(place, texts)

    assert wrong == []
    assert len(texts) >= 485
