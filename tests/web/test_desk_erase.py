"""Erasing at the desk: two people, one way only, on record, and nothing left of whoever was erased but a pseudonym."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from litestar.testing import TestClient

from ledger.audit import audit_log
from ledger.errors import Fault, Refused, format_fault
from ledger.service.erase import agree_erasure, ask_erasure, erase_agreed, find_erasure
from ledger.service.passing import return_drafts
from ledger.service.readings import say_purpose
from ledger.service.traces import GONE_REASON
from ledger.sources import open_home_log
from ledger.upkeep.backup import make_backup
from ledger.vaults import Erasure
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.web.desk import DeskBrowser, tell
from tests.web.gate import put_people
from tests.web.test_desk_reading import NAMES, H, M, enter, put_draft

HOUSEHOLDS = "/desk/households"
CARD = f"{HOUSEHOLDS}/{H[0]}"
EVENTS = ("erase-asked", "erase-refused", "erase-agreed", "erased")


@pytest.fixture
def door(door: Door) -> Door:
    put_people(door.home, VILLAGE)
    return door


def list_facts(door: Door) -> list[tuple[str, str, str]]:
    facts = [logged.fact for logged in door.read_log()]
    return [(fact.event, fact.subject, fact.reason) for fact in facts if fact.event in EVENTS]


def ask(browser: DeskBrowser, why: str = "request", path: str = CARD) -> None:
    browser.get(f"{path}/erase")
    assert browser.post(f"{path}/erase", {"why": why}).headers["location"] == f"{path}/erase"


def be_silent(_what: str, _done: int, _total: int) -> None:
    """The progress of a backup that nobody watches."""


def read_files(folder: Path) -> bytes:
    """All that the home has on the disk, journals too."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def read_zip(path: Path) -> bytes:
    """All that a backup has in it, unpacked."""
    with zipfile.ZipFile(path) as opened:
        return b"".join(opened.read(name) for name in opened.namelist())


def test_one_person_asks_another_agrees_and_it_is_done(door: Door, client: TestClient) -> None:
    clerk, supervisor = enter(client, door, "clerk"), enter(client, door, "supervisor")
    for _again in range(2):
        ask(clerk)
    assert "等另一位" in clerk.get(f"{CARD}/erase").text
    assert NAMES[H[0]] in clerk.get(CARD).text
    assert f'href="{CARD}/erase"' in supervisor.get(HOUSEHOLDS).text

    supervisor.get(f"{CARD}/erase")
    answer = supervisor.post(f"{CARD}/erase/agree")
    supervisor.get(HOUSEHOLDS)
    again = supervisor.post(f"{CARD}/erase/agree")

    for given in (answer, again):
        assert given.headers["location"] == f"{HOUSEHOLDS}?erased=1"
    assert door.home.vault.list_erased(VILLAGE) == {H[0]}
    assert door.home.vault.list_erasures(VILLAGE) == []
    assert list_facts(door) == [
        (event, H[0], "request") for event in ("erase-asked", "erase-agreed", "erased")
    ]
    log = supervisor.get("/desk/log").text
    assert log.count("本人要求") == 2
    assert ">request<" not in log


def test_whoever_was_erased_is_gone_from_every_page_at_once(door: Door, client: TestClient) -> None:
    draft = put_draft(door)
    supervisor, clerk = enter(client, door, "supervisor"), enter(client, door, "clerk")
    pages = (HOUSEHOLDS, CARD, f"{CARD}/paper", f"/desk/drafts/{draft.id}", "/desk", "/desk/drafts")
    before = "".join(supervisor.get(path).text for path in pages)
    assert {NAMES[H[0]] in before, "0011" in before} == {True}

    ask(clerk)
    supervisor.get(f"{CARD}/erase")
    supervisor.post(f"{CARD}/erase/agree")

    for browser in (supervisor, clerk):
        after = "".join(browser.get(path).text for path in pages)
        assert NAMES[H[0]] not in after
        assert "0011" not in after
        assert browser.get(CARD).status_code == 404
    assert "已删除" in supervisor.get(f"/desk/drafts/{draft.id}").text
    assert NAMES[H[1]] in supervisor.get(HOUSEHOLDS).text


