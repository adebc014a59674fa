"""Runs rows of the table: our own mutants in the calling process, atheris in a process of its own.

    python -m tests.fuzz.engine SAMPLES OUT RUNS-FACTOR SEED NAME…

Atheris rewrites our modules as they are imported, and its loop ends the process that runs it: so one process imports
everything once and forks for each target. What a target found lies in OUT: `<name>.json`, and the failing input as
`<name>-crash-…` or `<name>-timeout-…`.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from types import FrameType

    from tests.fuzz.contract import Samples, Target

INPUT_MAX_S = 30
"""Processor seconds for one input: far above any that ends."""
_ROOT = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    """What became of a target: how many inputs it took, and of a failure the input and the last lines said."""

    runs: int
    failing: bytes | None = None
    said: str = ""


class Hang(BaseException):
    """An input took longer than INPUT_MAX_S. Not an Exception: nothing under test may take it for one of its own."""


def run_mutants(target: Target, samples: Samples, folder: Path, runs: int, seed: int) -> Outcome:
    """Hand `runs` mutants of its seeds to a target, stop at the first finding."""
    from tests.fuzz.contract import Room, examine

    assert target.mutate is not None
    random = Random(seed)
    seeds = list(target.seeds(samples))
    with ExitStack() as closing:
        take = target.make(Room(samples, folder, closing))
        for data in seeds:
            examine(target, take, data)
        for number in range(runs):
            data = target.mutate(random, random.choice(seeds))
            try:
                with limit_time():
                    examine(target, take, data)
            except (Exception, Hang) as error:  # noqa: BLE001 - Anything at all is a finding.
                return Outcome(number, data, f"{type(error).__name__}: {error}")
    return Outcome(runs)


def run_atheris(
    targets: Sequence[Target], samples: Samples, out: Path, factor: int, seed: int
) -> dict[str, Outcome]:
    """Run targets under atheris, one after the other, each `factor` times its runs."""
    (out / "samples").write_bytes(msgspec.msgpack.encode(samples))
    names = [target.name for target in targets]
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.engine",
        str(out / "samples"),
        str(out),
        str(factor),
        str(seed),
        *names,
    ]
    done = subprocess.run(command, cwd=_ROOT, check=False, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stderr[-4_000:]
    return {name: _read_outcome(out, name) for name in names}


def _read_outcome(out: Path, name: str) -> Outcome:
    found = json.loads((out / f"{name}.json").read_bytes())
    failing = next((path.read_bytes() for path in sorted(out.glob(f"{name}-*"))), None)
    said = "" if found["status"] == 0 else (out / f"{name}.log").read_text(errors="replace")[-4_000:]
    return Outcome(found["runs"], failing if found["status"] else None, said)


def main(samples_path: str, out: str, factor: str, seed: str, *names: str) -> int:
    """Import under atheris' eyes, then fork for every target."""
    import atheris

    with atheris.instrument_imports(include=["ledger"]):
        from tests.fuzz.parsers import PARSERS
    samples = msgspec.msgpack.decode(Path(samples_path).read_bytes(), type=dict[str, bytes])
    for target in PARSERS:
        if target.name not in names:
            continue
        counter = mmap.mmap(-1, 8)
        child = os.fork()
        if not child:
            _fuzz(target, samples, Path(out), target.runs * int(factor), int(seed), counter)
        _, status = os.waitpid(child, 0)
        runs = struct.unpack("<Q", counter[:8])[0]
        report = {"runs": runs, "status": os.waitstatus_to_exitcode(status)}
        (Path(out) / f"{target.name}.json").write_text(json.dumps(report))
    return 0


def _fuzz(target: Target, samples: Samples, out: Path, runs: int, seed: int, counter: mmap.mmap) -> None:
    """In the child: fuzz one target; never returns."""
    import atheris

    from tests.fuzz.contract import Room, examine

    log = os.open(out / f"{target.name}.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    folder = Path(tempfile.mkdtemp(dir=out))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(target.seeds(samples)):
        (corpus / str(number)).write_bytes(data)
    take = target.make(Room(samples, folder, ExitStack()))

    def take_one(data: bytes) -> None:
        counter[:8] = struct.pack("<Q", struct.unpack("<Q", counter[:8])[0] + 1)
        examine(target, take, data)

    def mutate(data: bytes, max_bytes: int, number: int) -> bytes:
        assert target.mutate is not None
        if number % 2:
            return atheris.Mutate(data, max_bytes)
        return target.mutate(Random(number), data)[:max_bytes]

    options = {
        "artifact_prefix": f"{out}/{target.name}-",
        "max_len": target.max_bytes,
        "reload": 0,  # It would look every second for what others found, and run what it wrote there itself again.
        "rss_limit_mb": 2_048,
        "runs": runs,
        "seed": seed,
        "timeout": INPUT_MAX_S,
    }
    arguments = ["fuzz", *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    if target.mutate is None:
        atheris.Setup(arguments, take_one)
    else:
        atheris.Setup(arguments, take_one, custom_mutator=mutate)
    atheris.Fuzz()


@contextmanager
def limit_time() -> Iterator[None]:
    """End what takes INPUT_MAX_S of this process' own time: a busy machine hurries nobody."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"still at it after {INPUT_MAX_S} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, INPUT_MAX_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
