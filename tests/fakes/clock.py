"""Time and randomness that a test decides."""

from __future__ import annotations

import hashlib

START_MS = 1_793_174_400_000
"""2026-10-28 16:00 in +08:00."""


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, step_ms: int) -> None:
        """Move on by `step_ms`; a negative step is a clock set back."""
        self._now_ms += step_ms


class SeededEntropy:
    """Bytes that look random and are the same for the same seed: SHA-256 of seed and counter."""

    def __init__(self, seed: str = "test") -> None:
        self._seed = seed.encode()
        self._count = 0

    def take(self, size_bytes: int) -> bytes:
        data = b""
        while len(data) < size_bytes:
            data += hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
            self._count += 1
        return data[:size_bytes]