def test_nothing_of_it_is_left_in_the_home_or_in_a_backup_and_the_audit_is_clean(
    door: Door, client: TestClient, tmp_path: Path
) -> None:
    canary = "石榴河丙丁戊"
    first = door.home.vault.list_households(VILLAGE)[0]
    door.home.vault.put_households(VILLAGE, [type(first)(**dict(_fields(first), name=canary))])
    draft = put_draft(door)
    return_drafts(
        door.home, VILLAGE, [draft.id], door.village.supervisor.user, f"{canary[:3]} {canary[3:]} 家的不对"
    )
    supervisor, clerk = enter(client, door, "supervisor"), enter(client, door, "clerk")
    door.home.vault.put_upload(VILLAGE, door.village.clerk.user, canary.encode())
    old = tmp_path / "old.zip"
    make_backup(door.home, old, with_keys=False, progress=be_silent)
    assert canary in supervisor.get(CARD).text

    ask(clerk)
    supervisor.get(f"{CARD}/erase")
    supervisor.post(f"{CARD}/erase/agree")
    make_backup(door.home, tmp_path / "new.zip", with_keys=False, progress=be_silent)

    assert door.home.vault.clean(VILLAGE)
    for spelling in (canary.encode(), canary.encode("utf-16-le"), canary.encode("utf-16-be")):
        assert spelling not in read_files(door.home.path)
        assert not any(spelling in read_zip(path) for path in (old, tmp_path / "new.zip"))
    assert door.home.vault.find_upload(VILLAGE, door.village.clerk.user) is None
    (returned,) = door.home.vault.list_drafts(VILLAGE, "returned")
    assert returned.reason == GONE_REASON
    with open_home_log(door.home, VILLAGE, with_private=True) as source:
        report = audit_log(source, door.home.reference, now_ms=door.home.clock.now_ms())
    assert report.findings == ()
    assert report.erased > 0


def test_whoever_typed_is_told_what_was_taken_out_of_their_sheet(door: Door, client: TestClient) -> None:
    supervisor, clerk = enter(client, door, "supervisor"), enter(client, door, "clerk")
    version = re.search(r'name="version" value="([0-9]+)"', clerk.get("/desk/write/points").text)
    assert version is not None
    row = ["2026-11", "0011", NAMES[H[0]], "B01", "打扫门前", "1", "照片一张"]
    other = ["2026-11", "0012", NAMES[H[1]], "B01", "打扫门前", "1", f"{NAMES[H[0]]}看见的"]
    fields = [("a", cell) for cell in row + other]
    form = [*fields, ("version", version[1]), ("do", "save"), ("csrf", clerk.token)]
    assert clerk.post("/desk/write/points", urlencode(form)).status_code == 303
    assert NAMES[H[0]] in clerk.get("/desk/write/points").text

    ask(clerk)
    supervisor.get(f"{CARD}/erase")
    supervisor.post(f"{CARD}/erase/agree")

    page = clerk.get("/desk/write/points").text
    assert NAMES[H[0]] not in page
    assert NAMES[H[1]] in page
    assert "有 2 处写了已经删除的人" in page
    assert "退一步" in page


def _fields(value: object) -> list[tuple[str, object]]:
    return [(name, getattr(value, name)) for name in type(value).__struct_fields__]


def test_nobody_agrees_to_what_they_asked_for(door: Door) -> None:
    who = door.find(door.let_in("clerk", "clerk"))
    ask_erasure(door.home, who, VILLAGE, H[0], "left")

    with pytest.raises(Refused) as refused:
        agree_erasure(door.home, who, VILLAGE, H[0])

    user = who.seat.person if who.seat is not None else ""
    told = [format_fault(fault) for fault in refused.value.faults]
    assert told == [
        (
            f"人员 {user}：现为村文书，应为监督委员、村书记。"
            "用 mingbai users list 查看人员，或用 mingbai users add 登记。（person-role）"
        ),
        f"人员 {user}：现为就是提出删除的人，应为另一个人。请另一位监督委员或村书记来同意。（erase-same-person）",
    ]
    assert door.home.vault.list_erased(VILLAGE) == frozenset()


def test_the_database_itself_takes_no_agreement_by_who_asked(door: Door) -> None:
    asked = Erasure(asked_at=1, asked_by=door.village.clerk.user, subject=H[0], why="request")
    door.home.vault.put_erasure(VILLAGE, asked)

    with pytest.raises(Refused) as refused:
        door.home.vault.put_erasure(
            VILLAGE, msgspec.structs.replace(asked, agreed_at=2, agreed_by=asked.asked_by)
        )

    assert str(refused.value) == (
        "删除：现为同意的就是提出的人，或提出、同意的人换了，应为一个人提出，另一个人同意。"
        "重新提出，再请另一位监督委员或村书记来同意。（erasure-refused）"
    )
    assert door.home.vault.list_erasures(VILLAGE) == [asked]
    assert erase_agreed(door.home, VILLAGE) == []


