"""The monthly finance sheet, as strings ready to lay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.accounts import find_standard
from ledger.books.figures import (
    AccountAmount,
    AccountChange,
    Correction,
    FinanceFigures,
    Move,
)
from ledger.books.finance_figures import summarize_finance
from ledger.books.money import format_capitals, to_wan
from ledger.books.month_words import tell_objections, tell_quiet, tell_taken_over
from ledger.books.people import MASK
from ledger.data import load_reference
from reports.columns import REGULAR, fit_columns
from reports.frame import Codes, HeadText, PlainWords, build_head_text, build_plain_words
from reports.month import ContractTable, RegisterRow, build_contract_tables, build_registers
from reports.words import MINUS, format_amount, format_day_in, format_flow, format_number_in

_CHARTS = {
    "2004": "会计制度（财会〔2004〕12号）",
    "2023": "会计制度（财会〔2023〕14号）",
}
_PAGE_MM = 186.0
_MOVE_FIXED_MM = 8.8 + 11.0 + 10.0 + 19.5 + 14.5 + 9.5
"""No., day, voucher, account, handler and attachments, as styles/sheet.css has them."""
_SUMMARY_LEAST_MM = 30.0
_CHANGE_NAME_MM = 56.0
_ACCOUNT_NAME_MM = 80.0
_SHORT_ROWS = 12


@dataclass(frozen=True)
class AmountTable:
    """Rows of named amounts. `widths_mm` and `size_pt` keep every amount on one line; a short table stays
    on a page.
    """

    is_short: bool
    rows: tuple[AmountRow, ...]
    size_pt: float
    widths_mm: tuple[float, ...]


@dataclass(frozen=True)
class AmountRow:
    """A name with its account number and amounts; `is_total` sets a sum apart."""

    account: str
    amounts: tuple[str, ...]
    is_total: bool
    name: str


@dataclass(frozen=True)
class MoveRow:
    """One line of money in or out; an amount of nothing is empty. `mark` is empty, `reversal` or
    `replacement`.
    """

    account_name: str
    attachments: str
    balance: str
    day: str
    expense: str
    handler: str
    income: str
    mark: str
    number: str
    summary: str
    voucher: str


@dataclass(frozen=True)
class CorrectionRow:
    """A correction with its reason."""

    amount: str
    answers: str
    day: str
    kind: str
    reason: str
    voucher: str


@dataclass(frozen=True)
class FinanceSheet:
    """All that the template of the finance sheet shows.

    `deducted`   names of the asset accounts that are taken off the others: depreciation, amortisation
    `has_masks`  a name on it has a character masked, so it says what the star is
    `has_unlisted` vouchers of the month moved no money in or out, so their numbers are missing in the list
    `moves`      widths and size as in AmountTable: income, expense, balance
    `month_prefix`  what stands before every three-digit voucher number of the month
    """

    assets: AmountTable
    capitals: str
    closing: str
    closing_wan: str
    codes: Codes | None
    contracts: tuple[ContractTable, ...]
    contracts_quiet: str
    corrections: tuple[CorrectionRow, ...]
    deducted: tuple[str, ...]
    expense: str
    expenses: AmountTable
    funds: AmountTable
    has_masks: bool
    has_unlisted: bool
    head: HeadText
    income: str
    incomes: AmountTable
    month_prefix: str
    move_size_pt: float
    move_widths_mm: tuple[float, ...]
    moves: tuple[MoveRow, ...]
    objections: tuple[str, ...]
    opening: str
    payables: AmountTable
    receivables: AmountTable
    registers: tuple[RegisterRow, ...]
    summary: PlainWords
    taken_over: str
    vouchers: str


def build_finance(figures: FinanceFigures, codes: Codes | None, open_until: str = "") -> FinanceSheet:
    """Return the finance sheet's texts; computes no figure but the sums under its own columns."""
    period = figures.head.period
    moves = tuple(_build_move(number, move, period) for number, move in enumerate(figures.moves, 1))
    widths, size_pt = fit_columns(
        [
            [*(row.income for row in moves), format_amount(figures.income_fen)],
            [*(row.expense for row in moves), format_amount(figures.expense_fen)],
            [*(row.balance for row in moves), format_amount(figures.opening_fen)],
        ],
        _PAGE_MM - _MOVE_FIXED_MM - _SUMMARY_LEAST_MM,
        advances=REGULAR,
    )
    return FinanceSheet(
        assets=_build_changes(figures.assets),
        capitals=format_capitals(figures.closing_fen),
        closing=format_amount(figures.closing_fen),
        closing_wan=to_wan(figures.closing_fen).replace("-", MINUS)
        if abs(figures.closing_fen) >= 10_000_00
        else "",
        codes=codes,
        contracts=build_contract_tables(figures),
        contracts_quiet=tell_quiet(figures.contracts_quiet, bool(figures.contracts)),
        corrections=tuple(_build_correction(row, period) for row in figures.corrections),
        deducted=_list_deducted(figures),
        expense=format_amount(figures.expense_fen),
        expenses=_build_amounts(figures.expenses),
        funds=_build_funds(figures),
        has_masks=any(MASK in move.handler for move in figures.moves),
        has_unlisted=figures.vouchers > len({move.voucher for move in figures.moves}),
        head=build_head_text(figures.head, _CHARTS.get(figures.chart, figures.chart), open_until),
        income=format_amount(figures.income_fen),
        incomes=_build_amounts(figures.incomes),
        month_prefix=f"{period}-",
        move_size_pt=size_pt,
        move_widths_mm=widths,
        moves=moves,
        objections=tell_objections(figures.objections),
        opening=format_amount(figures.opening_fen),
        payables=_build_changes(figures.payables),
        receivables=_build_changes(figures.receivables),
        registers=build_registers(figures),
        summary=build_plain_words(summarize_finance(figures, open_until=open_until), codes),
        taken_over=tell_taken_over(figures),
        vouchers=str(figures.vouchers),
    )


