"""The logs before a declared loss, for auditors and for old paper: the paths of an export, as they were laid aside.

`mingbai audit <address>/v/<code>/epochs/e1` works on it. Nothing is made here but an entry's bytes, cut out of its
bundle for the check page.
"""

from __future__ import annotations

import re

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.errors import NotFound, NotProven
from web.cache import build_page_bytes
from web.respond import AnyRequest, respond
from web.routing import get_site, route_page
from web.site import JPEG, JSON, OCTETS, PDF, TEXT, Site, check_village, parse_index

_ENTRY = re.compile(r"entries/(0|[1-9][0-9]{0,11})\.json", re.ASCII)
_EPOCH = re.compile(r"e([1-9][0-9]{0,2})", re.ASCII)


@route_page(
    "/v/{code:str}/epochs/{epoch:str}/{path:path}",
    media_type=OCTETS,
    summary="What is kept of a log before a declared loss",
)
def show_earlier(
    request: AnyRequest, code: FromPath[str], epoch: FromPath[str], path: FromPath[str]
) -> ASGIApp:
    """Answer with a file of the export that was laid aside; 404 for what was not kept."""
    check_village(code)
    match = _EPOCH.fullmatch(epoch)
    if match is None:
        raise NotFound("epochs")
    site, name, number = get_site(request), path.removeprefix("/"), int(match[1])
    key = (code, -number, 0, "", name)  # No log's own pages have a size below 0.
    page = site.pages.find(key)
    if page is None:
        page = build_page_bytes(_read(site, code, number, name), _find_type(name))
        site.pages.keep(key, page)
    return respond(request, page)


def _read(site: Site, code: str, epoch: int, name: str) -> bytes:
    entry = _ENTRY.fullmatch(name)
    if entry is not None:
        return site.earlier.get_entry(code, epoch, parse_index(entry[1]))
    try:
        data = site.ports.epochs.read_file(code, epoch, name) if site.ports.epochs is not None else None
    except NotProven as error:
        raise NotFound(name) from error
    if data is None:
        raise NotFound(name)
    return data


def _find_type(name: str) -> str:
    if name.endswith(".json"):
        return JSON
    if name.endswith(".pdf"):
        return PDF
    if name.endswith(".jpg"):
        return JPEG
    return OCTETS if name.startswith("tile/") else TEXT
