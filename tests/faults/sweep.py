"""What must be true of a home after a command that failed, however it failed, and after the same command once more."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite

from ledger.audit import audit_log
from ledger.errors import Refused
from ledger.home import open_home
from ledger.service.close import prepare_closing
from ledger.service.import_ import apply_import, import_workbook
from ledger.service.standing import open_village
from ledger.sources import open_home_log
from ledger.store.upkeep import Restored, Upkeep, read_upkeep, write_upkeep
from ledger.upkeep.backup import MANIFEST, Manifest, make_backup
from ledger.upkeep.files import check_files, unpack
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.faults.calls import Call, Spawner
from tests.homes import VillageHome
from tests.homes import open_village as found
from tests.service.importing import OPENING, make_book

NOW_MS = 1_793_600_000_000
"""2 November 2026: October may be closed."""

RESTORED = Upkeep(restored=Restored(accepted=("restore-unknown",), at_ms=1, backup_ms=1, manifest="00" * 32))
"""Of the home that is backed up: that it was restored once in spite of a doubt is said for ever."""

FILE = "opening.xlsx"
TRIES = 3
"""Of a case whose call was not made: a busy machine may let a command do a little more or less on its way."""


@dataclass(frozen=True)
class Work:
    """A command in a folder that is made ready for it.

    `entries` are recorded already; `is_finished` looks at the folder afterwards. Nothing opens the databases of
    `stage`: closing them would clear away a write-ahead log that the command is to meet.
    """

    entries: list[bytes]
    is_finished: Callable[[Path], bool]
    stage: Path
    words: tuple[str, ...]


@dataclass
class Sweep:
    """The cases of one command."""

    cases: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)  # whose call was not made again
    wrong: list[str] = field(default_factory=list)


def build_works(folder: Path) -> dict[str, Work]:
    """Make a village's home, stage by stage, and return the commands of a month with the home that each begins from."""
    stages = {
        name: folder / name
        for name in ("import", "pass", "crash", "close", "seal", "backup", "restore", "restore zip")
    }
    with found(folder / "home") as village:
        who = {"maker": village.clerk.user, "checker": village.supervisor.user}
        entries = {"import": _keep(village, stages["import"])}
        (stages["import"] / FILE).write_bytes(make_book("opening", OPENING))
        _import_opening(village)
        # As a process leaves it that is killed at work: every database with its journal.
        shutil.copytree(village.home.path, stages["crash"] / "home")
        entries["pass"] = _keep(village, stages["pass"])
        village.pass_(*village.home.vault.list_drafts(VILLAGE, "waiting"))
        village.record_voucher("购办公用纸", 32_500)
        entries["close"] = _keep(village, stages["close"])
        village.go_to("2026-11-02")
        village.pass_(prepare_closing(village.home, VILLAGE, "2026-10", village.clerk.user))
        entries["seal"] = _keep(village, stages["seal"])
        village.seal("finance", "2026-10")
        for name in ("backup", "restore", "restore zip"):
            entries[name] = _keep(village, stages[name])
        for name, out in (("restore", "copy"), ("restore zip", "copy.zip")):
            backup = make_backup(village.home, stages[name] / out, with_keys=True, progress=lambda *_: None)
    write_upkeep(stages["backup"] / "home", RESTORED)
    copied = {file.path for file in backup.manifest.files}
    home = ("--home", "home")
    month = ("--month", "2026-10")
    return {
        "import": Work(
            entries["import"],
            lambda at: _count_drafts(at / "home") == 1,
            stages["import"],
            ("import", "opening", FILE, *home, "--maker", who["maker"], "--apply"),
        ),
        "pass": Work(
            entries["pass"],
            lambda at: _count_entries(at / "home") == 3 and not _count_drafts(at / "home"),
            stages["pass"],
            ("pass", "--all", *home, "--checker", who["checker"]),
        ),
        "pass after a crash": Work(
            entries["pass"],
            lambda at: _count_entries(at / "home") == 3 and not _count_drafts(at / "home"),
            stages["crash"],
            ("pass", "--all", *home, "--checker", who["checker"]),
        ),
        "close": Work(
            entries["close"],
            lambda at: _count_entries(at / "home") == 5,
            stages["close"],
            ("close", *home, *month, "--maker", who["maker"], "--checker", who["checker"]),
        ),
        "seal": Work(
            entries["seal"],
            lambda at: _count_entries(at / "home") == 6,
            stages["seal"],
            ("seal", *home, *month, "--kind", "finance", "--maker", who["maker"]),
        ),
        "backup": Work(
            entries["backup"],
            lambda at: _is_copy(at / "out", {path for path in copied if not path.startswith("keys/")}),
            stages["backup"],
            ("backup", *home, "--out", "out"),
        ),
        "backup zip": Work(
            entries["backup"],
            lambda at: _is_copy(at / "out.zip", copied),
            stages["backup"],
            ("backup", *home, "--with-keys", "--out", "out.zip"),
        ),
        "restore": Work(
            entries["restore"],
            lambda at: _is_home(at / "new", copied),
            stages["restore"],
            ("restore", "copy", "--home", "new", "--heads", "home"),
        ),
        "restore zip": Work(
            entries["restore zip"],
            lambda at: _is_home(at / "new", copied),
            stages["restore zip"],
            ("restore", "copy.zip", "--home", "new", "--heads", "home"),
        ),
    }


