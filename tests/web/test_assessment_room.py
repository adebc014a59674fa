"""Rounds of assessment on paper at the desk: listed by year and linked from the calendar, printed by whoever may,
naming nobody, with a page that their code leads to.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser
from pypdf import PdfReader

from ledger.books.assessments import AssessedCard
from ledger.books.roles import ROLES
from ledger.figures.assessments import SHOWN
from tests.assessments import build_assessment
from tests.builders import VILLAGE
from tests.desk.people import Door, open_door
from tests.service.test_assessment_sheets import record_rounds
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.desk import HOST
from tests.web.gate import ALLOWED
from tests.web.test_desk_reading import count_facts, enter
from tests.web.village import make_client, serve

ROOM = "/desk/assessments"
PAGE = f"/v/{VILLAGE}/assessments"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """September's rounds of everybody, and branches again in October."""
    with open_door(tmp_path / "home", monkeypatch) as door:
        record_rounds(door.village)
        door.village.go_to("2026-11-02")
        cards = tuple(AssessedCard(of=of, score=60, stars=1) for of in ("1", "2", "3"))
        body = build_assessment(door.village.texts, cards=cards, lines=())
        door.village.record(body, period="2026-10", occurred_on="2026-10-31")
        yield door


def read_paper(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def read_page(client: TestClient, query: str) -> str:
    answer = client.get(f"{PAGE}?{query}", headers={"host": HOST})
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", "", re.sub("<[^>]*>", "", html.unescape(answer.text)))


def test_every_recorded_round_is_listed_and_the_calendar_links_its_paper(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    page, calendar = clerk.get(ROOM).text, clerk.get("/desk/calendar").text

    papers = re.findall(f'href="{ROOM}/([^"]*)"', page)
    assert papers == [
        "2026-10-branch.pdf",
        "2026-09-branch.pdf",
        "2026-09-secretary.pdf",
        "2026-09-grid.pdf",
        "2026-09-grid-worker.pdf",
    ]
    assert f'href="{PAGE}?subject=branch&amp;month=2026-10"' in page
    assert re.findall(f'href="{ROOM}/([^"]*)"', calendar) == ["2026-10-branch.pdf"]  # Since the founding.
    assert f'href="{ROOM}"' in calendar
    assert f'href="{ROOM}"' in clerk.get("/desk/grids").text
    assert clerk.get(f"{ROOM}?year=2026").status_code == 200
    assert clerk.get(f"{ROOM}?year=2025").status_code == 404
    for paper in papers:
        assert clerk.get(f"{ROOM}/{paper}").status_code == 200, paper


def test_a_village_that_assessed_nobody_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_door(tmp_path / "bare", monkeypatch) as bare, make_client(bare.village) as client:
        assert "还没有考评过支部、书记、网格和网格员。" in enter(client, bare, "clerk").get(ROOM).text


def test_the_paper_says_what_the_page_says_names_nobody_and_is_no_look(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    before = count_facts(door)
    answers = {subject: clerk.get(f"{ROOM}/2026-09-{subject}.pdf") for subject in SHOWN}

    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/pdf"}
    words = {subject: read_paper(answer.content) for subject, answer in answers.items()}
    page = {subject: read_page(client, f"subject={subject}&month=2026-09") for subject in SHOWN}
    assert "第1东片网格受理0件，办结0件，走访2次86.666578分合格" in words["grid"]
    assert "第1东片网格78分合格" in page["grid"]
    assert "事件和走访约86.66分，网格日常65分；受理0件，办结0件，走访2次" in page["grid"]
    assert "第1石榴河村党支部65分二星第2村北党支部60分一星第2村南党支部60分一星" in words["branch"]
    assert "第1石榴河村党支部65分二星" in page["branch"]
    assert "石榴河村党支部一星" in words["secretary"]
    assert "支部书记的考评结果。" in page["secretary"]
    assert "石榴河村党支部一星" in page["secretary"]
    assert "二星0名一星2名未评星0名" in words["grid-worker"]
    assert "二星0名一星2名未评星0名" in page["grid-worker"]
    for name in ("例小河", "某大嫂", "样*山"):
        assert name not in "".join(words.values())
    assert count_facts(door) == before


def test_the_page_of_one_round_is_its_own_and_others_are_not_there(door: Door, client: TestClient) -> None:
    october = read_page(client, "subject=branch&month=2026-10")

    assert "2026年10月" in october
    assert "第1石榴河村党支部60分" in october
    assert "各项最近的考评" in october
    assert "网格" not in october.partition("分是怎么来的")[0].partition("各项最近的考评")[2]
    for query in ("subject=grid&month=2026-10", "subject=grid", "month=2026-09", "subject=x&month=2026-09"):
        answer = client.get(f"{PAGE}?{query}", headers={"host": HOST})
        assert answer.status_code == 404, query


def test_an_entry_leads_to_its_own_round(door: Door, client: TestClient) -> None:
    with door.home.ledger.read(VILLAGE) as reader:
        index = reader.size - 1

    page = client.get(f"/v/{VILLAGE}/entries/{index}", headers={"host": HOST}).text

    assert f'href="{PAGE}?subject=branch&amp;month=2026-10"' in page


@pytest.mark.parametrize(
    "name",
    ["2026-10-grid.pdf", "2026-09-member.pdf", "2026-09-grid", "2026-13-grid.pdf", "2026-09-.pdf", "x.pdf"],
)
def test_there_is_none_of_what_was_not_held(door: Door, client: TestClient, name: str) -> None:
    assert enter(client, door, "clerk").get(f"{ROOM}/{name}").status_code == 404


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_may_print_grids_may_print_it(door: Door, client: TestClient, role: str) -> None:
    browser = enter(client, door, role)
    expected = 200 if role in ALLOWED["names.read"] else 403

    assert browser.get(ROOM).status_code == expected
    assert browser.get(f"{ROOM}/2026-09-grid.pdf").status_code == expected


def test_nobody_prints_it_without_signing_in(door: Door, client: TestClient) -> None:
    for path in (ROOM, f"{ROOM}/2026-09-grid.pdf"):
        answer = client.get(path, headers={"host": HOST}, follow_redirects=False)
        assert answer.status_code == 303, path


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_room_and_a_rounds_page_fit_every_screen(
    door: Door, browser: Browser, width: int, height: int
) -> None:
    door.let_in("clerk")
    with serve(door.village) as address, open_page(browser, width, height) as (page, complaints):
        sign_in(door, page, address, "clerk")
        for path in (ROOM, f"{PAGE}?subject=grid&month=2026-09"):
            page.goto(address + path)
            check_layout(page)
        assert complaints == []
