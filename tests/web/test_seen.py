"""What is passed was shown whole to whoever passes it, in this session and as it is: by every form there is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pytest
from litestar.testing import TestClient

from ledger.errors import Fault, format_fault
from ledger.service.documents import Kept, build_documents, find_target, make_private
from ledger.vaults import Draft
from tests.builders import (
    VILLAGE,
    build_points_line,
    build_points_round,
    build_postings,
    build_voucher,
)
from tests.desk.people import Door
from tests.web.desk import DeskBrowser, enter, vouch
from tests.web.gate import put_people
from web.desk import drafts as pages
from web.desk.routing import Desk

DRAFTS = "/desk/drafts"
UNSEEN = "还没有打开看过全文"


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    door.let_in("supervisor", "supervisor")
    return enter(door, client, "supervisor")


def draft_voucher(door: Door, number: int, **changes: object) -> Draft:
    body = build_voucher(
        door.village.texts,
        chart="2023",
        number=f"2026-11-{number:03d}",
        postings=build_postings(100, debit="513"),
        **changes,
    )
    return door.village.draft(body, period="2026-11", occurred_on="2026-11-11")


def draft_round(door: Door) -> Draft:
    put_people(door.home, VILLAGE)
    village = door.village
    lines = [build_points_line(village.texts, number) for number in range(3)]
    body = build_points_round(
        village.texts, 3, lines=tuple(sorted(lines, key=lambda line: line.subject.sealed))
    )
    return village.draft(body, period="2026-11", occurred_on="2026-11-11")


def list_given(answer: httpx.Response) -> list[str]:
    """What the page's forms would bring."""
    return re.findall(r'name="drafts" value="([^"]+)"', answer.text)


def send(browser: DeskBrowser, given: str) -> httpx.Response:
    return browser.post(DRAFTS, {"drafts": given})


def find_state(door: Door, draft: Draft) -> str:
    found = door.home.vault.find_draft(VILLAGE, draft.id)
    assert found is not None
    return found.state


def test_the_list_shows_vouchers_whole_and_passes_them(door: Door, browser: DeskBrowser) -> None:
    first, second = draft_voucher(door, 2), draft_voucher(door, 3)

    listed = browser.get(DRAFTS)

    assert [given.split(":")[:2] for given in list_given(listed)] == [
        [one.id, one.digest] for one in (first, second)
    ]
    whole = re.findall(r'<div class="sheet">(.*?)</div>', listed.text, re.DOTALL)
    opened = browser.get(f"{DRAFTS}/{first.id}").text
    shown = re.search(r'<div class="sheet"[^>]*>(.*?)</div>', opened, re.DOTALL)
    assert shown is not None
    assert re.findall("<p>(.*?)</p>", whole[0]) == re.findall("<p>(.*?)</p>", shown[1]) != []
    form = "&".join(f"drafts={given}" for given in list_given(listed))
    answer = browser.post(DRAFTS, f"{form}&csrf={browser.token}")
    assert answer.headers["location"] == f"{DRAFTS}?passed=2&held=0"


def test_what_no_page_showed_is_not_passed(door: Door, browser: DeskBrowser) -> None:
    draft, other = draft_voucher(door, 2), draft_voucher(door, 3)
    elsewhere = list_given(browser.get(f"{DRAFTS}/{other.id}"))[0].split(":")[2]

    for given in (
        f"{draft.id}:{draft.digest}",
        f"{draft.id}:{draft.digest}:",
        f"{draft.id}:{draft.digest}:{elsewhere}",
        f"{draft.id}:{draft.digest}:{'é' * 64}",
    ):
        answer = send(browser, given)
        assert (answer.status_code, UNSEEN in answer.text) == (409, True)
        assert draft.label in answer.text
    assert find_state(door, draft) == "waiting"
    assert send(browser, list_given(browser.get(f"{DRAFTS}/{draft.id}"))[0]).status_code == 303
    assert find_state(door, draft) == "recorded"


