"""The finance sheet as a page: what came in, what went out, what is left, and every line of it.

Every amount opens to the vouchers it is made of, and every voucher to its entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.books.accounts import Chart, find_account
from ledger.books.figures import AccountAmount, AccountChange, Correction, FinanceFigures, Fund, Move
from ledger.books.finance_figures import summarize_finance
from ledger.books.people import MASK
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.figures import read_text
from ledger.service.sheets import find_open_until
from ledger.state.money import iterate_vouchers
from reports.words import format_amount, format_day_in, format_flow, format_month
from web.account_words import explain_account
from web.i18n import _
from web.page import Frame
from web.public.bank import BankNote, build_bank_note
from web.public.months import SheetStatus, build_status, read_finance
from web.public.statements import find_statements_path
from web.public.told import ToldMonth, build_told
from web.public.years import find_year_path
from web.site import VillageView
from web.words import format_about, format_month_short

CORRECTION_WORDS = {"": "", "reversal": _("红字冲销"), "replacement": _("蓝字更正")}


@dataclass(frozen=True)
class Answer:
    """The three amounts that people ask for, in yuan. `about` is in 万元, empty where small; `until` the day to which a
    month that is not closed is recorded, else empty.
    """

    about: str
    closing: str
    expense: str
    income: str
    month: str
    opening: str
    until: str


@dataclass(frozen=True)
class FundRow:
    """Cash or bank over the month. `moved` is empty where nothing was moved between them."""

    closing: str
    expense: str
    income: str
    moved: str
    name: str
    opening: str


@dataclass(frozen=True)
class MoveRow:
    """A line of money in or out; an amount of nothing is empty. `mark` names a correction."""

    account: str
    attachments: int
    balance: str
    day: str
    expense: str
    handler: str
    income: str
    mark: str
    path: str
    summary: str
    voucher: str


@dataclass(frozen=True)
class VoucherLine:
    """One voucher within an amount. What it does to that amount, not debit or credit: 借 reads as borrowed."""

    amount: str
    day: str
    path: str
    summary: str


@dataclass(frozen=True)
class AmountRow:
    """An income or expense account: `explained` in plain words, `lines` are what the month's amount is made of."""

    amount: str
    explained: str
    lines: tuple[VoucherLine, ...]
    name: str
    year: str


@dataclass(frozen=True)
class ChangeRow:
    """An account with its balance at both ends of the month."""

    closing: str
    decrease: str
    explained: str
    increase: str
    lines: tuple[VoucherLine, ...]
    name: str
    opening: str


@dataclass(frozen=True)
class CorrectionRow:
    """A correction with its reason; `name` says which kind."""

    amount: str
    answers: str
    day: str
    month: str
    name: str
    path: str
    reason: str
    voucher: str


@dataclass(frozen=True)
class FinancePage:
    """The page of one month's finance sheet.

    `has_masks`  a name on it has a character masked, so it says what a star is
    `statements_path`  of the month's statements; empty where the chart of accounts has none
    `year_path`        of the year's income and expense; empty where the books have none
    """

    answer: Answer
    assets: tuple[ChangeRow, ...]
    bank: BankNote
    corrections: tuple[CorrectionRow, ...]
    expenses: tuple[AmountRow, ...]
    expenses_total: str
    frame: Frame
    funds: tuple[FundRow, ...]
    has_masks: bool
    incomes: tuple[AmountRow, ...]
    incomes_total: str
    moves: tuple[MoveRow, ...]
    payables: tuple[ChangeRow, ...]
    receivables: tuple[ChangeRow, ...]
    statements_path: str
    year_path: str
    status: SheetStatus
    summary: tuple[str, ...]
    told: ToldMonth
    vouchers: int


def build_finance_page(view: VillageView, period: str) -> FinancePage:
    """Return the page of a month; NotFound for a month of which nothing is known."""
    figures = read_finance(view, period)
    touches = _collect_touches(view, period)
    chart = view.get_chart(figures.chart)
    status = build_status(view, figures)
    return FinancePage(
        answer=build_answer(figures, status.open_until),
        assets=_build_changes(figures.assets, chart, touches),
        bank=build_bank_note(view, period),
        corrections=build_corrections(view.code, figures),
        expenses=_build_amounts(figures.expenses, chart, touches),
        expenses_total=format_amount(sum(row.amount_fen for row in figures.expenses)),
        frame=view.build_frame(f"{status.month}{status.name}"),
        funds=tuple(_build_fund(fund) for fund in figures.funds),
        has_masks=any(MASK in move.handler for move in figures.moves),
        incomes=_build_amounts(figures.incomes, chart, touches, is_credit=True),
        incomes_total=format_amount(sum(row.amount_fen for row in figures.incomes)),
        moves=tuple(_build_move(view.code, period, move) for move in figures.moves),
        payables=_build_changes(figures.payables, chart, touches, is_owed=True),
        receivables=_build_changes(figures.receivables, chart, touches),
        statements_path=find_statements_path(view, period),
        year_path=find_year_path(view, period[:4]),
        status=status,
        summary=summarize_finance(figures, open_until=find_open_until(view.reader, period))[1:],
        told=build_told(view.code, figures),
        vouchers=figures.vouchers,
    )


