"""What a village earned over months, from the turnovers that are kept: no entry is read for it.

At the year's end a voucher carries income and expense over to 本年收益, which empties their accounts without anything
having been spent. What such vouchers move is kept beside the turnovers, and taken off here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.balances import Sides, sum_turnovers
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.incomes import sum_income
from ledger.books.vouchers import Voucher
from ledger.entries import Entry
from ledger.state.charts import list_spans
from ledger.state.facts import Facts, Turnover, get_fact, put_fact, scan_facts


def fold_carried(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    """Note what a voucher that carries the year's results over moves; of any other nothing."""
    if not any(posting.account.startswith(RESULT_ACCOUNT) for posting in voucher.postings):
        return
    for account, added in sum_turnovers(voucher.postings).items():
        key = f"carried/{entry.period}/{account}"
        old = get_fact(facts, key, Turnover) or Turnover(credit_fen=0, debit_fen=0)
        moved = Turnover(
            credit_fen=old.credit_fen + added.credit_fen, debit_fen=old.debit_fen + added.debit_fen
        )
        put_fact(facts, key, moved)


def get_operating_income(facts: Facts, first: str, last: str) -> int:
    """Return what was earned by business in the months from `first` to `last`, both included, in fen: each month by
    the chart under which it was booked.

    Costs a look at each account of these months, whatever else the log holds.
    """
    return sum(
        sum_income(chart, _list_sides(facts, "turnover", one, other))
        - sum_income(chart, _list_sides(facts, "carried", one, other))
        for chart, one, other in list_spans(facts, first, last)
    )


def get_carried(facts: Facts, period: str) -> dict[str, Sides]:
    """Return what a month's vouchers carried over, by account."""
    return {
        account: Sides(turnover.debit_fen, turnover.credit_fen)
        for account, turnover in scan_facts(facts, f"carried/{period}/", Turnover)
    }


def _list_sides(facts: Facts, name: str, first: str, last: str) -> Iterator[tuple[str, Sides]]:
    for year in range(int(first[:4]), int(last[:4]) + 1):
        for key, turnover in scan_facts(facts, f"{name}/{year}-", Turnover):
            month, account = key.split("/")
            if first <= f"{year}-{month}" <= last:
                yield account, Sides(turnover.debit_fen, turnover.credit_fen)
