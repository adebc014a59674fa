"""A home copied while it works: ledger, vault, archive, settings and protected keys, with a list of digests.

| in the copy | what |
| --- | --- |
| `ledger.db`, `vault.db` | one consistent moment each, the vault's the later one |
| `desk.db` | accounts and the desk's log; sessions and counted guesses are left out |
| `heads.txt` | the newest signed head and those of the sealed sheets: evidence to compare with |
| `keys/`, `archive/`, `documents/`, … | as they are; keys that lie open only when asked for, the vault's never |
| `manifest.json` | every file with its SHA-256, and what the audit of the copy found |

An entry's private values are in the vault before the entry is in the ledger: so the copied vault has them all.
It is encrypted, and what opens it is not in the copy: whoever is erased later is erased from every backup.
The heads themselves are not in it: a backup that could be put back together with its heads could sign a second
history without anybody noticing. A copy is audited before it is called done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import Engine

from ledger.audit import Report, audit_log
from ledger.audit.findings import build_refusal
from ledger.books.values import SHEET_KINDS
from ledger.disk import write_durably
from ledger.errors import NotFound, NotProven, Refused, Tampered
from ledger.home import Home
from ledger.keys.vault import SUFFIX as VAULT_SUFFIX
from ledger.log.hashing import format_hash
from ledger.log.tree import compute_root
from ledger.ports import Head, Ledger, Ports, Reader, Signer
from ledger.service.sheets import list_sheets
from ledger.service.standing import list_known_villages
from ledger.sources import open_home_log
from ledger.state.facts import VillageFacts, get_fact
from ledger.store import FileArchive, FileDocuments, SqlLedger, SqlVault, open_engine
from ledger.store.copying import copy_database
from ledger.store.desk import END_FILE, forget_sign_ins
from ledger.store.documents import FOLDER as DOCUMENTS_FOLDER
from ledger.store.migrations import Which
from ledger.store.upkeep import FILE, BackupDone, read_upkeep, write_upkeep
from ledger.store.urns import FOLDER as URNS_FOLDER
from ledger.upkeep.files import (
    CopiedFile,
    Progress,
    build_taken,
    copy_durably,
    describe_files,
    list_files,
    make_folder,
    pack,
)
from ledger.upkeep.notes import NotedHeads, format_heads, parse_heads

MANIFEST = "manifest.json"
HEADS = "heads.txt"
PLAIN_KEY = b"PRIVATE+KEY+"
"""How a key file begins that anybody who reads it can sign with."""

_DATABASES = ("desk.db", "heads.db", "ledger.db", "vault.db")
_COPIED: tuple[Which, ...] = ("ledger", "vault", "desk")
"""The ledger before the vault: an entry's private texts are kept before the entry is."""

_FINDINGS_OF_MOMENT = frozenset({"head-behind"})
"""What an audit of a copy finds because it was taken between an entry and its signature; a start completes it."""


class CopiedVillage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A village's log in the copy."""

    entries: int
    origin: str
    root: str
    village: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in `manifest.json`."""

    created_ms: int
    files: tuple[CopiedFile, ...]
    findings: int  # of the audit of the copy
    format: Literal[1]
    keys_left_out: tuple[str, ...]  # key files that lie open and were not asked for
    program: str
    villages: tuple[CopiedVillage, ...]


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A finished backup: its list, the SHA-256 of the list's file, and the audit of each village's copy."""

    digest: str
    manifest: Manifest
    reports: tuple[Report, ...]


class PlannedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a backup that is not made yet. `size` in bytes, at most; None where only copying tells."""

    path: str
    size: int | None


class BackupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup would write, before it is compressed where it is to be a zip, and the room that there is."""

    files: tuple[PlannedFile, ...]
    free: int  # bytes, where the target would stand
    keys_left_out: tuple[str, ...]
    total: int  # bytes of the files whose size is known


def plan_backup(home: Home, target: Path, *, with_keys: bool) -> BackupPlan:
    """Return what `make_backup` would write now; writes nothing. Raises Refused where the target is taken."""
    if target.exists() and (target.suffix.lower() == ".zip" or not target.is_dir() or any(target.iterdir())):
        raise Refused([build_taken(target)])
    paths = _list_copied(home.path)
    left_out = tuple(path for path in paths if _stays_here(home.path, path, with_keys))
    copied = [path for path in paths if path not in left_out]
    heads = _collect_heads(home, home.ledger, _list_promised(home))
    files = [PlannedFile(path=path, size=(home.path / path).stat().st_size) for path in copied]
    files += [PlannedFile(path=f"{which}.db", size=_measure(home, which)) for which in _COPIED]
    files.append(PlannedFile(path=HEADS, size=len(format_heads(heads))))
    files.append(PlannedFile(path=MANIFEST, size=None))
    there = next(folder for folder in target.absolute().parents if folder.is_dir())
    return BackupPlan(
        files=tuple(sorted(files, key=lambda file: file.path)),
        free=shutil.disk_usage(there).free,
        keys_left_out=left_out,
        total=sum(file.size or 0 for file in files),
    )


