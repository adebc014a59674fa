"""Every way into the application, tried by everybody: who is let in, who is not, and what each answer carries.

The ways come from the routes of the built application and the verdicts from the table of roles, so that a page which
is added later is tried without a word here. See `tests.web.gate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.builders import VILLAGE
from tests.web.gate import (
    ALLOWED,
    ANONYMOUS,
    ANYBODYS,
    BROKEN,
    CAST,
    DUE,
    OUTSIDER,
    SPECIMENS,
    Place,
    Rows,
    Way,
    judge,
    list_ways,
    open_place,
)
from web.app import ROUTES, show_schema
from web.desk.routing import SIGN_IN
from web.security import SECURITY_HEADERS

INVENTED = {"invented": "1"}
"""A field that no form has: what is let in is refused as no form of ours, and does nothing."""
PUBLIC = {path for route in (*ROUTES, show_schema) for path in route.paths} | {BROKEN}
STRANGER = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
NAMED = ("石榴河村", VILLAGE)
"""How a page would give the first village away."""


FORMS = {
    f"/v/{{code:str}}/{name}"
    for name in (
        *("card", "card/proof", "cases/new", "cases/receipt", "objections/new", "objections/receipt"),
        *("vote", "vote/look", "vote/cast"),
    )
}
"""The forms that anybody may send, without a cookie; only a page of ours may."""
ONCE = re.compile(rb'name="once" value="[a-z2-7]{52}"')
"""What makes a form one: drawn anew each time."""


@dataclass(frozen=True)
class Cell:
    """One way, tried by somebody."""

    answer: httpx.Response
    name: str
    way: Way

    def tell(self) -> str:
        location = self.answer.headers.get("location", "")
        return f"{self.name}: {self.way.method} {self.way.path} {self.answer.status_code} {location}".rstrip()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("gate") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def ways(place: Place) -> list[Way]:
    return list_ways(place.app)


@pytest.fixture(scope="module")
def matrix(place: Place, ways: list[Way]) -> list[Cell]:
    """Everybody at every way, each form in a session of its own with the right token."""
    cells = []
    for name in CAST:
        browser = place.enter(name)
        for way in ways:
            path = way.fill(place.values)
            if way.method == "POST":
                answer = place.enter(name).post(path, INVENTED)
            else:
                answer = browser._ask(way.method, path, {}, None)
            cells.append(Cell(answer, name, way))
    return cells


def find_verdict(cell: Cell) -> str:
    """What happened, in the words of `judge`."""
    status, location = cell.answer.status_code, cell.answer.headers.get("location", "")
    if status == 403:
        return "denied"
    if status == 303 and location.partition("?")[0] == SIGN_IN:
        return "sign-in"
    if status == 303 and location in {path for path, _ in DUE.values()}:
        return location
    is_failure = status == 401 or (status >= 500 and cell.way.path != BROKEN)
    return "failed" if is_failure else "open"


def test_everybody_is_let_in_where_the_table_says_so_and_nowhere_else(matrix: list[Cell]) -> None:
    wrong = [
        f"{cell.tell()}, expected {judge(cell.way, cell.name)}"
        for cell in matrix
        if find_verdict(cell) != judge(cell.way, cell.name)
    ]

    assert wrong == []


def test_the_matrix_is_whole(matrix: list[Cell], ways: list[Way]) -> None:
    verdicts = [judge(cell.way, cell.name) for cell in matrix]
    told = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in sorted(set(verdicts)))
    print(f"{len(matrix)} cells, {len(ways)} ways × {len(CAST)}: {told}")  # noqa: T201  # Shown with -s or -rP.

    assert len(matrix) == len({(cell.name, cell.way) for cell in matrix}) == len(ways) * len(CAST)
    assert {"open", "denied", "sign-in", *(path for path, _ in DUE.values())} == set(verdicts)
    assert {way.allow for way in ways if way.path.startswith(SPECIMENS)} == set(ALLOWED)


def test_what_is_not_public_says_what_it_takes(ways: list[Way]) -> None:
    undeclared = [way for way in ways if not way.allow and way.path not in PUBLIC]
    unknown = [way for way in ways if way.allow and way.allow not in ALLOWED.keys() | ANYBODYS]

    assert (undeclared, unknown) == ([], [])
    assert [way for way in ways if way.allow and way.path in PUBLIC] == []
    assert {way.method for way in ways if not way.allow} == {"GET", "HEAD", "POST"}
    assert {way.path for way in ways if not way.allow and way.method == "POST"} == FORMS


def test_each_denial_is_a_line_of_the_desks_log_and_nothing_else_is(place: Place, matrix: list[Cell]) -> None:
    with place.door.home.desk.read() as desk:
        names = {account.account: account.sign_in for account in desk.list_accounts()}
    logged = [
        (names[line.fact.account], line.fact.reason)
        for line in place.door.read_log()
        if line.fact.event == "denied" and line.fact.reason != "form-token"
    ]

    assert logged == [
        (cell.name, cell.way.allow) for cell in matrix if judge(cell.way, cell.name) == "denied"
    ]


def test_a_public_answer_sets_no_cookie_and_is_the_same_for_everybody(place: Place, ways: list[Way]) -> None:
    browsers = {name: place.enter(name) for name in CAST}
    public = [way for way in ways if not way.allow]
    unlike = []
    for way in public:
        answers = [
            browser._ask(way.method, way.fill(place.values), {}, None) for browser in browsers.values()
        ]
        if len({(answer.status_code, ONCE.sub(b"", answer.content)) for answer in answers}) != 1:
            unlike.append(way)
        assert not any("set-cookie" in answer.headers for answer in answers), way

    assert public
    assert unlike == []


def test_only_who_signs_in_or_out_is_given_a_cookie(matrix: list[Cell]) -> None:
    assert [cell.tell() for cell in matrix if "set-cookie" in cell.answer.headers] == []


PROMISED = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": SECURITY_HEADERS["permissions-policy"],
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, noarchive",
}
"""Written out once more: what is taken out of the program's own list is missed here."""
OF_THE_DESK = {
    "permissions-policy": PROMISED["permissions-policy"]
    .replace("publickey-credentials-create=()", "publickey-credentials-create=(self)")
    .replace("publickey-credentials-get=()", "publickey-credentials-get=(self)"),
    "referrer-policy": "same-origin",
}
"""Whoever works at the desk may sign in by a passkey; nobody else is asked for one."""


