"""The end of a year: what is carried over, what may be distributed, and the vouchers that say so.

The year is the calendar's (会计法 art. 11), so only December ends one. Income and expense go to 本年收益 (321), from
there to 未分配收益 (32202), and what was given out in the year, 各项分配 (32201), is taken off it. Distributed is in
this order: losses are covered, then 公积公益金, then members, then others. Everything here is pure and proposes; what
is recorded, a clerk hands in and another person passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.money import format_yuan
from ledger.books.statements import DISTRIBUTION_ACCOUNT, list_distributions, pick_results
from ledger.books.subaccounts import name_in_full
from ledger.books.values import Side
from ledger.books.vouchers import POSTINGS_MAX, Posting
from ledger.errors import Fault

LAST_MONTH = "12"
RULES_FROM = "2026-12"
"""The first month whose closing asks for the year's end, and from which on distributions are held to what there is: a
log that closed a December before stays what it is.
"""
GIVEN_OUT, KEPT = "32201", "32202"
"""各项分配 and 未分配收益, as the shipped chart of 2023 has them below 322; that of 2004 has 322 alone."""
NAMED_MAX = 5
"""Accounts that a fault names."""


_INCOMES, _EXPENSES, _RESULT, _GIVEN = (
    "结转本年收入",
    "结转本年支出",
    "结转本年收益到未分配收益",
    "结转各项分配",
)
_DISTRIBUTED = "收益分配"


class Proposal(NamedTuple):
    """A voucher that the year's end asks for."""

    summary: str
    postings: tuple[Posting, ...]


class Share(NamedTuple):
    """What is distributed to one account: 公积公益金, members or others; in fen, above zero."""

    account: str
    amount_fen: int


def ends_year(period: str) -> bool:
    """Say whether a month ends a year."""
    return period[5:] == LAST_MONTH


def list_kept(chart: Chart) -> tuple[str, str]:
    """Return the accounts of what was given out and of what is kept: in the chart of 2004 one for both."""
    # By the version: a village of 2004 may have divided its 322 itself, and by the same codes.
    return (GIVEN_OUT, KEPT) if chart.version == "2023" else (DISTRIBUTION_ACCOUNT, DISTRIBUTION_ACCOUNT)


def is_proposed(summary: str, accounts: Iterable[str]) -> bool:
    """Say whether a voucher of this summary and these accounts is one that `list_year_end` proposes."""
    known = summary in (_INCOMES, _EXPENSES, _RESULT, _GIVEN) or summary.partition("：")[0] == _DISTRIBUTED
    return known and any(code.startswith((RESULT_ACCOUNT, DISTRIBUTION_ACCOUNT)) for code in accounts)


def list_year_end(
    chart: Chart,
    balances: Mapping[str, int],
    shares: Sequence[Share] = (),
    resolution: str = "",
    parts: Mapping[str, str] = MappingProxyType({}),
) -> list[Proposal]:
    """Return the vouchers that carry a year over and distribute `shares`; none where all of it is done.

    `balances` are those at the year's end so far: signed fen, debit positive. `parts` says of the accounts of
    `list_kept`, where the village divided one, to which part vouchers go. Each voucher balances, and after all of them
    income, expense, 321 and 32201 are nought.
    """
    results = {code: amount for code, amount in sorted(pick_results(chart, balances).items()) if amount}
    found = list(_carry(_INCOMES, {code: amount for code, amount in results.items() if amount < 0}))
    found += _carry(_EXPENSES, {code: amount for code, amount in results.items() if amount > 0})
    given, kept = (parts.get(code, code) for code in list_kept(chart))
    owned = {
        code: amount
        for code, amount in sorted(balances.items())
        if code.startswith(RESULT_ACCOUNT) and amount
    }
    owned[RESULT_ACCOUNT] = owned.get(RESULT_ACCOUNT, 0) + sum(results.values())
    found += _clear(_RESULT, owned, kept)
    total_fen = sum(share.amount_fen for share in shares)
    if shares:
        lines = [Posting(account=given, amount_fen=total_fen, side="debit")]
        lines += [Posting(account=one.account, amount_fen=one.amount_fen, side="credit") for one in shares]
        found.append(Proposal(f"{_DISTRIBUTED}：{resolution}".rstrip("："), tuple(lines)))
    if chart.version == "2023":
        out = {code: amount for code, amount in balances.items() if code.startswith(GIVEN_OUT)}
        out[given] = out.get(given, 0) + total_fen
        found += _clear(_GIVEN, out, kept)
    return found


def count_distributable(chart: Chart, balances: Mapping[str, int]) -> int:
    """Return what may be distributed once the year is carried over, in fen: below zero it is a loss to be covered."""
    kept = sum(
        amount for code, amount in balances.items() if code.startswith((RESULT_ACCOUNT, DISTRIBUTION_ACCOUNT))
    )
    return -kept - sum(pick_results(chart, balances).values())


