"""Where somebody arrives who signed in: who they are, and in which village."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from web.desk.frame import DeskFrame
from web.desk.routing import HOME, Desk, route_desk
from web.i18n import _
from web.respond import Answer


@dataclass(frozen=True)
class HomePage:
    """`seats` counts the villages in which the account may act."""

    frame: DeskFrame
    is_operator: bool
    seats: int


@route_desk(HOME, allow="signed-in", summary="The desk: who is signed in, and where")
def show_home(desk: Desk) -> Answer:
    with desk.ports.desk.read() as reader:
        seats = len(reader.list_seats(desk.account.account))
    page = HomePage(frame=desk.build_frame(_("办事")), is_operator=desk.account.is_operator, seats=seats)
    return desk.render("desk/home.html", page)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_home,)
