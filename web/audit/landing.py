"""The way into the auditor's room: how far the log has come, and what can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.log.hashing import format_hash
from ledger.service.concerns import count_open
from reports.words import format_count
from web.audit.view import ROOM, open_view, tell_fingerprint
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer


@dataclass(frozen=True)
class RoomPage:
    """The landing page.

    `concerns`    how many are open, empty for none
    `fingerprint` of the newest checkpoint, `root` and `signed` too; empty before the first
    `may_run`     whether whoever asks may run an audit and take the bundle
    `notice`      why the log stands still, empty where it goes on
    """

    concerns: str
    fingerprint: str
    frame: DeskFrame
    may_run: bool
    notice: str
    root: str
    signed: str
    size: str


@route_desk(ROOM, allow="entries.read", summary="The auditor's room")
def show_room(desk: Desk) -> Answer:
    with open_view(desk) as view:
        head = view.newest
        open_ = count_open(desk.site.read_concerns(desk.village, view.reader)).total
        page = RoomPage(
            concerns=format_count(open_) if open_ else "",
            fingerprint=tell_fingerprint(head) if head else "",
            frame=desk.build_frame(_("查账")),
            may_run=desk.may("audit.run"),
            notice=view.standing.notice,
            root=format_hash(head.root) if head else "",
            signed=format_count(head.size) if head else "",
            size=format_count(view.reader.size),
        )
    return desk.render("audit/room.html", page)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room,)
