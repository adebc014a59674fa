"""A month of grids on A4: a row for each unit, further in the deeper it lies, and a code to the public page."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.grid_sheets import GridRow, GridSheet
from reports.codes import PrintedCode, build_grids_code, build_unit_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_month

ROWS_MAX = 2_000
NOTHING = "–"
"""What stands where visits are counted in the unit around."""


@dataclass(frozen=True)
class RowText:
    depth: int
    diaries: str
    households: str
    is_short: bool
    least: str
    level: str
    name: str
    people: str
    vacant: str
    visits: str


@dataclass(frozen=True)
class GridSheetText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    code: PrintedCode | None
    diaries: str
    host: str
    households: str
    is_over: bool
    made_on: str
    month: str
    name: str
    people: str
    rows: tuple[RowText, ...]
    short: str  # empty for none
    vacant: str
    village_name: str
    visits: str


def render_grid_sheet(job: PaperJob) -> bytes:
    """Return the PDF of a month of grids. Raises as `reports.paper.render_paper` does."""
    sheet = read_paper(job, GridSheet, ROWS_MAX)
    return lay_out_paper(job, "grid_sheet.html", sheet.made_on, sheet=build_grid_sheet_text(job, sheet))


def build_grid_sheet_text(job: PaperJob, sheet: GridSheet) -> GridSheetText:
    """Return the paper's texts."""
    return GridSheetText(
        code=_build_code(job, sheet) if job.base_url else None,
        diaries=format_count(sheet.diaries),
        host=get_host(job.base_url) if job.base_url else "",
        households=format_count(sheet.households),
        is_over=sheet.is_over,
        made_on=format_day(sheet.made_on),
        month=format_month(sheet.period),
        name=sheet.name,
        people=format_count(sheet.people),
        rows=tuple(_build_row(row, is_over=sheet.is_over) for row in sheet.rows),
        short=format_count(sheet.short) if sheet.short else "",
        vacant=format_count(sheet.vacant),
        village_name=sheet.village_name,
        visits=format_count(sheet.visits),
    )


def _build_code(job: PaperJob, sheet: GridSheet) -> PrintedCode:
    if sheet.number:
        return build_unit_code(job.base_url, sheet.village, sheet.number, f"{sheet.name}的网页")
    return build_grids_code(job.base_url, sheet.village, "全村网格的网页")


def _build_row(row: GridRow, *, is_over: bool) -> RowText:
    is_counted = bool(row.least or row.visits or row.diaries)
    return RowText(
        depth=row.depth,
        diaries=format_count(row.diaries) if is_counted else NOTHING,
        households=format_count(row.households),
        is_short=is_over and row.visits < row.least,
        least=format_count(row.least) if is_counted else NOTHING,
        level=row.level,
        name=row.name,
        people=format_count(row.people),
        vacant=format_count(row.vacant) if row.vacant else "",
        visits=format_count(row.visits) if is_counted else NOTHING,
    )
