"""What the villages of this host are called, so that a search need not open every log each time.

A name is read from its village's own log, one village at a time: nothing is asked of two villages at once. It is
remembered until the village is listed again or a page of it is made anew, so a new name is found from then on; a
village that has not described itself yet is asked each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class VillageName:
    """What a village calls itself; before its first description its code, and no township."""

    code: str
    name: str
    township: str


class Directory:
    """The names that were read. Safe between threads; a name takes a few hundred bytes."""

    def __init__(self) -> None:
        self._names: dict[str, VillageName] = {}
        self._lock = Lock()

    def find(self, code: str) -> VillageName | None:
        """Return the remembered name, None for a village to be asked."""
        with self._lock:
            return self._names.get(code)

    def remember(self, name: VillageName) -> None:
        """Keep what a village calls itself, in place of what it was called before."""
        if name.township:
            with self._lock:
                self._names[name.code] = name
