"""Honours as villagers read them, as the clerk prints them, and as a household finds its own."""

from __future__ import annotations

import html
import os
import re

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.honours import HonourReversed, HonoursGranted, get_check
from ledger.household_proof import verify_household_proof
from ledger.service.honours import list_holders
from ledger.vaults import Household
from tests.audit.test_home import audit_home
from tests.builders import OTHER_VILLAGE, VILLAGE, build_agreements, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.desk import HOST
from tests.web.test_desk_reading import enter, list_of, tell
from tests.web.test_household_card import CARD, PROOF, make, send
from tests.web.village import serve

H = [make_id("h", number) for number in range(3)]
PAGE = f"/v/{VILLAGE}/honours"
NOVEMBER = {"period": "2026-11", "occurred_on": "2026-11-02"}


@pytest.fixture
def door(door: Door) -> Door:
    """Households 0 and 2 agreed to be named, 1 did not; all three hold an honour, and 2 has it taken back."""
    village, texts = door.village, door.village.texts
    door.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset({"scoring", *(("naming",) if at != 1 else ())}),
                group=1,
                household=one,
                name=f"样大{at}",
                number=f"001{at}",
            )
            for at, one in enumerate(H)
        ],
    )
    sealed = [
        texts.seal({"display": False, "household": one, "naming": True, "scoring": False})
        for one in (H[0], H[2])
    ]
    agreements = tuple(sorted(sealed, key=lambda item: item.sealed))
    village.record(build_agreements(texts, agreements=agreements, display=0, naming=2, scoring=0), **NOVEMBER)
    holders = {one: texts.seal({"household": one, "name": "", "naming": False}, "holder") for one in H}
    granted = HonoursGranted(
        granted_to="household",
        holders=tuple(sorted(holders.values(), key=lambda item: item.sealed)),
        honour="H01",
        number="RY-2026-001",
        span="quarter",
        title=texts.publish("季度积分优胜户"),
        until="2026-09",
    )
    entry = village.record(granted, **NOVEMBER)
    taken = HonourReversed(
        holder=holders[H[2]].sealed, reason=texts.publish("积分算错"), reverses=entry.index
    )
    village.record(taken, **NOVEMBER)
    return door


def read(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"host": HOST})
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def find_check(door: Door, household: str) -> str:
    """The check code of a household's certificate, by what the vault has of it."""
    with door.home.ledger.read(VILLAGE) as reader:
        found = list_holders(door.home, reader, VILLAGE, "RY-2026-001")
    return next(get_check(digest) for digest, one, _ in found if one.household == household)


def test_the_page_counts_and_names_nobody(door: Door, client: TestClient) -> None:
    page = read(client, PAGE)
    assert "季度积分优胜户" in page
    assert '<span class="n">2 户</span>' in page
    assert "撤销了 1 户" in page
    paths = (PAGE, f"{PAGE}/RY-2026-001", f"/v/{VILLAGE}/points/2026-10")
    assert not any("样大" in read(client, path) for path in paths)

    door.home.vault.erase_subject(VILLAGE, H[0])

    assert '<span class="n">2 户</span>' in read(client, PAGE)
    assert audit_home(door.home.path).findings == ()


def test_a_certificate_is_checked_by_anybody_without_a_name(door: Door, client: TestClient) -> None:
    page = read(client, f"{PAGE}/RY-2026-001")

    check = find_check(door, H[0])
    assert re.search(rf'<li id="{check}"><b class="n">{check[:4]} {check[4:]}</b> <span>有效</span>', page)
    assert page.count("已撤销") == 1
    assert not any(name in page for name in ("样大", H[0]))
    for path in (f"{PAGE}/RY-2026-009", f"{PAGE}/x", f"/v/{OTHER_VILLAGE}/honours/RY-2026-001"):
        assert client.get(path, headers={"host": HOST}).status_code == 404
    assert client.get(f"{PAGE}?start=9", headers={"host": HOST}).status_code == 404


def test_the_clerk_prints_certificates_and_each_look_is_logged(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    room = clerk.get("/desk/honours")
    assert "RY-2026-001" in room.text

    listed = clerk.get("/desk/honours/RY-2026-001")
    assert "样大0" in listed.text
    assert "样大2" not in listed.text
    check = find_check(door, H[0])
    before = len(list_of(door.home, H[1]))
    answer = clerk.get(f"/desk/honours/RY-2026-001.pdf?check={check}")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    assert tell(list_of(door.home, H[0])).count(("clerk", "certificate", "duty")) == 1
    assert len(list_of(door.home, H[1])) == before
    for name in ("RY-2026-009", "RY-2026-009.pdf", "RY-2026-001.pdf?check=AAAAAAAA", "x"):
        assert clerk.get(f"/desk/honours/{name}").status_code == 404


def test_the_card_shows_the_households_honours_and_the_proof_carries_them(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    code, other = make(clerk), make(clerk, H[2])

    own = html.unescape(send(client, CARD, code=code).text)
    check = find_check(door, H[0])
    assert f"{PAGE}/RY-2026-001#{check}" in own
    assert "发错了，已撤销：积分算错" in html.unescape(send(client, CARD, code=other).text)
    proven = verify_household_proof(send(client, PROOF, code=code, year="2026").content)
    assert [(item.number, item.check) for item in proven.year.honours] == [("RY-2026-001", check)]


def test_pages_of_honours_fit_a_phone(door: Door, browser: Browser) -> None:
    paths = (PAGE, f"{PAGE}/RY-2026-001#{find_check(door, H[0])}")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in paths:
                    page.goto(address + path)
                    check_layout(page)
                    shots = os.environ.get("SHOTS")
                    if shots:
                        page.screenshot(path=f"{shots}/h{paths.index(path)}-{width}.png", full_page=True)
                assert page.locator(".scanned:visible").count() == 1
                assert complaints == []