def build_answer(figures: FinanceFigures, until: str = "") -> Answer:
    """Return the three amounts of a month; `until` is empty for a closed one."""
    return Answer(
        about=format_about(figures.closing_fen),
        closing=format_amount(figures.closing_fen),
        expense=format_amount(figures.expense_fen),
        income=format_amount(figures.income_fen),
        month=format_month_short(figures.head.period),
        opening=format_amount(figures.opening_fen),
        until=until,
    )


def build_corrections(village: str, figures: FinanceFigures) -> tuple[CorrectionRow, ...]:
    """Return a month's corrections with the paths of their entries."""
    return tuple(_build_correction(village, figures.head.period, row) for row in figures.corrections)


@dataclass(frozen=True)
class _Touch:
    """A posting of the month to an account; the amount is positive on the debit side."""

    day: str
    debit_fen: int
    path: str
    summary: str


def _collect_touches(view: VillageView, period: str) -> Mapping[str, list[_Touch]]:
    """Return what each account of the month is made of, by account."""
    touches: dict[str, list[_Touch]] = defaultdict(list)
    for entry in iterate_vouchers(view.reader.facts, period):
        body = entry.body
        assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
        told = body.reason if isinstance(body, VoucherReversed) else body.summary
        summary = read_text(view.texts, told)
        if isinstance(body, VoucherReversed):
            summary = f"{CORRECTION_WORDS['reversal']}：{summary}"
        for posting in body.postings:
            touches[posting.account].append(
                _Touch(
                    day=format_day_in(entry.occurred_on, period),
                    debit_fen=posting.amount_fen if posting.side == "debit" else -posting.amount_fen,
                    path=f"/v/{view.code}/entries/{entry.index}",
                    summary=summary,
                )
            )
    return touches


def _tell_touches(
    touches: Sequence[_Touch], tell: Callable[[int], str], *, is_credit: bool
) -> tuple[VoucherLine, ...]:
    """Return the lines of an account in the sense of its amount: what makes it more is positive."""
    return tuple(
        VoucherLine(
            amount=tell(-touch.debit_fen if is_credit else touch.debit_fen),
            day=touch.day,
            path=touch.path,
            summary=touch.summary,
        )
        for touch in touches
    )


def _format_change(amount_fen: int) -> str:
    """Return `＋400.00` or `－400.00`: what a voucher does to a balance."""
    return f"{'－' if amount_fen < 0 else '＋'}{format_amount(abs(amount_fen))}"


def _build_fund(fund: Fund) -> FundRow:
    return FundRow(
        closing=format_amount(fund.closing_fen),
        expense=format_amount(fund.expense_fen),
        income=format_amount(fund.income_fen),
        moved=format_flow(fund.moved_fen),
        name=fund.name,
        opening=format_amount(fund.opening_fen),
    )


def _build_move(village: str, period: str, move: Move) -> MoveRow:
    return MoveRow(
        account=move.account_name,
        attachments=move.attachments,
        balance=format_amount(move.balance_fen),
        day=format_day_in(move.occurred_on, period),
        expense=format_flow(move.expense_fen),
        handler=move.handler,
        income=format_flow(move.income_fen),
        mark=CORRECTION_WORDS[move.correction],
        path=f"/v/{village}/entries/{move.index}",
        summary=move.summary,
        voucher=move.voucher.removeprefix(f"{period}-"),
    )


def _build_amounts(
    amounts: Sequence[AccountAmount],
    chart: Chart,
    touches: Mapping[str, list[_Touch]],
    *,
    is_credit: bool = False,
) -> tuple[AmountRow, ...]:
    return tuple(
        AmountRow(
            amount=format_amount(row.amount_fen),
            explained=explain_account(chart.version, row.account),
            lines=_tell_touches(touches.get(row.account, ()), format_amount, is_credit=is_credit),
            name=row.name,
            year=format_amount(row.year_fen),
        )
        for row in amounts
    )


def _build_changes(
    changes: Sequence[AccountChange],
    chart: Chart,
    touches: Mapping[str, list[_Touch]],
    *,
    is_owed: bool = False,
) -> tuple[ChangeRow, ...]:
    """Return the rows of a list; what is owed grows on the credit side, as do depreciations among the assets."""
    return tuple(
        ChangeRow(
            closing=format_amount(row.closing_fen),
            decrease=format_flow(row.decrease_fen),
            explained=explain_account(chart.version, row.account),
            increase=format_flow(row.increase_fen),
            lines=_tell_touches(
                touches.get(row.account, ()),
                _format_change,
                is_credit=is_owed or _is_credit(chart, row.account),
            ),
            name=row.name,
            opening=format_amount(row.opening_fen),
        )
        for row in changes
    )


def _is_credit(chart: Chart, code: str) -> bool:
    account = find_account(chart, code)
    return account is not None and account.normal_side == "credit"


def _build_correction(village: str, period: str, row: Correction) -> CorrectionRow:
    return CorrectionRow(
        amount=format_amount(row.amount_fen),
        answers=row.answers,
        day=format_day_in(row.occurred_on, period),
        month=format_month(period),
        name=CORRECTION_WORDS[row.kind],
        path=f"/v/{village}/entries/{row.index}",
        reason=row.reason,
        voucher=row.voucher,
    )
