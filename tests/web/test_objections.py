"""To object by the public page, to look it up, and what everybody sees of it; and the same at the desk."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from ledger.audit import audit_log
from ledger.books.roles import Role
from ledger.errors import format_fault
from ledger.limits import DAY_MS
from ledger.service.answering import prepare_answer, register_objection
from ledger.service.objections import WORDING_MAX_CHARS
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.persons import add_person
from ledger.sources import open_home_log
from ledger.store.opened import SqlValues
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.desk.people import Door
from tests.web.desk import FORM, HOST, OURS, DeskBrowser, enter, tell
from web.desk.one_objection import build_unseen
from web.public.gate import DAY_S, HOUR_S, Gate, Gates, NestedGate

LIST = f"/v/{VILLAGE}/objections"
NEW, RECEIPT, ROOM = f"{LIST}/new", f"{LIST}/receipt", "/desk/objections"
PEOPLE: tuple[Role, ...] = ("clerk", "supervisor", "secretary", "township", "auditor")
WORDING = "十月付的电费，路灯坏了半个月\n怎么还是 <b>这么多</b>？"
CONTACT = "三组槐树底下 0000-1234567"


class Visitor:
    """A phone without a cookie; `network` is told by the proxy."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"host": HOST})

    def send(self, path: str, ours: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        headers = {"host": HOST, "content-type": FORM} | (OURS if ours is None else ours)
        return self.client.post(path, headers=headers, content=urlencode(fields))

    def object(self, **fields: str) -> httpx.Response:
        return self.send(NEW, **({"wording": WORDING, "about": "", "contact": "", "once": ""} | fields))

    def receive(self, **fields: str) -> tuple[str, str]:
        """The number and the code of a receipt."""
        answer = self.object(**fields)
        assert answer.status_code == 200, read(answer)
        number, code = re.findall(r'class="receipt[^"]*">([^<]*)<', answer.text)
        return number, code


def read(answer: httpx.Response) -> str:
    text = re.sub(r'<span class="whole">([^<]*)</span>', r"\1", answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def secretary(door: Door) -> str:
    return add_person(door.home, VILLAGE, "样例丙", "secretary").user


def get_gates(client: TestClient) -> Gates:
    gates = client.app.state["gates"]
    assert isinstance(gates, Gates)
    return gates


def register(door: Door, person: str = "") -> str:
    """Hand in what came in last, and pass it; return its pseudonym."""
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    draft = register_objection(door.home, VILLAGE, received.item, door.village.clerk.user)
    pass_drafts(door.home, VILLAGE, [draft.id], person or door.village.supervisor.user)
    return received.item


def find_size(door: Door) -> int:
    """How many entries the newest signed head covers."""
    head = door.home.heads.find_newest(VILLAGE)
    assert head is not None
    return head.size


def answer_it(
    door: Door,
    person: str = "",
    *,
    answer: str = "查过了，电表没有错",
    followed_by: Sequence[str] = (),
    outcome: str = "explained",
) -> None:
    draft = prepare_answer(
        door.home,
        VILLAGE,
        "YY-2026-0001",
        door.village.clerk.user,
        answer=answer,
        followed_by=followed_by,
        outcome=outcome,
    )
    pass_drafts(door.home, VILLAGE, [draft.id], person or door.village.supervisor.user)


def test_every_page_about_something_leads_to_the_form_about_it(visitor: Visitor) -> None:
    for path, about in (
        (f"/v/{VILLAGE}", "2026-10-F-1"),
        (f"/v/{VILLAGE}/sheets", ""),
        (f"/v/{VILLAGE}/sheets/2026-10/finance", "2026-10-F-1"),
        (f"/v/{VILLAGE}/sheets/2026-10/points", "2026-10-P-1"),
        (f"/v/{VILLAGE}/sheets/2026-10/scores", "2026-10-S-1"),
        (f"/v/{VILLAGE}/entries/3", "3"),
        (f"/v/{VILLAGE}/entries/0", "0"),
    ):
        page = visitor.get(path).text
        assert f'href="{NEW}{f"?about={about}" if about else ""}"' in page, path
        assert f'href="{LIST}"' in page, path


def test_the_form_says_first_what_becomes_public_and_by_when_it_is_answered(visitor: Visitor) -> None:
    answer = visitor.get(f"{NEW}?about=2026-10-F-1")
    words = read(answer)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers
    assert words.index("您写的话和联系方式不公开") < words.index("哪里不对、想问什么")
    assert words.index("会公开的 关于哪一项") < words.index("哪里不对、想问什么")
    assert "最迟2026年11月17日答复" in words
    assert f"最多 {WORDING_MAX_CHARS} 个字" in words
    assert "这张表的异议期2026年11月7日已经截止。现在照样可以提，村里照样要在期限以内答复" in words
    assert answer.text.index('value="2026-10-F-1"') < answer.text.index('value="2026-10-P-1"')
    assert "截止" not in read(visitor.get(NEW))
    for strange in ("HT-0009", "99999", "<script>", "2026-13-F-1", "2026-10-F-9", "YY-2026-0001"):
        assert read(visitor.get(f"{NEW}?{urlencode({'about': strange})}")) == read(visitor.get(NEW))


def test_what_a_line_of_a_card_says_is_written_already_and_not_sent(visitor: Visitor, door: Door) -> None:
    begun = "户号 0010，2026年10月 B01 打扫门前，3 次，+6 分。我知道的是："
    page = visitor.object(begin="1", about="3", wording=begun)

    assert page.status_code == 200
    assert f">\n{begun}</textarea>" in page.text
    assert '<option value="3">' in page.text
    assert begun not in str(page.url)
    assert door.home.vault.list_received(VILLAGE, 0, 9) == []


def test_what_comes_in_is_counted_at_once_and_looked_up_by_its_receipt_alone(
    visitor: Visitor, door: Door
) -> None:
    assert "还没有人提过异议" in read(visitor.get(LIST))
    number, code = visitor.receive(about="2026-10-F-1", contact=CONTACT)

    words = read(visitor.get(LIST))
    assert "一共收到 1 件：答复了 0 件，等答复 0 件，还没登记 1 件。" in words
    assert (
        "有 1 件收到了，村里还没有登记。 最早的一件2026年11月12日收到，应在2026年11月17日以前答复。"
        in words.replace("登记。最早", "登记。 最早")
    )
    assert "1 件异议等村里答复" in read(visitor.get(f"/v/{VILLAGE}"))
    found = visitor.send(RECEIPT, number=number, code=code.lower())
    assert found.status_code == 200
    assert "2026年11月12日收到，关于2026年10月财务公开表 2026-10-F-1。" in read(found)
    assert "村里还没有登记。" in read(found)
    assert "路灯" not in found.text
    wrong = [
        visitor.send(RECEIPT, number=number, code="AAAA AAAA AAAA"),
        visitor.send(RECEIPT, number="0077", code=code),
    ]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert wrong[0].text.replace(number, "0077") == wrong[1].text
    assert all("set-cookie" not in answer.headers for answer in (found, *wrong))
    door.village.clock.advance(8 * DAY_MS)
    visitor.client.app.state["site"].forget_received(VILLAGE)
    assert "1 件过了期限，最早的逾期 3 天。" in read(visitor.get(LIST))
    assert "1 件异议等村里答复，其中 1 件过了期限" in read(visitor.get(f"/v/{VILLAGE}"))


def test_a_registered_one_is_shown_late_and_answered_with_what_was_put_right(
    visitor: Visitor, door: Door, secretary: str
) -> None:
    number, code = visitor.receive(about="3")
    register(door, secretary)
    words = read(visitor.get(LIST))
    assert (
        "等答复 关于 第 3 条记录 YY-2026-0001 2026年11月12日收到（网页） 应在2026年11月17日以前答复" in words
    )
    door.village.clock.advance(7 * DAY_MS)
    assert "逾期 2 天，没有答复" in read(visitor.get(LIST))
    answer_it(door, secretary, outcome="upheld", answer="多记了，已冲销", followed_by=["5", "2026-10-F-1"])

    page = visitor.get(LIST)
    words = read(page)
    assert "已答复，晚了 2 天：异议成立" in words
    assert "异议成立 多记了，已冲销 更正： 2026年10月财务公开表 2026-10-F-1 、 第 5 条记录" in words
    assert f'href="/v/{VILLAGE}/entries/5"' in page.text
    assert "登记为 YY-2026-0001。" in read(visitor.send(RECEIPT, number=number, code=code))
    assert "这一项收到过 1 件异议" in read(visitor.get(f"/v/{VILLAGE}/entries/3"))
    assert "等村里答复" not in read(visitor.get(f"/v/{VILLAGE}"))
    size = find_size(door)
    assert "有人对第 3 条记录提出异议" in read(visitor.get(f"/v/{VILLAGE}/entries/{size - 2}"))
    assert "村里答复：多记了，已冲销" in read(visitor.get(f"/v/{VILLAGE}/entries/{size - 1}"))


def test_a_sheet_says_how_many_objections_it_had(visitor: Visitor, door: Door) -> None:
    sheet = f"/v/{VILLAGE}/sheets/2026-10/finance"
    assert "收到的异议 没有" in read(visitor.get(sheet))
    visitor.receive(about="2026-10-F-1")
    register(door)

    assert "收到的异议 1 件" in read(visitor.get(sheet))
    assert "这一项收到过 1 件异议" in read(visitor.get(sheet))


def test_what_cannot_be_taken_comes_back_with_everything_that_was_typed(visitor: Visitor, door: Door) -> None:
    long = "字" * (WORDING_MAX_CHARS + 1)
    answer = visitor.object(wording=long, contact=CONTACT, about="HT-0009")

    assert answer.status_code == 422
    assert long in answer.text
    assert CONTACT in answer.text
    assert "1001 个字，应为 1 至 1000 个字" in read(answer)
    assert "账本里没有 HT-0009" in read(answer)
    assert visitor.object(wording="字" * 6_000).status_code == 413
    assert visitor.send(NEW, wording="a", strange="b").status_code == 400
    assert door.home.vault.count_received(VILLAGE).received == 0


@pytest.mark.parametrize(
    "ours",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://bad.example"},
        {"sec-fetch-site": "same-site", "origin": f"http://{HOST}"},
        {"origin": "null"},
        {},
    ],
)
def test_a_form_of_another_page_is_not_even_read(visitor: Visitor, door: Door, ours: dict[str, str]) -> None:
    for path, fields in ((NEW, {"wording": "一"}), (RECEIPT, {"number": "1", "code": "A"})):
        answer = visitor.send(path, ours, **fields)
        assert answer.status_code == 403
        assert "不是从本站的网页点的" in read(answer)
    assert door.home.vault.count_received(VILLAGE).received == 0


def test_over_plain_http_nothing_is_taken(visitor: Visitor, door: Door) -> None:
    headers = {"host": "mb.example.cn", "origin": "http://mb.example.cn", "content-type": FORM}

    answer = visitor.client.post(NEW, headers=headers, content=urlencode({"wording": "一"}))

    assert answer.status_code == 403
    assert "不是 https" in read(answer)
    assert "不是 https" in read(visitor.client.get(NEW, headers={"host": "mb.example.cn"}))
    assert door.home.vault.count_received(VILLAGE).received == 0


def test_one_network_sends_ten_an_hour_and_keeps_what_it_typed(visitor: Visitor, door: Door) -> None:
    for _ in range(10):
        visitor.receive()

    answer = visitor.object(wording="第十一件")

    assert answer.status_code == 429
    assert 3_000 < int(answer.headers["retry-after"]) <= 3_601
    assert "第十一件" in answer.text
    assert door.home.vault.count_received(VILLAGE).received == 10


def test_of_one_line_of_ipv6_all_its_networks_are_counted_together(client: TestClient, door: Door) -> None:
    def object_from(network: str) -> int:
        headers = {"host": HOST, "content-type": FORM, "x-forwarded-for": f"198.51.100.1, {network}"} | OURS
        form = urlencode({"wording": "一", "about": "", "contact": "", "once": ""})
        answer = client.post(NEW, headers=headers, content=form)
        assert answer.status_code in (200, 429)
        return answer.status_code

    client.app.state["site"].settings = replace(client.app.state["site"].settings, trusted_proxy="testclient")
    within = [f"2001:db8:0:{number:x}::7" for number in range(30)]  # Of a /56, each of another /64.
    assert [object_from(one) for one in within[:21]] == [200] * 20 + [429]
    assert object_from("2001:db8:0:200::7") == 200  # Of another /56.
    assert object_from("2001:db8:1::7") == 200  # Of another /48.
    assert [object_from("2001:db8:2::7") for _ in range(11)] == [200] * 10 + [429]
    assert [object_from(one) for one in ("::ffff:192.0.2.9", "192.0.2.9") for _ in range(6)] == [200] * 10 + [
        429
    ] * 2
    assert door.home.vault.count_received(VILLAGE).received == 42


def test_what_nested_gates_refuse_they_count_nowhere() -> None:
    now = [0.0]
    gates = NestedGate(
        tuple(Gate(most, HOUR_S, lambda: now[0]) for most in (2, 3, 4)), Gate(5, DAY_S, lambda: now[0])
    )
    lines = [(f"a{number}", f"b{number // 2}", "c") for number in range(9)]

    assert [gates.enter("v", lines[0]) for _ in range(3)] == [0, 0, HOUR_S + 1]
    assert [gates.enter("v", lines[1]) for _ in range(2)] == [0, HOUR_S + 1]
    assert [gates.enter("v", lines[2]) for _ in range(2)] == [0, HOUR_S + 1]
    gates.leave("v", lines[2])
    assert gates.enter("v", lines[2]) == 0
    now[0] = HOUR_S
    assert [gates.enter("v", lines[2]) for _ in range(2)] == [0, DAY_S - HOUR_S + 1]
    assert gates.enter("w", lines[2]) == 0  # Another village.
    assert [gates.enter("w", ("d",)) for _ in range(3)] == [0, 0, HOUR_S + 1]


def test_a_village_takes_no_more_than_people_can_read_and_names_the_other_ways(
    visitor: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.service.objections.VILLAGE_DAY_MAX", 1)
    visitor.receive()

    answer = visitor.object(wording="第二件")

    assert answer.status_code == 503
    assert "网上今天收到的太多，先不收了。请明天再来，或者写在纸上交给监督委员" in read(answer)
    assert "第二件" in answer.text
    assert "网上今天收到的太多" in read(visitor.get(NEW))
    assert door.home.vault.count_received(VILLAGE).received == 1


def test_no_form_looks_through_the_whole_vault_of_a_village(
    visitor: Visitor, door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    whole = SqlValues.list_locked

    def look(self: SqlValues, village: str) -> list[str]:
        looks.append(village)
        return whole(self, village)

    def lock(self: SqlValues, village: str) -> list[str]:
        looks.append(village)
        return ["h-" + "z" * 16]

    monkeypatch.setattr(SqlValues, "list_locked", look)
    for _ in range(10):
        visitor.get(NEW)
        visitor.receive()
    assert visitor.object().status_code == 429
    assert looks == [VILLAGE]

    # Where keys are missing that is looked up no oftener; and behind the gate.
    monkeypatch.setattr("ledger.store.opened.WHOLE_S", -1)
    monkeypatch.setattr(SqlValues, "list_locked", lock)
    assert visitor.object().status_code == 429
    assert looks == [VILLAGE]
    for _ in range(3):
        assert "存放内容的地方没有打开" in read(visitor.get(NEW))
    assert looks == [VILLAGE] * 2
    get_gates(client).sent = NestedGate((Gate(1, 60),))
    for _ in range(3):  # A form that is not taken counts for nothing.
        assert visitor.object().status_code == 503


def test_guessing_a_receipt_is_slow_and_whoever_has_it_may_look_as_often_as_they_like(
    visitor: Visitor,
) -> None:
    number, code = visitor.receive()
    for _ in range(15):
        assert visitor.send(RECEIPT, number=number, code=code).status_code == 200
    for _ in range(10):
        assert visitor.send(RECEIPT, number=number, code="B" * 12).status_code == 422

    answer = visitor.send(RECEIPT, number=number, code=code)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61


def test_a_gate_counts_by_key_and_forgets_who_was_not_seen_for_long() -> None:
    now = [0.0]
    gate = Gate(2, 60, lambda: now[0])

    assert [gate.enter("a") for _ in range(3)] == [0, 0, 61]
    assert gate.enter("b") == 0
    gate.leave("a")
    assert gate.enter("a") == 0
    now[0] = 61
    assert gate.enter("a") == 0
    gate.leave("nobody")


def test_wording_and_contact_are_in_no_page_no_address_and_no_line_of_a_log(
    visitor: Visitor, door: Door, secretary: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = visitor.object(about="3", contact=CONTACT)
    assert WORDING.split("\n", maxsplit=1)[0] not in answer.text
    item = register(door, secretary)
    answer_it(door, secretary)

    size = find_size(door)
    paths = [
        LIST,
        NEW,
        f"/v/{VILLAGE}",
        f"/v/{VILLAGE}/entries",
        *(f"/v/{VILLAGE}/entries/{i}" for i in range(size)),
    ]
    paths += [f"/v/{VILLAGE}/entries/{i}.json" for i in range(size)]
    for path in paths:
        page = visitor.get(path).text
        assert "路灯坏了" not in page, path
        assert "槐树底下" not in page, path
        assert item not in page, path
    assert "路灯坏了" not in caplog.text
    assert "槐树底下" not in caplog.text


def test_the_desk_reads_under_the_table_of_masks_and_each_reading_is_logged(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    visitor.receive(contact=CONTACT)
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    path = f"{ROOM}/{received.item}"
    shown = {}
    for role in PEOPLE:
        door.let_in(role, role)
        browser = enter(door, client, role)
        assert "收件号 0001" in read(browser.get(ROOM))
        words = read(browser.get(path))
        shown[role] = ("路灯坏了" in words, "槐树底下" in words)
        assert ("您看过，已经记下" in words) == shown[role][0]
    reads = [
        logged.fact.role for logged in door.read_log() if logged.fact.place == f"objection:{received.item}"
    ]

    assert shown == {
        "clerk": (True, False),
        "supervisor": (True, True),
        "secretary": (True, False),
        "township": (False, False),
        "auditor": (False, False),
    }
    assert reads == ["clerk", "supervisor", "secretary"]
    browser = enter(door, client, "township")
    page = browser.get(path)
    assert "要看写的话，先写明为什么" in read(page)
    assert browser.post(f"{path}/open", {"purpose": "objection"}).headers["location"] == path
    assert "槐树底下" in read(browser.get(path))
    assert "<b>这么多</b>" not in browser.get(path).text


def test_a_clerk_enters_paper_answers_and_is_told_what_is_late(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    door.let_in("clerk")
    clerk = enter(door, client, "clerk")
    clerk.get(f"{ROOM}/new")
    fields = {
        "came": "spoken",
        "received_on": "2026-11-05",
        "about": "",
        "wording": WORDING,
        "contact": "",
        "once": "",
    }
    assert "不是日历上的一天" in read(clerk.post(f"{ROOM}/new", fields | {"received_on": "昨天"}))
    entered = clerk.post(f"{ROOM}/new", fields)

    assert tell(entered) == "记下了"
    assert "登记已交审，等另一位来审核。" in read(entered)
    (waiting,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    pass_drafts(door.home, VILLAGE, [waiting.id], door.village.supervisor.user)
    assert "1 件异议过了期限还没有答复，最早的应在 2026年11月10日以前" in read(clerk.get("/desk"))
    assert "逾期 YY-2026-0001：别的事" in read(clerk.get(ROOM))
    path = f"{ROOM}/YY-2026-0001"
    assert "路灯坏了" in read(clerk.get(path))
    wrong = clerk.post(f"{path}/answer", {"answer": "电话 13800001234", "outcome": "", "followed_by": ""})
    assert wrong.status_code == 422
    assert "电话 13800001234" in wrong.text
    answered = clerk.post(
        f"{path}/answer", {"answer": "<i>查过了</i>", "outcome": "not-upheld", "followed_by": ""}
    )
    assert answered.headers["location"] == f"{ROOM}?answered=1"
    (waiting,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    draft = read(clerk.get(f"/desk/drafts/{waiting.id}"))
    assert "提的人写的话不在这里：先到“异议”里打开 YY-2026-0001 看过" in draft
    assert draft.index("关于：别的事") < draft.index("答复（会公开）：<i>查过了</i>")
    pass_drafts(door.home, VILLAGE, [waiting.id], door.village.supervisor.user)
    page = visitor.get(LIST)
    assert "&lt;i&gt;查过了&lt;/i&gt;" in page.text
    assert "已答复，晚了 2 天：异议不成立" in read(page)


def test_a_clerk_reads_why_a_registration_came_back_and_what_the_outcomes_mean(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    visitor.receive()
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    path = f"{ROOM}/{received.item}"
    door.let_in("clerk")
    clerk, supervisor = enter(door, client, "clerk"), door.village.supervisor.user
    assert clerk.post(f"{path}/register").headers["location"] == f"{ROOM}?sent=1"
    assert "退回的原因" not in read(clerk.get(path))
    (waiting,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    return_drafts(door.home, VILLAGE, [waiting.id], supervisor, "先问清是哪一笔")

    words = read(clerk.get(path))
    assert "登记退回了，要重新交审" in words
    assert "已退回 退回的原因：先问清是哪一笔" in words
    clerk.post(f"{path}/register")
    (waiting,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    pass_drafts(door.home, VILLAGE, [waiting.id], supervisor)

    assert "查实记错了，选“成立”；没有记错，把缘由说清楚了，选“已说明”" in read(
        clerk.get(f"{ROOM}/YY-2026-0001")
    )


def test_an_objection_is_not_offered_to_whoever_passed_what_it_is_about(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    door.let_in("supervisor", "supervisor")
    persons = door.home.vault.list_persons(VILLAGE)
    (own,) = [
        one.user for one in persons if "supervisor" in one.roles and one.user != door.village.supervisor.user
    ]
    village = door.village
    paid = build_voucher(
        village.texts,
        chart="2023",
        number="2026-11-002",
        postings=build_postings(9_900, debit="513"),
        summary=village.texts.publish("修水泵"),
    )
    draft = village.draft(paid, period="2026-11", occurred_on="2026-11-02")
    (receipt,) = pass_drafts(door.home, VILLAGE, [draft.id], own)
    assert receipt is not None
    visitor.receive(about=str(receipt.index))
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    draft = register_objection(door.home, VILLAGE, received.item, village.clerk.user)

    browser = enter(door, client, "supervisor")
    page = browser.get("/desk/drafts")

    assert "不由您审核" in read(page)
    assert 'id="pass"' not in browser.get(f"/desk/drafts/{draft.id}").text


def test_the_desk_says_that_nobody_is_left_to_pass_it_and_what_helps(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    visitor.receive(about="3")
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    door.let_in("clerk")
    clerk = enter(door, client, "clerk")
    said = "村里能审核的人都经手过这一项，登记、不登记和答复都没有人能审核。请村书记再登记一位"
    assert said in read(clerk.get(f"{ROOM}/{received.item}"))

    secretary = add_person(door.home, VILLAGE, "样例丙", "secretary").user

    assert said not in read(clerk.get(f"{ROOM}/{received.item}"))
    register(door, secretary)
    assert said not in read(clerk.get(f"{ROOM}/YY-2026-0001"))


def test_two_set_aside_in_public_view(visitor: Visitor, door: Door, client: TestClient) -> None:
    number, code = visitor.receive()
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    path = f"{ROOM}/{received.item}"
    door.let_in("clerk")
    door.let_in("supervisor", "supervisor")
    clerk, supervisor = enter(door, client, "clerk"), enter(door, client, "supervisor")
    assert clerk.post(f"{path}/aside", {"why": ""}).status_code == 422
    assert clerk.post(f"{path}/aside", {"why": "spam"}).headers["location"] == f"{ROOM}?aside=1"
    assert clerk.post(f"{path}/aside/agree").status_code == 403
    assert supervisor.post(f"{path}/aside/refuse").headers["location"] == f"{ROOM}?kept=1"
    clerk.post(f"{path}/aside", {"why": "repeated"})
    assert "提出不登记：同一个人把同一件事重复交了几次" in read(supervisor.get(path))
    assert agree(supervisor, path).headers["location"] == f"{ROOM}?agreed=1"
    assert clerk.post(f"{path}/register").status_code == 409

    words = read(visitor.get(LIST))
    assert "还没登记 0 件，没有登记 1 件。" in words
    assert "同一个人把同一件事重复交了几次，已登记一件 1 件" in words
    assert "没有登记：同一个人把同一件事重复交了几次" in read(visitor.send(RECEIPT, number=number, code=code))
    events = [event for event in door.list_events() if event.startswith("objection-")]
    assert events == [
        "objection-aside-asked",
        "objection-aside-kept",
        "objection-aside-asked",
        "objection-aside-agreed",
    ]


def read_agreement(browser: DeskBrowser, path: str) -> dict[str, str]:
    """What the page's form by which somebody agrees would bring back; empty where there is none."""
    return dict(re.findall(r'name="(asked_by|seen|why)" value="([^"]*)"', browser.get(path).text))


def agree(browser: DeskBrowser, path: str, **changes: str) -> httpx.Response:
    return browser.post(f"{path}/aside/agree", read_agreement(browser, path) | changes)


def test_nobody_agrees_to_set_aside_what_they_were_not_shown(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    visitor.receive()
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    path = f"{ROOM}/{received.item}"
    door.let_in("clerk", "clerk")
    door.let_in("supervisor", "supervisor")
    door.let_in("township", "township")
    clerk, supervisor = enter(door, client, "clerk"), enter(door, client, "supervisor")
    township = enter(door, client, "township")
    clerk.post(f"{path}/aside", {"why": "withdrawn"})
    assert read_agreement(township, path) == {}
    assert "要同意不登记，先写明为什么，看过写的话。" in read(township.get(path))
    shown = read_agreement(supervisor, path)
    for form in ({}, shown, shown | {"seen": "x"}):  # Neither none nor another's proof.
        refused = township.post(f"{path}/aside/agree", form)
        assert refused.status_code == 409
        assert "异议写的话还没有看过，应为全部看过的" in read(refused)
    assert format_fault(build_unseen()) == (
        "异议写的话：现为还没有看过，应为全部看过的。"
        "打开这一件，看过写的话再同意；被遮住的，先写明为什么看。（objection-unseen）"
    )

    clerk.post(f"{path}/aside/refuse")
    clerk.post(f"{path}/aside", {"why": "repeated"})
    refused = supervisor.post(f"{path}/aside/agree", shown)
    assert refused.status_code == 409
    assert "提出不登记的人和原因与看过的不一样" in read(refused)
    assert door.home.vault.count_received(VILLAGE).set_aside == 0

    township.post(f"{path}/open", {"purpose": "objection"})
    assert agree(township, path).headers["location"] == f"{ROOM}?agreed=1"
    assert door.home.vault.count_received(VILLAGE).aside == (("repeated", 1),)


def test_what_was_erased_is_set_aside_without_a_reason_to_read_it(
    visitor: Visitor, door: Door, client: TestClient
) -> None:
    visitor.receive()
    (received,) = door.home.vault.list_received(VILLAGE, 0, 9)
    path = f"{ROOM}/{received.item}"
    door.let_in("clerk")
    door.let_in("township", "township")
    enter(door, client, "clerk").post(f"{path}/aside", {"why": "withdrawn"})
    door.home.vault.erase_subject(VILLAGE, received.item)

    assert agree(enter(door, client, "township"), path).headers["location"] == f"{ROOM}?agreed=1"


def test_what_there_is_not_is_not_found(door: Door, client: TestClient, visitor: Visitor) -> None:
    door.let_in("clerk")
    clerk = enter(door, client, "clerk")
    for name in ("y-" + "z" * 16, "YY-2026-0009", "x", "YY-1"):
        assert clerk.get(f"{ROOM}/{name}").status_code == 404
    for query in ("year=2020", "year=abcd", "start=20", "start=x"):
        assert visitor.get(f"{LIST}?{query}").status_code == 404
    for path in (NEW, RECEIPT, LIST):
        assert visitor.get(path.replace(VILLAGE, "990000000018")).status_code == 404


def test_an_audit_is_clean_before_and_after_an_erasure(visitor: Visitor, door: Door, secretary: str) -> None:
    visitor.receive(about="3")
    item = register(door, secretary)
    answer_it(door, secretary)
    door.home.vault.erase_subject(VILLAGE, item)

    with open_home_log(door.home, VILLAGE, with_private=True) as source:
        report = audit_log(source, door.home.reference, now_ms=door.home.clock.now_ms())
    assert report.findings == ()
    assert report.erased > 0
    assert "按时答复：已经说明" in read(visitor.get(LIST))


def test_lists_are_shown_a_page_at_a_time(
    visitor: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.public.objections.OBJECTIONS_A_PAGE", 1)
    for _ in range(2):
        visitor.receive()
        register(door)
    for number in ("YY-2026-0001", "YY-2026-0002"):
        draft = prepare_answer(
            door.home,
            VILLAGE,
            number,
            door.village.clerk.user,
            answer="查过了",
            followed_by=(),
            outcome="explained",
        )
        pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)

    first, second = visitor.get(LIST).text, visitor.get(f"{LIST}?year=2026&start=1").text

    assert ("YY-2026-0002" in first, "YY-2026-0001" in first) == (True, False)
    assert f"{LIST}?year=2026&amp;start=1" in first
    assert ("YY-2026-0002" in second, "YY-2026-0001" in second) == (False, True)
