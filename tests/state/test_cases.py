"""Cases follow one another step by step, and every wrong order is refused in plain words."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.grids import GridsRegistered
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state.case_facts import OpenCase
from ledger.state.cases import (
    check_cases,
    find_case,
    fold_cases,
    list_case_facts,
    list_counts,
    list_open_cases,
    list_public_numbers,
    list_unit_counts,
)
from tests.books.case_ledger import CaseLedger, build_confided
from tests.builders import build_description
from tests.grids import build_grids

STORY = """
    2026-10-08 open AL-2026-001 B04 WG-0001 | accepted
    2026-10-09 verified AL-2026-001 | accepted
    2026-10-10 assigned AL-2026-001 | accepted
    2026-10-11 assigned AL-2026-001 | accepted
    2026-10-12 handled AL-2026-001 | accepted
    2026-10-13 closed AL-2026-001 | accepted
    2026-10-14 satisfied AL-2026-001 | accepted
    2026-10-10 open AL-2026-002 E01 | accepted
    2026-10-12 verified AL-2026-002 | accepted
    2026-10-12 open AL-2026-003 C05 | accepted
    2026-10-13 rejected AL-2026-003 | accepted
    2026-11-02 open AL-2026-004 A01 | accepted
"""


@pytest.fixture
def ledger() -> CaseLedger:
    ledger = CaseLedger()
    assert ledger.run(STORY) == []
    return ledger


def tell(ledger: CaseLedger, line: str) -> list[str]:
    return [format_fault(fault) for fault in ledger.try_line(line)]


def test_a_case_is_found_with_its_steps_and_their_days(ledger: CaseLedger) -> None:
    case = find_case(ledger.facts, "AL-2026-001")

    assert case is not None
    assert (case.stage, case.handled_on, case.body.grid) == ("closed", "2026-10-12", "WG-0001")
    assert [(move.stage, move.on) for move in case.known.moves][2:] == [
        ("assigned", "2026-10-11"),
        ("handled", "2026-10-12"),
        ("closed", "2026-10-13"),
    ]
    assert find_case(ledger.facts, "AL-2026-009") is None
    quarrel = find_case(ledger.facts, "AL-2026-002")
    assert quarrel is not None
    assert (case.has_page, quarrel.has_page) == (True, False)
    waiting = find_case(ledger.facts, "AL-2026-004")
    assert waiting is not None
    assert (waiting.stage, waiting.handled_on) == ("opened", "")
    assert [number for number, _ in list_case_facts(ledger.facts)] == [
        f"AL-2026-00{at}" for at in (4, 3, 2, 1)
    ]
    assert list_public_numbers(ledger.facts) == [f"AL-2026-00{at}" for at in (4, 3, 1)]


def test_those_that_wait_stand_by_the_day_on_which_the_next_step_is_due(ledger: CaseLedger) -> None:
    assert list_open_cases(ledger.facts) == (
        OpenCase(due_on="2026-11-04", number="AL-2026-004"),  # to be verified
        OpenCase(due_on="2026-11-09", number="AL-2026-002"),  # to be answered
    )
    assert list_open_cases(CaseLedger().facts) == ()


def test_what_cases_add_up_to_stands_by_the_month_of_the_report(ledger: CaseLedger) -> None:
    counts = {(month, code): sums for month, code, sums in list_counts(ledger.facts)}

    assert list(counts) == [("2026-10", "B04"), ("2026-10", "C05"), ("2026-10", "E00"), ("2026-11", "A01")]
    lamp = counts["2026-10", "B04"]
    assert (lamp.opened, lamp.handled, lamp.on_time, lamp.closed, lamp.rated, lamp.satisfied) == (1,) * 6
    assert counts["2026-10", "C05"].rejected == 1
    assert [month for month, _, _ in list_counts(ledger.facts, "2026-11")] == ["2026-11"]


def test_cases_of_a_unit_are_counted_by_the_month_of_the_report(ledger: CaseLedger) -> None:
    assert (
        ledger.run("""
        2026-10-28 open AL-2026-005 B04 WG-0002 | accepted
        2026-10-29 rejected AL-2026-005 | accepted
        2026-11-03 open AL-2026-006 B04 WG-0001 | accepted
        2026-11-03 open AL-2026-007 B04 WG-0009 | case-unit
        """)
        == []
    )
    counts = list_unit_counts(ledger.facts, "2026-10")

    assert [(unit, one.opened, one.rejected, one.closed) for unit, one in counts.items()] == [
        ("WG-0001", 1, 0, 1),
        ("WG-0002", 1, 1, 0),
    ]
    assert list_unit_counts(ledger.facts, "2026-11")["WG-0001"].opened == 1
    assert list_unit_counts(ledger.facts, "2026-12") == {}


def test_a_case_is_of_a_unit_that_is_still_there(ledger: CaseLedger) -> None:
    assert tell(ledger, "2026-11-03 open AL-2026-007 B04 WG-0009") == [
        (
            "诉求件 AL-2026-007 的网格：现为WG-0009 没有登记过，应为登记过、没有撤销的网格。"
            "对照网格登记改正编号；新的网格先登记并通过审核，不知道的留空。（case-unit）"
        )
    ]
    units = build_grids(ledger.texts).units
    lane = msgspec.structs.replace(units[1], ended=True, hands=(), offices=())
    assert ledger.try_body(GridsRegistered(units=(lane,)), "2026-11-03") == []

    assert "现为WG-0002 已经撤销" in tell(ledger, "2026-11-03 open AL-2026-007 B04 WG-0002")[0]


def test_every_step_that_is_not_the_next_one_is_refused(ledger: CaseLedger) -> None:
    assert (
        ledger.run("""
        2026-11-03 assigned AL-2026-004 | case-order
        2026-11-03 handled AL-2026-004 | case-order
        2026-11-03 closed AL-2026-004 | case-order
        2026-11-03 satisfied AL-2026-004 | case-order
        2026-11-03 verified AL-2026-004 | accepted
        2026-11-03 verified AL-2026-004 | case-order
        2026-11-03 rejected AL-2026-004 | case-order
        2026-11-03 handled AL-2026-004 | case-order
        2026-11-03 closed AL-2026-004 | case-order
        2026-11-03 assigned AL-2026-004 | accepted
        2026-11-03 verified AL-2026-004 | case-order
        2026-11-03 rejected AL-2026-004 | case-order
        2026-11-03 closed AL-2026-004 | case-order
        2026-11-03 handled AL-2026-004 | accepted
        2026-11-03 assigned AL-2026-004 | case-order
        2026-11-03 handled AL-2026-004 | case-order
        2026-11-03 unsatisfied AL-2026-004 | case-order
        2026-11-03 closed AL-2026-004 | accepted
        2026-11-03 closed AL-2026-004 | case-order
        2026-11-03 unsatisfied AL-2026-004 | accepted
        2026-11-03 satisfied AL-2026-004 | case-rated
        2026-11-03 verified AL-2026-003 | case-order
        2026-11-03 satisfied AL-2026-003 | case-order
        2026-11-03 open AL-2026-004 B04 | case-number-used
        2026-11-03 verified AL-2026-009 | case-unknown
        2026-11-03 satisfied AL-2026-009 | case-unknown
        2026-11-03 plainly assigned AL-2026-002 | case-private
        2026-11-03 satisfied AL-2026-002 | case-order case-rating-private
    """)
        == []
    )


def test_a_step_of_a_day_before_the_last_one_is_refused(ledger: CaseLedger) -> None:
    assert tell(ledger, "2026-11-01 verified AL-2026-004") == [
        (
            "诉求件 AL-2026-004 的核实受理：现为2026-11-01，应为2026-11-02 或以后。"
            "一步不能早于它的前一步；改正日期。（case-early）"
        )
    ]
    assert ledger.run("2026-11-05 verified AL-2026-004 | accepted") == []
    assert ledger.run("2026-11-04 assigned AL-2026-004 | case-early") == []


def test_faults_say_what_is_wrong_and_what_to_do(ledger: CaseLedger) -> None:
    assert tell(ledger, "2026-11-03 handled AL-2026-004") == [
        (
            "诉求件 AL-2026-004 的答复：现为这一件还没核实，应为核实受理、不受理。"
            "先登记前一步，通过审核以后再登记这一步。（case-order）"
        )
    ]
    assert tell(ledger, "2026-11-03 closed AL-2026-001") == [
        (
            "诉求件 AL-2026-001 的结案：现为这一件已结案，应为没有下一步了。"
            "办完的不再登记；还有事的，另登记一件。（case-order）"
        )
    ]
    assert tell(ledger, "2026-11-03 closed AL-2026-009") == [
        (
            "诉求件 AL-2026-009 的结案：现为诉求件 AL-2026-009 没有登记，应为登记过的诉求件。"
            "核对编号；新的先登记并通过审核。（case-unknown）"
        )
    ]
    assert tell(ledger, "2026-11-03 satisfied AL-2026-001") == [
        (
            "诉求件 AL-2026-001 的评价：现为第 9 条已经评价，应为还没有评价。"
            "一件只评价一次；还有事的，另登记一件。（case-rated）"
        )
    ]
    assert tell(ledger, "2026-11-03 open AL-2026-001 B04") == [
        (
            "诉求件 AL-2026-001：现为第 3 条已用这个编号，应为没有用过的编号。"
            "同一件不用再登记；是另一件，就换一个编号。（case-number-used）"
        )
    ]
    assert tell(ledger, "2026-11-03 plainly assigned AL-2026-002") == [
        (
            "诉求件 AL-2026-002 的交办：现为内容公开，应为内容只存隐私库。"
            "退回重新交审：调解和家事的只存隐私库，别的公开。（case-private）"
        )
    ]
    assert tell(ledger, "2026-11-03 satisfied AL-2026-002")[-1] == (
        "诉求件 AL-2026-002 的评价：现为不公开的诉求件，应为公开的诉求件。"
        "调解和家事不评价，删去这一行。（case-rating-private）"
    )


def test_what_is_public_is_not_hidden_either(ledger: CaseLedger) -> None:
    body = build_confided(ledger.texts, "verified", "AL-2026-004")

    assert [format_fault(fault) for fault in ledger.try_body(body, "2026-11-03")] == [
        (
            "诉求件 AL-2026-004 的核实受理：现为内容只存隐私库，应为内容公开。"
            "退回重新交审：调解和家事的只存隐私库，别的公开。（case-private）"
        )
    ]


def test_another_kind_is_about_no_case(ledger: CaseLedger) -> None:
    entry = ledger.envelop(build_description(ledger.texts), "2026-11-03")

    with pytest.raises(ValueError, match="about no case"):
        check_cases(ledger.facts, load_reference(), entry)
    with pytest.raises(TypeError, match="about no case"):
        fold_cases(ledger.facts, entry)
    step = ledger.envelop(build_confided(ledger.texts, "verified", "AL-2026-009"), "2026-11-03")
    with pytest.raises(ValueError, match="no case AL-2026-009"):
        fold_cases(ledger.facts, step)
