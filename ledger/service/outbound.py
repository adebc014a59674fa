"""One request to another machine, bounded in every way: the only place where this program sends anything.

Trusted for nothing: whoever answers may be slow, endless, or lead elsewhere. So there is one deadline for the whole
exchange, not for each byte; an answer ends at its limit; a redirect is an answer like any other and is never followed;
certificates are checked. Proxies are those of the environment (`https_proxy`, `no_proxy`).
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

DEADLINE_S = 10.0


class Unreachable(Exception):
    """No answer; `str()` says why, in Chinese, without the answer's words."""


@dataclass(frozen=True)
class Reply:
    """What came back: a status and at most the asked-for bytes."""

    body: bytes
    status: int


def post(url: str, body: bytes, *, answer_max_bytes: int, deadline_s: float = DEADLINE_S) -> Reply:
    """Send `body` and return the answer, whatever its status.

    Raises Unreachable when none came whole within the deadline, or it is longer than `answer_max_bytes`.
    """
    return _exchange("POST", url, body, answer_max_bytes, deadline_s)


def get(url: str, *, answer_max_bytes: int, deadline_s: float = DEADLINE_S) -> Reply:
    """Ask for what stands at `url`; see `post`."""
    return _exchange("GET", url, None, answer_max_bytes, deadline_s)


def _exchange(method: str, url: str, body: bytes | None, answer_max_bytes: int, deadline_s: float) -> Reply:
    connections: _Connections = []
    opener = _build_opener(connections)
    headers = {} if body is None else {"content-type": "text/plain; charset=utf-8"}
    try:
        request = urllib.request.Request(  # noqa: S310  # The address was checked when the policy was adopted.
            url, data=body, method=method, headers=headers
        )
        with _deadline(connections, deadline_s), _open(opener, request, deadline_s) as answer:
            data: bytes = answer.read(answer_max_bytes + 1)
            status, missing = int(answer.status), answer.length
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(_explain(error)) from error
    if len(data) > answer_max_bytes:
        raise Unreachable(f"回答超过 {answer_max_bytes} 字节")
    if missing:
        raise Unreachable("回答没有送完")
    return Reply(data, status)


def _build_opener(connections: _Connections) -> urllib.request.OpenerDirector:
    """Return what speaks HTTP and nothing else: no file, no other protocol, no redirect."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        _Http(connections),
        _Https(connections),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _open(opener: Any, request: urllib.request.Request, deadline_s: float) -> Any:
    try:
        return opener.open(request, timeout=deadline_s)
    except urllib.error.HTTPError as error:
        return error  # An answer with another status is still an answer.


@contextlib.contextmanager
def _deadline(connections: _Connections, deadline_s: float) -> Iterator[None]:
    """Shut the sockets when the time is over: a time-out of each read never ends who sends byte by byte."""
    over = threading.Event()

    def shut() -> None:
        over.set()
        for connection in connections:
            for taken in (connection.sock, connection.connected):
                if taken is not None:
                    with contextlib.suppress(OSError):
                        taken.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline_s, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
        if over.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


def _explain(error: BaseException) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "到时间还没有回答"
    if isinstance(reason, ConnectionRefusedError):
        return "那台机器没有开着这项服务"
    if isinstance(reason, socket.gaierror):
        return "找不到这个网址的机器"
    return f"连不上（{type(reason).__name__}）"


class _HttpConnection(http.client.HTTPConnection):
    """`connected` stays when the answer takes the socket over, which is when reading begins."""

    connected: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.connected = self.sock


class _HttpsConnection(http.client.HTTPSConnection):
    """See `_HttpConnection`."""

    connected: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.connected = self.sock


_Connections = list[_HttpConnection | _HttpsConnection]


class _Http(urllib.request.HTTPHandler):
    def __init__(self, connections: _Connections) -> None:
        super().__init__()
        self._connections = connections

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_connect, _HttpConnection, self._connections), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, connections: _Connections) -> None:
        super().__init__()
        self._connections = connections

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_connect, _HttpsConnection, self._connections), req)


def _connect(kind: Any, connections: _Connections, host: str, **settings: Any) -> Any:
    connection = kind(host, **settings)
    connections.append(connection)
    return connection
