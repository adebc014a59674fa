"""A worker process: sheets in by standard input, PDFs out by standard output, one at a time, within limits.

    → uint32be length ‖ msgpack of a Request      ← uint32be length ‖ msgpack of a Reply

Its address space is limited for good, its processor time anew for every sheet; passing either ends the
process and leaves the answer to the parent. It ends when its input does.
"""

from __future__ import annotations

import os
import resource
import struct
import sys
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from ledger.errors import Fault, NotProven, Refused
from ledger.ports import SheetJob

MEMORY_EXIT = 77
"""Exit status for memory used up: what stands on the heap then cannot be trusted with another sheet."""

UNANSWERED_EXIT = 78
"""Exit status for an answer that could not be written: what follows a half of it would be read as its rest."""

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Limits:
    """What one worker may use.

    `cpu_s`         seconds of processor time a sheet
    `memory_bytes`  address space of the whole process
    `wall_s`        seconds by the clock a sheet, kept by the parent: far above `cpu_s`, for busy machines
    """

    cpu_s: int = 60
    memory_bytes: int = 1 << 30
    wall_s: int = 300


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: a sheet, or without a job the toolchain."""

    job: SheetJob | None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes asked for, or why there are none. `failed` names the kind of error and no data."""

    data: bytes = b""
    failed: str = ""
    faults: tuple[Fault, ...] = ()
    unproven: str = ""


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one message."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one message; None where the stream ends before it is whole."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    data = stream.read(_LENGTH.unpack(head)[0])
    return data if len(data) == _LENGTH.unpack(head)[0] else None


def main(cpu_s: int, memory_bytes: int) -> int:
    """Answer requests until the input ends; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # Nothing but frames may reach the parent.
    decoder = msgspec.msgpack.Decoder(Request)
    try:  # Around reading and writing too: a sheet with its data takes memory on its way in and out.
        while (data := read_frame(incoming)) is not None:
            _allow_cpu(cpu_s)
            reply = msgspec.msgpack.encode(_answer(decoder.decode(data)))
            try:
                write_frame(outgoing, reply)
            except OSError:
                # At once: the interpreter would write what is left of it on its way out.
                os._exit(UNANSWERED_EXIT)
    except MemoryError:
        return MEMORY_EXIT
    return 0


def _answer(request: Request) -> Reply:
    from reports.failure import RenderFailed
    from reports.render import render_sheet
    from reports.toolchain import describe_toolchain

    try:
        return Reply(data=describe_toolchain() if request.job is None else render_sheet(request.job))
    except RenderFailed as error:
        return Reply(failed=error.reason)
    except Refused as error:
        return Reply(faults=error.faults)
    except NotProven as error:
        return Reply(unproven=f"{error.code} {error.reason}")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- The edge of the process: the parent says so and goes on.
        return Reply(failed=f"{type(error).__name__}: {error}"[:2_000])


def _allow_cpu(cpu_s: int) -> None:
    """Let the next sheet have `cpu_s` seconds on top of what this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used_s = int(usage.ru_utime + usage.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used_s + cpu_s, hard))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
