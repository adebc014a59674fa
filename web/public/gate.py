"""How often somebody may send a public form: counted by network in memory alone, so that nothing of who wrote is kept.

No network locks a village out of looking up what it sent. What many networks together send is held by the village's own
limit of a day, which the vault counts; of that, one line or one provider's network alone takes less than a third.

One line of IPv6 has many networks of 64 bits, up to sixty-five thousand of them: those of 56 and of 48 bits around them
are counted too, each by itself.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from web.respond import AnyRequest

HOUR_S = 3_600
DAY_S = 86_400
WRONG_CARDS_AN_HOUR = 300
"""Of a village, from all networks together: 500 households on the day when the points are posted, half of them slip."""
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
class NestedGate:
    """Gates of an hour for a network and for each that it lies in, and one of a day for the widest in a village.

    Networks are told from the narrowest to the widest, as `sessions.find_networks` does.
    """

    hours: tuple[Gate, ...] = field(
        default_factory=lambda: tuple(Gate(most, HOUR_S) for most in (10, 20, 60))
    )
    day: Gate = field(default_factory=lambda: Gate(60, DAY_S))

    def enter(self, village: str, networks: Sequence[str]) -> int:
        """Count one more everywhere, and return 0; where there were enough, count nothing and return the seconds."""
        entered: list[tuple[Gate, str]] = []
        for gate, key in self._list_gates(village, networks):
            wait_s = gate.enter(key)
            if wait_s:
                for other, its in entered:
                    other.leave(its)
                return wait_s
            entered.append((gate, key))
        return 0

    def leave(self, village: str, networks: Sequence[str]) -> None:
        """Take back the last one: it was none to be counted."""
        for gate, key in self._list_gates(village, networks):
            gate.leave(key)

    def _list_gates(self, village: str, networks: Sequence[str]) -> list[tuple[Gate, str]]:
        return [*zip(self.hours, networks, strict=False), (self.day, f"{village} {networks[-1]}")]


@dataclass
class CardGate:
    """How many cards that open nothing are answered one by one: of a network in a minute, of a village in an hour.

    A card is looked up first, and only what opens nothing is counted: behind an address that many share, and while a
    village is under attack, a right card opens at once. What the limits hold back is work and noise; that nobody finds
    a card is due to its 128 bits, of which ten thousand guesses a second find none in 10^24 years.
    """

    network: Gate = field(default_factory=lambda: Gate(10, 60))
    village: Gate = field(default_factory=lambda: Gate(WRONG_CARDS_AN_HOUR, HOUR_S))
    told: Gate = field(default_factory=lambda: Gate(1, HOUR_S))

    def count(self, village: str, network: str) -> tuple[int, bool]:
        """Count a card that opened nothing; return the seconds until one more is answered, and whether to tell of it.

        One of a network that had enough counts for its village all the same: one network may be the whole attack.
        """
        over_s = self.village.enter(village)
        wait_s = max(self.network.enter(network), over_s)
        return wait_s, over_s > 0 and self.told.enter(village) == 0


@dataclass
class Gates:
    """The gates of one server.

    `cards`  cards that open nothing, see below
    `votes`  voting codes that open nothing, likewise
    `reports` reports of a network, as `sent` counts objections
    `photos` forms with photos of a network, whatever becomes of them: counted before they are read
    `sent`   objections of a network: a household, or the many behind one address of a telephone company
    `tried`  wrong codes of a network. There is no limit for a village: of sixty bits, a million networks would find
             one in a hundred thousand years, while two could keep everybody else from looking
    """

    cards: CardGate = field(default_factory=CardGate)
    votes: CardGate = field(default_factory=CardGate)
    photos: Gate = field(default_factory=lambda: Gate(20, 600))
    reports: NestedGate = field(default_factory=NestedGate)
    sent: NestedGate = field(default_factory=NestedGate)
    tried: Gate = field(default_factory=lambda: Gate(10, 60))


def get_gates(request: AnyRequest) -> Gates:
    """Return the gates of the server."""
    gates = request.app.state["gates"]
    assert isinstance(gates, Gates)
    return gates
