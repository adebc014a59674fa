"""Copies of a log, from wherever they come: a folder, a zip, an address, a home. Readers only; nothing is judged.

A folder, a zip and an address hold the very same paths (see `service/export.py`), so one reader serves all three over
three ways to get a file's bytes.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ledger.audit.findings import SheetFiles
from ledger.canonical import parse_entry
from ledger.books.sheets import SheetSealed
from ledger.errors import NotFound, NotProven
from ledger.limits import HASH_BYTES, SOURCE_FILE_MAX_BYTES
from ledger.log.tiles import (
    ENTRIES,
    MemoryTiles,
    Tile,
    count_tile_width,
    format_tile_path,
    list_tiles,
    parse_bundle,
)
from ledger.ports import Ports, Reader
from ledger.state.facts import Facts

ReadFile = Callable[[str], bytes | None]
SEAL_MARK = b'"kind":"sheet.sealed"'
URL_TIMEOUT_S = 30


class FileSource:
    """A log laid out as files. `read_file` returns None where there is no such path."""

    def __init__(self, title: str, read_file: ReadFile, verifier_key: str | None = None) -> None:
        self.title = title
        self._read_file = read_file
        self.verifier_key = verifier_key or self._require("log.vkey").decode().strip()
        self._bundle: tuple[tuple[int, int], list[bytes]] | None = None
        self._leaves: tuple[tuple[int, int], bytes | None] | None = None
        self._size = 0

    def read_checkpoint(self) -> bytes:
        return self._require("checkpoint")

    def iterate_entries(self, size: int) -> Iterator[bytes]:
        self._size = size
        for index in range(-(-size // 256)):
            width = count_tile_width(0, index, size)
            data = self._find_tile(Tile(ENTRIES, index, width))
            if data is None:
                return
            yield from parse_bundle(data, width)

    def read_entry(self, index: int) -> bytes:
        tile, place = divmod(index, 256)
        width = count_tile_width(0, tile, self._size)
        if self._bundle is None or self._bundle[0] != (tile, width):
            data = self._find_tile(Tile(ENTRIES, tile, width)) if width else None
            if data is None:
                raise NotFound(f"第 {index} 项")
            self._bundle = ((tile, width), parse_bundle(data, width))
        return self._bundle[1][place]

    def iterate_seals(self) -> Iterator[bytes]:
        size = int(self.read_checkpoint().split(b"\n")[1])
        try:
            yield from (data for data in self.iterate_entries(size) if SEAL_MARK in data)
        except NotProven:
            return  # The stream proper reports the broken bundle.

    def read_leaf(self, index: int, size: int) -> bytes | None:
        tile, place = divmod(index, 256)
        width = count_tile_width(0, tile, size)
        if self._leaves is None or self._leaves[0] != (tile, width):
            self._leaves = ((tile, width), self._find_tile(Tile(0, tile, width)))
        data = self._leaves[1]
        return None if data is None else data[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def list_tile_faults(self, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[str, str]]:
        tiles = MemoryTiles(leaves)
        for tile in list_tiles(size):
            if tile.level == ENTRIES:
                continue
            path = format_tile_path(tile)
            data = self._read_file(path)
            if data is None:
                yield path, "没有这个文件"
            elif data != tiles.read_tile(tile.level, tile.index, tile.width):
                yield path, "与记录算出的不同"

    def list_texts(self, index: int) -> Sequence[str]:
        data = self._read_file(f"texts/{index}.json")
        if data is None:
            return ()
        try:
            value = json.loads(data)
            return tuple(str(text) for text in value["disclosures"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ()  # Then every text that the entry names is missing, and is reported so.

    def read_sheet(self, number: str) -> SheetFiles:
        folder = f"sheets/{number}"
        return SheetFiles(
            checkpoint=self._read_file(f"{folder}/checkpoint"),
            figures=self._read_file(f"{folder}/figures.json"),
            number=number,
            pdf=self._read_file(f"{folder}/sheet.pdf"),
        )

    def _find_tile(self, tile: Tile) -> bytes | None:
        return self._read_file(format_tile_path(tile))

    def _require(self, path: str) -> bytes:
        data = self._read_file(path)
        if data is None:
            raise NotFound(f"{self.title}里的 {path}")
        return data


def open_folder(folder: Path) -> FileSource:
    """Read an exported folder."""

    def read_file(path: str) -> bytes | None:
        target = folder / path
        if not target.is_file():
            return None
        if target.stat().st_size > SOURCE_FILE_MAX_BYTES:
            raise NotProven(f"{path} 超过 {SOURCE_FILE_MAX_BYTES} 字节", code="source-file-size")
        return target.read_bytes()

    return FileSource("导出的文件夹", read_file)


def open_zip(path: Path) -> FileSource:
    """Read an exported zip."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise NotProven(f"打不开压缩包：{error}", code="source-zip") from error

    def read_file(name: str) -> bytes | None:
        try:
            info = archive.getinfo(name)
        except KeyError:
            return None
        if info.file_size > SOURCE_FILE_MAX_BYTES:
            raise NotProven(f"{name} 超过 {SOURCE_FILE_MAX_BYTES} 字节", code="source-file-size")
        try:
            with archive.open(info) as file:
                return file.read(SOURCE_FILE_MAX_BYTES)
        except Exception as error:  # noqa: BLE001  # A mutated zip raises many types; each means the same.
            raise NotProven(f"压缩包里的 {name} 读不出来：{error}", code="source-zip") from error

    return FileSource("导出的压缩包", read_file)


