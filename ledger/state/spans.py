"""What a quarter or a year follows from: closings at both ends, the vouchers that say where the year's income went,
those of earmarked funds, corrections, and the entries of the registers.

Nothing here needs a month's other vouchers: what accounts of income and expense came to is the difference of two
closings, less what was carried over to 本年收益. So the very same figures follow from a sheet's own evidence. Costs
a look at the registers and at some months, whatever else the log holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.balances import from_balances
from ledger.books.periods import iterate_periods
from ledger.books.statements import KEPT_ACCOUNTS
from ledger.books.subaccounts import add_accounts
from ledger.books.values import SheetKind, get_previous_period, list_span
from ledger.books.vouchers import AccountsOpened, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.state.charts import list_spans
from ledger.state.facts import (
    ClosingFacts,
    ConversionFacts,
    EntryAt,
    Facts,
    ObjectionFacts,
    PeriodFacts,
    get_fact,
    scan_facts,
)
from ledger.state.funds import iterate_moved, list_fund_numbers
from ledger.state.incomes import get_carried
from ledger.state.money import get_turnovers, iterate_vouchers
from ledger.state.plans import find_plan_index
from ledger.state.register_facts import ContractFacts, ResolutionFacts, ResourceFacts


class Part(NamedTuple):
    """Months under one chart of accounts: signed balances before the first and after the last, in fen by account."""

    version: str
    first: str
    last: str
    opening: dict[str, int]
    closing: dict[str, int]


class RegisteredContract(NamedTuple):
    """A contract of which something was recorded in the span: its signing, and all changes up to the span's end."""

    signed: Entry
    changes: tuple[Entry, ...]


def list_months(facts: Facts, kind: SheetKind, period: str) -> list[str]:
    """Return the closed months of the quarter or year that ends with `period`, the earliest first."""
    months = ((month, get_fact(facts, f"period/{month}", PeriodFacts)) for month in list_span(kind, period))
    return [month for month, known in months if known is not None and known.closed]


def find_beginning(facts: Facts, period: str) -> str | None:
    """Return the first month of the year of `period` that the books have; None where they have none up to it."""
    for month in iterate_periods(f"{period[:4]}-01", period):
        if get_fact(facts, f"closing/{get_previous_period(month)}", ClosingFacts) is not None:
            return month
    return None


def is_opened_in(facts: Facts, month: str) -> bool:
    """Whether the books begin with a month: what stands before it was taken over."""
    before = get_fact(facts, f"closing/{get_previous_period(month)}", ClosingFacts)
    return before is not None and isinstance(facts.read_entry(before.index).body, AccountsOpened)


def list_parts(facts: Facts, first: str, last: str) -> list[Part]:
    """Return the months from `first` to `last` as parts of one chart each, with the balances at their ends."""
    parts = []
    for version, start, stop in list_spans(facts, first, last):
        converted = get_fact(facts, f"opening/{start}", ClosingFacts)
        before = converted or _get_closing(facts, get_previous_period(start))
        closing = _get_closing(facts, stop)
        parts.append(
            Part(version, start, stop, from_balances(before.balances), from_balances(closing.balances))
        )
    return parts


def sum_results(facts: Facts, chart: Chart, part: Part) -> dict[str, int]:
    """Return what accounts of income and expense came to in a part, signed fen, without what was carried over."""
    found = {code: amount_fen for code, amount_fen in part.closing.items() if _is_result(chart, code)}
    for code, amount_fen in part.opening.items():
        if _is_result(chart, code):
            found[code] = found.get(code, 0) - amount_fen
    for month in iterate_periods(part.first, part.last):
        for code, sides in get_carried(facts, month).items():
            if _is_result(chart, code):
                found[code] = found.get(code, 0) - (sides.debit_fen - sides.credit_fen)
    return {code: amount_fen for code, amount_fen in sorted(found.items()) if amount_fen}


def complete_chart(chart: Chart, codes: Iterable[str]) -> Chart:
    """Return the chart with every sub-account that `codes` name or that stands above one of them, by its code."""
    found = {part for code in codes for part in (code[:5], code[:7], code[:9]) if part not in chart.accounts}
    return add_accounts(chart, ((code, code) for code in sorted(found)))


def sum_kept_turnovers(facts: Facts, part: Part) -> dict[str, int]:
    """Return what vouchers at hand moved of 本年收益 and 收益分配 in a part, signed fen by account."""
    moved: dict[str, int] = {}
    for month in iterate_periods(part.first, part.last):
        for code, sides in get_turnovers(facts, month).items():
            if code.startswith(KEPT_ACCOUNTS):
                moved[code] = moved.get(code, 0) + sides.debit_fen - sides.credit_fen
    return {code: amount_fen for code, amount_fen in moved.items() if amount_fen}


