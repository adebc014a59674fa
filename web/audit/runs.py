"""Audits in the background: of each village one at a time, of the machine one at a time, and what the last one found.

Whoever begins one does not wait for it: a thread audits the home's own log, and pages read how far it came. What it
found is kept at the desk until the next run of the village has ended, for the township too; it is no evidence, only an
answer. A run that the server's end cut off leaves the answer before it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from ledger.audit import Report, audit_log
from ledger.audit.findings import build_refusal
from ledger.desk import Audited
from ledger.errors import NotFound, NotProven, Tampered
from ledger.ports import DeskPorts, Ports
from ledger.sources import VillageSource, open_home_log
from web.audit.config import FINDINGS_SHOWN_MAX

_logger = logging.getLogger("mingbai.web")


@dataclass(frozen=True)
class Run:
    """An audit of one village's log, under way or done.

    `done`, `total`  entries looked at, of how many; 0 of 0 before the first is
    `ended_at`       UTC milliseconds, 0 while it is under way
    `found`          how many findings there were; the report keeps `FINDINGS_SHOWN_MAX` of them
    `has_private`    whether private values could be read and so were checked too
    `report`         None while it is under way, and where the run itself failed
    `user`           pseudonym of who began it
    """

    started_at: int
    user: str
    done: int = 0
    ended_at: int = 0
    found: int = 0
    has_private: bool = False
    report: Report | None = None
    total: int = 0


class AuditRuns:
    """The runs of one home's villages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        # An audit takes a processor for itself, and those who read pages need one too.
        self._turn = threading.Lock()

    def find(self, ports: DeskPorts, village: str) -> Run | None:
        """Return the run of a village that is under way, or its last one; None before the first."""
        with self._lock:
            run = self._runs.get(village)
        if run is not None:
            return run
        with ports.desk.read() as desk:
            kept = desk.find_audited(village)
        return None if kept is None else _restore(kept)

    def begin(self, ports: DeskPorts, village: str, user: str) -> bool:
        """Begin an audit of a village; False where one is under way already, and goes on."""
        with self._lock:
            run = self._runs.get(village)
            if run is not None and not run.ended_at:
                return False
            has_private = ports.vault.can_read(village)
            self._runs[village] = Run(ports.clock.now_ms(), user, has_private=has_private)
        # A daemon: whoever stops the server does not wait for an audit that changes nothing.
        threading.Thread(target=self._audit, args=(ports, village), name="audit", daemon=True).start()
        return True

    def _audit(self, ports: DeskPorts, village: str) -> None:
        report: Report | None = None
        try:
            with self._turn:
                report = self._derive(ports, village)
        except Exception:
            # The edge of a thread: nobody else would ever hear of it.
            _logger.exception("an audit in the background failed: %r", village)
        found = len(report.findings) if report else 0
        if report is not None:
            report = msgspec.structs.replace(report, findings=report.findings[:FINDINGS_SHOWN_MAX])
        self._keep(ports, village, ended_at=ports.clock.now_ms(), found=found, report=report)

    def _keep(
        self, ports: DeskPorts, village: str, *, ended_at: int, found: int, report: Report | None
    ) -> None:
        """Keep what a run said before it counts as ended: who is told so finds it after a restart too."""
        run = self.find(ports, village)
        try:
            if run is not None and report is not None:
                audited = Audited(
                    ended_at=ended_at,
                    found=found,
                    has_private=run.has_private,
                    report=msgspec.json.encode(report),
                    started_at=run.started_at,
                    user=run.user,
                    village=village,
                )
                with ports.desk.write() as desk:
                    desk.put_audited(audited)
        except Exception:
            # The edge of a thread, as above: the answer is told all the same, until the server ends.
            _logger.exception("what an audit said could not be kept: %r", village)
        self._change(village, lambda run: replace(run, ended_at=ended_at, found=found, report=report))

    def _derive(self, ports: Ports, village: str) -> Report:
        """Return what the audit of the home's own log says, or the one finding of a log that proves nothing."""
        try:
            with open_home_log(ports, village, with_private=ports.vault.can_read(village)) as source:
                return audit_log(
                    source,
                    ports.reference,
                    now_ms=ports.clock.now_ms(),
                    progress=lambda done, total: self._change(
                        village, lambda run: replace(run, done=done, total=total)
                    ),
                )
        except NotProven as error:
            return _refuse(village, error.code, "前后一致的账本", error.reason)
        except Tampered as error:
            found = error.found if error.index >= 0 else str(error)
            return _refuse(village, "log-broken", error.expected, found, error.index)
        except NotFound as error:
            return _refuse(village, "log-missing", "签过名的账本", f"没有{error}")

    def _change(self, village: str, change: Callable[[Run], Run]) -> None:
        with self._lock:
            self._runs[village] = change(self._runs[village])


def _restore(kept: Audited) -> Run | None:
    """Return a run as it was kept; None where it cannot be read, as of a release that knew other findings."""
    try:
        report = msgspec.json.decode(kept.report, type=Report)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return Run(
        kept.started_at,
        kept.user,
        done=report.examined,
        ended_at=kept.ended_at,
        found=kept.found,
        has_private=kept.has_private,
        report=report,
        total=report.entries,
    )


def _refuse(village: str, code: str, expected: str, found: str, entry: int = -1) -> Report:
    return build_refusal(VillageSource.title, village, code=code, entry=entry, expected=expected, found=found)
