"""A village's work noted step by step, the power cut at any of them, and what must be true when it comes back.

`record_work` runs the product with the driver of `driver` and notes what it did to the disk, what it asked for and
what it was answered. `Inspector` opens what a cut left with the product as it is, its own driver included, and says
what of its promises does not hold. A promise is made when a call returns, so every cut knows what was acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.audit import audit_log
from ledger.errors import NotFound, Refused, Tampered
from ledger.home import Home, open_home
from ledger.limits import DAY_MS
from ledger.service.passing import pass_drafts
from ledger.service.standing import open_village
from ledger.sources import open_home_log
from ledger.store import engine as store_engine
from tests.builders import VILLAGE
from tests.fakes import FakeClock, SeededEntropy
from tests.fakes.clock import START_MS
from tests.faults.disk import Disk, Image, Step, write_image
from tests.faults.driver import NotingFiles, make_driver
from tests.homes import VillageHome, found_home

DATABASES = ("desk", "heads", "ledger", "vault")
LATER_MS = START_MS + 20 * DAY_MS


class Request(NamedTuple):
    """What a caller asked for at a step: to pass these drafts, none where it is a sealing; answered at another."""

    drafts: tuple[str, ...]
    entries: int
    begun: int
    answered: int
    indexes: tuple[int, ...]


@dataclass
class Recording:
    """Everything that happened, from an empty disk on."""

    entries: list[bytes] = field(default_factory=list)  # the log at the end
    others: Image = field(default_factory=dict)  # files that are no part of what is cut: keys and settings
    requests: list[Request] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    supervisor: str = ""

    def list_points(self) -> range:
        """Return the steps after which the power may be cut: from the first answer on."""
        return range(self.requests[0].answered, len(self.steps) + 1)

    def find_promise(self, point: int) -> tuple[int, int, Request | None]:
        """Return, of a cut at `point`, how many entries were acknowledged, how many under way, and the last request."""
        begun = [request for request in self.requests if request.begun <= point]
        done = [request for request in begun if request.answered <= point]
        acknowledged = sum(request.entries for request in done)
        under_way = sum(request.entries for request in begun) - acknowledged
        return acknowledged, under_way, begun[-1] if begun else None


class Worker:
    """A village whose every request is noted; closing and opening it again is part of the work."""

    def __init__(self, village: VillageHome, recording: Recording) -> None:
        self.recording = recording
        self.village = village

    def pass_(self, *bodies: Callable[[], Any]) -> None:
        """Make drafts and pass them all in one request."""
        drafts = [make() for make in bodies]
        self._ask(len(drafts), tuple(draft.id for draft in drafts), lambda: self.village.pass_(*drafts))

    def seal(self, kind: Any, period: str) -> None:
        self._ask(1, (), lambda: [self.village.seal(kind, period)[1]])

    def restart(self) -> None:
        """Close the home, whereupon SQLite clears its journals away, and open it again."""
        self.village.home.close()
        old = self.village.home
        self.village.home = open_home(old.path, clock=old.clock, entropy=old.entropy)

    def _ask(self, entries: int, drafts: tuple[str, ...], ask: Callable[[], Any]) -> None:
        begun = len(self.recording.steps)
        receipts = ask()
        indexes = tuple(receipt.index for receipt in receipts)
        self.recording.requests.append(Request(drafts, entries, begun, len(self.recording.steps), indexes))


def record_work(path: Path, work: Callable[[Worker], None], *, synchronous: int | None = None) -> Recording:
    """Found a village at `path` and let `work` work in it; `synchronous` weakens the store's own setting."""
    recording = Recording()
    path.mkdir(parents=True)
    files = NotingFiles(path, recording.steps.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "sqlite", make_driver())
        if synchronous is not None:
            choose = store_engine._choose_pragmas
            patch.setattr(
                store_engine,
                "_choose_pragmas",
                lambda **given: choose(**given) | {"synchronous": synchronous},
            )
        _note_files(patch, path, recording)
        village = found_home(path)
        recording.supervisor = village.supervisor.user
        with village.home.ledger.read(VILLAGE) as reader:
            size = reader.size
        done = len(recording.steps)
        recording.requests.append(Request((), size, 0, done, ()))
        worker = Worker(village, recording)
        work(worker)
        with worker.village.home.ledger.read(VILLAGE) as reader:
            recording.entries = list(reader.iterate_entries(0, reader.size))
        worker.village.home.close()
    files.unregister()
    recording.others = {
        name: (path / name).read_bytes()
        for name in ["mingbai.toml", *(f"keys/{file.name}" for file in (path / "keys").iterdir())]
    }
    return recording