def iterate_kept(facts: Facts, months: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of the vouchers that post to 本年收益 or 收益分配; of other months none is read."""
    for month in months:
        keys = (f"turnover/{month}/{account}" for account in KEPT_ACCOUNTS)
        if any(True for key in keys for _found in facts.scan(key)):
            for entry in iterate_vouchers(facts, month):
                body = entry.body
                assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
                if any(posting.account.startswith(KEPT_ACCOUNTS) for posting in body.postings):
                    yield entry


def iterate_moves(facts: Facts, number: str, months: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the indexes and months of the vouchers about an earmarked fund in some months."""
    wanted = set(months)
    for index, moved in iterate_moved(facts, number):
        if moved.period in wanted:
            yield index, moved.period


def list_corrections(facts: Facts, months: Iterable[str]) -> list[int]:
    """Return the indexes of the corrections that were made in some months, or answer a voucher of them."""
    found = {at.index for month in months for _, at in scan_facts(facts, f"correction/{month}/", EntryAt)}
    return sorted(found)


def iterate_contracts(facts: Facts, months: list[str]) -> Iterator[RegisteredContract]:
    """Yield the contracts of which something was recorded in some months, by number."""
    for _, known in scan_facts(facts, "contract/", ContractFacts):
        signed = facts.read_entry(known.signed)
        changes = [facts.read_entry(index) for index in known.changes]
        if any(entry.period in months for entry in (signed, *changes)):
            yield RegisteredContract(signed, tuple(one for one in changes if one.period <= months[-1]))


def iterate_resolutions(facts: Facts, months: list[str]) -> Iterator[tuple[Entry, tuple[int, ...]]]:
    """Yield the resolutions that were recorded in some months, or of which something was published in them, with the
    indexes of what was published.
    """
    for _, known in scan_facts(facts, "resolution/", ResolutionFacts):
        entry = facts.read_entry(known.index)
        results = tuple(index for index in known.results if facts.read_entry(index).period in months)
        if entry.period in months or results:
            yield entry, results


def iterate_objections(facts: Facts, months: list[str]) -> Iterator[ObjectionFacts]:
    """Yield the objections that were registered in some months, by number; they came in that year or the one before."""
    for year in (int(months[-1][:4]) - 1, int(months[-1][:4])):
        for _, known in scan_facts(facts, f"objection/YY-{year}-", ObjectionFacts):
            if facts.read_entry(known.raised).period in months:
                yield known


def iterate_plots(facts: Facts, last: str) -> Iterator[tuple[Entry, ...]]:
    """Yield the entries of each plot registered up to a month's end, in their order."""
    for _, known in scan_facts(facts, "resource/", ResourceFacts):
        entries = [facts.read_entry(index) for index in (known.registered, *known.changes)]
        # What was recorded later is of a later span; nothing is left of a plot that was registered later.
        kept = tuple(entry for entry in entries if entry.period <= last)
        if kept:
            yield kept


def select_span(facts: Facts, kind: SheetKind, period: str) -> Iterator[int]:
    """Yield the indexes of the entries that the figures of a span follow from, besides sub-accounts' titles and what
    corrections answer.
    """
    months, beginning = list_months(facts, kind, period), find_beginning(facts, period)
    if not months or beginning is None:
        return
    year = list(iterate_periods(beginning, period))
    yield from _select_closings(facts, months, year)
    for entry in iterate_kept(facts, year):
        yield entry.index
    for number in list_fund_numbers(facts):
        moved = [index for index, _ in iterate_moves(facts, number, year)]
        opened = get_fact(facts, f"fund/{number}", EntryAt)
        assert opened is not None
        if moved or facts.read_entry(opened.index).period in year:
            yield from (opened.index, *moved)
    yield from list_corrections(facts, months)
    if plan := find_plan_index(facts, period[:4]):
        yield plan
    for contract in iterate_contracts(facts, months):
        yield from (entry.index for entry in (contract.signed, *contract.changes))
    for entry, results in iterate_resolutions(facts, months):
        yield from (entry.index, *results)
    for known in iterate_objections(facts, months):
        yield from (known.raised, *known.answers)
    for entries in iterate_plots(facts, period):
        yield from (entry.index for entry in entries)


def check_whole(facts: Facts, kind: SheetKind, period: str) -> str:
    """Return what of a span's closings is not there, or does not fit the vouchers beside them; empty where all is."""
    months, beginning = list_months(facts, kind, period), find_beginning(facts, period)
    if not months or months[-1] != period or beginning is None:
        return f"没有 {period} 的结账记录"
    span = list_span(kind, period)
    if months != list(span[-len(months) :]) or (months[0] != span[0] and not is_opened_in(facts, months[0])):
        return f"{span[0]} 到 {period} 的结账记录不全"
    if beginning[5:] != "01" and not is_opened_in(facts, beginning):
        return f"没有 {period[:4]} 年初的结账记录"
    for part in list_parts(facts, beginning, period):
        kept = {
            code: part.closing.get(code, 0) - part.opening.get(code, 0)
            for code in {*part.opening, *part.closing}
            if code.startswith(KEPT_ACCOUNTS)
        }
        if {code: fen for code, fen in kept.items() if fen} != sum_kept_turnovers(facts, part):
            return f"本年收益、收益分配的凭证与 {part.last} 的结账对不上"
    return ""


def _select_closings(facts: Facts, months: list[str], year: list[str]) -> Iterator[int]:
    converted = get_fact(facts, "conversion", ConversionFacts)
    ends = [*months, get_previous_period(months[0]), get_previous_period(year[0])]
    if converted is not None and converted.period <= year[-1]:
        yield converted.index
        if converted.period > year[0]:
            ends.append(get_previous_period(converted.period))
    for month in ends:
        yield _get_closing(facts, month).index


def _get_closing(facts: Facts, period: str) -> ClosingFacts:
    closing = get_fact(facts, f"closing/{period}", ClosingFacts)
    if closing is None:
        raise ValueError(f"no closing of {period}")
    return closing


def _is_result(chart: Chart, code: str) -> bool:
    return chart.accounts[code].class_ in ("income", "expense")