def fail_each(spawner: Spawner, work: Work, run: Path, chosen: Sequence[tuple[Call, str]]) -> Sweep:
    """Fail each of `chosen` in a run of its own in the folder `run`, where the spawner's commands run, and look."""
    sweep, known = Sweep(), {}
    for call, failure in chosen:
        for _ in range(TRIES):
            lay(work, run)
            ran = spawner.run(work.words, fail=(call, failure))
            if ran.was_failed:
                break
        wrong = _judge_ending(ran.status, ran.told, "error" if call.is_workers else failure)
        if ran.status == 0 and not work.is_finished(run):
            wrong = wrong or "it said that it was done"
        content = _digest(run)
        if content not in known:
            known[content] = _judge_folder(spawner, work, run)
        wrong = wrong or known[content]
        sweep.cases += 1
        title = f"{call.name} {call.number} {failure} → {ran.status}"
        if not ran.was_failed:
            sweep.missed.append(f"{title} | {call.arguments[:160]}")
        sweep.endings[f"{failure} {ran.status}"] += 1
        if wrong:
            sweep.wrong.append(f"{title}: {wrong} | {call.arguments[:160]}")
    return sweep


def lay(work: Work, run: Path) -> None:
    """Put the folder back to where the command begins."""
    for path in run.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    shutil.copytree(work.stage, run, dirs_exist_ok=True)


def _judge_ending(status: int, told: str, failure: str) -> str:
    """A command that fails says so in Chinese and ends with 1 or 2, also where it was its worker that was killed."""
    if failure == "signal=KILL":
        return "" if status in {-9, 0} else "not killed"
    if "Traceback" in told or status not in {0, 1, 2}:
        return f"not told: {told[-600:]}"
    if status and not re.search(r"[\u4e00-\u9fff]{4}", told):
        return f"not in Chinese: {told[-300:]}"
    return ""


def _judge_folder(spawner: Spawner, work: Work, run: Path) -> str:
    """What the command left starts and is clean; what it was to make is whole or not there; once more finishes it."""
    wrong = check_home(run / "home", work.entries)
    for name in ("new", "out", "out.zip"):
        if (run / name).exists() and not work.is_finished(run):
            wrong = wrong or f"half of {name}"
    again = spawner.run(work.words)
    if again.status not in {0, 1} or "Traceback" in again.told:
        wrong = wrong or f"once more: {again.status} {again.told[-300:]}"
    if not work.is_finished(run):
        wrong = wrong or f"not finished by {again.told[-300:]}"
    wrong = wrong or check_home(run / "home", work.entries)
    if (run / "new").exists():
        wrong = wrong or check_home(run / "new", work.entries)
    return wrong


