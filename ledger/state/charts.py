"""The chart of accounts of a village: that of the standard, and the sub-accounts that entries added to it.

Rules that always hold: nothing new is posted to a sub-account that is closed, but what takes away a balance that a
correction left there, nor, once an account has sub-accounts of the village's, to that account itself. Titles are public
texts, which facts do not have: a chart from here names the village's own accounts by their codes; see
`ledger.figures.charts` for one with their titles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.books.accounts import Chart
from ledger.books.balances import add_turnovers, sum_turnovers
from ledger.books.subaccounts import add_accounts, is_reclassified
from ledger.books.values import get_previous_period
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReversed
from ledger.errors import Fault
from ledger.state.facts import AccountFacts, ConversionFacts, Facts, VillageFacts, get_fact, scan_facts


def get_version(facts: Facts, period: str) -> ChartVersion:
    """Return which version of the chart of accounts a month is booked under; ValueError before the founding."""
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise ValueError("the log is not founded")
    later = get_fact(facts, "conversion", ConversionFacts)
    if later is not None and period >= later.period:
        return "2023"
    return "2004" if village.chart == "2004" else "2023"


def list_spans(facts: Facts, first: str, last: str) -> list[tuple[ChartVersion, str, str]]:
    """Return the months from `first` to `last` as spans of one chart each: version, first and last month."""
    later = get_fact(facts, "conversion", ConversionFacts)
    if later is None or not first < later.period <= last:
        return [(get_version(facts, last), first, last)]
    before = get_previous_period(later.period)
    return [(get_version(facts, first), first, before), (get_version(facts, last), later.period, last)]


def iterate_own(facts: Facts, version: str) -> Iterator[tuple[str, AccountFacts]]:
    """Yield the sub-accounts that the village added to a chart, by code: parents before what details them."""
    yield from scan_facts(facts, f"account/{version}/", AccountFacts)


def extend_chart(facts: Facts, chart: Chart, codes: Iterable[str]) -> Chart:
    """Return the chart with those of the village's own accounts that `codes` name, or that stand above one of them."""
    found = {
        part
        for code in codes
        for part in (code[:5], code[:7], code[:9])
        if part not in chart.accounts and facts.get(f"account/{chart.version}/{part}") is not None
    }
    return add_accounts(chart, ((code, code) for code in sorted(found))) if found else chart


def check_posted(
    facts: Facts, voucher: Voucher, period: str, get_balances: Callable[[Facts, str], Mapping[str, int]]
) -> list[Fault]:
    """Hold a voucher's accounts to the sub-accounts there are; a red one goes wherever what it takes back went.

    `get_balances` is that of `state.money`, which builds on this module.
    """
    if isinstance(voucher, VoucherReversed):
        return []
    faults: list[Fault] = []
    for line, posting in enumerate(voucher.postings, start=1):
        place, code = f"凭证 {voucher.number}第 {line} 行", posting.account
        known = get_fact(facts, f"account/{voucher.chart}/{code}", AccountFacts)
        if known is not None and known.period > period:
            faults.append(_build_early(code, place, known.period, period))
        # A correction may still have to go where the wrong voucher went.
        if known is not None and known.closed and isinstance(voucher, VoucherRecorded):
            before = get_balances(facts, period)
            # Such a correction leaves a balance: could nothing take it away, no later year would be closed.
            if code not in before or code in add_turnovers(before, sum_turnovers(voucher.postings)):
                faults.append(build_account_closed(code, place))
        details = list_details(facts, voucher.chart, code, period)
        if details and not is_reclassified(voucher.postings, code):
            faults.append(_build_detailed(code, place, details))
    return faults


def check_opened_accounts(facts: Facts, version: str, codes: Iterable[str], period: str) -> list[Fault]:
    """Hold opening balances to the same: what was added from a later month on is not there yet."""
    known = ((code, get_fact(facts, f"account/{version}/{code}", AccountFacts)) for code in codes)
    return [
        _build_early(code, "期初余额", account.period, period)
        for code, account in known
        if account is not None and account.period > period
    ]


def check_named_account(facts: Facts, version: str, code: str, period: str, place: str) -> list[Fault]:
    """Hold an account that a register names to the village's own: it is there in the month, and still open."""
    known = get_fact(facts, f"account/{version}/{code}", AccountFacts)
    faults = (
        [] if known is None or known.period <= period else [_build_early(code, place, known.period, period)]
    )
    return [*faults, build_account_closed(code, place)] if known is not None and known.closed else faults


def list_details(facts: Facts, version: str, code: str, period: str) -> list[str]:
    """Return the village's own accounts directly or further below an account that are open in a month."""
    return [
        code + rest
        for rest, account in scan_facts(facts, f"account/{version}/{code}", AccountFacts)
        if rest and not account.closed and account.period <= period
    ]


def list_leaves(facts: Facts, version: str, code: str, period: str) -> list[str]:
    """Return what a month's vouchers post to for an account: its parts that nothing divides further, or itself."""
    return _pick_leaves(list_details(facts, version, code, period)) or [code]


def build_account_closed(code: str, place: str) -> Fault:
    """Say that a sub-account is closed."""
    return Fault(
        code="account-closed",
        place=place,
        found=f"科目 {code} 已经停用",
        expected="没有停用的科目",
        remedy="改用别的明细科目；停用以后不再恢复，要用就增设一个",
    )


def _pick_leaves(details: list[str]) -> list[str]:
    return [one for one in details if not any(other != one and other.startswith(one) for other in details)]


def _build_early(code: str, place: str, first: str, period: str) -> Fault:
    return Fault(
        code="account-not-yet",
        place=place,
        found=f"{period} 用科目 {code}",
        expected=f"{first} 或以后",
        remedy=f"这个明细科目从 {first} 起才有，以前的月份记到上级科目",
    )


def _build_detailed(code: str, place: str, details: list[str]) -> Fault:
    leaves = _pick_leaves(details)
    told = "、".join(leaves[:5]) + ("等" if len(leaves) > 5 else "")
    return Fault(
        code="account-has-details",
        place=place,
        found=f"科目 {code} 已设明细科目",
        expected=f"最末一级的明细科目，如 {told}",
        remedy="记到明细科目；原来记在上级科目的余额，用一张只在上下级之间转的凭证转过去",
    )
