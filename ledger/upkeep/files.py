"""Folders that are whole or not there, and the list of files by which a copy is held to what it was.

A folder is filled under a name beside its own and moved at the end: what a crash leaves is a folder that nothing reads.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from ledger.disk import sync
from ledger.errors import Fault, Refused

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, parts done, parts in all)."""

READ_BYTES = 1_048_576
PATH = re.compile(r"(?![.])[A-Za-z0-9._@-]{1,100}(/(?![.])[A-Za-z0-9._@-]{1,100}){0,7}\Z", re.ASCII)
"""A path that a copy may hold: no step up, no hidden name, nothing that another system reads otherwise."""


class CopiedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a copy; `path` within it, with slashes."""

    path: str
    sha256: str
    size: int


@contextlib.contextmanager
def make_folder(target: Path) -> Iterator[Path]:
    """Give a folder to fill and move it to `target` at the end, durably. Refused where something is there already."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused([build_taken(target)])
    part = target.absolute().with_name(f".{target.absolute().name}.{os.getpid()}.part")
    part.mkdir(mode=0o700, parents=True)
    try:
        yield part
        # Files too: not everything that fills a folder waits for the disk, and the folder is told to be whole.
        for where, _, names in os.walk(part, onerror=_raise_unread):
            for path in [*(Path(where) / name for name in names), Path(where)]:
                sync(path)
        os.replace(part, target)  # Over an empty folder, too.
        sync(target.absolute().parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def build_taken(target: Path) -> Fault:
    """Return the fault of a target that is taken: nothing is ever written over."""
    return Fault(
        code="target-taken",
        place=f"文件夹 {target}",
        found="已有内容",
        expected="还没有的名字，或空文件夹",
        remedy="换一个名字；原来的内容不会被覆盖",
    )


def list_files(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, sorted; none where there is no folder.

    OSError where a folder would not be read: `Path.rglob` leaves it out without a word, if not on every Python for the
    same reasons, and a copy without it would be told to be whole.
    """
    return sorted(
        (Path(where) / name).relative_to(folder).as_posix()
        for where, _, names in os.walk(folder, onerror=_raise_unread)
        for name in names
    )


def _raise_unread(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file's bytes, with mode 0600, and wait until they are on the disk."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as reading, target.open("xb") as writing:
        os.fchmod(writing.fileno(), 0o600)
        shutil.copyfileobj(reading, writing, READ_BYTES)
        writing.flush()
        os.fsync(writing.fileno())


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hex, in constant memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_files(folder: Path, progress: Progress) -> tuple[CopiedFile, ...]:
    """Return every file of a folder with its digest."""
    paths = list_files(folder)
    rows = []
    for number, path in enumerate(paths, 1):
        file = folder / path
        rows.append(CopiedFile(path=path, sha256=hash_file(file), size=file.stat().st_size))
        progress("计算摘要", number, len(paths))
    return tuple(rows)


def check_files(folder: Path, files: tuple[CopiedFile, ...], progress: Progress) -> list[Fault]:
    """Every file that the list names is there as it says."""
    faults = []
    for number, row in enumerate(files, 1):
        path = folder / row.path
        if not path.is_file():
            faults.append(_build_fault("backup-file-missing", row.path, "没有", f"{row.size} 字节的文件"))
        elif (found := hash_file(path)) != row.sha256:
            faults.append(
                _build_fault("backup-file-differs", row.path, f"摘要 {found}", f"摘要 {row.sha256}")
            )
        progress("核对备份", number, len(files))
    return faults


def unpack(source: Path, target: Path) -> None:
    """Write the members of a zip below `target`. Refused for a zip that cannot be read or names a strange path."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            strange = [name for name in names if not PATH.match(name)]
            if strange or len(set(names)) != len(names):
                found = f"有不该有的名字：{strange[0][:60]!r}" if strange else "有同名的文件"
                raise Refused([_build_fault("backup-form", source.name, found, "mingbai backup 做的压缩包")])
            for name in names:
                path = target / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with archive.open(name) as reading, path.open("xb") as writing:
                    os.fchmod(writing.fileno(), 0o600)
                    shutil.copyfileobj(reading, writing, READ_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise Refused([_build_fault("backup-form", source.name, str(error), "读得出的压缩包")]) from error


def pack(folder: Path, target: Path, progress: Progress) -> None:
    """Write a folder as a zip, whole or not at all."""
    part = target.absolute().with_name(f".{target.name}.{os.getpid()}.part")
    paths = list_files(folder)
    try:
        with part.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for number, path in enumerate(paths, 1):
                    archive.write(folder / path, path)
                    progress("压缩", number, len(paths))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
        sync(target.absolute().parent)
    finally:
        part.unlink(missing_ok=True)


def _build_fault(code: str, path: str, found: str, expected: str) -> Fault:
    return Fault(
        code=code,
        place=f"备份里的 {path}",
        found=found,
        expected=expected,
        remedy="这份备份不完整或被改动过：换另一份备份",
    )
