"""The sheet 专款: earmarked funds that are set up, each with what it may be used for and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.funds import CATEGORY_NAMES, FundOpened
from ledger.books.money import format_yuan
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_fund
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import read_number
from ledger.service.workbooks.registers import draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import check_account_cells

_PUBLIC = ("专款名称", "来源", "只能用于")


def gather_funds(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the sheet's funds in their order and draft them."""
    chart = tray.get_chart()

    def check(line: Line) -> list[Fault]:
        return check_account_cells(chart, line) + _check_opening(line)

    for line in take_numbered(tray, lines, "专款编号", _PUBLIC, check):
        if tray.is_ready(line):
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
    told = {header: line.text(header) for header in ("来源", "只能用于")}
    draft_row(tray, line, body, day, label, preview_fund(body, day, line.text("科目名称"), told), texts)
