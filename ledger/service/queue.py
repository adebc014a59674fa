"""Group commit: of all who wait to record in one village's log, one records for everybody.

Durability is two syncs and a signature, however many entries they cover. So whoever comes while another records waits
in line; who gets the lock next takes the claims of all who wait, in the order in which they came, and has them
recorded together. Nobody is answered before the group is durable and under a signed head: a crash gives none of them
an answer, and all of them may ask again.

One who is refused leaves the others untouched. Where a group fails for any other reason, each of it is tried alone, so
that everybody gets an answer about their own claims.

The line is one process's; of several processes the database lets one write at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import RLock
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


class Queue(Generic[C, R]):
    """The line before one village's log. Safe between threads."""

    def __init__(self) -> None:
        # Reentrant: who records while it records, as a port may, is served within its own turn instead of hanging.
        self._lock = RLock()
        self._waiting: deque[_Waiting[C, R]] = deque()

    def record(self, claims: Sequence[C], record: Record[C, R]) -> list[R]:
        """Wait until `claims` are recorded, by this thread or by another, and return a result for each.

        All of them or none: raises Refused, or whatever `record` raised on these claims alone.
        """
        mine: _Waiting[C, R] = _Waiting(claims)
        self._waiting.append(mine)
        try:
            with self._lock:
                while mine.outcome is None:
                    self._serve(mine, record)
        finally:
            # Interrupted: what nobody waits for any more must not be recorded later on.
            if mine.outcome is None and mine in self._waiting:
                self._waiting.remove(mine)
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def __len__(self) -> int:
        """Return how many callers wait whom nobody records yet."""
        return len(self._waiting)

    def _serve(self, mine: _Waiting[C, R], record: Record[C, R]) -> None:
        """Record for those who came first."""
        group = self._take()
        try:
            _record_together(group, record)
        finally:
            # An interrupted leader leaves the others to the next.
            self._waiting.extendleft(
                item for item in reversed(group) if item.outcome is None and item is not mine
            )

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
        if len(group) == 1:
            group[0].outcome = error
            return
        # Claims recorded before are found again, so that trying once more doubles nothing.
        for item in group:
            _record_together([item], record)
        return
    for item, outcome in zip(group, outcomes, strict=True):
        item.outcome = outcome
