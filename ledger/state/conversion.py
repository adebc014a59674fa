"""The books of a village going from one chart of accounts to the next, once: when that may be, and what it leaves.

Rules that always hold: the last month under the old chart is closed, no voucher stands in the first one under the new,
and every old balance is moved, to the fen. The month's opening is then what the moves add up to; what was booked before
keeps its accounts.
"""

from __future__ import annotations

from ledger.books.balances import to_balances
from ledger.books.conversion import AccountsConverted, check_moves, sum_converted
from ledger.books.subaccounts import add_accounts
from ledger.books.values import get_previous_period
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.charts import get_version, iterate_own
from ledger.state.facts import BooksFacts, ClosingFacts, ConversionFacts, Facts, get_fact, put_fact
from ledger.state.money import get_balances, get_earliest_open, list_book_months
from ledger.state.reference import Reference

_PLACE = "换用新科目"


def check_conversion(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why the books may not go on under another chart from the entry's month on."""
    body = entry.body
    assert isinstance(body, AccountsConverted), entry.kind
    version = get_version(facts, entry.period)
    if version == body.chart:
        known = get_fact(facts, "conversion", ConversionFacts)
        found = f"第 {known.index} 条已换" if known is not None else f"本来就用 {version} 年科目表"
        remedy = "已在用新科目，照新科目记账"
        return [_fault("conversion-twice", found, "还在用 2004 年科目表的账", remedy)]
    if get_fact(facts, "books", BooksFacts) is None:
        return [_fault("books-not-opened", "还没有期初余额", "先有期初余额", "先导入并通过期初余额")]
    old = reference.charts[version]
    own = [(code, code) for code, _ in iterate_own(facts, version)]
    balances = get_balances(facts, get_previous_period(entry.period))
    faults = check_moves(body, add_accounts(old, own), reference.charts[body.chart], balances)
    return faults + _check_month(facts, entry.period)


def fold_conversion(facts: Facts, entry: Entry) -> None:
    """Apply a conversion, already checked."""
    body = entry.body
    assert isinstance(body, AccountsConverted), entry.kind
    put_fact(facts, "conversion", ConversionFacts(chart=body.chart, index=entry.index, period=entry.period))
    opening = ClosingFacts(balances=to_balances(sum_converted(body.moves)), index=entry.index)
    put_fact(facts, f"opening/{entry.period}", opening)


def _check_month(facts: Facts, period: str) -> list[Fault]:
    """It is the next month to be closed, and neither it nor a later one has a voucher."""
    faults = []
    due = get_earliest_open(facts)
    if due != period:
        remedy = "先把旧科目的月份都结账，再从下一个月起换"
        faults.append(_fault("conversion-month", f"从 {period} 起换", f"从 {due} 起换", remedy))
    booked = [month for month in list_book_months(facts) if month >= period and _has_entries(facts, month)]
    if booked:
        remedy = "这个月已经按旧科目记了账：记完、结账，从下一个月起换"
        faults.append(_fault("conversion-booked", f"{booked[-1]} 已有凭证", "还没有记账的月份", remedy))
    return faults


def _has_entries(facts: Facts, period: str) -> bool:
    return any(True for _found in facts.scan(f"voucher/{period}-"))


def _fault(code: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=_PLACE, found=found, expected=expected, remedy=remedy)
