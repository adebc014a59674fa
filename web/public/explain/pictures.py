"""The pages of source documents as pictures on a page; `web.public.documents` serves them."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.state.documents import list_documents
from web.i18n import _
from web.public.explain.telling import Picture
from web.site import VillageView


def list_pictures(view: VillageView, number: str) -> tuple[Picture, ...]:
    """Return the pages of all that was attached to the voucher of a number, in the order of the log."""
    attached = [body for _, body in list_documents(view.reader.facts, number)]
    pages = [document.pages for body in attached for document in body.documents]
    return build_pictures(view.code, pages)


def build_pictures(village: str, documents: Sequence[tuple[str, ...]]) -> tuple[Picture, ...]:
    """Return the pages of documents as pictures that lead to their full size."""
    folder = f"/v/{village}/documents"
    return tuple(
        Picture(
            full=f"{folder}/{page}.jpg",
            small=f"{folder}/{page}-small.jpg",
            text=_("单据 {number} 第 {page} 页").format(number=number, page=at)
            if len(pages) > 1
            else _("单据 {number}").format(number=number),
        )
        for number, pages in enumerate(documents, 1)
        for at, page in enumerate(pages, 1)
    )
