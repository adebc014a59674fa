"""What the finance sheet tells of besides money, as strings ready to lay out: contracts and registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.contracts import Direction
from ledger.books.figures import ContractLine, FinanceFigures, RegisterChange
from ledger.books.month_words import (
    EVENT_WORDS,
    REGISTER_WORDS,
    list_contracts,
    sum_contracts,
    tell_change,
    tell_late,
    tell_party,
)
from reports.columns import REGULAR, fit_columns
from reports.words import format_amount, format_day, format_day_in, format_flow

_CONTRACT_FIXED_MM = 19.0 + 16.0 + 21.0
"""Number, how long overdue, and end, as styles/sheet.css has them."""
_TITLE_LEAST_MM = 40.0
_PAGE_MM = 186.0
_SHORT_ROWS = 12


@dataclass(frozen=True)
class ContractRow:
    """A contract: `amounts` are what was due in the month, paid in it, and is unpaid in all. `mark` says what happened
    to it, empty for nothing; `late` for how many days something is overdue, empty for none.
    """

    amounts: tuple[str, ...]
    ends_on: str
    late: str
    mark: str
    number: str
    party: str
    title: str


@dataclass(frozen=True)
class ContractTable:
    """Contracts by which money comes in, or goes out; widths and size as in `AmountTable`. `totals` of several."""

    direction: Direction
    is_short: bool
    rows: tuple[ContractRow, ...]
    size_pt: float
    totals: tuple[str, ...]
    widths_mm: tuple[float, ...]


@dataclass(frozen=True)
class RegisterRow:
    """A change of a register; `amount` is empty where it is about no asset."""

    amount: str
    day: str
    event: str
    index: int
    name: str
    number: str
    told: str


def build_contract_tables(figures: FinanceFigures) -> tuple[ContractTable, ...]:
    """Return a table for each direction in which the month has a contract to tell of."""
    directions: tuple[Direction, ...] = ("receives", "pays")
    tables = ((direction, list_contracts(figures, direction)) for direction in directions)
    return tuple(_build_table(direction, lines) for direction, lines in tables if lines)


def build_registers(figures: FinanceFigures) -> tuple[RegisterRow, ...]:
    """Return what became of assets and plots in the month."""
    return tuple(_build_register(change, figures.head.period) for change in figures.registers)


def _build_table(direction: Direction, lines: Sequence[ContractLine]) -> ContractTable:
    rows = tuple(_build_row(line) for line in lines)
    totals = tuple(format_amount(amount) for amount in sum_contracts(lines)) if len(lines) > 1 else ()
    columns = [[*(row.amounts[place] for row in rows), *totals[place : place + 1]] for place in range(3)]
    room_mm = _PAGE_MM - _CONTRACT_FIXED_MM - _TITLE_LEAST_MM
    widths, size_pt = fit_columns(columns, room_mm, advances=REGULAR, least_mm=20.0)
    return ContractTable(
        direction=direction,
        is_short=len(rows) <= _SHORT_ROWS,
        rows=rows,
        size_pt=size_pt,
        totals=totals,
        widths_mm=widths,
    )


def _build_row(line: ContractLine) -> ContractRow:
    return ContractRow(
        amounts=tuple(format_amount(amount) for amount in (line.due_fen, line.paid_fen, line.unpaid_fen)),
        ends_on=format_day(line.ends_on),
        late=tell_late(line),
        mark=EVENT_WORDS[line.happened],
        number=line.contract,
        party=tell_party(line),
        title=line.title,
    )


def _build_register(change: RegisterChange, period: str) -> RegisterRow:
    return RegisterRow(
        amount=format_flow(change.amount_fen),
        day=format_day_in(change.occurred_on, period),
        event=REGISTER_WORDS[change.kind],
        index=change.index,
        name=change.name if change.number else "",
        number=change.number,
        told=tell_change(change),
    )
