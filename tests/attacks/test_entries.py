"""Entries and drafts under attack: changed, doubled, dated back, passed by the wrong person or unseen."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ledger.service.persons import add_person, set_household
from ledger.state.money import get_next_number
from ledger.vaults import Draft, Household
from tests.attacks.served import Served
from tests.builders import VILLAGE, build_points_round, build_postings, build_voucher, make_id
from tests.web.desk import DeskBrowser, vouch
from tests.web.gate import CAST, SPECIMENS, list_ways

METHODS = ("PUT", "PATCH", "DELETE", "POST", "OPTIONS", "TRACE", "PROPFIND", "MOVE", "COPY", "LOCK", "BREW")
OVERRIDES = (
    {"x-http-method-override": "DELETE"},
    {"x-http-method": "PUT"},
    {"x-method-override": "PATCH"},
    {"content-type": "application/json"},
)
AT_ONCE = 32
ENTRY_PATHS = re.compile(r"entries|tile|checkpoint|texts|sheets|tlog")
TODAY = dt.date(2026, 11, 12)
"""The day at which the village of these tests has come to."""
BOOKS_BEGIN = dt.date(2026, 10, 1)
HEADERS = (
    *("凭证号", "日期", "摘要", "科目代码", "科目名称", "借方金额", "贷方金额"),
    *("附件张数", "经手人", "审批人", "记账员", "冲销凭证号", "更正凭证号", "原因"),
)


def write_rows(day: str, number: str, summary: str = "购办公用纸") -> str:
    """One payment out of cash, as a spreadsheet gives it to the clipboard."""
    return "\n".join(
        (
            "\t".join(HEADERS),
            f"{number}\t{day}\t{summary}\t513\t管理费用\t12.00\t\t1\t样经手\t样审批\t样记账",
            "\t\t\t101\t库存现金\t\t12.00\t\t\t\t",
        )
    )


def look_at(clerk: DeskBrowser, text: str) -> httpx.Response:
    return clerk.post("/desk/import", {"kind": "vouchers", "pasted": text})


def read_form(answer: httpx.Response) -> dict[str, str]:
    """What the preview's form brings back."""
    found = dict(re.findall(r'name="(digest|batch)" value="([0-9a-f]+)"', answer.text))
    assert len(found) == 2, answer.text
    return found


def make_number(served: Served, month: str = "2026-11") -> str:
    """The number that a month's next voucher has."""
    with served.door.home.ledger.read(VILLAGE) as reader:
        return get_next_number(reader.facts, month)


def draft_voucher(served: Served, **changes: str) -> Draft:
    village = served.door.village
    number = make_number(served)
    body = build_voucher(
        village.texts, chart="2023", number=number, postings=build_postings(1_200, debit="513")
    )
    return village.draft(body, period="2026-11", occurred_on="2026-11-11", **changes)


def hand_over(browser: DeskBrowser) -> Callable[[dict[str, str], str], httpx.Response]:
    """What posts a form as the browser would, from any thread."""
    client, cookies, token = browser.client, dict(browser.cookies), browser.token

    def post(fields: dict[str, str], path: str) -> httpx.Response:
        other = DeskBrowser(client, cookies=dict(cookies), token=token)
        cookie = "; ".join(f"{name}={value}" for name, value in other.cookies.items())
        headers = {"host": "127.0.0.1:8000", "sec-fetch-site": "same-origin", "cookie": cookie}
        return client.post(path, data=fields | {"csrf": token}, headers=headers, follow_redirects=False)

    return post


def count_entries(served: Served) -> int:
    with served.door.home.ledger.read(VILLAGE) as reader:
        return reader.size


def withdraw_all(served: Served) -> None:
    """Leave no draft to the next test: numbers have no gaps."""
    vault = served.door.home.vault
    for state in ("waiting", "returned"):
        for draft in vault.list_drafts(VILLAGE, state):
            vault.mark_draft(VILLAGE, draft.id, "discarded", -1)


