"""How often somebody may send a public form: counted by network in memory alone, so that nothing of who wrote is kept.

No network locks a village out of looking up what it sent. What many networks together send is held by the village's own
limit of a day, which the vault counts.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

HOUR_S = 3_600
NETWORKS_MAX = 20_000
"""Networks remembered; beyond, the one seen longest ago is forgotten. A few megabytes."""


@dataclass
class Gate:
    """At most `most` within `within_s` seconds for each key; `now_s` is a clock that never goes back."""

    most: int
    within_s: int
    now_s: Callable[[], float] = time.monotonic
    _entered: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def enter(self, key: str) -> int:
        """Count one more, and return 0; where there were enough, count nothing and return the seconds to wait."""
        with self._lock:
            now_s = self.now_s()
            entered = self._entered.setdefault(key, deque())
            self._entered.move_to_end(key)
            while entered and entered[0] <= now_s - self.within_s:
                entered.popleft()
            if len(entered) >= self.most:
                return max(int(entered[0] + self.within_s - now_s) + 1, 1)
            entered.append(now_s)
            while len(self._entered) > NETWORKS_MAX:
                self._entered.popitem(last=False)
            return 0

    def leave(self, key: str) -> None:
        """Take back the last one: it was none to be counted."""
        with self._lock:
            entered = self._entered.get(key)
            if entered:
                entered.pop()


@dataclass
class Gates:
    """The gates of one server.

    `sent`   objections of a network: a household, or the many behind one address of a telephone company
    `tried`  wrong codes of a network. There is no limit for a village: of sixty bits, a million networks would find
             one in a hundred thousand years, while two could keep everybody else from looking
    """

    sent: Gate = field(default_factory=lambda: Gate(10, HOUR_S))
    tried: Gate = field(default_factory=lambda: Gate(10, 60))
