"""Documents as those see them who pass or may read drafts: public copies of what waits, and originals on request.

An original is never shown on our pages: it is somebody else's file. It is handed out as a download that a browser runs
nothing of, and each time is a line of the desk's log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.documents import DocumentsAttached
from ledger.errors import NotFound
from ledger.service.documents import Kept, open_recorded, open_waiting, read_documents
from ledger.service.drafts import get_open
from ledger.state.facts import read_body
from ledger.vaults import Draft
from web.attachments.formats import find_format
from web.cache import PageBytes, build_page_bytes
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.security import SANDBOX
from web.site import JPEG, OCTETS, PDF, parse_index

ORIGINALS = "/desk/originals"
_TYPES = {
    "JPEG": (JPEG, "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "PDF": (PDF, "pdf"),
}
_POSITION = re.compile(r"[1-9][0-9]?", re.ASCII)


@dataclass(frozen=True)
class DocumentRow:
    """A document that was attached: its number, the paths of its public pages, and where its original is handed out."""

    number: int
    original: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class OriginalsPage:
    """What an entry attached to a voucher. `public` is the entry's public page."""

    documents: tuple[DocumentRow, ...]
    frame: DeskFrame
    number: str
    public: str


@route_desk("/desk/drafts/{draft:str}/pages/{name:str}", allow="draft.read", summary="A page of what waits")
def show_waiting_page(desk: Desk, draft: str, name: str) -> Answer:
    found = get_open(desk.ports, desk.village, draft)
    body = read_documents(found)
    digest = name.removesuffix(".jpg")
    for position, document in enumerate(body.documents if body is not None else ()):
        if digest in document.pages:
            _pseudonym, kept = open_waiting(desk.ports, found, position)
            return answer(desk.request, build_page_bytes(kept.pages[document.pages.index(digest)], JPEG))
    raise NotFound(_("单据"))


@route_desk(
    "/desk/drafts/{draft:str}/originals/{position:str}",
    allow="draft.read",
    summary="The original of what waits, as a download",
)
def show_waiting_original(desk: Desk, draft: str, position: str) -> Answer:
    pseudonym, kept = open_waiting(
        desk.ports, get_open(desk.ports, desk.village, draft), _parse_position(position)
    )
    return _hand_out(desk, pseudonym, kept)


@route_desk(f"{ORIGINALS}/{{entry:str}}", allow="draft.read", summary="What an entry attached to a voucher")
def show_originals(desk: Desk, entry: str) -> Answer:
    at = parse_index(entry)
    with desk.ports.ledger.read(desk.village) as reader:
        try:
            body = read_body(reader.facts, at, DocumentsAttached)
        except ValueError as error:
            raise NotFound(_("单据")) from error
    folder = f"/v/{desk.village}/documents"
    page = OriginalsPage(
        documents=tuple(
            DocumentRow(
                number=number,
                original=f"{ORIGINALS}/{at}/{number}",
                pages=tuple(f"{folder}/{page}-small.jpg" for page in document.pages),
            )
            for number, document in enumerate(body.documents, 1)
        ),
        frame=desk.build_frame(_("单据")),
        number=body.number,
        public=f"/v/{desk.village}/entries/{at}",
    )
    return desk.render("desk/originals.html", page)


@route_desk(
    f"{ORIGINALS}/{{entry:str}}/{{position:str}}",
    allow="draft.read",
    summary="A recorded original, as a download",
)
def show_original(desk: Desk, entry: str, position: str) -> Answer:
    pseudonym, kept = open_recorded(desk.ports, desk.village, parse_index(entry), _parse_position(position))
    return _hand_out(desk, pseudonym, kept)


def list_waiting_rows(draft: Draft) -> tuple[DocumentRow, ...]:
    """Return the documents of a draft for its page; nothing for a draft of another kind."""
    body = read_documents(draft)
    folder = f"/desk/drafts/{draft.id}"
    return tuple(
        DocumentRow(
            number=number,
            original=f"{folder}/originals/{number}",
            pages=tuple(f"{folder}/pages/{page}.jpg" for page in document.pages),
        )
        for number, document in enumerate(body.documents if body is not None else (), 1)
    )


def _hand_out(desk: Desk, pseudonym: str, kept: Kept) -> Answer:
    """Answer with an original that no browser shows as a page, under a name of ours."""
    desk.log("read-personal", reason="original", subject=pseudonym)
    kind = find_format(kept.data)
    media_type, suffix = _TYPES[kind] if kind is not None else (OCTETS, "bin")
    headers = {
        "content-disposition": f'attachment; filename="{pseudonym}.{suffix}"',
        "content-security-policy": SANDBOX,
    }
    return answer(desk.request, PageBytes(kept.data, b"", "", media_type), headers=headers)


def _parse_position(text: str) -> int:
    if not _POSITION.fullmatch(text):
        raise NotFound(_("单据"))
    return int(text) - 1


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_waiting_page,
    show_waiting_original,
    show_originals,
    show_original,
)
