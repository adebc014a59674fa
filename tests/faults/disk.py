"""A disk that forgets: what a power cut may leave of files, given everything that was done to them in order.

Until a file is synced, each of its sectors may hold what was written last, anything written since the sync before, what
stood there then, or noise; in any order, since a disk's cache keeps none. A name made or removed stands once its
folder is synced; until then it may be there or not. What was synced stays. That is less than any real file system
promises: the program is held to the syncs it asks for, not to the habits of one kernel.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

SECTOR_BYTES = 512

Image = dict[str, bytes]
"""By path within the home: what is found after the power comes back."""


class Step(NamedTuple):
    """One thing done to the disk, as the operating system was asked for it.

    `create`, `create folder`, `delete` and `rename` change names, of which `other` is the new one; `write` puts `data`
    at `offset`; `truncate` makes a file `offset` bytes long; `sync` is of a file, `sync folder` of the names in one.
    """

    verb: Literal["create", "create folder", "delete", "rename", "write", "truncate", "sync", "sync folder"]
    path: str
    offset: int = 0
    data: bytes = b""
    other: str = ""


@dataclass
class File:
    """What of a file has reached the disk for certain, and what was done to it since."""

    certain: bytearray = field(default_factory=bytearray)
    is_folder: bool = False
    pending: list[Step] = field(default_factory=list)


class Disk:
    """Takes steps; says at any moment what a cut would leave."""

    def __init__(self) -> None:
        self._names: dict[str, File] = {}  # as the program sees them
        self._certain: dict[str, File] = {}
        self._changed: list[tuple[str, File | None]] = []  # names since their folder was synced

    def take(self, step: Step) -> None:
        """Do one step."""
        if step.verb == "create":
            self._name(step.path, File())
        elif step.verb == "create folder":
            self._name(step.path, File(is_folder=True))
        elif step.verb == "delete":
            self._name(step.path, None)
        elif step.verb == "rename":
            self._name(step.other, self._names[step.path])
            self._name(step.path, None)
        elif step.verb == "sync folder":
            self._sync_folder(step.path)
        elif step.verb == "sync":
            file = self._names[step.path]
            for pending in file.pending:
                _apply(file.certain, pending)
            file.pending.clear()
        else:
            self._names[step.path].pending.append(step)

    def cut(self, chance: random.Random) -> Image:
        """Return what one power cut, now, leaves: another draw, another cut."""
        names = dict(self._certain)
        for path in sorted({path for path, _ in self._changed}):
            changes = [file for changed, file in self._changed if changed == path]
            for file in changes[: chance.randint(0, len(changes))]:
                _set(names, path, file)
        mood = chance.choice(_MOODS)
        return {
            path: _lose(file, mood, chance)
            for path, file in sorted(names.items())
            if not file.is_folder and all(str(folder) in names for folder in PurePosixPath(path).parents[:-1])
        }

    def _name(self, path: str, file: File | None) -> None:
        _set(self._names, path, file)
        self._changed.append((path, file))

    def _sync_folder(self, folder: str) -> None:
        rest = []
        for path, file in self._changed:
            if str(PurePosixPath(path).parent) == folder:
                _set(self._certain, path, file)
            else:
                rest.append((path, file))
        self._changed = rest


def write_image(image: Image, folder: Path, written: set[str]) -> set[str]:
    """Make the files of `folder` those of `image`; `written` are those of the image before, which go."""
    for path in written - image.keys():
        (folder / path).unlink()
    for path, data in image.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return set(image)


_MOODS = ("nothing", "all", "first", "some", "some", "torn", "torn")
"""How a cut treats what is pending: lost, done, done up to a step that is torn, done here and there, torn sectors."""


def _lose(file: File, mood: str, chance: random.Random) -> bytes:
    left = bytearray(file.certain)
    pending = list(file.pending)
    if mood == "nothing" or not pending:
        return bytes(left)
    if mood == "first":
        stop = chance.randrange(len(pending))
        _tear(left, pending[stop], chance)
        pending = pending[:stop]
    elif mood != "all":
        chance.shuffle(pending)
    for step in pending:
        if mood == "torn" and chance.random() < 0.5:
            _tear(left, step, chance)
        elif mood in {"all", "first"} or chance.random() < 0.5:
            _apply(left, step)
    return bytes(left)


def _tear(left: bytearray, step: Step, chance: random.Random) -> None:
    """Let some sectors of a write arrive, some not, and some as noise."""
    if step.verb != "write":
        return
    end = step.offset + len(step.data)
    for start in _list_sectors(step.offset, end):
        fate = chance.random()
        part = step.data[max(start, step.offset) - step.offset : start + SECTOR_BYTES - step.offset]
        if fate < 0.4:
            _apply(left, Step("write", "", max(start, step.offset), part))
        elif fate < 0.55:
            _apply(left, Step("write", "", max(start, step.offset), chance.randbytes(len(part))))


def _list_sectors(start: int, stop: int) -> Iterable[int]:
    return range(start - start % SECTOR_BYTES, stop, SECTOR_BYTES)


def _apply(data: bytearray, step: Step) -> None:
    if step.verb == "truncate":
        del data[step.offset :]
    end = step.offset + len(step.data)
    if len(data) < end:
        data.extend(bytes(end - len(data)))
    data[step.offset : end] = step.data


def _set(names: dict[str, File], path: str, file: File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file
