"""Grids as villagers read them: in which one they live, who answers for it by a mask, and how often somebody came."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.grids import GridsRegistered, GridUnit, HandHeld, Level, VisitLine, VisitsRecorded
from tests.builders import OTHER_VILLAGE, VILLAGE, Discloser, make_id
from tests.grids import build_grids, build_visits
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.village import make_client, serve

PAGE = f"/v/{VILLAGE}/grids"
SEPTEMBER = {"period": "2026-09", "occurred_on": "2026-09-30"}
OCTOBER = {"period": "2026-10", "occurred_on": "2026-10-28"}


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as client:
        yield client


def build_unit(
    texts: Discloser, number: int, level: Level, parent: str, workers: int = 0, name: str = ""
) -> GridUnit:
    holders = [
        texts.seal({"household": "", "name": f"某第{one}人", "paired": ""}, "holder")
        for one in range(workers)
    ]
    return GridUnit(
        ended=False,
        hands=tuple(
            HandHeld(holder=one, post="worker") for one in sorted(holders, key=lambda item: item.sealed)
        ),
        households=15,
        level=level,
        name=texts.publish(name or f"柳树巷 {number} 号"),
        number=f"WG-{number:04d}",
        offices=(),
        parent=parent,
    )


def record(village: VillageHome) -> None:
    """Two months of visits; in October the month still runs."""
    texts = village.texts
    village.record(build_grids(texts), **SEPTEMBER)
    lanes = [build_unit(texts, number, "lane", "WG-0001", workers=1) for number in range(3, 50)]
    village.record(GridsRegistered(units=tuple(lanes)), **SEPTEMBER)
    visits = [
        texts.seal(
            {
                "day": f"2026-09-{day:02d}",
                "household": make_id("h", 0),
                "reason": "看望",
                "visitor": "某第0人",
            },
            "visit",
        )
        for day in range(1, 11)
    ]
    line = VisitLine(
        diaries=(), unit="WG-0003", version=1, visits=tuple(sorted(visits, key=lambda item: item.sealed))
    )
    village.record(VisitsRecorded(lines=(line,)), **SEPTEMBER)
    village.record(build_visits(texts, month="2026-10"), **OCTOBER)


def read(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub("</?(b|span)[^>]*>", "", html.unescape(answer.text))


def test_a_village_without_grids_says_so(client: TestClient) -> None:
    assert "村里还没有登记网格。" in read(client, PAGE)
    assert client.get(f"{PAGE}/WG-0001").status_code == 404


def test_units_and_their_visits_stand_there_and_nobody_behind_them(
    village: VillageHome, client: TestClient
) -> None:
    record(village)
    page = read(client, PAGE)

    assert "全村有 1 个一级网格、48 个街巷，一共 717 户。" in page
    assert "2026年10月走访了 2 次，记了 1 篇村情日记。" in page
    assert "样*山" in page
    assert "这个月还没完" in page
    assert "应不少于" not in page
    assert "老槐巷" in page
    pages = [page, *(read(client, f"{PAGE}{path}") for path in ("/WG-0001", "/WG-0002", "?start=40"))]
    assert not any(name in one for name in ("样大山", "例小河", "某第0人", make_id("h", 0)) for one in pages)


def test_a_month_that_is_over_tells_which_unit_fell_short(village: VillageHome, client: TestClient) -> None:
    record(village)
    page = read(client, f"{PAGE}?month=2026-09")

    assert "走访了 10 次" in page
    assert "这个月有 47 个网格没有走够。" in page
    assert (
        page.count("没走够，应不少于 10 次") == 38
    )  # Of the first forty one was visited enough, one has no workers.
    assert client.get(f"{PAGE}?month=2026-08").status_code == 404
    assert client.get(f"{PAGE}?month=x").status_code == 404
    unit = read(client, f"{PAGE}/WG-0003")
    assert "2026年9月</th>" in unit or "2026年9月</a>" in unit
    assert "10 次</td>" in unit
    assert "这里没有单独的网格员，走访记在东片网格里。" in read(client, f"{PAGE}/WG-0002")


def test_a_unit_says_first_how_often_somebody_came_in_its_newest_month(
    village: VillageHome, client: TestClient
) -> None:
    record(village)
    unit = re.sub(r"\s+", "", read(client, f"{PAGE}/WG-0001"))

    assert "2026年10月走访</dt><dd>2次记了1篇村情日记" in unit
    assert "这个月还没完。" in unit
    assert "说出编号WG-0001和月份。" in unit
    assert 'class="answer"' not in read(client, f"{PAGE}/WG-0002")
    assert "说出是哪个网格、哪个月。" in read(client, PAGE)


def test_when_every_unit_was_visited_enough_that_is_said(village: VillageHome, client: TestClient) -> None:
    texts = village.texts
    village.record(GridsRegistered(units=(build_unit(texts, 1, "first", ""),)), **SEPTEMBER)
    village.record(GridsRegistered(units=(build_unit(texts, 2, "lane", "WG-0001", workers=1),)), **SEPTEMBER)
    seals = [
        texts.seal({"day": "2026-09-01", "household": make_id("h", at), "reason": "", "visitor": ""}, "visit")
        for at in range(10)
    ]
    line = VisitLine(
        diaries=(), unit="WG-0002", version=1, visits=tuple(sorted(seals, key=lambda item: item.sealed))
    )
    village.record(VisitsRecorded(lines=(line,)), **SEPTEMBER)

    assert "这个月每个网格都走够了。" in read(client, PAGE)


def test_units_are_found_by_name_and_turned_over_page_by_page(
    village: VillageHome, client: TestClient
) -> None:
    record(village)
    found = read(client, f"{PAGE}?q=老槐")
    assert "老槐巷" in found
    assert "柳树巷" not in found
    assert "没有找到" in read(client, f"{PAGE}?q=没有的巷")
    assert f"{PAGE}?start=40" in read(client, PAGE)
    later = read(client, f"{PAGE}?start=40")
    assert "柳树巷 49 号" in later
    assert f'href="{PAGE}"' in later
    for path in ("?start=90", "?start=x", "/WG-0099", "/x", "/WG-0099.pdf", "/WG-0001.pdf"):
        assert client.get(f"{PAGE}{path}").status_code == 404
    assert client.get(f"/v/{OTHER_VILLAGE}/grids").status_code == 404


@pytest.mark.parametrize("query", ["三组", "3组", "第3小组", "第三村民小组"])
def test_a_villagers_group_is_found_however_it_is_written(
    village: VillageHome, client: TestClient, query: str
) -> None:
    texts = village.texts
    names = {1: "第三村民小组微网格", 2: "第十三村民小组微网格", 3: "13 组"}
    units = [build_unit(texts, number, "micro", "WG-0009", name=name) for number, name in names.items()]
    village.record(GridsRegistered(units=(*units, build_unit(texts, 9, "first", ""))), **SEPTEMBER)

    found = read(client, f"{PAGE}?q={query}")

    assert "写几组、巷名，如 三组、老槐巷" in found
    assert "WG-0001" in found
    assert "WG-0002" not in found
    assert "WG-0003" not in found
    assert "第三村民小组微网格在柳树巷 9 号里" in re.sub(r"(?<=格) ", "", found)  # Its name tells its level.
    found = read(client, f"{PAGE}?q=十三组")
    assert "WG-0001" not in found
    assert "WG-0002" in found
    assert "WG-0003" in found
    assert "没有找到" in read(client, f"{PAGE}?q=三三组")


def test_other_months_are_those_that_are_not_shown(village: VillageHome, client: TestClient) -> None:
    record(village)
    for month, other in (("2026-09", "2026-10"), ("2026-10", "2026-09")):
        page = read(client, f"{PAGE}?month={month}")
        assert f'href="{PAGE}?month={other}"' in page
        assert f'href="{PAGE}?month={month}"' not in page


def test_a_lane_has_a_board_to_print(village: VillageHome, client: TestClient) -> None:
    record(village)

    assert f"{PAGE}/WG-0002.pdf" in read(client, f"{PAGE}/WG-0002")
    assert ".pdf" not in read(client, f"{PAGE}/WG-0001")
    answer = client.get(f"{PAGE}/WG-0002.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_entries_say_what_was_registered_and_visited(village: VillageHome, client: TestClient) -> None:
    given = village.record(build_grids(village.texts), **OCTOBER)
    visited = village.record(build_visits(village.texts, month="2026-10"), **OCTOBER)
    again = village.record(build_visits(village.texts, version=2, month="2026-10"), **OCTOBER)

    page = read(client, f"/v/{VILLAGE}/entries/{given.index}")
    assert "WG-0002 街巷 老槐巷" in page
    assert "样大山" not in page
    page = read(client, f"/v/{VILLAGE}/entries/{visited.index}")
    assert "走访 2 次" in page
    assert "换下原来那一次" not in page
    assert "换下原来那一次" in read(client, f"/v/{VILLAGE}/entries/{again.index}")


def test_pages_of_grids_fit_a_phone(village: VillageHome, browser: Browser) -> None:
    record(village)
    paths = (f"{PAGE}?month=2026-09", PAGE, f"{PAGE}/WG-0001", f"{PAGE}/WG-0002")
    with serve(village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in paths:
                    page.goto(address + path)
                    check_layout(page)
                assert complaints == []