def _measure(home: Home, which: Which) -> int | None:
    """Return what a database of files takes with its journal, which is the most that its copy can take."""
    if home.engines[which].dialect.name != "sqlite":
        return None
    return sum(
        path.stat().st_size for path in home.path.glob(f"{which}.db*") if not path.name.endswith("-shm")
    )


def make_backup(home: Home, target: Path, *, with_keys: bool, progress: Progress) -> Backup:
    """Copy `home` to the new folder or zip `target` and audit the copy.

    Keys that are protected are always in it; those that lie open only `with_keys`. Raises Refused where the target is
    taken. A copy whose audit found something is kept all the same: it may be all there is; but it does not count as
    the home's last backup.
    """
    if target.suffix.lower() != ".zip":
        with make_folder(target) as folder:
            backup = _fill(home, folder, with_keys, progress)
    else:
        if target.exists():
            raise Refused([build_taken(target)])
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as scratch:
            backup = _fill(home, Path(scratch), with_keys, progress)
            pack(Path(scratch), target, progress)
    if not any(report.findings for report in backup.reports):
        done = BackupDone(at_ms=home.clock.now_ms(), manifest=backup.digest, target=str(target.absolute()))
        write_upkeep(home.path, msgspec.structs.replace(read_upkeep(home.path), backup=done))
    return backup


def _fill(home: Home, folder: Path, with_keys: bool, progress: Progress) -> Backup:
    for village in list_known_villages(home):
        if home.vault.can_read(
            village
        ):  # Else what is not encrypted yet is copied as it is: the doctor says so.
            home.vault.make_ready(village)
    # Before the ledger: what is signed while it is copied may be longer than the copy.
    promised = _list_promised(home)
    for which in _COPIED:
        copy_database(
            home.engines[which],
            which,
            folder / f"{which}.db",
            home.ledger.list_villages(),
            lambda done, of: progress("抄录数据库", done, of),
        )
    forget_sign_ins(folder / "desk.db")
    left_out = _copy_files(home.path, folder, with_keys, progress)
    with _open_copied_ledger(folder) as copied:
        write_durably(folder / HEADS, format_heads(_collect_heads(home, copied, promised)))
    with open_copy(home, folder) as copy:
        reports = tuple(audit_copy(copy, village, progress) for village in list_known_villages(copy))
        villages = tuple(_describe_villages(copy))
    manifest = Manifest(
        created_ms=home.clock.now_ms(),
        files=describe_files(folder, progress),
        findings=sum(len(report.findings) for report in reports),
        format=1,
        keys_left_out=left_out,
        program=version("mingbai"),
        villages=villages,
    )
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    write_durably(folder / MANIFEST, data)
    return Backup(digest=hashlib.sha256(data).hexdigest(), manifest=manifest, reports=reports)


def _copy_files(home: Path, folder: Path, with_keys: bool, progress: Progress) -> tuple[str, ...]:
    """Copy what is no database; return the names of keys that lie open and stay here."""
    paths = _list_copied(home)
    left_out = []
    for number, path in enumerate(paths, 1):
        if _stays_here(home, path, with_keys):
            left_out.append(path)
        else:
            copy_durably(home / path, folder / path)
        progress("抄录文件", number, len(paths))
    return tuple(left_out)


def _list_copied(home: Path) -> list[str]:
    return [path for path in list_files(home) if not _is_left(path)]


def _stays_here(home: Path, path: str, with_keys: bool) -> bool:
    """A key that lies open is copied only when asked for."""
    return path.startswith("keys/") and not with_keys and _is_open_key(home / path)


def _is_left(path: str) -> bool:
    """Databases are copied otherwise, what opens the vault not at all: a backup must not outlive an erasure. Nor an
    urn: two copies of one would say which code brought which ballot. What begins with a dot is being written; the rest
    is of this machine alone.
    """
    is_database = any(path.startswith(name) for name in _DATABASES)
    is_vault_key = path.startswith("keys/") and path.endswith(VAULT_SUFFIX)
    return (
        is_database
        or is_vault_key
        or path in (FILE, END_FILE)
        or path.startswith(f"{URNS_FOLDER}/")
        or any(part[0] == "." for part in path.split("/"))
    )


