"""A party member's card from the desk to the phone: one's own rounds, mark by mark, and nobody else's."""

from __future__ import annotations

import html

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.service.cards import describe_member, make_card
from ledger.vaults import Member
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press
from tests.web.test_desk_reading import enter
from tests.web.test_household_card import CARD, HOUSEHOLDS, PROOF, read_letters, send
from tests.web.village import serve

M = [make_id("m", number) for number in range(2)]


@pytest.fixture
def door(door: Door) -> Door:
    """The first member has October's round, the second is in none."""
    members = [Member(branch=1, member=one, name=f"例大{at}", number=f"010{at}") for at, one in enumerate(M)]
    door.home.vault.put_members(VILLAGE, members)
    return door


def test_from_the_desk_to_the_phone(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    assert "还没有党员卡" in clerk.get(f"{HOUSEHOLDS}/{M[0]}").text
    printed = clerk.post(f"{HOUSEHOLDS}/{M[0]}/card").text
    (code,) = read_letters(printed)
    assert "党员卡" in printed
    assert "例*0" in printed
    assert "0100" not in printed

    answer = send(client, CARD, code=code.lower())
    page = html.unescape(answer.text)

    assert answer.headers["cache-control"] == "no-store"
    assert "例*0" in page
    assert "例大0" not in page
    for said in ("2026年10月", "石榴河村党支部", "参加主题党日", "签到表", ">65<", "2星", "从 60 分起"):
        assert said in page
    assert "2026年10月考评 P01 参加主题党日，+5 分。我知道的是：" in page
    assert 'name="about"' in page
    assert "看了存着的内容" in page  # The clerk looked.
    assert (
        send(client, PROOF, code=code).status_code == 404
    )  # Rounds are on the page; the file is a household's.


def test_a_new_card_a_revoked_one_and_an_erased_member_open_nothing(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    first = make_card(door.home, VILLAGE, M[0], door.village.clerk.user)
    second = make_card(door.home, VILLAGE, M[0], door.village.clerk.user)
    other = make_card(door.home, VILLAGE, M[1], door.village.clerk.user)

    assert "这张卡打不开" in send(client, CARD, code=first).text
    assert "例*0" in send(client, CARD, code=second).text
    assert "还没有考评过" in send(client, CARD, code=other, year="2026").text
    assert clerk.post(f"{HOUSEHOLDS}/{M[0]}/card/revoke").headers["location"] == f"{HOUSEHOLDS}?carded=1"
    assert "这张卡打不开" in send(client, CARD, code=second).text
    door.home.vault.erase_subject(VILLAGE, M[1])
    assert "这张卡打不开" in send(client, CARD, code=other).text


def test_a_year_without_a_round_leads_to_the_newest_that_has_one(door: Door) -> None:
    with door.home.ledger.read(VILLAGE) as reader:
        card = describe_member(door.home, reader, VILLAGE, M[0], "2019")

    assert (card.year, card.years, len(card.rounds)) == ("2026", ("2026",), 1)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_page_fits_every_screen(door: Door, browser: Browser, width: int, height: int) -> None:
    code = make_card(door.home, VILLAGE, M[0], door.village.clerk.user)
    with serve(door.village) as address, open_page(browser, width, height) as (page, complaints):
        page.goto(f"{address}{CARD}")
        page.get_by_label("卡上的字").fill(code)
        press(page, "看我家的")
        check_layout(page)
        assert complaints == []
