"""Pages that take long take turns: of one account one at a time, of the machine a few; the rest of the desk goes on.

Who comes meanwhile waits a little, since it is mostly somebody who pressed twice; who would wait longer is told to come
again. So no more threads of the desk are ever taken than twice what may run at once.
"""

from __future__ import annotations

import threading


class Turns:
    """Who is at work on pages of one kind. `at_once` of the machine, and as many who wait, `wait_s` seconds at most."""

    def __init__(self, at_once: int, wait_s: float) -> None:
        self._at_once = at_once
        self._busy: set[str] = set()
        self._changed = threading.Condition()
        self._wait_s = wait_s
        self._waiting: set[str] = set()

    def begin(self, account: str) -> bool:
        """Take a turn, to be given back by `end`; False, and nothing to give back, where it does not come in time."""
        with self._changed:
            if not self._is_free(account):
                if account in self._waiting or len(self._waiting) >= self._at_once:
                    return False
                self._waiting.add(account)
                try:
                    if not self._changed.wait_for(lambda: self._is_free(account), self._wait_s):
                        return False
                finally:
                    self._waiting.remove(account)
            self._busy.add(account)
            return True

    def end(self, account: str) -> None:
        """Give the turn back."""
        with self._changed:
            self._busy.remove(account)
            self._changed.notify_all()

    def _is_free(self, account: str) -> bool:
        return account not in self._busy and len(self._busy) < self._at_once