def _is_open_key(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PLAIN_KEY)) == PLAIN_KEY


@contextlib.contextmanager
def _open_copied_ledger(folder: Path) -> Iterator[Ledger]:
    engine = open_engine(folder / "ledger.db", read_only=True)
    try:
        yield SqlLedger(engine)
    finally:
        engine.dispose()


def _list_promised(home: Ports) -> dict[str, Head | None]:
    """Return the newest head of every village: the copy is held to them."""
    return {village: home.heads.find_newest(village) for village in list_known_villages(home)}


def _collect_heads(
    home: Ports, ledger: Ledger, promised: Mapping[str, Head | None]
) -> list[tuple[str, Head]]:
    """Return, of each log as it is in `ledger`, the newest head and those of the sealed sheets, by size.

    Of one that is behind what was promised, or gone, that promise too: it is the evidence that something is missing.
    """
    return [
        (village, head)
        for village in sorted({*ledger.list_villages(), *promised})
        for head in _choose_heads(home, ledger, village, promised.get(village))
    ]


def _choose_heads(home: Ports, ledger: Ledger, village: str, promised: Head | None) -> list[Head]:
    heads, size = [], 0
    with contextlib.suppress(NotFound, Tampered), ledger.read(village) as reader:
        size = reader.size
        heads.append(home.heads.find_at(village, size) or _find_last(home, village, size))
        heads += [
            home.heads.find_at(village, sheet.size)
            for kind in SHEET_KINDS
            for sheet in list_sheets(reader, kind)
        ]
    if promised is not None and promised.size > size:
        heads.append(promised)
    unique = {head.size: head for head in heads if head is not None}
    return [unique[size] for size in sorted(unique)]


def _find_last(home: Ports, village: str, size: int) -> Head | None:
    """Return the largest head up to `size`: the copy was taken between an entry and its signature."""
    found = None
    for head in home.heads.iterate(village):
        if head.size > size:
            break
        found = head
    return found


@contextlib.contextmanager
def open_copy(home: Home, folder: Path) -> Iterator[Ports]:
    """Open a copy of this program's revision for reading, beside the home that it was taken from."""
    engines: list[Engine] = [open_engine(folder / name, read_only=True) for name in ("ledger.db", "vault.db")]
    try:
        yield dataclasses.replace(
            home,
            archive=FileArchive(folder / "archive"),
            documents=FileDocuments(folder / DOCUMENTS_FOLDER),
            get_signer=_refuse_signer,
            heads=NotedHeads(parse_heads((folder / HEADS).read_bytes())),
            ledger=SqlLedger(engines[0]),
            vault=SqlVault(engines[1], home.vault_keys, is_copy=True),
        )
    finally:
        for engine in engines:
            engine.dispose()


def _refuse_signer(village: str, verifier_key: str = "") -> Signer:
    raise NotFound(f"村 {village} 的签名私钥 {verifier_key}")


def audit_copy(ports: Ports, village: str, progress: Progress) -> Report:
    """Return the audit of one village's log, as far as it can be read."""
    try:
        with open_home_log(ports, village, with_private=ports.vault.can_read(village)) as source:
            report = audit_log(
                source,
                ports.reference,
                now_ms=ports.clock.now_ms(),
                progress=lambda done, of: progress(f"核对 {village}", done, of),
            )
    except (NotProven, NotFound, Tampered) as error:
        expected = "前后一致的账本"
        return build_refusal(
            "数据库的抄本", village, code="log-broken", entry=-1, expected=expected, found=str(error)
        )
    findings = tuple(item for item in report.findings if item.code not in _FINDINGS_OF_MOMENT)
    return msgspec.structs.replace(report, findings=findings)


def _describe_villages(ports: Ports) -> Iterator[CopiedVillage]:
    """Yield how each log stands; of one that cannot be read its audit tells."""
    for village in ports.ledger.list_villages():
        with contextlib.suppress(NotFound, Tampered), ports.ledger.read(village) as reader:
            yield CopiedVillage(
                entries=reader.size,
                origin=_get_origin(reader),
                root=format_hash(compute_root(reader.get_frontier())),
                village=village,
            )


def _get_origin(reader: Reader) -> str:
    facts = get_fact(reader.facts, "village", VillageFacts)
    return facts.origin if facts else ""
