"""Every call by which a command changes files, failed once: by an error, a full disk or the end of the process.

A command is run once under strace to see its calls; then again from the same folder for each of them, with just that
one failed. `strace` counts calls by name from the moment it is attached, so the calls of the first run are found again
by their number: a run asks for the same things in the same order, whatever the random names in them.
"""

from __future__ import annotations

import json
import os
import re
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
"""Calls that change a file or a name. Of `openat` only those that may write; what Python reads is of no interest."""

FAILURES = ("error=EIO", "error=ENOSPC", "signal=KILL")
TRACED = "trace=" + ",".join(f"?{name}" for name in CHANGING)

_CALL = re.compile(r"(?:\d+ +)?(?P<name>[a-z0-9_]+)\((?P<arguments>.*)")
_WAIT_S = 60


class Call(NamedTuple):
    """A call of a run: the `number`-th of its name, from 1, and what it was given."""

    name: str
    number: int
    arguments: str

    @property
    def is_output(self) -> bool:
        """Whether it speaks to the person: standard output and standard error."""
        return self.name == "write" and self.arguments.startswith(("1<", "2<"))


class Ran(NamedTuple):
    """How a command ended, negative by a signal, and what it told; whether a call failed as it was to."""

    status: int
    told: str
    was_failed: bool = False


class Spawner:
    """Runs commands in `folder`, in forks of one process, see `spawner`; `notes` is for what they tell and ask."""

    def __init__(self, folder: Path, *, notes: Path, now_ms: int, printer: str = "plain") -> None:
        self._notes = notes
        self._job = {
            "folder": str(folder),
            "now_ms": str(now_ms),
            "printer": printer,
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

    def run(self, words: Sequence[str], *, fail: tuple[Call, str] | None = None) -> Ran:
        """Run a command; `fail` names the call and how it fails."""
        traced = [] if fail is None else [f"inject={fail[0].name}:{fail[1]}:when={fail[0].number}"]
        return self._run(words, traced, None if fail is None else self._notes / "trace")

    def list_calls(self, words: Sequence[str]) -> tuple[Ran, list[Call]]:
        """Run a command and return what changes files of all that it asked for."""
        log = self._notes / "trace"
        ran = self._run(words, [], log)
        return ran, [*_read_calls(log)]

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _run(self, words: Sequence[str], injected: Sequence[str], log: Path | None) -> Ran:
        child = self._ask(words)
        _wait_until(child, "State:\tT")
        tracer = None
        if log is not None:
            options = [part for item in (TRACED, *injected) for part in ("-e", item)]
            command = ["strace", "-y", "-s", "0", "-o", log, *options, "-p", str(child)]
            tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            # Not when the child has a tracer but when strace says so: only then is no call missed.
            assert tracer.stderr is not None
            said = tracer.stderr.readline()
            assert "attached" in said, said
        os.kill(child, signal.SIGCONT)
        status = self._read()
        if tracer is not None:
            tracer.communicate(timeout=_WAIT_S)
        asked = log.read_text(encoding="utf-8", errors="replace") if log is not None else ""
        was_failed = "(INJECTED)" in asked or "killed by SIGKILL" in asked
        return Ran(status, Path(self._job["told"]).read_text(encoding="utf-8"), was_failed)

    def _ask(self, words: Sequence[str]) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._job | {"words": json.dumps(words)}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def _wait_until(process: int, line: str) -> None:
    end = time.monotonic() + _WAIT_S
    while line not in Path(f"/proc/{process}/status").read_text():
        if time.monotonic() > end:
            raise TimeoutError(line)
        time.sleep(0.001)


def _read_calls(log: Path) -> Iterator[Call]:
    numbers: Counter[str] = Counter()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None:
            continue  # A signal, or the end.
        name, arguments = found["name"], found["arguments"]
        numbers[name] += 1
        if name == "openat" and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", arguments):
            continue
        yield Call(name, numbers[name], arguments)
