"""The parent of limited children: whatever a request does to its reader, it is a child that dies of it.

A child loads what it needs once and is replaced after a number of requests. A failure leaves nothing behind: a
reply comes back whole or not at all.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

import ledger
from ledger.limited.child import MEMORY_EXIT, Limits, read_frame, write_frame

_KEPT = ("HOME", "LD_LIBRARY_PATH", "PATH", "XDG_CACHE_HOME")
_DEATHS = {
    MEMORY_EXIT: "内存用完",
    -signal.SIGABRT: "内存用完",  # Libraries end a process that gets no memory with one of these two.
    -signal.SIGTRAP: "内存用完",
    -signal.SIGKILL: "时间用完",
    -signal.SIGXCPU: "时间用完",
}


class ChildDied(Exception):
    """A child ended over a request. `words` names the limit that it passed, empty for any other end."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.words = _DEATHS.get(status, "")
        super().__init__(f"the child ended with status {status}")


def format_limits(limits: Limits) -> str:
    """Return what a request may use, as a person reads it."""
    return f"至多 {limits.cpu_s} 秒处理器时间、{limits.memory_bytes >> 20} MiB 内存"


class Pool:
    """Children that all run `module`. Safe to use from many threads; `children` requests are answered at a time.

    `requests_per_child`  after which a child is replaced
    `is_heard`            whether what children say on standard error is passed on: not where they read what a
                          stranger wrote, since it would quote it
    """

    def __init__(
        self,
        module: str,
        limits: Limits,
        *,
        children: int = 1,
        requests_per_child: int = 50,
        is_heard: bool = False,
    ) -> None:
        self._module = module
        self.limits = limits
        self._requests_per_child = requests_per_child
        self._is_heard = is_heard
        self._environment = build_environment(module)
        self._room = BoundedSemaphore(children)
        self._lock = Lock()
        self._idle: list[_Child] = []

    def ask(self, request: bytes) -> bytes:
        """Return a child's reply; raises ChildDied when it ends over the request."""
        with self._room:
            child = self._take()
            try:
                reply = child.ask(request)
            except BaseException:
                child.end()
                raise
            if child.asked < self._requests_per_child:
                with self._lock:
                    self._idle.append(child)
            else:
                child.end()
        return reply

    def close(self) -> None:
        """End all idle children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _take(self) -> _Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Child(self._module, self.limits, self._environment, is_heard=self._is_heard)


class _Child:
    """One child process."""

    def __init__(
        self, module: str, limits: Limits, environment: Mapping[str, str], *, is_heard: bool
    ) -> None:
        self.asked = 0
        self._limits = limits
        self.process = subprocess.Popen(  # noqa: S603 -- Our own module under our own interpreter.
            [sys.executable, "-P", "-m", module, msgspec.json.encode(limits).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if is_heard else subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # What is typed at the terminal is for the parent.
        )
        self._stdin = cast(BinaryIO, self.process.stdin)
        self._stdout = cast(BinaryIO, self.process.stdout)

    def ask(self, request: bytes) -> bytes:
        """Return the child's reply; raises ChildDied when it ends over the request, or answers at too great length."""
        self.asked += 1
        timer = Timer(self._limits.wall_s, self.process.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                write_frame(self._stdin, request)
            reply = read_frame(self._stdout, self._limits.reply_max_bytes)
            if reply is None:
                self._let_go()  # One that waits for more, or would say more, ends of it.
                raise ChildDied(self.process.wait())
        finally:
            timer.cancel()
        return reply

    def end(self) -> None:
        """Kill the child, who holds nothing that could be lost, and let go of its pipes."""
        self.process.kill()
        self._let_go()
        self.process.wait()

    def _let_go(self) -> None:
        with suppress(BrokenPipeError):
            self._stdin.close()
        self._stdout.close()


def build_environment(module: str) -> dict[str, str]:
    """Return what a child needs and nothing more: no settings, no secrets of the parent's environment."""
    package = sys.modules[module.partition(".")[0]]
    roots = {str(Path(each.__file__ or "").parent.parent) for each in (ledger, package)}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sorted(roots)), "PYTHONUTF8": "1"}
