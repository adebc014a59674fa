"""The year's plan of income and expense (年度收支计划), and what came of it: the body, its rules, and the comparison.

A plan is adopted by the members' meeting and published; a change is a further version, and the newest counts. A line is
an account of income or expense with what is planned of it and of all that details it; no line lies below another one,
so that nothing is planned twice. What is booked beside every line is shown as not planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.accounts import Chart, check_account, find_account
from ledger.books.money import format_yuan
from ledger.books.subaccounts import name_in_full
from ledger.books.values import AccountCode, Positive, PublicText, Value
from ledger.books.village import ChartVersion
from ledger.books.vouchers import VOUCHER_MAX_FEN
from ledger.errors import Fault

LINES_MAX = 200

Year = Annotated[str, Meta(pattern=r"\A2[0-9]{3}\Z")]
Kind = Literal["income", "expense"]


class PlanLine(Value, frozen=True):
    """What is planned of one account in the year, in fen."""

    account: AccountCode
    amount_fen: Positive


class PlanAdopted(Value, frozen=True):
    """`plan.adopted`: the plan of a year in its next version, by a resolution; lines ascend by account."""

    chart: ChartVersion
    lines: Annotated[tuple[PlanLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    resolution: PublicText
    version: Positive
    year: Year


class PlannedAmount(Value, frozen=True):
    """A line of a plan beside what was booked; of what no line plans `planned_fen` is 0 and `account` empty."""

    account: str
    actual_fen: int
    kind: Kind
    name: str
    planned_fen: int

    @property
    def rest_fen(self) -> int:
        """What is still to come or to be spent; below zero where it is more than planned."""
        return self.planned_fen - self.actual_fen

    @property
    def percent(self) -> int | None:
        """How much of the plan is reached, rounded to whole percent, halves up; None without a plan."""
        if not self.planned_fen:
            return None
        return (200 * self.actual_fen + self.planned_fen) // (2 * self.planned_fen)


def check_plan(body: PlanAdopted, chart: Chart, before: PlanAdopted | None) -> list[Fault]:
    """Return every fault of a plan; `before` is the version of the year that is in force, None for none."""
    place = f"{body.year}年收支计划"
    faults = []
    expected = before.version + 1 if before is not None else 1
    if body.version != expected:
        faults.append(
            _fault("plan-version", place, f"第 {body.version} 版", f"第 {expected} 版", "重新填一次再交审")
        )
    if before is not None and before.lines == body.lines:
        remedy = "没有改动就不用再交；要改的，改了再交"
        faults.append(
            _fault("plan-unchanged", place, f"与第 {before.version} 版相同", "有改动的计划", remedy)
        )
    if body.chart != chart.version:
        remedy = "两版科目代码含义不同，请按本账的科目表重新选科目"
        found, expected_chart = f"{body.chart} 年科目表", f"{chart.version} 年科目表"
        return [*faults, _fault("chart-version", place, found, expected_chart, remedy)]
    for line in body.lines:
        faults += _check_line(line, chart, place)
    return faults + _check_order(body.lines, place)


def compare_plan(
    lines: Sequence[PlanLine], booked: Mapping[str, int], chart: Chart
) -> tuple[PlannedAmount, ...]:
    """Return every line with what was booked under it, and of each kind what was booked beside all lines.

    `booked` is what accounts of income and expense came to, by account, positive on the side of their class.
    """
    found = []
    for line in lines:
        account = chart.accounts[line.account]
        actual_fen = sum(amount for code, amount in booked.items() if code.startswith(line.account))
        kind: Kind = "income" if account.class_ == "income" else "expense"
        name = name_in_full(chart, line.account)
        found.append(_build(line.account, actual_fen, kind, name, line.amount_fen))
    codes = tuple(line.account for line in lines)
    kinds: tuple[Kind, ...] = ("income", "expense")
    for kind in kinds:
        left_fen = sum(
            amount
            for code, amount in booked.items()
            if not code.startswith(codes) and chart.accounts[code].class_ == kind
        )
        if left_fen:
            found.append(_build("", left_fen, kind, "", 0))
    return tuple(sorted(found, key=lambda one: (one.kind != "income", not one.account, one.account)))


def _check_line(line: PlanLine, chart: Chart, place: str) -> list[Fault]:
    account = find_account(chart, line.account)
    if account is None:
        return check_account(chart, line.account, place)
    faults = []
    if account.class_ not in ("income", "expense"):
        remedy = "计划只列收入、支出科目；买固定资产、还借款写在决议里"
        found = f"{account.code} {account.name}"
        faults.append(_fault("plan-class", place, found, "收入或支出科目", remedy))
    if line.amount_fen > VOUCHER_MAX_FEN:
        found, expected = f"{format_yuan(line.amount_fen)} 元", f"不超过 {format_yuan(VOUCHER_MAX_FEN)} 元"
        where = f"{place}，{account.code} {account.name}"
        faults.append(_fault("plan-too-large", where, found, expected, "检查金额的单位和小数点"))
    return faults


def _check_order(lines: Sequence[PlanLine], place: str) -> list[Fault]:
    """Codes ascend, and none lies below another: sorted, what lies below stands right after."""
    faults = []
    for one, other in pairwise(lines):
        if other.account.startswith(one.account):
            found = f"{one.account} 和 {other.account} 都列了"
            remedy = "只列上级，或者只列明细；不然同一笔钱算两次"
            faults.append(_fault("plan-overlap", place, found, "互不包含的科目", remedy))
        elif one.account > other.account:
            found = f"{one.account} 以后是 {other.account}"
            faults.append(_fault("plan-order", place, found, "按科目代码从小到大", "排好次序"))
    return faults


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _build(account: str, actual_fen: int, kind: Kind, name: str, planned_fen: int) -> PlannedAmount:
    return PlannedAmount(
        account=account, actual_fen=actual_fen, kind=kind, name=name, planned_fen=planned_fen
    )
