"""Schemes with components and grades on the pages: what a scheme says, who has which grade, and of whom it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from ledger.data.templates import load_scheme
from ledger.service.adopt import prepare_scheme
from tests.books.points_ledger import change
from tests.builders import VILLAGE, build_branch, build_score_round, build_weighed_scheme
from tests.homes import VillageHome, open_village
from tests.web.test_pages import read_words
from tests.web.village import make_client

BOARD = f"/v/{VILLAGE}"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VillageHome, TestClient, int]]:
    """A village whose October was scored in grades; with the index of its scheme's entry."""
    path: Path = tmp_path_factory.mktemp("graded") / "home"
    with open_village(path) as village:
        village.open_books()
        body = build_weighed_scheme(village.texts, every=None, subject=None, steps=None)
        marked = change(body, components=(change(body.components[2], weight=100),))
        scheme = village.record(marked)
        village.record(build_branch(village.texts))
        village.record(build_score_round(village.texts))
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("scores", "2026-10")
        with make_client(village) as client:
            yield village, client, scheme.index


def test_the_month_counts_members_by_grade(graded: tuple[VillageHome, TestClient, int]) -> None:
    _, client, _ = graded

    page, board = read_words(client, f"{BOARD}/sheets/2026-10/scores"), read_words(client, BOARD)

    for words in (page, board):
        assert "合格 60 分起 1 人" in words
        assert "不合格 0 分起 0 人" in words
        assert "未评星" not in words
        assert "星级人数" not in words
    assert "名，各等次人数：" in page
    said = "每月评一次，各部分分别记分，按比例合成，四舍五入到整分：综合评定 100%。"
    assert f"怎么评等次 按党员考评办法（第 1 版）：{said} 按项目记分的部分，从 60 分起加减。" in page
    assert "评定结果：合格 1 人。" in page


def test_who_scans_the_paper_is_told_the_highest_grade(graded: tuple[VillageHome, TestClient, int]) -> None:
    assert "党员 1 名 合格 1 名" in read_words(graded[1], f"/c/{VILLAGE}")


def test_a_schemes_entry_says_all_of_it_in_words(graded: tuple[VillageHome, TestClient, int]) -> None:
    _, client, index = graded

    words = read_words(client, f"{BOARD}/entries/{index}")

    for said in (
        "每名党员每月从 60 分起",
        "各部分各得 0 到 100 分，按比例合成，最后四舍五入到整分，中间不取整。",
        "谁记分 乡镇",
        "不合格 当年不参加评优表彰，以后重新算",
        "C 综合评定 100% 按项目记分",
        "P01 C 例会",
    ):
        assert said in words
    round_ = read_words(client, f"{BOARD}/entries/{index + 2}")
    assert "等次人数 等次 党员 合格 1" in round_


def test_the_entry_of_another_subjects_scheme_says_of_whom_it_is(
    graded: tuple[VillageHome, TestClient, int],
) -> None:
    village, client, _ = graded
    (receipt,) = village.pass_(
        prepare_scheme(
            village.home,
            VILLAGE,
            maker=village.clerk.user,
            period="2026-11",
            resolution="党委会议通过",
            template=change(load_scheme("secretary-stars"), every="quarter"),
        )
    )

    words = read_words(client, f"{BOARD}/entries/{receipt.index}")

    for said in (
        "通过了支部书记考评办法：每名支部书记每季从 60 分起",
        "步骤 申报创星、审核评星、公示亮星、上报验星、动态调星",
        "五星 96 分以上",
        "B 党员和村民代表测评 30% 民主测评",
        "项目 分数 每季至多",
    ):
        assert said in words
    assert "合格 60 分起 1 人" in read_words(client, f"{BOARD}/sheets/2026-10/scores")
