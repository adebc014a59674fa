"""A month of the village's grids, or of one and what lies in it, on paper: posts, visits and diary as numbers.

It names nobody and says nothing that the log does not; it is no sealed sheet.
"""

from __future__ import annotations

import msgspec

from ledger.books.grids import LEVEL_NAMES
from ledger.canonical import encode_value
from ledger.data import load_grids
from ledger.errors import NotFound
from ledger.figures.grids import UnitFigures, collect_grids
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.state import get_day


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in a month. `depth` is how far it lies in; `least` is 0 where its visits are counted around it."""

    depth: int
    diaries: int
    households: int
    least: int
    level: str
    name: str
    people: int  # who hold a post
    vacant: int  # posts that it wants and nobody holds
    visits: int


class GridSheet(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. `number` and `name` are of the grid, empty for the whole village; what it comes to is
    summed over `rows`, but for the households, of which those of the widest units count.
    """

    diaries: int
    households: int
    is_over: bool  # the month
    made_on: str  # YYYY-MM-DD
    name: str
    number: str
    people: int
    period: str
    rows: tuple[GridRow, ...]
    short: int
    vacant: int
    village: str
    village_name: str
    visits: int


def build_grid_sheet_job(
    ports: Ports, reader: Reader, village: str, period: str, number: str, base_url: str
) -> PaperJob:
    """Return the job of a month of all units, or of one with those in it. NotFound where there is no unit."""
    texts, today = read_texts(reader), get_day(ports.clock.now_ms())
    units = _list_within(collect_grids(reader.facts, texts, load_grids(), period).units, number)
    if not units:
        raise NotFound("这个网格的月表")
    rows = tuple(_build_row(unit, units[0].depth) for unit in units)
    sheet = GridSheet(
        diaries=sum(row.diaries for row in rows),
        households=sum(row.households for row in rows if not row.depth),
        is_over=period < today[:7],
        made_on=today,
        name=units[0].name if number else "",
        number=number,
        people=sum(row.people for row in rows),
        period=period,
        rows=rows,
        short=sum(unit.is_short for unit in units),
        vacant=sum(row.vacant for row in rows),
        village=village,
        village_name=describe_village(reader.facts, texts, village).name,
        visits=sum(row.visits for row in rows),
    )
    return PaperJob(base_url=base_url, content=encode_value(sheet), is_demo=ports.is_demo, kind="grid-sheet")


def _list_within(units: tuple[UnitFigures, ...], number: str) -> tuple[UnitFigures, ...]:
    """Return a unit with those in it, which stand right behind it; all of them without a number."""
    if not number:
        return units
    found: list[UnitFigures] = []
    for unit in units:
        if unit.number == number or (found and unit.depth > found[0].depth):
            found.append(unit)
        elif found:
            break
    return tuple(found)


def _build_row(unit: UnitFigures, depth: int) -> GridRow:
    return GridRow(
        depth=unit.depth - depth,
        diaries=unit.diaries,
        households=unit.households,
        least=unit.least,
        level=LEVEL_NAMES[unit.level],
        name=unit.name,
        people=len(unit.offices) + sum(unit.hands.values()),
        vacant=len(unit.vacant),
        visits=unit.visits,
    )
