"""Everything stored, read and hashed again before it is needed: a disk that forgets does so without a word.

A pass goes through each village's entries once, with the frontier of the tree growing along: so every entry, every
tile, every text, every private value and every signed head is held against the rest in one reading, in constant
memory. It can stop anywhere and go on the next day. At the end of a village's pass the kept facts are held against what
the entries add up to, and what witnesses said against the heads. Files of the archive and originals of
source documents are hashed, databases are asked
whether their pages hold together. Whether the entries were lawful is an audit's subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from ledger.audit import Finding
from ledger.audit.findings import StoredEntry
from ledger.books.values import Value
from ledger.canonical import digest_claim, parse_entry
from ledger.entries import Entry, get_claim
from ledger.errors import NotFound, NotProven, Tampered
from ledger.evidence import list_public_digests, list_sealed_digests
from ledger.home import Home
from ledger.limits import HASH_BYTES
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import open_disclosure
from ledger.log.cosignature import parse_witness_verifier
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.rotation import open_by_history
from ledger.log.tiles import TILE_WIDTH
from ledger.log.tree import (
    EMPTY_FRONTIER,
    TILE_HEIGHT,
    Frontier,
    append_leaves,
    compute_root,
    format_frontier,
    parse_frontier,
)
from ledger.log.witness import open_cosignature
from ledger.ports import Head, Ports, Reader, StoredTile
from ledger.service.standing import list_known_villages
from ledger.state.keys import build_history
from ledger.store.documents import FOLDER as DOCUMENTS_FOLDER
from ledger.store.upkeep import Scrubbed, read_upkeep, write_upkeep
from ledger.upkeep.facts import check_facts
from ledger.upkeep.files import Progress, hash_file, list_files

ROTTEN = "存着的东西坏了或被改动过；用备份和别处的副本找回，不要再往上记"
VIEW_ENTRIES = 4_096
"""Entries read in one view of the database: a view held for hours would keep its journal from being cut."""

IsOver = Callable[[], bool]


class Scrub(Value, frozen=True):
    """What a scrub looked at. `is_whole`: every village's pass came to its end."""

    entries: int
    files: int
    findings: tuple[Finding, ...]
    is_whole: bool


def scrub_home(home: Home, *, is_over: IsOver, limit: int | None, progress: Progress) -> Scrub:
    """Go on with the pass where the last one stopped, for at most `limit` entries and until `is_over`.

    Archive and databases are looked at when the entries are through. Findings do not stop it.
    """
    findings: list[Finding] = []
    entries, files, is_whole = 0, 0, True
    for village in list_known_villages(home):
        left = None if limit is None else limit - entries
        done, found, through = _scrub_village(home, village, left, is_over, progress)
        entries += done
        findings += found
        is_whole = is_whole and through
    if is_whole:
        files, found = _scrub_archive(home, progress)
        originals, lost = _scrub_originals(home, progress)
        files += originals
        shared = [*found, *lost.pop("", ()), *_check_strangers(home), *_check_databases(home)]
        findings += [*shared, *(finding for some in lost.values() for finding in some)]
        _note_files(home, len(shared), {village: len(some) for village, some in lost.items()})
    return Scrub(entries=entries, files=files, findings=tuple(findings), is_whole=is_whole)


def _scrub_village(
    home: Home, village: str, limit: int | None, is_over: IsOver, progress: Progress
) -> tuple[int, list[Finding], bool]:
    upkeep = read_upkeep(home.path)
    known = upkeep.scrubbed.get(village, Scrubbed(finished_ms=0, frontier=b"", position=0))
    walk = _begin(home, village, known)
    while not walk.is_through and not is_over() and (limit is None or walk.done < limit):
        walk.go_on(VIEW_ENTRIES if limit is None else min(VIEW_ENTRIES, limit - walk.done))
        progress(f"重读 {village}", walk.frontier.size, walk.size)
    if walk.is_through:
        # Where entries were altered, what they add up to differs with them.
        if walk.is_readable and all(item.entry < 0 for item in walk.findings):
            walk.findings += check_facts(home, village, progress)
        walk.findings += _check_cosignatures(home, village)
    # What a pass found on the nights before is found by the pass.
    so_far = len(walk.findings) + (known.found_so_far if known.position else 0)
    scrubbed = Scrubbed(
        finished_ms=home.clock.now_ms() if walk.is_through and not so_far else known.finished_ms,
        found=so_far if walk.is_through else known.found,
        found_so_far=0 if walk.is_through else so_far,
        frontier=b"" if walk.is_through else format_frontier(walk.frontier),
        originals=known.originals,
        position=0 if walk.is_through else walk.frontier.size,
    )
    write_upkeep(home.path, msgspec.structs.replace(upkeep, scrubbed={**upkeep.scrubbed, village: scrubbed}))
    return walk.done, walk.findings, walk.is_through