def test_every_feature_that_the_policy_names_is_off() -> None:
    features = PROMISED["permissions-policy"].split(", ")

    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()"} <= set(features)
    assert all(feature.endswith("=()") for feature in features)


def test_every_answer_carries_the_headers(matrix: list[Cell]) -> None:
    assert [f"{cell.tell()} {wrong}" for cell in matrix if (wrong := find_wrong_headers(cell))] == []


def find_wrong_headers(cell: Cell) -> dict[str, str | None]:
    """The headers that an answer lacks or has otherwise; a page with forms of the desk sends the desk's."""
    wanted = PROMISED | ({} if not cell.way.allow else OF_THE_DESK)
    if cell.way.path in FORMS:
        wanted["referrer-policy"] = (
            "same-origin"  # Else a browser says of our form that it comes from nowhere.
        )
    if cell.way.path.startswith("/desk/originals/") and "content-disposition" in cell.answer.headers:
        wanted["content-security-policy"] = (
            "default-src 'none'; sandbox"  # Somebody else's file: nothing in it runs.
        )
    given = cell.answer.headers
    return {name: given.get(name) for name, value in wanted.items() if given.get_list(name) != [value]}


def test_nobody_keeps_what_is_not_public_or_went_wrong(matrix: list[Cell]) -> None:
    kept = [
        cell.tell()
        for cell in matrix
        if (cell.way.allow or cell.answer.status_code >= 400)
        and (cell.answer.headers.get("cache-control") != "no-store" or "etag" in cell.answer.headers)
    ]

    assert kept == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_answered_with_the_headers_too(place: Place, ways: list[Way], method: str) -> None:
    cells = [
        Cell(place.client.request(method, way.fill(place.values), follow_redirects=False), ANONYMOUS, way)
        for way in ways
    ]

    assert [f"{cell.tell()} {wrong}" for cell in cells if (wrong := find_wrong_headers(cell))] == []
    assert {cell.answer.status_code for cell in cells} <= {204, 405}
    assert [cell.tell() for cell in cells if "set-cookie" in cell.answer.headers] == []


