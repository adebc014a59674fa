"""The statements gathered: balances at both ends of the year so far, its turnovers, and the vouchers that distribute.

Costs a look at the facts of a dozen months, whatever else the log holds; entries are read of those months alone that
post to 本年收益 or 收益分配, most often one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.books.accounts import Chart
from ledger.books.balances import Sides
from ledger.books.periods import iterate_periods
from ledger.books.statement_lines import StatementForm
from ledger.books.statements import (
    KEPT_ACCOUNTS,
    Distribution,
    Statement,
    build_position,
    build_result,
    list_distributions,
    pick_results,
    sum_kept,
)
from ledger.books.values import Value
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.state.facts import BooksFacts, ConversionFacts, Facts, get_fact
from ledger.state.incomes import get_carried
from ledger.state.money import get_balances, get_opening, get_turnovers, iterate_vouchers


class Statements(Value, frozen=True):
    """Both statements of a month.

    `first` is the first month that `year` covers: January, or the month in which the books were opened or went on under
    another chart. Where that was a later month, `taken_over_fen` is the result of the year before it, taken over with
    the balances: it counts in 本年累计, and is no part of what was undistributed before.
    `unclosed_fen` is how much of 未分配收益 is the year's result that is not carried over to 本年收益 yet.
    """

    first: str
    period: str
    position: Statement
    result: Statement
    taken_over_fen: int
    unclosed_fen: int


def collect_statements(facts: Facts, form: StatementForm, chart: Chart, period: str) -> Statements | None:
    """Return the statements of a month; None before the books' first one."""
    books = get_fact(facts, "books", BooksFacts)
    if books is None or period < books.first_period:
        return None
    begun = _find_beginning(facts, books, period)
    first = max(f"{period[:4]}-01", begun)
    months = list(iterate_periods(first, period))
    opening, closing = get_opening(facts, first), get_balances(facts, period)
    taken_over = pick_results(chart, opening) if first == begun and first[5:] != "01" else {}
    taken_over_fen = -sum(taken_over.values())
    earned = [_get_results(facts, chart, month) for month in months]
    distributions = [one for month in months for one in _read_distributions(facts, chart, month)]
    kept_fen = sum_kept(chart, opening) - taken_over_fen
    return Statements(
        first=first,
        period=period,
        position=build_position(form, chart, opening, closing),
        result=build_result(form, chart, earned[-1], _add(taken_over, *earned), kept_fen, distributions),
        taken_over_fen=taken_over_fen,
        unclosed_fen=-sum(pick_results(chart, closing).values()),
    )


def _find_beginning(facts: Facts, books: BooksFacts, period: str) -> str:
    """Return the first month of the books under the chart of a month: their first, or that of the conversion."""
    converted = get_fact(facts, "conversion", ConversionFacts)
    return converted.period if converted is not None and period >= converted.period else books.first_period


def _get_results(facts: Facts, chart: Chart, period: str) -> dict[str, int]:
    """Return what income and expense accounts turned over in a month, signed fen, without what was carried over."""
    turned = _sign(get_turnovers(facts, period))
    carried = {code: -amount_fen for code, amount_fen in _sign(get_carried(facts, period)).items()}
    return pick_results(chart, _add(turned, carried))


def _sign(turnovers: dict[str, Sides]) -> dict[str, int]:
    return {code: sides.debit_fen - sides.credit_fen for code, sides in turnovers.items()}


def _add(*amounts: dict[str, int]) -> dict[str, int]:
    total: dict[str, int] = {}
    for some in amounts:
        for code, amount_fen in some.items():
            total[code] = total.get(code, 0) + amount_fen
    return total


def _read_distributions(facts: Facts, chart: Chart, period: str) -> Iterator[Distribution]:
    """Yield what the vouchers of a month say of the undistributed income; none is read where none touched it."""
    # By the keys, not the amounts: a red voucher and the blue one after it come to nothing, and may still go elsewhere.
    keys: Iterable[str] = (f"turnover/{period}/{account}" for account in KEPT_ACCOUNTS)
    if not any(True for key in keys for _found in facts.scan(key)):
        return
    for entry in iterate_vouchers(facts, period):
        body = entry.body
        assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
        yield from list_distributions(chart, body.postings)