def _note_files(home: Home, shared: int, originals: dict[str, int]) -> None:
    """Note how much of what all villages share was found altered, and how many originals of each."""
    upkeep = read_upkeep(home.path)
    scrubbed = {
        village: msgspec.structs.replace(known, originals=originals.pop(village, 0))
        for village, known in upkeep.scrubbed.items()
    }
    # A folder of a village that there is not is nobody's own.
    shared += sum(originals.values())
    write_upkeep(home.path, msgspec.structs.replace(upkeep, scrubbed=scrubbed, shared=shared))


def _begin(ports: Ports, village: str, known: Scrubbed) -> Walk:
    try:
        frontier = parse_frontier(known.frontier) if known.position else EMPTY_FRONTIER
    except NotProven:
        frontier = EMPTY_FRONTIER
    return Walk(ports, village, frontier)


class _Beside(NamedTuple):
    """An entry's leaf, the leaf before it, both computed, and the row that the database keeps of it."""

    leaf: bytes
    previous: bytes
    row: StoredEntry | None


def read_leaf(reader: Reader, index: int) -> bytes:
    """Return the stored leaf hash of an entry."""
    number, place = divmod(index, TILE_WIDTH)
    return reader.read_tile(0, number, place + 1)[-HASH_BYTES:]


class Walk:
    """One village's entries from where `frontier` ends; `findings` fills, `is_through` says that the end was seen,
    `is_readable` that no hole was met.
    """

    def __init__(self, ports: Ports, village: str, frontier: Frontier) -> None:
        self._can_read = ports.vault.can_read(village)
        self._ports = ports
        self._village = village
        self.done = 0
        self.findings: list[Finding] = []
        self.frontier = frontier
        self.is_readable = True
        self.is_through = False
        self.size = frontier.size

    def go_on(self, limit: int) -> None:
        """Read at most `limit` entries in one view of the database, up to whole tiles where there are more."""
        try:
            with self._ports.ledger.read(self._village) as reader:
                self.size = reader.size
                if self.frontier.size > self.size:
                    self.frontier = (
                        EMPTY_FRONTIER  # Another log than the pass began with: from its first entry.
                    )
                stop = min(self.frontier.size + limit, self.size)
                stored = reader.iterate_stored(self.frontier.size)
                while self.frontier.size < stop:
                    self._read_tile(
                        reader, stored, min(stop, (self.frontier.size // TILE_WIDTH + 1) * TILE_WIDTH)
                    )
                if self.frontier.size == self.size:
                    self._check_end(reader)
                    self.is_through = True
        except (Tampered, NotFound) as error:
            if isinstance(error, NotFound) and not self.size:
                self._report("log-missing", -1, "数据库", "签过名的账本", f"没有{error}")
            else:
                self._report("log-broken", self.frontier.size, "数据库", "读得出的账本", str(error))
            self.is_readable, self.is_through = False, True  # There is no going on behind a hole.

    def _read_tile(self, reader: Reader, stored: Iterator[StoredEntry], stop: int) -> None:
        """Read the entries up to `stop`, which lie in one tile, and everything beside them."""
        start = self.frontier.size
        leaves: list[bytes] = []
        previous = read_leaf(reader, start - 1) if start else ZERO_HASH
        for index, data in enumerate(reader.iterate_entries(start, stop), start):
            leaf = hash_leaf(data)
            self._check_entry(reader, index, data, _Beside(leaf, previous, next(stored, None)))
            previous = leaf
            leaves.append(leaf)
        self._check_row(reader, 0, start, leaves)
        heads = [self._ports.heads.find_at(self._village, size) for size in range(start + 1, stop + 1)]
        growth = append_leaves(self.frontier, leaves)
        for item in growth.tile_hashes:
            self._check_row(reader, item.level, item.index, [item.hash])
        for head in heads:
            if head is not None:
                self._check_head(reader, head, leaves[: head.size - start])
        self.frontier = growth.frontier
        self.done += len(leaves)

    def _check_row(self, reader: Reader, level: int, first: int, hashes: list[bytes]) -> None:
        """The hashes that the database keeps at these places of a row of tiles are these."""
        number, place = divmod(first, TILE_WIDTH)
        try:
            stored = reader.read_tile(level, number, place + len(hashes))[place * HASH_BYTES :]
        except NotFound:
            stored = b""
        for offset, expected in enumerate(hashes):
            found = stored[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
            if found != expected:
                shown = format_hash(found) if len(found) == HASH_BYTES else "没有"
                code = "tile-differs" if level else "entry-altered"
                field = f"第 {level} 层第 {first + offset} 个哈希" if level else "原文（叶哈希）"
                self._report(code, first + offset if not level else -1, field, shown, format_hash(expected))

    def _check_entry(self, reader: Reader, index: int, data: bytes, beside: _Beside) -> None:
        try:
            entry = parse_entry(data)
        except NotProven as error:
            self._report(error.code, index, "原文", "规范的一条记录", error.reason)
            return
        self._check_columns(index, entry, beside)
        try:
            texts = reader.list_texts(index)
            lost = len(list_public_digests(entry.body)) - len(texts)
            if lost > 0:
                self._report("text-missing", index, "公开文字", "每一处都在", f"少 {lost} 处")
        except Tampered as error:
            self._report("text-strange", index, "公开文字", error.expected, error.found)
        for digest in list_sealed_digests(entry.body):
            self._check_private(index, digest)

    def _check_columns(self, index: int, entry: Entry, beside: _Beside) -> None:
        """What stands in the row beside the bytes is what the bytes say."""
        row = beside.row
        if row is None or row.index != index:
            self._report(
                "column-differs",
                index,
                "数据库的一行",
                f"第 {index} 条",
                f"第 {row.index} 条" if row else "没有",
            )
            return
        for field, expected, found in (
            ("index", str(index), str(entry.index)),
            ("leaf", beside.leaf.hex(), row.leaf.hex()),
            ("previous", beside.previous.hex(), row.previous.hex()),
            ("claim", digest_claim(get_claim(entry)), row.claim.hex()),
            ("kind", entry.kind, row.kind),
            ("recorded_at", str(entry.recorded_at), str(row.recorded_at)),
        ):
            if expected != found:
                self._report("column-differs", index, f"数据库的 {field} 列", expected, found)

    def _check_private(self, index: int, digest: str) -> None:
        """A value that is gone belongs to nobody; one that is there must be the one that was sealed. Where they are
        locked nobody is asked for a passphrase.
        """
        if not self._can_read:
            return
        try:
            disclosure = self._ports.vault.find_private(self._village, digest)
            if disclosure is not None:
                open_disclosure(disclosure, digest)
        except (NotProven, Tampered) as error:
            self._report("private-unproven", index, "隐私库", digest, str(error))

    def _check_head(self, reader: Reader, head: Head, leaves: list[bytes]) -> None:
        """A signed head is of our key, says what stands beside it, and has the root of the entries read so far."""
        field = f"本机的检查点 {head.size}"
        root = compute_root(append_leaves(self.frontier, leaves).frontier)
        try:
            history = build_history(reader.facts)
        except (NotFound, NotProven, Tampered):
            return  # The facts that name the keys are spoilt, and named when the pass is through.
        try:
            checkpoint = open_by_history(head.note, history)
        except NotProven as error:
            self._report(error.code, -1, field, "村里的签名", error.reason)
            return
        if (checkpoint.size, checkpoint.root) != (head.size, head.root):
            self._report("head-column", -1, field, format_hash(checkpoint.root), format_hash(head.root))
        if checkpoint.root != root:
            self._report(
                "history-rewritten", head.size - 1, field, format_hash(checkpoint.root), format_hash(root)
            )

    def _check_end(self, reader: Reader) -> None:
        if reader.get_frontier() != self.frontier:
            self._report(
                "frontier-differs", -1, "数据库里接着往下记的起点（树前沿）", "由记录算出的", "不一样"
            )
        elif self.size:
            self._check_newest(reader)
        self._check_stored_tiles(reader)
        newest = self._ports.heads.find_newest(self._village)
        if newest is None and self.size > 1:
            self._report("heads-missing", -1, "heads.db", "签过名的检查点", "一个也没有")
        if newest is not None and newest.size > self.size:
            self._report("log-shorter", self.size, "数据库", f"至少 {newest.size} 条", f"{self.size} 条")

    def _check_newest(self, reader: Reader) -> None:
        """What the log's own row says of its newest entry is what the next append goes on from."""
        log, index = reader.get_stored_log(), self.size - 1
        (row,) = reader.iterate_stored(index)
        for field, expected, found in (
            ("leaf", read_leaf(reader, index).hex(), log.leaf.hex()),
            ("recorded_at", str(row.recorded_at), str(log.recorded_at)),
        ):
            if expected != found:
                self._report("column-differs", index, f"数据库里账本的 {field} 列", expected, found)

    def _check_stored_tiles(self, reader: Reader) -> None:
        """The rows of tiles are those of a tree of this size: one too many or too few stops a later append."""
        expected, found = set(_list_tiles(self.size)), set(reader.list_stored_tiles())
        for tile in sorted(expected ^ found):
            here, there = f"{tile.width} 个哈希", "没有这一块"
            field = f"第 {tile.level} 层第 {tile.number} 块"
            self._report("tile-differs", -1, field, *((here, there) if tile in expected else (there, here)))

    def _report(self, code: str, entry: int, field: str, expected: str, found: str) -> None:
        self.findings.append(_build(code, entry, field, expected, found))


def _list_tiles(size: int) -> Iterator[StoredTile]:
    """Yield the tiles that are kept of a tree: full ones, and above the leaves the one of each level that grows."""
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        full, width = divmod(hashes, TILE_WIDTH)
        yield from (StoredTile(level, number, TILE_WIDTH) for number in range(full))
        if level:
            yield StoredTile(level, full, width)
        level += 1


def _check_cosignatures(ports: Ports, village: str) -> Iterator[Finding]:
    """Every line of a witness is its signature of the head beside it, at the time beside it."""
    for kept in ports.cosignatures.iterate(village):
        field = f"见证人 {kept.witness} 对 {kept.size} 条的确认"
        head = ports.heads.find_at(village, kept.size)
        try:
            if head is None:
                raise NotProven("本机没有这个检查点", code="cosignature")
            line, cosignature = open_cosignature(
                head.note, kept.line.encode(), parse_witness_verifier(kept.witness)
            )
        except NotProven as error:
            yield _build(error.code, -1, field, "这位见证人的签名", error.reason)
            continue
        if (line, cosignature.time_s) != (kept.line, kept.time_s):
            yield _build("cosignature", -1, field, f"{cosignature.time_s} 秒时签的一行", f"{kept.time_s} 秒")


def _check_strangers(home: Home) -> Iterator[Finding]:
    """What witnesses said is of villages that there are."""
    known = list_known_villages(home)
    for village in home.cosignatures.list_villages():
        if village not in known:
            yield _build("log-missing", -1, "heads.db 里见证人的确认", "本机的村", f"村 {village}")


def _scrub_archive(home: Home, progress: Progress) -> tuple[int, list[Finding]]:
    """Every sealed file is what its name says."""
    folder = home.path / "archive"
    paths = [path for path in map(folder.joinpath, list_files(folder)) if path.name[0] != "."]
    findings = []
    for number, path in enumerate(paths, 1):
        found = hash_file(path)
        if found != path.name:
            findings.append(
                _build("archive-differs", -1, f"archive/{path.parent.name}/{path.name}", path.name, found)
            )
        progress("重读封存的文件", number, len(paths))
    return len(paths), findings


def _scrub_originals(home: Home, progress: Progress) -> tuple[int, dict[str, list[Finding]]]:
    """Every encrypted original, also of what waits, is what its name says; what entries name the audit looks for.

    Returns the findings by village, those beside the villages' folders under "".
    """
    folder = home.path / DOCUMENTS_FOLDER
    paths = [path for path in map(folder.joinpath, list_files(folder)) if path.name[0] != "."]
    findings: dict[str, list[Finding]] = {}
    for number, path in enumerate(paths, 1):
        found = "链接" if path.is_symlink() else hash_file(path)
        if found != path.name:
            place = path.relative_to(folder)
            village = place.parts[0] if len(place.parts) > 1 else ""
            finding = _build("original-differs", -1, f"{DOCUMENTS_FOLDER}/{place}", path.name, found)
            findings.setdefault(village, []).append(finding)
        progress("重读单据的原件", number, len(paths))
    return len(paths), findings


def _check_databases(home: Home) -> Iterator[Finding]:
    """The pages of each file hold together; only SQLite keeps files of ours."""
    for name, engine in home.engines.items():
        if engine.dialect.name != "sqlite" or name == "reading":
            continue
        with engine.connect() as connection, connection.begin():
            rows = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        for found in rows:
            if found != "ok":
                yield _build("database-broken", -1, f"{name}.db", "完好的数据库文件", found)


def _build(code: str, entry: int, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=ROTTEN)
