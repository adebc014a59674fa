"""The bundle: the village's log as a zip that anybody can audit offline, as its newest checkpoint signed it.

It is made into a file without a name, which is gone with the answer however that ends, and sent from there in pieces.
"""

from __future__ import annotations

import tempfile
import threading

from litestar.handlers import HTTPRouteHandler

from ledger.ports import Head
from ledger.service.export import list_export_at, write_zip
from web.audit.check import name_bundle
from web.audit.config import BUNDLE_RETRY_S, PIECE_BYTES
from web.audit.view import ROOM, open_view
from web.desk.frame import Refusal
from web.desk.routing import Desk, RefusedPage, route_desk
from web.i18n import _
from web.respond import NEVER, Answer, FileAnswer

ADDRESS = f"{ROOM}/bundle.zip"
ZIP = "application/zip"

_MAKING = threading.Lock()
"""One at a time: each takes the disk space of a whole log, and a processor."""


@route_desk(ADDRESS, allow="audit.run", summary="The bundle: the village's log as a zip")
def send_bundle(desk: Desk) -> Answer:
    """Answer with the bundle. It signs nothing: what came after the newest checkpoint is not in it."""
    with open_view(desk) as view:
        head = view.newest if view.newest and view.newest.size <= view.reader.size else None
    if head is None:
        remedy = _("账本少了签过名的记录，或者还没有签过名。请运维员先查清。")
        return _refuse(desk, _("现在没有能下载的审计包"), remedy, Refusal(status=409))
    headers = {
        "content-type": ZIP,
        "cache-control": NEVER,
        "content-disposition": f'attachment; filename="{name_bundle(desk.village, head.size)}"',
    }
    if desk.request.method == "HEAD":
        return Answer(b"", headers, True, 200)
    if not _MAKING.acquire(blocking=False):
        refusal = Refusal(headers={"retry-after": str(BUNDLE_RETRY_S)}, status=503)
        return _refuse(
            desk, _("正在做另一个审计包"), _("机器一次只做一个。请过一会儿再点一次下载。"), refusal
        )
    try:
        return _make(desk, head, headers)
    finally:
        _MAKING.release()


def _make(desk: Desk, head: Head, headers: dict[str, str]) -> Answer:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # The answer closes it, when it was sent.
    try:
        write_zip(file, list_export_at(desk.ports, desk.village, head))
        size = file.tell()
        file.seek(0)
        # Before the first byte leaves: what nobody noted is not handed out.
        desk.log("exported", reason="bundle")
    except BaseException:
        file.close()
        raise
    return FileAnswer(b"", headers, False, 200, file=file, piece_bytes=PIECE_BYTES, size_bytes=size)


def _refuse(desk: Desk, sentence: str, remedy: str, refusal: Refusal) -> Answer:
    page = RefusedPage(frame=desk.build_frame(sentence), remedy=remedy, sentence=sentence)
    return desk.render("desk/refused.html", page, refusal=refusal)


ROUTES: tuple[HTTPRouteHandler, ...] = (send_bundle,)
