"""Paper that is no sheet, laid out when somebody asks for it; what names nobody is kept: a job gives the same bytes.

One at a time for the whole machine: layout takes a processor for itself, and those who read pages need one too.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import msgspec

from ledger.ports import PaperJob, Renderer
from reports.worker import WorkerRenderer
from web.respond import AnyRequest

PAPERS_KEPT = 24
"""Of some hundred KB each; a village has a version a year."""


class Papers:
    """What was laid out of one home. Without a `renderer` children of this process lay out."""

    def __init__(self, renderer: Renderer | None = None) -> None:
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._renderer = renderer
        self._turn = threading.Lock()

    def make(self, job: PaperJob) -> bytes:
        """Return the PDF of a job that names nobody, laid out if it is not kept. Raises as `Renderer.render_paper`."""
        key = hashlib.sha256(msgspec.msgpack.encode(job)).hexdigest()
        with self._turn:
            if key not in self._made:
                self._made[key] = self._lay_out(job)
                if len(self._made) > PAPERS_KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]

    def make_once(self, job: PaperJob) -> bytes:
        """Return the PDF of a job that may name somebody: laid out each time, and kept nowhere. Raises as `make`."""
        with self._turn:
            return self._lay_out(job)

    def _lay_out(self, job: PaperJob) -> bytes:
        if self._renderer is not None:
            return self._renderer.render_paper(job)
        with WorkerRenderer() as renderer:
            return renderer.render_paper(job)


def get_papers(request: AnyRequest) -> Papers:
    """Return what lays out the paper of the home that a request is for."""
    papers = request.app.state["papers"]
    assert isinstance(papers, Papers)
    return papers
