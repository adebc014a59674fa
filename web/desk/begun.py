"""Which sheets can be typed, and which were begun and not handed in: a page of its own, and part of the day's desk."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.service.unsent import ASIDE, list_sheets
from ledger.service.workbooks.columns import WORKBOOKS
from web.desk.frame import DeskFrame
from web.desk.imports import KINDS
from web.desk.routing import Desk, route_desk
from web.desk.write import WRITE
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

TYPED: tuple[tuple[str, str], ...] = tuple((kind, WORKBOOKS[kind].title) for kind in KINDS)
"""The sheets that can be typed: name and title."""


@dataclass(frozen=True)
class BegunRow:
    """A sheet that was begun, in how many rows, and when it was kept last."""

    rows: int
    saved: str
    sheet: str
    title: str


@dataclass(frozen=True)
class BegunPage:
    begun: tuple[BegunRow, ...]
    frame: DeskFrame
    kinds: tuple[tuple[str, str], ...]


@route_desk(WRITE, allow="draft.prepare", summary="Which sheet to type, and which were begun")
def show_begun(desk: Desk) -> Answer:
    page = BegunPage(begun=list_begun(desk), frame=desk.build_frame(_("填表")), kinds=TYPED)
    return desk.render("desk/begun.html", page)


def list_begun(desk: Desk) -> tuple[BegunRow, ...]:
    """Return what was typed and not handed in; what another window could not keep is told on the sheet itself."""
    titles = dict(TYPED)
    return tuple(
        BegunRow(
            rows=opened.rows,
            saved=format_instant(opened.state.saved_at),
            sheet=sheet,
            title=titles.get(sheet, _("退回来改的")),
        )
        for sheet, opened in list_sheets(desk.ports, desk.village, desk.user).items()
        if not sheet.endswith(ASIDE)
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_begun,)
