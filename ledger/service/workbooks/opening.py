"""The sheet 期初余额: the balances that the books begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ledger.books.money import format_yuan
from ledger.books.vouchers import AccountsOpened
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_postings
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.notices import list_opened_short
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import check_account_cells, read_row

_LINE = re.compile(r"第 ([0-9]+) 行$")
_NEEDS: dict[str, frozenset[str]] = {
    "date-future": frozenset({"月份"}),
    "period-future": frozenset({"月份"}),
    "postings-count": frozenset({"行"}),
    "voucher-too-large": frozenset({"金额"}),
    "voucher-unbalanced": frozenset({"金额"}),
}
"""What a rule needs to have been read, by its fault's code; every other rule is sound on what was."""


def gather_opening(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the opening balances and draft them; rows without a balance are left out.

    A cell that cannot be read hides only the rules that need it.
    """
    chart = tray.get_chart()
    periods = sorted({line.text("月份") for line in lines} - {""})
    for line in lines:
        tray.refuse(check_account_cells(chart, line))
        tray.refuse(_check_line(line, periods[0] if periods else ""))
    if not lines:
        return
    booked = [line for line in lines if line.has("借方余额") or line.has("贷方余额")]
    rows = [read_row(line, "借方余额", "贷方余额") for line in booked]
    body = AccountsOpened(chart=chart.version, postings=tuple(row.posting for row in rows))
    period = periods[0] if periods else tray.desk.today[:7]
    unread = {
        "月份": len(periods) != 1,
        "行": any(not line.can_read(header) for line in lines for header in ("借方余额", "贷方余额")),
        "金额": not all(row.is_amount_sure for row in rows),
    }
    unread["金额"] |= unread["行"]
    day = f"{period}-01"
    for fault in tray.check(body, day, period):
        needs = _NEEDS.get(fault.code, frozenset())
        # Unknown accounts are said by their cells.
        if fault.code != "account-unknown" and not any(unread[what] for what in needs):
            tray.refuse([_place_fault(fault, booked)])
    if tray.faults:
        return
    total_fen = sum(posting.amount_fen for posting in body.postings if posting.side == "debit")
    label = f"期初余额 {period} 借贷各 {format_yuan(total_fen)} 元，{len(body.postings)} 个科目"
    tray.preview.append(label)
    tray.preview += preview_postings(chart, body.postings)
    tray.notices += list_opened_short(chart, body)
    tray.add(body, day, period, label, Discloser(tray.desk.ports.entropy))


def _check_line(line: Line, period: str) -> list[Fault]:
    faults = []
    if line.has("借方余额") and line.has("贷方余额"):
        faults.append(
            Fault(
                code="posting-sides",
                place=f"{line.place}「借方余额」「贷方余额」",
                found="两边都填了",
                expected="只填一边",
                remedy="留下余额所在的一边，清空另一边",
            )
        )
    if line.text("月份") not in ("", period):
        faults.append(
            Fault(
                code="opening-months",
                place=line.at("月份"),
                found=line.text("月份"),
                expected=f"各行都是 {period}",
                remedy="期初余额只有一个月份，改成一致",
            )
        )
    return faults


def _place_fault(fault: Fault, booked: Sequence[Line]) -> Fault:
    found = _LINE.search(fault.place)
    place = booked[int(found[1]) - 1].place if found else "工作表「期初余额」"
    own = "" if found or fault.place == "期初余额" else f"，{fault.place}"
    return msgspec.structs.replace(fault, place=place + own)
