"""Volunteering's own rules: which tasks may be offered, and what hours are worth."""

from __future__ import annotations

import pytest

from ledger.books.values import Sealed
from ledger.books.volunteering import (
    HoursBooked,
    HoursLine,
    TaskClaimed,
    check_claims,
    check_hours,
    check_task,
    count_units,
)
from ledger.errors import format_fault
from tests.books.points_ledger import change
from tests.state.test_volunteering import VolunteeringLedger


@pytest.fixture
def ledger() -> VolunteeringLedger:
    return VolunteeringLedger()


def test_a_task_is_by_a_rule_that_adds_in_plain(ledger: VolunteeringLedger) -> None:
    rules = ledger.rules.values()
    assert check_task(ledger.build_task(), rules) == []
    for code in ("B10", "C10", "Z99"):
        (fault,) = check_task(ledger.build_task(rule=code), rules)
        assert format_fault(fault) == (
            f"志愿服务 FW-2026-001：现为{code}，应为那个月起用的积分细则里，公开加分的一条。"
            "对照积分细则改正规则编号。（task-rule）"
        )
    (fault,) = check_task(ledger.build_task(held_on="2026-02-30"), rules)
    assert format_fault(fault) == (
        "志愿服务 FW-2026-001：现为2026-02-30，应为日历上有的一天。改成日历上有的一天。（task-day）"
    )


def test_digests_are_in_order(ledger: VolunteeringLedger) -> None:
    lines = (Sealed(sealed="B" * 43), Sealed(sealed="A" * 43))
    assert [fault.code for fault in check_claims(TaskClaimed(claims=lines, task="FW-2026-001"))] == [
        "digests-order"
    ]
    hours = tuple(HoursLine(hours_hundredths=400, subject=line) for line in lines)
    body = HoursBooked(lines=hours, task="FW-2026-001", version=1)
    assert [fault.code for fault in check_hours(body)] == ["digests-order"]
    assert check_hours(change(body, lines=hours[::-1])) == []


@pytest.mark.parametrize(
    ("hours", "units"), [(399, 0), (400, 1), (799, 1), (800, 2), (4_000, 5), (99_999, 5)]
)
def test_hours_make_whole_units_up_to_the_months_cap(
    ledger: VolunteeringLedger, hours: int, units: int
) -> None:
    rule = change(ledger.rules["A01"], monthly_cap=10)  # Two points each: five units.
    assert count_units(hours, ledger.build_task(), rule) == units
