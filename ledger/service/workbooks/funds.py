"""The sheet 专款: earmarked funds that are set up, each with what it may be used for and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.funds import CATEGORY_NAMES, FundOpened
from ledger.books.money import format_yuan
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_fund
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.people import fault_twice
from ledger.service.workbooks.resolutions import check_texts, draft, find_key
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import check_account_cells

_PUBLIC = ("专款名称", "来源", "只能用于")


def gather_funds(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the sheet's funds in their order and draft them."""
    seen: dict[str, Line] = {}
    for line in lines:
        number = line.text("专款编号")
        tray.refuse(check_number_form(line, "专款编号"))
        tray.refuse(check_texts(tray, line, _PUBLIC))
        tray.refuse(check_account_cells(tray.get_chart(), line))
        tray.refuse(_check_opening(line))
        if number in seen:
            tray.refuse([fault_twice(line, "专款编号", f"专款编号 {number}", seen[number])])
            continue
        if number:
            seen[number] = line
        if line.is_whole and not tray.is_spoiled(line):
            _gather_fund(tray, line)


def _check_opening(line: Line) -> list[Fault]:
    if line.number("开账时结余") >= 0:
        return []
    return [
        Fault(
            code="fund-opening",
            place=line.at("开账时结余"),
            found=format_yuan(line.number("开账时结余")),
            expected="大于零的金额，或者空",
            remedy="改正金额；新设的留空",
        )
    ]


def _gather_fund(tray: Tray, line: Line) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    body = FundOpened(
        account=line.text("科目代码"),
        category=find_key(CATEGORY_NAMES, line.text("专款种类")),
        name=texts.publish("name", line.text("专款名称")),
        number=read_number(line, "专款编号"),
        opening_fen=line.number("开账时结余"),
        source=texts.publish("source", line.text("来源")),
        use=texts.publish("use", line.text("只能用于")),
    )
    day = line.text("设立日期")
    label = f"专款 {body.number} {line.text('专款种类')} {line.text('专款名称')}"
    if draft(tray, line, body, day, label, texts):
        told = {header: line.text(header) for header in ("来源", "只能用于")}
        tray.preview += preview_fund(body, day, line.text("科目名称"), told)
