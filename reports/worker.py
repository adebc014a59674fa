"""Sheets made in child processes: whatever a text does to the layout, it is a child that dies of it.

A child loads fonts once and is replaced after a number of sheets. A failure leaves nothing behind: bytes come
back whole or not at all, so a sheet made before stays as it is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

import ledger
import reports
from ledger.errors import Fault, NotProven, Refused
from ledger.ports import SheetJob
from reports.child import MEMORY_EXIT, Limits, Reply, Request, read_frame, write_frame
from reports.failure import RenderFailed

SHEETS_PER_WORKER = 50
DEFAULT_LIMITS = Limits()

_LIMIT_DEATHS = {
    MEMORY_EXIT: "内存用完",
    -signal.SIGABRT: "内存用完",  # GLib ends a process that gets no memory with one of these two.
    -signal.SIGTRAP: "内存用完",
    -signal.SIGKILL: "时间用完",
    -signal.SIGXCPU: "时间用完",
}
_REPLY = msgspec.msgpack.Decoder(Reply)


class WorkerRenderer:
    """Implements `ledger.ports.Renderer`. Safe to use from many threads; `workers` sheets are made at a
    time.
    """

    def __init__(
        self, workers: int = 1, *, sheets_per_worker: int = SHEETS_PER_WORKER, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._limits = limits
        self._sheets_per_worker = sheets_per_worker
        self._room = BoundedSemaphore(workers)
        self._lock = Lock()
        self._idle: list[_Worker] = []
        self._toolchain: bytes | None = None

    def render(self, job: SheetJob) -> bytes:
        """Return the PDF. Raises Refused where a character has no glyph or a limit is passed, NotProven for a
        note that is not the log's, RenderFailed, a refusal too, for anything else.
        """
        return self._ask(Request(job=job))

    def describe_toolchain(self) -> bytes:
        """Return canonical JSON naming every program and font that shapes the bytes."""
        if self._toolchain is None:
            self._toolchain = self._ask(Request(job=None))
        return self._toolchain

    def close(self) -> None:
        """End all idle workers."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def __enter__(self) -> WorkerRenderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: Request) -> bytes:
        with self._room:
            with self._lock:
                worker = self._idle.pop() if self._idle else _Worker(self._limits)
            try:
                reply = worker.ask(request)
            except BaseException:
                worker.end()
                raise
            if worker.asked < self._sheets_per_worker:
                with self._lock:
                    self._idle.append(worker)
            else:
                worker.end()
        if reply.faults:
            raise Refused(reply.faults)
        if reply.unproven:
            code, _, reason = reply.unproven.partition(" ")
            raise NotProven(reason, code=code)
        if reply.failed:
            raise RenderFailed(reply.failed)
        return reply.data


class _Worker:
    """One child process."""

    def __init__(self, limits: Limits) -> None:
        self.asked = 0
        self._limits = limits
        self._process = subprocess.Popen(  # noqa: S603 -- Our own module under our own interpreter.
            [sys.executable, "-P", "-m", "reports.child", str(limits.cpu_s), str(limits.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_build_environment(),
        )
        self._stdin = cast(BinaryIO, self._process.stdin)
        self._stdout = cast(BinaryIO, self._process.stdout)

    def ask(self, request: Request) -> Reply:
        """Return the child's reply; raises Refused or RenderFailed when it dies over the request."""
        self.asked += 1
        timer = Timer(self._limits.wall_s, self._process.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                write_frame(self._stdin, msgspec.msgpack.encode(request))
            data = read_frame(self._stdout)
        finally:
            timer.cancel()
        if data is None:
            raise _explain_death(self._process.wait(), self._limits)
        return _REPLY.decode(data)

    def end(self) -> None:
        """Kill the child, who holds nothing that could be lost, and let go of its pipes."""
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()


def _explain_death(status: int, limits: Limits) -> Exception:
    """Return what to raise for a child that ended over a sheet with this status."""
    if status not in _LIMIT_DEATHS:
        return RenderFailed(f"the worker ended with status {status}")
    return Refused(
        [
            Fault(
                code="sheet-limit",
                place="打印公开表",
                found=_LIMIT_DEATHS[status],
                expected=f"至多 {limits.cpu_s} 秒处理器时间、{limits.memory_bytes >> 20} MiB 内存",
                remedy="这张表没有打印，原来的公开表不受影响；请联系运维员分册打印",
            )
        ]
    )


def _build_environment() -> dict[str, str]:
    """Return what a child needs and nothing more: no settings, no secrets of the parent's environment."""
    roots = {str(Path(package.__file__ or "").parent.parent) for package in (ledger, reports)}
    kept = {
        name: os.environ[name]
        for name in ("HOME", "LD_LIBRARY_PATH", "PATH", "XDG_CACHE_HOME")
        if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sorted(roots)), "PYTHONUTF8": "1"}
