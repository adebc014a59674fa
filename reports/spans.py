"""The sheet of a quarter or a year, as strings ready to lay out: the eight classes that the law asks for.

Paper and page lay the same tables out, so that what hangs and what a phone shows have one wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.disclosure import ClassId
from ledger.books.figures import ItemAmount, ItemBalance, SpanFigures
from ledger.books.money import format_capitals
from ledger.books.span_figures import name_span, summarize_span
from ledger.books.span_words import (
    TOLD,
    list_cells,
    name_accounts,
    tell_contract,
    tell_correction,
    tell_fund,
    tell_resolution,
)
from ledger.data import load_land_classes, load_reference
from reports.columns import fit_columns
from reports.frame import Codes, HeadText, PlainWords, build_head_text, build_plain_words
from reports.words import format_amount, format_count, format_month, format_small

_PAGE_MM = 186.0
_NAME_MM = 62.0
_CHARTS = {
    "2023": "农村集体经济组织会计制度（财会〔2023〕14号）",
    "2004": "村集体经济组织会计制度（财会〔2004〕12号）",
}
_NUMERALS = "一二三四五六七八"


@dataclass(frozen=True)
class SpanRow:
    """An item: its amounts, or in `said` that there was nothing or that nothing is kept of it; `where` its figures are
    found.
    """

    amounts: tuple[str, ...]
    is_total: bool
    name: str
    said: str
    where: str


@dataclass(frozen=True)
class SpanTable:
    """A class's rows below `heads`; widths and type size that keep every amount on one line."""

    heads: tuple[str, ...]
    rows: tuple[SpanRow, ...]
    size_pt: float
    widths_mm: tuple[float, ...]


@dataclass(frozen=True)
class ListRow:
    """A contract, resolution, fund or correction: texts, the first its number, then amounts."""

    amounts: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SpanSheet:
    """All that the template of a quarter or a year shows.

    `attested`  how well the list of what must be shown is attested
    `begin`, `end`  what both ends are called
    `numerals`  of the classes, by their ids; `labels` their names
    """

    assets: SpanTable
    attested: str
    begin: str
    capitals: str
    codes: Codes | None
    contracts: tuple[ListRow, ...]
    corrections: tuple[ListRow, ...]
    debts: SpanTable
    distribution: SpanTable
    document: str
    end: str
    expense: str
    expenses: SpanTable
    funds: tuple[ListRow, ...]
    given_by: tuple[str, ...]
    head: HeadText
    income: str
    incomes: SpanTable
    kind: str
    labels: dict[str, str]
    land: SpanTable
    money: str
    months: tuple[str, ...]
    name: str
    numerals: dict[str, str]
    objections: tuple[str, str, str]
    own: SpanTable
    plan: SpanTable
    plans: tuple[SpanRow, ...]
    resolutions: tuple[ListRow, ...]
    summary: PlainWords
    title: str
    totals: SpanTable


def build_span(figures: SpanFigures, codes: Codes | None, open_until: str = "") -> SpanSheet:
    """Return the texts of the sheet of a quarter or a year; computes no figure but the sums under its own columns."""
    disclosure = load_reference().disclosure
    is_year = figures.head.kind == "year"
    begin, end = ("年初", "年末") if is_year else ("季初", "季末")
    totals, objections = figures.totals, figures.objections
    money = next(one.closing_fen for one in figures.assets if one.item == "money")
    ids: list[ClassId] = [one.id for one in disclosure.classes]
    return SpanSheet(
        assets=_build_balances("assets", figures.assets, begin, end),
        attested=disclosure.label,
        begin=begin,
        capitals=format_capitals(money),
        codes=codes,
        contracts=tuple(
            ListRow((format_amount(one.year_fen),), tell_contract(one)) for one in figures.contracts
        ),
        corrections=tuple(
            ListRow((format_amount(one.amount_fen),), tell_correction(one)) for one in figures.corrections
        ),
        debts=_build_balances("debts", figures.debts, begin, end),
        distribution=_build_items("distribution", figures.distribution, is_year=is_year),
        document=disclosure.document,
        end=end,
        expense=format_amount(totals.year_expense_fen if is_year else totals.expense_fen),
        expenses=_build_items("expenses", figures.expenses, is_year=is_year),
        funds=tuple(
            ListRow((format_amount(one.received_fen), format_amount(one.spent_fen)), tell_fund(one))
            for one in figures.funds
        ),
        given_by=figures.given_by,
        head=build_head_text(figures.head, _CHARTS[figures.chart], open_until),
        income=format_amount(totals.year_income_fen if is_year else totals.income_fen),
        incomes=_build_items("incomes", figures.incomes, is_year=is_year),
        kind=figures.head.kind,
        labels={one.id: one.label for one in disclosure.classes},
        land=_build_land(figures, begin, end),
        money=format_amount(money),
        months=tuple(
            f"{format_month(one.period)}（凭证 {one.vouchers} 张，结账在第 {one.index} 条）"
            for one in figures.months
        ),
        name="年度公开表" if is_year else "季度公开表",
        numerals=dict(zip(ids, _NUMERALS, strict=True)),
        objections=(
            format_small(objections.raised),
            format_small(objections.answered),
            format_small(objections.upheld),
        ),
        own=_build_balances("others", figures.own, begin, end),
        plan=_build_plan(figures),
        plans=tuple(_build_said(one) for one in figures.plans if one.told != "figure"),
        resolutions=tuple(
            ListRow((format_amount(one.amount_fen),), tell_resolution(one)) for one in figures.resolutions
        ),
        summary=build_plain_words(summarize_span(figures), codes),
        title=name_span(figures.head.kind, figures.head.period),
        totals=_build_totals(figures, begin, end),
    )


