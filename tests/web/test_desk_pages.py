"""The desk's pages over HTTP: who gets where, what a form must bring, and what is never kept or handed on."""

from __future__ import annotations

import re

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from ledger.service.accounts.manage import create_account, give_seat
from ledger.service.accounts.passwords import HASHER
from ledger.service.accounts.rights import find_allowed_roles
from ledger.service.persons import add_person
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.web.desk import DeskBrowser, tell
from web.app import DESK_ROUTES, ROUTES, create_app, show_schema
from web.desk.routing import SIGN_IN, choose_next, route_desk
from web.security import DESK_HEADERS, SECURITY_HEADERS
from web.sessions import KNOWN_COOKIE, SESSION_COOKIE

NEW = "hebian liushu faya sanyue"
PUBLIC = {
    (path, method)
    for route in (*ROUTES, show_schema)
    for path in route.paths
    for method in route.http_methods
}
DESK = [
    (method, path)
    for route in DESK_ROUTES
    for path in sorted(route.paths)
    for method in sorted(route.http_methods)
]


@pytest.fixture
def browser(client: TestClient) -> DeskBrowser:
    return DeskBrowser(client)


def test_every_route_that_is_not_public_says_what_it_takes(door: Door) -> None:
    app = create_app(door.home, door.home.config)
    undeclared = [
        (path, method)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler)
        for path in handler.paths
        for method in handler.http_methods
        if method != "OPTIONS" and (path, method) not in PUBLIC and not _is_declared(handler)
    ]

    assert undeclared == []
    assert all(path.startswith("/desk") for route in DESK_ROUTES for path in route.paths)
    assert not [path for path, _ in PUBLIC if path.startswith("/desk")]


def _is_declared(handler: HTTPRouteHandler) -> bool:
    allow = handler.opt.get("allow", "")
    return allow in {"anyone", "signed-in"} or bool(find_allowed_roles(allow))


def test_a_route_for_an_action_that_nobody_may_do_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no such action"):
        route_desk("/desk/x", allow="draft.forge", summary="x")


@pytest.mark.parametrize(("method", "path"), DESK)
def test_every_answer_of_the_desk_carries_the_headers_and_is_kept_by_nobody(
    visitor: TestClient, method: str, path: str
) -> None:
    answer = visitor.request(method, path, headers={"host": "127.0.0.1"}, follow_redirects=False)

    assert {name: answer.headers.get(name) for name in DESK_HEADERS} == DESK_HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "content-encoding" not in answer.headers
    assert {name for name in DESK_HEADERS if DESK_HEADERS[name] != SECURITY_HEADERS[name]} == {
        "permissions-policy",
        "referrer-policy",
    }


@pytest.mark.parametrize(("method", "path"), [pair for pair in DESK if not pair[1].startswith(SIGN_IN)])
def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(
    visitor: TestClient, method: str, path: str
) -> None:
    browser = DeskBrowser(visitor)
    answer = browser.post(path) if method == "POST" else browser.get(path)

    assert answer.status_code == 303
    wanted = f"?next={path}" if method != "POST" and choose_next(path) == path != "/desk" else ""
    assert answer.headers["location"] == SIGN_IN + wanted
    assert answer.headers.get_list("set-cookie") == []


def test_other_methods_are_refused_and_the_right_ones_named(client: TestClient) -> None:
    answer = client.put("/desk/sign-in", headers={"host": "127.0.0.1"})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_the_first_way_in_leads_through_password_and_second_factor_to_the_desk(
    door: Door, browser: DeskBrowser
) -> None:
    _, once = door.make("li", "supervisor")
    browser.get("/desk")
    assert browser.post(SIGN_IN, {"name": "LI", "password": once}).headers["location"] == "/desk/password"
    for path in ("/desk", "/desk/account", "/desk/factor/set-up", "/desk/factor/code.svg"):
        assert browser.get(path).headers["location"] == "/desk/password"
    browser.get("/desk/password")

    fields = {"old": once, "new": PASSWORD, "again": PASSWORD, "name": "li"}
    assert browser.post("/desk/password", fields).headers["location"] == "/desk/factor/set-up"

    assert browser.get("/desk").headers["location"] == "/desk/factor/set-up"
    page = browser.get("/desk/factor/set-up")
    found = re.search(r'class="code secret">([A-Z2-7 ]+)<', page.text)
    assert found is not None
    door.secrets["li"] = found[1].replace(" ", "")
    assert browser.get("/desk/factor/code.svg").headers["content-type"] == "image/svg+xml"
    codes = browser.post("/desk/factor/set-up", {"code": door.read_phone("li")})
    assert len(re.findall(r'<li class="code">', codes.text)) == 10
    assert "样例li" in browser.get("/desk").text


