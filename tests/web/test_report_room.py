"""Reports at the desk: read under the masks, taken up by two persons, joined, set aside, and what their writers see."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient

from ledger.audit import audit_log
from ledger.books.cases import CaseOpened
from ledger.books.roles import Role
from ledger.canonical import parse_claim
from ledger.errors import Refused
from ledger.limits import DAY_MS
from ledger.service.cards import make_card
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.reporting import count_unverified, list_report_subjects
from ledger.service.taking_up import set_aside, take_up
from ledger.sources import open_home_log
from ledger.state.private import CaseReport, open_private
from tests.attachments.files import photo_that_tells
from tests.books.case_ledger import build_opened
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.grids import build_grids
from tests.web.desk import DeskBrowser, enter, tell
from tests.web.reporter import CONTACT, FOLDER, PLACE, SECRETS, Reporter, put_household, read

ROOM = "/desk/reports"
OTHERS: tuple[Role, ...] = ("supervisor", "secretary", "township", "auditor")
"""Who reads what came in and takes nothing up."""


@pytest.fixture
def reporter(client: TestClient) -> Reporter:
    return Reporter(client)


@pytest.fixture
def clerk(door: Door, client: TestClient) -> DeskBrowser:
    door.let_in("clerk")
    return enter(door, client, "clerk")


def find_item(door: Door) -> str:
    return door.home.vault.list_reported(VILLAGE, 0, 99)[-1].item


def test_a_clerk_reads_takes_up_and_another_person_passes_what_is_then_a_case(
    reporter: Reporter, door: Door, clerk: DeskBrowser
) -> None:
    door.village.record(build_grids(door.village.texts))
    number, code = reporter.receive(("a.jpg", photo_that_tells()), contact=CONTACT, name="样例戊")
    item = find_item(door)
    assert "收件号 0001：水电气" in read(clerk.get(ROOM))
    assert "收到的反映，还没登记 1 件" in read(clerk.get("/desk"))
    page = clerk.get(f"{ROOM}/{item}")
    words = read(page)
    assert f"在哪里 {PLACE}" in words
    assert f"称呼、联系方式 样例戊 {CONTACT}" in words
    assert "没有写是哪一户" in words
    assert "<b>很危险" not in page.text
    (photo,) = set(re.findall(r'src="(/desk/reports/[^"]*)"', page.text))
    shown = clerk.get(photo)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert clerk.get(photo.partition("?")[0]).status_code == 303
    assert clerk.get(photo.replace("1.jpg", "2.jpg")).status_code == 404
    reads = [one.fact for one in door.read_log() if one.fact.event == "read-personal"]
    assert [fact.place for fact in reads] == [f"report:{item}"]

    assert "没有选，应为列出的一个类别" in read(
        clerk.post(f"{ROOM}/{item}/take", {"category": "", "grid": "x"})
    )
    assert "WG-0001 东片网格" in words
    assert "不是列出的网格，应为列出的一个网格" in read(
        clerk.post(f"{ROOM}/{item}/take", {"category": "C06", "grid": "WG-0009"})
    )
    assert clerk.post(f"{ROOM}/{item}/take", {"category": "C06", "grid": "WG-0001"}).status_code == 303
    assert "登记等审核" in read(clerk.get(ROOM))
    assert "已经交审" in read(clerk.post(f"{ROOM}/{item}/take", {"category": "C06", "grid": ""}))
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    assert not any(secret in draft.label for secret in SECRETS)
    with pytest.raises(Refused):
        pass_drafts(door.home, VILLAGE, [draft.id], parse_claim(draft.claim).maker.user)
    door.village.clock.advance(3 * DAY_MS)
    pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)

    body = parse_claim(draft.claim).body
    assert isinstance(body, CaseOpened)
    assert (body.number, body.category, body.source, body.grid) == ("AL-2026-001", "C06", "page", "WG-0001")
    assert (body.verify_by, body.handle_by) == ("2026-11-13", "2026-11-15")
    found = reporter.look_up(number, code)
    assert "登记为 AL-2026-001。 现在：还没核实。" in read(found)
    assert f'href="{FOLDER}/AL-2026-001"' in found.text
    case = reporter.get(f"{FOLDER}/AL-2026-001")
    assert "网页反映" in read(case)
    assert not any(secret in case.text for secret in (*SECRETS, item))
    assert door.home.vault.list_reported(VILLAGE, 0, 9) == []
    assert "已登记" in read(enter(door, reporter.client, "clerk").get(f"{ROOM}/{item}"))
    with open_home_log(door.home, VILLAGE) as source:
        report = audit_log(source, door.home.reference, now_ms=door.home.clock.now_ms())
    assert report.findings == ()


def test_whoever_passes_the_case_sees_the_photos_beside_its_words_and_that_is_logged(
    reporter: Reporter, door: Door, clerk: DeskBrowser
) -> None:
    reporter.receive(("a.jpg", photo_that_tells()), contact=CONTACT)
    item = find_item(door)
    clerk.get(f"{ROOM}/{item}")
    clerk.post(f"{ROOM}/{item}/take", {"category": "C06", "grid": ""})
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    door.let_in("jian", "supervisor")
    door.let_in("kan", "auditor")
    jian, kan = (enter(door, reporter.client, name) for name in ("jian", "kan"))

    page = jian.get(f"/desk/drafts/{draft.id}").text
    assert f'href="{ROOM}/{item}"' in page
    (photo,) = set(re.findall(r'src="(/desk/reports/[^"]*)"', page))
    assert jian.get(photo).content.startswith(b"\xff\xd8\xff")
    assert kan.get(photo).status_code == 303  # Of another session's page.
    masked = kan.get(f"/desk/drafts/{draft.id}").text
    assert "/photos/" not in masked
    assert [one.fact.place for one in door.read_log() if one.fact.event == "read-personal"] == [
        f"report:{item}",
        f"draft:{draft.id}",
    ]
    assert kan.post(f"/desk/drafts/{draft.id}/open", {"purpose": "audit"}).status_code == 303
    assert "/photos/1.jpg" in kan.get(f"/desk/drafts/{draft.id}").text
    door.home.vault.erase_subject(VILLAGE, item)
    assert "/photos/" not in jian.get(f"/desk/drafts/{draft.id}").text


def test_the_draft_of_any_other_case_leads_to_no_report(door: Door, client: TestClient) -> None:
    draft = door.village.draft(build_opened(door.village.texts, "AL-2026-001", "C06", "2026-10-11"))
    door.let_in("jian", "supervisor")

    assert ROOM not in enter(door, client, "jian").get(f"/desk/drafts/{draft.id}").text.partition("<main")[2]


def test_what_is_set_aside_or_joined_says_why_to_whoever_reported_it_and_can_be_taken_up_after_all(
    reporter: Reporter, door: Door, clerk: DeskBrowser
) -> None:
    texts = door.village.texts
    door.village.record(
        build_opened(texts, "AL-2026-001", "C06", "2026-11-11"), occurred_on="2026-11-11", period="2026-11"
    )
    number, code = reporter.receive()
    item = find_item(door)
    room = clerk.get(ROOM)
    assert "登记了，还没办完 1 件 AL-2026-001" in read(room)
    assert f'href="{FOLDER}/AL-2026-001"' in room.text
    clerk.get(f"{ROOM}/{item}")
    assert "没有选" in read(clerk.post(f"{ROOM}/{item}/aside", {"why": "joined"}))
    assert clerk.post(f"{ROOM}/{item}/aside", {"why": "unclear"}).status_code == 303
    assert clerk.get(f"{ROOM}?number=0001").headers["location"] == f"{ROOM}/{item}"
    for other in ("0099", "x", "1" * 7):
        assert clerk.get(f"{ROOM}?number={other}").status_code == 404
    assert "没有登记：说的是哪里、什么事看不明白" in read(reporter.look_up(number, code))
    assert "样例" in read(clerk.get(f"{ROOM}/{item}"))
    assert "没有另登记的 说的是哪里" in read(clerk.get(ROOM))
    assert "已经定为不另登记" in read(clerk.post(f"{ROOM}/{item}/join", {"joined": "AL-2026-001"}))

    assert clerk.post(f"{ROOM}/{item}/reopen").status_code == 303
    assert "没有这个编号的诉求件" in read(clerk.post(f"{ROOM}/{item}/join", {"joined": "AL-2026-009"}))
    assert clerk.post(f"{ROOM}/{item}/join", {"joined": "AL-2026-001"}).status_code == 303
    assert "同一件事已经有人反映，并到 AL-2026-001 一起办。 现在：还没核实。" in read(
        reporter.look_up(number, code)
    )
    facts = [(one.fact.event, one.fact.reason) for one in door.read_log()]
    assert [fact for fact in facts if fact[0].startswith("report-")] == [
        ("report-aside", "unclear"),
        ("report-reopened", ""),
        ("report-aside", "joined"),
    ]


def test_what_came_back_is_taken_up_again_and_a_private_one_tells_its_step_alone(
    reporter: Reporter, door: Door
) -> None:
    number, code = reporter.receive(group="E")
    item, clerk = find_item(door), door.village.clerk.user
    draft = take_up(door.home, VILLAGE, item, clerk, category="E01")
    return_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user, "类别不对")
    assert "村里还没有登记" in read(reporter.look_up(number, code))
    again = take_up(door.home, VILLAGE, item, clerk, category="E02")
    pass_drafts(door.home, VILLAGE, [again.id], door.village.supervisor.user)

    found = reporter.look_up(number, code)
    assert "现在：还没核实。 调解和家事怎样办的，不公开，村里会当面告诉您。" in read(found)
    assert "婚姻" not in found.text
    assert f"{FOLDER}/AL-" not in found.text


def test_a_household_sees_its_own_on_its_card_and_nobody_of_it_passes_it(
    reporter: Reporter, door: Door
) -> None:
    household = put_household(door)
    code = make_card(door.home, VILLAGE, household, door.village.clerk.user)
    reporter.receive(card=code)
    draft = take_up(door.home, VILLAGE, find_item(door), door.village.clerk.user, category="D02")
    pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)

    body = parse_claim(draft.claim).body
    assert isinstance(body, CaseOpened)
    report = open_private(
        lambda digest: door.home.vault.find_private(VILLAGE, digest), body.report.sealed, CaseReport
    )
    assert report is not None
    assert (report.household, report.kind) == (household, "D02")
    own = reporter.client.post(
        f"/v/{VILLAGE}/card",
        headers={
            "host": "127.0.0.1:8000",
            "content-type": "application/x-www-form-urlencoded",
            "origin": "http://127.0.0.1:8000",
            "sec-fetch-site": "same-origin",
        },
        content=f"code={code}",
    )
    assert "AL-2026-001" in own.text
    assert PLACE in own.text


def test_what_nobody_verified_in_time_stands_on_the_desk_and_everybody_sees_how_much_waits(
    reporter: Reporter, door: Door
) -> None:
    assert "从网页收到" not in read(reporter.get(FOLDER))
    reporter.receive()
    reporter.receive(wording="第二件")
    assert "从网页收到 2 件：登记了 0 件，还没登记 2 件。" in read(reporter.get(FOLDER))
    item, clerk = find_item(door), door.village.clerk.user
    set_aside(door.home, VILLAGE, item, clerk, "spam")
    texts = door.village.texts
    door.village.record(
        build_opened(texts, "AL-2026-001", "C06", "2026-11-11"), occurred_on="2026-11-11", period="2026-11"
    )
    with door.home.ledger.read(VILLAGE) as reader:
        found = [
            count_unverified(door.home, reader, VILLAGE, day)
            for day in ("2026-11-12", "2026-11-13", "2026-11-14")
        ]
    assert found == [(0, ""), (1, "2026-11-12"), (2, "2026-11-12")]
    door.village.clock.advance(2 * DAY_MS)
    door.let_in("clerk")
    home = enter(door, reporter.client, "clerk").get("/desk")
    assert "2 件反映过了期限还没有核实，最早的应在 2026年11月12日以前" in read(home)
    assert f'href="{ROOM}"' in home.text
    reporter.client.app.state["site"].forget_received(VILLAGE)
    said = "还没登记 1 件，没有另登记 1 件（广告、乱写，看不出反映了什么 1 件）。"
    assert said in read(reporter.get(FOLDER))
    assert list_report_subjects(door.home, VILLAGE)[0][0] == "收件号 0001 的反映"


def test_who_has_to_say_why_is_asked_and_who_may_not_is_not_shown_it(
    reporter: Reporter, door: Door, client: TestClient
) -> None:
    reporter.receive(("a.jpg", photo_that_tells()), contact=CONTACT)
    item = find_item(door)
    for role in OTHERS:
        door.let_in(role, role)
        browser = enter(door, client, role)
        page = browser.get(f"{ROOM}/{item}")
        is_asked = role in ("township", "auditor")
        assert (PLACE in page.text) == (not is_asked)
        assert ("/photos/1.jpg" in page.text) == (not is_asked)
        if is_asked:
            assert "没有选" in read(browser.post(f"{ROOM}/{item}/open", {"purpose": "x"}))
            assert browser.post(f"{ROOM}/{item}/open", {"purpose": "audit"}).status_code == 303
            assert PLACE in browser.get(f"{ROOM}/{item}").text
        assert browser.post(f"{ROOM}/{item}/aside", {"why": "spam"}).status_code == 403
    assert tell(browser.get(f"{ROOM}/q-{'z' * 16}")) == "没有这个网页"
