"""Whose sign-in an operator reset is told to that person and to those who answer for the village, until each saw it."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from ledger.books.roles import Role
from ledger.cli import root
from ledger.limits import DAY_MS
from ledger.service.accounts.manage import give_seat, reset_account
from ledger.service.accounts.resets import TOLD_DAYS
from ledger.service.persons import add_person
from tests.builders import OTHER_VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.web.desk import DeskBrowser, enter
from tests.web.village import describe

HEAD = "登录被重设过"
PEOPLE: tuple[Role, ...] = ("clerk", "supervisor", "secretary", "township", "auditor")


@pytest.fixture
def door(door: Door) -> Door:
    for role in PEOPLE:
        door.let_in(role, role)
    door.let_in("chen", None)
    return door


def reset(door: Door, name: str = "supervisor") -> str:
    """The operator's reset at the desk; the one-time password."""
    return reset_account(door.home, name, by=door.find(door.sign_in("chen")))


def press(browser: DeskBrowser) -> None:
    number = re.search(r'name="number" value="([0-9]+)"', browser.get("/desk").text)
    assert number is not None
    assert browser.post("/desk/resets", {"number": number[1]}).headers["location"] == "/desk"


@pytest.mark.parametrize("role", [role for role in PEOPLE if role != "supervisor"])
def test_who_answers_for_the_village_is_told_and_nobody_else(
    door: Door, client: TestClient, role: Role
) -> None:
    reset(door)

    page = enter(door, client, role).get("/desk").text

    is_told = role in ("secretary", "township")
    assert (HEAD in page) == is_told
    if is_told:
        assert "运维员（账号 chen）重设了样例supervisor的登录" in page
        assert "请当面问本人是不是他要的" in page


def test_whoever_it_is_about_is_told_once_they_are_in_and_until_they_saw_it(
    door: Door, client: TestClient
) -> None:
    once = reset(door, "clerk")
    browser = DeskBrowser(client)
    browser.get("/desk/sign-in")
    browser.post("/desk/sign-in", {"name": "clerk", "password": once}, token="")
    page = browser.get("/desk/password").text
    fields = dict.fromkeys(re.findall(r'<input id="([a-z]+)" name="[a-z]+" type="password"', page), "")
    names = list(fields)
    given = {names[0]: once} | dict.fromkeys(names[1:], f"{PASSWORD} xin")
    assert browser.post("/desk/password", given).status_code == 303

    for _again in range(2):
        page = browser.get("/desk").text
        assert "运维员（账号 chen）重设了您的登录" in page
        assert "马上换密码" in page
    press(browser)

    assert HEAD not in browser.get("/desk").text
    assert door.list_events().count("reset-seen") == 1
    browser.post("/desk/resets", {"number": "999999"})
    assert door.list_events().count("reset-seen") == 1


def test_each_sees_it_for_themselves_and_a_later_one_is_news_again(door: Door, client: TestClient) -> None:
    reset(door)
    secretary, township = (enter(door, client, role) for role in ("secretary", "township"))

    press(secretary)

    assert HEAD not in secretary.get("/desk").text
    assert HEAD in township.get("/desk").text
    door.village.clock.advance(60_000)
    reset_account(door.home, "supervisor")
    page = secretary.get("/desk").text
    assert "运维员在机器上重设了样例supervisor的登录" in page
    facts = [line.fact for line in door.read_log() if line.fact.event == "reset-seen"]
    assert [(fact.actor != "", fact.reason.isdigit()) for fact in facts] == [(True, True)]
    log = secretary.get("/desk/log").text
    assert "知道了登录被重设" in log


def test_by_the_command_it_is_told_too(door: Door, client: TestClient) -> None:
    words = ["users", "reset", "auditor", "--home", str(door.home.path)]
    assert CliRunner().invoke(root, words).exit_code == 0

    assert "运维员在机器上重设了样例auditor的登录" in enter(door, client, "secretary").get("/desk").text


def test_what_is_long_ago_is_no_news_for_others(door: Door, client: TestClient) -> None:
    reset(door)
    door.village.clock.advance((TOLD_DAYS + 1) * DAY_MS)

    assert HEAD not in enter(door, client, "secretary").get("/desk").text


def test_another_villages_people_are_no_news_here(door: Door, client: TestClient) -> None:
    describe(door.village, OTHER_VILLAGE, "样例邻村")
    far = add_person(door.home, OTHER_VILLAGE, "样例远", "supervisor")
    secretary = add_person(door.home, OTHER_VILLAGE, "样例远书", "secretary")
    door.make("far")
    give_seat(door.home, "far", OTHER_VILLAGE, far.user)
    assert secretary.user

    reset_account(door.home, "far")

    page = enter(door, client, "secretary").get("/desk").text
    assert "样例远" not in page
    assert "样例far" in page  # Who acts here too is told under the name that they have here.


def test_an_operators_own_is_told_to_them_and_a_form_that_is_none_changes_nothing(
    door: Door, client: TestClient
) -> None:
    door.let_in("liu", None)
    reset_account(door.home, "liu", by=door.find(door.sign_in("chen")))
    operator = enter(door, client, "chen")

    assert HEAD not in operator.get("/desk").text  # What one did oneself.
    for number in ("", "x", "-1", "9" * 30):
        assert operator.post("/desk/resets", {"number": number}).headers["location"] == "/desk"
    assert "reset-seen" not in door.list_events()