def test_a_get_changes_nothing(door: Door, browser: DeskBrowser) -> None:
    door.let_in("li", "supervisor")
    browser.sign_in(door, "li")
    before, logged = _dump(door), len(door.list_events())

    for method, path in DESK:
        if method == "GET":
            browser.get(f"{path}?password=x&session=s-x&village={OTHER_VILLAGE}&csrf={browser.token}")

    assert _dump(door) == before
    # What was asked for without a right to it is on record, and what was taken away.
    assert set(door.list_events()[logged:]) <= {"denied", "exported"}


def _dump(door: Door) -> list[object]:
    engine = door.home.engines["desk"]
    tables = ("accounts", "recovery_codes", "seats", "sessions", "attempts")
    with engine.connect() as connection, connection.begin():
        return [connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in tables]


def test_an_attackers_session_id_is_not_kept_through_the_sign_in(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.cookies[SESSION_COOKIE] = "A" * 43

    browser.sign_in(door, "wang")

    assert browser.cookies[SESSION_COOKIE] != "A" * 43
    other = DeskBrowser(browser.client, cookies={SESSION_COOKIE: "A" * 43})
    assert other.get("/desk").headers["location"].startswith(SIGN_IN)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    thief = DeskBrowser(browser.client, cookies=dict(browser.cookies))
    assert thief.get("/desk").status_code == 200

    assert browser.post("/desk/sign-out").headers["location"] == SIGN_IN

    assert SESSION_COOKIE not in browser.cookies
    assert thief.get("/desk").headers["location"] == f"{SIGN_IN}?ended=1"


def test_two_cookies_of_the_name_count_as_none(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    token = browser.cookies[SESSION_COOKIE]

    doubled = f"{SESSION_COOKIE}={token}; {SESSION_COOKIE}={'A' * 43}"
    answer = DeskBrowser(browser.client, headers={"cookie": doubled}).get("/desk")

    assert answer.headers["location"] == SIGN_IN


def test_signing_in_again_ends_the_session_before(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    before = browser.cookies[SESSION_COOKIE]

    browser.sign_in(door, "wang")

    assert not door.is_in(before)
    assert door.is_in(browser.cookies[SESSION_COOKIE])


STRANGERS = {
    "cross-site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "cross-site that lies of its origin": {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"},
    "same-site": {"sec-fetch-site": "same-site"},
    "typed into the address": {"sec-fetch-site": "none"},
    "another host": {"origin": "http://evil.example"},
    "another port": {"origin": "http://127.0.0.1:8001"},
    "another scheme": {"origin": "https://127.0.0.1:8000"},
    "a host that begins as ours": {"origin": "http://127.0.0.1:8000.evil.example"},
    "a user that looks like ours": {"origin": "http://127.0.0.1:8000@evil.example"},
    "nowhere": {"origin": "null"},
    "empty": {"origin": ""},
    "neither header": {},
}


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS.keys())
def test_a_form_that_is_not_from_our_own_page_is_refused_and_not_read(
    door: Door, browser: DeskBrowser, said: dict[str, str]
) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")

    answer = browser.post("/desk/sign-out", ours=said)
    before = browser.post(SIGN_IN, {"name": "wang", "password": PASSWORD}, ours=said)

    assert (answer.status_code, before.status_code) == (403, 403)
    assert tell(answer) == "这一步没有做：不是从本站的网页点的"
    assert door.is_in(browser.cookies[SESSION_COOKIE])


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "http://127.0.0.1:8000"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "https://mb.example.cn"},
    ],
    ids=["by its origin", "by the browser's word", "by the configured address"],
)
def test_our_own_pages_are_believed(door: Door, browser: DeskBrowser, said: dict[str, str]) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")

    assert browser.post("/desk/sign-out", ours=said).status_code == 303


