"""A witness to whom too many come at once: who is refused is told so, with the headers of every other answer."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from pathlib import Path

from tests.witness.processes import WitnessProcess, run_witnesses
from web.security import SECURITY_HEADERS
from web.witness.commands import REQUESTS_MAX

SLOW = b"POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 9\r\n\r\n"
"""A request whose body does not come: it is open until the witness has waited for it long enough."""


def ask(witness: WitnessProcess) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", witness.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


def ask_until(witness: WitnessProcess, status: int) -> tuple[int, dict[str, str], str]:
    """Ask until so answered, half a minute at most: requests are taken up one after another."""
    deadline = time.monotonic() + 30
    answer = ask(witness)
    while answer[0] != status and time.monotonic() < deadline:
        time.sleep(0.05)
        answer = ask(witness)
    return answer


def test_one_too_many_is_refused_with_the_headers_and_served_afterwards(tmp_path: Path) -> None:
    with run_witnesses(tmp_path, "town") as (witness,), contextlib.ExitStack() as held:
        quiet = ask(witness)
        for _ in range(REQUESTS_MAX):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", witness.port), timeout=30))
            slow.sendall(SLOW)

        status, headers, body = ask_until(witness, 503)

        assert status == 503
        assert body == "现在来的太多，请过一会儿再来\n"
        assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert headers["cache-control"] == "no-store"
        assert headers["retry-after"] == "5"
        assert headers["connection"] == "close"
        assert "server" not in headers
        held.close()
        assert ask_until(witness, 200)[::2] == quiet[::2] == (200, f"{witness.vkey}\n")
        assert {name: quiet[1].get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
