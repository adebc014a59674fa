"""What a month's finance page tells of besides money: contracts, registers, objections.

Each contract leads to its page, each change of a register to its entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.contracts import Direction
from ledger.books.figures import ContractLine, FinanceFigures, RegisterChange
from ledger.books.month_words import (
    EVENT_WORDS,
    REGISTER_WORDS,
    list_contracts,
    tell_change,
    tell_late,
    tell_objections,
    tell_party,
    tell_quiet,
    tell_taken_over,
)
from reports.words import format_amount, format_day, format_day_in, format_flow
from web.i18n import _


@dataclass(frozen=True)
class ContractRow:
    """A contract of the month. Amounts in yuan; `unpaid` is empty where nothing is, `late` where nothing is overdue."""

    due: str
    ends_on: str
    ends_soon: bool
    late: str
    mark: str
    number: str
    paid: str
    party: str
    path: str
    title: str
    unpaid: str


@dataclass(frozen=True)
class ContractList:
    """The contracts by which the village receives, or pays, with the words for what they ask, gave and owe."""

    due_word: str
    paid_word: str
    rows: tuple[ContractRow, ...]
    title: str
    unpaid_word: str


@dataclass(frozen=True)
class RegisterRow:
    """A change of a register; `amount` is empty where it is about no asset."""

    amount: str
    day: str
    event: str
    name: str
    number: str
    path: str
    told: str


@dataclass(frozen=True)
class ToldMonth:
    """`quiet` and `taken_over` are sentences, empty where there is nothing to say."""

    contracts: tuple[ContractList, ...]
    contracts_path: str
    objections: tuple[str, ...]
    objections_path: str
    quiet: str
    registers: tuple[RegisterRow, ...]
    taken_over: str


_WORDS: dict[Direction, tuple[str, str, str, str]] = {
    "receives": (_("按合同村里收钱的"), _("本月该收"), _("收到"), _("还没收")),
    "pays": (_("按合同村里付钱的"), _("本月该付"), _("付出"), _("还没付")),
}


def build_told(village: str, figures: FinanceFigures) -> ToldMonth:
    """Return what a month tells of besides money, with the paths where more stands."""
    period = figures.head.period
    return ToldMonth(
        contracts=tuple(
            ContractList(
                due_word=due_word,
                paid_word=paid_word,
                rows=tuple(_build_contract(village, line) for line in lines),
                title=title,
                unpaid_word=unpaid_word,
            )
            for direction, (title, due_word, paid_word, unpaid_word) in _WORDS.items()
            if (lines := list_contracts(figures, direction))
        ),
        contracts_path=f"/v/{village}/contracts",
        objections=tell_objections(figures.objections),
        objections_path=f"/v/{village}/objections",
        quiet=tell_quiet(figures.contracts_quiet, bool(figures.contracts)),
        registers=tuple(_build_register(village, period, change) for change in figures.registers),
        taken_over=tell_taken_over(figures),
    )


def _build_contract(village: str, line: ContractLine) -> ContractRow:
    return ContractRow(
        due=format_amount(line.due_fen),
        ends_on=format_day(line.ends_on),
        ends_soon=line.ends_soon,
        late=tell_late(line),
        mark=EVENT_WORDS[line.happened],
        number=line.contract,
        paid=format_amount(line.paid_fen),
        party=tell_party(line),
        path=f"/v/{village}/contracts/{line.contract}",
        title=line.title,
        unpaid=format_flow(line.unpaid_fen),
    )


def _build_register(village: str, period: str, change: RegisterChange) -> RegisterRow:
    return RegisterRow(
        amount=format_flow(change.amount_fen),
        day=format_day_in(change.occurred_on, period),
        event=REGISTER_WORDS[change.kind],
        name=change.name if change.number else "",
        number=change.number,
        path=f"/v/{village}/entries/{change.index}",
        told=tell_change(change),
    )
