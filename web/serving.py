"""A server that always has room to work: it holds fewer connections than it may open files.

A connection is an open file. Were every one taken, no page could open a database any more, and asyncio would try again
to accept what it cannot, a thousand times a second, telling each with a traceback. So the limit of this process is
raised as far as the system allows, a part of it is kept free, and who comes when the rest is taken is let go at once.
"""

from __future__ import annotations

import resource
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from ledger.errors import Fault, Refused
from ledger.shapes import prepare_shapes
from web.i18n import _
from web.respond import NEVER
from web.security import SECURITY_HEADERS

WAITING = 1_024
"""Connections that wait in the system to be accepted: a market day's, all at once."""

ACCEPTED_AT_ONCE = 32
"""Connections that asyncio accepts in one turn of its loop. It takes three more turns until one too many is closed."""

FILES_KEPT = 320
"""Files kept free: four turns' connections, two for each of fifteen connections to each of five databases, and some."""

FILES_MIN = 384
"""Files below which nothing is served; Debian gives every process 1,024."""

FILES_WANTED = 65_536

BUSY_RETRY_S = 5
"""When whoever was refused because too many came at once may come again."""


def make_room() -> int:
    """Raise this process's limit of open files as far as it may; return how many connections that leaves room for.

    Raises Refused where it stays below `FILES_MIN`.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = FILES_WANTED if soft == resource.RLIM_INFINITY else soft
    if files < FILES_MIN:
        raise Refused([_files_fault(files)])
    return files - FILES_KEPT


def run_server(app: Any, listener: socket.socket, room: int, *, requests_max: int | None = None) -> None:
    """Serve an ASGI application on `listener` until interrupted, over `room` connections at a time.

    Of requests beyond `requests_max` at once each is answered 503 without being read.
    """
    prepare_shapes()
    # Headers of proxies are never believed: nothing here depends on who asks or under which name.
    config = uvicorn.Config(
        app if requests_max is None else bound_requests(app, requests_max),
        access_log=False,
        backlog=ACCEPTED_AT_ONCE,
        http=_make_protocol(room),
        log_level="warning",
        proxy_headers=False,
        server_header=False,
    )
    _Server(config).run(sockets=[listener])


def bound_requests(app: Any, requests_max: int) -> Any:
    """Return an ASGI application that lets `app` answer so many requests at once, and itself refuses what comes then.

    uvicorn has a limit of its own, whose answer carries none of the headers.
    """
    refusal = (_("现在来的太多，请过一会儿再来") + "\n").encode()
    headers = _build_plain_headers(refusal) | {"retry-after": str(BUSY_RETRY_S)}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    open_ = 0

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        nonlocal open_
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif open_ >= requests_max:
            await send({"type": "http.response.start", "status": 503, "headers": encoded})
            await send({"type": "http.response.body", "body": refusal})
        else:
            open_ += 1
            try:
                await app(scope, receive, send)
            finally:
                open_ -= 1

    return serve


class _Server(uvicorn.Server):
    """asyncio has one number for how many wait and how many are accepted in a turn; here they are two."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(WAITING)


def _make_protocol(room: int) -> type[Any]:
    base: Any = AutoHTTPProtocol

    class Bounded(base):  # type: ignore[misc]  # Which of uvicorn's protocols it is depends on what is installed.
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > room:
                transport.abort()

        def send_400_response(self, _msg: str) -> None:
            # Sent by the server itself, before the application: it would carry none of the headers.
            self.transport.write(_build_bad_request())
            self.transport.close()

    return Bounded


def _build_bad_request() -> bytes:
    """Return the whole answer to what is no HTTP request."""
    body = (_("这样的请求这里不接受") + "\n").encode()
    headers = _build_plain_headers(body)
    lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _build_plain_headers(body: bytes) -> dict[str, str]:
    """Return the headers of an answer that the application has no part in; the connection ends with it."""
    return SECURITY_HEADERS | {
        "cache-control": NEVER,
        "connection": "close",
        "content-length": str(len(body)),
        "content-type": "text/plain; charset=utf-8",
    }


def _files_fault(files: int) -> Fault:
    return Fault(
        code="files-limit",
        place="这个程序能打开的文件",
        found=f"{files} 个",
        expected=f"至少 {FILES_MIN} 个",
        remedy="先运行 ulimit -n 1024 再打开网页；由 systemd 启动的，写 LimitNOFILE=1024",
    )
