"""A backup made into a home again, without signing a second history.

A backup is a log of the past. Whether entries were recorded and signed after it, it cannot know; the heads of the
machine that signed them do, and whoever kept a checkpoint. So a restore

1. goes into a new folder only, and only with every file as the backup's list says
2. takes over the old machine's heads whole, where they are; else it begins them from every checkpoint at hand; and
   the vault's keys, which no backup has: who was erased since stays erased
3. brings back what is missing from exports and sites, see `refill`
4. asks the witnesses of the policy in the log what they saw
5. audits the result

What nobody can know, and what the audit finds, are doubts: the home is made only when a person accepts them, and keeps
who-knows-what in `upkeep.json`. A log that still is behind a proven checkpoint is restored, read-only by its heads.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from ledger.audit import Report
from ledger.config import SETTINGS_FILE, check_database
from ledger.errors import Fault, NotFound, NotProven, Refused
from ledger.home import Home, open_home
from ledger.service.sightings import Fetch, Sighting, fetch_last, look_at_witnesses
from ledger.service.standing import Standing, examine, open_village
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.keys import get_key_at
from ledger.store import SqlHeads, open_engine
from ledger.store.copying import copy_file, copy_rows, list_copied
from ledger.store.upkeep import Restored, read_upkeep, write_upkeep
from ledger.upkeep.backup import HEADS, MANIFEST, Manifest, audit_copy
from ledger.upkeep.evidence import Evidence, list_heads, note_evidence, open_evidence
from ledger.upkeep.files import PATH, Progress, check_files, copy_durably, list_files, make_folder, unpack
from ledger.upkeep.loss import Loss, OpenHome, declare_loss
from ledger.upkeep.notes import parse_heads
from ledger.upkeep.refill import Refill, hold_against, refill_village

_DATABASE_LINE = re.compile(r"\s*database\s*=")

KEPT = "restored"
"""The folder of the home that keeps the backup's list and its checkpoints."""


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did. A standing with a fault is a village that is read-only."""

    doubts: tuple[Fault, ...]  # that were accepted
    epoch: str = ""  # origin of the log that was begun after a declared loss
    keys_missing: tuple[str, ...]  # villages whose key is not in the home
    refills: tuple[Refill, ...]
    reports: tuple[Report, ...]
    sightings: dict[str, tuple[Sighting, ...]]  # by village: of each witness that has an address
    standings: tuple[Standing, ...]


def restore_backup(  # noqa: PLR0913 -- Two folders, and what the command's options say, each named at the call.
    backup: Path,
    target: Path,
    *,
    accept: bool,
    evidence: Sequence[str],
    heads: Path | None,
    progress: Progress,
    database: str = "",
    fetch: Fetch = fetch_last,
    loss: Loss | None = None,
    open_with: OpenHome = open_home,
    vault_keys: Path | None = None,
) -> Restoration:
    """Make the new folder `target` a home out of a backup, folder or zip.

    `heads` is the old machine's heads.db, or its home; `evidence` names exports, sites, PDFs, proof files and
    checkpoints. The new home keeps its databases in its folder, or in the empty PostgreSQL at `database`. With `loss`
    one village's log ends here and its next epoch begins; `fetch` asks the witnesses and `open_with` opens homes.
    `vault_keys` is the copy of the vault's keys, or the home that has them; without it that of `heads`.
    Raises Refused with every doubt unless they are accepted, and in any case for a backup that is not whole or a log
    that was signed twice; then nothing is left at `target`.
    """
    if faults := check_database(database, "--database"):
        raise Refused(faults)
    with make_folder(target) as folder:
        manifest, digest = _unpack(backup, folder, progress)
        # Never the database that the old home names: it may be alive.
        _set_database(folder, "")
        if heads is not None:
            copy_file(find_heads(heads), folder / "heads.db")
        with closing(open_with(folder)) as home, open_all(evidence) as given:
            locked = _take_keys(home, vault_keys, heads)
            restoration = mend_home(home, given, accept=accept, doubts=locked, fetch=fetch, progress=progress)
            restored = Restored(
                accepted=tuple(doubt.code for doubt in restoration.doubts),
                at_ms=home.clock.now_ms(),
                backup_ms=manifest.created_ms,
                manifest=digest,
            )
            write_upkeep(folder, msgspec.structs.replace(read_upkeep(folder), restored=restored))
        if loss is not None:
            restoration = _begin_epoch(folder, restoration, loss, open_with)
        if database:
            _move_databases(folder, database)
    return restoration


def _take_keys(home: Home, vault_keys: Path | None, heads: Path | None) -> list[Fault]:
    """Bring the vault's keys; return a doubt where some are missing, and give up what they alone could read.

    Whoever does not accept that has nothing left of this home; the backup has it still.
    """
    if vault_keys is not None and not home.vault_keys.list_files_of(vault_keys):
        raise NotFound(f"{vault_keys} 里隐私库的钥匙")
    source = vault_keys or (heads.parent if heads is not None and heads.is_file() else heads)
    if source is not None:
        home.vault_keys.take_from(source)
    doubts = []
    for village in list_copied(home.engines["vault"], "vault"):
        locked = home.vault.list_locked(village)
        if locked:
            home.vault.drop_locked(village)
            doubts.append(_build_locked(village, len(locked)))
    return doubts


def _begin_epoch(folder: Path, restoration: Restoration, loss: Loss, open_with: OpenHome) -> Restoration:
    """Declare the loss and say how the new log stands; Refused for a log that is whole: it simply goes on."""
    standing = next((item for item in restoration.standings if item.village == loss.village), None)
    if standing is None or (standing.fault is None and not restoration.doubts):
        raise Refused([_build_whole(loss.village)])
    declare_loss(folder, loss, open_with)
    with closing(open_with(folder)) as home:
        epoch = home.keys.get_signer(loss.village).origin
        others = [item for item in restoration.standings if item.village != loss.village]
        standings = (*others, open_village(home, loss.village))
    missing = tuple(village for village in restoration.keys_missing if village != loss.village)
    return msgspec.structs.replace(restoration, epoch=epoch, keys_missing=missing, standings=standings)


def _build_whole(village: str) -> Fault:
    return Fault(
        code="loss-none",
        place=f"村 {village} 的账本",
        found="没有少",
        expected="少了记录、又找不回来的账本",
        remedy="不用声明丢失：去掉 --declare-loss，恢复以后接着记",
    )


def mend_home(
    home: Home,
    given: Sequence[Evidence],
    *,
    accept: bool,
    progress: Progress,
    apart: Sequence[Evidence] = (),
    doubts: Sequence[Fault] = (),
    fetch: Fetch = fetch_last,
) -> Restoration:
    """Bring back what a home's logs lost, keep every proven checkpoint, ask the witnesses and audit the result.

    The same for a home just unpacked and for one whose databases fell behind. `apart` are the heads of a home that
    lost its own, kept elsewhere; `doubts` are there already. Raises Refused with every doubt unless
    they are accepted; entries that were brought back are then in their places all the same.
    """
    noted = _read_noted(home)
    origins = _list_origins(home, noted)
    kept = {item.checkpoint.origin for item in apart}
    headless = {
        village
        for village, origin in origins.items()
        if origin not in kept and home.heads.find_newest(village) is None
    }
    doubts = [
        *doubts,
        *(_build_strange(item) for item in given if item.checkpoint.origin not in origins.values()),
    ]
    refills = []
    for village, origin in origins.items():
        own = [
            item
            for item in (*given, *apart, *noted.get(village, ()))
            if item.checkpoint.origin == origin and item.checkpoint.size
        ]
        doubts += _check_heads(home, village, noted.get(village, ()), origin)
        refills.append(refill_village(home, village, own))
        progress("找回记录", len(refills), len(origins))
    # Only now: the entries that name the witnesses may have been brought back, and nothing is signed yet.
    sightings = look_at_witnesses(home, list(origins), fetch=fetch)
    refills = [_hear_witnesses(home, refill, sightings[refill.village]) for refill in refills]
    for refill in refills:
        doubts += [_build_unused(reason) for reason in refill.unused]
        if refill.village in headless:
            doubts.append(_build_unknown(refill, sightings[refill.village]))
    whole = [refill for refill in refills if refill.size >= refill.known]
    reports = [audit_copy(home, refill.village, progress) for refill in whole]
    doubts += [_build_found(report) for report in reports if report.findings]
    if doubts and not accept:
        raise Refused(doubts)
    missing = tuple(village for village in origins if not _has_key(home, village))
    return Restoration(
        doubts=tuple(doubts),
        keys_missing=missing,
        refills=tuple(refills),
        reports=tuple(reports),
        sightings={village: tuple(seen) for village, seen in sightings.items()},
        standings=tuple(_stand(home, village, village not in missing) for village in origins),
    )


def describe_sighting(sighting: Sighting) -> str:
    """Say what a witness saw, or why nothing is known of it."""
    return f"{_title_witness(sighting)}：{sighting.reason or f'见过的前 {sighting.size} 条都在这里'}"


def find_heads(path: Path) -> Path:
    """Return the heads database that a person named, by itself or by its home. NotFound where there is none."""
    found = path / "heads.db" if path.is_dir() else path
    if not found.is_file():
        raise NotFound(str(found))
    return found


@contextlib.contextmanager
def read_heads(path: Path) -> Iterator[list[Evidence]]:
    """Give every head of another home as evidence; its file is copied first, and left as it is."""
    with tempfile.TemporaryDirectory() as scratch:
        copy_file(find_heads(path), Path(scratch) / "heads.db")
        engine = open_engine(Path(scratch) / "heads.db")
        try:
            heads = SqlHeads(engine)
            yield [
                item
                for village in heads.list_villages()
                for item in list_heads(heads.iterate(village), str(path))
            ]
        finally:
            engine.dispose()


@contextlib.contextmanager
def open_all(targets: Sequence[str]) -> Iterator[list[Evidence]]:
    """Open everything that a person named; Refused with all that says nothing about a log. NotFound for no file."""
    with contextlib.ExitStack() as stack:
        opened, faults = [], []
        for target in targets:
            try:
                item = open_evidence(target)
            except NotProven as error:
                faults.append(_build_unused(f"{target}：{error.reason}"))
                continue
            if item.source is not None:
                stack.callback(item.source.close)
            opened.append(item)
        if faults:
            raise Refused(faults)
        yield opened


def _unpack(backup: Path, folder: Path, progress: Progress) -> tuple[Manifest, str]:
    """Put the backup's files into `folder`, its list and checkpoints aside; Refused unless it is whole."""
    if not backup.exists():
        raise NotFound(str(backup))
    if backup.is_dir():
        for path in list_files(backup):
            copy_durably(backup / path, folder / path)
    else:
        unpack(backup, folder)
    manifest, digest = read_manifest(folder)
    faults = check_files(folder, manifest.files, progress)
    known = {MANIFEST, *(row.path for row in manifest.files)}
    faults += [
        _build_form(f"备份里的 {path}", "清单里没有", "清单里的文件")
        for path in list_files(folder)
        if path not in known
    ]
    if faults:
        raise Refused(faults)
    (folder / KEPT).mkdir(mode=0o700, exist_ok=True)
    for name in (MANIFEST, HEADS):
        (folder / name).replace(folder / KEPT / name)
    return manifest, digest


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Return the list of an unpacked backup and the SHA-256 of its file; Refused where it is none of ours."""
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused([_build_form(MANIFEST, f"读不出：{error}", "mingbai backup 写的清单")]) from error
    if any(not PATH.match(row.path) for row in manifest.files):
        raise Refused([_build_form(MANIFEST, "有不该有的路径", "mingbai backup 写的清单")])
    return manifest, hashlib.sha256(data).hexdigest()


def _move_databases(folder: Path, database: str) -> None:
    """Carry ledger and vault over into a PostgreSQL that has nothing of these villages; Refused otherwise."""
    with closing(open_home(folder)) as home:
        _set_database(folder, database)
        with closing(open_home(folder)) as moved:
            taken = sorted({*moved.ledger.list_villages()} & {*home.ledger.list_villages()})
            if taken:
                raise Refused([_build_occupied(taken)])
            for village in home.ledger.list_villages():
                copy_rows(home.engines["ledger"], moved.engines["ledger"], "ledger", village)
                copy_rows(home.engines["vault"], moved.engines["vault"], "vault", village)
    for path in [*folder.glob("ledger.db*"), *folder.glob("vault.db*")]:
        path.unlink()


def _set_database(folder: Path, database: str) -> None:
    """Change this one line of the settings; what else a person wrote there stays."""
    path = folder / SETTINGS_FILE
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not _DATABASE_LINE.match(line)]
    # At the head: at the end it would belong to the last table, if there is one.
    path.write_text("\n".join([f'database = "{database}"', *lines]) + "\n", encoding="utf-8")


def _build_occupied(taken: Sequence[str]) -> Fault:
    return Fault(
        code="database-occupied",
        place="--database",
        found=f"已有村 {'、'.join(taken[:5])} 的账本",
        expected="没有这些村的数据库",
        remedy="换一个空的数据库：mingbai database prepare",
    )


def _list_origins(home: Home, noted: Mapping[str, Sequence[Evidence]]) -> dict[str, str]:
    """Return the origin of every village's log here; of one that is gone, as its newest head names it, here or in the
    backup.
    """
    origins = {}
    for village in home.ledger.list_villages():
        with home.ledger.read(village) as reader:
            facts = get_fact(reader.facts, "village", VillageFacts)
        origins[village] = facts.origin if facts else ""
    for village in home.heads.list_villages():
        newest = home.heads.find_newest(village)
        if newest is not None:
            origins.setdefault(village, note_evidence(newest.note, "").checkpoint.origin)
    for village, items in noted.items():
        origins.setdefault(village, items[-1].checkpoint.origin)
    return origins


def _read_noted(home: Home) -> dict[str, list[Evidence]]:
    """Return what the backup noted of each village's heads, smallest first."""
    path = home.path / KEPT / HEADS
    if not path.is_file():
        return {}
    noted = parse_heads(path.read_bytes())
    return {
        village: [note_evidence(head.note, "备份里的 heads.txt") for head in heads]
        for village, heads in noted.items()
    }


