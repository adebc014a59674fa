"""The table of villages to take away, as separated values or a workbook: texts stay texts, and start no formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from ledger.books.money import format_plain_yuan
from ledger.service.workbooks.writing import format_separated, open_workbook
from ledger.state import get_day
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.page import show_hidden
from web.respond import NEVER, Answer
from web.site import XLSX
from web.township.sorting import sort_rows
from web.township.view import ACTION, ROOM, VillageRow, list_villages, read_rows

CSV = "text/csv; charset=utf-8"
TITLES = (
    *(
        _("村代码"),
        _("村"),
        _("情形"),
        _("要管的事"),
        _("账结到"),
        _("最近的财务公开表"),
        _("封存日期"),
        _("是否按时"),
    ),
    *(_("待审"), _("等 7 天以上"), _("等乡镇审核"), _("见证"), _("核对"), _("近一年从"), _("到")),
    *(_("近一年经营性收入（元）"), _("今年经营性收入（元）"), _("收入档")),
    *(_("没答复的异议"), _("逾期的异议")),
)
AMOUNTS = range(15, 17)
"""Columns that hold an amount."""

Cell = str | int
"""An amount is an integer, in fen; every other figure is a text or a count."""


@route_desk(f"{ROOM}/villages.csv", allow=ACTION, summary="The table of villages as separated values")
def send_separated(desk: Desk) -> Answer:
    rows = list_cells(read_rows(desk, list_villages(desk)))
    plain = [[_write_amount(cell) if at in AMOUNTS else cell for at, cell in enumerate(row)] for row in rows]
    return _send(desk, format_separated([TITLES, *plain]), CSV, "csv")


@route_desk(f"{ROOM}/villages.xlsx", allow=ACTION, summary="The table of villages as a workbook")
def send_workbook(desk: Desk) -> Answer:
    out = io.BytesIO()
    workbook = open_workbook(out)
    sheet = workbook.add_worksheet(_("各村情况"))
    bold, yuan = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "#,##0.00"})
    for at, title in enumerate(TITLES):
        sheet.write_string(0, at, title, bold)
    for number, row in enumerate(list_cells(read_rows(desk, list_villages(desk))), 1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, at, cell)
            elif at in AMOUNTS:
                sheet.write_number(
                    number, at, cell / 100, yuan
                )  # Fen to what a cell shows; nothing is reckoned with it.
            else:
                sheet.write_number(number, at, cell)
    sheet.freeze_panes(1, 2)
    sheet.autofit()
    workbook.close()
    return _send(desk, out.getvalue(), XLSX, "xlsx")


def list_cells(rows: Sequence[VillageRow]) -> list[list[Cell]]:
    """Return the table's rows, those that need somebody first."""
    return [_list_row(row) for row in sort_rows(rows, "need", turned=False)]


def _list_row(row: VillageRow) -> list[Cell]:
    survey = row.survey
    income, waiting = survey.income, survey.waiting
    cells: list[Cell] = [
        *(row.code, row.name, row.word, _("；").join(need.said for need in row.needs), survey.last_closed),
        *(row.sheet, survey.sheet_day, row.sheet_in_time),
        *((waiting.drafts, waiting.slow, waiting.township) if waiting else ("", "", "")),
        *(row.witnesses, row.audited),
        *((income.first, income.last) if income else ("", "")),
        *((income.last_year_fen, income.year_fen) if income else ("", "")),
        row.band,
        *((survey.objections.open, survey.objections.late) if survey.objections else ("", "")),
    ]
    return [show_hidden(cell) for cell in cells]


def _write_amount(cell: Cell) -> Cell:
    return format_plain_yuan(cell) if isinstance(cell, int) else cell


def _send(desk: Desk, data: bytes, media_type: str, ending: str) -> Answer:
    day = get_day(desk.ports.clock.now_ms())
    headers = {
        "content-type": media_type,
        "cache-control": NEVER,
        "content-disposition": f'attachment; filename="mingbai-villages-{day}.{ending}"',
    }
    is_head = desk.request.method == "HEAD"
    if not is_head:
        desk.log("exported", reason="villages")
    return Answer(b"" if is_head else data, headers, is_head, 200)


ROUTES: tuple[HTTPRouteHandler, ...] = (send_separated, send_workbook)
