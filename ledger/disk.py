"""Files that outlive a power cut: one way to write them, for everything of a home that is no database.

A file is written under a hidden name beside its own, waits for the disk, and takes its name in one step: a crash
leaves the old one or the new one, each whole, and at worst a stray `.….part`. Its name is durable once the folder was
synced too.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from ledger.errors import Fault, Refused

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says of a disk, or of somebody's share of it, that takes no more."""


@contextlib.contextmanager
def refuse_when_full(place: str) -> Iterator[None]:
    """Turn a full disk into Refused, for whoever can say so on a page; other errors stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        fault = Fault(
            code="disk-full",
            place=place,
            found="磁盘满了，这一次什么也没有存",
            expected="放得下",
            remedy="请运维员腾出地方，再做一次",
        )
        raise Refused([fault]) from error


def sync(path: Path) -> None:
    """Wait until the bytes of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_part(path: Path, data: bytes) -> Path:
    """Write the bytes beside `path`, for their owner alone, wait for the disk, and return where they are."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def create_durably(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600, whole; durable on return. FileExistsError where the name is taken."""
    part = write_part(path, data)
    try:
        os.link(part, path)
    finally:
        part.unlink()
    sync(path.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600, or replace one whole; durable on return."""
    part = write_part(path, data)
    try:
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def overwrite(file: BufferedRandom) -> None:
    """Leave nothing of an opened file's bytes, as far as the disk keeps them in one place."""
    file.write(b"\0" * os.fstat(file.fileno()).st_size)
    file.flush()
    os.fsync(file.fileno())