def _note_files(patch: pytest.MonkeyPatch, home: Path, recording: Recording) -> None:
    """Note what the archive does through the operating system: what is not synced is lost like everything else."""
    sync, replace, make_folder = os.fsync, os.replace, os.mkdir

    def note_folder(path: Any, mode: int = 0o777) -> None:
        make_folder(path, mode)
        if Path(path).is_relative_to(home / "archive"):
            recording.steps.append(Step("create folder", Path(path).relative_to(home).as_posix()))

    def note_sync(descriptor: int) -> None:
        sync(descriptor)
        place = Path(f"/proc/self/fd/{descriptor}").resolve()
        if not place.is_relative_to(home):
            return
        path = place.relative_to(home).as_posix()
        if not path.startswith("archive") and path != ".":
            return
        if place.is_dir():
            recording.steps.append(Step("sync folder", path))
        else:
            recording.steps += [
                Step("create", path),
                Step("write", path, 0, place.read_bytes()),
                Step("sync", path),
            ]

    def note_replace(old: Any, new: Any) -> None:
        replace(old, new)
        if Path(new).is_relative_to(home / "archive"):
            names = [Path(name).relative_to(home).as_posix() for name in (old, new)]
            recording.steps.append(Step("rename", names[0], other=names[1]))

    patch.setattr(os, "mkdir", note_folder)
    patch.setattr(os, "fsync", note_sync)
    patch.setattr(os, "replace", note_replace)


class Found(NamedTuple):
    """What a start after a cut came to; `wrong` is empty where all is well, `size` is of the log."""

    wrong: str
    is_reported: bool = False  # the product itself said that entries are gone
    size: int = 0


class Inspector:
    """Opens what cuts leave with the product's own code and driver.

    Every different set of a database's files is opened, recovered and read whole. Every different content of all
    databases together, of which there are far fewer, is a home that is started, audited and sent the last request
    again: nothing of that depends on how the bytes of one content lie in files.
    """

    def __init__(self, folder: Path, recording: Recording) -> None:
        self._contents: dict[bytes, bytes] = {}
        self._engines = {}
        self._folder = folder
        self._known: dict[tuple[bytes, Request | None], Found] = {}
        self._recording = recording
        self._written: set[str] = set()
        for name in DATABASES:
            (folder / name).mkdir(parents=True)
            self._engines[name] = store_engine.open_engine(folder / name / f"{name}.db")

    @property
    def files(self) -> int:
        """How many different sets of a database's files were recovered."""
        return len(self._contents)

    @property
    def starts(self) -> int:
        """How many homes were started."""
        return len(self._known)

    def inspect(self, image: Image, point: int) -> Found:
        """Say what of the promises made before `point` does not hold in `image`."""
        acknowledged, under_way, request = self._recording.find_promise(point)
        content = hashlib.sha256()
        try:
            for name in DATABASES:
                content.update(
                    self._read(name, {p: d for p, d in image.items() if p.startswith(f"{name}.db")})
                )
        except store_engine.DATABASE_ERRORS as error:
            return Found(f"unreadable: {error!r}")
        content.update(
            _digest({p: d for p, d in image.items() if p.startswith("archive/") and "/." not in p})
        )
        key = content.digest(), request
        if key not in self._known:
            self._known[key] = self._start(image, request)
        found = self._known[key]
        if found.wrong or found.size in {acknowledged, acknowledged + under_way}:
            return found
        return Found(f"{acknowledged} acknowledged, {under_way} under way, {found.size} found")

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()

    def _read(self, name: str, files: Image) -> bytes:
        """Return a digest of all that a database says after recovery; DatabaseError where it is damaged."""
        key = _digest(files)
        if key not in self._contents:
            engine, folder = self._engines[name], self._folder / name
            engine.dispose()
            for path in folder.iterdir():
                path.unlink()
            write_image(files, folder, set())
            digest = hashlib.sha256()
            connection = engine.raw_connection()
            try:
                cursor = connection.cursor()
                if cursor.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    raise store_engine.DATABASE_ERRORS[0]("integrity_check")
                for (table,) in cursor.execute(_TABLES).fetchall():
                    digest.update(repr((table, cursor.execute(f"SELECT * FROM {table}").fetchall())).encode())
            finally:
                connection.close()
            self._contents[key] = digest.digest()
        return self._contents[key]

    def _start(self, image: Image, request: Request | None) -> Found:
        """Start the home that the cut left, look at it, and send the last request again."""
        folder = self._folder / f"home {len(self._known)}"
        write_image(self._recording.others | image, folder, set())
        with closing(open_home(folder, clock=FakeClock(LATER_MS), entropy=SeededEntropy("later"))) as home:
            try:
                found = self._look(home)
                if not found.wrong and request is not None and request.drafts:
                    found = self._ask_again(home, found, request)
            except (NotFound, Refused, Tampered) as error:
                found = Found(f"{type(error).__name__}: {error}")
        shutil.rmtree(folder)
        return found

    def _look(self, home: Home) -> Found:
        standing = open_village(home, VILLAGE)
        if standing.fault is not None:
            return Found(f"read-only: {standing.fault.found}", is_reported=True)
        with home.ledger.read(VILLAGE) as reader:
            entries = list(reader.iterate_entries(0, reader.size))
        newest = home.heads.find_newest(VILLAGE)
        if entries != self._recording.entries[: len(entries)]:
            return Found("other entries")
        if newest is None or newest.size != len(entries):
            return Found("the head was not completed")
        return Found(_audit(home), size=len(entries))

    def _ask_again(self, home: Home, found: Found, request: Request) -> Found:
        receipts = pass_drafts(home, VILLAGE, request.drafts, self._recording.supervisor)
        if tuple(receipt.index for receipt in receipts) != request.indexes:
            return Found("a second try was answered otherwise")
        with home.ledger.read(VILLAGE) as reader:
            if reader.size != max(request.indexes) + 1:
                return Found("a second try recorded again")
        return found._replace(wrong=_audit(home))


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def _audit(home: Home) -> str:
    with open_home_log(home, VILLAGE) as source:
        report = audit_log(source, home.reference, now_ms=home.clock.now_ms())
    return "; ".join(f"{item.code} {item.entry} {item.found}" for item in report.findings)


