"""Words that depend on the day or on how far a month has come: deadlines, unfinished months, villages just begun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.test_pages import read_words
from tests.web.village import KINDS, live_through_october, make_client

BOARD = f"/v/{VILLAGE}"
SHEETS = tuple(f"{BOARD}/sheets/2026-10/{kind}" for kind in KINDS)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[VillageHome, TestClient]]:
    with open_village(tmp_path / "home") as village:
        live_through_october(village)
        with make_client(village) as client:
            yield village, client


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[tuple[VillageHome, TestClient]]:
    with open_village(tmp_path / "home") as village, make_client(village) as client:
        yield village, client


def seal_october(village: VillageHome) -> None:
    """Seal the books of an October with one voucher in a village without households and members."""
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")


def test_the_last_day_for_objections_still_counts_and_the_next_does_not(
    begun: tuple[VillageHome, TestClient],
) -> None:
    village, client = begun
    seal_october(village)
    village.go_to("2026-11-07")
    for path in (BOARD, SHEETS[0]):
        words = read_words(client, path)
        assert "还可以提到 2026年11月7日" in words.replace("提到2026", "提到 2026"), path
        assert "已截止" not in words, path
    tag = client.get(BOARD).headers["etag"]

    village.go_to("2026-11-08")

    for path in (BOARD, SHEETS[0]):
        words = read_words(client, path)
        assert "2026年11月7日 已截止" in words.replace("日已截止", "日 已截止"), path
        assert "照样可以提，也可以打监督电话，或者向乡镇（街道）反映" in words, path
        assert "还可以提到" not in words, path
    assert client.get(BOARD, headers={"if-none-match": tag}).status_code == 200


def test_every_kind_of_sheet_tells_that_its_days_for_objections_are_over(
    own: tuple[VillageHome, TestClient],
) -> None:
    _village, client = own

    for path, name in zip(SHEETS, ("财务", "村民积分", "党员评分"), strict=True):
        assert f"2026年10月{name}公开表 的异议期" in read_words(client, path).replace("表的异", "表 的异")


def test_nothing_of_a_sealed_file_follows_the_day(own: tuple[VillageHome, TestClient]) -> None:
    village, client = own
    paths = [
        *(f"{path}.pdf" for path in SHEETS),
        f"{BOARD}/sheets/2026-10-F-1/figures.json",
        f"{BOARD}/checkpoint",
    ]
    before = [client.get(path).content for path in paths]

    village.go_to("2027-02-01")

    assert [client.get(path).content for path in paths] == before


def test_a_month_that_is_not_closed_is_told_up_to_its_newest_entry(
    own: tuple[VillageHome, TestClient],
) -> None:
    _village, client = own

    finance = read_words(client, f"{BOARD}/sheets/2026-11/finance")

    assert "截至11月12日还有 49,417.00 元" in finance
    assert "＝目前" in finance
    for path in (BOARD, f"{BOARD}/sheets/2026-11/points", f"{BOARD}/sheets/2026-11/scores"):
        assert "截至11月12日" in read_words(client, path)
    for kind in KINDS:
        assert "月底" not in read_words(client, f"{BOARD}/sheets/2026-11/{kind}")


def test_a_month_left_open_is_told_up_to_its_own_last_day(
    begun: tuple[VillageHome, TestClient],
) -> None:
    """What November recorded is no part of what October had."""
    village, client = begun
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-12")
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-10")

    october = read_words(client, f"{BOARD}/sheets/2026-10/finance")
    november = read_words(client, f"{BOARD}/sheets/2026-11/finance")

    assert "截至10月31日还有 49,675.00 元" in october
    assert "＝月底" in october
    assert "11月12日" not in october
    assert "截至11月12日还有 49,627.00 元" in november


def test_the_list_of_sheets_names_none_that_the_village_has_not(
    begun: tuple[VillageHome, TestClient],
) -> None:
    village, client = begun
    seal_october(village)

    words = read_words(client, f"{BOARD}/sheets")

    assert "财务公开表" in words
    assert "积分公开表" not in words
    assert "评分公开表" not in words


def test_a_correction_stands_on_the_board_once_though_two_sheets_tell_of_it(
    begun: tuple[VillageHome, TestClient],
) -> None:
    village, client = begun
    village.open_books()
    wrong = village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")
    village.correct_voucher(wrong.index, 32_500, 30_000, period="2026-11", occurred_on="2026-11-02")
    village.seal("finance", "2026-10")
    village.go_to("2026-12-02")
    village.close("2026-11")
    village.seal("finance", "2026-11")

    page = client.get(BOARD).text

    corrections = page[page.index('id="corrections"') :]
    links = re.findall(rf'href="({BOARD}/entries/[0-9]+)"', corrections[: corrections.index("</section>")])
    assert len(links) == len(set(links)) == 2


def test_a_closed_month_has_an_end_whether_sealed_or_not(begun: tuple[VillageHome, TestClient]) -> None:
    village, client = begun
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")

    words = read_words(client, f"{BOARD}/sheets/2026-10/finance")

    assert "月底还有 49,675.00 元" in words
    assert "截至" not in words


def test_a_village_just_founded_has_no_empty_blocks(begun: tuple[VillageHome, TestClient]) -> None:
    village, client = begun
    for is_opened in (False, True):
        if is_opened:
            village.open_books()  # A month open and no voucher looks the same.
        words = read_words(client, BOARD)
        assert "还没有公开的账" in words
        assert "有事要问？" in words
        for block in ("三张公开表", "村民积分", "党员评分", "以前的月份", "指纹码", "数字不对", " 0 "):
            assert block not in words, block


def test_a_village_without_households_and_members_counts_nobody(
    begun: tuple[VillageHome, TestClient],
) -> None:
    village, client = begun
    seal_october(village)
    board, points, scores = (read_words(client, path) for path in (BOARD, *SHEETS[1:]))

    assert "户签了积分契约" not in board
    assert "各星级人数" not in board
    assert "以前的月份" not in board
    assert "还没有登记农户。 10月没有评议积分。" in points
    assert "积分合计" not in points
    assert "怎么记分" not in points
    assert "还没有登记党支部。 10月没有评分。" in scores
    assert "各星级人数" not in scores
    assert "怎么评星" not in scores


def test_a_masked_star_is_explained_once_where_it_stands(own: tuple[VillageHome, TestClient]) -> None:
    village, client = own
    with village.home.ledger.read(VILLAGE) as reader:
        entries = [f"{BOARD}/entries/{index}" for index in range(reader.size)]
    finance = [f"{BOARD}/sheets/{month}/finance" for month in ("2026-10", "2026-11")]
    starred = [path for path in (BOARD, *SHEETS, *finance, *entries) if "样*" in read_words(client, path)]

    assert set(finance) < set(starred)
    assert len(starred) > 4
    for path in (BOARD, *SHEETS, *finance, *entries):
        assert read_words(client, path).count("名字里的 * 是隐去的字") == (path in starred), path


def test_the_postings_of_an_entry_are_explained_in_plain_words(own: tuple[VillageHome, TestClient]) -> None:
    _village, client = own
    page = client.get(f"{BOARD}/sheets/2026-10/finance").text
    path = page[page.index(f"{BOARD}/entries/") :].partition('"')[0]

    words = read_words(client, path)

    assert "513 管理费用 办公、水电、人员工资等管理支出" in words
    assert "101 库存现金 村里手头的现钱" in words


def test_paper_and_page_use_the_same_words_for_money(own: tuple[VillageHome, TestClient]) -> None:
    village, client = own
    with village.home.ledger.read(VILLAGE) as reader:
        entries = [f"{BOARD}/entries/{index}" for index in range(reader.size)]

    for path in ("/", BOARD, *SHEETS, f"{BOARD}/sheets", f"{BOARD}/entries", f"/c/{VILLAGE}", *entries):
        words = read_words(client, path)
        assert not [word for word in ("进账", "花销", "结存", "还剩", "日志") if word in words], path


def test_a_wrong_address_within_a_village_leads_back_to_its_board(
    own: tuple[VillageHome, TestClient],
) -> None:
    _village, client = own

    assert f'href="{BOARD}"' in client.get(f"{BOARD}/sheets/2026-01/finance").text
    assert 'class="button" href="/"' in client.get("/v/999999999999").text
    assert "/v/" not in client.get("/nowhere").text
