"""Opened lines judged: caps over the month, consents, products, and what must be sealed."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.awards import Award, check_awards
from ledger.books.marks import Card, Mark, build_cards, check_cards, check_marks
from ledger.errors import format_fault
from tests.books.points_ledger import PointsLedger

RULES = ["A01 尊老爱幼 探望 2 次 cap 8", "C10 环境整治 乱堆乱放 -2 次 cap 6"]
SCHEME = [
    "star 1 from 60",
    "star 2 from 70",
    "P01 组织生活 主题党日 2 次 cap 8",
    "N01 组织生活 缺席 -3 次 cap 9",
]


def award(**changes: Any) -> Award:
    fields: dict[str, Any] = {
        "evidence": "登记册第 1 页",
        "household": "h1",
        "place": "第 7 行",
        "points": 2,
        "quantity": 1,
        "rule": "A01",
        "sealed": False,
    }
    return Award(**(fields | changes))


def tell_awards(*awards: Award) -> list[str]:
    ledger = PointsLedger()
    ledger.build_rulebook(1, RULES)
    return [format_fault(fault) for fault in check_awards(awards, ledger.rules.values(), {"h1", "h2"})]


def test_right_awards_have_no_fault() -> None:
    deduction = award(rule="C10", points=-6, quantity=3, sealed=True)

    assert tell_awards(award(), award(points=6, quantity=3), award(household="h2"), deduction) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"household": "h9"},
            (
                "第 7 行：现为该户没有同意积分，应为已签积分契约并同意积分的农户。"
                "先签契约，或删去这一行。（award-consent）"
            ),
        ),
        (
            {"rule": "A09"},
            "第 7 行：现为A09，应为积分细则里有的编号。对照积分细则改正规则编号。（award-rule）",
        ),
        (
            {"points": 3},
            "第 7 行：现为3 分，应为2 分 × 1 = 2 分，数量至少 1。分值等于规则的分值乘以数量。（award-points）",
        ),
        (
            {"points": 0, "quantity": 0},
            "第 7 行：现为0 分，应为2 分 × 0 = 0 分，数量至少 1。分值等于规则的分值乘以数量。（award-points）",
        ),
        (
            {"sealed": True},
            "第 7 行：现为整行密封，应为明示。扣分和关系到各家私事的加分整行密封，其余明示。（award-sealed）",
        ),
        (
            {"rule": "C10", "points": -2},
            "第 7 行：现为明示，应为整行密封。扣分和关系到各家私事的加分整行密封，其余明示。（award-sealed）",
        ),
    ],
)
def test_a_wrong_award_says_where_and_what(changes: dict[str, Any], told: str) -> None:
    assert tell_awards(award(**changes)) == [told]


def test_a_cap_holds_for_a_household_and_a_rule_over_the_month() -> None:
    full = award(points=8, quantity=4)
    deduction = award(rule="C10", points=-4, quantity=2, sealed=True)

    assert tell_awards(full, award(household="h2", points=8, quantity=4)) == []
    assert tell_awards(full, award(place="第 8 行"), deduction, deduction) == [
        "第 8 行：现为该户本月 A01 累计 10 分，应为每户每月不超过 8 分。减少数量，超过封顶的不计分。（award-cap）",
        "第 7 行：现为该户本月 C10 累计 8 分，应为每户每月不超过 6 分。减少数量，超过封顶的不计分。（award-cap）",
    ]


def mark(**changes: Any) -> Mark:
    fields: dict[str, Any] = {
        "evidence": "签到表",
        "item": "P01",
        "member": "m1",
        "place": "第 7 行",
        "points": 2,
        "quantity": 1,
        "sealed": False,
    }
    return Mark(**(fields | changes))


def tell_marks(*marks: Mark) -> list[str]:
    scheme = PointsLedger().build_scheme(1, 60, SCHEME)
    return [format_fault(fault) for fault in check_marks(marks, scheme, {"m1", "m2"})]


def test_right_marks_have_no_fault() -> None:
    negative = mark(item="N01", points=-9, quantity=3, sealed=True)

    assert tell_marks(mark(points=8, quantity=4), mark(member="m2"), negative) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"member": "m9"},
            "第 7 行：现为不是本支部党员，应为本支部登记的党员。核对支部和党员编号。（mark-member）",
        ),
        (
            {"item": "P09"},
            "第 7 行：现为P09，应为考评办法里有的编号。对照考评办法改正项目编号。（mark-item）",
        ),
        (
            {"points": 3},
            "第 7 行：现为3 分，应为2 分 × 1 = 2 分，数量至少 1。分值等于项目的分值乘以数量。（mark-points）",
        ),
        (
            {"points": 10, "quantity": 5},
            "第 7 行：现为该党员本月 P01 累计 10 分，应为每人每月不超过 8 分。减少数量，超过封顶的不计分。（mark-cap）",
        ),
        ({"sealed": True}, "第 7 行：现为整行密封，应为明示。扣分整行密封，加分明示。（mark-sealed）"),
        (
            {"item": "N01", "points": -3},
            "第 7 行：现为明示，应为整行密封。扣分整行密封，加分明示。（mark-sealed）",
        ),
    ],
)
def test_a_wrong_mark_says_where_and_what(changes: dict[str, Any], told: str) -> None:
    assert tell_marks(mark(**changes)) == [told]


def test_every_member_has_the_card_that_the_marks_add_up_to() -> None:
    scheme = PointsLedger().build_scheme(1, 60, SCHEME)
    marks = [mark(points=8, quantity=4), mark(points=8, quantity=4), mark(item="N01", points=-3, member="m2")]

    cards = build_cards(marks, scheme, ["m1", "m2", "m3"])

    assert [(card.member, card.score, card.stars) for card in cards] == [
        ("m1", 76, 2),
        ("m2", 57, 0),
        ("m3", 60, 1),
    ]
    assert check_cards(cards, marks, scheme, ["m1", "m2", "m3"]) == []


def test_a_wrong_card_says_where_and_what() -> None:
    scheme = PointsLedger().build_scheme(1, 60, SCHEME)
    right = Card(member="m1", place="第 1 张", score=60, stars=1)

    def tell(*cards: Card) -> list[str]:
        return [format_fault(fault) for fault in check_cards(cards, [], scheme, ["m1"])]

    assert tell(Card(member="m1", place="第 1 张", score=61, stars=2)) == [
        "第 1 张：现为61 分 2 星，应为60 分 1 星。按基础分加全部得分重新计算；有测评的，合上测评的分。（card-score）"
    ]
    assert tell(Card(member="m9", place="第 1 张", score=60, stars=1)) == [
        "第 1 张：现为不是本支部党员，应为本支部党员每人一张。重新生成评分卡。（card-member）"
    ]
    assert tell(right, right) == [
        "第 1 张：现为这名党员的第二张，应为本支部党员每人一张。重新生成评分卡。（card-member）"
    ]
