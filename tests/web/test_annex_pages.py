"""The annex at the desk and on the board: sealed and printed here, its bands there, and no line on any public page."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from ledger.service.annexes import seal_annex
from tests.builders import VILLAGE
from tests.desk.people import Door, open_door
from tests.rewards import ANNEXED, DISPLAYED, NUMBERS, live_with_points
from tests.web.desk import HOST
from tests.web.test_desk_reading import enter
from tests.web.test_household_card import CARD, make, send

SHEET = "/desk/months/2026-10/points"
PAGE = f"/v/{VILLAGE}/sheets/2026-10/points"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        live_with_points(opened.village)
        opened.village.seal("points", "2026-10")
        yield opened


def seal(door: Door) -> int:
    annex = seal_annex(door.home, VILLAGE, "2026-10", maker=door.village.clerk.user)
    assert annex is not None
    return annex.entries[0]


def test_the_clerk_seals_and_prints_the_annex(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    assert "封存附页" in clerk.get(SHEET).text
    assert clerk.get(f"{SHEET}/annex.pdf").status_code == 404

    clerk.post(f"{SHEET}/annex")
    page = clerk.get(SHEET).text
    assert "封存附页" not in page
    assert f'href="{SHEET}/annex.pdf"' in page
    pdf = clerk.get(f"{SHEET}/annex.pdf")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["cache-control"] == "no-store"
    assert clerk.get("/desk/months/2026-10/finance/annex.pdf").status_code == 404
    assert clerk.get("/desk/months/2026-09/points/annex.pdf").status_code == 404

    clerk.get(f"/desk/households/{ANNEXED[0]}")
    assert "打印了积分公开表的附页" in clerk.get(f"/desk/households/{ANNEXED[0]}").text


def test_the_public_page_has_bands_and_no_line(door: Door, client: TestClient) -> None:
    assert "各档有多少户" not in client.get(PAGE, headers={"host": HOST}).text
    entry = seal(door)

    page = html.unescape(client.get(PAGE, headers={"host": HOST}).text)
    assert "第 1 档：0 分" in page
    assert "第 2 档：1 分及以上" in page
    assert page.count('<rect class="chart-in"') == 2
    assert f"同意公示的 {DISPLAYED} 户" in page
    record = html.unescape(client.get(f"/v/{VILLAGE}/entries/{entry}", headers={"host": HOST}).text)
    assert "1 分及以上" in record
    for secret in (*NUMBERS, *ANNEXED):
        assert secret not in page + record


def test_the_card_shows_the_own_line(door: Door, client: TestClient) -> None:
    seal(door)
    clerk = enter(client, door, "clerk")
    shown, other = make(clerk, ANNEXED[0]), make(clerk, ANNEXED[DISPLAYED])

    page = html.unescape(send(client, CARD, code=shown).text)
    assert "您家在公开栏附页上的一行" in page
    assert f"户号 {NUMBERS[0]}" in page
    assert "附页上的一行" not in send(client, CARD, code=other).text