def _check_heads(home: Home, village: str, noted: Sequence[Evidence], origin: str) -> list[Fault]:
    """Heads that end before those of the backup itself are not the newest that there were."""
    newest = home.heads.find_newest(village)
    size = max((item.checkpoint.size for item in noted if item.checkpoint.origin == origin), default=0)
    if newest is None or newest.size >= size:
        return []
    return [
        Fault(
            code="restore-heads-older",
            place=f"村 {village} 的 heads.db",
            found=f"只到 {newest.size} 条，备份本身就签到 {size} 条",
            expected="原机器上最新的 heads.db",
            remedy="找原机器上的那一份；确认备份以后没有再记过账的，加 --accept",
        )
    ]


def _hear_witnesses(home: Home, refill: Refill, sightings: Sequence[Sighting]) -> Refill:
    """Take what a witness holds and the log does not for evidence like any other: our own key signed it."""
    seen = [
        note_evidence(item.head.note, _title_witness(item)) for item in sightings if item.head is not None
    ]
    return hold_against(home, refill, seen) if seen else refill


def _title_witness(sighting: Sighting) -> str:
    return f"见证人 {sighting.name}"


def _has_key(home: Home, village: str) -> bool:
    """The key in force; one that handed over signs nothing any more."""
    try:
        with home.ledger.read(village) as reader:
            home.get_signer(village, get_key_at(reader.facts, reader.size))
    except NotFound:
        return False
    return True


