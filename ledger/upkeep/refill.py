"""What a log lost, brought back byte for byte from copies of it that others hold.

Entries are taken from an export or a site that holds more of the log than is here, and kept only when the whole then
is what a key of the log signed: nothing of the copy itself is trusted. Every checkpoint that anybody kept is held
against the result. Two that contradict each other, or the log, are proof that it was signed twice: that is for people
to look at, and nothing goes on by itself.

What cannot be brought back is named: entries that a checkpoint promises and nobody has, texts, and the private
values behind new entries, which no copy for the public holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from ledger.audit.findings import build_claim
from ledger.books.documents import list_pages
from ledger.books.sheets import SheetSealed
from ledger.books.values import SHEET_KINDS
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.evidence import DERIVING_ERRORS, list_public_digests, list_sealed_digests
from ledger.log.checkpoint import Checkpoint
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import format_hash
from ledger.log.rotation import open_by_history
from ledger.log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    TileCache,
    count_tile_width,
    parse_bundle,
    read_frontier,
)
from ledger.log.tree import compute_root
from ledger.ports import Ports, Reader, Writer
from ledger.service.sheets import list_sheets
from ledger.sources import FileSource
from ledger.state.documents import iterate_documents
from ledger.state.keys import build_history
from ledger.upkeep.evidence import Evidence, note_evidence


class Refill(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one village's log.

    `had`           entries before
    `size`          entries now
    `known`         the largest size that any proven checkpoint shows: above `size`, entries are missing for good
    `kept_by`       who holds a proven checkpoint of that size
    `taken_from`    where the new entries come from, empty where none were taken
    `unused`        what was given and proves nothing, with the reason
    `private_lost`  indexes of new entries of which private values are gone, as far as the vault can tell
    `texts_lost`    indexes of new entries of which a public text is missing
    """

    had: int
    kept_by: str
    known: int
    private_lost: tuple[int, ...]
    size: int
    taken_from: str
    texts_lost: tuple[int, ...]
    unused: tuple[str, ...]
    village: str


def refill_village(ports: Ports, village: str, evidence: Sequence[Evidence]) -> Refill:
    """Bring back what is missing of a village's log and keep every proven checkpoint as its head.

    `evidence` is of this log's origin. Raises Refused where two checkpoints of the log's key contradict each other.
    """
    had = _count_entries(ports, village)
    kept = _list_kept(ports, village)
    evidence = [*evidence, *kept]
    _sort_out(ports, village, evidence)  # Before anything is taken: a forked log takes nothing.
    taken, failed = _take_missing(ports, village, evidence)
    size = _count_entries(ports, village)
    if size:
        evidence = [*evidence, *_take_sheets(ports, village, evidence)]
        _take_pages(ports, village, evidence)
        _mark_recorded(ports, village)
    proven, unproven = _sort_out(ports, village, evidence)
    _keep_heads(ports, village, proven)
    # A head of our own counts even where a lost entry names the key that signed it.
    newest = max([*kept, *proven], key=lambda item: item.checkpoint.size, default=None)
    return Refill(
        had=had,
        kept_by=newest.title if newest else "",
        known=newest.checkpoint.size if newest else 0,
        private_lost=tuple(_list_private_lost(ports, village, had)),
        size=size,
        taken_from=taken.title if taken else "",
        texts_lost=tuple(_list_texts_lost(ports, village, had)),
        unused=tuple(dict.fromkeys((*failed, *unproven))),
        village=village,
    )


def hold_against(ports: Ports, refill: Refill, evidence: Sequence[Evidence]) -> Refill:
    """Hold checkpoints of which somebody told only after the refilling against the log and the newest head.

    What they show missing is missing. Raises Refused like `refill_village`.
    """
    # The newest head comes last: where it was kept because of them, a contradiction still bears their name.
    _sort_out(ports, refill.village, [*evidence, *_list_kept(ports, refill.village)])
    newest = max(evidence, key=lambda item: item.checkpoint.size)
    if newest.checkpoint.size <= refill.known:
        return refill
    return msgspec.structs.replace(refill, kept_by=newest.title, known=newest.checkpoint.size)


def _count_entries(ports: Ports, village: str) -> int:
    try:
        with ports.ledger.read(village) as reader:
            return reader.size
    except NotFound:
        return 0


