"""The public copies of source documents: each page under its digest, whole or small enough for a slow network.

A picture is what its address says for ever, so a browser asks for it once. Nothing is served here but pages that an
entry of this very village names; the originals have no public address.
"""

from __future__ import annotations

import io
import re

from litestar.params import FromPath
from litestar.types import ASGIApp
from PIL import Image

from ledger.errors import NotFound
from ledger.state.documents import has_page
from web.cache import build_page_bytes
from web.respond import FOREVER, AnyRequest, respond
from web.routing import get_site, route_page
from web.site import JPEG, VillageView, check_village

SMALL_EDGE_PX = 240
"""Longer edge of a small picture: about 8 kB, and one sees which paper it is."""
SMALL_QUALITY = 60
_NAME = re.compile(r"([0-9a-f]{64})(-small)?\.jpg", re.ASCII)


@route_page(
    "/v/{code:str}/documents/{name:str}",
    media_type=JPEG,
    summary="A page of a source document's public copy, by its digest",
)
def show_document(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with the JPEG that an entry names; with `-small` behind the digest with a small picture of it."""
    check_village(code)
    match = _NAME.fullmatch(name)
    if match is None:
        raise NotFound(name)
    site, digest = get_site(request), match[1]
    if match[2]:
        return site.serve_bytes(
            request, code, f"documents/{name}", JPEG, lambda view: _make_small(_read(view, digest)), FOREVER
        )
    with site.ports.ledger.read(code) as reader:
        is_ours = has_page(reader.facts, digest)
    data = site.ports.archive.find(digest) if is_ours else None
    if data is None:
        raise NotFound(name)
    return respond(request, build_page_bytes(data, JPEG), cache_control=FOREVER)


def _read(view: VillageView, digest: str) -> bytes:
    data = view.ports.archive.find(digest) if has_page(view.reader.facts, digest) else None
    if data is None:
        raise NotFound("documents")
    return data


def _make_small(data: bytes) -> bytes:
    """Return a small picture of one that we drew ourselves: the decoder need not be apart from us."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        picture.draft("RGB", (SMALL_EDGE_PX, SMALL_EDGE_PX))
        picture.thumbnail((SMALL_EDGE_PX, SMALL_EDGE_PX))
        picture.convert("RGB").save(out, "JPEG", quality=SMALL_QUALITY, optimize=True)
    return out.getvalue()
