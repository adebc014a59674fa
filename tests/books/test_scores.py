"""What a scheme, a branch and its round may not be in themselves, in the words people read; scores and stars."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.schemes import check_scheme
from ledger.books.scores import BRANCH_MAX, SCORE_MAX, StarCut, check_branch, check_score_round
from ledger.books.stars import calculate_score, count_stars
from ledger.errors import Fault, format_fault
from tests import reference_points
from tests.books.points_ledger import PointsLedger, change

SCHEME = [
    "star 1 from 60",
    "star 2 from 70",
    "P01 组织生活 主题党日 2 次 cap 8",
    "N01 组织生活 无故缺席 -3 次 cap 9",
]


def tell(faults: Iterable[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


@pytest.fixture
def ledger() -> PointsLedger:
    ledger = PointsLedger()
    ledger.build_scheme(1, 60, SCHEME)
    ledger.build_branch(1, "第一党支部", ["m1", "m2"])
    return ledger


@pytest.mark.parametrize(
    ("code", "points", "cap", "told"),
    [
        ("P01", 2, 2, []),
        ("N01", -2, 2, []),
        (
            "P01",
            0,
            2,
            ["考评项目 P01：现为0 分，应为P 项大于 0 分，N 项小于 0 分。改正分值或编号。（item-sign）"],
        ),
        (
            "P01",
            -2,
            2,
            ["考评项目 P01：现为-2 分，应为P 项大于 0 分，N 项小于 0 分。改正分值或编号。（item-sign）"],
        ),
        (
            "N01",
            2,
            2,
            ["考评项目 N01：现为2 分，应为P 项大于 0 分，N 项小于 0 分。改正分值或编号。（item-sign）"],
        ),
        (
            "N01",
            -3,
            2,
            ["考评项目 N01：现为每月封顶 2 分，应为不低于一次的 3 分。提高封顶，或降低分值。（item-cap）"],
        ),
    ],
)
def test_an_items_sign_is_that_of_its_code_and_its_cap_holds_one_unit(
    ledger: PointsLedger, code: str, points: int, cap: int, told: list[str]
) -> None:
    body = ledger.build_scheme(1, 60, SCHEME[:3])
    item = change(body.items[0], code=code, points=points, monthly_cap=cap)

    assert tell(check_scheme(change(body, items=(item,)))) == told


def test_a_scheme_has_each_code_once_and_a_base_that_is_a_score(ledger: PointsLedger) -> None:
    body = ledger.build_scheme(1, 60, SCHEME)

    assert check_scheme(body) == []
    assert tell(check_scheme(change(body, base=101, items=(*body.items, body.items[0])))) == [
        "考评项目 P01：现为又出现一次，应为每个编号一条。换一个编号。（item-twice）",
        "考评办法的基础分：现为101 分，应为0–100 分。改正基础分。（scheme-base）",
    ]


@pytest.mark.parametrize(
    "cuts", [[(60, 2), (70, 1)], [(70, 1), (60, 2)], [(60, 1), (60, 2)], [(60, 1), (101, 2)]]
)
def test_star_cuts_ascend_to_a_hundred_at_most(ledger: PointsLedger, cuts: list[tuple[int, int]]) -> None:
    body = ledger.build_scheme(1, 60, SCHEME)
    stars = tuple(StarCut(from_score=score, stars=count) for score, count in cuts)
    listed = "、".join(f"{count} 星 {score} 分" for score, count in cuts)

    assert tell(check_scheme(change(body, stars=stars))) == [
        (
            f"考评办法的星级：现为{listed}，应为星级和分数都从低到高，不超过 100 分。"
            "按从低到高重排星级分数线。（star-cuts）"
        )
    ]


def test_a_branch_has_a_small_number_and_members_in_order(ledger: PointsLedger) -> None:
    body = ledger.build_branch(1, "第一党支部", ["m1", "m2"])

    assert check_branch(change(body, branch=BRANCH_MAX)) == []
    assert tell(check_branch(change(body, branch=100, members=body.members[::-1]))) == [
        (
            "支部 100 党员名册第 2 行：现为比上一行小的摘要，应为摘要从小到大，各不相同。"
            "按摘要从小到大排好，同一摘要只留一次。（digests-order）"
        ),
        "支部序号：现为100，应为1–99。给支部一个较小的序号。（branch-number）",
    ]


def judge(ledger: PointsLedger, told: list[tuple[str, str, int]], **changes: object) -> list[str]:
    assert ledger.scheme is not None
    return tell(check_score_round(change(ledger.build_score(1, told), **changes), ledger.scheme, 2))


def test_a_right_round_has_no_fault(ledger: PointsLedger) -> None:
    assert judge(ledger, [("m1", "P01", 4), ("m2", "N01", 1)]) == []


def test_a_member_without_marks_has_a_card_too(ledger: PointsLedger) -> None:
    assert judge(ledger, []) == []
    assert judge(ledger, [], cards=()) == [
        (
            "支部 1 评议第 1 部分：现为0 张评分卡，应为2 张。"
            "第 1 部分给每名党员一张评分卡，其余部分没有。（cards-count）"
        )
    ]


def test_cards_stand_in_part_one_alone(ledger: PointsLedger) -> None:
    assert judge(ledger, [], part=2, parts=2) == [
        (
            "支部 1 评议第 2 部分：现为2 张评分卡，应为0 张。"
            "第 1 部分给每名党员一张评分卡，其余部分没有。（cards-count）"
        )
    ]
    assert judge(ledger, [], part=2, parts=2, cards=()) == []


def test_a_card_has_stars_that_the_scheme_knows(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [])
    cards = (body.cards[0], change(body.cards[1], stars=3))

    assert judge(ledger, [], cards=cards) == [
        "支部 1 评议评分卡第 2 张：现为3 星，应为0、1、2 星之一。按考评办法的分数线定星。（card-stars）"
    ]


def test_only_positive_marks_are_plain_and_only_negative_ones_sealed(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [("m1", "P01", 1), ("m1", "N01", 1)])
    plain = (change(body.lines[0], item="N01"),)

    assert judge(ledger, [], lines=plain) == [
        "支部 1 评议明示行第 1 行：现为N01 明示，应为整行密封。扣分和关系到各家私事的加分一律整行密封。（line-plain）"
    ]
    assert judge(ledger, [], sealed_lines=body.sealed_lines, sealed_points=0) == [
        "支部 1 评议密封行合计：现为1 行合计 0 分，应为小于 0 分。只有扣分密封；加分写在明示行。（sealed-sign）"
    ]
    assert judge(ledger, [], sealed_points=-3) == [
        "支部 1 评议密封行合计：现为没有密封行，合计却是 -3 分，应为0 分。重新合计密封行。（sealed-sum）"
    ]


@given(
    marks=st.lists(
        st.tuples(st.sampled_from(["m1", "m2"]), st.sampled_from(["P01", "N01"]), st.integers(1, 30))
    ),
    base=st.integers(0, SCORE_MAX),
)
def test_scores_and_stars_agree_with_counting(marks: list[tuple[str, str, int]], base: int) -> None:
    worth = {"P01": 2, "N01": -3}
    cuts = [(60, 1), (70, 2), (96, 5)]

    score = calculate_score(base, [worth[item] * count for who, item, count in marks if who == "m1"])
    stars = count_stars(score, [StarCut(from_score=start, stars=count) for start, count in cuts])

    told = [("2026-10", *mark) for mark in marks]
    assert (score, stars) == reference_points.card(told, worth, "2026-10", "m1", base, cuts)
    assert 0 <= score <= SCORE_MAX


def test_below_the_lowest_cut_there_is_no_star() -> None:
    cuts = [StarCut(from_score=60, stars=1)]

    assert [count_stars(score, cuts) for score in (0, 59, 60, 100)] == [0, 0, 1, 1]