@pytest.mark.parametrize("name", list(CAST))
def test_no_method_on_any_address_of_an_entry_changes_it(served: Served, name: str) -> None:
    """Threat 1: there is no way to say it, whoever asks."""
    browser = served.enter(name)
    paths = [
        way.fill(served.place.values)
        for way in list_ways(served.place.app)
        if way.method == "GET" and not way.path.startswith(SPECIMENS) and ENTRY_PATHS.search(way.path)
    ]
    before = served.place.dump()

    answers = [
        (method, path, browser._ask(method, path, headers, "csrf=" + browser.token).status_code)
        for path in sorted(set(paths))
        for method, headers in (
            *((method, {"sec-fetch-site": "same-origin"}) for method in METHODS),
            *(("POST", {"sec-fetch-site": "same-origin"} | override) for override in OVERRIDES),
        )
    ]

    assert len(answers) >= 150
    # Where there is a form at the same address it refuses what is no form of its own.
    assert [told for told in answers if told[2] not in {400, 401, 403, 404, 405, 303, 204}] == []
    assert [told for told in answers if told[0] not in {"POST", "OPTIONS"} and told[2] != 405] == []
    assert {table for table, rows in served.place.dump().items() if rows != before[table]} == set()


def test_a_hundred_identical_posts_hand_in_one_draft(served: Served) -> None:
    """Threat 4, finding F16: a double click, a retry, a captured request."""
    withdraw_all(served)
    clerk = served.enter("clerk")
    form = read_form(look_at(clerk, write_rows("2026-11-11", make_number(served))))
    post = hand_over(clerk)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: post(form, "/desk/import/preview"), range(100)))

    assert len(served.door.home.vault.list_drafts(VILLAGE, "waiting")) == 1
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {"/desk/drafts?sent=1"}


HOUSEHOLD_HEADERS = ("户号", "户主", "村民小组", "同意积分", "同意公示", "同意署名", "签约日期")


def test_a_hundred_identical_posts_register_a_household_once(served: Served) -> None:
    """Of such drafts several may wait, so that no place which is taken stops a second one."""
    withdraw_all(served)
    clerk = served.enter("clerk")
    text = "\n".join(("\t".join(HOUSEHOLD_HEADERS), "0999\t样例同户\t1\t是\t是\t否\t2026-10-08"))
    looked = clerk.post("/desk/import", {"kind": "households", "pasted": text})
    form, post = read_form(looked), hand_over(clerk)
    promised = re.search(r"([0-9]+) 条", looked.text)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: post(form, "/desk/import/preview"), range(100)))

    waiting = served.door.home.vault.list_drafts(VILLAGE, "waiting")
    assert promised is not None
    assert len(waiting) == int(promised[1])
    assert {answer.headers.get("location") for answer in answers} == {"/desk/drafts?sent=1"}


def test_a_hundred_identical_posts_pass_one_entry(served: Served) -> None:
    withdraw_all(served)
    draft = draft_voucher(served)
    browser = served.enter("supervisor")
    post, size = hand_over(browser), count_entries(served)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        fields = {"drafts": vouch(served.door, browser, draft)}
        answers = list(pool.map(lambda _: post(fields, "/desk/drafts"), range(100)))

    assert count_entries(served) == size + 1
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {"/desk/drafts?passed=1&held=0"}


def test_the_same_key_with_another_body_is_a_conflict(served: Served) -> None:
    withdraw_all(served)
    supervisor, clerk = served.enter("supervisor"), served.enter("clerk")
    form = read_form(look_at(clerk, write_rows("2026-11-11", make_number(served), "购稿纸")))
    sent = clerk.post("/desk/import/preview", form | {"digest": "0" * 64})
    draft = draft_voucher(served)
    size = count_entries(served)
    passed = supervisor.post("/desk/drafts", {"drafts": vouch(served.door, supervisor, draft, "0" * 64)})

    assert (passed.status_code, sent.status_code) == (409, 409)
    assert count_entries(served) == size