def test_what_leads_nowhere_or_is_too_large_carries_the_headers(place: Place) -> None:
    form = Way("anyone", "POST", SIGN_IN)
    cells = [
        Cell(place.enter(ANONYMOUS).get("/desk/no-such-page"), ANONYMOUS, Way("anyone", "GET", "/desk/x")),
        Cell(place.enter(ANONYMOUS).get("/no-such-page"), ANONYMOUS, Way("", "GET", "/x")),
        Cell(place.enter(ANONYMOUS).post(SIGN_IN, {"a": "x" * 100_000}), ANONYMOUS, form),
        Cell(place.enter(ANONYMOUS).post(SIGN_IN, "\x00"), ANONYMOUS, form),
        Cell(place.client.get(SIGN_IN, headers={"host": "village.example"}), ANONYMOUS, form),
    ]

    assert [cell.answer.status_code for cell in cells] == [404, 404, 413, 400, 403]
    assert [f"{cell.tell()} {wrong}" for cell in cells if (wrong := find_wrong_headers(cell))] == []
    assert {cell.answer.headers["cache-control"] for cell in cells} == {"no-store"}


def list_changed(before: Rows, after: Rows) -> list[str]:
    """The tables that are not what they were."""
    return [table for table in before.keys() | after.keys() if before.get(table) != after.get(table)]


@pytest.mark.parametrize("name", [name for name in CAST if name != ANONYMOUS])
def test_a_form_without_the_token_of_its_session_changes_nothing(
    place: Place, ways: list[Way], name: str
) -> None:
    other, browser = place.enter("clerk"), place.enter(name)
    forms = [
        way
        for way in ways
        if way.method == "POST" and way.allow not in {"", "anyone"} and judge(way, name) == "open"
    ]
    before = place.dump()

    answers = [
        (way, browser.post(way.fill(place.values), "" if token is None else {}, token=token).status_code)
        for way in forms
        for token in (None, "x", other.token)
    ]

    assert forms
    assert [(way, status) for way, status in answers if status != 403] == []
    assert list_changed(before, place.dump()) == []


@pytest.mark.parametrize("name", list(CAST))
def test_a_form_that_another_site_sends_changes_nothing(place: Place, ways: list[Way], name: str) -> None:
    browser = place.enter(name)
    forms = [way for way in ways if way.method == "POST"]
    before = place.dump()

    answers = [(way, browser.post(way.fill(place.values), ours=STRANGER)) for way in forms]

    assert [way for way, answer in answers if answer.status_code != 403] == []
    assert list_changed(before, place.dump()) == []


def test_a_page_that_is_only_looked_at_changes_nothing(place: Place, ways: list[Way]) -> None:
    browsers = {name: place.enter(name) for name in CAST}
    before = place.dump()

    for browser in browsers.values():
        for way in ways:
            if way.method != "POST":
                browser._ask(way.method, f"{way.fill(place.values)}?csrf={browser.token}&confirm=1", {}, None)

    assert list_changed(before, place.dump()) == []


def test_whoever_acts_in_another_village_is_told_nothing_of_this_one(matrix: list[Cell]) -> None:
    told = [
        cell.tell()
        for cell in matrix
        if cell.name == OUTSIDER and cell.way.allow
        if any(word in cell.answer.text for word in NAMED)
    ]

    assert told == []
    assert any(NAMED[0] in cell.answer.text for cell in matrix if cell.name == "clerk" and cell.way.allow)


def test_another_villages_draft_is_as_if_it_were_not_there(matrix: list[Cell]) -> None:
    # The pages of a draft itself: this one attaches nothing, so that it has no pages of documents nor originals.
    cells = [cell for cell in matrix if cell.way.path.endswith("/{draft:str}") and cell.way.method == "GET"]
    own, other = ([cell for cell in cells if cell.name == name] for name in ("clerk", OUTSIDER))

    assert len(own) == len(other) >= 1
    assert {cell.answer.status_code for cell in own} == {200}
    assert {cell.answer.status_code for cell in other} == {404}
