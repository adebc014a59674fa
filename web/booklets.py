"""Rulebooks as booklets, laid out when somebody asks for one and kept: a job gives the same bytes each time.

One at a time for the whole machine: layout takes a processor for itself, and those who read pages need one too.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import msgspec

from ledger.ports import AnnexJob, BookletJob, Renderer
from reports.worker import WorkerRenderer

BOOKLETS_KEPT = 24
"""Of some hundred KB each; a village has a version a year."""


class Booklets:
    """What was laid out of one home. Without a `renderer` children of this process lay out."""

    def __init__(self, renderer: Renderer | None = None) -> None:
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._renderer = renderer
        self._turn = threading.Lock()

    def make(self, job: BookletJob) -> bytes:
        """Return a booklet's PDF, laid out if it is not kept. Raises as `Renderer.render_booklet` does."""
        key = hashlib.sha256(msgspec.msgpack.encode(job)).hexdigest()
        with self._turn:
            if key not in self._made:
                self._made[key] = self._lay_out(job)
                if len(self._made) > BOOKLETS_KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]

    def make_annex(self, job: AnnexJob) -> bytes:
        """Return an annex's PDF, laid out anew: it has lines of households, and is kept nowhere. Raises as `make`."""
        with self._turn:
            if self._renderer is not None:
                return self._renderer.render_annex(job)
            with WorkerRenderer() as renderer:
                return renderer.render_annex(job)

    def _lay_out(self, job: BookletJob) -> bytes:
        if self._renderer is not None:
            return self._renderer.render_booklet(job)
        with WorkerRenderer() as renderer:
            return renderer.render_booklet(job)