@dataclass
class Tally:
    """What many cuts came to."""

    cuts: int = 0
    files: int = 0  # different sets of a database's files among what they left
    reported: int = 0  # cuts after which the product said that entries are gone
    starts: int = 0  # different contents, each started and audited
    wrong: Counter[str] = field(default_factory=Counter)  # how often each

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.cuts + other.cuts,
            self.files + other.files,
            self.reported + other.reported,
            self.starts + other.starts,
            self.wrong + other.wrong,
        )


def cut_everywhere(
    recording: Recording, folder: Path, cuts: int, *, seed: int = 0, points: range | None = None
) -> Tally:
    """Cut the power `cuts` times, evenly over every step after the first answer, and inspect what each leaves.

    `points` are the steps after which it is cut, where not every one.

    The same seed cuts the same way.
    """
    tally, disk, points = Tally(), Disk(), points or recording.list_points()
    inspector = Inspector(folder, recording)
    for step in recording.steps[: points[0]]:
        disk.take(step)
    for number, point in enumerate(points):
        if number:
            disk.take(recording.steps[point - 1])
        for draw in range(cuts * number // len(points), cuts * (number + 1) // len(points)):
            chance = random.Random(f"{seed} {draw}")
            image = disk.cut(chance)
            found = inspector.inspect(image | _add_stale_index(image, chance), point)
            tally.cuts += 1
            tally.reported += found.is_reported
            if found.wrong:
                tally.wrong[found.wrong] += 1
    inspector.close()
    tally.files, tally.starts = inspector.files, inspector.starts
    return tally


def _add_stale_index(image: Image, chance: random.Random) -> Image:
    """Now and then the index of a write-ahead log, which SQLite never syncs, is there too, and means nothing."""
    if chance.random() < 0.9:
        return {}
    return {f"{name}.db-shm": chance.randbytes(32_768) for name in DATABASES if f"{name}.db-wal" in image}


def _digest(image: Image) -> bytes:
    digest = hashlib.sha256()
    for path, data in sorted(image.items()):
        digest.update(f"{path} {len(data)} ".encode() + data)
    return digest.digest()
