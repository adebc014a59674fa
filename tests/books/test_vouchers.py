"""The numbered rules of a voucher: each alone, with its whole message."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.vouchers import (
    POSTINGS_MAX,
    VOUCHER_MAX_FEN,
    Posting,
    Voucher,
    check_opening,
    check_roles,
    check_voucher,
    negate_postings,
)
from ledger.data import load_reference
from ledger.errors import Fault, format_fault
from tests.builders import Discloser, build_opening, build_replacement, build_reversal, build_voucher

CHART = load_reference().charts["2023"]
Line = tuple[str, str, int]


def make_postings(*lines: Line) -> tuple[Posting, ...]:
    return tuple(Posting(account=code, amount_fen=fen, side=side) for side, code, fen in lines)


def make_voucher(*lines: Line, **changes: Any) -> Voucher:
    lines = lines or (("debit", "51302", 32_500), ("credit", "101", 32_500))
    return build_voucher(Discloser(), chart="2023", postings=make_postings(*lines), **changes)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def test_a_good_voucher_has_no_fault() -> None:
    assert check_voucher(make_voucher(), CHART, "2026-10") == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [("debit", "51302", 120_000), ("credit", "101", 102_000)],
            (
                "凭证 2026-10-001：现为借方 1,200.00、贷方 1,020.00，应为借贷相等。"
                "贷方还差 180.00，请补上或改正分录。（voucher-unbalanced）"
            ),
        ),
        (
            [("debit", "51302", 102_000), ("credit", "101", 120_000)],
            (
                "凭证 2026-10-001：现为借方 1,020.00、贷方 1,200.00，应为借贷相等。"
                "借方还差 180.00，请补上或改正分录。（voucher-unbalanced）"
            ),
        ),
        (
            [("debit", "599", 100), ("credit", "101", 100)],
            (
                "凭证 2026-10-001第 1 行：现为科目 599，应为2023 年科目表内的科目。"
                "对照会计科目表改正科目代码。（account-unknown）"
            ),
        ),
        (
            [("debit", "51302", 100), ("credit", "101", 100), ("credit", "102", 0)],
            "凭证 2026-10-001第 3 行：现为0.00，应为不为零的金额。填上金额，或者删去这一行。（posting-zero）",
        ),
        (
            [("debit", "51302", 100), ("debit", "514", -50), ("credit", "101", 50)],
            (
                "凭证 2026-10-001第 2 行：现为-0.50，应为正数。"
                "金额写正数，方向用借贷表示；要冲销就另做红字冲销凭证。（posting-sign）"
            ),
        ),
        (
            [("debit", "51302", VOUCHER_MAX_FEN + 1), ("credit", "101", VOUCHER_MAX_FEN + 1)],
            (
                "凭证 2026-10-001：现为10,000,000,000.01 元，应为不超过 10,000,000,000.00 元。"
                "检查金额的单位和小数点。（voucher-too-large）"
            ),
        ),
        (
            [
                ("debit", "101", 100_000),
                ("credit", "50103", 100_000),
                ("debit", "514", 90_000),
                ("credit", "101", 90_000),
            ],
            (
                "凭证 2026-10-001：现为科目 101 在一张凭证里又收又付，应为收款和付款分开记。"
                "收款做一张凭证，付款另做一张，每一笔才能公开。（voucher-mixed）"
            ),
        ),
        (
            [
                ("debit", "102", 100_000),
                ("credit", "50103", 100_000),
                ("debit", "514", 100_000),
                ("credit", "101", 100_000),
            ],
            (
                "凭证 2026-10-001：现为科目 101、102 在一张凭证里又收又付，应为收款和付款分开记。"
                "收款做一张凭证，付款另做一张，每一笔才能公开。（voucher-mixed）"
            ),
        ),
    ],
)
def test_each_rule_of_postings_tells_place_found_expected_and_remedy(lines: list[Line], message: str) -> None:
    assert tell(check_voucher(make_voucher(*lines), CHART, "2026-10")) == [message]


def test_money_moved_between_cash_and_bank_is_no_mixture() -> None:
    moved = make_voucher(("debit", "101", 300), ("credit", "102", 300))
    spent = make_voucher(("debit", "101", 200), ("debit", "514", 100), ("credit", "102", 300))
    swapped = make_voucher(
        ("debit", "101", 300), ("credit", "102", 300), ("debit", "102", 100), ("credit", "101", 100)
    )

    assert [check_voucher(body, CHART, "2026-10") for body in (moved, spent, swapped)] == [[], [], []]


def test_a_voucher_has_two_postings_at_least_and_a_limit() -> None:
    one = make_voucher(("debit", "101", 0))
    many = make_voucher(
        ("debit", "51302", POSTINGS_MAX * 100), *[("credit", "101", 100) for _ in range(POSTINGS_MAX)]
    )

    assert tell(check_voucher(one, CHART, "2026-10"))[0] == (
        "凭证 2026-10-001：现为1 行分录，应为2 至 200 行。补上缺少的分录；行数太多的分成几张凭证。（postings-count）"
    )
    assert tell(check_voucher(many, CHART, "2026-10")) == [
        "凭证 2026-10-001：现为201 行分录，应为2 至 200 行。补上缺少的分录；行数太多的分成几张凭证。（postings-count）"
    ]


def test_another_chart_is_refused_and_its_codes_are_not_looked_up() -> None:
    body = build_voucher(Discloser(), chart="2004")

    assert tell(check_voucher(body, CHART, "2026-10")) == [
        (
            "凭证 2026-10-001：现为2004 年科目表，应为2023 年科目表。"
            "两版科目代码含义不同，请按本账的科目表重新选科目。（chart-version）"
        )
    ]


def test_the_number_is_of_the_vouchers_month() -> None:
    assert tell(check_voucher(make_voucher(), CHART, "2026-11")) == [
        (
            "凭证 2026-10-001：现为2026-10 的编号，应为2026-11 的编号。"
            "凭证按所属月份编号，请改正编号或月份。（voucher-number-month）"
        )
    ]


def test_a_voucher_needs_source_documents() -> None:
    assert tell(check_voucher(make_voucher(attachments=0), CHART, "2026-10")) == [
        (
            "凭证 2026-10-001：现为附件 0 张，应为至少 1 张。"
            "数一数原始凭证，把张数填上；没有原始凭证不能记账。（voucher-attachments）"
        )
    ]


def test_a_reversal_is_red_and_needs_no_documents() -> None:
    red = make_postings(("debit", "51302", -100), ("credit", "101", -100))
    black = make_postings(("debit", "51302", 100), ("credit", "101", 100))
    bodies = [
        build_reversal(Discloser(), reverses=3, chart="2023", postings=postings) for postings in (red, black)
    ]

    assert check_voucher(bodies[0], CHART, "2026-10") == []
    assert tell(check_voucher(bodies[1], CHART, "2026-10")) == [
        f"凭证 2026-10-002第 {line} 行：现为1.00，应为负数（红字）。"
        "红字冲销照原凭证逐行写成负数，借贷方向不变。（posting-sign）"
        for line in (1, 2)
    ]


def test_a_replacement_is_judged_as_any_voucher() -> None:
    body = build_replacement(
        Discloser(),
        replaces=3,
        chart="2023",
        postings=make_postings(("debit", "514", 1), ("credit", "101", 1)),
    )

    assert check_voucher(body, CHART, "2026-10") == []
    assert check_voucher(msgspec.structs.replace(body, attachments=0), CHART, "2026-10") != []


def test_all_faults_come_at_once() -> None:
    body = make_voucher(("debit", "999", 0), ("debit", "101", -5), attachments=0)

    codes = [fault.code for fault in check_voucher(body, CHART, "2026-11")]

    assert codes == [
        "voucher-number-month",
        "voucher-attachments",
        "posting-zero",
        "posting-sign",
        "voucher-unbalanced",
        "account-unknown",
    ]


def test_opening_balances_name_each_account_once() -> None:
    good = make_postings(("debit", "101", 300), ("credit", "301", 300))
    twice = make_postings(("debit", "101", 200), ("debit", "101", 100), ("credit", "301", 300))

    assert check_opening(build_opening(chart="2023", postings=good), CHART) == []
    assert tell(check_opening(build_opening(chart="2023", postings=twice), CHART)) == [
        (
            "期初余额：现为科目 101 出现 2 次，应为每个科目只有一个期初余额。"
            "把同一科目的金额合成一行。（opening-account-twice）"
        )
    ]


def test_opening_balances_obey_the_rules_of_postings() -> None:
    lines = make_postings(("debit", "101", 300), ("credit", "999", 200), ("credit", "301", 0))

    codes = [fault.code for fault in check_opening(build_opening(chart="2023", postings=lines), CHART)]

    assert codes == ["posting-zero", "voucher-unbalanced", "account-unknown"]
    assert [fault.code for fault in check_opening(build_opening(), CHART)] == ["chart-version"]


def test_three_persons_are_three() -> None:
    assert check_roles("样例甲", "样例乙", "样例丙") == []
    assert tell(check_roles("样例甲", "样 例甲", "样例丙", "凭证 2026-10-001")) == [
        (
            "凭证 2026-10-001的经手人和审批人：现为同一个人，应为不同的人。"
            "经手、审批、记账要由三个人分别承担，请改正经手人或审批人。（roles-same）"
        )
    ]
    assert [fault.place for fault in check_roles("Ａ", "A", "A")] == [
        "凭证的经手人和审批人",
        "凭证的经手人和记账员",
        "凭证的审批人和记账员",
    ]


def test_a_missing_person_is_told_once() -> None:
    assert tell(check_roles("", "样例乙", "　")) == [
        "凭证的经手人：应为一个人的姓名。写上经手人的姓名。（roles-missing）",
        "凭证的记账员：应为一个人的姓名。写上记账员的姓名。（roles-missing）",
    ]


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=5))
def test_negating_twice_gives_the_voucher_back(amounts: list[int]) -> None:
    postings = make_postings(*[("debit", "101", amount) for amount in amounts])

    assert negate_postings(negate_postings(postings)) == postings
    assert [posting.amount_fen for posting in negate_postings(postings)] == [-amount for amount in amounts]