def test_what_is_said_of_one_that_was_not_shown(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, told = draft_voucher(door, 2), list[Fault]()
    check = pages.check_seen

    def listen(desk: Desk, given: Mapping[str, tuple[str, str]]) -> list[Fault]:
        found = check(desk, given)
        told.extend(found)
        return found

    monkeypatch.setattr(pages, "check_seen", listen)
    answer = send(browser, f"{draft.id}:{draft.digest}")

    assert [format_fault(fault) for fault in told] == [
        (
            f"待审记录 {draft.id}（{draft.label}）：现为还没有打开看过全文，应为看到最后一行的。"
            "点开这一条，看到最后一行再通过。（draft-unseen）"
        )
    ]
    assert (
        f"待审记录 {draft.id}（{draft.label}）还没有打开看过全文，应为看到最后一行的。"
        "点开这一条，看到最后一行再通过。"
    ) in answer.text


def test_one_that_was_not_shown_stops_the_others_of_the_form(door: Door, browser: DeskBrowser) -> None:
    draft, other = draft_voucher(door, 2), draft_voucher(door, 3)
    form = f"drafts={vouch(door, browser, draft)}&drafts={other.id}:{other.digest}"

    answer = browser.post(DRAFTS, f"{form}&csrf={browser.token}")

    assert answer.status_code == 409
    assert [find_state(door, one) for one in (draft, other)] == ["waiting"] * 2


def test_what_another_session_was_shown_counts_for_nobody_else(
    door: Door, client: TestClient, browser: DeskBrowser
) -> None:
    draft = draft_voucher(door, 2)
    (given,) = list_given(browser.get(f"{DRAFTS}/{draft.id}"))
    door.let_in("secretary", "secretary")

    assert UNSEEN in send(enter(door, client, "secretary"), given).text
    assert UNSEEN in send(enter(door, client, "supervisor"), given).text
    assert send(browser, given).status_code == 303


def test_what_is_about_people_or_long_is_opened_first(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher, points = draft_voucher(door, 2), draft_round(door)
    before = door.list_events().count("read-personal")

    listed = browser.get(DRAFTS)

    assert [given.split(":")[0] for given in list_given(listed)] == [voucher.id]
    assert "点开看过再审" in listed.text
    assert door.list_events().count("read-personal") == before
    monkeypatch.setattr(pages, "LISTED_LINES_MAX", 1)
    assert list_given(browser.get(DRAFTS)) == []
    monkeypatch.undo()
    monkeypatch.setattr(pages, "LISTED_ALL_MAX", 1)
    assert list_given(browser.get(DRAFTS)) == []
    monkeypatch.setattr(pages, "LISTED_ALL_MAX", 1_000)
    monkeypatch.setattr(pages, "LISTED_MAX", 0)
    assert list_given(browser.get(DRAFTS)) == []
    monkeypatch.undo()
    assert [given.split(":")[0] for given in list_given(browser.get(f"{DRAFTS}/{points.id}"))] == [points.id]


def test_of_a_long_draft_every_page_is_shown_one_after_another(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LINES_MAX", 2)
    draft = draft_round(door)
    path = f"{DRAFTS}/{draft.id}"

    pieces, given, onward = [], [], path
    while onward:
        page = browser.get(onward)
        assert given == []
        given = list_given(page)
        shown = re.search(r'<div class="sheet"[^>]*>(.*?)</div>', page.text, re.DOTALL)
        assert shown is not None
        pieces.append(re.findall("<p>(.*?)</p>", shown[1]))
        assert ("看到最后一行，才能通过" in page.text) == (given == [])
        found = re.search(rf'href="({path}\?from=[^"]+)"', page.text)
        last, onward = onward, found[1].replace("&amp;", "&") if found else ""
    jumped = browser.get(last.partition("&")[0])
    bent = browser.get(last[:-1] + ("0" if last[-1] != "0" else "1"))
    monkeypatch.undo()

    assert len(pieces) > 1
    assert [len(piece) for piece in pieces[:-1]] == [2] * (len(pieces) - 1)
    whole = re.search(r'<div class="sheet"[^>]*>(.*?)</div>', browser.get(path).text, re.DOTALL)
    assert whole is not None
    assert [line for piece in pieces for line in piece] == re.findall("<p>(.*?)</p>", whole[1])
    assert list_given(jumped) == list_given(bent) == []
    assert "从第一行看起" in jumped.text
    assert send(browser, given[0]).status_code == 303


def test_who_sees_masks_says_why_before_they_pass(door: Door, client: TestClient) -> None:
    door.let_in("township", "township")
    browser, draft = enter(door, client, "township"), draft_round(door)

    page = browser.get(f"{DRAFTS}/{draft.id}")
    assert list_given(page) == []
    assert "先在上面写明为什么看" in page.text
    browser.post(f"{DRAFTS}/{draft.id}/open", {"purpose": "check"})

    (given,) = list_given(browser.get(f"{DRAFTS}/{draft.id}"))
    assert send(browser, given).headers["location"] == f"{DRAFTS}?passed=1&held=0"


def test_pages_of_a_long_draft_that_showed_masks_prove_nothing(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LINES_MAX", 2)
    door.let_in("township", "township")
    browser, draft = enter(door, client, "township"), draft_round(door)
    path = f"{DRAFTS}/{draft.id}"

    def find_onward(address: str) -> str:
        found = re.search(rf'href="({path}\?from=[^"]+)"', browser.get(address).text)
        return found[1].replace("&amp;", "&") if found else ""

    def walk(address: str) -> str:
        while onward := find_onward(address):
            address = onward
        return address

    masked = walk(path)
    assert "seen=" not in masked
    browser.post(f"{path}/open", {"purpose": "objection"})
    assert list_given(browser.get(masked)) == []  # The pages before it were masked.
    assert len(list_given(browser.get(walk(path)))) == 1


def test_a_changed_draft_is_not_what_was_shown(door: Door, browser: DeskBrowser) -> None:
    draft = draft_voucher(door, 2)
    (given,) = list_given(browser.get(f"{DRAFTS}/{draft.id}"))
    name, _digest, proof = given.split(":")

    assert UNSEEN in send(browser, f"{name}:{'f' * 64}:{proof}").text
    answer = send(browser, vouch(door, browser, draft, "f" * 64))
    assert (answer.status_code, "与看过的不一样" in answer.text) == (409, True)
    assert find_state(door, draft) == "waiting"


def test_a_voucher_with_documents_is_opened_and_takes_them_along(door: Door, browser: DeskBrowser) -> None:
    home, draft = door.home, draft_voucher(door, 2)
    kept = Kept(areas=(), data=b"original", filename="样.jpg", pages=(b"page 1",))
    private = make_private(home, VILLAGE, kept.data)
    target = find_target(home, VILLAGE, "2026-11-002")
    documents = build_documents(home, VILLAGE, target, door.village.clerk.user, [(private, kept)])
    home.vault.put_drafts(VILLAGE, [documents])

    assert list_given(browser.get(DRAFTS)) == []
    given = list_given(browser.get(f"{DRAFTS}/{draft.id}"))

    assert [one.split(":")[0] for one in given] == [draft.id, documents.id]
    form = "&".join(f"drafts={one}" for one in given)
    answer = browser.post(DRAFTS, f"{form}&csrf={browser.token}")
    assert answer.headers["location"] == f"{DRAFTS}?passed=2&held=0"
