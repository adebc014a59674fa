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
from reports.child import CPU_MAX_S, MEMORY_EXIT, MEMORY_MAX_BYTES, Reply, Request, read_frame, write_frame
from reports.failure import RenderFailed

WALL_MAX_S = 180
"""A sheet's time by the clock: far above its processor time, for machines with much else to do."""
SHEETS_PER_WORKER = 50

_REPLY = msgspec.msgpack.Decoder(Reply)


class WorkerRenderer:
    """Implements `ledger.ports.Renderer`. Safe to use from many threads; `workers` sheets are made at a
    time.
    """

    def __init__(self, workers: int = 1, sheets_per_worker: int = SHEETS_PER_WORKER) -> None:
        self._sheets_per_worker = sheets_per_worker
        self._room = BoundedSemaphore(workers)
        self._lock = Lock()
        self._idle: list[_Worker] = []
        self._toolchain: bytes | None = None

    def render(self, job: SheetJob) -> bytes:
        """Return the PDF. Raises Refused where a character has no glyph or a limit is passed, NotProven for a
        note that is not the log's, RenderFailed for anything else.
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
                worker = self._idle.pop() if self._idle else _Worker()
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

    def __init__(self) -> None:
        self.asked = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reports.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_build_environment(),
        )
        self._stdin = cast(BinaryIO, self._process.stdin)
        self._stdout = cast(BinaryIO, self._process.stdout)

    def ask(self, request: Request) -> Reply:
        """Return the child's reply; raises Refused or RenderFailed when it dies over the request."""
        self.asked += 1
        timer = Timer(WALL_MAX_S, self._process.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                write_frame(self._stdin, msgspec.msgpack.encode(request))
            data = read_frame(self._stdout)
        finally:
            timer.cancel()
        if data is None:
            raise _explain_death(self._process.wait())
        return _REPLY.decode(data)

    def end(self) -> None:
        """Kill the child, who holds nothing that could be lost, and let go of its pipes."""
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()


def _explain_death(status: int) -> Exception:
    if status in (-signal.SIGXCPU, -signal.SIGKILL, MEMORY_EXIT):
        found = "内存用完" if status == MEMORY_EXIT else "时间用完"
        return Refused(
            [
                Fault(
                    code="sheet-limit",
                    place="打印公开表",
                    found=found,
                    expected=f"至多 {CPU_MAX_S} 秒处理器时间、{MEMORY_MAX_BYTES >> 20} MiB 内存",
                    remedy="这张表没有打印，原来的公开表不受影响；请联系维护人员分册打印",
                )
            ]
        )
    return RenderFailed(f"the worker ended with status {status}")


def _build_environment() -> dict[str, str]:
    """Return what a child needs and nothing more: no settings, no secrets of the parent's environment."""
    roots = {str(Path(package.__file__ or "").parent.parent) for package in (ledger, reports)}
    kept = {
        name: os.environ[name]
        for name in ("HOME", "LD_LIBRARY_PATH", "PATH", "XDG_CACHE_HOME")
        if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sorted(roots)), "PYTHONUTF8": "1"}
