"""Who may not be given an own honour for a while: shown at the desk to who sees names, with the reason, and logged."""

from __future__ import annotations

import html

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.scores import SchemeEffect, ScoreCard
from ledger.vaults import Member
from tests.books.points_ledger import change
from tests.builders import VILLAGE, build_scheme, build_score_round, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.test_desk_reading import enter
from tests.web.village import serve

PAGE = "/desk/eligibility"


@pytest.fixture
def door(door: Door) -> Door:
    """In November the one member has one star, which loses the year's commendation and the quarter's exemplar."""
    village, texts = door.village, door.village.texts
    member = Member(branch=1, member=make_id("m", 0), name="例大海", number="0104")
    door.home.vault.put_members(VILLAGE, [member])
    effects = (
        SchemeEffect(lasts="year", loses="commendation", stars=1),
        SchemeEffect(lasts="quarter", loses="exemplar", stars=1),
    )
    said = {"period": "2026-11", "occurred_on": "2026-11-02"}
    village.record(build_scheme(texts, effects=effects, version=2), **said)
    card = ScoreCard(stars=1, subject=texts.seal({"member": make_id("m", 0), "score": 60}))
    village.record(change(build_score_round(texts), cards=(card,), lines=(), version=2), **said)
    return door


def test_the_clerk_reads_who_why_and_until_when(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")

    page = html.unescape(clerk.get(PAGE).text)

    assert "0104 例大海" in page
    assert "不参加评优表彰，到 2026年12月31日为止，过后自动恢复，不用办手续。" in page
    assert "2026年11月考评为一星。党员考评办法（第 2 版）：一星的，当年不参加评优表彰。" in page
    assert "不参加先进典型评选" in page
    read = [item.fact for item in door.read_log() if item.fact.place == "ineligible"]
    assert [fact.subject for fact in read] == [make_id("m", 0)]
    assert f'href="{PAGE}"' in clerk.get("/desk/honours").text
    assert clerk.get(f"{PAGE}?until=2026-09").status_code == 404
    assert clerk.get(f"{PAGE}?until=2026-11").status_code == 404


def test_who_sees_names_masked_is_shown_nobody(door: Door, client: TestClient) -> None:
    page = enter(client, door, "township").get(PAGE).text

    assert "例大海" not in page
    assert "只看得到遮住的姓名" in page


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_page_fits_every_screen(door: Door, browser: Browser, width: int, height: int) -> None:
    door.let_in("clerk")
    with serve(door.village) as address, open_page(browser, width, height) as (page, complaints):
        sign_in(door, page, address, "clerk")
        page.goto(f"{address}{PAGE}")
        check_layout(page)
        assert complaints == []
