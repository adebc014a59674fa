"""The page of schemes: how everybody is assessed, in plain words and whole, the versions before, and the ways to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.data.templates import load_scheme
from ledger.service.adopt import prepare_scheme
from tests.builders import VILLAGE, build_branch, build_scheme, build_score_round
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

PAGE = f"/v/{VILLAGE}/schemes"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        yield opened


@pytest.fixture
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as client:
        yield client


def adopt(village: VillageHome, name: str, period: str = "2026-10") -> int:
    """Return the index of the entry by which a shipped scheme was adopted."""
    (receipt,) = village.pass_(
        prepare_scheme(
            village.home,
            VILLAGE,
            maker=village.clerk.user,
            period=period,
            resolution="2026年9月26日党员大会通过",
            template=load_scheme(name),
        )
    )
    return receipt.index


def test_a_village_without_schemes_says_so(client: TestClient) -> None:
    words = read_words(client, PAGE)

    assert "村里还没有通过考评办法，现在不给谁考评打分。" in words
    assert "几分评什么" not in words


def test_the_first_screen_says_how_each_kind_is_assessed(village: VillageHome, client: TestClient) -> None:
    for name in ("member-60", "branch-stars", "secretary-stars", "grid-worker", "micro-grid"):
        adopt(village, name)

    first = read_words(client, PAGE).partition("考评分与村民积分无关")[0]

    for said in (
        "现在有 5 套：",
        "党员 每月一次，从 60 分起",
        "党支部 每季一次，组织生活 40%、服务群众 30%、公开和集体事务 30%，评一星到五星",
        "支部书记 每年一次，履职实绩 70%、党员和村民代表测评 30%，评一星到五星",
        "网格 每月一次，事件办理和走访 60%、网格日常 40%，评优秀、合格、基本合格、不合格",
        "网格员 每月一次，日常积分 50%、民主测评 30%、综合评定 20%",
    ):
        assert said in first


def test_a_scheme_is_told_whole(village: VillageHome, client: TestClient) -> None:
    index = adopt(village, "grid-worker")

    words = read_words(client, PAGE)

    for said in (
        "网格员考评办法（日常积分、民主测评、综合评定）（第 1 版）",
        "每名网格员每月评一次：下面 3 个部分各得 0 到 100 分，按比例合成，四舍五入到整分。",
        "该测评的没有测评，就不出分数，不当 0 分算。",
        "网页上只公布各等次有多少名网格员，不说是谁，也不说几分。",
        "优秀 90 分起 合格 75 分起 基本合格 60 分起 不合格 0 分起",
        "从账上数：办理 10 件得 30 分；办结率到 100% 得 30 分；走访 10 次得 40 分。不到的按比例得分。",
        "民主测评：从公布的票里算，不是谁填的。",
        "按项目记分：从 80 分起，照项目加减，最低 0 分，最高 100 分。",
        "综合评定的项目 5 项",
        "N02 每月至多扣 30 分",
        "\N{MINUS SIGN}10 分／次",
        "从什么时候起 2026年10月",
        "怎样通过 2026年9月26日党员大会通过",
        "谁记分 乡镇",
        "分低了会怎样 不合格的，当年不参加评优表彰；过了这一年，重新算。 别的什么都不影响。",
    ):
        assert said in words
    assert f'href="/v/{VILLAGE}/entries/{index}"' in client.get(PAGE).text
    assert "改过几版" not in words


def test_versions_before_stand_below_the_one_in_force(village: VillageHome, client: TestClient) -> None:
    first = adopt(village, "member-60", "2026-09")
    unused = adopt(village, "member-100")
    adopt(village, "member-60")

    words, page = read_words(client, PAGE), client.get(PAGE).text

    assert "党员月度考评办法（基础分 60，五星）（第 3 版）" in words
    assert "每名党员每月从 60 分起，按下面的项目加减，最低 0 分，最高 100 分。" in words
    assert "五星 96 分起" in words
    assert "未评星 不满 60 分" in words
    assert "分低了会怎样 什么都不影响。" in words
    assert "以前的版本 第 2 版 2026年10月起用，没有用过就换了 第 1 版 2026年9月起用，用到2026年9月" in words
    for index in (first, unused):
        assert f'<a class="row" href="/v/{VILLAGE}/entries/{index}">' in page


def test_the_pages_of_scores_lead_to_it(village: VillageHome, client: TestClient) -> None:
    village.record(build_scheme(village.texts))
    village.record(build_branch(village.texts))
    village.record(build_score_round(village.texts))

    assert f'href="{PAGE}"' in client.get(f"/v/{VILLAGE}/assessments").text
    assert f'href="{PAGE}#member"' in client.get(f"/v/{VILLAGE}/sheets/2026-10/scores").text
    assert f'<a href="{PAGE}">考评办法</a>' in client.get(f"/v/{VILLAGE}").text


def test_the_page_fits_a_phone(village: VillageHome, browser: Browser) -> None:
    for name in ("member-100", "branch-stars", "secretary-stars", "grid-worker", "micro-grid"):
        adopt(village, name)
    adopt(village, "member-60")
    with serve(village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                page.goto(address + PAGE)
                check_layout(page)
                page.locator("summary").first.click()
                check_layout(page)
                assert complaints == []
