"""Every text field that the desk has, found from its routes, its forms' dataclasses and its pages, never from a list: a
page that is added tomorrow is tried without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from html.parser import HTMLParser
from typing import get_type_hints

from tests.builders import VILLAGE
from tests.desk.people import PASSWORD
from tests.web.gate import CAST, SPECIMENS, Place, Way, judge, list_ways
from tests.web.test_schema import find_forms, find_pages
from web.desk.forms import Upload

REAL = {"kind": "vouchers", "village": VILLAGE, "password": PASSWORD, "old": PASSWORD, "name": "clerk"}
"""What the other fields of a form hold meanwhile, so that a form gets beyond them; any other holds a digit."""


@dataclass(frozen=True)
class Field:
    """One text field: whose page it is on, where the form goes, and what its other fields hold.

    `takes_files`  the form has a field for a file too, and is sent as such
    """

    field: str
    method: str
    name: str
    others: tuple[tuple[str, str], ...]
    path: str
    takes_files: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.field}"


class Page(HTMLParser):
    """What of a page could act, and what its fields hold."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.attributes: set[str] = set()
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.held: dict[str, tuple[str, str, int]] = {}
        self.links: set[str] = set()
        self.scripts: set[str] = set()
        self.tags: set[str] = set()
        self.words = ""
        self._area: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= given.keys()
        self.links |= {
            given[name] for name in ("href", "src", "action", "formaction", "data") if name in given
        }
        if tag == "script":
            self.scripts.add(given.get("src", ""))
        if tag == "form":
            self.forms.append((given.get("method", "get").upper(), given.get("action", ""), []))
        if tag in {"input", "textarea", "select"} and "name" in given:
            kind = given.get("type", "text") if tag == "input" else tag
            kind = "readonly" if "readonly" in given else kind
            if self.forms:
                self.forms[-1][2].append((given["name"], kind))
            self.held[given["name"]] = (kind, given.get("value", ""), int(given.get("maxlength", 0)))
        if tag == "textarea":
            self._area = given.get("name")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._area is not None and self._area in self.held:
            kind, held, most = self.held[self._area]
            # The line break that follows the tag is none of the text.
            self.held[self._area] = (kind, held + data if held else data.removeprefix("\n"), most)


def list_fields(place: Place) -> list[Field]:
    """Return every text field once, of the first person whom the table lets in."""
    found: dict[str, Field] = {}
    for field in (*_list_taken(place), *_list_shown(place)):
        found.setdefault(str(field), field)
    return list(found.values())


def _list_taken(place: Place) -> Iterator[Field]:
    """The fields of the dataclasses that handlers take."""
    for (method, path), handler in find_pages(place.app).items():
        if method != "POST" or path.startswith(SPECIMENS):
            continue
        for kind in find_forms(handler):
            hints = get_type_hints(kind)
            others = {one.name: REAL.get(one.name, "1") for one in fields(kind) if hints[one.name] is str}
            for name, hint in hints.items():
                if hint in (str, tuple[str, ...]):
                    yield _make(place, method, path, name, others, takes_files=Upload in hints.values())


def _list_shown(place: Place) -> Iterator[Field]:
    """The fields of the forms that pages show and that are sent by GET."""
    for way in list_ways(place.app):
        if way.method != "GET" or not way.allow or way.path.startswith(SPECIMENS):
            continue
        answer = place.enter(_choose(way)).get(way.fill(place.values))
        if answer.headers.get("content-type", "").startswith("text/html"):
            for method, action, shown in Page(answer.text).forms:
                for name, kind in shown:
                    if method == "GET" and kind in {"text", "search", "textarea", "select", "hidden"}:
                        yield _make(place, "GET", action or way.fill(place.values), name, {})


def _make(
    place: Place, method: str, path: str, name: str, others: dict[str, str], *, takes_files: bool = False
) -> Field:
    way = next(
        (
            way
            for way in list_ways(place.app)
            if way.method == method and way.fill({}) == Way("", "", path).fill({})
        ),
        Way("signed-in", method, path),
    )
    rest = tuple((other, value) for other, value in others.items() if other != name)
    return Field(name, method, _choose(way), rest, Way("", "", path).fill(place.values), takes_files)


def _choose(way: Way) -> str:
    return next(name for name in ("clerk", "supervisor", *CAST) if judge(way, name) == "open")
