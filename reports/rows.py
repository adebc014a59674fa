"""Rows that paper and page show alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.books.figures import ItemFigures
from reports.words import format_count, format_signed


@dataclass(frozen=True)
class ItemRow:
    """One item's sums in a branch's month. Points carry their sign."""

    code: str
    item: str
    marks: str
    points: str
    quantity: str


def build_items(items: Iterable[ItemFigures]) -> tuple[ItemRow, ...]:
    """Return the rows of a branch's items, in their order."""
    return tuple(
        ItemRow(
            code=item.code,
            item=item.item,
            marks=format_count(item.marks),
            points=format_signed(item.points),
            quantity=format_count(item.quantity),
        )
        for item in items
    )
