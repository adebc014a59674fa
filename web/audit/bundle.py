"""The bundle: the village's log as a zip that anybody can audit offline, as its newest checkpoint signed it."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from ledger.service.export import list_export_at, write_zip
from web.audit.check import name_bundle
from web.audit.view import ROOM, open_view
from web.desk.frame import Refusal
from web.desk.making import Making, make_file, refuse
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

ADDRESS = f"{ROOM}/bundle.zip"
ZIP = "application/zip"


@route_desk(ADDRESS, allow="audit.run", summary="The bundle: the village's log as a zip")
def send_bundle(desk: Desk) -> Answer:
    """Answer with the bundle. It signs nothing: what came after the newest checkpoint is not in it."""
    with open_view(desk) as view:
        head = view.newest if view.newest and view.newest.size <= view.reader.size else None
    if head is None:
        remedy = _("账本少了签过名的记录，或者还没有签过名。请运维员先查清。")
        return refuse(desk, _("现在没有能下载的审计包"), remedy, Refusal(status=409))
    return make_file(
        desk,
        Making(
            media_type=ZIP,
            name=name_bundle(desk.village, head.size),
            reason="bundle",
            write=lambda file: write_zip(file, list_export_at(desk.ports, desk.village, head)),
        ),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (send_bundle,)
