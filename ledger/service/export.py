"""A village's log as files: plain C2SP, so that any static host serves it and any verifier reads it.

| path | what |
| --- | --- |
| `checkpoint` | the newest signed head |
| `tile/<L>/<N>[.p/<W>]` | hashes; partials of the newest and of every sealed size |
| `tile/entries/<N>[.p/<W>]` | entries, likewise |
| `log.vkey` | the verifier key that signed `checkpoint`, one line; those before it stand in the log |
| `policy` | the witness policy in force (tlog-policy) |
| `witnessed` | the newest checkpoint that witnesses confirmed, where a policy names any |
| `policies/<index>/checkpoint` | a checkpoint by which the witnesses before saw the policy adopted there |
| `texts/<index>.json` | public disclosures of an entry |
| `documents/<digest>.jpg` | a page of a source document's public copy |
| `sheets/<number>/sheet.pdf`, `checkpoint`, `figures.json`, `toolchain.json` | a sealed sheet |

Nothing private is in it.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO

from ledger.books.documents import list_pages
from ledger.books.sheets import SheetSealed
from ledger.books.values import SHEET_KINDS
from ledger.canonical import encode_value, parse_entry
from ledger.errors import NotFound, Tampered
from ledger.log.tiles import ENTRIES, TILE_WIDTH, Tile, format_bundle, format_tile_path, list_tiles
from ledger.ports import Head, Ports, Reader
from ledger.service.publish import publish_head
from ledger.service.sheets import SealedSheet, list_sheets
from ledger.state.documents import iterate_documents
from ledger.state.keys import get_key_at
from ledger.state.policies import list_policies
from ledger.witnessed import cosign_head, find_handover, find_witnessed, read_policy

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""One fixed time, so that the same log gives the same zip."""


def list_export(ports: Ports, village: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of every file, the checkpoint last: a copy cut short has none."""
    yield from list_export_at(ports, village, publish_head(ports, village))


def list_export_at(ports: Ports, village: str, head: Head) -> Iterator[tuple[str, bytes]]:
    """The same of the log as one of its heads signed it: what came after is not in it."""
    with ports.ledger.read(village) as reader:
        verifier_key = get_key_at(reader.facts, head.size)
        yield "log.vkey", f"{verifier_key}\n".encode()
        yield from _list_witnessed(ports, village, reader, head)
        sheets = [
            sheet
            for kind in SHEET_KINDS
            for sheet in list_sheets(reader, kind)
            if sheet.index < head.size  # Others were sealed after the head was signed.
        ]
        for tile in _list_export_tiles(head.size, [sheet.size for sheet in sheets]):
            yield format_tile_path(tile), build_tile(reader, tile)
        for index in range(head.size):
            texts = reader.list_texts(index)
            if texts:
                yield (
                    f"texts/{index}.json",
                    encode_value({"disclosures": sorted(texts), "index": index}) + b"\n",
                )
        for sheet in sheets:
            yield from _list_sheet_files(ports, reader, village, sheet)
        yield from _list_pages(ports, reader, head)
    yield "checkpoint", cosign_head(ports, village, head)


def write_zip(file: IO[bytes], files: Iterable[tuple[str, bytes]]) -> int:
    """Write the files of an export as a zip, one in memory at a time; return how many there were."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
            count += 1
    return count


def _list_witnessed(ports: Ports, village: str, reader: Reader, head: Head) -> Iterator[tuple[str, bytes]]:
    """Yield whose word counts, what shows that they saw the log, and each change of who they are."""
    with contextlib.suppress(NotFound):  # A policy whose text is gone: the copy shows that by having none.
        yield "policy", read_policy(reader, head.size)
    note = find_witnessed(ports, village, reader, head)
    if note is not None:
        yield "witnessed", note
    for adopted in list_policies(reader.facts):
        handover = find_handover(ports, village, reader, adopted.index, head.size)
        if handover is not None:
            yield f"policies/{adopted.index}/checkpoint", handover


def build_tile(reader: Reader, tile: Tile) -> bytes:
    """Return a tile's bytes, hashes or entries; NotFound where the log has not grown so far."""
    if tile.level != ENTRIES:
        return reader.read_tile(tile.level, tile.index, tile.width)
    start = tile.index * TILE_WIDTH
    if start + tile.width > reader.size:
        raise NotFound(f"条目 {start} 到 {start + tile.width - 1}")
    return format_bundle(list(reader.iterate_entries(start, start + tile.width)))


def _list_export_tiles(newest: int, sealed: Iterable[int]) -> Iterable[Tile]:
    """Return the tiles of the newest tree and the partial ones of every sealed size, each once."""
    tiles = list(list_tiles(newest))
    tiles += [tile for size in sorted(set(sealed)) for tile in list_tiles(size) if tile.width < TILE_WIDTH]
    return dict.fromkeys(tiles)


def _list_pages(ports: Ports, reader: Reader, head: Head) -> Iterator[tuple[str, bytes]]:
    """Yield the public copies of source documents, each page once; one that is missing here the audit names."""
    attached = [body for index, body in iterate_documents(reader.facts) if index < head.size]
    for page in sorted({page for body in attached for page in list_pages(body)}):
        data = ports.archive.find(page)
        if data is not None:
            yield f"documents/{page}.jpg", data


def _list_sheet_files(
    ports: Ports, reader: Reader, village: str, sheet: SealedSheet
) -> Iterator[tuple[str, bytes]]:
    body = parse_entry(reader.get_entry_bytes(sheet.index)).body
    head = ports.heads.find_at(village, sheet.size)
    if not isinstance(body, SheetSealed) or head is None:
        raise Tampered(sheet.index, expected=f"公开表 {sheet.number} 和它的检查点", found="没有")
    yield f"sheets/{sheet.number}/checkpoint", cosign_head(ports, village, head)
    for name, digest in (
        ("sheet.pdf", body.pdf),
        ("figures.json", body.figures),
        ("toolchain.json", body.toolchain),
    ):
        data = ports.archive.find(digest)
        if data is None:
            raise NotFound(f"公开表 {sheet.number} 的文件 {name}")
        yield f"sheets/{sheet.number}/{name}", data
