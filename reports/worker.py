"""Sheets made in child processes: whatever a text does to the layout, it is a child that dies of it.

A child loads fonts once and is replaced after a number of sheets. A failure leaves nothing behind: bytes come
back whole or not at all, so a sheet made before stays as it is.
"""

from __future__ import annotations

from types import TracebackType

import msgspec

from ledger.errors import Fault, NotProven, Refused
from ledger.limited.child import Limits
from ledger.limited.pool import ChildDied, Pool, format_limits
from ledger.ports import AnnexJob, BookletJob, SheetJob
from reports.child import Reply, Request
from reports.failure import RenderFailed

SHEETS_PER_WORKER = 50
DEFAULT_LIMITS = Limits(
    cpu_s=60,
    memory_bytes=1 << 30,
    wall_s=300,
    reply_max_bytes=1 << 28,  # A PDF with the evidence attached to it, far above the longest.
    open_files=64,  # Fonts, their settings and caches, modules.
    file_bytes=1 << 26,  # What fontconfig remembers of the machine's fonts.
)

_REPLY = msgspec.msgpack.Decoder(Reply)


class WorkerRenderer:
    """Implements `ledger.ports.Renderer`. Safe to use from many threads; `workers` sheets are made at a
    time.
    """

    def __init__(
        self, workers: int = 1, *, sheets_per_worker: int = SHEETS_PER_WORKER, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._pool = Pool(
            "reports.child", limits, children=workers, requests_per_child=sheets_per_worker, is_heard=True
        )
        self._toolchain: bytes | None = None

    def render(self, job: SheetJob) -> bytes:
        """Return the PDF. Raises Refused where a character has no glyph or a limit is passed, NotProven for a
        note that is not the log's, RenderFailed, a refusal too, for anything else.
        """
        return self._ask(Request(job=job))

    def render_booklet(self, job: BookletJob) -> bytes:
        """Return a booklet's PDF. Raises as `render` does."""
        return self._ask(Request(booklet=job, job=None))

    def render_annex(self, job: AnnexJob) -> bytes:
        """Return an annex's PDF. Raises as `render` does."""
        return self._ask(Request(annex=job, job=None))

    def describe_toolchain(self) -> bytes:
        """Return canonical JSON naming every program and font that shapes the bytes."""
        if self._toolchain is None:
            self._toolchain = self._ask(Request(job=None))
        return self._toolchain

    def close(self) -> None:
        """End all idle workers."""
        self._pool.close()

    def __enter__(self) -> WorkerRenderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: Request) -> bytes:
        try:
            reply = _REPLY.decode(self._pool.ask(msgspec.msgpack.encode(request)))
        except ChildDied as death:
            raise _explain_death(death, self._pool.limits) from death
        if reply.faults:
            raise Refused(reply.faults)
        if reply.unproven:
            code, _, reason = reply.unproven.partition(" ")
            raise NotProven(reason, code=code)
        if reply.failed:
            raise RenderFailed(reply.failed)
        return reply.data


def _explain_death(death: ChildDied, limits: Limits) -> Exception:
    """Return what to raise for a child that ended over a sheet."""
    if not death.words:
        return RenderFailed(f"the worker ended with status {death.status}")
    return Refused(
        [
            Fault(
                code="sheet-limit",
                place="打印公开表",
                found=death.words,
                expected=format_limits(limits),
                remedy="这张表没有打印，原来的公开表不受影响；请联系运维员分册打印",
            )
        ]
    )
