"""What the village's units add up to, in the words of the public page and the desk's."""

from __future__ import annotations

from ledger.books.grids import LEVEL_NAMES
from ledger.figures.grids import GridFigures
from reports.words import format_count
from web.i18n import _


def tell_units(figures: GridFigures) -> str:
    """Return how many units of each level there are, and how many households they have together."""
    if not figures.units:
        return _("村里还没有登记网格。")
    levels = _("、").join(
        _("{count} 个{level}").format(count=format_count(count), level=LEVEL_NAMES[level])
        for level, count in figures.levels.items()
        if count
    )
    return _("全村有 {levels}，一共 {households} 户。").format(
        households=format_count(figures.households), levels=levels
    )
