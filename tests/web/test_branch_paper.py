"""A branch's round on paper, to display within the branch: printed by the clerk, logged, and nowhere else."""

from __future__ import annotations

import io

import pytest
from litestar.testing import TestClient
from pypdf import PdfReader

from ledger.vaults import Member
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.web.desk import HOST
from tests.web.test_desk_reading import enter

PAPER = "/desk/calendar/2026-10/1.pdf"


@pytest.fixture
def door(door: Door) -> Door:
    member = Member(branch=1, member=make_id("m", 0), name="例大海", number="0104")
    door.home.vault.put_members(VILLAGE, [member])
    return door


def read_text(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_the_clerk_prints_it_and_it_is_logged(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    assert f'href="{PAPER}"' in clerk.get("/desk/calendar").text

    answer = clerk.get(PAPER)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    words = read_text(answer.content)
    for said in ("石榴河村党支部", "2026年10月", "党员评分公示单", "0104例大海二星65分", "只贴在支部里"):
        assert said in words
    assert "2026年11月2日到2026年11月7日" in words
    assert "2026年11月7日以前向支部提出" in words
    read = [item.fact for item in door.read_log() if item.fact.place == "branch-sheet"]
    assert [fact.subject for fact in read] == [make_id("m", 0)]


def test_whoever_was_erased_is_counted_and_not_named(door: Door, client: TestClient) -> None:
    door.home.vault.erase_subject(VILLAGE, make_id("m", 0))

    words = read_text(enter(client, door, "clerk").get(PAPER).content)

    assert "例大海" not in words
    assert "另有1人已不在名册上" in words


@pytest.mark.parametrize("name", ["1", "0.pdf", "2.pdf", "x.pdf"])
def test_there_is_none_of_what_was_not_held(door: Door, client: TestClient, name: str) -> None:
    clerk = enter(client, door, "clerk")

    assert clerk.get(f"/desk/calendar/2026-10/{name}").status_code == 404
    assert clerk.get("/desk/calendar/2026-11/1.pdf").status_code == 404
    assert clerk.get("/desk/calendar/2026/1.pdf").status_code == 404


def test_nobody_else_prints_it(door: Door, client: TestClient) -> None:
    supervisor = enter(client, door, "supervisor")

    assert supervisor.get(PAPER).status_code == 403
    assert f'href="{PAPER}"' not in supervisor.get("/desk/calendar").text
    assert client.get("/desk/calendar/2026-10/1.pdf", headers={"host": HOST}).status_code != 200
