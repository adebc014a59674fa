"""A year's income and expense gathered by month and account: what was earned and spent, whether or not money moved.

Costs a look at the turnovers of a dozen months; no entry is read but the year's plan. What carries the year over to
本年收益 is left out, as in the statements. Where the books began, or went over to another chart, within the year, what
was taken over stands in a part of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.statements import pick_results
from ledger.state.charts import get_version
from ledger.state.facts import BooksFacts, ConversionFacts, Facts, get_fact
from ledger.state.incomes import get_carried
from ledger.state.money import get_opening, get_turnovers, list_book_months


class YearMonth(NamedTuple):
    """What a month came to by account, positive on the side of the account's class; `period` is empty for what was
    taken over from before the books, or from the chart before.
    """

    period: str
    incomes: dict[str, int]
    expenses: dict[str, int]


class YearAmounts(NamedTuple):
    """A year: its months under the chart of its last one, oldest first."""

    year: str
    version: str
    months: tuple[YearMonth, ...]

    @property
    def incomes(self) -> dict[str, int]:
        """What came in by account."""
        return _add(month.incomes for month in self.months)

    @property
    def expenses(self) -> dict[str, int]:
        """What was spent by account."""
        return _add(month.expenses for month in self.months)

    @property
    def booked(self) -> dict[str, int]:
        """Both, by account."""
        return self.incomes | self.expenses


def collect_year(facts: Facts, charts: Mapping[str, Chart], year: str) -> YearAmounts | None:
    """Return a year as far as it is booked; None where the books have no month of it. `charts` by version have the
    village's own sub-accounts.
    """
    own = sorted(month for month in list_book_months(facts) if month[:4] == year)
    books = get_fact(facts, "books", BooksFacts)
    if not own or books is None:
        return None
    version = get_version(facts, own[-1])
    months = [month for month in own if get_version(facts, month) == version]
    chart = charts[version]
    converted = get_fact(facts, "conversion", ConversionFacts)
    begun = {books.first_period, converted.period if converted is not None else ""}
    found = []
    if months[0] in begun and months[0][5:] != "01":
        taken_over = _split(chart, "", pick_results(chart, get_opening(facts, months[0])))
        found += [taken_over] if taken_over.incomes or taken_over.expenses else []
    for month in months:
        turned = {
            code: sides.debit_fen - sides.credit_fen for code, sides in get_turnovers(facts, month).items()
        }
        for code, sides in get_carried(facts, month).items():
            turned[code] = turned.get(code, 0) - (sides.debit_fen - sides.credit_fen)
        found.append(_split(chart, month, pick_results(chart, turned)))
    return YearAmounts(year, version, tuple(found))


def _split(chart: Chart, period: str, results: dict[str, int]) -> YearMonth:
    incomes = {
        code: -amount
        for code, amount in results.items()
        if amount and chart.accounts[code].class_ == "income"
    }
    expenses = {
        code: amount
        for code, amount in results.items()
        if amount and chart.accounts[code].class_ == "expense"
    }
    return YearMonth(period, incomes, expenses)


def _add(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for code, amount_fen in part.items():
            total[code] = total.get(code, 0) + amount_fen
    return total
