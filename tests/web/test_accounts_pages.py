"""Accounts at the desk, as the operator opens, resets and ends them."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient

from ledger.desk import Account
from ledger.limits import DAY_MS
from ledger.service.accounts.manage import create_account
from ledger.service.persons import add_person
from ledger.state import get_day
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.web.desk import DeskBrowser, tell
from tests.web.village import describe

ONE_TIME = r'<b class="code one-time">([a-z0-9-]+)</b>'


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    """The operator's."""
    door.let_in("chen", None)
    found = DeskBrowser(client)
    found.sign_in(door, "chen")
    return found


def find(door: Door, sign_in: str) -> Account:
    with door.home.desk.read() as desk:
        account = desk.find_by_name(sign_in)
    assert account is not None
    return account


def read_once(browser: DeskBrowser, path: str) -> str:
    found = re.search(r'name="once" value="([0-9a-f]{32})"', browser.get(path).text)
    assert found is not None
    return found[1]


def act(browser: DeskBrowser, door: Door, name: str, what: str, **fields: str) -> tuple[int, str]:
    path = f"/desk/accounts/{find(door, name).account}"
    form = {"act": what, "once": read_once(browser, path), "password": PASSWORD} | fields
    answer = browser.post(path, form)
    return answer.status_code, answer.headers.get("location", "") or answer.text


def test_an_account_is_opened_once_and_its_password_shown_to_nobody_else(
    door: Door, browser: DeskBrowser
) -> None:
    person = add_person(door.home, VILLAGE, "样例审", "auditor")
    path = f"/desk/accounts/new/{VILLAGE}/{person.user}"
    form = {"once": read_once(browser, path), "password": PASSWORD, "sign_in": "Shen"}

    first, second = (browser.post(path, form) for _ in range(2))

    (password,) = re.findall(ONE_TIME, first.text)
    assert re.findall(ONE_TIME, second.text) == [password]
    assert first.headers["cache-control"] == "no-store"
    assert password not in browser.get(path).text
    account = find(door, "shen")
    assert account.expires_on == get_day(door.home.clock.now_ms() + 30 * DAY_MS)
    made = [line.fact.subject for line in door.read_log() if line.fact.event == "account-made"]
    assert made.count(account.account) == 1
    stranger = DeskBrowser(browser.client)
    answer = stranger.post("/desk/sign-in", {"name": "shen", "password": password})
    assert answer.headers["location"] == "/desk/password"
    assert password not in "".join(str(line) for line in door.read_log())


