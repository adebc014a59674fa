"""Stock-takes: what was counted, asset by asset, beside what the register says."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ledger.books.assets import QUANTITY_MAX
from ledger.books.values import AssetNumber, Count, Positive, PublicText, Value
from ledger.errors import Fault

LINES_MAX = 300
"""Assets of one entry: it stays below an entry's size."""


class StocktakeLine(Value, frozen=True):
    """An asset as it was found."""

    asset: AssetNumber
    book_quantity: Positive  # what the register said
    counted_quantity: Count
    note: PublicText


StocktakeLines = Annotated[tuple[StocktakeLine, ...], Meta(min_length=1, max_length=LINES_MAX)]


class StocktakeRecorded(Value, frozen=True):
    """`stocktake.recorded`: assets were counted on the entry's day; lines by asset, one each."""

    counters: PublicText  # who counted: offices, never names
    lines: StocktakeLines


def check_stocktake(body: StocktakeRecorded) -> list[Fault]:
    """Return every fault a stock-take has in itself."""
    numbers = [line.asset for line in body.lines]
    faults = []
    if not 1 <= len(numbers) <= LINES_MAX:
        faults.append(
            _fault(
                "stocktake-count", "盘点", f"{len(numbers)} 行", f"1 至 {LINES_MAX} 行", "分成几次盘点来记"
            )
        )
    if sorted(set(numbers)) != numbers:
        remedy = "同一件资产只写一行，按编号排列"
        faults.append(_fault("stocktake-order", "盘点", "资产编号有重复或次序不对", "按编号，各一行", remedy))
    faults += [
        _fault(
            "stocktake-quantity",
            f"盘点的资产 {line.asset}",
            f"{line.counted_quantity}",
            f"0 至 {QUANTITY_MAX:,}",
            "改正实有的数量",
        )
        for line in body.lines
        if not 0 <= line.counted_quantity <= QUANTITY_MAX
    ]
    return faults


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
