"""A file that is made when somebody asks for it: into a file without a name, which is gone with the answer however that
ends, and sent from there in pieces.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from web.desk.frame import Refusal
from web.desk.routing import Desk, RefusedPage
from web.i18n import _
from web.respond import NEVER, Answer, FileAnswer

PIECE_BYTES = 256 * 1_024
"""Of a file that is made to be taken away, so much is in memory at once."""
MAKING_RETRY_S = 10
"""After which somebody asks again whose file had to wait for another's."""

_MAKING = threading.Lock()
"""One at a time, in whichever room: one may take the disk space of a whole log, and each takes a processor."""


@dataclass(frozen=True)
class Making:
    """A file to make: its name, its media type, as what the desk's log has it, and what writes it."""

    media_type: str
    name: str
    reason: str
    write: Callable[[IO[bytes]], object]


def make_file(desk: Desk, making: Making) -> Answer:
    """Answer with the file; of a request for the head alone nothing is made."""
    headers = {
        "content-type": making.media_type,
        "cache-control": NEVER,
        "content-disposition": f'attachment; filename="{making.name}"',
    }
    if desk.request.method == "HEAD":
        return Answer(b"", headers, True, 200)
    if not _MAKING.acquire(blocking=False):
        refusal = Refusal(headers={"retry-after": str(MAKING_RETRY_S)}, status=503)
        return refuse(desk, _("正在做另一个下载"), _("机器一次只做一个。请过一会儿再点一次下载。"), refusal)
    try:
        return _make(desk, making, headers)
    finally:
        _MAKING.release()


def refuse(desk: Desk, sentence: str, remedy: str, refusal: Refusal) -> Answer:
    """Answer that there is no such file now, and what to do."""
    page = RefusedPage(frame=desk.build_frame(sentence), remedy=remedy, sentence=sentence)
    return desk.render("desk/refused.html", page, refusal=refusal)


def _make(desk: Desk, making: Making, headers: dict[str, str]) -> Answer:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # The answer closes it, when it was sent.
    try:
        making.write(file)
        size = file.tell()
        file.seek(0)
        # Before the first byte leaves: what nobody noted is not handed out.
        desk.log("exported", reason=making.reason)
    except BaseException:
        file.close()
        raise
    return FileAnswer(b"", headers, False, 200, file=file, piece_bytes=PIECE_BYTES, size_bytes=size)