def _stand(home: Home, village: str, can_sign: bool) -> Standing:
    """Return how the log stands, having signed what has no head yet; without the key it is only looked at."""
    if can_sign:
        return open_village(home, village)
    try:
        with home.ledger.read(village) as reader:
            return examine(village, reader, home.heads.find_newest(village))
    except NotFound:
        return open_village(home, village)


def _build_unknown(refill: Refill, sightings: Sequence[Sighting]) -> Fault:
    """Who is about to accept learns here what others know: that entries are missing, or how far witnesses agree."""
    if refill.known > refill.size:
        known = f"{refill.kept_by} 证明记到过第 {refill.known - 1} 条，再往后不知道"
        remedy = (
            "用 --heads 指明原机器的 heads.db 或账本文件夹，用 --from 找回缺的记录；先只看不记的，加 --accept"
        )
    else:
        known = "；".join(["不知道后来还记没记过", *map(describe_sighting, sightings)])
        remedy = "用 --heads 指明原机器的 heads.db 或账本文件夹；确认后来没有再记过账的，加 --accept"
    return Fault(
        code="restore-unknown",
        place=f"村 {refill.village} 的账本",
        found=f"到第 {refill.size - 1} 条为止，没有原机器的 heads.db，{known}",
        expected="有原机器的 heads.db 可以对照",
        remedy=remedy,
    )


