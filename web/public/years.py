"""A year of the collective: income and expense by month and kind, beside the year before, and plan beside actual.

What is counted is what was booked as earned and spent, whether or not money moved; the monthly sheets count money. The
page says so, since the two differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.plans import PlannedAmount, compare_plan
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.figures.years import YearAmounts, collect_year
from ledger.state.money import get_month, list_book_months
from ledger.state.plans import find_plan, find_plan_index
from reports.words import format_amount, format_month
from web.account_words import explain_account
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.months import get_sheet_path
from web.public.pair_chart import Pair, PairChart, build_pair_chart
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

BARS_MAX = 12
"""Lines of a plan that are drawn: the first of the table, which has them all."""
_YEAR = re.compile(r"2[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class MonthRow:
    """A month with what was earned and spent; `path` leads to its sheet, empty for what was taken over."""

    expense: str
    income: str
    month: str
    path: str
    result: str


@dataclass(frozen=True)
class KindRow:
    """An account of three digits: this year and the year before, empty where that cannot be compared."""

    before: str
    explained: str
    name: str
    now: str


@dataclass(frozen=True)
class PlanRow:
    """A line of the plan: planned, what came of it, what is left, and how much that is in percent."""

    actual: str
    name: str
    number: str
    percent: str
    planned: str
    rest: str


@dataclass(frozen=True)
class PlanPart:
    """The lines of income or of expense, with their sum."""

    rows: tuple[PlanRow, ...]
    title: str
    total: PlanRow


@dataclass(frozen=True)
class Plan:
    """What the plan says. `chart` has the first lines; `path` leads to the entry."""

    chart: PairChart | None
    parts: tuple[PlanPart, ...]
    path: str
    resolution: str
    sentences: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class YearLink:
    path: str
    year: str


@dataclass(frozen=True)
class YearPage:
    """A year. `before` is the year beside which it stands, empty for none; `plan` None where none was adopted."""

    before: str
    chart: PairChart | None
    expenses: tuple[KindRow, ...]
    frame: Frame
    incomes: tuple[KindRow, ...]
    months: tuple[MonthRow, ...]
    newer: YearLink | None
    older: YearLink | None
    plan: Plan | None
    sentences: tuple[str, ...]
    telephone: str
    total: MonthRow
    year: str


def build_year_page(view: VillageView, year: str) -> YearPage:
    """Return the page of a year; NotFound for one of which the books have no month."""
    years = list_years(view)
    if year not in years:
        raise NotFound(_("这一年的账"))
    now, last = _collect(view, year), _collect(view, str(int(year) - 1))
    assert now is not None  # It is among the years.
    before = last if last is not None and last.version == now.version else None
    place = years.index(year)
    return YearPage(
        before=before.year if before is not None else "",
        chart=_build_months_chart(now),
        expenses=_build_kinds(view, now, now.expenses, before.expenses if before else None),
        frame=view.build_frame(_("{year}年收入和支出").format(year=year)),
        incomes=_build_kinds(view, now, now.incomes, before.incomes if before else None),
        months=tuple(_build_month(view, month.period, month.incomes, month.expenses) for month in now.months),
        newer=_link(view, years[place - 1]) if place else None,
        older=_link(view, years[place + 1]) if place + 1 < len(years) else None,
        plan=_build_plan(view, now),
        sentences=tuple(_tell_year(view, now, last)),
        telephone=view.read_telephone(),
        total=_build_month(view, "", now.incomes, now.expenses),
        year=year,
    )


def list_years(view: VillageView) -> list[str]:
    """Return the years of the books, newest first."""
    return sorted({month[:4] for month in list_book_months(view.reader.facts)}, reverse=True)


def get_year_path(village: str, year: str) -> str:
    """Return the path of a year."""
    return f"/v/{village}/years/{year}"


def find_year_path(view: VillageView, year: str = "") -> str:
    """Return the path of a year, of the newest one without; empty where the books have none of it."""
    years = [one for one in list_years(view) if year in ("", one)]
    return get_year_path(view.code, years[0]) if years else ""


def _collect(view: VillageView, year: str) -> YearAmounts | None:
    charts = {version: view.get_chart(version) for version in view.ports.reference.charts}
    return collect_year(view.reader.facts, charts, year)


def _link(view: VillageView, year: str) -> YearLink:
    return YearLink(get_year_path(view.code, year), year)


def _build_months_chart(now: YearAmounts) -> PairChart | None:
    return build_pair_chart(
        [
            Pair(str(int(month.period[5:])), sum(month.incomes.values()), sum(month.expenses.values()))
            for month in now.months
            if month.period
        ]
    )


def _build_month(
    view: VillageView, period: str, incomes: Mapping[str, int], expenses: Mapping[str, int]
) -> MonthRow:
    income_fen, expense_fen = sum(incomes.values()), sum(expenses.values())
    return MonthRow(
        expense=format_amount(expense_fen),
        income=format_amount(income_fen),
        month=format_month(period) if period else _("接账以前的"),
        path=get_sheet_path(view.code, "finance", period) if period else "",
        result=format_amount(income_fen - expense_fen),
    )


def _build_kinds(
    view: VillageView, year: YearAmounts, now: Mapping[str, int], before: Mapping[str, int] | None
) -> tuple[KindRow, ...]:
    chart = view.get_chart(year.version)
    sums, olds = _sum_kinds(now), _sum_kinds(before or {})
    return tuple(
        KindRow(
            before=format_amount(olds.get(code, 0)) if before is not None else "",
            explained=explain_account(year.version, code),
            name=chart.accounts[code].name,
            now=format_amount(sums.get(code, 0)),
        )
        for code in sorted({*sums, *olds})
    )


def _sum_kinds(amounts: Mapping[str, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for code, amount_fen in amounts.items():
        sums[code[:3]] = sums.get(code[:3], 0) + amount_fen
    return {code: amount_fen for code, amount_fen in sums.items() if amount_fen}


def _tell_year(view: VillageView, now: YearAmounts, last: YearAmounts | None) -> list[str]:
    income_fen, expense_fen = sum(now.incomes.values()), sum(now.expenses.values())
    newest = now.months[-1].period
    is_whole = newest[5:] == "12" and get_month(view.reader.facts, newest).closed
    span = _("全年") if is_whole else _("到{month}为止").format(month=format_month(newest))
    told = [
        _("{year}年，{span}，村集体收入 {income} 元，支出 {expense} 元，{result}。").format(
            year=now.year,
            span=span,
            income=format_amount(income_fen),
            expense=format_amount(expense_fen),
            result=_tell_result(income_fen - expense_fen),
        )
    ]
    if last is not None:
        change_fen = income_fen - sum(last.incomes.values())
        more = _("多") if change_fen >= 0 else _("少")
        whole = "" if is_whole else _("上一年是全年的数，这一年还没过完。")
        told.append(
            _("收入比 {year} 年{more} {amount} 元。").format(
                year=last.year, more=more, amount=format_amount(abs(change_fen))
            )
            + whole
        )
    return told


def _tell_result(amount_fen: int) -> str:
    if amount_fen == 0:
        return _("收支相抵")
    word = _("多出 {amount} 元") if amount_fen > 0 else _("亏了 {amount} 元")
    return word.format(amount=format_amount(abs(amount_fen)))


def _build_plan(view: VillageView, now: YearAmounts) -> Plan | None:
    body = find_plan(view.reader.facts, now.year)
    if body is None:
        return None
    # Under another chart the plan's accounts mean something else: its lines are told, and nothing beside them.
    booked = now.booked if body.chart == now.version else {}
    rows = compare_plan(body.lines, booked, view.get_chart(body.chart))
    numbered = list(enumerate((row for row in rows if row.account), 1))
    numbers = {row.account: number for number, row in numbered}
    titles = {"income": _("收入"), "expense": _("支出")}
    parts = []
    for kind, title in titles.items():
        own = [row for row in rows if row.kind == kind]
        if own:
            total = PlannedAmount(
                account="",
                actual_fen=sum(row.actual_fen for row in own),
                kind=own[0].kind,
                name="",
                planned_fen=sum(row.planned_fen for row in own),
            )
            shown = tuple(_build_plan_row(row, numbers) for row in own)
            parts.append(PlanPart(shown, title, _build_plan_row(total, {}, name=_("合计"))))
    return Plan(
        chart=build_pair_chart(
            [Pair(str(number), row.actual_fen, row.planned_fen) for number, row in numbered[:BARS_MAX]]
        ),
        parts=tuple(parts),
        path=get_entry_path(view, find_plan_index(view.reader.facts, now.year)),
        resolution=read_text(view.texts, body.resolution),
        sentences=tuple(_tell_plan(rows, is_comparable=body.chart == now.version)),
        version=str(body.version),
    )


def _build_plan_row(row: PlannedAmount, numbers: Mapping[str, int], name: str = "") -> PlanRow:
    return PlanRow(
        actual=format_amount(row.actual_fen),
        name=name or row.name or _("计划里没有的"),
        number=str(numbers[row.account]) if row.account in numbers else "",
        percent=f"{row.percent}%" if row.percent is not None else "",
        planned=format_amount(row.planned_fen),
        rest=format_amount(row.rest_fen),
    )


def _tell_plan(rows: tuple[PlannedAmount, ...], *, is_comparable: bool) -> list[str]:
    if not is_comparable:
        return [_("这一年换了会计科目，计划按旧科目定的，和实际对不上号，这里只列计划。")]
    told = []
    words = {
        "income": _("计划收入 {planned} 元，到现在收入 {actual} 元，完成 {percent}。"),
        "expense": _("计划支出 {planned} 元，到现在支出 {actual} 元，用了 {percent}。"),
    }
    for kind, word in words.items():
        planned_fen = sum(row.planned_fen for row in rows if row.kind == kind)
        actual_fen = sum(row.actual_fen for row in rows if row.kind == kind)
        if planned_fen:
            whole = PlannedAmount(
                account="", actual_fen=actual_fen, kind="income", name="", planned_fen=planned_fen
            )
            told.append(
                word.format(
                    planned=format_amount(planned_fen),
                    actual=format_amount(actual_fen),
                    percent=f"{whole.percent}%",
                )
            )
    over = [row for row in rows if row.kind == "expense" and row.account and row.rest_fen < 0]
    if over:
        names = _("、").join(row.name for row in over)
        told.append(_("支出超过计划的有：{names}。").format(names=names))
    return told


@route_page("/v/{code:str}/years/{year:str}", summary="A year's income and expense, and its plan")
def show_year(request: AnyRequest, code: FromPath[str], year: FromPath[str]) -> ASGIApp:
    """Answer with a year of the books."""
    if not _YEAR.fullmatch(year):
        raise NotFound(_("年份"))
    site = get_site(request)
    return site.serve_page(
        request, code, f"years/{year}", "year.html", lambda view: build_year_page(view, year)
    )