def test_what_was_not_handed_in_is_not_said_to_be(served: Served) -> None:
    """A file that was looked at and then made way for another: the first page's form sends nothing, and says so."""
    withdraw_all(served)
    clerk = served.enter("clerk")
    form = read_form(look_at(clerk, write_rows("2026-11-11", make_number(served), "购信纸")))
    assert look_at(clerk, write_rows("2099-11-11", make_number(served), "购信纸")).status_code == 422

    answer = clerk.post("/desk/import/preview", form)

    assert answer.headers["location"] == "/desk/drafts?gone=1"
    assert "没有交审" in clerk.get("/desk/drafts?gone=1").text
    assert served.door.home.vault.list_drafts(VILLAGE, "waiting") == []


@pytest.mark.parametrize(
    "days", [0, -1, -2, -7, -30, -31, -32, -41, -42, -90, -365, -366, -1_000, -3_650, 1, 2, 30, 31, 365]
)
def test_a_date_is_today_or_a_day_of_the_books_before_it(served: Served, days: int) -> None:
    """Threat 3: neither ahead, nor before the books, nor in a month that was closed and published."""
    withdraw_all(served)
    day = TODAY + dt.timedelta(days=days)
    month = "2026-11" if day <= TODAY else f"{day:%Y-%m}"
    number = make_number(served) if month == "2026-11" else f"{month}-001"

    answer = look_at(served.enter("clerk"), write_rows(day.isoformat(), number))

    is_fine = BOOKS_BEGIN <= day <= TODAY
    assert answer.status_code == (200 if is_fine else 422)
    if is_fine:
        # What happened in October is shown with its own day, in the month in which it is booked.
        assert f"{day.month}月{day.day}日" in answer.text or day.isoformat() in answer.text


def test_what_is_recorded_late_keeps_the_servers_time(served: Served) -> None:
    withdraw_all(served)
    clerk, supervisor = served.enter("clerk"), served.enter("supervisor")
    form = read_form(look_at(clerk, write_rows("2026-10-02", make_number(served))))
    clerk.post("/desk/import/preview", form)
    (draft,) = served.door.home.vault.list_drafts(VILLAGE, "waiting")

    supervisor.post("/desk/drafts", {"drafts": vouch(served.door, supervisor, draft)})

    with served.door.home.ledger.read(VILLAGE) as reader:
        facts = reader.facts
        newest, before = (facts.read_entry(index) for index in (reader.size - 1, reader.size - 2))
    assert newest.occurred_on == "2026-10-02"
    assert newest.recorded_at >= before.recorded_at
    assert newest.recorded_at == served.door.home.clock.now_ms()
    shown = html.unescape(served.client.get(f"/v/{VILLAGE}/entries/{newest.index}").text)
    assert "10月2日" in shown
    assert "11月12日" in shown


def test_nobody_passes_what_they_prepared_themselves(served: Served) -> None:
    """Threat 6: by address, by a hidden field, or under another name of the same person."""
    withdraw_all(served)
    seats = {
        name: served.door.find(served.door.sign_in(name)).seat
        for name in ("clerk", "supervisor", "secretary")
    }
    people = {name: seat.person for name, seat in seats.items() if seat is not None}
    draft = draft_voucher(served, maker=people["supervisor"])
    size = count_entries(served)

    def send(name: str, **fields: str) -> httpx.Response:
        browser = served.enter(name)
        return browser.post("/desk/drafts", {"drafts": vouch(served.door, browser, draft), **fields})

    by_address, own = send("clerk"), send("supervisor")
    hidden = [
        send(name, **{field: people["secretary"]})
        for name in ("clerk", "supervisor")
        for field in ("checker", "user", "maker", "village", "role")
    ]
    page = served.enter("supervisor").get(f"/desk/drafts/{draft.id}").text

    assert (by_address.status_code, own.status_code) == (403, 422)
    assert "就是交审的人" in own.text
    assert {answer.status_code for answer in hidden} == {400, 403}
    assert 'name="drafts"' not in page
    assert count_entries(served) == size


