"""What somebody would ask about the demo village's books: something for every public rule of concerns, and why some of
it may rest, as an auditor wrote down. Small things, all invented, most of them in order.
"""

from __future__ import annotations

from typing import NamedTuple

LATE = "2026-02"
"""The month whose finances were hung too late; its other sheets were not."""
LATE_ON = "2026-04-01"

# month, day, 摘要, debit, credit, fen
MOVED: tuple[tuple[int, int, str, str, str, int], ...] = (
    (2, 18, "抢修机井付人工费", "511", "101", 168_000),
    (3, 15, "收春季庙会摊位管理费", "101", "50104", 460_000),
    (4, 3, "庙会摊位费存银行", "102", "101", 400_000),
    (5, 12, "购打印复印一体机", "151", "102", 430_000),
    (5, 15, "向镇信用社借短期借款", "102", "201", 3_000_000),
    (5, 20, "购敬老节慰问品", "514", "102", 290_000),
    (6, 3, "收旧仓库租金", "102", "50103", 840_000),
    (6, 18, "端午慰问困难老人", "514", "101", 560_000),
    (6, 20, "从银行提取端午慰问用现金", "101", "102", 600_000),
    (6, 26, "收晒场租金", "102", "50103", 60_000),
    (8, 12, "收晒场续用租金", "102", "50103", 30_000),
)
"""Vouchers beside those of every month."""


class Explained(NamedTuple):
    """What an auditor looked into on a day, by its rule and what of the books it is about; of a voucher that its
    month's numbers are not known of before they are drawn, its 摘要.
    """

    on: str
    rule: str
    about: str
    reason: str


EXPLAINED: tuple[Explained, ...] = (
    Explained(LATE_ON, "not-published", LATE, "二月的账按时结了，公开栏翻修，四月一日补贴"),
    Explained("2026-07-15", "cash-limit", "端午慰问困难老人", "慰问金当面发到老人手里，有签收表，两个人到场"),
    Explained(
        "2026-07-15", "cash-short", "2026-06", "慰问金由经手人先垫付，两天后提现归还，凭证日期照垫付那天写"
    ),
    Explained(
        "2026-08-20", "unbanked", "收春季庙会摊位管理费", "庙会收了半个月，散场才清点，四月三日存了银行"
    ),
    Explained(
        "2026-08-20", "welfare-debt", "2026-05", "借款买果园农资周转，公益上用的是运转补助，有两张单据"
    ),
    Explained("2026-08-20", "long-term", "HT-0006", "是合作造林，不是出租，村民代表会议议过，到期林木归集体"),
)
