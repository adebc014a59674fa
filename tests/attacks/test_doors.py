"""The doors under attack: guesses, planted cookies, strangers' forms, forged hosts, ways out to other sites."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest

from ledger.books.roles import ROLES
from ledger.service.accounts.manage import disable_account, reset_account, set_last_day
from ledger.service.accounts.own import change_password
from ledger.service.persons import set_duties
from tests.attacks.served import Served
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import HERE, PASSWORD
from tests.web.desk import DeskBrowser
from tests.web.gate import CAST, Way, judge, list_ways
from tests.web.test_desk_pages import NEXT
from web.sessions import KNOWN_COOKIE, SESSION_COOKIE

SIGN_IN = "/desk/sign-in"
BOARD = f"/v/{VILLAGE}"
NEW = "hebian liushu faya sanyue"
GUESSES = 1_000
HOSTS = (
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example:8000",
    "evil.example@127.0.0.1:8000",
    "127.0.0.1:8000@evil.example",
    "127.0.0.1:8000/evil",
    "[::1",
    "evil.example#127.0.0.1",
)
FORWARDED = (
    lambda number: {"x-forwarded-for": f"10.{number >> 8}.{number & 255}.1"},
    lambda number: {"x-real-ip": f"10.{number >> 8}.{number & 255}.2"},
    lambda number: {"forwarded": f"for=10.{number >> 8}.{number & 255}.3;proto=https"},
    lambda number: {"x-forwarded-for": f"2001:db8:{number:x}::1, 127.0.0.1", "x-forwarded-proto": "https"},
)


def count_hashed(served: Served) -> int:
    """How many guesses were tried, each of which costs the hash of a password: every other was turned away before."""
    return sum(
        logged.fact.event == "refused" and logged.fact.reason == "password"
        for logged in served.door.read_log()
    )


def guess(served: Served, name: str, **headers: str) -> httpx.Response:
    browser = served.open_browser(**headers)
    return browser.post(SIGN_IN, {"name": name, "password": "falsch geraten"})


def test_a_thousand_guesses_are_slowed_whatever_address_they_claim(own: Served) -> None:
    """Threats 35 and 36, finding F7. Readers are served throughout, and the owner comes in from a known browser."""
    owner = own.open_browser()
    owner.sign_in(own.door, "clerk")
    known = {KNOWN_COOKIE: owner.cookies[KNOWN_COOKIE]}

    def try_one(number: int) -> tuple[int, int]:
        answer = guess(own, "clerk", **FORWARDED[number % len(FORWARDED)](number))
        return answer.status_code, own.client.get(BOARD).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_one, range(GUESSES)))

    tried = [status for status, _ in answers if status == 401]
    assert {status for status, _ in answers} <= {401, 429, 503}
    assert len(tried) == count_hashed(own) <= 5
    assert {status for _, status in answers} == {200}
    later = guess(own, "clerk")
    assert (later.status_code, int(later.headers["retry-after"]) >= 1) == (429, True)
    back = DeskBrowser(owner.client, cookies=dict(known))
    assert back.post(SIGN_IN, {"name": "clerk", "password": PASSWORD}).headers["location"] == "/desk"
    assert guess(own, "supervisor").status_code == 401


@pytest.mark.deep
def test_a_thousand_names_from_one_network_cost_sixty_hashes(own: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: guess(own, f"name{number}").status_code, range(GUESSES)))

    assert set(answers) <= {401, 429, 503}
    assert count_hashed(own) <= 61
    assert own.client.get(BOARD).status_code == 200


def test_nobody_learns_which_names_there_are(own: Served) -> None:
    """The same words, the same headers, and one hash for each: what takes the time is the same work."""
    names = ("supervisor", "supervisoR", "password-due", "gnaw", "样例", "x" * 60, "operator", "' OR 1=1 --")
    before = count_hashed(own)

    answers = [guess(own, name) for name in names]

    told = {
        re.sub(r'(<input[^>]*name="name"[^>]*value=")[^"]*', r"\1", answer.text).replace(' autofocus=""', "")
        for answer in answers
    }
    headers = {
        tuple(
            (name, value) for name, value in answer.headers.items() if name not in {"date", "content-length"}
        )
        for answer in answers
    }
    assert len(told) == 1
    assert len(headers) == 1
    assert {answer.status_code for answer in answers} == {401}
    assert count_hashed(own) - before == len(names)


def test_a_session_that_somebody_else_chose_is_never_taken_over(own: Served) -> None:
    """Threat 35, finding F5: fixation, by every cookie that a stranger could plant."""
    half = own.place._sign_in("factor-due")
    for planted in ("attackerfixed", "A" * 43, "", half, own.door.sign_in("auditor")):
        browser = own.open_browser()
        browser.cookies[SESSION_COOKIE] = planted
        browser.sign_in(own.door, "clerk")

        assert browser.get("/desk").status_code == 200
        assert browser.cookies[SESSION_COOKIE] != planted
        thief = DeskBrowser(browser.client, cookies={SESSION_COOKIE: planted})
        assert "样例clerk" not in thief.get("/desk").text


def change_duty(served: Served, browser: DeskBrowser) -> None:
    seat = served.door.find(browser.cookies[SESSION_COOKIE]).seat
    assert seat is not None
    set_duties(served.door.home, VILLAGE, seat.person, roles=["auditor"], offices=[])


ENDINGS: dict[str, Callable[[Served, DeskBrowser], object]] = {
    "sign-out": lambda _, browser: browser.post("/desk/sign-out"),
    "disabled": lambda served, _: disable_account(served.door.home, "clerk"),
    "reset": lambda served, _: reset_account(served.door.home, "clerk"),
    "last day": lambda served, _: set_last_day(served.door.home, "clerk", "2026-10-01"),
    "password": lambda served, _: change_password(
        served.door.home, served.door.find(served.door.sign_in("clerk")), PASSWORD, NEW, NEW, HERE
    ),
    "role": change_duty,
    "half a day": lambda served, _: served.door.village.clock.advance(13 * 3_600_000),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_stolen_cookie_opens_nothing_after(own: Served, ending: Callable[..., object]) -> None:
    browser = own.enter("clerk")
    thief = DeskBrowser(browser.client, cookies=dict(browser.cookies), token=browser.token)
    assert thief.get("/desk").status_code == 200
    before = own.place.dump()

    ending(own, browser)

    assert thief.get("/desk").headers["location"].startswith(SIGN_IN)
    kept = own.place.dump()
    assert thief.post("/desk/drafts", {"drafts": "d-x:y"}).headers["location"] == SIGN_IN
    assert own.place.dump() == kept
    assert before != kept


TRICKS: dict[str, dict[str, str]] = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "another port": {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9"},
    "no word of where from": {},
    "an origin of nowhere": {"origin": "null"},
    "both, of which one lies": {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    "typed": {"sec-fetch-site": "none"},
    "our address as a referer": {"referer": "http://127.0.0.1:8000/desk"},
}


@pytest.mark.parametrize("said", TRICKS.values(), ids=TRICKS.keys())
def test_no_form_of_a_stranger_does_anything_at_any_address(served: Served, said: dict[str, str]) -> None:
    """Threat 34: every form of the desk, with a valid session and its valid token."""
    ways = [way for way in list_ways(served.place.app) if way.method == "POST" and is_served(way)]
    browsers = [served.enter(name) for name in ("clerk", "supervisor", "operator")]
    before = served.place.dump()

    answers = []
    for browser in browsers:
        answers += [browser.post(way.fill(served.place.values), {"x": "1"}, ours=said) for way in ways]

    assert len(answers) >= 30
    assert {answer.status_code for answer in answers} == {403}
    assert no_change(served, before)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/json",
        "application/xml",
        "",
        "application/x-www-form-urlencodedx",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/x-www-form-urlencoded; charset=utf-7",
        "APPLICATION/JSON; application/x-www-form-urlencoded",
    ],
)
def test_no_other_kind_of_body_is_taken_for_a_form(served: Served, kind: str) -> None:
    ways = [way for way in list_ways(served.place.app) if way.method == "POST" and is_served(way)]
    browser = served.enter("clerk")
    before = served.place.dump()

    answers = [
        browser._ask(
            "POST",
            way.fill(served.place.values),
            {"content-type": kind, "sec-fetch-site": "same-origin"},
            f'{{"csrf": "{browser.token}"}}',
        ).status_code
        for way in ways
    ]

    assert set(answers) <= {400, 403}
    assert no_change(served, before)


def test_a_planted_cookie_and_its_own_token_act_for_nobody(served: Served) -> None:
    """Finding F6: the attacker's session tossed beside the victim's, or the attacker's token in the victim's form."""
    victim, attacker = served.enter("supervisor"), served.enter("clerk")
    before = served.place.dump()
    both = [
        f"{SESSION_COOKIE}={first}; {SESSION_COOKIE}={second}"
        for first, second in (
            (victim.cookies[SESSION_COOKIE], attacker.cookies[SESSION_COOKIE]),
            (attacker.cookies[SESSION_COOKIE], victim.cookies[SESSION_COOKIE]),
        )
    ]

    tossed = [
        served.open_browser(cookie=cookie).post("/desk/sign-out", token=attacker.token) for cookie in both
    ]
    swapped = victim.post("/desk/sign-out", token=attacker.token)

    assert {answer.headers["location"] for answer in tossed} == {SIGN_IN}
    assert swapped.status_code == 403
    assert no_change(served, before)
    assert victim.get("/desk").status_code == 200


def test_no_page_that_is_looked_at_changes_a_row(served: Served) -> None:
    """GET and HEAD of every address, by everybody, with every field of every form in the query."""
    ways = [way for way in list_ways(served.place.app) if way.method != "POST" and is_served(way)]
    browsers = {name: served.enter(name) for name in CAST}
    before = served.place.dump()
    asked = {
        "csrf": "x",
        "confirm": "1",
        "_method": "DELETE",
        "drafts": "d-x:y",
        "village": OTHER_VILLAGE,
        "password": "x",
    }

    for browser in browsers.values():
        for way in ways:
            query = urlencode(asked | {"csrf": browser.token})
            browser._ask(way.method, f"{way.fill(served.place.values)}?{query}", {}, None)

    assert no_change(served, before)


@pytest.mark.parametrize("host", HOSTS)
def test_a_forged_host_is_nowhere_in_an_answer(served: Served, host: str) -> None:
    """Findings F7 and F8: addresses in pages and codes come from the settings, and nobody signs in under another."""
    paths = ("/", BOARD, f"{BOARD}/sheets", f"/c/{VILLAGE}", f"{BOARD}/entries/0", "/nowhere")
    forwarded = {"x-forwarded-host": host, "forwarded": f"host={host}"}

    for path in paths:
        plain = served.client.get(path, follow_redirects=False)
        for headers in ({"host": host}, forwarded):
            answer = served.client.get(path, headers=headers, follow_redirects=False)
            # What is no host at all is no request either.
            if answer.status_code == 400:
                assert b"evil" not in answer.content
                continue
            assert (answer.status_code, answer.content) == (plain.status_code, plain.content)
            assert answer.headers.get("location") == plain.headers.get("location")
    stranger = served.open_browser(host=host)
    assert stranger.get(SIGN_IN).status_code in {400, 403}
    assert stranger.post(SIGN_IN, {"name": "clerk", "password": PASSWORD}).status_code in {400, 403}


@pytest.mark.parametrize(
    "lines",
    [
        "Host: 127.0.0.1:8000\r\nHost: evil.example\r\n",
        "Host: evil.example\r\nHost: 127.0.0.1:8000\r\n",
        "Host: 127.0.0.1:8000\r\nhost: 127.0.0.1:8000\r\n",
        "",
        "Host: 127.0.0.1\r\n evil.example\r\n",
        "Host : 127.0.0.1\r\n",
    ],
    ids=["ours first", "ours last", "twice ours", "none", "folded", "blank before the colon"],
)
def test_a_request_with_two_hosts_or_none_is_refused(served: Served, lines: str) -> None:
    answer = served.send_raw(f"GET {SIGN_IN} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())

    status = int(answer.split()[1])
    assert status in {400, 403}
    assert b"evil.example" not in answer


def test_a_sign_in_leads_nowhere_else(own: Served) -> None:
    """Threat 47, over the wire: by the form, by the address, and past the second factor."""
    wrong = []
    for asked, gone_to in NEXT.items():
        own.door.village.clock.advance(60_000)
        browser = own.open_browser()
        page = browser.get(f"{SIGN_IN}?{urlencode({'next': asked})}")
        kept = re.search(r'name="next" value="([^"]*)"', page.text)
        answer = browser.post(SIGN_IN, {"name": "clerk", "password": PASSWORD, "next": asked})
        if answer.headers["location"] != gone_to or kept is None or kept[1] != gone_to:
            wrong.append((asked, answer.headers["location"], kept))

    assert wrong == []


def test_every_address_that_is_redirected_stays_here(served: Served) -> None:
    ways = [way for way in list_ways(served.place.app) if way.method == "GET" and is_served(way)]
    tricks = ("next", "url", "return", "to", "r", "redirect")

    locations = {
        served.enter(name)
        .get(way.fill(served.place.values) + "?" + urlencode(dict.fromkeys(tricks, "//evil.example")))
        .headers.get("location", "/")
        for name in ("anonymous", "clerk", "factor-due")
        for way in ways
    }

    assert all(re.match(r"/(?![/\\])", location) for location in locations)
    assert not [location for location in locations if "evil" in location]


def is_served(way: Way) -> bool:
    """Whether the started server has it too: the specimens are of the test's own application."""
    return "/specimens/" not in way.path


