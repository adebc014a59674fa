"""Words that pages say in more than one place, beyond those that paper says too (`reports.words`)."""

from __future__ import annotations

import datetime as dt

from ledger.books.money import to_wan
from ledger.books.values import SheetKind
from ledger.state import BEIJING
from web.i18n import _

SHEET_NAMES: dict[SheetKind, str] = {
    "finance": _("财务公开表"),
    "points": _("村民积分公开表"),
    "scores": _("党员评分公开表"),
}
SHEET_PATHS: dict[SheetKind, str] = {"finance": "finance", "points": "points", "scores": "scores"}


def format_month_short(period: str) -> str:
    """Return `10月` of `2026-10`."""
    return f"{int(period[5:7])}月"


def format_instant(recorded_at: int) -> str:
    """Return `2026年11月3日 16:05`, the time of +08:00, of UTC milliseconds."""
    at = dt.datetime.fromtimestamp(recorded_at // 1000, BEIJING)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def format_about(amount_fen: int) -> str:
    """Return `约 12.35 万元` where an amount is large enough to be said so, else nothing."""
    if abs(amount_fen) < 10_000_00:
        return ""
    return _("约 {amount} 万元").format(amount=to_wan(amount_fen).removesuffix("万元").replace("-", "−"))