def _list_kept(ports: Ports, village: str) -> list[Evidence]:
    """The newest head that is here already is a promise like any other."""
    newest = ports.heads.find_newest(village)
    return [] if newest is None else [note_evidence(newest.note, "本机的 heads.db")]


def _take_missing(
    ports: Ports, village: str, evidence: Sequence[Evidence]
) -> tuple[Evidence | None, list[str]]:
    """Append what the fullest copy has more; return it, and why others that have more could not be used."""
    failed = []
    size = _count_entries(ports, village)
    for item in sorted(evidence, key=lambda item: item.checkpoint.size, reverse=True):
        if item.source is None or item.checkpoint.size <= size:
            continue
        try:
            _append_missing(ports, village, item, item.source)
        except (*DERIVING_ERRORS, NotProven, Tampered) as error:
            failed.append(f"{item.title}：{error}")
            continue
        return item, failed
    return None, failed


def _append_missing(ports: Ports, village: str, item: Evidence, source: FileSource) -> None:
    """Append, in one transaction, every entry that `source` has more; all of them under its signed root or none."""
    with ports.ledger.write(village) as writer:
        for data in _iterate_bundles(source, writer.size, item.checkpoint.size):
            entry = parse_entry(data)
            if entry.village != village:
                raise NotProven(f"第 {entry.index} 条是村 {entry.village} 的", code="village-differs")
            writer.append(entry, _choose_texts(source, entry))
        _verify_signed(writer, item)


def _verify_signed(writer: Writer, item: Evidence) -> Checkpoint:
    checkpoint = open_by_history(item.note, build_history(writer.facts))
    root = compute_root(writer.get_frontier())
    if (writer.size, root) != (checkpoint.size, checkpoint.root):
        raise NotProven(
            f"由它的记录算出的根哈希是 {format_hash(root)}，它签的是 {format_hash(checkpoint.root)}",
            code="history-rewritten",
        )
    return checkpoint


