"""What one would ask about contracts: what is not paid, what is paid after the end, who decided, for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import ENTRIES_MAX, Agreed, Concern, Limits
from ledger.books.contracts import CATEGORY_NAMES, Due, add_years, sum_dues
from ledger.books.law import count_days
from ledger.books.money import format_yuan
from ledger.books.periods import format_day
from ledger.books.values import fold_text


def ask_rent_overdue(
    contracts: Iterable[Agreed], rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """What others owe the village under a contract and have not paid so many days after it was due."""
    days, least_fen = rule.get_threshold("days", village), rule.get_threshold("least_fen", village)
    for item in contracts:
        late = [
            paid
            for paid in item.matched.dues
            if paid.unpaid_fen and count_days(paid.due.due_on, days) < today
        ]
        unpaid_fen = sum(paid.unpaid_fen for paid in late)
        if item.signed.direction == "receives" and late and unpaid_fen >= least_fen:
            since = late[0].due.due_on
            said = (
                f"合同 {item.signed.number} 过了日子 {days} 天以上还有 {format_yuan(unpaid_fen)} 元没收到，"
                f"最早的一笔{format_day(since)}到期。"
            )
            yield _build(rule, item, unpaid_fen, said, since)


def ask_paid_after_end(contracts: Iterable[Agreed], rule: ConcernRule) -> Iterator[Concern]:
    """Money under a contract after its last day, beyond all that it ever asked: arrears are no question."""
    for item in contracts:
        beyond_fen = min(item.matched.ahead_fen, sum(fen for _, _, fen in item.late))
        if beyond_fen > 0:
            said = (
                f"合同 {item.signed.number} {format_day(item.ended_on)}就到头了，以后又收付了钱，"
                f"比合同上写的多 {format_yuan(beyond_fen)} 元。"
            )
            indexes = tuple(index for index, _, _ in item.late)
            yield _build(rule, item, beyond_fen, said, item.late[0][1], indexes)


def ask_no_resolution(contracts: Iterable[Agreed], rule: ConcernRule) -> Iterator[Concern]:
    """A contract whose resolution says that there is none."""
    words = {fold_text(word) for word in rule.list_items("words")}
    for item in contracts:
        text = fold_text(item.resolution).strip("。.，,（）()")
        if item.resolution and text in words:
            said = f"合同 {item.signed.number} 的“哪次会议议定”写的是“{item.resolution.strip()}”。"
            yield _build(rule, item, 0, said, item.signed_on)


def ask_long_term(contracts: Iterable[Agreed], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """A letting that lasts longer than a lease may, under the name of another category; a lease is refused, and land
    of a class whose term the law sets is held to that.
    """
    for item in contracts:
        if not _is_letting(item) or (item.plot and item.plot.term_years):
            continue
        years = rule.get_threshold(f"{item.signed.category}_years", village)
        if item.ended_on > add_years(item.signed.begins_on, years):
            said = (
                f"合同 {item.signed.number} 登记的种类是{CATEGORY_NAMES[item.signed.category]}，"
                f"从{format_day(item.signed.begins_on)}到{format_day(item.ended_on)}，超过 {years} 年。"
            )
            yield _build(rule, item, 0, said, item.signed_on)


def ask_land_term(contracts: Iterable[Agreed], rule: ConcernRule) -> Iterator[Concern]:
    """Land of the register that is let for longer than the law lets land of its class be let."""
    for item in contracts:
        plot, begins_on = item.plot, item.signed.begins_on
        if plot is None or not plot.term_years or not _is_letting(item):
            continue
        if item.ended_on > add_years(begins_on, plot.term_years):
            said = (
                f"合同 {item.signed.number} 把资源 {plot.number} 从{format_day(begins_on)}包到"
                f"{format_day(item.ended_on)}，这类地最长 {plot.term_years} 年。"
            )
            yield _build(rule, item, 0, said, item.signed_on)


def ask_area_short(
    contracts: Iterable[Agreed], rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """A contract in force over fewer mu than the register has of its land, that does not say it is a part of it."""
    percent = rule.get_threshold("least_percent", village)
    for item in contracts:
        plot, area = item.plot, item.signed.area_mu_hundredths
        if plot is None or plot.is_shared or not area or item.ended_on < today:
            continue
        is_part = any(word in item.words for word in rule.list_items("words"))
        if not is_part and area * 100 < plot.area_mu_hundredths * percent:
            said = (
                f"合同 {item.signed.number} 写的是 {format_yuan(area)} 亩，"
                f"资源 {plot.number} 登记的是 {format_yuan(plot.area_mu_hundredths)} 亩。"
            )
            yield _build(rule, item, 0, said, item.signed_on)


def ask_below_floor(contracts: Iterable[Agreed], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """A letting whose best year brings less than the lowest price that was set for a year."""
    percent = rule.get_threshold("least_percent", village)
    for item in contracts:
        if not item.signed.floor_fen:
            continue
        months = min(_count_whole_months(item.signed.begins_on, item.signed.ends_on), 12)
        floor_fen = item.signed.floor_fen * months // 12
        best_fen = _find_best_year(item.dues)
        if best_fen * 100 < floor_fen * percent:
            said = (
                f"合同 {item.signed.number} 定的底价是一年 {format_yuan(item.signed.floor_fen)} 元，"
                f"收得最多的一年也只有 {format_yuan(best_fen)} 元。"
            )
            yield _build(rule, item, floor_fen - best_fen, said, item.signed_on)


def ask_undecided(
    contracts: Iterable[Agreed], limits: Sequence[Limits], rule: ConcernRule
) -> Iterator[Concern]:
    """A contract from the village's limit on that names no resolution of the register: of those by which the village
    pays none can be recorded, of those by which it receives some can.
    """
    for item in contracts:
        in_force = max((one for one in limits if one.at < item.signed_at), default=None)
        total_fen = sum_dues(item.dues)
        limit_fen = in_force.resolution_fen if in_force else 0
        if limit_fen and total_fen >= limit_fen and not item.is_decided:
            said = (
                f"合同 {item.signed.number} 一共 {format_yuan(total_fen)} 元，到了 {format_yuan(limit_fen)} 元，"
                "没有写登记过的决议。"
            )
            yield _build(rule, item, total_fen, said, item.signed_on)


def _is_letting(item: Agreed) -> bool:
    """Whether it lets something under another name than a lease."""
    return item.signed.category in ("contracting", "other") and item.signed.direction == "receives"


def _count_whole_months(first: str, last: str) -> int:
    """Return how many whole months two days hold, both counted."""
    after = count_days(last, 1)
    months = (int(after[:4]) - int(first[:4])) * 12 + int(after[5:7]) - int(first[5:7])
    return months - (after[8:] < first[8:])


def _find_best_year(dues: Sequence[Due]) -> int:
    """Return the most that is asked within a year, in fen: years need not begin with the contract's."""
    spans = [(one.due_on, add_years(one.due_on, 1)) for one in dues]
    return max((sum_dues(due for due in dues if since <= due.due_on < to) for since, to in spans), default=0)


def _build(
    rule: ConcernRule, item: Agreed, amount_fen: int, said: str, since: str, more: tuple[int, ...] = ()
) -> Concern:
    return Concern(
        amount_fen=amount_fen,
        entries=tuple(sorted({item.signed_at, *more}))[:ENTRIES_MAX],
        key=f"{rule.code}/{item.signed.number}",
        said=said,
        since=since,
    )