def check_home(home: Path, before: list[bytes]) -> str:
    """The home starts, its audit is clean and every entry of before is in its place. Looked at in a copy."""
    look = home.with_name("look")
    shutil.copytree(home, look)
    try:
        with closing(open_home(look, clock=FakeClock(NOW_MS))) as opened:
            standing = open_village(opened, VILLAGE)
            if standing.fault is not None:
                return f"read-only: {standing.fault.found}"
            found = _read_entries(look)
            with open_home_log(opened, VILLAGE) as source:
                report = audit_log(source, opened.reference, now_ms=NOW_MS)
    finally:
        shutil.rmtree(look)
    if found[: len(before)] != before:
        return "an entry of before is gone"
    return "; ".join(f"{item.code} {item.found}" for item in report.findings)


def _keep(village: VillageHome, stage: Path) -> list[bytes]:
    """Copy the home as it lies there once it is closed, open it again and return its entries."""
    old = village.home
    with old.ledger.read(VILLAGE) as reader:
        entries = list(reader.iterate_entries(0, reader.size))
    old.close()
    shutil.copytree(old.path, stage / "home")
    village.home = open_home(old.path, clock=old.clock, entropy=old.entropy)
    return entries


def _import_opening(village: VillageHome) -> None:
    imported = import_workbook(
        village.home,
        village=VILLAGE,
        kind="opening",
        data=make_book("opening", OPENING),
        filename=FILE,
        maker=village.clerk.user,
    )
    apply_import(village.home, imported)


def _read(home: Path, name: str, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite.connect(home / name)
    try:
        return list(connection.execute(statement).fetchall())
    finally:
        connection.close()


def _read_entries(home: Path) -> list[object]:
    return [data for (data,) in _read(home, "ledger.db", "SELECT data FROM entries ORDER BY entry_index")]


def _count_entries(home: Path) -> int:
    return len(_read_entries(home)) if (home / "ledger.db").exists() else -1


def _count_drafts(home: Path) -> int:
    return len(_read(home, "vault.db", "SELECT 1 FROM drafts WHERE state = 'waiting'"))


def _is_home(home: Path, copied: set[str]) -> bool:
    """Whether a home was put back with every entry and every file of the copy but its lists, which lie aside."""
    return _count_entries(home) == 6 and all((home / path).exists() for path in copied - {"heads.txt"})


def _is_copy(target: Path, copied: set[str]) -> bool:
    """Whether a backup is there, whole by its own list, and that list names every file that it should."""
    if not target.exists():
        return False
    folder = target
    if target.is_file():
        folder = target.with_name("unpacked")
        unpack(target, folder)
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        return (
            {file.path for file in manifest.files} == copied
            and not check_files(folder, manifest.files, lambda *_: None)
            and not manifest.findings
            and read_upkeep(target.parent / "home").restored == RESTORED.restored
        )
    except (OSError, Refused, msgspec.DecodeError):
        return False
    finally:
        if folder != target:
            shutil.rmtree(folder)


def _digest(run: Path) -> bytes:
    """Return a digest of what the folder says: databases by their rows, other files by their bytes."""
    digest = hashlib.sha256()
    for path in sorted(run.rglob("*")):
        name = re.sub(r"\.[0-9]+\.part", ".part", path.relative_to(run).as_posix())
        name = re.sub(r"\.(new|backup)-[a-z0-9_]+", r".\1", name)
        if path.name in {"upkeep.json", MANIFEST} or path.suffix == ".zip":
            digest.update(name.encode())
        elif path.suffix == ".db" and path.parent == run / "home":
            for (table,) in _read(path.parent, path.name, _TABLES):
                rows = _read(path.parent, path.name, f"SELECT * FROM {table}")
                digest.update(repr((name, table, _hide_random(str(table), rows))).encode())
        elif path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal")):
            digest.update(name.encode() + (b"" if ".part/" in name else path.read_bytes()))
    return digest.digest()


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def _hide_random(table: str, rows: list[tuple[object, ...]]) -> object:
    """Of a draft made in this very run only its state is the same in the next; of other rows the key, and lengths."""
    if table in {"drafts", "disclosures"}:
        return len(rows)
    return [(*row[:2], *(len(cell) for cell in row[2:] if isinstance(cell, (bytes, str)))) for row in rows]
