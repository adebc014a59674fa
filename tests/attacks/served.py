"""A home with two villages and everybody's account, and the server that stands before it.

with open_served(tmp_path) as served:
    served.enter("clerk").get("/desk")
    served.send_raw(b"GET / HTTP/1.1\\r\\n\\r\\n")
"""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
from litestar.testing import TestClient

from ledger.config import write_config
from tests.attacks.serving import start_clock
from tests.desk.people import Door
from tests.house.sources import ROOT
from tests.web.desk import DeskBrowser
from tests.web.gate import Place, open_place

OPENED = "网页已打开"


@dataclass
class Served:
    """`place` is the home as the test has it open, `told` what the server says on its standard error."""

    client: httpx.Client
    place: Place
    port: int
    told: Path

    @property
    def door(self) -> Door:
        return self.place.door

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def enter(self, name: str) -> DeskBrowser:
        """A browser in which somebody is signed in already; see `Place.enter`."""
        browser = self.place.enter(name)
        browser.client = cast(TestClient, self.client)
        return browser

    def open_browser(self, **headers: str) -> DeskBrowser:
        """A browser in which nobody is signed in."""
        return DeskBrowser(cast(TestClient, self.client), headers=headers)

    def send_raw(self, data: bytes) -> bytes:
        """What the server answers to bytes that end in `Connection: close`, or that are no request."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire:
            wire.sendall(data)
            # A server that refuses what is still coming resets the connection; what it said before counts.
            with suppress(ConnectionResetError):
                while piece := wire.recv(65_536):
                    answer += piece
        return answer

    def read_told(self) -> str:
        return self.told.read_text(encoding="utf-8")


class Patient(httpx.HTTPTransport):
    """Asks once more, as browsers do: a connection used again as the server hangs up on it is answered by nothing."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except httpx.RemoteProtocolError:
            return super().handle_request(request)


@contextmanager
def open_served(path: Path, **settings: Any) -> Iterator[Served]:
    """Found the home of `tests.web.gate` below `path` and start the server before it; `settings` are of its file."""
    with (
        open_place(path / "home", clock=start_clock(path / "clock")) as place,
        start(place, path, settings) as served,
    ):
        yield served


@contextmanager
def start(place: Place, path: Path, settings: dict[str, Any]) -> Iterator[Served]:
    """Start the server before a home that exists."""
    home = place.door.home
    write_config(home.path, dataclasses.replace(home.config, **settings))
    told, port = path / "told", _find_port()
    words = ["serve", "--home", str(home.path), "--port", str(port)]
    with told.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.attacks.serving", str(path / "clock"), *words],
            cwd=ROOT,
            stderr=out,
            stdin=subprocess.DEVNULL,
            stdout=out,
        )
    try:
        while OPENED not in told.read_text(encoding="utf-8"):
            assert server.poll() is None, told.read_text(encoding="utf-8")
            time.sleep(0.02)
        transport = Patient(retries=9, limits=httpx.Limits(max_connections=128))
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=120) as client:
            assert client.get("/healthz").status_code == 200
            yield Served(client, place, port, told)
    finally:
        server.terminate()
        server.wait(60)


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
