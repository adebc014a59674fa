"""Assessments as villagers read them: branches and grids with scores, persons without names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.assessments import AssessedCard, AssessmentRound
from ledger.books.scores import OtherSubject
from tests.assessments import build_assessment, build_branch_scheme
from tests.builders import VILLAGE, build_branch, make_id
from tests.grids import build_grids
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.village import make_client, serve

PAGE = f"/v/{VILLAGE}/assessments"
SEPTEMBER = {"occurred_on": "2026-09-30", "period": "2026-09"}


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as client:
        yield client


def build_bare(cards: tuple[AssessedCard, ...], subject: OtherSubject) -> AssessmentRound:
    """A round without marks; its texts are those of the cards alone."""
    return AssessmentRound(
        ballots=(),
        cards=cards,
        counts=(),
        lines=(),
        part=1,
        parts=1,
        scheme="stars",
        sealed_lines=(),
        sealed_points=0,
        subject=subject,
        version=1,
    )


def record(village: VillageHome) -> None:
    """Four rounds of September: a branch, its secretary, a grid, two workers."""
    texts = village.texts
    village.record(build_grids(texts), **SEPTEMBER)
    village.record(build_branch(texts), **SEPTEMBER)
    for subject in ("branch", "secretary", "grid", "grid-worker"):
        village.record(build_branch_scheme(texts, subject=subject), **SEPTEMBER)
    village.record(build_assessment(texts), **SEPTEMBER)
    grid = AssessedCard(of="WG-0001", score=60, stars=1)
    village.record(build_bare((grid,), "grid"), **SEPTEMBER)
    secretary = AssessedCard(
        of="1", stars=1, subject=texts.seal({"member": make_id("m", 0), "rows": [], "score": 60})
    )
    village.record(build_bare((secretary,), "secretary"), **SEPTEMBER)
    people = [texts.seal({"name": name, "rows": [], "score": 60}) for name in ("例小河", "某大嫂")]
    cards = tuple(
        AssessedCard(of="", stars=1, subject=one) for one in sorted(people, key=lambda item: item.sealed)
    )
    village.record(build_bare(cards, "grid-worker"), **SEPTEMBER)


def read(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", "", re.sub("<[^>]*>", "", html.unescape(answer.text)))


def test_a_village_that_assessed_nobody_says_so(client: TestClient) -> None:
    assert "还没有考评过。" in read(client, PAGE)


def test_the_first_screen_says_who_is_first_and_nobody_is_named(
    village: VillageHome, client: TestClient
) -> None:
    record(village)
    page = read(client, PAGE)

    assert "党支部第一：石榴河村党支部，65分。" in page
    assert "网格第一：东片网格，60分。" in page
    assert "书记是公开的职务，按支部公布星级；分数和扣分不公开。" in page
    assert "网格员只公布各等次有多少人，不说是谁。" in page
    assert "例小河" not in page


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (4, "记分、计数和分数都写在这一条里，谁都可以重新算一遍。"),
        (1, "考评的是个人：是谁、多少分、扣了什么都不公开，只公开等次。"),
    ],
)
def test_a_round_is_explained(village: VillageHome, client: TestClient, back: int, said: str) -> None:
    record(village)
    with village.home.ledger.read(VILLAGE) as reader:
        index = reader.size - back

    assert said in read(client, f"/v/{VILLAGE}/entries/{index}")


def test_the_page_fits_a_phone(village: VillageHome, browser: Browser) -> None:
    record(village)
    with serve(village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                page.goto(address + PAGE)
                check_layout(page)
                assert complaints == []
