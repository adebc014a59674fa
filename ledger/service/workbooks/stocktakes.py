"""The sheet 盘点: what was counted on one day, as one entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.books.stocktakes import StocktakeLine, StocktakeRecorded
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.register_previews import preview_counted
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import read_text
from ledger.service.workbooks.registers import draft_row, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.assets import find_asset
from ledger.state.facts import get_fact
from ledger.state.register_facts import AssetFacts

_TEXTS = ("清点岗位", "盘点说明")
_SHARED = ("盘点日期", "清点岗位")


def gather_stocktakes(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the rows of a file and draft the stock-take that they are."""
    taken = take_numbered(tray, lines, "资产编号", _TEXTS, lambda line: _check_same(line, lines[0]))
    counted = sorted(taken, key=lambda line: line.text("资产编号"))
    if lines and all(tray.is_ready(line) for line in lines):
        _gather(tray, counted)


def _gather(tray: Tray, lines: Sequence[Line]) -> None:
    first = min(lines, key=lambda line: line.row)
    texts, day = Discloser(tray.desk.ports.entropy), first.text("盘点日期")
    body = StocktakeRecorded(
        counters=texts.publish("counters", first.text("清点岗位")),
        lines=tuple(
            StocktakeLine(
                asset=line.text("资产编号"),
                book_quantity=_get_book(tray, line),
                counted_quantity=line.number("实有数量"),
                note=texts.publish("note", line.text("盘点说明")),
            )
            for line in lines
        ),
    )
    differing = sum(line.book_quantity != line.counted_quantity for line in body.lines)
    label = f"盘点 {day}：{len(body.lines)} 件资产，{differing} 件对不上"
    counted = (
        (
            line.asset,
            _read_name(tray, line.asset),
            line.book_quantity,
            line.counted_quantity,
            row.text("盘点说明"),
        )
        for line, row in zip(body.lines, lines, strict=True)
    )
    shown = (f"　清点岗位：{first.text('清点岗位')}", *preview_counted(counted))
    draft_row(tray, first, body, day, label, shown, texts)


def _get_book(tray: Tray, line: Line) -> int:
    """Return the register's quantity as it was typed, or as it is where nothing was."""
    if line.has("账面数量"):
        return line.number("账面数量")
    known = get_fact(tray.facts, f"asset/{line.text('资产编号')}", AssetFacts)
    return known.quantity if known is not None else 1


def _read_name(tray: Tray, number: str) -> str:
    known = find_asset(tray.facts, number)
    return read_text(tray.desk, known.registered.name.text) if known is not None else ""


def _check_same(line: Line, first: Line) -> Iterator[Fault]:
    """One stock-take is of one day, by the same people."""
    for header in _SHARED:
        if header in line.values and header in first.values and line.values[header] != first.values[header]:
            yield Fault(
                code="stocktake-rows-differ",
                place=line.at(header),
                found=f"「{header}」与第一行不同",
                expected="一次盘点各行相同",
                remedy="改成一致；另一天盘点的另交一张表",
            )
