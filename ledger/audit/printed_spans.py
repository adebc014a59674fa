"""What must stand on the paper of a quarter or a year for its figures: see `printed`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.books.disclosure import Disclosure
from ledger.books.figures import ItemAmount, ItemBalance, SpanFigures
from ledger.books.money import format_yuan
from ledger.books.span_figures import summarize_span
from ledger.books.span_words import (
    TOLD,
    list_cells,
    name_accounts,
    tell_contract,
    tell_correction,
    tell_fund,
    tell_resolution,
)

Row = tuple[str, ...]


def list_span_rows(figures: SpanFigures, disclosure: Disclosure) -> Iterator[Row]:
    """Yield the rows of the sheet of a quarter or a year."""
    labels = {item.id: item.label for one in disclosure.classes for item in one.items}
    is_year, totals = figures.head.kind == "year", figures.totals
    yield from ((sentence,) for sentence in summarize_span(figures))
    income_fen = totals.year_income_fen if is_year else totals.income_fen
    expense_fen = totals.year_expense_fen if is_year else totals.expense_fen
    lead = "全年" if is_year else "本季"
    yield from ((f"{lead}收入", *_yuan(income_fen), "元"), (f"{lead}支出", *_yuan(expense_fen), "元"))
    yield "现金和存款", *_yuan(_get_money(figures)), "元"
    yield "集体的家当", *_yuan(totals.opening_assets_fen, totals.closing_assets_fen)
    yield "欠别人的", *_yuan(totals.opening_debts_fen, totals.closing_debts_fen)
    yield "归集体自己的", *_yuan(totals.opening_own_fen, totals.closing_own_fen)
    for line in figures.plan.lines:
        where = name_accounts((line.account,) if line.account else ())
        yield line.name, where, *_yuan(line.planned_fen, line.actual_fen, line.rest_fen)
    yield from ((labels[one.item], TOLD[one.told]) for one in figures.plans if one.told != "figure")
    for items in (figures.incomes, figures.expenses):
        yield from (_list_amount(one, labels, is_year=is_year) for one in items)
        yield "合计", *_yuan(*_sum_items(items, is_year=is_year))
    yield from (_list_amount(one, labels, is_year=is_year) for one in figures.distribution)
    for balances in (figures.assets, figures.debts, figures.own):
        yield from (_list_balance(one, labels) for one in balances)
    for land in figures.land:
        yield f"{land.plots:,}", *_yuan(land.opening_mu_hundredths, land.closing_mu_hundredths)
    yield from ((*tell_contract(one), *_yuan(one.year_fen)) for one in figures.contracts)
    yield from ((*tell_resolution(one), *_yuan(one.amount_fen)) for one in figures.resolutions)
    yield from ((*tell_fund(one), *_yuan(one.received_fen, one.spent_fen)) for one in figures.funds)
    yield from ((*tell_correction(one), *_yuan(one.amount_fen)) for one in figures.corrections)


def _get_money(figures: SpanFigures) -> int:
    return next(one.closing_fen for one in figures.assets if one.item == "money")


def _sum_items(items: Sequence[ItemAmount], *, is_year: bool) -> tuple[int, ...]:
    year_fen = sum(one.year_fen for one in items)
    return (year_fen,) if is_year else (sum(one.amount_fen for one in items), year_fen)


def _list_amount(one: ItemAmount, labels: dict[str, str], *, is_year: bool) -> Row:
    if one.told != "figure":
        return labels[one.item], TOLD[one.told]
    where = name_accounts(one.accounts, one.funds)
    return labels[one.item], where, *_yuan(*list_cells(one, is_year=is_year))


def _list_balance(one: ItemBalance, labels: dict[str, str]) -> Row:
    if one.told != "figure":
        return labels[one.item], TOLD[one.told]
    return labels[one.item], name_accounts(one.accounts), *_yuan(one.opening_fen, one.closing_fen)


def _yuan(*amounts_fen: int) -> tuple[str, ...]:
    return tuple(format_yuan(amount_fen) for amount_fen in amounts_fen)
