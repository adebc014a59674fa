"""Tasks, names and sign-in sheets follow one another by the rules, and add up."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.volunteering import HoursBooked, HoursLine, TaskClaimed, TaskOffered
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state.shop_facts import VolunteeringFacts
from ledger.state.volunteering import (
    check_volunteering,
    find_points,
    find_task,
    fold_volunteering,
    get_volunteering,
    list_task_numbers,
    list_tasks_held,
)
from tests.books.points_ledger import PointsLedger, change
from tests.books.shop_ledger import START


class VolunteeringLedger(PointsLedger):
    """A village with rules and households, where volunteers clear a ditch."""

    def __init__(self) -> None:
        super().__init__()
        assert self.run(START) == []

    def build_task(self, **changes: Any) -> TaskOffered:
        fields: dict[str, Any] = {
            "held_on": "2026-10-18",
            "needed": 3,
            "number": "FW-2026-001",
            "place": self.drawer.publish("村委会门口"),
            "rule": "A01",
            "title": self.drawer.publish("清理村东水渠"),
            "unit_hours_hundredths": 400,
        }
        return TaskOffered(**(fields | changes))

    def build_claims(self, *households: str) -> TaskClaimed:
        sealed = [self._seal(household=who) for who in households]
        return TaskClaimed(claims=tuple(sorted(sealed, key=lambda item: item.sealed)), task="FW-2026-001")

    def build_hours(self, *worked: tuple[str, int], version: int = 1) -> HoursBooked:
        lines = [
            HoursLine(hours_hundredths=hours, subject=self._seal(evidence="签到表", household=who))
            for who, hours in worked
        ]
        return HoursBooked(
            lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
            task="FW-2026-001",
            version=version,
        )

    def tell(self, body: Any, period: str = "2026-10") -> list[str]:
        return [format_fault(fault) for fault in self.check(body, period)]


@pytest.fixture
def ledger() -> VolunteeringLedger:
    ledger = VolunteeringLedger()
    assert ledger.try_body(ledger.build_task(), "2026-10") == []
    return ledger


def test_a_task_is_found_with_who_is_missing_and_what_was_done(ledger: VolunteeringLedger) -> None:
    assert ledger.try_body(ledger.build_claims("h1", "h1"), "2026-10") == []
    assert ledger.try_body(ledger.build_hours(("h1", 450), ("h2", 200)), "2026-10") == []

    task = find_task(ledger.facts, "FW-2026-001")
    assert task is not None
    assert (task.known.claimed, task.known.people, task.known.hours_hundredths) == (2, 2, 650)
    assert task.known.booked == len(ledger.entries) - 1
    assert list_tasks_held(ledger.facts, "2026-10") == [task]
    assert find_points(ledger.facts, task.body) == 2
    assert find_points(ledger.facts, change(task.body, held_on="2026-01-05")) == 0
    assert find_points(ledger.facts, change(task.body, rule="Z99")) == 0
    assert list_tasks_held(ledger.facts, "2026-11") == []
    assert (find_task(ledger.facts, "FW-2026-009"), list_task_numbers(ledger.facts)) == (
        None,
        ["FW-2026-001"],
    )


def test_a_new_sign_in_sheet_takes_the_place_of_the_one_before(ledger: VolunteeringLedger) -> None:
    ledger.append(ledger.build_hours(("h1", 450), ("h2", 200)), "2026-10")
    assert get_volunteering(ledger.facts, "2026") == VolunteeringFacts(
        hours_hundredths=650, people=2, tasks=1
    )
    assert ledger.tell(ledger.build_hours(("h1", 400))) == [
        "志愿服务 FW-2026-001 的签到：现为第 1 版，应为第 2 版。重新填一次再交审。（hours-version）"
    ]
    assert ledger.try_body(ledger.build_hours(("h1", 400), version=2), "2026-10") == []
    assert get_volunteering(ledger.facts, "2026") == VolunteeringFacts(
        hours_hundredths=400, people=1, tasks=1
    )
    assert get_volunteering(ledger.facts, "2025").tasks == 0


def test_a_number_is_given_once_and_the_rule_is_of_the_months_rulebook(ledger: VolunteeringLedger) -> None:
    assert ledger.tell(ledger.build_task()) == [
        (
            f"志愿服务 FW-2026-001：现为第 {len(ledger.entries) - 1} 条已用这个编号，应为没有用过的编号。"
            "同一次不用再登记；是另一次，就换一个编号。（task-number-used）"
        )
    ]
    early = ledger.build_task(held_on="2026-01-10", number="FW-2026-002")
    assert ledger.tell(early) == [
        (
            "志愿服务 FW-2026-002：现为A01，应为那个月起用的积分细则里，公开加分的一条。"
            "对照积分细则改正规则编号。（task-rule）"
        )
    ]


def test_no_more_put_their_name_down_than_are_needed(ledger: VolunteeringLedger) -> None:
    ledger.append(ledger.build_claims("h1"), "2026-10")
    assert ledger.tell(ledger.build_claims("h1", "h2", "h3")) == [
        "志愿服务 FW-2026-001 的报名：现为又有 3 人，应为不超过还缺的 2 人。人够了；请他们报下一次。（task-full）"
    ]
    assert ledger.tell(ledger.build_claims("h2", "h3")) == []
    ledger.append(ledger.build_hours(("h1", 400)), "2026-10")
    assert ledger.tell(ledger.build_claims("h2")) == [
        (
            "志愿服务 FW-2026-001 的报名：现为已经办完、记了工时，应为还没有办的任务。"
            "不用再报名；来了却漏写的，重填一张签到。（task-over）"
        )
    ]


def test_what_is_about_no_task_or_too_early_is_refused(ledger: VolunteeringLedger) -> None:
    unknown = change(ledger.build_claims("h1"), task="FW-2026-009")
    told = (
        "现为任务 FW-2026-009 没有登记，应为登记过的任务。"
        "核对编号；新的任务先登记并通过审核。（task-unknown）"
    )
    assert ledger.tell(unknown) == [f"志愿服务 FW-2026-009 的报名：{told}"]
    hours = ledger.build_hours(("h1", 400))
    assert ledger.tell(change(hours, task="FW-2026-009")) == [f"志愿服务 FW-2026-009 的签到：{told}"]
    later = ledger.build_task(held_on="2026-11-08", number="FW-2026-002")
    assert ledger.try_body(later, "2026-10") == []
    assert ledger.tell(change(hours, task="FW-2026-002")) == [
        (
            "志愿服务 FW-2026-002 的签到：现为2026-10-28 就记工时，应为任务那天 2026-11-08 或以后。"
            "办完以后再记工时。（hours-early）"
        )
    ]


def test_another_kind_is_none_of_volunteering(ledger: VolunteeringLedger) -> None:
    with pytest.raises(ValueError, match="no kind of volunteering"):
        check_volunteering(ledger.facts, load_reference(), ledger.entries[1])
    with pytest.raises(TypeError, match="no kind of volunteering"):
        fold_volunteering(ledger.facts, ledger.entries[1])
    with pytest.raises(ValueError, match="no task"):
        ledger.append(change(ledger.build_claims("h1"), task="FW-2026-009"), "2026-10")
