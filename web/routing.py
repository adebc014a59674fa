"""How a handler becomes a route: GET and HEAD alike, in a worker thread, with the site at hand; or a form that anybody
sends, without a cookie: only where a page of ours sent it, and nobody between could read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from web.config import OBJECTION_MAX_BYTES
from web.desk.forms import Pairs, read_pairs
from web.respond import Answer, AnyRequest
from web.sessions import comes_from_us, is_private
from web.site import Site

FORM_FIELDS_MAX = 64
"""Fields of a public form, of which the longest is a ballot: sixty answers, and the code."""
FORM_THREADS = 4
"""Forms are read and answered a few at a time: each writes, and nobody who only reads waits for them."""
FILE_THREADS = 2
"""Forms with photos are looked at by as many as there are children that open them."""
_POOL = ThreadPoolExecutor(FORM_THREADS, thread_name_prefix="form")
_FILES_POOL = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="photos")


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


def route_form(
    path: str,
    *,
    summary: str,
    admit: Callable[[AnyRequest], str] | None = None,
    files_max_bytes: int = 0,
) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
    """Return a decorator that registers a handler for POST of `path`, a form that anybody may send.

    It is called with the request, the form's fields, why nothing of it may be taken (empty where it may), and the
    path's parameters. What another page sent, or what others could read on its way, is not even read.

    `files_max_bytes` lets it bring files, of so many bytes with all else. They are read and looked at beside the other
    forms, and only of whom `admit` says no reason against: it is asked before anything is read.
    """
    takes_files = files_max_bytes > 0

    def register(handler: Callable[..., Answer]) -> HTTPRouteHandler:
        async def serve(request: AnyRequest) -> ASGIApp:
            settings = get_site(request).settings
            refused = ""
            if not is_private(request, settings):
                refused = "open"
            elif not comes_from_us(request, settings):
                refused = "stranger"
            elif admit is not None:
                refused = admit(request)
            pairs: Pairs = ()
            if not refused:
                pairs = await read_pairs(request, takes_files=takes_files, fields_max=FORM_FIELDS_MAX)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                _FILES_POOL if takes_files else _POOL,
                lambda: handler(request, pairs, refused, **request.path_params),
            )

        return HTTPRouteHandler(
            path,
            http_method=[HttpMethod.POST],
            media_type="text/html; charset=utf-8",
            name=f"POST {path}",
            request_max_body_size=files_max_bytes or OBJECTION_MAX_BYTES,
            status_code=200,
            summary=summary,
        )(serve)

    return register


def route_form_page(path: str, *, summary: str) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
    """Return a decorator that registers a handler for GET and HEAD of a form's `path`, called with the request and the
    path's parameters. It waits among the forms: it asks the vault, and is made for each request.
    """

    def register(handler: Callable[..., Answer]) -> HTTPRouteHandler:
        async def serve(request: AnyRequest) -> ASGIApp:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(_POOL, lambda: handler(request, **request.path_params))

        return HTTPRouteHandler(
            path,
            http_method=[HttpMethod.GET, HttpMethod.HEAD],
            media_type="text/html; charset=utf-8",
            name=f"GET {path}",
            status_code=200,
            summary=summary,
        )(serve)

    return register


def get_site(request: AnyRequest) -> Site:
    """Return the site that the app serves."""
    site = request.app.state["site"]
    assert isinstance(site, Site)
    return site