def _list_deducted(figures: FinanceFigures) -> tuple[str, ...]:
    chart = load_reference().charts[figures.chart]
    return tuple(
        change.name
        for change in figures.assets
        if find_standard(chart, change.account).normal_side == "credit"
    )


def _build_move(number: int, move: Move, period: str) -> MoveRow:
    return MoveRow(
        account_name=move.account_name,
        attachments=str(move.attachments),
        balance=format_amount(move.balance_fen),
        day=format_day_in(move.occurred_on, period),
        expense=format_flow(move.expense_fen),
        handler=move.handler,
        income=format_flow(move.income_fen),
        mark=move.correction,
        number=str(number),
        summary=move.summary,
        voucher=format_number_in(move.voucher, period),
    )


def _build_funds(figures: FinanceFigures) -> AmountTable:
    rows = [
        AmountRow(
            account=fund.account,
            amounts=tuple(
                format_amount(amount)
                for amount in (
                    fund.opening_fen, fund.income_fen, fund.expense_fen, fund.moved_fen, fund.closing_fen
                )
            ),
            is_total=False,
            name=fund.name,
        )
        for fund in figures.funds
    ]  # fmt: skip
    total = (
        figures.opening_fen,
        figures.income_fen,
        figures.expense_fen,
        sum(fund.moved_fen for fund in figures.funds),
        figures.closing_fen,
    )
    rows.append(AmountRow("", tuple(format_amount(amount) for amount in total), True, ""))
    return _build_table(rows, 5, _PAGE_MM - 24.0, least_mm=30.0)


def _build_changes(changes: Sequence[AccountChange]) -> AmountTable:
    rows = [
        AmountRow(
            account=change.account,
            amounts=tuple(
                format_amount(amount)
                for amount in (
                    change.opening_fen, change.increase_fen, change.decrease_fen, change.closing_fen
                )
            ),
            is_total=False,
            name=change.name,
        )
        for change in changes
    ]  # fmt: skip
    return _build_table(rows, 4, _PAGE_MM - _CHANGE_NAME_MM, least_mm=30.0)


def _build_amounts(amounts: Sequence[AccountAmount]) -> AmountTable:
    rows = [
        AmountRow(row.account, (format_amount(row.amount_fen), format_amount(row.year_fen)), False, row.name)
        for row in amounts
    ]
    totals = (sum(row.amount_fen for row in amounts), sum(row.year_fen for row in amounts))
    if len(rows) > 1:
        rows.append(AmountRow("", tuple(format_amount(total) for total in totals), True, ""))
    return _build_table(rows, 2, _PAGE_MM - _ACCOUNT_NAME_MM, least_mm=40.0)


def _build_table(rows: Sequence[AmountRow], count: int, room_mm: float, *, least_mm: float) -> AmountTable:
    columns = [[row.amounts[place] for row in rows] for place in range(count)]
    widths, size_pt = fit_columns(columns, room_mm, least_mm=least_mm)
    return AmountTable(is_short=len(rows) <= _SHORT_ROWS, rows=tuple(rows), size_pt=size_pt, widths_mm=widths)


def _build_correction(row: Correction, period: str) -> CorrectionRow:
    return CorrectionRow(
        amount=format_amount(row.amount_fen),
        answers=row.answers,
        day=format_day_in(row.occurred_on, period),
        kind=row.kind,
        reason=row.reason,
        voucher=row.voucher,
    )
