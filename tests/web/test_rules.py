"""The rulebook as villagers and the desk read it: rules, search, versions compared, booklet, and warnings."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.service.import_ import apply_import, import_typed
from ledger.service.laid_rulebooks import arrange_rows, fill_template
from ledger.service.opened_drafts import Row
from ledger.service.passing import pass_drafts
from tests.builders import VILLAGE, build_resolution
from tests.desk.people import Door, open_door
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.desk import enter
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

HOME = f"/v/{VILLAGE}"
RULES = f"{HOME}/rules"


def list_rows(**first: str) -> list[Row]:
    rows = fill_template()
    rows[0] = {**rows[0], "起用月份": "2026-10", "怎样通过": "2026年10月村民代表会议通过", **first}
    return rows


def prepare(village: VillageHome, rows: list[Row]) -> str:
    """Hand in a rulebook and return its draft."""
    imported = import_typed(
        village.home,
        village=VILLAGE,
        kind="rulebook",
        tables={"细则": arrange_rows(rows)},
        maker=village.clerk.user,
    )
    assert imported.faults == ()
    apply_import(village.home, imported)
    return imported.drafts[0].id


def adopt(village: VillageHome, rows: list[Row]) -> None:
    pass_drafts(village.home, VILLAGE, [prepare(village, rows)], village.supervisor.user)


def live(village: VillageHome) -> None:
    """The shipped rules, and a version by a resolution that changes, strikes out and adds one."""
    village.open_books()
    decided = build_resolution(village.texts, amount_fen=0, valid_until="")
    village.record(decided, occurred_on="2026-10-28")
    adopt(village, list_rows())
    rows = list_rows(决议编号="JY-2026-001", 加分="3", 每月封顶="9", 每户起点分="60")
    adopt(village, [*rows[:-1], {**rows[1], "编号": "E20", "规则": "帮助停水户送水"}])


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("rules") / "home") as opened:
        live(opened)
        yield opened


@pytest.fixture(scope="module")
def pages(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as client:
        yield client


def test_the_newest_rulebook_stands_with_points_caps_and_what_follows(pages: TestClient) -> None:
    words, page = read_words(pages, RULES), pages.get(RULES).text

    said = (
        "从2026年10月起用。一共 58 条：48 条加分，10 条扣分。",
        "探望照料独居/高龄老人",
        "每次算一次，一户每月至多加 9 分",
        "奖励：计入积分；季度评比时优先表扬",
        "怎么办：评议小组上门提醒，约定几天内清走；三个月后不再显示",
    )
    assert [one for one in said if one not in words] == []
    for path in (f"{HOME}/resolutions/JY-2026-001", f"{RULES}/2.pdf", f"{RULES}/1-2"):
        assert f'href="{path}"' in page


def test_a_search_finds_rules_by_any_of_their_words(pages: TestClient) -> None:
    found = read_words(pages, f"{RULES}/2?q=停水")

    assert "找“停水”，有 1 条。" in found
    assert "帮助停水户送水" in found
    assert "探望照料" not in found
    assert "没有找到。" in read_words(pages, f"{RULES}?q=zzz")
    answer = pages.get(f"{RULES}?q=<script>")
    assert "&lt;script&gt;" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_an_older_version_says_that_it_is_not_the_newest(pages: TestClient) -> None:
    words = read_words(pages, f"{RULES}/1")

    assert "这不是最新的一版。" in words
    assert "没有用过，就换了新的一版。" in words
    assert "这不是最新的一版。" not in read_words(pages, f"{RULES}/2")


def test_what_a_version_changes_is_told_in_plain_words(pages: TestClient) -> None:
    words = read_words(pages, f"{RULES}/1-2")

    said = (
        "从2026年10月起用第 2 版。与第 1 版比：新增 1 条，改动 1 条，删去 1 条，56 条没有变。",
        "每户起点分原为 100 分，改为 60 分。",
        "分值原为 2 分／次，改为 3 分／次",
        "每月至多原为 8 分，改为 9 分",
        "帮助停水户送水",
        "参与赌博（公安处罚决定为据）",
    )
    assert [one for one in said if one not in words] == []


@pytest.mark.parametrize(
    "path", ["0", "3", "x", "2-1", "1-1", "1-3", "3.pdf", "01", "2?start=99", "2?start=x", "1-2?start=60"]
)
def test_what_there_is_not_is_not_found(pages: TestClient, path: str) -> None:
    assert pages.get(f"{RULES}/{path}").status_code == 404


def test_a_long_rulebook_has_pages(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        rows = list_rows()
        more = [{**rows[1], "编号": f"F{number:02d}", "分类": "其他"} for number in range(30)]
        adopt(village, [*rows, *more])
        with make_client(village) as client:
            first, second = client.get(RULES).text, client.get(f"{RULES}/1?start=60").text
            assert f'href="{RULES}/1?start=60"' in first
            assert (first.count('class="rule-head"'), second.count('class="rule-head"')) == (60, 28)
            assert client.get(f"{RULES}/1?start=88").status_code == 404
            assert "&amp;start=60" in client.get(f"{RULES}/1?q=0").text


def test_before_the_first_rulebook_there_is_no_page_and_no_way_to_it(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        with make_client(village) as client:
            assert client.get(RULES).status_code == 404
            assert RULES not in client.get(HOME).text


def test_the_board_and_the_entry_lead_to_it(pages: TestClient, village: VillageHome) -> None:
    assert f'href="{RULES}"' in pages.get(HOME).text
    with village.home.ledger.read(VILLAGE) as reader:
        last = reader.size - 1
    page = pages.get(f"{HOME}/entries/{last}").text
    assert f'href="{RULES}/2"' in page
    assert f'href="{HOME}/resolutions/JY-2026-001"' in page


def test_the_booklet_of_each_version_is_a_pdf_of_its_own(pages: TestClient) -> None:
    pdf = pages.get(f"{RULES}/2.pdf")

    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pages.get(f"{RULES}/2.pdf").content == pdf.content
    assert pages.get(f"{RULES}/1.pdf").content != pdf.content


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        yield opened


def test_the_desk_compares_prints_and_lays_a_version_into_the_sheet(door: Door) -> None:
    door.let_in("wen")
    with make_client(door.village) as client:
        wen = enter(door, client, "wen")
        assert "还没有积分细则。" in wen.get("/desk/rules").text
        live(door.village)
        room = wen.get("/desk/rules").text
        assert "/desk/rules?from=1&amp;to=2" in room
        compared = wen.get("/desk/rules?from=1&to=2").text
        assert "分值原为 2 分／次，改为 3 分／次" in compared
        assert wen.get("/desk/rules?from=2&to=1").status_code == 404
        pdf = wen.get("/desk/rules/2.pdf")
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.headers["content-disposition"] == f'attachment; filename="rules-{VILLAGE}-2.pdf"'
        assert wen.get("/desk/rules/9.pdf").status_code == 404
        assert wen.post("/desk/rules", {"start": "elsewhere"}).status_code == 400
        answer = wen.post("/desk/rules", {"start": "newest"})
        assert answer.headers["location"] == "/desk/write/rulebook"
        assert "帮助停水户送水" in wen.get("/desk/write/rulebook").text
        assert "接着填" in wen.get("/desk/rules").text


def test_a_checker_passes_warnings_only_after_saying_to_have_seen_them(door: Door) -> None:
    door.let_in("jian", "supervisor")
    village = door.village
    village.open_books()
    rows = list_rows(证据="必须上传照片")[:3]
    draft = prepare(village, rows)
    with make_client(village) as client:
        jian = enter(door, client, "jian")
        listed = jian.get("/desk/drafts").text
        assert f'value="{draft}:' not in listed  # It is to be opened first.
        page = jian.get(f"/desk/drafts/{draft}").text
        assert "照片写“可选”" in page
        given = page.split('name="drafts" value="')[1].split('"')[0]
        refused = jian.post("/desk/drafts", {"drafts": given})
        assert refused.status_code == 422
        assert "有 1 处提醒还没有说看过" in refused.text
        assert jian.post("/desk/drafts", {"drafts": given, "accepted": draft}).status_code == 303


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as base:
        yield base


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_pages_fit_every_screen(browser: Browser, address: str, width: int, height: int) -> None:
    with open_page(browser, width, height) as (page, complaints):
        for path in ("", "/1-2", "/2?q=老人"):
            answer = page.goto(f"{address}{RULES}{path}")
            assert answer is not None
            assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
            assert page.evaluate(FAINT) == [], path
        assert complaints == []