def test_the_token_of_another_session_is_refused_and_logged(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    door.let_in("zhao")
    other = DeskBrowser(browser.client)
    other.sign_in(door, "zhao")
    browser.sign_in(door, "wang")

    for token in (other.token, "", "x", browser.token[:-1], browser.cookies[SESSION_COOKIE]):
        answer = browser.post("/desk/sign-out", f"csrf={token}")
        assert (answer.status_code, tell(answer)) == (403, "这一步没有做：网页太旧了")

    assert browser.post("/desk/sign-out", f"csrf={browser.token}&csrf={browser.token}").status_code == 403
    assert door.is_in(browser.cookies[SESSION_COOKIE])
    denied = [logged.fact for logged in door.read_log() if logged.fact.event == "denied"]
    assert {fact.reason for fact in denied} == {"form-token"}


def test_a_token_ends_with_its_session(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    old = browser.token
    browser.sign_in(door, "wang")

    assert browser.token != old
    assert browser.post("/desk/sign-out", token=old).status_code == 403


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", "csrf={}"),
        ("application/json", '{{"csrf": "{}"}}'),
        ("", "csrf={}"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{}\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", "csrf={}&extra=1"),
        ("application/x-www-form-urlencoded", "csrf={}&a"),
        ("application/x-www-form-urlencoded", "csrf={}&a=%ff"),
        ("application/x-www-form-urlencoded", "csrf={}&" + "&".join(["a=1"] * 3_000)),
    ],
    ids=["text", "json", "none", "multipart", "unknown field", "no value", "not utf-8", "too many"],
)
def test_what_is_no_form_of_ours_is_refused(door: Door, browser: DeskBrowser, kind: str, body: str) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")

    answer = browser._ask(
        "POST",
        "/desk/sign-out",
        {"content-type": kind, "sec-fetch-site": "same-origin"},
        body.format(browser.token),
    )

    assert answer.status_code == (413 if len(body) > 9_000 else 400)
    assert door.is_in(browser.cookies[SESSION_COOKIE])


def test_a_form_that_is_too_large_is_refused(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")

    assert browser.post("/desk/sign-out", {"a": "x" * 100_000}).status_code == 413


NEXT = {
    "/desk/account": "/desk/account",
    "/desk/drafts/d-aaaa?page=2": "/desk/drafts/d-aaaa?page=2",
    "//evil.example": "/desk",
    "///evil.example": "/desk",
    "/\\evil.example": "/desk",
    "/desk/../evil": "/desk",
    "/desk//evil.example": "/desk",
    "/deskevil": "/desk",
    "/desk@evil.example": "/desk",
    "https://evil.example": "/desk",
    "https:evil.example": "/desk",
    "javascript:alert(1)": "/desk",
    "/desk\r\nSet-Cookie: a=b": "/desk",
    "/desk%0d%0a": "/desk",
    "%2f%2fevil.example": "/desk",
    "/desk/\u2215evil": "/desk",
    "/desk?next=//evil.example": "/desk",
    "/desk/sign-in": "/desk",
    "/desk/sign-out": "/desk",
    "": "/desk",
    "/v/371082101201": "/desk",
}


@pytest.mark.parametrize(("asked", "gone_to"), NEXT.items())
def test_a_sign_in_leads_to_a_page_of_the_desk_and_nowhere_else(
    door: Door, browser: DeskBrowser, asked: str, gone_to: str
) -> None:
    door.let_in("wang")

    answer = browser.post(SIGN_IN, {"name": "wang", "password": PASSWORD, "next": asked})

    assert answer.headers["location"] == gone_to


def test_what_was_asked_for_survives_the_second_factor(door: Door, browser: DeskBrowser) -> None:
    door.let_in("li", "supervisor")
    door.village.clock.advance(60_000)
    answer = browser.post(SIGN_IN, {"name": "li", "password": PASSWORD, "next": "/desk/account"})
    assert answer.headers["location"] == "/desk/factor?next=/desk/account"
    page = browser.get(answer.headers["location"])
    assert 'name="next" value="/desk/account"' in page.text
    assert "样例li" not in page.text

    answer = browser.post("/desk/factor", {"code": door.read_phone("li"), "next": "/desk/account"})

    assert answer.headers["location"] == "/desk/account"


def test_over_a_line_that_can_be_read_nobody_signs_in(door: Door, client: TestClient) -> None:
    for host in ("mb.example.cn", "192.168.1.5:8000", "localhost.evil.example", "127.0.0.1.evil.example"):
        stranger = DeskBrowser(client, headers={"host": host})
        shown = stranger.get(SIGN_IN)
        sent = stranger.post(SIGN_IN, {"name": "a", "password": "b"}, ours={"origin": f"http://{host}"})

        assert (shown.status_code, sent.status_code) == (403, 403)
        assert tell(shown) == tell(sent) == "这里不能办事：网址不是 https"
        assert "trusted_proxy" in shown.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:80", "[::1]:8000"])
def test_on_the_machine_itself_http_is_enough(client: TestClient, host: str) -> None:
    assert DeskBrowser(client, headers={"host": host}).get(SIGN_IN).status_code == 200


def test_faults_stand_beside_their_fields_and_nothing_typed_is_said_again(
    door: Door, browser: DeskBrowser
) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    browser.get("/desk/password")

    answer = browser.post("/desk/password", {"old": PASSWORD, "new": "a123456789", "again": "geheim456789"})

    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert "很多人都用的" in answer.text
    assert "两遍不同" in answer.text
    assert "a123456789" not in answer.text
    assert PASSWORD not in answer.text


def test_a_changed_password_ends_other_sessions_and_says_so(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    other = DeskBrowser(browser.client)
    other.sign_in(door, "wang")
    browser.get("/desk/password")

    answer = browser.post("/desk/password", {"old": PASSWORD, "new": NEW, "again": NEW})

    assert "别处的登录都结束了" in browser.get(answer.headers["location"]).text
    assert other.get("/desk").headers["location"].startswith(SIGN_IN)


def test_a_session_elsewhere_is_listed_and_ended(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    phone = DeskBrowser(browser.client, headers={"user-agent": "Mozilla/5.0 (Linux; Android 10) Mobile"})
    phone.sign_in(door, "wang")
    page = browser.get("/desk/account").text
    (session, *_) = re.findall(r'name="session" value="(s-\w+)"', page)
    assert "手机" in page

    browser.post("/desk/account/sessions", {"session": session})

    assert phone.get("/desk").status_code == 303
    assert browser.get("/desk").status_code == 200


def test_new_recovery_codes_are_shown_once_to_whoever_knows_the_password(
    door: Door, browser: DeskBrowser
) -> None:
    door.let_in("li", "supervisor")
    browser.sign_in(door, "li")

    refused = browser.post("/desk/account/codes", {"password": "falsch"})
    shown = browser.post("/desk/account/codes", {"password": PASSWORD})

    assert refused.status_code == 422
    assert len(re.findall(r'<li class="code">', shown.text)) == 10
    assert not re.search(r'<li class="code">', browser.get("/desk/account").text)


def test_a_new_phone_is_set_up_by_whoever_knows_the_password(door: Door, browser: DeskBrowser) -> None:
    door.let_in("li", "supervisor")
    browser.sign_in(door, "li")
    assert browser.post("/desk/factor/offer", {"password": "falsch"}).status_code == 422
    assert browser.get("/desk/factor/code.svg").status_code == 404

    browser.post("/desk/factor/offer", {"password": PASSWORD})

    assert 'src="/desk/factor/code.svg"' in browser.get("/desk/factor/set-up").text
    assert browser.get("/desk/factor/code.svg").status_code == 200


def test_somebody_with_seats_in_two_villages_goes_from_one_to_the_other(
    door: Door, browser: DeskBrowser
) -> None:
    door.let_in("wang")
    other = add_person(door.home, OTHER_VILLAGE, "样例丁", "clerk")
    give_seat(door.home, "wang", OTHER_VILLAGE, other.user)
    browser.sign_in(door, "wang")
    where = OTHER_VILLAGE if "样例wang" in browser.get("/desk").text else VILLAGE
    before = browser.cookies[SESSION_COOKIE]

    browser.post("/desk/account/seat", {"village": where})

    assert ("样例丁" in browser.get("/desk").text) is (where == OTHER_VILLAGE)
    assert browser.cookies[SESSION_COOKIE] != before
    assert browser.post("/desk/account/seat", {"village": "990000000099"}).status_code == 404


def test_an_operator_has_no_village_and_no_role_in_one(door: Door, browser: DeskBrowser) -> None:
    door.let_in("chen", None)

    page = browser.sign_in(door, "chen")

    assert "运维员只管机器" in page.text
    assert VILLAGE not in browser.get("/desk/account").text


def test_guessing_is_answered_with_429_and_when_to_try_again(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    answers = [browser.post(SIGN_IN, {"name": "wang", "password": "falsch geraten"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert "请过 1 秒再试" in answers[-1].text


def test_when_too_many_sign_in_at_once_the_page_says_so(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HASHER, "_waiting", 100)

    answer = browser.post(SIGN_IN, {"name": "wang", "password": "falsch geraten"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


def test_a_wrong_name_and_a_wrong_password_get_the_same_bytes(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")

    known = browser.post(SIGN_IN, {"name": "wang", "password": "falsch geraten"})
    unknown = browser.post(SIGN_IN, {"name": "gnaw", "password": "falsch geraten"})

    assert known.text.replace('value="wang"', "") == unknown.text.replace('value="gnaw"', "")
    assert known.status_code == unknown.status_code == 401


def test_rotating_forwarding_headers_change_nothing_without_a_trusted_proxy(
    door: Door, browser: DeskBrowser
) -> None:
    codes = []
    for number in range(8):
        browser.headers = {
            "x-forwarded-for": f"10.0.0.{number}",
            "x-real-ip": f"10.0.0.{number}",
            "forwarded": "for=1.1.1.1",
        }
        codes.append(browser.post(SIGN_IN, {"name": "wang", "password": "falsch geraten"}).status_code)

    assert codes == [401] * 5 + [429] * 3


def test_forwarded_https_counts_only_from_the_trusted_proxy(door: Door, client: TestClient) -> None:
    headers = {"host": "mb.example.cn", "x-forwarded-proto": "https"}

    assert DeskBrowser(client, headers=headers).get(SIGN_IN).status_code == 403


def test_a_clerk_without_the_role_gets_403_and_a_line_in_the_log(door: Door) -> None:
    @route_desk("/desk/only-supervisors", allow="draft.pass", summary="x")
    def show(desk: object) -> object:
        raise AssertionError("never called")

    door.let_in("wang")
    app = create_app(door.home, door.home.config)
    app.register(show)
    with TestClient(app) as client:
        browser = DeskBrowser(client)
        browser.sign_in(door, "wang")
        answer = browser.get("/desk/only-supervisors")

    assert (answer.status_code, tell(answer)) == (403, "您没有办这件事的职责")
    assert [logged.fact.reason for logged in door.read_log() if logged.fact.event == "denied"] == [
        "draft.pass"
    ]


def test_public_pages_neither_read_nor_set_a_cookie(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")
    for path in ("/", f"/v/{VILLAGE}", f"/v/{VILLAGE}/sheets", f"/c/{VILLAGE}", "/nowhere", "/healthz"):
        signed_in, stranger = browser.get(path), browser.client.get(path)

        assert signed_in.content == stranger.content
        assert signed_in.headers.get_list("set-cookie") == []
        assert "cookie" not in signed_in.headers.get("vary", "")


def test_the_browser_is_known_from_then_on(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    browser.sign_in(door, "wang")

    assert browser.cookies[KNOWN_COOKIE].startswith("a-")


def test_an_account_that_was_made_in_between_signs_in_without_a_restart(
    door: Door, browser: DeskBrowser
) -> None:
    person = add_person(door.home, VILLAGE, "样例戊", "clerk")
    _, once = create_account(door.home, "wu", seat=(VILLAGE, person.user))

    assert browser.post(SIGN_IN, {"name": "wu", "password": once}).headers["location"] == "/desk/password"