def test_what_is_asked_for_is_taken_back_or_not_agreed_to(door: Door, client: TestClient) -> None:
    clerk, supervisor = enter(client, door, "clerk"), enter(client, door, "supervisor")
    auditor = enter(client, door, "auditor")
    for browser in (clerk, supervisor):
        ask(clerk)
        auditor.get("/desk/account")
        assert auditor.post(f"{CARD}/erase/refuse").status_code == 404
        browser.get(f"{CARD}/erase")
        for _again in range(2):
            assert browser.post(f"{CARD}/erase/refuse").headers["location"] == f"{HOUSEHOLDS}?kept=1"
            browser.get("/desk/account")
        assert find_erasure(door.home, VILLAGE, H[0]) is None
    supervisor.get(HOUSEHOLDS)
    assert supervisor.post(f"{CARD}/erase/agree").headers["location"] == f"{HOUSEHOLDS}?none=1"

    assert [event for event, _, _ in list_facts(door)] == ["erase-asked", "erase-refused"] * 2
    assert NAMES[H[0]] in clerk.get(CARD).text


def test_a_reason_is_one_of_the_list_and_nobody_is_erased_whom_there_is_not(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    clerk.get(f"{CARD}/erase")

    for why in ("", "nonsense"):
        answer = clerk.post(f"{CARD}/erase", {"why": why})
        assert answer.status_code == 422
        assert tell(answer) == "删除隐私内容"
    for nobody in (make_id("h", 9), "x", f"{H[0]}x"):
        assert clerk.get(f"{HOUSEHOLDS}/{nobody}/erase").status_code == 404
        assert clerk.post(f"{HOUSEHOLDS}/{nobody}/erase", {"why": "request"}).status_code == 404
    who = door.find(next(iter(clerk.cookies.values())))
    with pytest.raises(Refused) as refused:
        ask_erasure(door.home, who, VILLAGE, "x", "")
    assert [format_fault(fault) for fault in refused.value.faults] == [
        "为什么删除：现为没有选，应为列出的一种。选一种再提出；选的会记下来。（erase-why）",
        (
            "要删除谁：现为不是代号，应为h-、m-、u-、o-、p-、y- 或 q- 开头的代号。"
            "写代号，不写姓名和编号；代号用 mingbai vault list 查看。（subject-form）"
        ),
    ]
    with pytest.raises(Refused) as silent:
        say_purpose(door.home, who, [H[0]], "")
    assert str(silent.value) == (
        "为什么看：现为没有选，应为列出的一种。选一种再看；选的会记下来，本人查得到。（reading-purpose）"
    )
    assert list_facts(door) == []


def test_what_the_served_process_cannot_do_is_said_and_done_at_the_machine(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, supervisor = enter(client, door, "clerk"), enter(client, door, "supervisor")
    path = f"{HOUSEHOLDS}/{M}"
    ask(clerk, "law", path)
    fault = Fault(
        code="key-locked", place="隐私库的钥匙", found="有口令保护", expected="给出口令", remedy="给出口令"
    )

    def refuse(_village: str, _subject: str) -> None:
        raise Refused([fault])

    supervisor.get(f"{path}/erase")
    with monkeypatch.context() as patch:
        patch.setattr(door.home.vault_keys, "erase", refuse)
        answer = supervisor.post(f"{path}/erase/agree")
    assert answer.status_code == 422
    assert "有口令保护" in answer.text
    assert "mingbai vault erase --pending" in supervisor.get(f"{path}/erase").text
    assert "已同意，还没删成" in supervisor.get(HOUSEHOLDS).text
    assert NAMES[M] in supervisor.get(path).text
    assert not re.search("不删，留着", supervisor.get(f"{path}/erase").text)

    done = erase_agreed(door.home, VILLAGE)

    assert [item.subject for item in done] == [M]
    assert erase_agreed(door.home, VILLAGE) == []
    assert supervisor.get(path).status_code == 404
    assert list_facts(door) == [(event, M, "law") for event in ("erase-asked", "erase-agreed", "erased")]
