"""The sentences under the points and score sheets, for months of every shape."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.books.figures import (
    BranchFigures,
    HonourFigures,
    PointsCorrection,
    PointsFigures,
    ScoreFigures,
    ShopFigures,
    StarCount,
)
from ledger.books.points_figures import count_units, summarize_points
from ledger.books.score_figures import summarize_scores
from tests.books.points_ledger import PointsLedger, change

HEAD = PointsLedger().head("points", "2026-03")
EMPTY = PointsFigures(
    agreed=4,
    awarded_points=0,
    awards=0,
    corrections=(),
    groups=(),
    head=HEAD,
    households=5,
    rounds=1,
    scored=0,
    sealed_awards=0,
    sealed_points=0,
    version=1,
)
FIRST = "全村登记 5 户，其中 4 户签约参加积分。"
BACK = PointsCorrection(index=9, of_period="2026-02", points=-2, reason="登记重复", rule="A01")


def points(**changes: Any) -> tuple[str, ...]:
    return summarize_points(change(EMPTY, **changes))


def test_a_unit_that_begins_with_a_figure_is_not_read_on_from_the_quantity() -> None:
    assert [count_units(3, unit) for unit in ("次", "4小时", "")] == ["3 次", "3 个4小时", "3"]


def test_a_month_without_a_round_says_so_and_still_tells_corrections() -> None:
    assert points(rounds=0) == (FIRST, "3月没有评议积分。")
    assert points(rounds=0, corrections=(BACK,)) == (
        FIRST,
        "3月没有评议积分。",
        "这个月更正了以前月份的积分 1 笔，已经算进这个月的合计，原因写在更正栏里。",
    )


def test_a_round_without_awards_has_no_sum() -> None:
    assert points() == (FIRST, "3月有 0 户有积分记录。")


def test_sealed_sums_are_told_with_their_sign() -> None:
    for sum_of, words in ((-6, "减 6 分"), (0, "正好抵平"), (6, "加 6 分")):
        assert points(sealed_awards=2, sealed_points=sum_of)[2] == (
            f"另有 2 笔是扣分或关系到各家私事的加分，不公布是谁家、哪一项，合起来{words}。"
            "想知道自己家的，可以找村文书查。"
        )
    assert points(sealed_awards=0, sealed_points=2)[2].startswith("另有 0 笔")


BRANCH = BranchFigures(
    branch=1,
    items=(),
    members=3,
    name="第一党支部",
    points=0,
    rounds=1,
    sealed_marks=0,
    sealed_points=0,
    stars=(),
)


def scores(
    *branches: BranchFigures, stars: tuple[StarCount, ...] = (), open_until: str = ""
) -> tuple[str, ...]:
    figures = ScoreFigures(
        base=60,
        branches=branches,
        cuts=(),
        head=HEAD,
        members=3,
        scheme="member-60",
        stars=stars,
        title="党员考评办法",
        version=1,
    )
    return summarize_scores(figures, open_until=open_until)


def test_a_month_without_scores_says_so() -> None:
    assert scores(change(BRANCH, rounds=0)) == ("全村有 1 个党支部、3 名党员。", "3月没有评分。")


def test_a_branch_that_lost_nothing_has_no_sentence_about_losses() -> None:
    assert scores(BRANCH) == (
        "全村有 1 个党支部、3 名党员。",
        "3月有 1 个支部评分，3 名党员每人一张评分卡。",
        "每人基础分 60 分，做了好事加分，没做到的扣分，最低 0 分，最高 100 分。",
    )


def test_stars_are_told_in_chinese_numerals_up_to_ten() -> None:
    rows = tuple(StarCount(members=1, stars=stars) for stars in (12, 10, 5, 0))

    assert "评星结果：12星 1 人，十星 1 人，五星 1 人，没有评上星的 1 人。" in scores(BRANCH, stars=rows)


def test_a_month_that_is_not_closed_has_no_round_yet() -> None:
    figures = change(EMPTY, rounds=0)

    assert summarize_points(figures, open_until="2026-03-12")[1] == "截至3月12日，3月还没有评议积分。"


def test_a_village_without_households_or_branches_says_so_without_noughts() -> None:
    assert points(rounds=0, households=0, agreed=0) == ("还没有登记农户。", "3月没有评议积分。")
    assert scores() == ("还没有登记党支部。", "3月没有评分。")


def test_branches_of_a_month_that_is_not_closed_have_not_scored_yet() -> None:
    assert scores(change(BRANCH, rounds=0), open_until="2026-03-12")[1] == "截至3月12日，3月还没有评分。"
    assert scores(BRANCH, change(BRANCH, rounds=0), open_until="2026-03-12")[-1] == (
        "截至3月12日，3月还没有评分的支部，另有 1 个。"
    )


def test_an_honour_is_told_in_the_month_that_granted_it_and_in_that_which_took_it_back() -> None:
    honour = HonourFigures(
        granted=2,
        granted_to="person",
        number="RY-2026-002",
        span="year",
        taken=0,
        title="好媳妇",
        until="2025-12",
    )
    named = "“好媳妇”（2025年，RY-2026-002）"

    assert points(honours=(honour,))[-1] == f"这个月表彰了{named} 2 人。"
    assert points(honours=(change(honour, granted=0, taken=1),))[-1] == (
        f"这个月撤销了发错的{named} 1 人，原因写在账本里。"
    )


def test_a_month_with_a_shop_tells_what_the_points_cost() -> None:
    shop = ShopFigures(budget_fen=300_000, cost_fen=15_150, lines=8, points=173, spent_fen=115_150)
    told = (
        "积分超市这个月换走 8 笔，用了 173 分，东西的成本 151.50 元；"
        "这个积分年度的预算 3,000.00 元，还没用 1,848.50 元。"
    )

    assert points(shop=shop)[-1] == told
    assert points(shop=shop, rounds=0)[-1] == told
    assert b"shop" not in msgspec.json.encode(EMPTY)
    assert b"shop" in msgspec.json.encode(change(EMPTY, shop=shop))


def test_a_month_in_which_more_came_back_than_was_taken_gives_points_back() -> None:
    shop = ShopFigures(budget_fen=300_000, cost_fen=-700, lines=-1, points=-8, spent_fen=99_300)

    assert points(shop=shop)[-1] == (
        "积分超市这个月退回的比换走的多，还给各户 8 分，退回的东西的成本 7.00 元；"
        "这个积分年度的预算 3,000.00 元，还没用 2,007.00 元。"
    )
