"""`mingbai serve` in a process of its own, as an operator starts it; the clock alone is the test's.

    python -m tests.attacks.serving CLOCK WORDS…

The test and the server read one clock from a file: a test that lets a quarter of an hour pass lets it pass for both.
"""

from __future__ import annotations

import mmap
import struct
import sys
from pathlib import Path

from tests.fakes.clock import START_MS, FakeClock

_FORM = struct.Struct("<q")


class SharedClock(FakeClock):
    """A clock that stands in a file, so that two processes have the same time."""

    def __init__(self, path: Path, now_ms: int | None = None) -> None:
        if now_ms is not None:
            path.write_bytes(_FORM.pack(now_ms))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FORM.size)

    def now_ms(self) -> int:
        return int(_FORM.unpack_from(self._map)[0])

    def advance(self, step_ms: int) -> None:
        _FORM.pack_into(self._map, 0, self.now_ms() + step_ms)


def start_clock(path: Path) -> SharedClock:
    """Return a new clock that stands where the tests' clocks begin."""
    return SharedClock(path, START_MS)


def main(clock: str, *words: str) -> None:
    """Run the command with the clock of the file."""
    from ledger import cli, home

    home.SystemClock = lambda: SharedClock(Path(clock))
    sys.argv = ["mingbai", *words]
    cli.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
