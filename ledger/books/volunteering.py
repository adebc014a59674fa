"""Volunteering: tasks that are offered, who put their name down, and the hours of each task as they were signed for.

Hours are no points: the month's round gives those, by the rule and the hours that the task names. The household of a
line is sealed; hours are plain, so that everybody sees how much was done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from ledger.books.points import Rule, RuleCode, is_sealed
from ledger.books.rounds import build_fault, check_order
from ledger.books.values import Day, Positive, PublicText, Sealed, Value, is_day
from ledger.errors import Fault

LINES_MAX = 400
HOURS_A_POINT_HUNDREDTHS = 400
"""Four hours make one unit of the rule where the village says nothing else. Source: published village practice."""

TaskNumber = Annotated[str, Meta(pattern=r"\AFW-2[0-9]{3}-[0-9]{3}\Z")]
"""`FW-YYYY-NNN`, of a village's tasks."""
Hours = Annotated[int, Meta(ge=1, le=2_400)]
"""Hundredths of an hour, a day at most."""


class TaskOffered(Value, frozen=True):
    """`task.offered`: something to be done on a day. So many hours make one unit of the rulebook's rule."""

    held_on: Day
    needed: Annotated[int, Meta(ge=1, le=1_000)]  # people
    number: TaskNumber
    place: PublicText
    rule: RuleCode
    title: PublicText
    unit_hours_hundredths: Hours


class TaskClaimed(Value, frozen=True):
    """`task.claimed`: people who put their name down, each sealed ({household}); sorted by digest."""

    claims: Annotated[tuple[Sealed, ...], Meta(min_length=1, max_length=LINES_MAX)]
    task: TaskNumber


class HoursLine(Value, frozen=True):
    """One person's hours. `subject` discloses {evidence, household}."""

    hours_hundredths: Hours
    subject: Sealed


class HoursBooked(Value, frozen=True):
    """`hours.booked`: the sign-in sheet of a task, whole; the newest version counts. Lines are sorted by digest."""

    lines: Annotated[tuple[HoursLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    task: TaskNumber
    version: Positive


def check_task(body: TaskOffered, rules: Iterable[Rule]) -> list[Fault]:
    """Return every fault of a task under the rules of the month in which it is held."""
    place = f"志愿服务 {body.number}"
    if not is_day(body.held_on):
        remedy = "改成日历上有的一天"
        return [build_fault("task-day", place, body.held_on, "日历上有的一天", remedy)]
    known = {rule.code: rule for rule in rules if rule.points > 0 and not is_sealed(rule)}
    if body.rule in known:
        return []
    expected = "那个月起用的积分细则里，公开加分的一条"
    return [build_fault("task-rule", place, body.rule, expected, "对照积分细则改正规则编号")]


def check_claims(body: TaskClaimed) -> list[Fault]:
    """Return every fault that claims have in themselves."""
    return check_order(body.claims, f"志愿服务 {body.task} 的报名")


def check_hours(body: HoursBooked) -> list[Fault]:
    """Return every fault that a sign-in sheet has in itself."""
    return check_order([line.subject for line in body.lines], f"志愿服务 {body.task} 的签到")


def count_units(hours_hundredths: int, task: TaskOffered, rule: Rule) -> int:
    """Return how many units of its rule somebody's hours are worth, as far as the month's cap goes."""
    return min(hours_hundredths // task.unit_hours_hundredths, rule.monthly_cap // rule.points)