def _iterate_bundles(source: FileSource, start: int, stop: int) -> Iterator[bytes]:
    for number in range(start // TILE_WIDTH, -(-stop // TILE_WIDTH)):
        tile = Tile(ENTRIES, number, count_tile_width(ENTRIES, number, stop))
        data = source.read_tile(tile)
        if data is None:
            raise NotFound(f"第 {number} 束记录")
        yield from parse_bundle(data, tile.width)[max(0, start - number * TILE_WIDTH) :]


def _choose_texts(source: FileSource, entry: Entry) -> list[str]:
    """Return those of the entry's texts that its bytes name; what else lies there belongs to nobody."""
    named = list_public_digests(entry.body)
    texts = [text for text in source.list_texts(entry.index) if text.isascii()]
    return [text for text in dict.fromkeys(texts) if digest_disclosure(text) in named]


def _take_sheets(ports: Ports, village: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Archive files of sealed sheets that are missing here; return the checkpoints printed on sheets without a head."""
    notes = []
    for entry, body in _list_sealed(ports, village):
        digests = (body.pdf, body.figures, body.toolchain)
        has_files = all(_is_kept(ports, digest) for digest in digests)
        if has_files and ports.heads.find_at(village, body.size) is not None:
            continue
        for item in evidence:
            if item.source is None or item.checkpoint.size <= entry.index:
                continue
            files = item.source.read_sheet(build_claim(entry, body))
            for data in (files.pdf, files.figures, files.toolchain):
                if data is not None:
                    ports.archive.keep(
                        data
                    )  # Under its own digest: what is not the sealed file harms nothing.
            if files.checkpoint is not None:
                title = f"{item.title}里公开表 {body.number} 的检查点"
                notes.append(note_evidence(files.checkpoint, title))
    return notes


def _take_pages(ports: Ports, village: str, evidence: Sequence[Evidence]) -> None:
    """Archive pages of source documents' public copies that are missing here and that somebody has."""
    with ports.ledger.read(village) as reader:
        pages = {page for _, body in iterate_documents(reader.facts) for page in list_pages(body)}
    for page in sorted(page for page in pages if not _is_kept(ports, page)):
        for item in evidence:
            data = item.source.read_page(page) if item.source is not None else None
            if data is not None and hashlib.sha256(data).hexdigest() == page:
                ports.archive.keep(data)
                break


def _is_kept(ports: Ports, digest: str) -> bool:
    try:
        return ports.archive.find(digest) is not None
    except Tampered:
        return False  # Not the sealed file any more: taken again where somebody has it.


def _list_sealed(ports: Ports, village: str) -> list[tuple[Entry, SheetSealed]]:
    with ports.ledger.read(village) as reader:
        sheets = [sheet for kind in SHEET_KINDS for sheet in list_sheets(reader, kind)]
        entries = [parse_entry(reader.get_entry_bytes(sheet.index)) for sheet in sheets]
    return [(entry, entry.body) for entry in entries if isinstance(entry.body, SheetSealed)]


def _mark_recorded(ports: Ports, village: str) -> None:
    """Drafts that wait here and were passed after the backup are entries by now; their private values are at hand."""
    for draft in ports.vault.list_drafts(village, "waiting"):
        with ports.ledger.read(village) as reader:
            index = reader.find_index(draft.digest)
        if index is not None:
            ports.vault.keep_private(village, draft.private)
            ports.vault.mark_draft(village, draft.id, "recorded", index)


def _sort_out(ports: Ports, village: str, evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[str]]:
    """Return what a key of the log signed, by size, and what not with the reason.

    Raises Refused for a proven checkpoint that the log or another proven one contradicts.
    """
    proven: list[Evidence] = []
    unproven: list[str] = []
    if not _count_entries(ports, village):
        return proven, [f"{item.title}：这里没有立账记录，不知道该由谁签名" for item in evidence]
    with ports.ledger.read(village) as reader:
        history = build_history(reader.facts)
        tiles = TileCache(reader)
        for item in sorted(evidence, key=lambda item: item.checkpoint.size):
            try:
                open_by_history(item.note, history)
            except NotProven as error:
                unproven.append(f"{item.title}：{error.reason}")
                continue
            _refuse_contradiction(reader, tiles, item, proven[-1] if proven else None, village)
            proven.append(item)
    return proven, unproven


def _refuse_contradiction(
    reader: Reader, tiles: TileCache, item: Evidence, before: Evidence | None, village: str
) -> None:
    checkpoint = item.checkpoint
    title, root = "这里的记录", b""
    if checkpoint.size <= reader.size:
        root = compute_root(read_frontier(tiles, checkpoint.size, reader.size))
    elif before is not None and before.checkpoint.size == checkpoint.size:
        title, root = before.title, before.checkpoint.root
    if root and root != checkpoint.root:
        raise Refused(
            [
                Fault(
                    code="restore-contradicted",
                    place=f"村 {village} 的前 {checkpoint.size} 条",
                    found=f"{title}的根哈希是 {format_hash(root)}，{item.title} 签的是 {format_hash(checkpoint.root)}",
                    expected="同一本账只有一个历史",
                    remedy="账本签过两个不同的历史：停止记账，把两份都保留好，交审计员和监督委员会",
                )
            ]
        )


def _keep_heads(ports: Ports, village: str, proven: Sequence[Evidence]) -> None:
    """Keep every proven checkpoint beyond the newest head, also of sizes that are not here: promises stay."""
    for item in proven:
        newest = ports.heads.find_newest(village)
        if newest is None or item.checkpoint.size > newest.size:
            ports.heads.advance(village, item.head)


def _iterate_entries(ports: Ports, village: str, start: int) -> Iterator[Entry]:
    if not _count_entries(ports, village):
        return
    with ports.ledger.read(village) as reader:
        for data in reader.iterate_entries(start, reader.size):
            yield parse_entry(data)


def _list_private_lost(ports: Ports, village: str, start: int) -> Iterator[int]:
    for entry in _iterate_entries(ports, village, start):
        digests = list_sealed_digests(entry.body)
        if any(_is_lost(ports, village, digest) for digest in digests):
            yield entry.index


def _is_lost(ports: Ports, village: str, digest: str) -> bool:
    try:
        return ports.vault.find_private(village, digest) is None
    except Tampered:
        return True


def _list_texts_lost(ports: Ports, village: str, start: int) -> Iterator[int]:
    for entry in _iterate_entries(ports, village, start):
        with ports.ledger.read(village) as reader:
            kept = len(reader.list_texts(entry.index))
        if kept < len(list_public_digests(entry.body)):
            yield entry.index
