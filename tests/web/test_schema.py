"""Whatever fits the schema, and what nearly does, is answered: no address fails on what it is asked.

The served schema has the public addresses. That of the desk is built here from the same routes, with the fields of its
forms: what a module of pages calls `...Form` is what it takes. See PAGES.md for why it is not served.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from schemathesis import Case, GenerationMode

from ledger.books.roles import ROLES
from tests.builders import VILLAGE
from tests.web.desk import FORM, DeskBrowser
from tests.web.gate import CAST, OPERATOR, SPECIMENS, Place, Way, build_app, judge, open_place
from tests.web.village import serve_app
from web.app import build_schema
from web.desk.forms import TOKEN_FIELD, Upload

FEW = 10
"""Of what fits and of what does not, for each address in every run: three hundred requests in some seconds."""
SOME = 40
"""The same for each of six roles."""
MANY = 150
REAL = {
    "code": VILLAGE,
    "asset": "ZC-0001",
    "contract": "HT-0001",
    "fund": "ZX-0001",
    "resolution": "JY-2026-001",
    "month": "2026-10",
    "name": "finance",
    "index": "0",
    "epoch": "e1",
    "path": "0/000",
    "sheet": "points",
    "village": VILLAGE,
    "number": "2026-10-001",
    "page": "1",
    "picture": "plain.jpg",
    "position": "1",
    "entry": "21",
    "year": "2026",
}
REAL["kind"] = REAL["name"]
"""Mixed among what is invented, so that a request also gets beyond the first question."""
FILES = "multipart/form-data"
TEXT = {"type": "string"}
HINTS: dict[object, dict[str, Any]] = {
    str: TEXT,
    tuple[str, ...]: {"items": TEXT, "type": "array"},
    Upload: {"format": "binary", "type": "string"},
    tuple[Upload, ...]: {"items": {"format": "binary", "type": "string"}, "type": "array"},
}
"""What a field of a form can be: see `web.desk.forms`."""
AN_HOUR_MS = 3_600_000
AMOUNTS = [FEW, pytest.param(MANY, marks=pytest.mark.deep)]

Ask = Callable[[Case, str], int]
Document = dict[str, Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("schema") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    with serve_app(build_app(place.door.home)) as opened:
        yield opened


@pytest.mark.parametrize("examples", AMOUNTS)
def test_no_public_address_fails_whatever_it_is_asked(address: str, examples: int) -> None:
    document = json.loads(build_schema().body)

    failures, answers = try_all(document, examples, address, lambda _method, _path: ask_as_anybody)

    assert failures == []
    assert set(answers) >= {200, 404}


@pytest.mark.parametrize("examples", AMOUNTS)
def test_no_page_of_the_desk_fails_whatever_its_forms_bring(
    place: Place, address: str, examples: int
) -> None:
    pages = find_pages(place.app)

    def choose(method: str, path: str) -> Ask:
        return Visitor(place, Way(pages[method, path].opt["allow"], method, path))

    failures, answers = try_all(build_desk_schema(pages), examples, address, choose)

    assert failures == []
    assert set(answers) >= {200, 400, 401}  # The last of a sign-in.


@pytest.mark.deep
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", [*ROLES, OPERATOR])
def test_no_page_fails_for_anybody_who_may_open_it(place: Place, address: str, name: str) -> None:
    pages = find_pages(place.app)

    def choose(method: str, path: str) -> Ask | None:
        way = Way(pages[method, path].opt["allow"], method, path)
        return Visitor(place, way, name) if judge(way, name) == "open" else None

    failures, answers = try_all(build_desk_schema(pages), SOME, address, choose)

    assert failures == []
    assert set(answers) >= {200, 400}


def try_all(
    document: Document, examples: int, address: str, choose: Callable[[str, str], Ask | None]
) -> tuple[list[str], dict[int, int]]:
    """Ask every operation, and return the failures and how often each status was answered."""
    failures: list[str] = []
    answers: dict[int, int] = {}
    mix_in_real(document)
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        if operation.method == "head":
            continue  # The same handlers as GET.
        ask = choose(operation.method.upper(), operation.path)
        if ask is None:
            continue
        # Whatever an address or a query has is a text that fits; a form alone can be misshapen.
        for mode in GenerationMode if operation.body else (GenerationMode.POSITIVE,):
            failures += try_one(operation.as_strategy(generation_mode=mode), examples, address, ask, answers)
    return failures, answers


def try_one(
    cases: SearchStrategy[Case], examples: int, address: str, ask: Ask, answers: dict[int, int]
) -> list[str]:
    """Ask one operation; what makes it fail is made small."""

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(cases)
    def attempt(case: Case) -> None:
        status = ask(case, address)
        answers[status] = answers.get(status, 0) + 1
        assert status < 500, case.as_curl_command()

    try:
        attempt()
    except AssertionError as error:
        return [str(error)]
    except Unsatisfiable:
        return []  # Nothing can be wrong with an address that takes nothing.
    return []


def ask_as_anybody(case: Case, address: str) -> int:
    return int(case.call(base_url=address).status_code)


class Visitor:
    """Somebody whom the table lets in, and who comes in again whenever a form ended the session."""

    def __init__(self, place: Place, way: Way, name: str = "") -> None:
        self._browser: DeskBrowser | None = None
        self._name = name or next(name for name in ("clerk", *CAST) if judge(way, name) == "open")
        self._place = place

    def __call__(self, case: Case, address: str) -> int:
        browser = self._come_in()
        if isinstance(case.body, dict):
            case.body[TOKEN_FIELD] = browser.token
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"cookie": cookie, "sec-fetch-site": "same-origin"}
        return int(case.call(base_url=address, headers=headers).status_code)

    def _come_in(self) -> DeskBrowser:
        door = self._place.door
        if self._browser is None or not all(door.is_in(token) for token in self._browser.cookies.values()):
            door.village.clock.advance(
                AN_HOUR_MS
            )  # Passwords that were guessed wrong make the next one wait.
            self._browser = self._place.enter(self._name)
        return self._browser


def find_pages(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    """The desk's routes, by method and path, the path as a schema writes it."""
    return {
        (str(method), re.sub(r":\w+}", "}", path)): handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and handler.opt.get("allow")
        for path in handler.paths
        for method in handler.http_methods
        if not path.startswith(SPECIMENS) and method != "OPTIONS"
    }


