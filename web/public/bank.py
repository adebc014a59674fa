"""What the month's finance page says of the bank: compared and in agreement, differing by so much, or not compared."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.books.reconciliation import adjust
from ledger.books.values import get_last_day
from ledger.state.bank import find_reconciliation
from ledger.state.money import get_month
from reports.words import format_day
from web.bank_words import tell_result
from web.i18n import _
from web.site import VillageView

OLD_DAYS = 60
"""What is open for longer than two months at the month's end is said with its day: a cheque is through by then."""


@dataclass(frozen=True)
class BankNote:
    """`has_doubt`: not compared, or not in agreement. `path` leads to the comparison; empty where there is none."""

    has_doubt: bool
    path: str
    said: str


def build_bank_note(view: VillageView, period: str) -> BankNote:
    """Return what is said of a month's bank; one fact and one entry are read."""
    known = find_reconciliation(view.reader.facts, period)
    if known is None:
        is_closed = bool(get_month(view.reader.facts, period).closed)
        said = _("没有对账：还没有拿银行的对账单和账上的银行存款核对。")
        return BankNote(is_closed, "", said if is_closed else _("还没有对账：这个月还没有结账。"))
    path = f"/v/{view.code}/entries/{known.at}"
    if not known.is_current:
        said = _("要再对一次账：前面的月份后来重新对过，这个月还没有跟着再对。")
        return BankNote(has_doubt=True, path=path, said=said)
    said = tell_result(known.body)
    days = [item.occurred_on for item in known.body.items]
    last = dt.date.fromisoformat(get_last_day(period))
    old = [day for day in days if (last - dt.date.fromisoformat(day)).days > OLD_DAYS]
    if old:
        said += _("其中 {count} 笔已经超过两个月，最早的一笔是{day}的。").format(
            count=len(old), day=format_day(min(old))
        )
    return BankNote(has_doubt=adjust(known.body).difference_fen != 0, path=path, said=said)