def test_the_list_says_who_where_in_which_state(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    door.make("li", "supervisor", expires_on="2020-01-01")

    page = browser.get("/desk/accounts").text

    for said in (
        "样例wang",
        "村文书",
        "没有动态码",
        "还没换一次性密码",
        "2020-01-01 已到期",
        "没有登录过",
        "运维员",
    ):
        assert said in page
    assert re.search(r"最近登录 20\d\d", page)


def test_a_reset_gives_one_password_however_often_it_is_asked_and_takes_all_else(
    door: Door, browser: DeskBrowser
) -> None:
    token = door.let_in("li", "supervisor")
    path = f"/desk/accounts/{find(door, 'li').account}"
    form = {"act": "reset", "once": read_once(browser, path), "password": PASSWORD}

    pages = [browser.post(path, form).text for _ in range(2)]

    assert len({found for page in pages for found in re.findall(ONE_TIME, page)}) == 1
    assert (door.is_in(token), find(door, "li").totp) == (False, b"")
    resets = [line.fact for line in door.read_log() if line.fact.event == "password-reset"]
    assert [(fact.account, fact.subject) for fact in resets] == [
        (find(door, "chen").account, find(door, "li").account)
    ]


def test_disabling_ends_what_is_open_and_enabling_lets_in_again(door: Door, browser: DeskBrowser) -> None:
    token = door.let_in("wang")

    where = [act(browser, door, "wang", "disable")[1] for _ in range(2)]

    assert not door.is_in(token)
    assert [place.partition("?")[2] for place in where] == ["disable=1"] * 2
    act(browser, door, "wang", "enable")
    assert door.is_in(door.sign_in("wang"))
    events = door.list_events()
    assert (events.count("account-disabled"), events.count("account-enabled")) == (1, 1)


def test_sessions_are_ended_and_a_last_day_is_set(door: Door, browser: DeskBrowser) -> None:
    token = door.let_in("wang")
    act(browser, door, "wang", "end")
    assert not door.is_in(token)

    status, page = act(browser, door, "wang", "expire", until="morgen")
    assert status == 422
    assert "年-月-日" in page
    assert 'value="morgen"' in page
    act(browser, door, "wang", "expire", until="2027-01-31")
    assert find(door, "wang").expires_on == "2027-01-31"
    act(browser, door, "wang", "expire")
    assert find(door, "wang").expires_on == ""


def test_the_last_operator_stays(door: Door, browser: DeskBrowser) -> None:
    for what, fields in (("disable", {}), ("expire", {"until": "2030-01-01"})):
        status, page = act(browser, door, "chen", what, **fields)
        assert status == 422
        assert "是最后一位运维员" in page
    assert not find(door, "chen").is_disabled

    create_account(door.home, "second", seat=None, expires_on="2026-11-30")
    assert act(browser, door, "chen", "expire", until="2030-01-01")[0] == 422
    create_account(door.home, "third", seat=None)
    assert act(browser, door, "chen", "disable")[0] == 303
    assert browser.get("/desk").status_code == 303


def test_an_account_gets_a_seat_in_a_second_village_once(door: Door, browser: DeskBrowser) -> None:
    describe(door.village, OTHER_VILLAGE, "样例邻村")
    door.let_in("wang")
    person = add_person(door.home, OTHER_VILLAGE, "样例丁", "clerk")
    path = f"/desk/accounts/new/{OTHER_VILLAGE}/{person.user}"
    form = {"once": read_once(browser, path), "password": PASSWORD, "sign_in": "wang", "has_other": "1"}

    answers = [browser.post(path, form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    with door.home.desk.read() as desk:
        assert [seat.village for seat in desk.list_seats(find(door, "wang").account)] == [
            VILLAGE,
            OTHER_VILLAGE,
        ]
    assert browser.post(path, form | {"sign_in": "niemand"}).status_code == 422
    assert browser.post(path, form | {"sign_in": "chen"}).status_code == 422


def test_every_fault_of_a_new_account_stands_beside_its_field(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    person = add_person(door.home, VILLAGE, "样例丁", "clerk")
    path = f"/desk/accounts/new/{VILLAGE}/{person.user}"
    form = {"once": read_once(browser, path), "password": PASSWORD, "sign_in": "wang", "until": "x"}

    answer = browser.post(path, form)

    assert answer.status_code == 422
    assert len(re.findall(r'id="\w+-wrong"', answer.text)) == 2
    assert browser.post(path, form | {"password": "falsch"}).status_code == 422
    assert browser.post(path, form | {"is_operator": "1"}).status_code == 400
    assert browser.post(f"/desk/accounts/new/{VILLAGE}/u-zzzzzzzzzz", form).status_code == 404
    assert browser.post(f"/desk/accounts/new/990000000099/{person.user}", form).status_code == 404


def test_the_wrong_password_of_the_operator_changes_nothing(door: Door, browser: DeskBrowser) -> None:
    token = door.let_in("wang")

    status, page = act(browser, door, "wang", "disable", password="falsch")

    assert status == 422
    assert 'value="disable" required checked' in page
    assert door.is_in(token)


def test_nobody_but_an_operator_comes_near(door: Door, client: TestClient) -> None:
    door.let_in("zheng", "township")
    browser = DeskBrowser(client)
    browser.sign_in(door, "zheng")
    path = f"/desk/accounts/{find(door, 'zheng').account}"

    for answer in (
        browser.get("/desk/accounts"),
        browser.get(path),
        browser.post(path, {"act": "reset", "once": "x", "password": PASSWORD}),
    ):
        assert (answer.status_code, tell(answer)) == (403, "您没有办这件事的职责")
