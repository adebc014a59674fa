"""Documents as those see them who pass or may read drafts: public copies of what waits, and originals on request.

An original is never shown on our pages: it is somebody else's file. It is handed out as a download that a browser runs
nothing of, and each time is a line of the desk's log. Whoever has to say why they read people's data says so before, on
the page of the draft or of the entry, which is where their way to the original leads until then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.documents import DocumentsAttached
from ledger.books.masks import PurposeRow
from ledger.errors import NotFound, Refused
from ledger.service.documents import Kept, read_documents
from ledger.service.drafts import get_open
from ledger.state.facts import read_body
from ledger.vaults import Draft
from web.attachments.formats import find_format
from web.cache import PageBytes, build_page_bytes
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.reading import AskForm, ask_of_originals, open_public_page, read_original, say_of_originals
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.security import SANDBOX
from web.site import JPEG, OCTETS, PDF, parse_index

DRAFTS = "/desk/drafts"
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
    """A document that was attached: its number, the paths of its public pages, and where its original is handed out.

    `ask` is the page on which whoever looks says why they want it; empty where they need not, or did.
    """

    ask: str
    number: int
    original: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class OriginalsPage:
    """What an entry attached to a voucher. `public` is the entry's public page.

    `asked`  the reasons that whoever looks may give before they take an original out; empty where they need not, or did
    """

    asked: tuple[PurposeRow, ...]
    documents: tuple[DocumentRow, ...]
    faults: Faults
    frame: DeskFrame
    number: str
    path: str
    public: str


@route_desk("/desk/drafts/{draft:str}/pages/{name:str}", allow="draft.read", summary="A page of what waits")
def show_waiting_page(desk: Desk, draft: str, name: str) -> Answer:
    page = open_public_page(desk, get_open(desk.ports, desk.village, draft), name.removesuffix(".jpg"))
    if page is None:
        raise NotFound(_("单据"))
    return answer(desk.request, build_page_bytes(page, JPEG))


@route_desk(
    "/desk/drafts/{draft:str}/originals/{position:str}",
    allow="draft.read",
    summary="The original of what waits, as a download",
)
def show_waiting_original(desk: Desk, draft: str, position: str) -> Answer:
    original = read_original(desk, get_open(desk.ports, desk.village, draft), _parse_position(position))
    return _hand_out(desk, *original) if original is not None else desk.redirect(f"{DRAFTS}/{draft}")


@route_desk(f"{ORIGINALS}/{{entry:str}}", allow="draft.read", summary="What an entry attached to a voucher")
def show_originals(desk: Desk, entry: str) -> Answer:
    return _show_originals(desk, parse_index(entry))


@route_desk(
    f"{ORIGINALS}/{{entry:str}}/open",
    allow="draft.read",
    method="POST",
    summary="Say why one wants to take the originals out",
)
def take_purpose(desk: Desk, entry: str) -> Answer:
    at = parse_index(entry)
    try:
        say_of_originals(desk, at, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show_originals(desk, at, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{ORIGINALS}/{at}")


@route_desk(
    f"{ORIGINALS}/{{entry:str}}/{{position:str}}",
    allow="draft.read",
    summary="A recorded original, as a download",
)
def show_original(desk: Desk, entry: str, position: str) -> Answer:
    at = parse_index(entry)
    original = read_original(desk, at, _parse_position(position))
    return _hand_out(desk, *original) if original is not None else desk.redirect(f"{ORIGINALS}/{at}")


def list_waiting_rows(desk: Desk, draft: Draft) -> tuple[DocumentRow, ...]:
    """Return the documents of a draft for its page; nothing for a draft of another kind."""
    body = read_documents(draft)
    if body is None:
        return ()
    folder = f"{DRAFTS}/{draft.id}"
    ask = folder if ask_of_originals(desk, draft) else ""
    return tuple(
        DocumentRow(
            ask=ask,
            number=number,
            original=f"{folder}/originals/{number}",
            pages=tuple(f"{folder}/pages/{page}.jpg" for page in document.pages),
        )
        for number, document in enumerate(body.documents, 1)
    )


def _show_originals(desk: Desk, at: int, refusal: Refusal = NOT_REFUSED) -> Answer:
    with desk.ports.ledger.read(desk.village) as reader:
        try:
            body = read_body(reader.facts, at, DocumentsAttached)
        except ValueError as error:
            raise NotFound(_("单据")) from error
    pages = f"/v/{desk.village}/documents"
    path = f"{ORIGINALS}/{at}"
    asked = ask_of_originals(desk, at)
    page = OriginalsPage(
        asked=asked.purposes,
        documents=tuple(
            DocumentRow(
                ask=path if asked else "",
                number=number,
                original=f"{path}/{number}",
                pages=tuple(f"{pages}/{page}-small.jpg" for page in document.pages),
            )
            for number, document in enumerate(body.documents, 1)
        ),
        faults=refusal.faults,
        frame=desk.build_frame(_("单据")),
        number=body.number,
        path=path,
        public=f"/v/{desk.village}/entries/{at}",
    )
    return desk.render("desk/originals.html", page, refusal=refusal)


def _hand_out(desk: Desk, pseudonym: str, kept: Kept) -> Answer:
    """Answer with an original that no browser shows as a page, under a name of ours."""
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
    take_purpose,
    show_original,
)
