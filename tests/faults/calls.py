"""Every call of a command on files, failed once: by an error, a full disk or the end of the process.

A command is run once under strace to see its calls; then again from the same folder for each of them, with just that
one failed. `strace` counts calls by name from the moment it is attached, so the calls of the first run are found again
by their number: a run asks for the same things in the same order, whatever the random names in them.

There are two kinds:

- calls that change a file or a name, failed in all of `FAILURES`;
- every other call on the village's files: opening to read, reading, asking for a size or a name, locking, mapping,
  closing. They are failed with EIO alone. A process killed before one of them leaves the very bytes that it leaves
  killed before the next call that changes some, which is among the first kind. And ENOSPC here would be told from EIO
  nowhere: neither SQLite nor Python nor the product asks for that number where nothing is written.

The worker that lays a sheet out is a process of its own, which the command starts and knows by its two pipes: it is
traced from its own first call, by a program in the interpreter's place. (`strace -f` counts calls in each process anew,
so that one number would fail a call in both.)

What cannot be failed this way is a page of memory: SQLite reads the index of a write-ahead log (`-shm`) where it is
mapped, and asks the system for nothing. It means nothing after a crash; `cuts` lets garbage stand in it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CHANGING = (
    *("write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "sendfile"),
    *("copy_file_range", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir"),
    *("mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "openat"),
)
"""Calls that change a file or a name; of `openat` only those that may write."""

FAILURES = ("error=EIO", "error=ENOSPC", "signal=KILL")
UNREADABLE = "error=EIO"

_CALL = re.compile(r"(?:\d+ +)?(?P<name>[a-z0-9_]+)\((?P<arguments>.*)")
_WAIT_S = 60


class Call(NamedTuple):
    """A call of a run: the `number`-th of its name in its process, from 1, and what it was given."""

    name: str
    number: int
    arguments: str
    is_workers: bool = False

    @property
    def changes(self) -> bool:
        """Whether it may change a file or a name."""
        writes = (
            re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", self.arguments) and "/dev/null" not in self.arguments
        )
        return self.name in CHANGING and (self.name != "openat" or bool(writes))

    def touches(self, folder: Path) -> bool:
        """Whether it names something below `folder`, in which the command runs, or an open file of it."""
        where = re.escape(str(folder))
        relative = rf'(?:^|AT_FDCWD<{where}>, )"[^/"]'
        return re.search(rf'["<]{where}/|{relative}', self.arguments) is not None

    @property
    def is_output(self) -> bool:
        """Whether it speaks to the person: standard output and standard error."""
        return self.name == "write" and self.arguments.startswith(("1<", "2<"))


class Ran(NamedTuple):
    """How a command ended, negative by a signal, and what it told; whether the call failed that was to."""

    status: int
    told: str
    was_failed: bool = False


class Spawner:
    """Runs commands in `folder`, in forks of one process, see `spawner`; `notes` is for what they tell and ask.

    Sheets are laid out by a stand-in, since a page takes seconds; `is_laid_out` has the product's worker do it.
    """

    def __init__(self, folder: Path, *, notes: Path, now_ms: int, is_laid_out: bool = False) -> None:
        self._folder = folder
        self._notes = notes
        self._job = {
            "folder": str(folder),
            "now_ms": str(now_ms),
            "files": "",
            "interpreter": str(notes / "interpreter") if is_laid_out else "",
            "told": str(notes / "told"),
        }
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.spawner"],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: Sequence[str], *, fail: tuple[Call, str] | None = None, files: int = 0) -> Ran:
        """Run a command; `fail` names the call and how it fails, `files` is how many it may have open."""
        self._job["files"] = str(files or "")
        if fail is None:
            return self._run(words)
        call, failure = fail
        traced = [f"trace={call.name}", f"inject={call.name}:{failure}:when={call.number}"]
        ran, calls = self._trace(words, traced, is_workers=call.is_workers)
        failed = [item for item in calls if item.number == call.number]
        was_failed = bool(failed) and failed[0].touches(self._folder) == call.touches(self._folder)
        return ran._replace(was_failed=was_failed)

    def list_calls(self, words: Sequence[str], *, is_workers: bool = False) -> tuple[Ran, list[Call]]:
        """Run a command and return all that it, or with `is_workers` its worker, asked the system for."""
        return self._trace(words, ["trace=all"], is_workers=is_workers)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _trace(
        self, words: Sequence[str], traced: Sequence[str], *, is_workers: bool
    ) -> tuple[Ran, list[Call]]:
        log = self._notes / "trace"
        log.write_bytes(b"")
        options = [part for item in traced for part in ("-e", item)]
        tracer = ["strace", "-y", "-s", "0", "-o", str(log), *options]
        if is_workers:
            # In the background, so that what the command starts, waits for and ends is the worker itself. Not with
            # `--seccomp-bpf`, quick as that would be: it stops at what is traced alone, and lets a signal pass.
            ran = self._run(words, interpreter=[*tracer, "-D", sys.executable])
            _wait_until(log, "\n+++ ")
        else:
            ran = self._run(words, tracer=tracer)
        return ran, [call._replace(is_workers=is_workers) for call in _read_calls(log)]

    def _run(
        self, words: Sequence[str], *, tracer: Sequence[str] = (), interpreter: Sequence[str] = ()
    ) -> Ran:
        self._set_interpreter(interpreter or [sys.executable])
        child = self._ask(words)
        _wait_until(Path(f"/proc/{child}/status"), "State:\tT")
        process = None
        if tracer:
            process = subprocess.Popen([*tracer, "-p", str(child)], stderr=subprocess.PIPE, text=True)
            # Not when the child has a tracer but when strace says so: only then is no call missed.
            assert process.stderr is not None
            said = process.stderr.readline()
            assert "attached" in said, said
        os.kill(child, signal.SIGCONT)
        status = self._read()
        if process is not None:
            process.communicate(timeout=_WAIT_S)
        return Ran(status, Path(self._job["told"]).read_text(encoding="utf-8"))

    def _set_interpreter(self, words: Sequence[str]) -> None:
        """Say what the command starts in place of Python."""
        if self._job["interpreter"]:
            path = Path(self._job["interpreter"])
            path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
            path.chmod(0o700)

    def _ask(self, words: Sequence[str]) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._job | {"words": json.dumps(words)}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def _wait_until(path: Path, text: str) -> None:
    end = time.monotonic() + _WAIT_S
    while text not in path.read_text(encoding="utf-8", errors="replace"):
        if time.monotonic() > end:
            raise TimeoutError(text)
        time.sleep(0.001)


def _read_calls(log: Path) -> Iterator[Call]:
    numbers: Counter[str] = Counter()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None:
            continue  # A signal, or the end.
        name = found["name"]
        numbers[name] += 1
        yield Call(name, numbers[name], found["arguments"])