def open_url(address: str) -> FileSource:
    """Read a village's log over HTTP: `<address>` is its notice board, `…/v/<code>`."""
    base = address.rstrip("/")

    def read_file(path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"{base}/{path}", timeout=URL_TIMEOUT_S) as answer:  # noqa: S310  # The auditor typed it.
                data: bytes = answer.read(SOURCE_FILE_MAX_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise NotFound(f"{base}/{path}（{error.code}）") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise NotFound(f"{base}：连不上（{error}）") from error
        if len(data) > SOURCE_FILE_MAX_BYTES:
            raise NotProven(f"{path} 超过 {SOURCE_FILE_MAX_BYTES} 字节", code="source-file-size")
        return data

    return FileSource("网上的账本", read_file)


class VillageSource:
    """A home's own database, read as one consistent view."""

    title = "本机的数据库"

    def __init__(self, ports: Ports, village: str, reader: Reader) -> None:
        self._ports = ports
        self._reader = reader
        self._village = village
        self.verifier_key = ports.get_signer(village).verifier_key

    def read_checkpoint(self) -> bytes:
        head = self._ports.heads.find_newest(self._village)
        if head is None:
            raise NotFound(f"村 {self._village} 的检查点")
        return head.note

    def iterate_entries(self, size: int) -> Iterator[bytes]:
        return self._reader.iterate_entries(0, min(size, self._reader.size))

    def read_entry(self, index: int) -> bytes:
        return self._reader.get_entry_bytes(index)

    def iterate_seals(self) -> Iterator[bytes]:
        return (data for data in self._reader.iterate_entries(0, self._reader.size) if SEAL_MARK in data)

    def read_leaf(self, index: int, size: int) -> bytes | None:
        tile, place = divmod(index, 256)
        data = self._reader.read_tile(0, tile, min(256, min(size, self._reader.size) - tile * 256))
        return data[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def list_tile_faults(self, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[str, str]]:
        tiles = MemoryTiles(leaves)
        for tile in list_tiles(min(size, self._reader.size)):
            if tile.level == ENTRIES:
                continue
            if self._reader.read_tile(tile.level, tile.index, tile.width) != tiles.read_tile(
                tile.level, tile.index, tile.width
            ):
                yield format_tile_path(tile), "与记录算出的不同"

    def list_texts(self, index: int) -> Sequence[str]:
        return self._reader.list_texts(index)

    def read_sheet(self, number: str) -> SheetFiles:
        body = self._find_seal(number)
        head = self._ports.heads.find_at(self._village, body.size) if body else None
        return SheetFiles(
            checkpoint=head.note if head else None,
            figures=self._ports.archive.find(body.figures) if body else None,
            number=number,
            pdf=self._ports.archive.find(body.pdf) if body else None,
        )

    def iterate_heads(self) -> Iterator[tuple[int, bytes]]:
        for head in self._ports.heads.iterate(self._village):
            yield head.size, head.note

    def get_facts(self) -> Facts:
        return self._reader.facts

    def find_private(self, digest: str) -> str | None:
        return self._ports.vault.find_private(self._village, digest)

    def _find_seal(self, number: str) -> SheetSealed | None:
        for data in self.iterate_seals():
            body = parse_entry(data).body
            if isinstance(body, SheetSealed) and body.number == number:
                return body
        return None
