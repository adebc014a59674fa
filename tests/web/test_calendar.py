"""The calendar of assessments at the desk: how each round of a year stands, in words; what is late leads to it."""

from __future__ import annotations

import html
import re

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from tests.books.points_ledger import change
from tests.builders import VILLAGE, build_objection, build_weighed_scheme
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, sign_in
from tests.web.test_desk_reading import enter
from tests.web.test_late_on_the_desk import list_late
from tests.web.village import serve

CALENDAR = "/desk/calendar"


def read_cells(page: str) -> dict[str, str]:
    """What each cell says, by the name of its month."""
    cells = re.findall(r"<li class=\"is-\w+\"><b>[^<]*，([^<]*)</b>(.*?)</li>", page)
    return {name: " ".join(re.sub("<[^>]*>", " ", html.unescape(said)).split()) for name, said in cells}


def test_a_year_is_told_round_by_round(door: Door, client: TestClient) -> None:
    door.village.go_to("2026-11-06")
    clerk = enter(client, door, "clerk")

    page = clerk.get(CALENDAR).text
    cells = read_cells(page)

    assert "石榴河村党支部的党员" in page
    assert "没有要补记的。下面要记的 1 次，2026年12月10日以前记。" in page
    assert cells["10月"] == "已记 打印公示单 正在公示，到 11月7日"
    assert (cells["11月"], cells["12月"]) == ("还没到", "还没到")
    assert len(cells) == 3  # From the month of the log's founding on.
    assert f'href="/v/{VILLAGE}/sheets/2026-10/scores"' in page
    assert list_late(clerk.get("/desk").text) == []
    assert clerk.get(f"{CALENDAR}?year=2025").status_code == 404
    assert clerk.get(f"{CALENDAR}?year=2026").status_code == 200


def test_what_is_late_stands_on_the_days_desk_and_there(door: Door, client: TestClient) -> None:
    door.village.go_to("2026-12-05")
    clerk = enter(client, door, "clerk")
    assert (CALENDAR, "2026年11月的考评还有 1 次没有记，要在 2026年12月10日以前") in list_late(
        clerk.get("/desk").text
    )
    assert read_cells(clerk.get(CALENDAR).text)["11月"] == "该记了，12月10日以前"
    door.village.go_to("2026-12-11")

    clerk.sign_in(door, "clerk")

    assert (CALENDAR, "2026年11月的考评还没有记，应在 2026年12月10日以前；没有按期记的共 1 次") in list_late(
        clerk.get("/desk").text
    )
    page = clerk.get(CALENDAR).text
    assert "迟了 1 次" in page
    assert read_cells(page)["11月"] == "迟了，应在 12月10日以前"


def test_a_month_closed_without_a_round_and_a_quarter_that_still_runs_are_said(
    door: Door, client: TestClient
) -> None:
    village = door.village
    branches = change(build_weighed_scheme(village.texts), subject="branch", every="quarter", version=1)
    village.record(branches, period="2026-11", occurred_on="2026-11-02")
    raised = build_objection(village.texts, about="2026-10-S-1")
    village.record(raised, period="2026-11", occurred_on="2026-11-02")
    village.go_to("2026-12-02")
    village.close("2026-11")

    secretary = enter(client, door, "secretary")
    assert f'<li><a href="{CALENDAR}">' in secretary.get("/desk").text
    page = secretary.get(CALENDAR).text
    cells = read_cells(page)

    assert cells["11月"] == "没有记，已结账"
    assert cells["10月"].endswith("已满 异议 1 件，1 件还没有答复")
    assert cells["第 4 季度"] == "还没到"


def test_what_is_to_be_done_stands_first_and_the_rest_is_folded_by_month(
    door: Door, client: TestClient
) -> None:
    village = door.village
    branches = change(build_weighed_scheme(village.texts), subject="branch", every="quarter", version=1)
    village.record(branches, period="2026-10", occurred_on="2026-11-02")
    village.go_to("2026-12-05")
    clerk = enter(client, door, "clerk")

    page = clerk.get(CALENDAR).text

    first, fold, rest = page.partition('<details class="fold">')
    assert fold
    assert list(read_cells(first)) == ["11月"]
    assert list(read_cells(rest)) == ["10月", "12月", "第 4 季度"]
    assert re.findall(r"<summary>(\S+)　<span class=\"small\">([^<]*)", page) == [
        ("10月", "1 次，记了 1 次"),
        ("12月", "2 次，记了 0 次"),
    ]
    village.record(
        build_objection(village.texts, about="2026-10-S-1"), period="2026-12", occurred_on="2026-12-05"
    )
    objected = clerk.get(CALENDAR).text.partition('<details class="fold">')[0]
    assert read_cells(objected)["10月"].endswith("异议 1 件，1 件还没有答复")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_calendar_fits_every_screen(door: Door, browser: Browser, width: int, height: int) -> None:
    door.village.go_to("2026-12-11")
    door.let_in("clerk")
    with serve(door.village) as address, open_page(browser, width, height) as (page, complaints):
        sign_in(door, page, address, "clerk")
        page.goto(f"{address}{CALENDAR}")
        check_layout(page)
        page.locator("summary").first.click()
        check_layout(page)
        assert complaints == []
