"""The sheets 签到, 任务, 报名: tasks for volunteers, who put their name down, and who worked how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger.books.screening import check_private_text
from ledger.books.values import Sealed
from ledger.books.volunteering import (
    HOURS_A_POINT_HUNDREDTHS,
    LINES_MAX,
    HoursBooked,
    HoursLine,
    TaskClaimed,
    TaskOffered,
)
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import format_hours, name_known, preview_task
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form
from ledger.service.workbooks.people import (
    check_name,
    check_title,
    fault_rule_unknown,
    fault_zero,
    find_by_number,
    list_registered,
    read_title,
)
from ledger.service.workbooks.registers import draft_row, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.rulebooks import find_rulebook
from ledger.state.volunteering import find_task
from ledger.vaults import Household

_Rows = dict[str, list[tuple[Line, Household]]]
_HOURS_MAX_HUNDREDTHS = 2_400


def gather_volunteering(
    tray: Tray, signed: Sequence[Line], tasks: Sequence[Line], claimed: Sequence[Line]
) -> None:
    """Judge a file's tasks, then the names that were put down for them, then the sign-in sheets, and draft them."""
    for line in take_numbered(
        tray, tasks, "任务编号", ("任务名称", "地点"), lambda line: _check_task(tray, line)
    ):
        if tray.is_ready(line):
            _gather_task(tray, line)
    known = list_registered(tray.desk, tray.facts)
    for number, rows in _group(tray, known, claimed).items():
        _gather_claims(tray, number, rows)
    for line in signed:
        tray.refuse(check_private_text(line.written("证据"), line.at("证据")) if line.has("证据") else [])
        tray.refuse(_check_hours(line, "小时"))
    for number, rows in _group(tray, known, signed).items():
        _gather_hours(tray, number, rows)


def _check_task(tray: Tray, line: Line) -> Iterator[Fault]:
    if "需要人数" in line.values and line.number("需要人数") < 1:
        yield fault_zero(line, "需要人数")
    yield from _check_hours(line, "每几小时一次")
    if {"日期", "规则编号"} <= set(line.values):
        rulebook = find_rulebook(tray.facts, line.text("日期")[:7])
        rules = {rule.code: rule for rule in rulebook.rules} if rulebook is not None else {}
        rule = rules.get(line.text("规则编号"))
        if rule is not None:
            yield from check_title(line, "规则名称", read_title(tray.desk, rule.text.text), rule.code)
        elif rules:
            yield fault_rule_unknown(line, "规则编号", rules, "积分细则")


def _check_hours(line: Line, header: str) -> Iterator[Fault]:
    if header in line.values and not 0 < line.number(header) <= _HOURS_MAX_HUNDREDTHS:
        yield Fault(
            code="hours-form",
            place=line.at(header),
            found=f"{format_hours(line.number(header))} 小时",
            expected="大于 0、不超过 24 小时",
            remedy="写实际的小时数，如 2.5",
        )


def _gather_task(tray: Tray, line: Line) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    body = TaskOffered(
        held_on=line.text("日期"),
        needed=line.number("需要人数"),
        number=line.text("任务编号"),
        place=texts.publish("place", line.text("地点")),
        rule=line.text("规则编号"),
        title=texts.publish("title", line.text("任务名称")),
        unit_hours_hundredths=line.number("每几小时一次") or HOURS_A_POINT_HUNDREDTHS,
    )
    label = f"志愿服务 {body.number} {line.text('任务名称')}"
    shown = preview_task(body, line.text("地点"))
    draft_row(tray, line, body, tray.desk.today, label, shown, texts)


def _group(tray: Tray, known: dict[str, Household], lines: Sequence[Line]) -> _Rows:
    """Return the rows by their task, none where anything in the file is wrong; refuse what is wrong in any."""
    rows: _Rows = defaultdict(list)
    for line in lines:
        tray.refuse(check_number_form(line, "任务编号"))
        found = find_by_number(line, "户号", known, "农户") if "户号" in line.values else None
        if isinstance(found, Fault):
            tray.refuse([found])
        elif found is not None:
            tray.refuse(check_name(line, "户主", found.name))
            if tray.is_ready(line):
                rows[line.text("任务编号")].append((line, found))
    for number, some in rows.items():
        if len(some) > LINES_MAX:
            tray.refuse([_fault_lines(some[LINES_MAX][0], number, len(some))])
    return rows if not tray.faults else {}


def _gather_claims(tray: Tray, number: str, rows: Sequence[tuple[Line, Household]]) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    claims = [texts.seal("claim", {"household": household.household}) for _, household in rows]
    body = TaskClaimed(claims=_sort(claims), task=number)
    label = f"志愿服务 {number} 报名 {len(claims)} 人"
    shown = [f"　户 {name_known(household)}" for _, household in rows]
    draft_row(tray, rows[0][0], body, tray.desk.today, label, shown, texts)


def _gather_hours(tray: Tray, number: str, rows: Sequence[tuple[Line, Household]]) -> None:
    texts, task = Discloser(tray.desk.ports.entropy), find_task(tray.facts, number)
    lines = [
        HoursLine(
            hours_hundredths=line.number("小时"),
            subject=texts.seal("subject", {"evidence": line.text("证据"), "household": household.household}),
        )
        for line, household in rows
    ]
    body = HoursBooked(
        lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
        task=number,
        version=task.known.version + 1 if task is not None else 1,
    )
    hours = sum(line.hours_hundredths for line in lines)
    label = f"志愿服务 {number} 签到 {len(lines)} 人 {format_hours(hours)} 小时"
    shown = [
        f"　户 {name_known(household)} {format_hours(line.number('小时'))} 小时　{line.text('证据')}"
        for line, household in rows
    ]
    if draft_row(tray, rows[0][0], body, tray.desk.today, label, shown, texts) and body.version > 1:
        tray.notices.append(f"{number} 已经签过到：这一张换下原来那一张，要把所有人都写上")


def _sort(sealed: Sequence[Sealed]) -> tuple[Sealed, ...]:
    return tuple(sorted(sealed, key=lambda item: item.sealed))


def _fault_lines(line: Line, number: str, count: int) -> Fault:
    return Fault(
        code="volunteers-lines",
        place=line.place,
        found=f"任务 {number} 有 {count} 行",
        expected=f"一个任务一次不超过 {LINES_MAX} 行",
        remedy="分成两个任务，各用各的编号",
    )
