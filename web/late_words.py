"""What is late, in plain words: for the village's own desk and for its township."""

from __future__ import annotations

from ledger.service.lateness import SLOW_DAYS, Late
from reports.words import format_day, format_month
from web.i18n import _
from web.words import name_sheet


def tell_late(late: Late) -> str:
    """Return one sentence without its full stop."""
    return {
        "expired": _tell_expired,
        "expiring": _tell_expiring,
        "held": _tell_held,
        "objection-due": _tell_objections_due,
        "objection-late": _tell_objections_late,
        "publish-month": _tell_month,
        "publish-quarter": _tell_quarter,
        "publish-soon": _tell_soon,
        "quarter-late": _tell_span_late,
        "quarter-soon": _tell_span_soon,
        "year-late": _tell_span_late,
        "year-soon": _tell_span_soon,
        "round-late": _tell_round_late,
        "round-soon": _tell_round_soon,
        "read-only": lambda _late: _("账本和签过名的对不上，暂停记账"),
        "report-late": _tell_reports_late,
        "silent": _tell_silent,
        "slow": _tell_slow,
    }[late.kind](late)


def _tell_months(late: Late) -> str:
    month = format_month(late.period)
    return month if late.count == 1 else _("{month}起 {count} 个月").format(month=month, count=late.count)


def _tell_quarter(late: Late) -> str:
    said = _("{months}的财务公开表还没有贴，法律规定至少每季度公布一次，最迟 {day}")
    return said.format(months=_tell_months(late), day=format_day(late.day))


def _tell_month(late: Late) -> str:
    said = _("{months}的财务公开表还没有贴，按月公布的应在 {day}以前")
    return said.format(months=_tell_months(late), day=format_day(late.day))


def _tell_soon(late: Late) -> str:
    said = _("{month}的财务公开表要在 {day}以前贴出")
    return said.format(month=format_month(late.period), day=format_day(late.day))


def _tell_span_late(late: Late) -> str:
    said = _("{sheet}还没有贴，应在 {day}以前")
    return said.format(sheet=_name_span(late), day=format_day(late.day))


def _tell_span_soon(late: Late) -> str:
    said = _("{sheet}要在 {day}以前贴出")
    return said.format(sheet=_name_span(late), day=format_day(late.day))


def _name_span(late: Late) -> str:
    return name_sheet("year" if late.kind.startswith("year") else "quarter", late.period)


def _tell_round_late(late: Late) -> str:
    said = _("{month}的考评还没有记，应在 {day}以前；没有按期记的共 {count} 次")
    return said.format(month=format_month(late.period), day=format_day(late.day), count=late.count)


def _tell_round_soon(late: Late) -> str:
    said = _("{month}的考评还有 {count} 次没有记，要在 {day}以前")
    return said.format(month=format_month(late.period), count=late.count, day=format_day(late.day))


def _tell_objections_due(late: Late) -> str:
    return _("{count} 件异议等答复，最早的 {day}以前").format(count=late.count, day=format_day(late.day))


def _tell_objections_late(late: Late) -> str:
    said = _("{count} 件异议过了期限还没有答复，最早的应在 {day}以前")
    return said.format(count=late.count, day=format_day(late.day))


def _tell_reports_late(late: Late) -> str:
    said = _("{count} 件反映过了期限还没有核实，最早的应在 {day}以前")
    return said.format(count=late.count, day=format_day(late.day))


def _tell_expired(late: Late) -> str:
    return _("{count} 条交审太久，已经过期，要重新交审").format(count=late.count)


def _tell_expiring(late: Late) -> str:
    said = _("{count} 条待审的快过期了，最早的 {day}过期")
    return said.format(count=late.count, day=format_day(late.day))


def _tell_slow(late: Late) -> str:
    return _("{count} 条交审 {days} 天以上还没有审完").format(count=late.count, days=SLOW_DAYS)


def _tell_held(late: Late) -> str:
    if not late.number:
        return _("{count} 条已经审完，还没有记入账本，请再点一次通过").format(count=late.count)
    said = _("{count} 张凭证审完了，在等前面的 {number} 号先审完")
    return said.format(count=late.count, number=late.number)


def _tell_silent(late: Late) -> str:
    if late.count < 0:
        return _("见证人一次也没有确认过这本账")
    return _("见证人 {count} 天没有确认过这本账").format(count=late.count)