def _build_locked(village: str, count: int) -> Fault:
    return Fault(
        code="restore-vault-locked",
        place=f"村 {village} 的隐私库",
        found=f"没有其中 {count} 户、人的钥匙",
        expected="有备份以后抄的钥匙副本，或原机器的 keys 文件夹",
        remedy="用 --vault-keys 指明；确实找不回的，加 --accept：这些隐私内容从此不再属于谁，总数照算",
    )


def _build_found(report: Report) -> Fault:
    first = report.findings[0]
    place = f"第 {first.entry} 条 " if first.entry >= 0 else ""
    return Fault(
        code="restore-findings",
        place=f"村 {report.village} 的账本",
        found=f"有 {len(report.findings)} 处对不上，第一处是{place}{first.field}：{first.found}",
        expected=f"全部对得上，那一处为 {first.expected}",
        remedy="换一份更早的备份，再用 --from 补上后来的；只有这一份的，加 --accept",
    )


def _build_unused(reason: str) -> Fault:
    return Fault(
        code="evidence-unproven",
        place="拿来对照的东西",
        found=reason,
        expected="能证实的导出、网址、公开表 PDF、证明文件或检查点",
        remedy="换一份完整的，或不写它；确认不用它的，加 --accept",
    )


def _build_strange(item: Evidence) -> Fault:
    return Fault(
        code="evidence-strange",
        place=item.title,
        found=f"是 {item.checkpoint.origin} 的",
        expected="备份里某个村的",
        remedy="核对是不是拿错了村；不用它就不要写",
    )


def _build_form(place: str, found: str, expected: str) -> Fault:
    return Fault(
        code="backup-form",
        place=place,
        found=found,
        expected=expected,
        remedy="这份备份不完整或被改动过：换另一份备份",
    )