def build_desk_schema(pages: dict[tuple[str, str], HTTPRouteHandler]) -> Document:
    """The schema of the desk, with what each form may bring."""
    paths: Document = {}
    for (method, path), handler in pages.items():
        operation: Document = {
            "parameters": [
                {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
                for name in re.findall(r"{(\w+)}", path)
            ],
            "responses": {"200": {"description": handler.summary}},
        }
        if method == "POST":
            operation["requestBody"] = {"content": build_content(find_forms(handler)), "required": True}
        paths.setdefault(path, {})[method.lower()] = operation
    return {"info": {"title": "desk", "version": "1"}, "openapi": "3.1.0", "paths": paths}


def find_forms(handler: HTTPRouteHandler) -> list[type]:
    """The form that a handler's own words take; any of its module's where a function of it does."""
    called = inspect.getclosurevars(handler.fn).nonlocals["handler"]
    named = vars(inspect.getmodule(called)).items()
    forms = {name: kind for name, kind in named if name.endswith("Form") and is_dataclass(kind)}
    source = inspect.getsource(called)
    return [kind for name, kind in forms.items() if f"parse_form({name})" in source] or [*forms.values()]


def build_content(forms: list[type]) -> Document:
    """Forms in the schema's words: those with a file are sent as such; anything at all where there are none."""
    content: Document = {}
    for kind in forms:
        hints = get_type_hints(kind)
        form = {
            "additionalProperties": False,
            "properties": {name: HINTS[hint] for name, hint in hints.items()},
            "required": [field.name for field in fields(kind) if field.default is MISSING],
            "type": "object",
        }
        content.setdefault(FILES if {Upload, tuple[Upload, ...]} & {*hints.values()} else FORM, []).append(
            form
        )
    if not content:
        content[FORM] = [{"additionalProperties": TEXT, "type": "object"}]
    return {media: {"schema": {"anyOf": found}} for media, found in content.items()}


def mix_in_real(document: Document) -> None:
    """Let parameters of a known name be what the village really has, as often as not."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    for parameter in (one for operation in operations for one in operation.get("parameters", [])):
        if parameter["name"] in REAL and parameter["in"] == "path":
            parameter["schema"] = {"anyOf": [{"const": REAL[parameter["name"]]}, parameter["schema"]]}
