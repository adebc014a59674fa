"""Sheets laid out in the background: a preview that is kept for a while, or a sheet that is sealed.

Layout takes seconds, in a child with limits of its own; whoever asked for it does not wait in a request, and pages read
how far it is. One at a time for the whole machine. What a preview gave is kept until the next one of the same sheet,
until many others were made, or until the pages are served anew; what was sealed is kept by the log and the archive.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeVar

from ledger.books.values import SheetKind
from ledger.errors import Fault, InDoubt, Refused
from ledger.ports import Ports, Renderer
from ledger.service.annexes import seal_annex
from ledger.service.paper import build_draft_job
from ledger.service.sheets import find_sheet, seal_sheet
from ledger.service.witnessing import ask_witnesses
from reports.worker import WorkerRenderer
from web.i18n import _

PREVIEWS_KEPT = 24
"""Of some hundred KB each; whoever comes back later makes it again."""
TRIES = 3
"""To seal, where others record at the same moment."""

Task = Literal["preview", "seal"]

MadeT = TypeVar("MadeT")

_logger = logging.getLogger("mingbai.web")


class Sheet(NamedTuple):
    """Which sheet of which village and month."""

    village: str
    period: str
    kind: SheetKind


@dataclass(frozen=True)
class SheetRun:
    """A sheet being made, or made.

    `ended_at`  UTC milliseconds, 0 while it is under way
    `faults`    why nothing came of it
    `number`    of what was sealed
    `pdf`       the preview
    `size`      of the log that the preview shows
    `task`      what is being done
    """

    started_at: int
    task: Task
    ended_at: int = 0
    faults: tuple[Fault, ...] = ()
    number: str = ""
    pdf: bytes = b""
    size: int = 0


class SheetRuns:
    """What is being made of one home's sheets. `base_url` is printed in codes; `renderer` lays out."""

    def __init__(self, base_url: str, renderer: Renderer | None = None) -> None:
        self._base_url = base_url
        self._lock = threading.Lock()
        self._renderer = renderer
        self._runs: OrderedDict[Sheet, SheetRun] = OrderedDict()
        # Layout takes a processor for itself, and those who read pages need one too.
        self._turn = threading.Lock()

    def find(self, sheet: Sheet) -> SheetRun | None:
        """Return what is being made of a sheet, or what came of it last; None where nothing was asked for."""
        with self._lock:
            return self._runs.get(sheet)

    def begin(self, ports: Ports, sheet: Sheet, task: Task, user: str) -> bool:
        """Begin to make something of a sheet; False where something is being made of it already, and goes on."""
        with self._lock:
            run = self._runs.get(sheet)
            if run is not None and not run.ended_at:
                return False
            self._runs[sheet] = SheetRun(ports.clock.now_ms(), task)
            self._runs.move_to_end(sheet)
            self._forget()
        # A daemon: sealing is whole or not at all, wherever it is cut off; see `ledger.service.sheets`.
        threading.Thread(
            target=self._make, args=(ports, sheet, task, user), name=f"sheet {task}", daemon=True
        ).start()
        return True

    def _forget(self) -> None:
        ended = [sheet for sheet, run in self._runs.items() if run.ended_at]
        for sheet in ended[: max(len(self._runs) - PREVIEWS_KEPT, 0)]:
            del self._runs[sheet]

    def _make(self, ports: Ports, sheet: Sheet, task: Task, user: str) -> None:
        made = SheetRun(0, task, faults=(_build_broken(),))
        try:
            with self._turn:
                made = self._preview(ports, sheet) if task == "preview" else self._seal(ports, sheet, user)
        except Refused as error:
            made = SheetRun(0, task, faults=tuple(error.faults))
        except InDoubt as error:
            made = SheetRun(0, task, faults=(error.fault,))
        except Exception:
            # The edge of a thread: nobody else would ever hear of it.
            _logger.exception("making a sheet in the background failed: %r", sheet)
        with self._lock:
            begun = self._runs[sheet]
            self._runs[sheet] = replace(
                made, started_at=begun.started_at, ended_at=max(ports.clock.now_ms(), 1)
            )

    def _preview(self, ports: Ports, sheet: Sheet) -> SheetRun:
        # Before the job: what is recorded in between is told as newer than the preview, never passed over.
        with ports.ledger.read(sheet.village) as reader:
            size = reader.size
        job = build_draft_job(ports, sheet.village, sheet.kind, sheet.period)
        return SheetRun(0, "preview", pdf=self._lay_out(lambda renderer: renderer.render(job)), size=size)

    def _lay_out(self, make: Callable[[Renderer], MadeT]) -> MadeT:
        """Run something that needs a renderer; its children end with it."""
        if self._renderer is not None:
            return make(self._renderer)
        with WorkerRenderer() as renderer:
            return make(renderer)

    def _seal(self, ports: Ports, sheet: Sheet, user: str) -> SheetRun:
        number = self._lay_out(lambda renderer: self._seal_patiently(ports, renderer, sheet, user))
        if sheet.kind == "points":
            # After a crash between the two, whoever seals again gets the annex that lacks.
            seal_annex(ports, sheet.village, sheet.period, maker=user)
        return SheetRun(0, "seal", number=number)

    def _seal_patiently(self, ports: Ports, renderer: Renderer, sheet: Sheet, user: str) -> str:
        """Return the number of the sealed sheet, tried again where others recorded meanwhile."""
        for _try in range(TRIES - 1):
            try:
                return self._seal_once(ports, renderer, sheet, user)
            except Refused as error:
                if {fault.code for fault in error.faults} != {"log-moved"}:
                    raise
        return self._seal_once(ports, renderer, sheet, user)

    def _seal_once(self, ports: Ports, renderer: Renderer, sheet: Sheet, user: str) -> str:
        # Paper carries what witnesses say of the very log it prints; whoever does not answer is left out.
        ask_witnesses(ports, sheet.village, only_due=True)
        try:
            sealed, _receipt = seal_sheet(
                ports,
                renderer,
                sheet.village,
                sheet.kind,
                sheet.period,
                maker=user,
                base_url=self._base_url,
                is_demo=ports.is_demo,
            )
        except Refused as error:
            if {fault.code for fault in error.faults} != {"sheet-unchanged"}:
                raise
            # A second click: the first one's sheet stands.
            with ports.ledger.read(sheet.village) as reader:
                known = find_sheet(reader, sheet.kind, sheet.period)
            assert known is not None
            return known.number
        return sealed.number


def _build_broken() -> Fault:
    return Fault(
        code="sheet-broken-off",
        place=_("这张表"),
        found=_("半路出错，没有做成"),
        expected=_("排好的表"),
        remedy=_("没有封存一半的：封存了，这一页会写明编号；没有，再做一次。还不行的，请运维员看程序的日志"),
    )
