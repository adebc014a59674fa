"""What a rulebook, a registration, agreements and a round may not be in themselves, in the words people read."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ledger.books.points import (
    GroupCount,
    Rule,
    check_agreements,
    check_households,
    check_round,
    check_rulebook,
    is_sealed,
)
from ledger.errors import Fault, format_fault
from tests.books.points_ledger import PointsLedger, change

RULES = [
    "A01 尊老爱幼 探望 2 次 cap 8",
    "B10 互助友爱 应征入伍 10 次 cap 10 sensitive",
    "C10 环境整治 乱堆乱放 -2 次 cap 6",
]


def tell(faults: Iterable[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


@pytest.fixture
def ledger() -> PointsLedger:
    ledger = PointsLedger()
    ledger.build_rulebook(1, RULES)
    return ledger


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"points": -20, "monthly_cap": 20}, []),
        ({"points": 0}, ["积分细则 A01：现为0 分，应为加分或扣分。写上分值，或删去这一条。（rule-zero）"]),
        (
            {"points": 9},
            ["积分细则 A01：现为每月封顶 8 分，应为不低于一次的 9 分。提高封顶，或降低分值。（rule-cap）"],
        ),
        (
            {"points": -21, "monthly_cap": 21},
            [
                (
                    "积分细则 A01：现为一次扣 21 分，应为一次最多扣 20 分。"
                    "降低扣分；违法的事由有权机关处理。（rule-deduction）"
                )
            ],
        ),
    ],
)
def test_a_rule_is_worth_something_within_bounds(
    ledger: PointsLedger, changes: dict[str, int], told: list[str]
) -> None:
    body = ledger.build_rulebook(1, RULES[:1])

    assert tell(check_rulebook(change(body, rules=(change(body.rules[0], **changes),)))) == told


def test_a_rulebook_has_each_code_once(ledger: PointsLedger) -> None:
    body = ledger.build_rulebook(1, RULES)

    assert tell(check_rulebook(change(body, rules=(*body.rules, body.rules[1])))) == [
        "积分细则 B10：现为又出现一次，应为每个编号一条。换一个编号。（rule-twice）"
    ]


def test_deductions_and_sensitive_rules_are_sealed(ledger: PointsLedger) -> None:
    assert [code for code, rule in ledger.rules.items() if is_sealed(rule)] == ["B10", "C10"]


def test_a_registration_counts_its_households_by_group_and_in_order(ledger: PointsLedger) -> None:
    body = ledger.build_households({1: ["h1", "h2"], 2: ["h3"]})
    groups = (GroupCount(group=2, households=2), GroupCount(group=1, households=2))

    assert check_households(body) == []
    assert tell(check_households(change(body, groups=groups, households=body.households[::-1]))) == [
        (
            "农户名册第 2 行：现为比上一行小的摘要，应为摘要从小到大，各不相同。"
            "按摘要从小到大排好，同一摘要只留一次。（digests-order）"
        ),
        "农户名册的村民小组：现为2、1，应为从小到大，各出现一次。按小组序号排好。（groups-order）",
        "农户名册的村民小组：现为各组合计 4 户，应为3 户。重新清点各组户数。（groups-total）",
    ]


def test_no_consent_is_counted_more_often_than_there_are_agreements(ledger: PointsLedger) -> None:
    body = ledger.build_agreements(1, {"h1": ["scoring", "display", "naming"], "h2": ["scoring"]})

    assert check_agreements(body) == []
    assert tell(check_agreements(change(body, scoring=3, display=3, naming=3))) == [
        "积分契约的同意积分：现为3 户，应为不超过 2 户。对照契约重新清点。（consents-count）",
        "积分契约的同意公示：现为3 户，应为不超过 2 户。对照契约重新清点。（consents-count）",
        "积分契约的同意署名：现为3 户，应为不超过 2 户。对照契约重新清点。（consents-count）",
    ]
    twice = change(body, agreements=(body.agreements[0], body.agreements[0]))
    assert tell(check_agreements(twice)) == [
        (
            "积分契约第 2 行：现为重复的摘要，应为摘要从小到大，各不相同。"
            "按摘要从小到大排好，同一摘要只留一次。（digests-order）"
        )
    ]


def judge(ledger: PointsLedger, told: list[tuple[str, str, int]], **changes: object) -> list[str]:
    rules: Iterable[Rule] = ledger.rules.values()
    return tell(check_round(change(ledger.build_round(told), **changes), rules))


def test_a_right_round_has_no_fault(ledger: PointsLedger) -> None:
    assert judge(ledger, [("h1", "A01", 4), ("h2", "A01", 1), ("h2", "B10", 1), ("h3", "C10", 2)]) == []


def test_a_round_held_without_awards_has_no_fault(ledger: PointsLedger) -> None:
    assert judge(ledger, []) == []


def test_a_part_is_one_of_the_parts(ledger: PointsLedger) -> None:
    assert judge(ledger, [], part=3, parts=2) == [
        "积分评议：现为第 3 部分，共 2 部分，应为第 1–2 部分。改正部分的序号。（round-part）"
    ]


def test_plain_lines_follow_the_rules_of_the_rulebook(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "A01", 1)])
    line = body.lines[0]

    def judge_line(**changes: object) -> list[str]:
        return tell(check_round(change(body, lines=(change(line, **changes),)), ledger.rules.values()))

    assert judge_line(rule="A09") == [
        "积分明示行第 1 行：现为A09，应为积分细则里有的编号。对照积分细则改正编号。（line-code）"
    ]
    for code in ("B10", "C10"):
        assert judge_line(rule=code) == [
            f"积分明示行第 1 行：现为{code} 明示，应为整行密封。扣分和关系到各家私事的加分一律整行密封。（line-plain）"
        ]
    assert judge_line(points=3) == [
        "积分明示行第 1 行：现为3 分，应为2 分 × 1 = 2 分。分值等于条目的分值乘以数量。（line-points）"
    ]
    assert judge_line(points=10, quantity=5) == [
        "积分明示行第 1 行：现为10 分，应为每月不超过 8 分。超过封顶的不计分。（line-cap）"
    ]


def test_digests_of_a_round_are_in_order_and_apart(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "A01", 1), ("h2", "A01", 1), ("h1", "C10", 1), ("h2", "C10", 1)])
    rules = ledger.rules.values()

    def codes(**changes: object) -> list[str]:
        return [f"{fault.place} {fault.code}" for fault in check_round(change(body, **changes), rules)]

    assert codes(lines=body.lines[::-1]) == ["积分明示行第 2 行 digests-order"]
    assert codes(sealed_lines=body.sealed_lines[::-1]) == ["积分密封行第 2 行 digests-order"]
    assert tell(check_round(change(body, sealed_lines=(body.lines[0].subject,)), rules)) == [
        (
            "积分评议：现为1 个摘要既在明示行又在密封行，应为每个摘要只用一次。"
            "每一行都重新取随机盐，再生成摘要。（digests-shared）"
        )
    ]


def test_without_sealed_lines_there_is_no_sealed_sum(ledger: PointsLedger) -> None:
    assert judge(ledger, [("h1", "A01", 1)], sealed_points=-2) == [
        "积分密封行合计：现为没有密封行，合计却是 -2 分，应为0 分。重新合计密封行。（sealed-sum）"
    ]
