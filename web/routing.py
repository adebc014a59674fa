"""How a handler becomes a route: GET and HEAD alike, in a worker thread, with the site at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from web.respond import AnyRequest
from web.site import Site


def route_page(
    *paths: str, media_type: str = "text/html; charset=utf-8", summary: str
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Return a decorator that registers a handler for GET and HEAD of `paths`; `summary` stands in the schema."""
    return HTTPRouteHandler(
        list(paths),
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        media_type=media_type,
        status_code=200,
        summary=summary,
        sync_to_thread=True,
    )


def get_site(request: AnyRequest) -> Site:
    """Return the site that the app serves."""
    site = request.app.state["site"]
    assert isinstance(site, Site)
    return site
