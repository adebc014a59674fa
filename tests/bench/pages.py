"""The notice board over HTTP: kept in memory, as static bytes of the same server, and rendered each time."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.measuring import Row, compare, take_turns
from tests.bench.places import Place, Say, read_cpu
from tests.bench.serving import BOARD, STATIC
from tests.house.sources import ROOT
from web.commands import open_listener

KEPT_REQUESTS, FRESH_REQUESTS = 300, 10
STATIC_GOAL, RENDER_GOAL = 0.8, 20.0
HEADERS = {"accept-encoding": "gzip"}
START_TIMEOUT_S = 60


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of the board; processor time is the serving process's alone."""
    size = place.size
    with _serve(place, "kept") as kept, _serve(place, "fresh") as fresh:

        def clock() -> float:
            return read_cpu(kept.pid) + read_cpu(fresh.pid)

        sides = [
            kept.ask(BOARD, KEPT_REQUESTS),
            kept.ask(STATIC, KEPT_REQUESTS),
            fresh.ask(BOARD, FRESH_REQUESTS),
        ]
        board, static, rendered = take_turns(sides, rounds, clock)
    say(f"{place.kind}: pages served")
    common: dict[str, Any] = {"place": place.kind, "size": size, "count": KEPT_REQUESTS}
    yield compare(board, static, job="page kept / static bytes", goal=STATIC_GOAL, **common)
    yield compare(
        board,
        rendered,
        job="page kept / rendered each time",
        goal=RENDER_GOAL,
        share=KEPT_REQUESTS / FRESH_REQUESTS,
        **common,
    )
    yield compare(
        rendered,
        rendered,
        job="page rendered",
        place=place.kind,
        size=size,
        count=FRESH_REQUESTS,
        note="for comparison between sizes",
    )


class _Server:
    """A process that serves, and a connection to it that stays open."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_S)

    def ask(self, path: str, count: int) -> Callable[[], None]:
        """Return a turn that asks for a page as often as `count` says."""

        def turn() -> None:
            for _ in range(count):
                self._connection.request("GET", path, headers=HEADERS)
                answer = self._connection.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)

        return turn

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def _serve(place: Place, way: str) -> Iterator[_Server]:
    listener = open_listener("127.0.0.1", 0)
    home = place.village.home
    words = [str(home.path), str(listener.fileno()), str(home.clock.now_ms()), way]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.serving", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        pass_fds=[listener.fileno()],
    )
    # Connections wait in the socket until the server takes them.
    listener.listen()
    server = _Server(process.pid, listener.getsockname()[1])
    try:
        yield server
    finally:
        server.close()
        process.terminate()
        process.wait()
        listener.close()
