"""What one would ask about vouchers: how money was paid, whether it was booked twice, who stands on them.

Each rule takes vouchers as `Booked` and its own row of the table, and returns its concerns. Only vouchers that stand
are asked about: what was taken back in red needs no explaining any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, groupby
from typing import NamedTuple

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import (
    Booked,
    Concern,
    Limits,
    build_of,
    name_vouchers,
    sort_booked,
)
from ledger.books.law import count_days
from ledger.books.money import format_yuan
from ledger.books.periods import format_day, format_period
from ledger.books.values import fold_text

DUTIES = ("handler", "approver", "bookkeeper")
DUTY_NAMES = {"handler": "经手人", "approver": "审批人", "bookkeeper": "记账员"}


class _Limit(NamedTuple):
    amount_fen: int
    is_resolution: bool

    def tell(self) -> str:
        told = "（这个数起要有决议）" if self.is_resolution else "的审核限额"
        return f"{format_yuan(self.amount_fen)} 元{told}"


def ask_cash_limit(vouchers: Iterable[Booked], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """A payment to others in cash above the limit from which it should go through the bank."""
    above_fen = rule.get_threshold("above_fen", village)
    for item in vouchers:
        paid_fen = -item.cash_fen
        if item.is_live and item.money_fen < 0 and paid_fen > above_fen:
            said = f"凭证 {item.number} 用现金付了 {format_yuan(paid_fen)} 元，超过 {format_yuan(above_fen)} 元。"
            yield build_of(rule, item.number, [item], paid_fen, said)


def ask_same_twice(vouchers: Iterable[Booked], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """Money of the same amount, moved on the same day for the same reason, by two vouchers."""
    least_fen = rule.get_threshold("least_fen", village)
    groups: dict[tuple[str, int, str], list[Booked]] = {}
    for item in sort_booked(vouchers):
        if item.is_live and abs(item.money_fen) >= least_fen and item.summary:
            groups.setdefault((item.day, item.money_fen, fold_text(item.summary)), []).append(item)
    for (day, money_fen, _), found in groups.items():
        if len(found) > 1:
            amount = format_yuan(abs(money_fen))
            said = f"{name_vouchers(found)}：都是{format_day(day)}的 {amount} 元，摘要也一样。"
            yield build_of(rule, found[0].number, found, abs(money_fen), said)


def ask_split(
    vouchers: Iterable[Booked],
    limits: Sequence[Limits],
    is_allowed: Callable[[int], bool],
    rule: ConcernRule,
    village: str,
) -> Iterator[Concern]:
    """Payments of one day, each below a limit and together at it or above, for one thing or by one person.

    `is_allowed` says of the voucher at an index whether it needs no resolution of its own, however large.
    """
    paid = [item for item in sort_booked(vouchers) if item.is_live and item.money_fen < 0]
    percent = rule.get_threshold("least_percent", village)
    for _, of_day in groupby(paid, key=lambda item: item.day):
        found: dict[str, tuple[_Limit, list[Booked]]] = {}
        for limit, group in _group_below(list(of_day), limits, is_allowed, percent):
            before = found.get(group[0].number)
            size = (limit.amount_fen, len(group))
            if before is None or size > (before[0].amount_fen, len(before[1])):
                found[group[0].number] = (limit, group)
        for number, (limit, group) in found.items():
            total_fen = -sum(item.money_fen for item in group)
            said = (
                f"{name_vouchers(group)}：{format_day(group[0].day)}分 {len(group)} 笔付出，每笔不到 "
                f"{limit.tell()}，合起来 {format_yuan(total_fen)} 元。"
            )
            yield build_of(rule, number, group, total_fen, said)


def _group_below(
    of_day: Sequence[Booked],
    limits: Sequence[Limits],
    is_allowed: Callable[[int], bool],
    percent: int,
) -> Iterator[tuple[_Limit, list[Booked]]]:
    """Yield a limit and the payments just below it that belong together and reach it."""
    below: dict[tuple[_Limit, str, object], list[Booked]] = {}
    for item in of_day:
        in_force = max((one for one in limits if one.at < item.index), default=None)
        for limit in _list_limits(in_force) if in_force else ():
            limit_fen = limit.amount_fen
            if not limit_fen * percent <= -item.money_fen * 100 < limit_fen * 100:
                continue
            if limit.is_resolution and is_allowed(item.index):
                continue
            below.setdefault((limit, "accounts", item.list_debited()), []).append(item)
            if item.handler:
                below.setdefault((limit, "handler", fold_text(item.handler)), []).append(item)
    for (limit, _, _), group in below.items():
        if len(group) > 1 and -sum(item.money_fen for item in group) >= limit.amount_fen:
            yield limit, group


def _list_limits(limits: Limits) -> list[_Limit]:
    """Return the limits that there are, each once."""
    checked = sorted({limits.second_fen, limits.third_fen} - {0})
    decided = [_Limit(limits.resolution_fen, is_resolution=True)] if limits.resolution_fen else []
    return [*(_Limit(amount_fen, is_resolution=False) for amount_fen in checked), *decided]


def ask_entertainment(vouchers: Iterable[Booked], rule: ConcernRule) -> Iterator[Concern]:
    """Guests, meals or presents by their summary, paid from money that was given for a project or out of a fund."""
    words = rule.list_items("words")
    for item in vouchers:
        word = next((word for word in words if word in item.summary), "")
        earmarked_fen = item.sum_side(rule.list_items("accounts", item.chart), "debit")
        spent_fen = -item.money_fen if item.fund else earmarked_fen
        if item.is_live and word and spent_fen > 0:
            where = f"从专款 {item.fund} 里付了" if item.fund else "记在专项或项目的科目里"
            said = f"凭证 {item.number} 的摘要里有“{word}”，{format_yuan(spent_fen)} 元{where}。"
            yield build_of(rule, item.number, [item], spent_fen, said)


def ask_several_roles(vouchers: Iterable[Booked], rule: ConcernRule) -> Iterator[Concern]:
    """The same name in two duties on different vouchers of one month."""
    first: dict[tuple[str, str, str], Booked] = {}
    for item in _sort_by_number(vouchers):
        for duty in DUTIES if item.is_live else ():
            name = fold_text(str(getattr(item, duty)))
            if name:
                first.setdefault((item.number[:7], name, duty), item)
    persons = sorted({(period, name) for period, name, _ in first})
    for period, name in persons:
        held = [(duty, first[period, name, duty]) for duty in DUTIES if (period, name, duty) in first]
        for (one, here), (other, there) in combinations(held, 2):
            pair = sorted((here, there), key=lambda item: item.number)
            said = (
                f"{format_period(period)}里同一个人在凭证 {here.number} 上是{DUTY_NAMES[one]}，"
                f"在凭证 {there.number} 上是{DUTY_NAMES[other]}。"
            )
            yield build_of(rule, f"{pair[0].number}-{pair[1].number}", pair, 0, said)


def ask_documents(
    vouchers: Iterable[Booked], rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """Money moved without any document attached for long, in a month in which most have theirs, or most of the large
    ones: a village that attaches one now and then is not asked for each of the others.
    """
    days, large_fen = rule.get_threshold("days", village), rule.get_threshold("large_fen", village)
    percent = rule.get_threshold("least_percent", village)
    of_month: dict[str, list[Booked]] = {}
    for item in _sort_by_number(vouchers):
        if item.is_live and item.money_fen:
            of_month.setdefault(item.number[:7], []).append(item)
    for moved in of_month.values():
        large = [item for item in moved if abs(item.money_fen) >= large_fen]
        asked = moved if _have_most(moved, percent) else large if _have_most(large, percent) else []
        for item in asked:
            if not item.has_documents and count_days(item.recorded_on, days) < today:
                said = (
                    f"凭证 {item.number} 记账超过 {days} 天，{format_yuan(abs(item.money_fen))} 元"
                    f"还没有附上单据；同一个月别的{'' if asked is moved else '大额'}凭证多半附了。"
                )
                yield build_of(rule, item.number, [item], abs(item.money_fen), said)


def _have_most(vouchers: Sequence[Booked], percent: int) -> bool:
    """Whether some of these have documents, and so many of a hundred."""
    having = sum(item.has_documents for item in vouchers)
    return having > 0 and having * 100 >= len(vouchers) * percent


def ask_welfare_debt(vouchers: Iterable[Booked], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """Money borrowed and money spent on public welfare in one month."""
    least_fen = rule.get_threshold("least_fen", village)
    of_month: dict[str, list[Booked]] = {}
    for item in _sort_by_number(vouchers):
        if item.is_live:
            of_month.setdefault(item.number[:7], []).append(item)
    for period, found in of_month.items():
        # A month is booked under one chart.
        borrowed, spent = (rule.list_items(name, found[0].chart) for name in ("borrowed", "spent"))
        came = [item for item in found if item.money_fen > 0 and item.sum_side(borrowed, "credit")]
        went = [item for item in found if item.money_fen < 0 and item.sum_side(spent, "debit")]
        came_fen = sum(item.sum_side(borrowed, "credit") for item in came)
        went_fen = sum(item.sum_side(spent, "debit") for item in went)
        if min(came_fen, went_fen) >= least_fen > 0:
            said = (
                f"{format_period(period)}借进 {format_yuan(came_fen)} 元，同一个月公益上花了 "
                f"{format_yuan(went_fen)} 元。"
            )
            yield build_of(rule, period, [*came, *went], min(came_fen, went_fen), said)


def _sort_by_number(vouchers: Iterable[Booked]) -> list[Booked]:
    return sorted(vouchers, key=lambda item: item.number)
