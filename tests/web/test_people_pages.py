"""Duties given and taken at the desk: by whom, of whom, with which words, and what becomes of whoever is signed in."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from ledger.books.roles import ROLES
from ledger.service.persons import add_person, set_household
from ledger.service.readings import list_readings
from ledger.vaults import Household
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.desk.people import PASSWORD, Door
from tests.web.desk import DeskBrowser, tell
from tests.web.village import describe
from web.desk.person import digest_person

PEOPLE = f"/desk/people/{VILLAGE}"
NUMBER = "0217"


@pytest.fixture
def door(door: Door) -> Door:
    household = Household(
        consents=frozenset(), group=1, household=make_id("h", 7), name="样例庚", number=NUMBER
    )
    door.home.vault.put_households(VILLAGE, [household])
    return door


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    """Of a township's bookkeeper."""
    door.let_in("zheng", "township")
    found = DeskBrowser(client)
    found.sign_in(door, "zheng")
    return found


def read_hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def encode(fields: list[tuple[str, str]], browser: DeskBrowser) -> str:
    return urlencode([*fields, ("csrf", browser.token)])


def change(
    browser: DeskBrowser, user: str, *duties: tuple[str, str], password: str = PASSWORD, **fields: str
) -> tuple[int, str]:
    """Send the form of a person with exactly these duties; the status, and the page or where it leads."""
    page = browser.get(f"{PEOPLE}/{user}").text
    shown = fields.pop("shown", "") or read_hidden(page, "shown")
    sent = [*duties, ("password", password), ("shown", shown), *fields.items()]
    answer = browser.post(f"{PEOPLE}/{user}", encode(sent, browser))
    return answer.status_code, answer.headers.get("location") or answer.text


def list_facts(door: Door, user: str) -> list[tuple[str, str]]:
    return [
        (line.fact.event, line.fact.reason)
        for line in door.read_log()
        if line.fact.subject == user and line.fact.event not in ("read-personal", "seat-given")
    ]