def check_shares(distributable_fen: int, shares: Sequence[Share]) -> list[Fault]:
    """Hold what is to be distributed to what there is once losses are covered."""
    total_fen = sum(share.amount_fen for share in shares)
    return _check_kept(distributable_fen - total_fen, total_fen, "收益分配")


def check_distribution(
    chart: Chart, postings: Sequence[Posting], kept_after_fen: int, number: str
) -> list[Fault]:
    """Hold a voucher that distributes to what there was; `kept_after_fen` is what 322 holds with it, on its credit."""
    given_fen = count_given(chart, postings)
    return _check_kept(kept_after_fen, given_fen, f"凭证 {number}") if given_fen > 0 else []


def count_given(chart: Chart, postings: Sequence[Posting]) -> int:
    """Return what a voucher distributes, in fen: what 322 gives to accounts other than 321 and itself."""
    return sum(one.amount_fen for one in list_distributions(chart, postings) if one.side == "debit")


def check_year_end(chart: Chart, balances: Mapping[str, int], period: str) -> list[Fault]:
    """Return what is not carried over when the last month of a year is to be closed, all of it at once."""
    place = f"{period} 结账"
    results = {code: amount for code, amount in sorted(pick_results(chart, balances).items()) if amount}
    faults = []
    if results:
        told = "、".join(f"{code} {name_in_full(chart, code)}" for code in list(results)[:NAMED_MAX])
        more = f"等 {len(results)} 个科目" if len(results) > NAMED_MAX else ""
        faults.append(
            Fault(
                code="year-results-open",
                place=place,
                found=f"收入、支出科目还有余额：{told}{more}",
                expected="年末收入、支出都结转到 321 本年收益",
                remedy="先做年末结转凭证（办事页“年末结转”给出该做的几张），审核通过后再结账",
            )
        )
    for code, name, target in (
        (RESULT_ACCOUNT, "本年收益", "未分配收益"),
        (GIVEN_OUT, "各项分配", "未分配收益"),
    ):
        left_fen = sum(amount for one, amount in balances.items() if one.startswith(code))
        if left_fen and (code == RESULT_ACCOUNT or chart.version == "2023"):
            faults.append(
                Fault(
                    code="year-result-kept" if code == RESULT_ACCOUNT else "year-given-out-kept",
                    place=place,
                    found=f"{code} {name}还有余额 {format_yuan(abs(left_fen))} 元",
                    expected=f"年末{name}转到{target}，没有余额",
                    remedy=f"用凭证把{name}转到{target}，审核通过后再结账",
                )
            )
    return faults


def _check_kept(kept_after_fen: int, given_fen: int, place: str) -> list[Fault]:
    if kept_after_fen >= 0 or given_fen <= 0:
        return []
    before_fen = kept_after_fen + given_fen
    if before_fen <= 0:
        return [
            Fault(
                code="distribution-before-losses",
                place=place,
                found=f"要分配 {format_yuan(given_fen)} 元，未分配收益{_tell_loss(before_fen)}",
                expected="先弥补亏损，有剩余再分配",
                remedy="还没有结转本年收益的，先结转；亏损弥补以后没有剩余的，不能分配",
            )
        ]
    return [
        Fault(
            code="distribution-too-large",
            place=place,
            found=f"要分配 {format_yuan(given_fen)} 元",
            expected=f"不超过可分配的 {format_yuan(before_fen)} 元",
            remedy="改正金额；还没有结转本年收益的，先结转再分配",
        )
    ]


def _tell_loss(kept_fen: int) -> str:
    return "是零" if kept_fen == 0 else f"是亏损 {format_yuan(-kept_fen)} 元"


def _carry(summary: str, results: Mapping[str, int]) -> Iterator[Proposal]:
    """Yield the vouchers that move results of one sign to 本年收益, each of as many lines as one may have."""
    codes = list(results)
    for start in range(0, len(codes), POSTINGS_MAX - 1):
        part = codes[start : start + POSTINGS_MAX - 1]
        lines = [_turn(code, results[code]) for code in part]
        total_fen = sum(results[code] for code in part)
        result = Posting(
            account=RESULT_ACCOUNT, amount_fen=abs(total_fen), side="debit" if total_fen > 0 else "credit"
        )
        yield Proposal(summary, (*lines, result) if total_fen < 0 else (result, *lines))


def _clear(summary: str, amounts: Mapping[str, int], kept: str) -> list[Proposal]:
    """Return the voucher that moves balances to `kept`; none where there are none."""
    lines = [_turn(code, amount) for code, amount in sorted(amounts.items()) if amount]
    total_fen = sum(amounts.values())
    if not lines:
        return []
    if total_fen:
        side: Side = "debit" if total_fen > 0 else "credit"
        lines.append(Posting(account=kept, amount_fen=abs(total_fen), side=side))
    return [Proposal(summary, tuple(sorted(lines, key=lambda line: line.side != "debit")))]


def _turn(code: str, amount_fen: int) -> Posting:
    """Return the posting that takes a balance away."""
    return Posting(account=code, amount_fen=abs(amount_fen), side="credit" if amount_fen > 0 else "debit")
