"""A child for tests: what is asked of it is a word, and what follows."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ledger.limited.child import serve


def answer(data: bytes) -> bytes:
    word, _, rest = data.partition(b" ")
    return _WORDS[word.decode()](rest)


def _burn(rest: bytes) -> bytes:
    until_s = time.process_time() + float(rest)
    while time.process_time() < until_s:
        pass
    return b""


def _spin(_: bytes) -> bytes:
    while True:
        pass


def _wait(_: bytes) -> bytes:
    signal.pause()
    return b""


def _die(rest: bytes) -> bytes:
    os.kill(os.getpid(), int(rest))
    return b""


def _try(call: Callable[[], object]) -> bytes:
    """Say what became of a call: what it gave, or the name of the system's error."""
    try:
        return str(call()).encode()
    except OSError as error:
        return os.strerror(error.errno or 0).encode()


def _write(rest: bytes) -> bytes:
    return _try(lambda: Path(rest.decode()).write_bytes(b"x"))


def _connect(rest: bytes) -> bytes:
    return _try(lambda: socket.create_connection(("127.0.0.1", int(rest)), timeout=5))


_WORDS: dict[str, Callable[[bytes], bytes]] = {
    "burn": _burn,
    "connect": _connect,
    "die": _die,
    "echo": lambda rest: rest,
    "environment": lambda _: " ".join(sorted(os.environ)).encode(),
    "eat": lambda rest: bytes(int(rest)),
    "fail": lambda _: bytes(1 // 0),
    "open": lambda _: _try(lambda: os.open(os.devnull, os.O_RDONLY)),
    "pid": lambda _: str(os.getpid()).encode(),
    "session": lambda _: str(os.getsid(0)).encode(),
    "shout": lambda rest: str(sys.stderr.write(rest.decode())).encode(),
    "spin": _spin,
    "wait": _wait,
    "write": _write,
}

if __name__ == "__main__":
    sys.exit(serve(answer))
