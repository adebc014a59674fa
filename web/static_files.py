"""Our own style, scripts and icon, each under a name with its digest."""

from __future__ import annotations

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.errors import NotFound
from web.assets import load_assets
from web.respond import FOREVER, AnyRequest, respond
from web.routing import route_page


@route_page("/static/{name:path}", summary="Style, scripts, icon")
def show_asset(request: AnyRequest, name: FromPath[str]) -> ASGIApp:
    """Answer with a static file; it may be kept for ever, since a changed file has another name."""
    asset = load_assets().get(name.removeprefix("/"))
    if asset is None:
        raise NotFound(name)
    return respond(request, asset, cache_control=FOREVER)
