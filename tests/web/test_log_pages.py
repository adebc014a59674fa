"""The desk's log as pages: one's own, the village's, what may be asked of it, and whom it does not name."""

from __future__ import annotations

import json
import re

import pytest
from litestar.testing import TestClient

from ledger.service.accounts.desk_log import EVENTS, Fact, log_fact
from ledger.service.accounts.duties import enter_person
from ledger.service.accounts.manage import create_account, disable_account
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.store.test_vault_contract import make_household
from tests.web.desk import DeskBrowser
from tests.web.village import describe
from web.desk.log_words import EVENT_NAMES

ROWS = r'<span class="row-main"><b>([^<]*)</b>(?: <span class="wrap">([^<]*)</span>)?'
VILLAGE_LOG = "/desk/log/village"


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    """A supervisor's."""
    door.let_in("sun", "supervisor")
    found = DeskBrowser(client)
    found.sign_in(door, "sun")
    return found


def list_rows(page: str) -> list[tuple[str, str]]:
    return re.findall(ROWS, page)


def test_every_event_has_its_words() -> None:
    assert EVENT_NAMES.keys() == EVENTS


def test_ones_own_log_has_ones_own_acts_and_nobody_elses(door: Door, browser: DeskBrowser) -> None:
    door.let_in("wang")
    clerk = DeskBrowser(browser.client)
    clerk.sign_in(door, "wang")
    clerk.get("/desk/accounts")

    page = clerk.get("/desk/log").text

    assert list_rows(page)[0] == ("没有这项职责，没让办", "")
    assert "开立、停用账号，重置口令" in page
    assert "样例sun" not in page
    assert "启用动态码" not in page


def test_why_somebody_read_what_is_private_is_said_in_words(door: Door, browser: DeskBrowser) -> None:
    door.home.vault.put_households(VILLAGE, [make_household(0)])

    assert browser.get("/desk/households").status_code == 200
    page = browser.get("/desk/log").text

    assert "看了不公开的内容" in page
    assert "日常办理" in page
    assert ">duty<" not in page


def test_the_villages_log_names_who_acts_in_it_and_no_other_village(door: Door, browser: DeskBrowser) -> None:
    describe(door.village, OTHER_VILLAGE, "样例邻村")
    far = enter_person(door.home, None, OTHER_VILLAGE, "样例远", roles=["clerk"])
    create_account(door.home, "yuan", seat=(OTHER_VILLAGE, far.user))
    disable_account(door.home, "yuan")
    near = enter_person(door.home, None, VILLAGE, "样例近", roles=["clerk"])
    create_account(door.home, "jin", seat=(VILLAGE, near.user))
    browser.post("/desk/sign-in", {"name": "jin", "password": "falsch"}, token="")
    disable_account(door.home, "jin")

    page = browser.get(VILLAGE_LOG).text

    assert list_rows(page)[:3] == [
        ("停用账号", "样例近"),
        ("登录没有成功", ""),
        ("让账号在本村办事", "样例近"),
    ]
    assert ("给职责", "样例近") in list_rows(page)
    assert "村文书" in page
    assert "样例远" not in page
    assert far.user not in page


def test_the_log_is_filtered_by_person_event_and_day(door: Door, browser: DeskBrowser) -> None:
    near = enter_person(door.home, None, VILLAGE, "样例近", roles=["clerk"], offices=["archivist"])

    def ask(**query: str) -> list[tuple[str, str]]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return list_rows(browser.get(f"{VILLAGE_LOG}?{asked}").text)

    assert ask(person=near.user) == [("给职责", "样例近")] * 2 + [("登记人员", "样例近")]
    assert ask(person=near.user, event="person-added") == [("登记人员", "样例近")]
    assert {said for said, _ in ask(event="granted")} == {"给职责"}
    assert ask(event="granted", until="2020-01-01") == ask(event="granted", since="2030-01-01") == []
    assert ask(person="u-zzzzzzzzzz") == []
    answer = browser.get(f"{VILLAGE_LOG}?since=gestern&until=2026-02-30")
    assert answer.status_code == 422
    assert len(re.findall(r'id="\w+-wrong"', answer.text)) == 2
    assert 'value="gestern"' in answer.text


def test_pages_go_on_where_the_one_before_stopped(door: Door, browser: DeskBrowser) -> None:
    with door.home.desk.write() as desk:
        for number in range(120):
            log_fact(desk, Fact(event="exported", reason=f"n{number}", village=VILLAGE), number)
    path, seen = f"{VILLAGE_LOG}?event=exported", []
    for _ in range(4):
        page = browser.get(path).text
        seen += re.findall(r'<span class="wrap">n(\d+)</span>', page)
        more = re.search(r'href="([^"]*before=\d+)"', page)
        if more is None:
            break
        path = more[1].replace("&amp;", "&")

    assert seen == [str(number) for number in reversed(range(120))]
    for before in ("0", "-1", "x", "9" * 30, "1"):
        assert browser.get(f"{VILLAGE_LOG}?before={before}").status_code == 200


def test_the_download_is_one_object_a_line_without_a_name(door: Door, browser: DeskBrowser) -> None:
    near = enter_person(door.home, None, VILLAGE, "样例近", roles=["clerk"])

    answer = browser.get(f"{VILLAGE_LOG}.jsonl?person={near.user}")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["event"] for line in lines] == ["person-added", "granted"]
    assert {line["subject"] for line in lines} == {near.user}
    assert [line["number"] for line in lines] == sorted(line["number"] for line in lines)
    assert "样例" not in answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    assert door.read_log()[-1].fact.event == "exported"
    assert browser.get(f"{VILLAGE_LOG}.jsonl?since=x").headers["location"] == VILLAGE_LOG


def test_an_operator_has_a_log_of_their_own_and_no_villages(door: Door, client: TestClient) -> None:
    door.let_in("chen", None)
    browser = DeskBrowser(client)
    browser.sign_in(door, "chen")
    account = door.read_log()[-1].fact.account
    path = f"/desk/accounts/{account}"
    once = re.findall(r'name="once" value="(\w+)"', browser.get(path).text)[0]
    browser.post(path, {"act": "expire", "once": once, "password": PASSWORD})

    assert browser.get(VILLAGE_LOG).status_code == 403
    assert ("登录", "") in list_rows(browser.get("/desk/log").text)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a\nb", "\x1b[31m", '","event":"granted', "=1+1"]
)
def test_nothing_typed_reaches_a_line_through_what_is_logged(
    door: Door, browser: DeskBrowser, text: str
) -> None:
    """Whatever of a request is logged: a name, a code, a form's number, an address, a device."""
    before = len(door.read_log())
    browser.headers = {"user-agent": re.sub(r"[^ -~]", "", text)}
    browser.post("/desk/sign-in", {"name": text, "password": text}, token="")
    browser.post("/desk/sign-in/passkey", {"answer": text}, token="")
    browser.post("/desk/factor", {"code": text, "next": text})
    browser.post("/desk/drafts/" + "x" * 5 + "/return", {"reason": text})
    browser.get(f"{VILLAGE_LOG}.jsonl", **{"x-forwarded-for": re.sub(r"[^ -~]", "", text)})

    with door.home.desk.read() as desk:
        lines = [row.line for row in desk.iterate_lines()][before:]
    assert lines
    for line in lines:
        assert set(json.loads(line)) <= {*Fact.__struct_fields__, "at"}
        assert text not in line
        assert line.isascii()
        assert line.isprintable()