def _build_totals(figures: SpanFigures, begin: str, end: str) -> SpanTable:
    totals = figures.totals
    rows = [
        ("集体的家当", totals.opening_assets_fen, totals.closing_assets_fen),
        ("欠别人的", totals.opening_debts_fen, totals.closing_debts_fen),
        ("归集体自己的", totals.opening_own_fen, totals.closing_own_fen),
    ]
    return _build_table(
        (begin, end),
        [
            SpanRow((format_amount(before), format_amount(after)), False, name, "", "")
            for name, before, after in rows
        ],
    )


def _build_plan(figures: SpanFigures) -> SpanTable:
    rows = [
        SpanRow(
            amounts=tuple(format_amount(fen) for fen in (line.planned_fen, line.actual_fen, line.rest_fen)),
            is_total=False,
            name=line.name or ("没有列进计划的收入" if line.kind == "income" else "没有列进计划的支出"),
            said="",
            where=name_accounts((line.account,) if line.account else ()),
        )
        for line in figures.plan.lines
    ]
    return _build_table(("全年计划", "今年到现在", "还差"), rows)


def _build_items(class_: ClassId, items: Sequence[ItemAmount], *, is_year: bool) -> SpanTable:
    """Return a class of income, expense or distribution; the last has no plan and no sum: what was earned is given."""
    is_given = class_ == "distribution"
    heads = (("全年",) if is_given else ("全年", "计划", "比计划多")) if is_year else ("本季", "今年累计")
    rows = []
    for one in items:
        amounts = tuple(format_amount(fen) for fen in list_cells(one, is_year=is_year))
        rows.append(
            SpanRow(
                amounts=amounts + ("",) * (len(heads) - len(amounts)),
                is_total=False,
                name=_name(one.item),
                said=TOLD[one.told],
                where=name_accounts(one.accounts, one.funds),
            )
        )
    if not is_given:
        year_fen = sum(one.year_fen for one in items)
        sums = (year_fen,) if is_year else (sum(one.amount_fen for one in items), year_fen)
        amounts = tuple(format_amount(fen) for fen in sums)
        rows.append(SpanRow(amounts + ("",) * (len(heads) - len(amounts)), True, "合计", "", ""))
    return _build_table(heads, rows)


def _build_balances(class_: ClassId, items: Sequence[ItemBalance], begin: str, end: str) -> SpanTable:
    rows = [
        SpanRow(
            amounts=(format_amount(one.opening_fen), format_amount(one.closing_fen)),
            is_total=False,
            name=_name(one.item),
            said=TOLD[one.told],
            where=name_accounts(one.accounts),
        )
        for one in items
    ]
    return _build_table((begin, end), rows)


def _build_land(figures: SpanFigures, begin: str, end: str) -> SpanTable:
    names = load_land_classes()
    rows = [
        SpanRow(
            amounts=(
                format_count(one.plots),
                format_amount(one.opening_mu_hundredths),
                format_amount(one.closing_mu_hundredths),
            ),
            is_total=False,
            name=names[one.land_class],
            said="",
            where="",
        )
        for one in figures.land
    ]
    return _build_table((f"{end}块数", f"{begin}（亩）", f"{end}（亩）"), rows)


def _build_said(one: ItemAmount) -> SpanRow:
    return SpanRow((), False, _name(one.item), TOLD[one.told], "")


def _name(item: str) -> str:
    return load_reference().disclosure.get_item(item).label


def _build_table(heads: tuple[str, ...], rows: Sequence[SpanRow]) -> SpanTable:
    columns = [[row.amounts[place] for row in rows if row.amounts] for place in range(len(heads))]
    widths, size_pt = fit_columns(columns, _PAGE_MM - _NAME_MM, least_mm=30.0)
    return SpanTable(heads=heads, rows=tuple(rows), size_pt=size_pt, widths_mm=widths)
