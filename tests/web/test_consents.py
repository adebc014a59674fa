"""Consents at the desk: what a household agrees to and since when, taken back at once, and the paper that it signs."""

from __future__ import annotations

import html

import pytest
from litestar.testing import TestClient

from ledger.books.points import ConsentsWithdrawn
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.desk.people import Door
from tests.web.desk import HOST
from tests.web.gate import put_people
from tests.web.test_desk_reading import HOUSEHOLDS, NAMES, H, M, enter, list_of, tell
from tests.web.test_household_card import CARD, make, read, send

ONE = f"{HOUSEHOLDS}/{H[1]}"


@pytest.fixture
def door(door: Door) -> Door:
    put_people(door.home, VILLAGE)
    return door


def read_size(door: Door) -> int:
    with door.home.ledger.read(VILLAGE) as reader:
        return reader.size


def test_each_consent_is_shown_and_withdrawn_from_the_next_page_on(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    before = html.unescape(clerk.get(ONE).text)
    assert before.count("起，按细则第 1 版") == 2
    code = make(clerk, H[1])
    assert read(send(client, CARD, code=code)).count("起，按细则第 1 版") == 2

    asked = html.unescape(clerk.get(f"{ONE}/withdraw?consent=display").text)
    assert "<b>同意公示</b>" in asked
    assert "同意积分" not in asked
    size = read_size(door)
    answer = clerk.post(f"{ONE}/withdraw", {"consent": "display"})

    assert answer.headers["location"] == f"{ONE}?withdrawn=1"
    after = html.unescape(clerk.get(answer.headers["location"]).text)
    assert "已撤回" in after
    assert f"撤回（第 {size} 条）" in after
    assert "withdraw?consent=display" not in after
    assert "withdraw?consent=scoring" in after
    card = read(send(client, CARD, code=code))
    assert card.count("起，按细则第 1 版") == 1
    assert "撤回</span>" in card
    with door.home.ledger.read(VILLAGE) as reader:
        assert isinstance(reader.facts.read_entry(size).body, ConsentsWithdrawn)
    page = client.get(f"/v/{VILLAGE}/entries/{size}", headers={"host": HOST}).text
    assert "一户撤回同意" in page
    assert "同意公示" in page
    assert H[1] not in page
    assert NAMES[H[1]] not in page


def test_withdrawing_all_says_what_it_leaves_alone_and_again_says_there_is_nothing(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    clerk.get(ONE)
    asked = html.unescape(clerk.get(f"{ONE}/withdraw?consent=all").text)
    assert "已经挣的分一分不收回" in asked
    clerk.post(f"{ONE}/withdraw", {"consent": "all"})
    size = read_size(door)

    assert "没有可撤回的" in clerk.get(f"{ONE}/withdraw?consent=scoring").text
    again = clerk.post(f"{ONE}/withdraw", {"consent": "all"})

    assert again.status_code == 422
    assert "没有在起作用" in html.unescape(again.text)
    assert read_size(door) == size
    assert [said for said in tell(list_of(door.home, H[1])) if said[1] == "withdraw"]


def test_what_is_no_consent_and_whoever_is_no_household_is_not_there(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    for path in (
        *(f"{ONE}/withdraw", f"{ONE}/withdraw?consent=other", f"{HOUSEHOLDS}/{M}/withdraw?consent=all"),
        *(f"{HOUSEHOLDS}/{make_id('h', 9)}/withdraw?consent=all", f"{HOUSEHOLDS}/{M}/agreement.pdf"),
    ):
        assert clerk.get(path).status_code == 404, path
    clerk.get(ONE)
    assert clerk.post(f"{ONE}/withdraw", {"consent": "other"}).status_code == 404
    clerk.get(ONE)
    assert clerk.post(f"{HOUSEHOLDS}/{M}/withdraw", {"consent": "all"}).status_code == 404
    assert client.get(f"/v/{OTHER_VILLAGE}/entries/1", headers={"host": HOST}).status_code == 404


def test_only_a_clerk_is_offered_it(door: Door, client: TestClient) -> None:
    supervisor = enter(client, door, "supervisor")
    page = supervisor.get(ONE).text

    assert "同意公示" in page
    assert "/withdraw" not in page
    assert supervisor.get(f"{ONE}/withdraw?consent=all").status_code in {403, 404}


def test_the_paper_is_printed_blank_and_for_one_whose_reading_is_on_record(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    assert "/desk/agreement.pdf" in clerk.get("/desk/rules").text
    before = len(list_of(door.home, H[1]))

    blank = clerk.get("/desk/agreement.pdf")
    assert len(list_of(door.home, H[1])) == before
    own = clerk.get(f"{ONE}/agreement.pdf")

    for answer in (blank, own):
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF-")
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
    assert blank.content != own.content
    assert tell(list_of(door.home, H[1]))[0][1] == "agreement"


def test_the_paper_for_whoever_gets_it_says_each_consent(door: Door, client: TestClient) -> None:
    page = html.unescape(enter(client, door, "clerk").get(f"{ONE}/paper").text)

    assert "现在同意的" in page
    assert page.count("起，按细则第 1 版") == 2
    assert "/withdraw" not in page
