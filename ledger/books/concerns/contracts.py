"""What one would ask about contracts: what is not paid, what is paid after the end, who decided, for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import ENTRIES_MAX, Agreed, Concern
from ledger.books.contracts import CATEGORY_NAMES, add_years
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
    """A letting that lasts longer than a lease may, under the name of another category; a lease is refused."""
    for item in contracts:
        if item.signed.category not in ("contracting", "other") or item.signed.direction != "receives":
            continue
        years = rule.get_threshold(f"{item.signed.category}_years", village)
        if item.ended_on > add_years(item.signed.begins_on, years):
            said = (
                f"合同 {item.signed.number} 登记的种类是{CATEGORY_NAMES[item.signed.category]}，"
                f"从{format_day(item.signed.begins_on)}到{format_day(item.ended_on)}，超过 {years} 年。"
            )
            yield _build(rule, item, 0, said, item.signed_on)


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
