"""The sheet 期初余额: the balances that the books begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ledger.books.money import format_yuan
from ledger.books.vouchers import AccountsOpened, Posting
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.workbooks.reading import Line
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.vouchers import check_account_cells

_LINE = re.compile(r"第 ([0-9]+) 行$")
_SIDES = {"debit": "借", "credit": "贷"}


def gather_opening(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the opening balances and draft them; rows without a balance are left out."""
    chart = tray.get_chart()
    periods = sorted({line.text("月份") for line in lines} - {""})
    for line in lines:
        tray.refuse(check_account_cells(chart, line))
        tray.refuse(_check_line(line, periods[0] if periods else ""))
    booked = [line for line in lines if line.has("借方余额") or line.has("贷方余额")]
    if tray.faults or any(line.bad for line in lines) or not periods:
        return
    postings = tuple(_build_posting(line) for line in booked)
    body = AccountsOpened(chart=chart.version, postings=postings)
    day = f"{periods[0]}-01"
    faults = tray.check(body, day, periods[0])
    tray.refuse(_place_fault(fault, booked) for fault in faults)
    if faults:
        return
    total_fen = sum(posting.amount_fen for posting in postings if posting.side == "debit")
    label = f"期初余额 {periods[0]} 借贷各 {format_yuan(total_fen)} 元，{len(postings)} 个科目"
    tray.preview.append(label)
    for posting in postings:
        name = chart.accounts[posting.account].name
        amount = format_yuan(posting.amount_fen)
        tray.preview.append(f"　{_SIDES[posting.side]} {posting.account} {name} {amount}")
    tray.add(body, day, periods[0], label, Discloser(tray.desk.ports.entropy))


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


def _build_posting(line: Line) -> Posting:
    if line.has("借方余额"):
        return Posting(account=line.text("科目代码"), amount_fen=line.number("借方余额"), side="debit")
    return Posting(account=line.text("科目代码"), amount_fen=line.number("贷方余额"), side="credit")


def _place_fault(fault: Fault, booked: Sequence[Line]) -> Fault:
    found = _LINE.search(fault.place)
    place = booked[int(found[1]) - 1].place if found else "工作表「期初余额」"
    own = "" if found or fault.place == "期初余额" else f"，{fault.place}"
    return msgspec.structs.replace(fault, place=place + own)
