"""The process whose pages are asked for: `python -m tests.bench.serving HOME DESCRIPTOR TIME_MS WAY`.

Beside the product's pages it answers `/bench/static` with the notice board's bytes of the moment it was started, by
the very handler and answer that the product's static files have: what serving costs when nothing has to be looked up.
With the way `fresh` no page is kept, so that each is rendered anew.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from litestar.testing import TestClient
from litestar.types import ASGIApp

from ledger.home import open_home
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from web.app import create_app
from web.cache import PageCache, build_page_bytes
from web.respond import FOREVER, AnyRequest, respond
from web.routing import route_page
from web.site import HTML

BOARD, STATIC = f"/v/{VILLAGE}", "/bench/static"


def main(folder: str, descriptor: str, time_ms: str, way: str) -> None:
    """Serve until the process is ended."""
    home = open_home(Path(folder), clock=FakeClock(int(time_ms)))
    app = create_app(home, home.config)
    with TestClient(app) as client:
        page = build_page_bytes(client.get(BOARD).content, HTML)

    @route_page(STATIC, summary="The notice board as it was")
    def show_static(request: AnyRequest) -> ASGIApp:
        return respond(request, page, cache_control=FOREVER)

    app.register(show_static)
    if way == "fresh":
        app.state["site"].pages = PageCache(0)
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", server_header=False, timeout_keep_alive=600
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main(*sys.argv[1:])
