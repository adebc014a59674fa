"""Tasks for volunteers folded: what is offered, how many put their name down, and the newest sign-in sheet of each.

Rules that always hold: a number is given once; no more people put their name down than are needed, and none after the
task was held; a sign-in sheet is of a day that has come, and takes the place of the one before it.
"""

from __future__ import annotations

import msgspec

from ledger.books.rounds import build_fault
from ledger.books.values import Value
from ledger.books.volunteering import (
    HoursBooked,
    TaskClaimed,
    TaskOffered,
    check_claims,
    check_hours,
    check_task,
)
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.rulebooks import find_rulebook
from ledger.state.shop_facts import TaskFacts, VolunteeringFacts

_NONE = VolunteeringFacts(hours_hundredths=0, people=0, tasks=0)


class Task(Value, frozen=True):
    """A task as its entries add up."""

    body: TaskOffered
    known: TaskFacts


def check_volunteering(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about volunteering may not follow these facts."""
    del reference  # What a task is worth says the village's own rulebook.
    match entry.body:
        case TaskOffered() as body:
            return _check_offered(facts, body)
        case TaskClaimed() as body:
            return check_claims(body) + _check_claimed(facts, body)
        case HoursBooked() as body:
            return check_hours(body) + _check_booked(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no kind of volunteering")


def fold_volunteering(facts: Facts, entry: Entry) -> None:
    """Apply an entry about volunteering, already checked. Raises TypeError for another kind."""
    body = entry.body
    if isinstance(body, TaskOffered):
        known = TaskFacts(at=entry.index, booked=0, claimed=0, hours_hundredths=0, people=0, version=0)
        put_fact(facts, f"task/{body.number}", known)
        put_fact(facts, f"task-held/{body.held_on[:7]}/{body.number}", known)
    elif isinstance(body, TaskClaimed):
        known = _get_task(facts, body.task)
        after = msgspec.structs.replace(known, claimed=known.claimed + len(body.claims))
        put_fact(facts, f"task/{body.task}", after)
    elif isinstance(body, HoursBooked):
        _fold_hours(facts, entry.index, body)
    else:
        raise TypeError(f"{entry.kind} is no kind of volunteering")


def find_task(facts: Facts, number: str) -> Task | None:
    """Return a task by its number; None where there is none."""
    known = get_fact(facts, f"task/{number}", TaskFacts)
    return Task(body=read_body(facts, known.at, TaskOffered), known=known) if known is not None else None


def find_points(facts: Facts, body: TaskOffered) -> int:
    """Return how many points a unit of a task's hours is worth by the rulebook of its month; 0 where that has no such
    rule any more.
    """
    rulebook = find_rulebook(facts, body.held_on[:7])
    rules = rulebook.rules if rulebook is not None else ()
    return next((rule.points for rule in rules if rule.code == body.rule), 0)


def list_task_numbers(facts: Facts) -> list[str]:
    """Return the numbers of all tasks, the newest first."""
    return [number for number, _ in scan_facts(facts, "task/", TaskFacts)][::-1]


def list_tasks_held(facts: Facts, period: str) -> list[Task]:
    """Return the tasks that are held in a month, by number."""
    numbers = [number for number, _ in scan_facts(facts, f"task-held/{period}/", TaskFacts)]
    return [task for task in (find_task(facts, number) for number in numbers) if task is not None]


def get_volunteering(facts: Facts, year: str) -> VolunteeringFacts:
    """Return what the tasks held in a year add up to."""
    return get_fact(facts, f"volunteering/{year}", VolunteeringFacts) or _NONE


def _get_task(facts: Facts, number: str) -> TaskFacts:
    known = get_fact(facts, f"task/{number}", TaskFacts)
    if known is None:
        raise ValueError(f"no task {number}")
    return known


def _check_offered(facts: Facts, body: TaskOffered) -> list[Fault]:
    rulebook = find_rulebook(facts, body.held_on[:7])
    faults = check_task(body, rulebook.rules if rulebook is not None else ())
    known = get_fact(facts, f"task/{body.number}", TaskFacts)
    if known is not None:
        found, remedy = f"第 {known.at} 条已用这个编号", "同一次不用再登记；是另一次，就换一个编号"
        place = f"志愿服务 {body.number}"
        faults.append(build_fault("task-number-used", place, found, "没有用过的编号", remedy))
    return faults


def _check_claimed(facts: Facts, body: TaskClaimed) -> list[Fault]:
    place, task = f"志愿服务 {body.task} 的报名", find_task(facts, body.task)
    if task is None:
        return [_fault_unknown(place, body.task)]
    if task.known.booked:
        remedy = "不用再报名；来了却漏写的，重填一张签到"
        return [build_fault("task-over", place, "已经办完、记了工时", "还没有办的任务", remedy)]
    left = task.body.needed - task.known.claimed
    if len(body.claims) > left:
        found, expected = f"又有 {len(body.claims)} 人", f"不超过还缺的 {left} 人"
        return [build_fault("task-full", place, found, expected, "人够了；请他们报下一次")]
    return []


def _check_booked(facts: Facts, entry: Entry, body: HoursBooked) -> list[Fault]:
    place, task = f"志愿服务 {body.task} 的签到", find_task(facts, body.task)
    if task is None:
        return [_fault_unknown(place, body.task)]
    faults = []
    if body.version != task.known.version + 1:
        found, expected = f"第 {body.version} 版", f"第 {task.known.version + 1} 版"
        faults.append(build_fault("hours-version", place, found, expected, "重新填一次再交审"))
    if entry.occurred_on < task.body.held_on:
        found, expected = f"{entry.occurred_on} 就记工时", f"任务那天 {task.body.held_on} 或以后"
        faults.append(build_fault("hours-early", place, found, expected, "办完以后再记工时"))
    return faults


def _fault_unknown(place: str, number: str) -> Fault:
    found, remedy = f"任务 {number} 没有登记", "核对编号；新的任务先登记并通过审核"
    return build_fault("task-unknown", place, found, "登记过的任务", remedy)


def _fold_hours(facts: Facts, index: int, body: HoursBooked) -> None:
    """Put a sign-in sheet in the place of the one before, in the task and in its year."""
    known, hours = _get_task(facts, body.task), sum(line.hours_hundredths for line in body.lines)
    after = msgspec.structs.replace(
        known, booked=index, hours_hundredths=hours, people=len(body.lines), version=body.version
    )
    put_fact(facts, f"task/{body.task}", after)
    year = read_body(facts, known.at, TaskOffered).held_on[:4]
    before = get_volunteering(facts, year)
    put_fact(
        facts,
        f"volunteering/{year}",
        VolunteeringFacts(
            hours_hundredths=before.hours_hundredths + hours - known.hours_hundredths,
            people=before.people + len(body.lines) - known.people,
            tasks=before.tasks + (0 if known.booked else 1),
        ),
    )
