"""Words that pages say in more than one place, beyond those that paper says too (`reports.words`)."""

from __future__ import annotations

import datetime as dt

from ledger.books.money import to_wan
from ledger.books.span_figures import name_span
from ledger.books.values import SPAN_MONTHS, SheetKind
from ledger.state import BEIJING
from reports.words import format_month
from web.i18n import _

SHEET_NAMES: dict[SheetKind, str] = {
    "finance": _("财务公开表"),
    "points": _("村民积分公开表"),
    "scores": _("党员评分公开表"),
    "quarter": _("季度公开表"),
    "year": _("年度公开表"),
}
SHEET_PATHS: dict[SheetKind, str] = {kind: kind for kind in SHEET_NAMES}


def format_month_short(period: str) -> str:
    """Return `10月` of `2026-10`."""
    return f"{int(period[5:7])}月"


def format_when(kind: SheetKind, period: str) -> str:
    """Return which month a sheet is of, or which quarter or year, shortly: `10月`, `三季度`, `2026年`."""
    if kind == "year":
        return _("{year}年").format(year=period[:4])
    if kind == "quarter":
        return _("{number}季度").format(number="一二三四"[int(period[5:7]) // 3 - 1])
    return format_month_short(period)


def name_sheet(kind: SheetKind, period: str) -> str:
    """Return what a sheet is called in full: `2026年10月财务公开表`, `2026年第三季度公开表`."""
    if kind in SPAN_MONTHS:
        return name_span(kind, period) + _("公开表")
    return format_month(period) + SHEET_NAMES[kind]


def format_instant(recorded_at: int) -> str:
    """Return `2026年11月3日 16:05`, the time of +08:00, of UTC milliseconds."""
    at = dt.datetime.fromtimestamp(recorded_at // 1000, BEIJING)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def format_about(amount_fen: int) -> str:
    """Return `约 12.35 万元` where an amount is large enough to be said so, else nothing."""
    if abs(amount_fen) < 10_000_00:
        return ""
    return _("约 {amount} 万元").format(amount=to_wan(amount_fen).removesuffix("万元").replace("-", "−"))
