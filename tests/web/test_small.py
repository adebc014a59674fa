"""The small pure parts: cache, chart, words, assets."""

from __future__ import annotations

import random
import re

import msgspec
import pytest

from ledger.books.figures import FinanceFigures
from ledger.data import load_reference
from tests.house.sources import ROOT
from tests.reports.samples import make_finance
from web.account_words import ACCOUNT_WORDS, explain_account
from web.assets import get_asset_path, list_imports, load_assets
from web.cache import PageCache, build_page_bytes
from web.page import split_whole
from web.public.chart import BASE, build_chart
from web.words import format_about, format_instant, format_month_short


def key(path: str) -> tuple[str, int, int, str, str]:
    return ("371082101201", 1, 1, "2026-11-12", path)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("村里收入 1,200.00 元：租金。", ["1,200.00 元："]),
        ("约 61.22 万元", ["61.22 万元"]),
        ("封存2026年10月财务公开表（编号 2026-10-F-1）。", ["2026年10月", "2026-10-F-1）。"]),
        ("监督电话 0000-1234567。11月9日前，3笔", ["0000-1234567。", "11月9日"]),
        ("合计 −3 分", ["−3 分"]),
        ("没有数", []),
        ("", []),
    ],
)
def test_numbers_and_days_are_not_torn_and_nothing_is_lost(text: str, whole: list[str]) -> None:
    parts = split_whole(text)

    assert [part for part, is_whole in parts if is_whole] == whole
    assert "".join(part for part, _ in parts) == text


def test_the_least_recently_used_page_goes_first() -> None:
    cache = PageCache(max_bytes=40)
    for name in ("a", "b", "c", "d"):
        cache.keep(key(name), build_page_bytes(name.encode() * 10, "text/plain"))
    cache.find(key("a"))

    cache.keep(key("e"), build_page_bytes(b"e" * 10, "text/plain"))

    assert [name for name in "abcde" if cache.find(key(name))] == ["a", "c", "d", "e"]


def test_a_page_that_would_fill_the_cache_is_not_kept() -> None:
    cache = PageCache(max_bytes=40)

    cache.keep(key("a"), build_page_bytes(b"a" * 11, "text/plain"))

    assert cache.find(key("a")) is None


def test_keeping_a_page_again_takes_no_more_room() -> None:
    cache = PageCache(max_bytes=40)
    for _ in range(9):
        cache.keep(key("a"), build_page_bytes(b"a" * 10, "text/plain"))
    cache.keep(key("b"), build_page_bytes(b"b" * 10, "text/plain"))

    assert cache.find(key("a"))


def test_what_does_not_shrink_is_not_compressed() -> None:
    assert build_page_bytes(bytes(range(256)) * 3, "application/pdf").compressed == b""
    assert build_page_bytes(b"a" * 1000, "text/plain").compressed
    assert build_page_bytes(random.Random(1).randbytes(1000), "application/octet-stream").compressed == b""


def test_the_largest_bar_fills_the_chart_and_the_smallest_amount_is_seen() -> None:
    large = _change(income_fen=10_000_000, expense_fen=1)
    none = _change(income_fen=0, expense_fen=-500)

    chart = build_chart("371082101201", [large, none])

    first, second = chart.months
    assert (first.income_bar.height, first.expense_bar.height) == (0, 0)
    assert second.expense_bar.height == 2
    assert second.income_bar.y + second.income_bar.height == BASE
    assert second.income_bar.x + chart.bar <= second.expense_bar.x
    assert chart.most == "100,000.00"


def test_a_chart_of_quiet_months_has_no_bars() -> None:
    chart = build_chart("371082101201", [_change(income_fen=0, expense_fen=0)])

    assert chart.months[0].income_bar.height == 0


def test_twelve_months_fit_side_by_side() -> None:
    chart = build_chart("371082101201", [_change(income_fen=1, expense_fen=1)] * 12)

    for before, after in zip(chart.months, chart.months[1:], strict=False):
        assert before.expense_bar.x + chart.bar < after.income_bar.x
    assert chart.months[0].income_bar.x >= 0
    assert chart.months[-1].expense_bar.x + chart.bar <= chart.width


def test_scripts_come_without_their_comments_and_with_all_their_lines() -> None:
    folder = ROOT / "web/static"
    for path in folder.glob("*.js"):
        source = path.read_text(encoding="utf-8").split("\n")
        served = load_assets()[get_asset_path(path.name).removeprefix("/static/")].body.decode().split("\n")

        if path.name == "fallback.js":
            assert served == source
        else:
            assert served == ["" if line.lstrip().startswith("//") else line for line in source]
            assert "`" not in "".join(
                line for line in source if line.count("`") % 2
            )  # No text runs over lines.


def test_an_asset_has_a_name_that_follows_its_content() -> None:
    path = get_asset_path("style.css")

    assert path.removeprefix("/static/") in load_assets()
    with pytest.raises(ValueError, match=r"no static file nothing\.css"):
        get_asset_path("nothing.css")


def test_scripts_stand_in_one_folder_that_all_of_them_name() -> None:
    folders = {name.partition("/")[0] for name in load_assets() if name.endswith(".js")}
    (folder,) = folders

    assert re.fullmatch(r"scripts-[0-9a-f]{12}", folder)
    assert get_asset_path("check.js") == f"/static/{folder}/check.js"
    assert list_imports("base.js") == ()
    assert list_imports("tree.js") == (f"/static/{folder}/base.js",)
    assert get_asset_path("memory.js") in list_imports("board.js")
    assert get_asset_path("board.js") not in list_imports("board.js")


@pytest.mark.parametrize(
    ("amount_fen", "text"), [(999_999, ""), (1_000_000, "约 1.00 万元"), (-57_688_368, "约 −57.69 万元")]
)
def test_large_amounts_are_said_in_wan_beside_the_exact_one(amount_fen: int, text: str) -> None:
    assert format_about(amount_fen) == text


def test_words_of_time_and_accounts() -> None:
    assert format_month_short("2026-03") == "3月"
    assert format_instant(1_793_174_400_123) == "2026年10月28日 16:00"
    assert explain_account("2023", "513") == "办公、水电、人员工资等管理支出"
    assert explain_account("2004", "513") == ""


def _change(**changes: int) -> FinanceFigures:
    return msgspec.structs.replace(make_finance(moves=1), **changes)


@pytest.mark.parametrize("chart", ["2004", "2023"])
def test_every_account_of_a_chart_is_explained_in_plain_words(chart: str) -> None:
    accounts = load_reference().charts[chart].accounts

    assert ACCOUNT_WORDS[chart].keys() == accounts.keys()
    assert all(ACCOUNT_WORDS[chart].values())
    assert not [
        words for words in ACCOUNT_WORDS[chart].values() if re.search("科目|会计|进账|花销|结存", words)
    ]