def test_a_person_is_entered_once_however_often_the_button_is_pressed(
    door: Door, browser: DeskBrowser
) -> None:
    once = read_hidden(browser.get(PEOPLE).text, "once")
    form = [
        ("name", "样例新"),
        ("once", once),
        ("password", PASSWORD),
        ("roles", "secretary"),
        ("household", NUMBER),
    ]

    answers = [browser.post(PEOPLE, encode(form, browser)) for _ in range(2)]

    added = [one for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例新"]
    assert [answer.headers["location"] for answer in answers] == [f"{PEOPLE}/{added[0].user}?added=1"] * 2
    assert (len(added), added[0].roles, added[0].household) == (1, {"secretary"}, make_id("h", 7))
    assert list_facts(door, added[0].user) == [("person-added", ""), ("granted", "secretary")]


def test_the_list_says_who_is_what_since_when(door: Door, browser: DeskBrowser) -> None:
    user = door.village.supervisor.user
    change(browser, user, ("roles", "supervisor"), ("roles", "auditor"))
    status, _ = change(browser, user, ("roles", "secretary"))

    page = browser.get(PEOPLE).text

    assert status == 303
    assert re.search(r"村书记（20\d\d-\d\d-\d\d 起）", page)
    assert "样例zheng" in page
    assert list_facts(door, user) == [("granted", "secretary"), ("revoked", "supervisor")]


def test_what_the_law_forbids_is_refused_beside_the_boxes_with_its_article(
    door: Door, browser: DeskBrowser
) -> None:
    user = door.village.clerk.user

    status, page = change(
        browser, user, ("roles", "clerk"), ("roles", "supervisor"), ("offices", "committee")
    )

    assert status == 422
    wrong = page[page.index('id="duties-wrong"') :]
    assert "第三十七条" in wrong
    assert "第三十四条" in wrong
    assert 'value="committee" checked' in page
    assert door.home.vault.find_person(VILLAGE, user) == door.village.clerk
    assert list_facts(door, user) == []


def test_whoever_loses_a_role_is_signed_out_at_once_and_a_second_click_does_nothing(
    door: Door, browser: DeskBrowser
) -> None:
    token = door.let_in("wang")
    user = door.find(token).seat.person
    shown = read_hidden(browser.get(f"{PEOPLE}/{user}").text, "shown")

    first = change(browser, user, shown=shown)
    assert not door.is_in(token)
    again = change(browser, user, shown=shown)

    assert first == again == (303, f"{PEOPLE}/{user}?saved=1")
    assert list_facts(door, user)[-2:] == [("revoked", "clerk")]
    assert [line.fact.reason for line in door.read_log() if line.fact.event == "session-ended"][-1] == "roles"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(door: Door, browser: DeskBrowser) -> None:
    user = door.village.supervisor.user
    shown = read_hidden(browser.get(f"{PEOPLE}/{user}").text, "shown")
    change(browser, user, ("roles", "supervisor"), ("offices", "jury"))  # Refused by the law.
    change(browser, user, ("roles", "secretary"))

    status, page = change(browser, user, ("roles", "auditor"), shown=shown)

    assert status == 409
    assert "这中间别人改过了" in page
    assert 'value="secretary" checked' in page


def test_the_wrong_password_changes_nothing(door: Door, browser: DeskBrowser) -> None:
    user = door.village.supervisor.user

    status, page = change(browser, user, ("roles", "secretary"), password="falsch")

    assert status == 422
    assert "对不上" in page
    assert door.home.vault.find_person(VILLAGE, user) == door.village.supervisor


def test_nobody_grants_themselves_anything_by_whatever_form(door: Door, browser: DeskBrowser) -> None:
    (own,) = [one for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例zheng"]
    namesake = add_person(door.home, VILLAGE, "样例 zheng", "auditor")
    other = door.village.supervisor.user
    page = browser.get(f"{PEOPLE}/{own.user}").text
    assert "要请别人来改" in page
    assert 'name="shown"' not in page

    for user in (own.user, namesake.user):
        # As if the page had shown the form: with what the form would bring back.
        shown = digest_person(own if user == own.user else namesake)
        for duties in ([("roles", "secretary")], [("roles", "township"), ("household", NUMBER)]):
            sent = [*duties, ("password", PASSWORD), ("shown", shown)]
            answer = browser.post(f"{PEOPLE}/{user}", encode(sent, browser))
            assert answer.status_code == 422
            assert "是您自己，或与您同名" in answer.text
        kin = {"act": "declare", "kin_password": PASSWORD, "other": other}
        assert browser.post(f"{PEOPLE}/{user}/kin", kin).status_code == 422
        kin = {"act": "declare", "kin_password": PASSWORD, "other": user}
        assert browser.post(f"{PEOPLE}/{other}/kin", kin).status_code == 422

    assert door.home.vault.find_person(VILLAGE, own.user) == own
    assert list_facts(door, own.user) == list_facts(door, namesake.user) == []


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("secretary", "township")])
def test_who_may_not_grant_sees_and_changes_nothing(door: Door, client: TestClient, role: str) -> None:
    door.let_in("other", role)
    browser = DeskBrowser(client)
    browser.sign_in(door, "other")
    user = door.village.supervisor.user

    page = browser.get(f"{PEOPLE}/{user}")
    answer = browser.post(
        f"{PEOPLE}/{user}", encode([("roles", "secretary"), ("password", PASSWORD), ("shown", "x")], browser)
    )

    assert page.status_code == 200
    assert 'name="shown"' not in page.text
    assert (answer.status_code, tell(answer)) == (403, "您没有办这件事的职责")