def test_a_second_account_of_the_same_person_passes_nothing(served: Served) -> None:
    withdraw_all(served)
    twin = add_person(served.door.home, VILLAGE, "样例supervisor", "clerk")
    draft = draft_voucher(served, maker=twin.user)
    size = count_entries(served)

    browser = served.enter("supervisor")
    answer = browser.post("/desk/drafts", {"drafts": vouch(served.door, browser, draft)})

    assert answer.status_code == 422
    assert "同名" in answer.text
    assert count_entries(served) == size


@pytest.mark.parametrize("change", ["changed", "returned", "withdrawn", "put right"])
def test_what_is_no_more_what_was_shown_is_not_passed(served: Served, change: str) -> None:
    """Threat 7: the form names the digest of what the page showed."""
    withdraw_all(served)
    draft = draft_voucher(served)
    supervisor, vault = served.enter("supervisor"), served.door.home.vault
    page = supervisor.get(f"/desk/drafts/{draft.id}").text
    shown = re.search(r'name="drafts" value="([^"]+)"', page)
    assert shown is not None
    size = count_entries(served)

    if change == "changed":
        shown_then = vouch(served.door, supervisor, draft, "f" * 64)
    else:
        shown_then = shown[1]
        state = {"returned": "returned", "withdrawn": "discarded", "put right": "discarded"}[change]
        if state == "returned":
            served.enter("secretary").post(f"/desk/drafts/{draft.id}/return", {"reason": "少一张发票"})
        else:
            vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
        if change == "put right":
            draft_voucher(served)
    answer = supervisor.post("/desk/drafts", {"drafts": shown_then})

    assert answer.status_code == 409
    assert count_entries(served) == size


@pytest.mark.parametrize("role", ["supervisor", "secretary", "township"])
def test_nobody_alone_passes_what_their_own_household_gets(own: Served, role: str) -> None:
    """Threat 8, for each role that passes anything."""
    home, village = own.door.home, own.door.village
    household = make_id("h", 1)
    row = Household(consents=frozenset(), group=1, household=household, name="样例自家", number="0001")
    home.vault.put_households(VILLAGE, [row])
    seat = own.door.find(own.door.sign_in(role)).seat
    assert seat is not None
    set_household(home, VILLAGE, seat.person, household)
    draft = village.draft(build_points_round(village.texts), period="2026-11", occurred_on="2026-11-11")
    size = count_entries(own)
    browser = own.enter(role)
    fields = {"drafts": vouch(own.door, browser, draft)}

    first = browser.post("/desk/drafts", fields)
    again = browser.post("/desk/drafts", fields)

    assert (first.headers["location"], again.headers["location"]) == ("/desk/drafts?passed=0&held=1",) * 2
    assert count_entries(own) == size
    assert "与所涉农户无关" in browser.get("/desk/drafts").text
    other = next(name for name in ("supervisor", "secretary") if name != role)
    second = own.enter(other)
    passed = second.post("/desk/drafts", {"drafts": vouch(own.door, second, draft)})
    assert passed.headers["location"] == "/desk/drafts?passed=1&held=0"
    assert count_entries(own) == size + 1


def test_a_clerk_whose_own_household_it_is_needs_two_others(own: Served) -> None:
    home, village = own.door.home, own.door.village
    household = make_id("h", 0)
    row = Household(consents=frozenset(), group=1, household=household, name="样例自家", number="0001")
    home.vault.put_households(VILLAGE, [row])
    set_household(home, VILLAGE, village.clerk.user, household)
    draft = village.draft(build_points_round(village.texts), period="2026-11", occurred_on="2026-11-11")
    size = count_entries(own)

    def send(name: str) -> None:
        browser = own.enter(name)
        browser.post("/desk/drafts", {"drafts": vouch(own.door, browser, draft)})

    send("supervisor")
    assert count_entries(own) == size
    send("secretary")

    assert count_entries(own) == size + 1
