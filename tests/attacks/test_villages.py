"""Another village's drafts, people and entries, asked for by everybody who has a right to their own: as if they were
not there (threat 37), nor is anything said that an invented number would not be told.

A route with a parameter that `tests.web.gate` cannot fill with something real fails here: whoever adds one says in
`_find_values` what of the first village it leads to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import httpx
import msgspec
import pytest

from ledger.service.accounts.manage import create_account
from ledger.service.accounts.own import change_password
from ledger.service.accounts.sign_in import sign_in
from ledger.service.persons import add_person
from tests.attacks.served import Served
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import HERE, PASSWORD
from tests.web.desk import DeskBrowser, vouch
from tests.web.gate import ALLOWED, SPECIMENS, Way, list_ways
from tests.web.test_schema import find_forms, find_pages
from web.sessions import SESSION_COOKIE, make_form_token

ROLES_OF_THE_DESK = ("clerk", "supervisor", "secretary", "township", "auditor")
NO_VILLAGE = frozenset({"kind"})
"""Parameters that name something which is the same for every village: an empty workbook."""
RULE = {"rule": "cash-limit"}
"""Every village is asked about by the same rules: a key is one's own by its subject alone."""


@dataclass
class Two:
    """A server with a draft in the first village, and for each role somebody of the second."""

    served: Served
    values: dict[str, str]

    def enter(self, role: str) -> DeskBrowser:
        """A browser of somebody of the second village."""
        token = self.served.door.sign_in(f"other-{role}")
        browser = self.served.open_browser()
        browser.cookies[SESSION_COOKIE], browser.token = token, make_form_token(token)
        return browser


@pytest.fixture(scope="module")
def two(served: Served) -> Two:
    for role in ROLES_OF_THE_DESK:
        person = add_person(served.door.home, OTHER_VILLAGE, f"样例邻{role}", role)
        name = f"other-{role}"
        _, once = create_account(served.door.home, name, seat=(OTHER_VILLAGE, person.user))
        let_in(served, name, once, role)
    # Some pages are of one's own village where they name no draft: another village's draft is meant here.
    draft = served.place.values["draft"]
    return Two(served, served.place.values | {"sheet": draft, "what": draft})


def let_in(served: Served, name: str, once: str, role: str) -> None:
    """Give the account its own password and, where the role asks for one, its second factor."""
    door = served.door
    _, signed_in = sign_in(door.home, name, once, HERE)
    token = change_password(door.home, signed_in, once, PASSWORD, PASSWORD, HERE)
    if role != "clerk":
        door.set_up_factor(name, token)


def list_named(served: Served) -> list[Way]:
    """The ways of the desk to one thing: a draft, a person, a picture."""
    return [
        way
        for way in list_ways(served.place.app)
        if way.allow and "{" in way.path and not way.path.startswith(SPECIMENS) and way.method != "HEAD"
        if not set(re.findall(r"{(\w+)", way.path)) <= NO_VILLAGE
    ]


def test_everything_that_a_path_can_name_is_tried(two: Two) -> None:
    named = {name for way in list_named(two.served) for name in re.findall(r"{(\w+)", way.path)}

    assert named - NO_VILLAGE <= set(two.values), "say in tests/web/gate.py what these lead to"
    assert "draft" in named


@pytest.mark.parametrize("role", ROLES_OF_THE_DESK)
def test_what_is_another_villages_is_not_there(two: Two, role: str) -> None:
    browser = two.enter(role)
    before = two.served.place.dump()
    wrong, tried = [], 0

    for way in list_named(two.served):
        if way.allow not in ALLOWED or role not in ALLOWED[way.allow]:
            continue
        tried += 1
        answers = [
            ask(two, browser, way, values)
            for values in (two.values, dict.fromkeys(two.values, "d-aaaaaaaaaa") | RULE)
        ]
        # A form that is refused first, or that changes nothing the second time, says so alike; a page is not there.
        fine = {303, 400, 404, 422} if way.method == "POST" else {404}
        told = {(answer.status_code, answer.headers.get("location"), answer.text) for answer in answers}
        if len(told) != 1 or answers[0].status_code not in fine:
            wrong.append((way, [answer.status_code for answer in answers]))

    assert wrong == [], "\n".join(map(str, wrong))
    assert tried >= 1
    assert {table for table, rows in two.served.place.dump().items() if rows != before[table]} == set()


def ask(two: Two, browser: DeskBrowser, way: Way, values: dict[str, str]) -> httpx.Response:
    """Ask for a page, or send the form that is taken there, with something in each field."""
    path = way.fill(values)
    if way.method != "POST":
        return browser.get(path)
    handler = find_pages(two.served.place.app)[way.method, re.sub(r":\w+}", "}", way.path)]
    kinds = find_forms(handler)
    return browser.post(path, {one.name: "样" for one in fields(kinds[0])} if kinds else {})


def test_whose_village_it_is_sees_it_so_the_attack_fails_for_its_own_reason(two: Two) -> None:
    browser = two.served.enter("supervisor")

    assert browser.get(f"/desk/drafts/{two.values['draft']}").status_code == 200


@pytest.mark.parametrize("role", ["supervisor", "secretary", "township"])
def test_another_villages_draft_in_a_form_is_as_unknown_as_an_invented_one(two: Two, role: str) -> None:
    browser, vault = two.enter(role), two.served.door.home.vault
    draft = vault.find_draft(VILLAGE, two.values["draft"])
    assert draft is not None
    before = two.served.place.dump()

    door, none = two.served.door, msgspec.structs.replace(draft, id="d-aaaaaaaaaa")

    real = browser.post("/desk/drafts", {"drafts": vouch(door, browser, draft)})
    invented = browser.post("/desk/drafts", {"drafts": vouch(door, browser, none)})

    assert real.status_code == invented.status_code == 409
    assert real.text.replace(draft.id, "d-aaaaaaaaaa") == invented.text
    assert {table for table, rows in two.served.place.dump().items() if rows != before[table]} == set()


def test_nobody_takes_a_seat_or_ends_a_session_that_is_not_theirs(two: Two) -> None:
    browser = two.enter("clerk")
    token = two.served.door.sign_in("clerk")
    session = two.served.door.find(token).session.session
    before = two.served.place.dump()

    seat = browser.post("/desk/account/seat", {"village": VILLAGE})
    browser.post("/desk/account/sessions", {"session": session})

    assert seat.status_code == 404
    assert two.served.door.is_in(token)
    assert {table for table, rows in two.served.place.dump().items() if rows != before[table]} == set()


@pytest.mark.parametrize("role", ROLES_OF_THE_DESK)
def test_no_page_of_the_desk_tells_another_village_of_this_one(two: Two, role: str) -> None:
    """Every page without a parameter, with the other village asked for in every way that an address has."""
    browser = two.enter(role)
    ways = [way for way in list_ways(two.served.place.app) if way.allow and way.method == "GET"]
    told = []

    for way in ways:
        if "{" in way.path or way.path.startswith(SPECIMENS):
            continue
        for query in ("", f"?village={VILLAGE}&code={VILLAGE}&seat={VILLAGE}&draft={two.values['draft']}"):
            text = browser.get(way.path + query).text.replace(query.replace("&", "&amp;"), "")
            told += [(way.path, word) for word in ("石榴河村", two.values["draft"]) if word in text]

    assert told == []