def no_change(served: Served, before: dict[str, list[tuple[object, ...]]]) -> bool:
    after = served.place.dump()
    return {table for table in before.keys() | after.keys() if before.get(table) != after.get(table)} == set()


def test_the_started_server_lets_everybody_in_where_the_table_says_so(served: Served) -> None:
    """Threat 38: every route, every role, over the wire, with a field that no form has."""
    ways = [way for way in list_ways(served.place.app) if is_served(way) and way.path != "/desk/sign-out"]
    wrong = []
    for name in CAST:
        browser = served.enter(name)
        for way in ways:
            body = {"invented": "1"} if way.method == "POST" else None
            path = way.fill(served.place.values)
            answer = browser.post(path, body) if body else browser._ask(way.method, path, {}, None)
            verdict = judge(way, name)
            is_denied = answer.status_code == 403
            is_sent = answer.status_code == 303 and answer.headers["location"].partition("?")[0] != way.path
            is_right = {"denied": is_denied, "open": not is_denied and answer.status_code < 500}.get(
                verdict, is_sent
            )
            if not is_right:
                wrong.append((name, way, answer.status_code, verdict))
            if verdict == "open" and way.method == "POST" and way.allow and answer.status_code != 400:
                # An unknown field is refused as no form of ours, unless what it is about was not there.
                wrong += [(name, way, answer.status_code, verdict)] if answer.status_code != 404 else []

    assert wrong == []
    assert set(ROLES) <= set(CAST)
