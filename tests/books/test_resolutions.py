"""What a resolution says wrong in itself, each with its whole message; and how quorums are read and counted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.books.law import Share, find_quorum, format_share, is_share, parse_law
from ledger.books.resolutions import (
    MEETING_NAMES,
    STAGES,
    Meeting,
    Step,
    check_resolution,
    is_carried,
    is_quorate,
)
from ledger.data import load_reference
from ledger.errors import format_fault
from tests.books.test_law import RULE
from tests.builders import Discloser, build_resolution

LAW = load_reference().law
HALF, THIRDS = Share(is_more=True, of=2, parts=1), Share(is_more=False, of=3, parts=2)
QUORUM = """
[[quorum]]
meeting = "delegates"
province = "00"
present = { is_more = false, of = 3, parts = 2 }
agree = { is_more = true, of = 2, parts = 1 }
agree_of = "present"
document = "样例"
article = ""
in_force_from = "2020-01-01"
status = "P"
note = ""
"""


def resolve(on: str = "2026-10-28", **changes: Any) -> list[str]:
    body = build_resolution(Discloser(), **changes)
    return [format_fault(fault) for fault in check_resolution(body, LAW, "37", on)]


def make_step(**changes: Any) -> Step:
    return msgspec.structs.replace(build_resolution(Discloser()).steps[0], **changes)


def test_a_good_resolution_has_no_fault() -> None:
    assert resolve() == []
    assert resolve(amount_fen=0, valid_until="") == []


def test_every_meeting_has_a_name_a_step_and_a_rule() -> None:
    assert MEETING_NAMES.keys() == STAGES.keys() == {rule.meeting for rule in LAW.quorums}


def test_a_rule_nobody_has_read_says_so() -> None:
    assert {rule.status for rule in LAW.quorums} == {"R", "P"}
    assert resolve(steps=(make_step(present=29, favoured=15, against=0, abstained=0),)) == [
        (
            "决议 JY-2026-001 的村民代表会议：现为应到 45，实到 29，应为三分之二以上到会"
            "（中华人民共和国村民委员会组织法（2010年10月28日修订）第二十六条，待核对）。"
            "人数不够，会不能开、决议不算；改正人数，或者重新开会。（resolution-quorum）"
        )
    ]


def test_members_agree_by_a_share_of_all_of_them() -> None:
    step = make_step(meeting="members", entitled=300, present=300, favoured=199, against=0, abstained=0)

    assert resolve(steps=(step,)) == [
        (
            "决议 JY-2026-001 的集体成员大会：现为应到 300，赞成 199，应为应到的三分之二以上赞成"
            "（中华人民共和国农村集体经济组织法，待核对）。"
            "票数不够，就是没有通过；改正票数，或把结果写成 没有通过。（resolution-majority）"
        )
    ]
    assert resolve(steps=(msgspec.structs.replace(step, favoured=200),)) == []


def test_steps_say_all_their_faults_at_once() -> None:
    wrong = make_step(held_on="2026-02-30", present=50, favoured=60)

    assert resolve(steps=(wrong, make_step()), valid_until="2026-13-01") == [
        (
            "决议 JY-2026-001 的村民代表会议日期：现为2026-02-30，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入。（date-impossible）"
        ),
        (
            "决议 JY-2026-001 的村民代表会议：现为赞成、反对、弃权共 63 票，应为不超过实到 50 人。"
            "核对会议记录上的票数。（resolution-votes）"
        ),
        (
            "决议 JY-2026-001 的村民代表会议：现为实到 50 人，应为不超过应到 45 人。"
            "应到写有表决权的人数。（resolution-present）"
        ),
        (
            "决议 JY-2026-001：现为村民代表会议、村民代表会议，应为成员（代表）大会的决议，一次。"
            "补上缺的会议，按先后排好；没有开过的会不能写。（resolution-steps）"
        ),
        (
            "决议 JY-2026-001 的有效期：现为2026-13-01，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入。（date-impossible）"
        ),
    ]


@pytest.mark.parametrize(
    ("meetings", "found"),
    [
        ((), "没有写会议经过"),
        (("branch", "delegates"), "党支部会议、村民代表会议"),
        (
            ("branch", "party", "committees", "delegates"),
            "党支部会议、党员大会、村两委会议、村民代表会议",
        ),
    ],
)
def test_four_steps_are_all_four_in_their_order(meetings: tuple[Meeting, ...], found: str) -> None:
    steps = tuple(make_step(meeting=meeting) for meeting in meetings)

    assert resolve(procedure="four-steps", steps=steps) == [
        (
            f"决议 JY-2026-001：现为{found}，应为四议两公开的提议、商议、审议、决议，各一次。"
            "补上缺的会议，按先后排好；没有开过的会不能写。（resolution-steps）"
        )
    ]


def test_a_step_is_not_held_before_the_one_before_it() -> None:
    days: dict[Meeting, str] = {
        "branch": "2026-10-07",
        "committees": "2026-10-09",
        "party": "2026-10-08",
        "delegates": "2026-10-28",
    }
    steps = tuple(make_step(meeting=meeting, held_on=day) for meeting, day in days.items())

    assert resolve(procedure="four-steps", steps=steps) == [
        (
            "决议 JY-2026-001 的党员大会：现为2026-10-08，应为2026-10-09 或以后。"
            "前一步开过会，才到后一步；核对日期。（resolution-order）"
        )
    ]


def test_a_resolution_is_of_the_day_and_year_of_its_last_meeting() -> None:
    assert resolve(on="2027-01-04") == [
        (
            "决议 JY-2026-001：现为2026 年的编号，应为2027 年的编号。"
            "编号里的年份写开会的那一年。（meeting-number-year）"
        ),
        (
            "决议 JY-2026-001 的日期：现为2027-01-04，应为2026-10-28。"
            "决议的日期写最后一次会议的日期。（resolution-day）"
        ),
    ]


def test_what_it_lets_spend_has_a_last_day_that_is_not_before_it() -> None:
    assert resolve(valid_until="") == [
        (
            "决议 JY-2026-001 的有效期：现为没有写有效到哪天，应为准许开支的最后一天。"
            "写明这笔钱最晚哪天花完。（resolution-until）"
        )
    ]
    assert resolve(amount_fen=0, valid_until="2026-10-27") == [
        (
            "决议 JY-2026-001 的有效期：现为2026-10-27，应为2026-10-28 或以后。"
            "有效期不早于决议的那天；核对日期。（resolution-until）"
        )
    ]
    assert resolve(valid_until="2026-10-28") == []


def test_what_was_rejected_lets_spend_nothing_and_had_not_the_votes() -> None:
    lost = make_step(favoured=2, against=35)

    assert resolve(outcome="rejected", steps=(lost,)) == [
        (
            "决议 JY-2026-001 的准许开支：现为30,000.00 元，应为空。"
            "没有通过的决议不准开支；清空金额，或者核对结果。（resolution-amount）"
        )
    ]
    assert resolve(outcome="rejected", amount_fen=0) == [
        (
            "决议 JY-2026-001 的村民代表会议：现为赞成 35 票，够通过，应为没有通过的，赞成票不够或到会人数不够。"
            "核对票数；其实通过了的，结果写 通过。（resolution-outcome）"
        )
    ]
    assert resolve(outcome="rejected", amount_fen=0, steps=(lost,)) == []


def test_before_any_rule_more_must_agree_than_not() -> None:
    assert is_quorate(make_step(present=1), None)
    assert is_carried(make_step(favoured=3, against=2), None)
    assert not is_carried(make_step(favoured=2, against=2), None)


@pytest.mark.parametrize(
    ("share", "count", "whole", "enough"),
    [
        (HALF, 5, 10, False),
        (HALF, 6, 10, True),
        (THIRDS, 30, 45, True),
        (THIRDS, 29, 45, False),
        (THIRDS, 0, 0, False),
    ],
)
def test_a_share_is_counted_exactly(share: Share, count: int, whole: int, enough: bool) -> None:
    assert is_share(share, count, whole) is enough


def test_shares_read_as_laws_write_them() -> None:
    assert format_share(HALF) == "过半数"
    assert format_share(THIRDS) == "三分之二以上"
    assert format_share(Share(is_more=True, of=5, parts=4)) == "超过五分之四"


def test_the_rule_of_the_day_and_province_counts() -> None:
    special = QUORUM.replace('"00"', '"37"').replace("2020-01-01", "2021-01-01")
    law = parse_law(RULE + QUORUM + special)

    assert find_quorum(law, "delegates", "37", "2019-12-31") is None
    assert find_quorum(law, "delegates", "37", "2020-12-31") == law.quorums[0]
    assert find_quorum(law, "delegates", "37", "2021-01-01") == law.quorums[1]
    assert find_quorum(law, "delegates", "11", "2021-01-01") == law.quorums[0]
    assert find_quorum(law, "voters", "37", "2021-01-01") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (QUORUM + QUORUM, "law quorum 2: the same meeting, province and day stand there already"),
        (QUORUM.replace('"P"', '"X"'), "law quorum 1: "),
        (QUORUM.replace("of = 3, parts = 2", "of = 3, parts = 3"), "law quorum 1: 3 of 3, expected less"),
        (QUORUM.replace('"00"', '"xx"'), "law quorum 1: province 'xx'"),
    ],
)
def test_a_wrong_rule_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_law(RULE + text)
