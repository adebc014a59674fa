"""Group commit: of all who wait to record in one village's log, one records for everybody.

Durability is two syncs and a signature, however many entries they cover. So whoever comes while another records waits
in line. Who recorded hands over to the first in the line, who takes the claims of all that wait, in the order in which
they came, and has them recorded together. (Handed over and not fought for: a lock goes to the thread that runs already,
which has its next claim ready long before the others are awake, and everybody would be recorded alone.) Nobody is
answered before the group is durable and under a signed head: a crash gives none of them an answer, and all of them may
ask again.

One who is refused leaves the others untouched. Where a group fails because of what somebody claimed (ValueError), each
of it is tried alone, so that everybody gets an answer about their own claims. Where disk or database failed, everybody
of the group is told: after a failed sync nobody knows what the disk has, and writing on would acknowledge it.

The line is one process's; of several processes the database lets one write at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock, get_ident
from typing import Generic, TypeVar

from ledger.errors import Refused

GROUP_MAX_CLAIMS = 1_000
"""Claims of one transaction: who waits for a group waits no longer than for a month's import."""

C = TypeVar("C")
R = TypeVar("R")

Record = Callable[[Sequence[Sequence[C]]], Sequence[list[R] | Refused]]
"""Records several callers' claims in one transaction: for each caller a result for each claim, or why none of theirs
was recorded.
"""


class _Waiting(Generic[C, R]):
    """One caller's claims, and what became of them: None while nothing did."""

    def __init__(self, claims: Sequence[C]) -> None:
        self.claims = claims
        self.outcome: list[R] | Exception | None = None
        self.thread = get_ident()
        self.called = Event()  # To take the outcome, or to record for all who wait.


class Queue(Generic[C, R]):
    """The line before one village's log. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._recording: _Waiting[C, R] | None = None
        self._waiting: deque[_Waiting[C, R]] = deque()

    def record(self, claims: Sequence[C], record: Record[C, R]) -> list[R]:
        """Wait until `claims` are recorded, by this thread or by another, and return a result for each.

        All of them or none: raises Refused, or whatever `record` raised on these claims alone. Who records while it
        records, as a port may, is served within its own turn.
        """
        mine: _Waiting[C, R] = _Waiting(claims)
        recording = self._recording
        if recording is not None and recording.thread == mine.thread:
            _record_together([mine], record)
        else:
            self._line_up(mine, record)
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        assert mine.outcome is not None
        return mine.outcome

    def __len__(self) -> int:
        """Return how many callers wait whom nobody records yet."""
        return len(self._waiting)

    def _line_up(self, mine: _Waiting[C, R], record: Record[C, R]) -> None:
        try:
            with self._lock:
                self._waiting.append(mine)
                if self._recording is None:
                    self._call_next()
            mine.called.wait()
            while mine.outcome is None:
                self._serve(record)
        finally:
            # Also where this one was interrupted, waiting or recording: what nobody waits for any more must not be
            # recorded later on, and the others must not wait for one who left.
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                if self._recording is mine:
                    self._call_next()

    def _call_next(self) -> None:
        """Have the first in the line record, under the lock."""
        self._recording = self._waiting[0] if self._waiting else None
        if self._recording is not None:
            self._recording.called.set()

    def _serve(self, record: Record[C, R]) -> None:
        """Record for those who came first."""
        with self._lock:
            group = self._take()
        try:
            _record_together(group, record)
        finally:
            with self._lock:
                # An interrupted one leaves the others to the next.
                self._waiting.extendleft(item for item in reversed(group) if item.outcome is None)
            for item in group:
                if item.outcome is not None:
                    item.called.set()

    def _take(self) -> list[_Waiting[C, R]]:
        group: list[_Waiting[C, R]] = []
        count = 0
        while self._waiting and (not group or count + len(self._waiting[0].claims) <= GROUP_MAX_CLAIMS):
            group.append(self._waiting.popleft())
            count += len(group[-1].claims)
        return group


def _record_together(group: Sequence[_Waiting[C, R]], record: Record[C, R]) -> None:
    try:
        outcomes = record([item.claims for item in group])
    except Exception as error:  # noqa: BLE001  # It is raised again where it belongs.
        if len(group) == 1 or not isinstance(error, ValueError):
            for item in group:
                item.outcome = error
            return
        # Claims recorded before are found again, so that trying once more doubles nothing.
        for item in group:
            _record_together([item], record)
        return
    for item, outcome in zip(group, outcomes, strict=True):
        item.outcome = outcome