def test_another_villages_people_are_not_there(door: Door, browser: DeskBrowser) -> None:
    describe(door.village, OTHER_VILLAGE, "样例邻村")
    other = add_person(door.home, OTHER_VILLAGE, "样例远", "clerk").user
    form = encode([("roles", "clerk"), ("password", PASSWORD), ("shown", "x")], browser)
    kin = {"act": "declare", "kin_password": PASSWORD, "other": other}

    answers = [
        browser.get(f"/desk/people/{OTHER_VILLAGE}"),
        browser.get(f"/desk/people/{OTHER_VILLAGE}/{other}"),
        browser.get(f"{PEOPLE}/{other}"),
        browser.post(f"/desk/people/{OTHER_VILLAGE}/{other}", form),
        browser.post(f"{PEOPLE}/{other}", form),
        browser.post(f"{PEOPLE}/{door.village.clerk.user}/kin", kin),
        browser.get("/desk/people/990000000099"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert not any("样例远" in answer.text for answer in answers)
    assert list_facts(door, other) == []


def test_an_operator_chooses_the_village_and_gives_nobody_anything(door: Door, client: TestClient) -> None:
    describe(door.village, OTHER_VILLAGE, "样例邻村")
    door.let_in("chen", None)
    browser = DeskBrowser(client)
    browser.sign_in(door, "chen")
    user = door.village.supervisor.user

    villages, people, person = (
        browser.get(path).text for path in ("/desk/people", PEOPLE, f"{PEOPLE}/{user}")
    )
    sent = [("roles", "secretary"), ("password", PASSWORD)]
    entered = browser.post(PEOPLE, encode([*sent, ("name", "样例新"), ("once", "x")], browser))
    shown = digest_person(door.village.supervisor)
    changed = browser.post(f"{PEOPLE}/{user}", encode([*sent, ("shown", shown)], browser))
    kin = {"act": "declare", "kin_password": PASSWORD, "other": door.village.clerk.user}
    related = browser.post(f"{PEOPLE}/{user}/kin", kin)

    assert "样例邻村" in villages
    assert 'href="/desk/people" aria-current="page"' in people
    assert "职责由本村的村书记或乡镇记账员来给" in people
    assert 'name="once"' not in people
    assert "给他开登录账号" in person
    assert 'name="shown"' not in person
    assert [answer.status_code for answer in (entered, changed, related)] == [403] * 3
    assert list_facts(door, user) == []
    assert [line.fact.reason for line in door.read_log() if line.fact.event == "denied"] == [
        "duties.grant"
    ] * 3


def test_a_household_number_is_masked_as_the_table_says_for_who_only_looks(
    door: Door, client: TestClient
) -> None:
    user = door.village.supervisor.user
    set_household(door.home, VILLAGE, user, make_id("h", 7))

    for name, role, shown in (
        ("wen", "clerk", NUMBER),
        ("shen", "auditor", f"*{NUMBER[-2:]}"),
        ("chen", None, "（不显示）"),
    ):
        door.let_in(name, role)
        browser = DeskBrowser(client)
        browser.sign_in(door, name)
        page = browser.get(f"{PEOPLE}/{user}").text
        assert f"<dt>户号</dt><dd>{shown}</dd>" in page
        assert (NUMBER in page) == (shown == NUMBER)


def test_who_may_change_it_sees_the_number_only_after_saying_why_and_is_on_record(
    door: Door, browser: DeskBrowser
) -> None:
    user, household = door.village.supervisor.user, make_id("h", 7)
    set_household(door.home, VILLAGE, user, household)

    first = browser.get(f"{PEOPLE}/{user}").text
    assert NUMBER not in first
    assert f"*{NUMBER[-2:]}" in first
    assert 'name="household"' not in first
    assert list_places(door, household) == []
    assert change(browser, user, ("roles", "supervisor"), ("offices", "jury"), household="")[0] == 422
    assert change(browser, user, ("roles", "supervisor"), household="9999")[0] == 422
    # A form without the field, or with one that was never shown, changes nothing of it.
    assert change(browser, user, ("roles", "supervisor"))[0] == 303
    assert find_household(door, user) == household

    for purpose in ("", "duty", "machine"):
        assert browser.post(f"{PEOPLE}/{user}/open", {"purpose": purpose}).status_code == 422
    assert browser.post(f"{PEOPLE}/{user}/open", {"purpose": "objection"}).status_code == 303
    second = browser.get(f"{PEOPLE}/{user}").text

    assert f'value="{NUMBER}"' in second
    assert "要看户号" not in second
    assert set(list_places(door, household)) == {("person", "objection")}
    assert set(list_places(door, user)) == {("person", "duty"), ("person", "objection")}
    assert change(browser, user, ("roles", "supervisor"), household="")[0] == 303
    assert find_household(door, user) == ""
    assert browser.post(f"{PEOPLE}/{user}/open", {"purpose": "objection"}).status_code == 404


def test_whose_duty_it_is_to_see_the_number_is_on_record_for_the_household_too(
    door: Door, client: TestClient
) -> None:
    user, household = door.village.supervisor.user, make_id("h", 7)
    set_household(door.home, VILLAGE, user, household)
    door.let_in("lin", "secretary")
    secretary = DeskBrowser(client)
    secretary.sign_in(door, "lin")

    page = secretary.get(f"{PEOPLE}/{user}").text

    assert f'value="{NUMBER}"' in page
    assert "要看户号" not in page
    assert list_places(door, household) == [("person", "duty")]


def list_places(door: Door, subject: str) -> list[tuple[str, str]]:
    with door.home.desk.read() as desk:
        return [(one.place, one.purpose) for one in list_readings(desk, VILLAGE, subject)]


def find_household(door: Door, user: str) -> str:
    person = door.home.vault.find_person(VILLAGE, user)
    assert person is not None
    return person.household


def test_relatives_are_declared_and_taken_back(door: Door, browser: DeskBrowser) -> None:
    one = add_person(door.home, VILLAGE, "样例甲亲", "clerk").user
    two = add_person(door.home, VILLAGE, "样例乙亲", "secretary").user
    browser.get(f"{PEOPLE}/{one}")

    def send(act: str, other: str) -> int:
        form = {"act": act, "kin_password": PASSWORD, "other": other}
        return browser.post(f"{PEOPLE}/{one}/kin", form).status_code

    def list_kin(user: str) -> frozenset[str]:
        person = door.home.vault.find_person(VILLAGE, user)
        assert person is not None
        return person.kin

    assert [send("declare", two) for _ in range(2)] == [303, 303]
    assert (list_kin(one), list_kin(two)) == ({two}, {one})
    assert send("declare", door.village.supervisor.user) == 422  # A supervisor may not be a clerk's relative.
    assert send("declare", one) == 422
    assert send("other", two) == 400
    assert send("withdraw", two) == 303
    assert list_kin(one) == list_kin(two) == frozenset()
    assert list_facts(door, one) == [("kin-declared", two), ("kin-withdrawn", two)]


def test_the_secretary_declares_no_relative_of_whom_only_the_township_dismisses(
    door: Door, client: TestClient, browser: DeskBrowser
) -> None:
    clerk = add_person(door.home, VILLAGE, "样例甲亲", "clerk").user
    township = next(one for one in door.home.vault.list_persons(VILLAGE) if "township" in one.roles)
    door.let_in("lin", "secretary")
    secretary = DeskBrowser(client)
    secretary.sign_in(door, "lin")

    for user, other in ((township.user, clerk), (clerk, township.user)):
        form = {"act": "declare", "kin_password": PASSWORD, "other": other}
        answer = secretary.post(f"{PEOPLE}/{user}/kin", form)
        assert answer.status_code == 422
        assert "由本村的乡镇记账员登记、取消" in answer.text
    assert door.home.vault.find_person(VILLAGE, township.user) == township
    page = secretary.get(f"{PEOPLE}/{township.user}").text
    assert "乡镇记账员的近亲属：由本村的乡镇记账员来登记、取消。" in page
    assert "没有别人登录过，请运维员" in page
    assert "kin_password" not in page
    page = secretary.get(f"{PEOPLE}/{clerk}").text
    assert "kin_password" in page
    assert f'value="{township.user}"' not in page
    assert f'value="{door.village.clerk.user}"' in page


def test_a_form_with_a_field_more_or_a_duty_that_is_none_is_no_form(door: Door, browser: DeskBrowser) -> None:
    user = door.village.supervisor.user
    shown = read_hidden(browser.get(f"{PEOPLE}/{user}").text, "shown")
    form = [("roles", "secretary"), ("password", PASSWORD), ("shown", shown)]

    for extra in (
        ("is_operator", "1"),
        ("kin", user),
        ("user", user),
        ("village", OTHER_VILLAGE),
        ("name", "样例"),
        ("roles", "operator"),
        ("offices", "clerk"),
        ("shown", shown),
    ):
        assert browser.post(f"{PEOPLE}/{user}", encode([*form, extra], browser)).status_code == 400, extra

    assert door.home.vault.find_person(VILLAGE, user) == door.village.supervisor


def test_a_name_that_is_none_and_a_household_that_is_not_there_are_told(
    door: Door, browser: DeskBrowser
) -> None:
    once = read_hidden(browser.get(PEOPLE).text, "once")

    def send(**fields: str) -> str:
        form = {"name": "样例新", "once": once, "password": PASSWORD} | fields
        answer = browser.post(PEOPLE, form)
        assert answer.status_code == 422
        return answer.text

    assert "没有写字" in send(name="  ")
    assert "有看不见的字符" in send(name="样\u202e例")
    assert "41 个字" in send(name="长" * 41)
    assert "没有户号 9999" in send(household="9999")
    assert 'value="样例新"' in send(household="9999")


def test_looking_at_a_person_is_on_record(door: Door, browser: DeskBrowser) -> None:
    user = door.village.supervisor.user

    browser.get(f"{PEOPLE}/{user}")

    last = door.read_log()[-1].fact
    assert (last.event, last.place, last.subject, last.village) == ("read-personal", "person", user, VILLAGE)
    assert (last.reason, last.role) == ("duty", "township")


def test_looking_at_a_person_is_on_record_for_an_operator_too(door: Door, client: TestClient) -> None:
    user = door.village.supervisor.user
    door.let_in("chen", None)
    browser = DeskBrowser(client)
    browser.sign_in(door, "chen")

    browser.get(f"{PEOPLE}/{user}")

    last = door.read_log()[-1].fact
    assert (last.event, last.place, last.subject, last.village) == ("read-personal", "person", user, VILLAGE)
    assert (last.reason, last.role, last.actor) == ("duty", "operator", "")
