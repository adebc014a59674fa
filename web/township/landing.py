"""The way into the township's room: which villages need somebody, then all of them beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from reports.words import format_count
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.township.sorting import Beside, set_beside, sort_rows
from web.township.view import ACTION, ROOM, VillageRow, list_villages, read_rows


@dataclass(frozen=True)
class TownshipPage:
    """`needy` are the rows that somebody should look at, the most urgent first; `fine` counts the others. `unaudited`
    are the names of those whose log nobody audited, or not lately.
    """

    beside: Beside
    fine: str
    frame: DeskFrame
    needy: tuple[VillageRow, ...]
    needy_count: str
    unaudited: tuple[str, ...]


@route_desk(ROOM, allow=ACTION, summary="The township's room: its villages beside each other")
def show_villages(desk: Desk) -> Answer:
    return desk.render("township/villages.html", build_villages_page(desk))


def build_villages_page(desk: Desk) -> TownshipPage:
    """Return the values of the page, in the order that the address asks for."""
    rows = read_rows(desk, list_villages(desk))
    needy = [row for row in sort_rows(rows, "need", turned=False) if row.needs]
    return TownshipPage(
        beside=set_beside(desk, ROOM, rows),
        fine=format_count(len(rows) - len(needy)),
        frame=desk.build_frame(_("各村情况")),
        needy=tuple(needy),
        needy_count=format_count(len(needy)),
        unaudited=tuple(row.name for row in rows if row.survey.is_unaudited(desk.ports.clock.now_ms())),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_villages,)
