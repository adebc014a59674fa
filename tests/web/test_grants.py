"""Who gives and takes which role, over HTTP: the table as it lies there says it, pages offer that, and no form more.

The verdicts are read from `roles.toml` itself, not through the program's own reading of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from ledger.books.roles import ROLES, Role
from ledger.cli import root
from ledger.service.accounts.manage import disable_account
from ledger.service.persons import add_person
from tests.builders import VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.web.desk import DeskBrowser

PEOPLE = f"/desk/people/{VILLAGE}"
GRANTS: dict[str, dict[str, Any]] = {
    row["role"]: row
    for row in tomllib.loads(resources.files("ledger.data").joinpath("roles.toml").read_text("utf-8"))[
        "grant"
    ]
}


def may_give(actor: str, role: str, present: Collection[str]) -> bool:
    row = GRANTS[role]
    return actor in (row["give"] if set(row["give"]) & set(present) else row["first"] or row["give"])


def enter(door: Door, client: TestClient, role: Role) -> DeskBrowser:
    """A browser of somebody who has come in with a role."""
    door.let_in(role, role)
    return sign_in(door, client, role)


def sign_in(door: Door, client: TestClient, role: Role) -> DeskBrowser:
    browser = DeskBrowser(client)
    browser.sign_in(door, role)
    return browser


def read_hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def list_offered(page: str) -> set[str]:
    """The roles that the page lets one tick or untick."""
    return set(re.findall(r'type="checkbox" name="roles" value="([a-z]+)"', page))


def send_new(browser: DeskBrowser, name: str, role: str) -> tuple[int, str]:
    once = read_hidden(browser.get(PEOPLE).text, "once")
    form = [("name", name), ("once", once), ("password", PASSWORD), ("roles", role)]
    answer = browser.post(PEOPLE, urlencode([*form, ("csrf", browser.token)]))
    return answer.status_code, answer.text


def send(browser: DeskBrowser, user: str, *roles: str) -> tuple[int, str]:
    shown = read_hidden(browser.get(f"{PEOPLE}/{user}").text, "shown")
    form = [*(("roles", role) for role in roles), ("password", PASSWORD), ("shown", shown)]
    answer = browser.post(f"{PEOPLE}/{user}", urlencode([*form, ("csrf", browser.token)]))
    return answer.status_code, answer.text


def find_roles(door: Door, user: str) -> frozenset[str]:
    person = door.home.vault.find_person(VILLAGE, user)
    assert person is not None
    return frozenset(person.roles)


@pytest.mark.parametrize("present", [("secretary",), ("township",), ("secretary", "township")], ids="-".join)
def test_each_gives_and_takes_what_the_table_says_and_sees_no_more(
    door: Door, client: TestClient, present: tuple[Role, ...]
) -> None:
    for actor in present:
        enter(door, client, actor)
    for actor in present:
        browser = sign_in(door, client, actor)
        offered = list_offered(browser.get(PEOPLE).text)
        assert offered == {role for role in ROLES if may_give(actor, role, present)}
        for role in ROLES:
            name = f"样例{actor}给{role}"
            status, page = send_new(browser, name, role)
            is_there = name in [one.name for one in door.home.vault.list_persons(VILLAGE)]
            assert (status, is_there) == ((303, True) if role in offered else (422, False)), (actor, role)
            assert ("duties-wrong" in page) == (role not in offered)
            user = add_person(door.home, VILLAGE, f"样例{actor}收{role}", role).user
            takes = actor in GRANTS[role]["take"]
            assert (role in list_offered(browser.get(f"{PEOPLE}/{user}").text)) == takes
            status, page = send(browser, user)
            assert (status, find_roles(door, user)) == ((303, set()) if takes else (422, {role}))
            assert ("收回职责" in page) == (not takes)


def test_what_cannot_be_changed_is_told_and_brought_back_by_the_form(door: Door, client: TestClient) -> None:
    enter(door, client, "township")
    browser = enter(door, client, "secretary")
    user = door.village.supervisor.user

    page = browser.get(f"{PEOPLE}/{user}").text

    assert '<input type="hidden" name="roles" value="supervisor">' in page
    assert "现任，不由您收回" in page
    assert "村书记、乡镇记账员、审计员：由本村的乡镇记账员来给。" in page
    assert "监督委员：由本村的乡镇记账员来收回。" in page
    assert "没有人登录过" not in page
    assert "监督委员、村书记、乡镇记账员、审计员：由本村的乡镇记账员来给。" in browser.get(PEOPLE).text
    status, _page = send(browser, user, "supervisor")
    assert status == 303
    assert find_roles(door, user) == {"supervisor"}


def test_a_village_whose_township_never_signs_in_goes_on_and_two_take_a_supervisor(
    door: Door, client: TestClient
) -> None:
    browser = enter(door, client, "secretary")
    user = door.village.supervisor.user
    door.make("township", "township")  # Whose one-time password nobody used.

    page = browser.get(f"{PEOPLE}/{user}").text
    assert "监督委员：由本村的乡镇记账员来收回。他们还没有人登录过，请运维员在机器上收回。" in page
    status, page = send(browser, user)
    assert status == 422
    assert "请运维员在机器上用 mingbai users revoke 收回" in page
    assert send_new(browser, "样例监二", "supervisor")[0] == 303
    words = ["users", "revoke", "--home", str(door.home.path), "--village", VILLAGE]

    assert CliRunner().invoke(root, [*words, user, "--role", "supervisor"]).exit_code == 0

    assert find_roles(door, user) == set()


def test_no_village_is_left_with_nobody_who_gives(door: Door, client: TestClient) -> None:
    secretary = enter(door, client, "secretary")
    township = enter(door, client, "township")
    persons = {one.name: one.user for one in door.home.vault.list_persons(VILLAGE)}
    own, other = persons["样例township"], persons["样例secretary"]

    assert 'name="shown"' not in township.get(f"{PEOPLE}/{own}").text  # Nobody takes their own.
    assert send(township, other)[0] == 303
    assert secretary.get(PEOPLE).status_code == 303  # Signed out at once.
    assert send(township, other, "secretary")[0] == 303
    disable_account(door.home, "township")
    secretary = sign_in(door, client, "secretary")
    assert list_offered(secretary.get(PEOPLE).text) == set(ROLES)
    disable_account(door.home, "secretary")
    words = ["users", "add", "--home", str(door.home.path), "--village", VILLAGE, "--name", "样例新乡"]
    assert CliRunner().invoke(root, [*words, "--role", "township"]).exit_code == 0


def test_the_machine_gives_nothing_that_somebody_of_the_village_gives(door: Door, client: TestClient) -> None:
    enter(door, client, "secretary")
    words = ["users", "add", "--home", str(door.home.path), "--village", VILLAGE, "--name", "样例新"]

    for role in ROLES:
        refused = CliRunner().invoke(root, [*words, "--role", role])
        assert "duties-giver" in str(refused.exception), role
    assert "样例新" not in [one.name for one in door.home.vault.list_persons(VILLAGE)]
