"""One request, bounded in every way, against servers that try each bound."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ledger.service.outbound import Reply, Unreachable, post
from tests.witness.processes import pick_port

BODY = b"body"
LIMIT = 1_000
DEADLINE_S = 1.0
Serve = Callable[[socket.socket], None]


def receive(connection: socket.socket) -> None:
    """Take the whole request: to close over a part that nobody read resets the connection."""
    request = b""
    while not request.endswith(BODY) and (part := connection.recv(65_536)):
        request += part


def send(text: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        receive(connection)
        connection.sendall(text)

    return serve


def drip(head: bytes) -> Serve:
    """Send a byte now and then, for ever: each read succeeds, the whole never does."""

    def serve(connection: socket.socket) -> None:
        receive(connection)
        with contextlib.suppress(OSError):
            connection.sendall(head)
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)

    return serve


@contextlib.contextmanager
def run(serve: Serve) -> Iterator[str]:
    """Serve connections one after another; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def ask(url: str) -> Reply:
    return post(url, BODY, answer_max_bytes=LIMIT, deadline_s=DEADLINE_S)


@pytest.mark.parametrize("status", [b"200 OK", b"409 Conflict", b"503 Busy"])
def test_an_answer_comes_back_with_its_status(status: bytes) -> None:
    with run(send(b"HTTP/1.1 " + status + b"\r\ncontent-length: 3\r\n\r\n12\n")) as url:
        assert ask(url) == Reply(b"12\n", int(status[:3]))


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    followed = threading.Event()

    def notice(_connection: socket.socket) -> None:
        followed.set()

    with run(notice) as elsewhere:
        answer = (
            b"HTTP/1.1 307 Elsewhere\r\nlocation: " + elsewhere.encode() + b"\r\ncontent-length: 0\r\n\r\n"
        )
        with run(send(answer)) as url:
            assert ask(url) == Reply(b"", 307)
    assert not followed.is_set()


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (send(b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"x" * 2_000), "回答超过 1000 字节"),
        (send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000), "回答超过 1000 字节"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n"), "到时间还没有回答"),
        (drip(b"HTTP/1.1 200 OK\r\nx-endless: "), "到时间还没有回答"),
        (drip(b""), "到时间还没有回答"),
        (send(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort"), "回答没有送完"),
        (send(b"no http at all\r\n\r\n"), "连不上（BadStatusLine）"),
        (send(b""), "连不上（RemoteDisconnected）"),
    ],
    ids=[
        "large",
        "endless",
        "dripped body",
        "dripped header",
        "dripped status",
        "short",
        "garbage",
        "nothing",
    ],
)
def test_what_never_comes_whole_within_its_bounds_is_no_answer(serve: Serve, reason: str) -> None:
    with run(serve) as url, pytest.raises(Unreachable) as raised:
        ask(url)

    assert str(raised.value) == reason


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(Unreachable, match="没有开着这项服务"):
        ask(f"http://127.0.0.1:{pick_port()}")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/hostname", "data:,x", "nothing"])
def test_nothing_but_http_is_spoken(url: str) -> None:
    with pytest.raises(Unreachable, match="连不上"):
        ask(url)
