"""The sheet 收支计划: what a village plans to take in and to spend in a year, account by account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.books.accounts import Chart
from ledger.books.money import format_yuan
from ledger.books.plans import PlanAdopted, PlanLine
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_plan
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import fault_twice
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import check_account_cells
from ledger.state.plans import find_plan

YEARS = range(2000, 3000)


def gather_plan(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge a year's plan and draft it in its next version: one year and one resolution a file."""
    chart = tray.get_chart()
    for line in lines:
        tray.refuse(check_account_cells(chart, line))
        tray.refuse(_check_cells(tray, line))
    tray.refuse(_check_rows(lines))
    if tray.faults or not lines:
        return
    _draft(tray, chart, lines)


def _draft(tray: Tray, chart: Chart, lines: Sequence[Line]) -> None:
    year, resolution = lines[0].text("年份"), lines[0].text("决议")
    before = find_plan(tray.facts, year)
    texts = Discloser(tray.desk.ports.entropy)
    planned = [PlanLine(account=line.text("科目代码"), amount_fen=line.number("计划金额")) for line in lines]
    body = PlanAdopted(
        chart=chart.version,
        lines=tuple(sorted(planned, key=lambda line: line.account)),
        resolution=texts.publish("resolution", resolution),
        version=before.version + 1 if before is not None else 1,
        year=year,
    )
    faults = tray.check(body, tray.desk.today, tray.desk.today[:7])
    tray.refuse(faults, f"工作表「{lines[0].sheet}」")
    if tray.faults:
        return
    label = f"{year}年收支计划第 {body.version} 版：{len(body.lines)} 个科目"
    tray.preview += [label, *preview_plan(chart, body, before, resolution)]
    tray.add(body, tray.desk.today, tray.desk.today[:7], label, texts)


def _check_cells(tray: Tray, line: Line) -> Iterator[Fault]:
    if "年份" in line.values and line.number("年份") not in YEARS:
        yield Fault(
            code="plan-year-form",
            place=line.at("年份"),
            found=line.text("年份"),
            expected="四位数的年份，如 2027",
            remedy="改正年份",
        )
    if "计划金额" in line.values and line.number("计划金额") <= 0:
        yield Fault(
            code="plan-amount",
            place=line.at("计划金额"),
            found=format_yuan(line.number("计划金额")),
            expected="大于零的金额",
            remedy="改正金额；没有计划的科目不列",
        )
    if line.has("决议"):
        yield from check_published(line.written("决议"), line.at("决议"), tray.desk.names)


def _check_rows(lines: Sequence[Line]) -> Iterator[Fault]:
    """All rows are of one year and one resolution, each of another account."""
    seen: dict[str, Line] = {}
    for line in lines:
        code = line.text("科目代码")
        if code in seen:
            yield fault_twice(line, "科目代码", f"科目代码 {code}", seen[code])
        elif code:
            seen[code] = line
    for header in ("年份", "决议"):
        values = sorted({line.text(header) for line in lines} - {""})
        if len(values) > 1:
            yield Fault(
                code="plan-rows",
                place=f"工作表「{lines[0].sheet}」「{header}」",
                found=f"{len(values)} 种写法",
                expected="各行相同",
                remedy="一次只交一年的计划，一个决议；改成一样的",
            )
