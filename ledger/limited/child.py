"""A limited child: requests in by standard input, replies out by standard output, one at a time.

    → uint32be length ‖ request      ← uint32be length ‖ reply

Its memory, its files and its network are limited for good, its processor time anew for every request; passing a
limit ends the process and leaves the answer to the parent. It ends when its input does.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

MEMORY_EXIT = 77
"""Exit status for memory used up: what stands on the heap then cannot be trusted with another request."""

UNANSWERED_EXIT = 78
"""Exit status for an answer that could not be written: what follows a half of it would be read as its rest."""

_LENGTH = struct.Struct(">I")
_PIPES = 3  # Standard input, output and error: what a child has open from its start.
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # unshare(2)
_PR_SET_NO_NEW_PRIVS = 38  # prctl(2)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one child may use.

    `cpu_s`            seconds of processor time a request
    `memory_bytes`     address space of the whole process
    `wall_s`           seconds by the clock a request, kept by the parent: far above `cpu_s`, for busy machines
    `reply_max_bytes`  a reply, kept by the parent
    `open_files`       files that it may have open beside its pipes; with 0 it cannot open a socket either
    `file_bytes`       how large any file may become by its writing
    """

    cpu_s: int
    memory_bytes: int
    wall_s: int
    reply_max_bytes: int
    open_files: int = 0
    file_bytes: int = 0


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one message."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO, max_bytes: int = 2**32 - 1) -> bytes | None:
    """Read one message; None where the stream ends before it is whole, or a longer one is announced."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size or _LENGTH.unpack(head)[0] > max_bytes:
        return None
    data = stream.read(_LENGTH.unpack(head)[0])
    return data if len(data) == _LENGTH.unpack(head)[0] else None


def serve(answer: Callable[[bytes], bytes], prepare: Callable[[], None] | None = None) -> int:
    """Answer requests within the limits of the command line until the input ends; returns the exit status.

    `answer` lets MemoryError through and turns every other failure into a reply. `prepare` loads what every request
    needs, before the first is read: an import that runs out of memory may end as any error, or as none that is told.
    """
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    _confine(limits)
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # Nothing but frames may reach the parent.
    if prepare is not None:
        prepare()
    try:  # Around reading and writing too: a request takes memory on its way in, a reply on its way out.
        while (data := read_frame(incoming)) is not None:
            _allow_cpu(limits.cpu_s)
            reply = answer(data)
            try:
                write_frame(outgoing, reply)
            except OSError:
                # At once: the interpreter would write what is left of it on its way out.
                os._exit(UNANSWERED_EXIT)
    except MemoryError:
        return MEMORY_EXIT
    return 0


def _confine(limits: Limits) -> None:
    """Give up for good what a request never needs."""
    _leave_network()
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, _PIPES + limits.open_files)


def _leave_network() -> None:
    """Move to a network that reaches nothing, and gain no right by a program that has some.

    A kernel or container that grants no namespaces says no, and the child goes on: it asks the network for nothing,
    and one without files to open has no socket anyway.
    """
    system = ctypes.CDLL(None)
    system.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _lower(kind: int, limit: int) -> None:
    """Set a limit for good; one that is lower already stays."""
    _, hard = resource.getrlimit(kind)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (limit, limit))


def _allow_cpu(cpu_s: int) -> None:
    """Let the next request have `cpu_s` seconds on top of what this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used_s = int(usage.ru_utime + usage.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used_s + cpu_s, hard))
