"""Copies of a log, from wherever they come: a folder, a zip, an address, a home. Readers only; nothing is judged.

A folder, a zip and an address hold the very same paths (see `service/export.py`), so one reader serves all three over
three ways to get a file's bytes.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import logging
import re
import socket
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

import msgspec

from ledger.audit.findings import SealedClaim, SheetFiles, StoredEntry, StoredHead, StoredLog, StoredText
from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven, Tampered
from ledger.limits import SOURCE_FILE_MAX_BYTES
from ledger.log.commitments import digest_disclosure
from ledger.log.tiles import ENTRIES, TILE_WIDTH, Tile, format_bundle, format_tile_path
from ledger.ports import Head, Ports, Reader
from ledger.state.facts import Facts, VillageFacts, get_fact
from ledger.state.keys import get_key_at
from ledger.state.private import FindPrivate
from ledger.witnessed import cosign_head, find_handover, find_witnessed, read_policy

ReadFile = Callable[[str], bytes | None]
URL_TIMEOUT_S = 30
ANSWERS_KEPT_MAX_BYTES = 268_435_456
"""Of files read over an address, this much is kept: an audit reads each bundle more than once."""

PDF_TAIL_BYTES = 2048
"""A PDF that is whole says so this near to its end."""

# What the PDF reader says of a damaged file, in English, would stand beside our own finding.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_KEY_LINE = re.compile(rb"[!-~]+\n")


class _Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file `texts/<index>.json`."""

    disclosures: tuple[str, ...]
    index: int


class FileSource:
    """A log laid out as files. `read_file` returns None where there is no such path; `close` ends the reading."""

    def __init__(self, title: str, read_file: ReadFile, close: Callable[[], None] = lambda: None) -> None:
        self.title = title
        self.close = close
        self._read_file = read_file
        line = self._require("log.vkey")
        if not _KEY_LINE.fullmatch(line):
            raise NotProven("log.vkey 应是一行公钥", code="source-key")
        self.verifier_key = line.decode().removesuffix("\n")
        self._checkpoint = self._require("checkpoint")

    def read_checkpoint(self) -> bytes:
        return self._checkpoint

    def read_policy(self) -> bytes | None:
        return self._read_file("policy")

    def read_witnessed(self) -> bytes | None:
        return self._read_file("witnessed")

    def read_handover(self, index: int) -> bytes | None:
        return self._read_file(f"policies/{index}/checkpoint")

    def read_tile(self, tile: Tile) -> bytes | None:
        return self._read_file(format_tile_path(tile))

    def list_texts(self, index: int) -> Sequence[str]:
        """Return an entry's texts; none where the file is not written exactly so, for then all of them are missing."""
        data = self._read_file(f"texts/{index}.json")
        try:
            texts = msgspec.json.decode(data or b"", type=_Texts)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ()
        rewritten = {"disclosures": sorted(texts.disclosures), "index": index}
        return texts.disclosures if encode_value(rewritten) + b"\n" == data else ()

    def read_sheet(self, claim: SealedClaim) -> SheetFiles:
        folder = f"sheets/{claim.number}"
        return SheetFiles(
            checkpoint=self._read_file(f"{folder}/checkpoint"),
            figures=self._read_file(f"{folder}/figures.json"),
            pdf=self._read_file(f"{folder}/sheet.pdf"),
            toolchain=self._read_file(f"{folder}/toolchain.json"),
        )

    def read_page(self, digest: str) -> bytes | None:
        return self._read_file(f"documents/{digest}.jpg")

    def _require(self, path: str) -> bytes:
        data = self._read_file(path)
        if data is None:
            raise NotProven(f"{self.title}里没有 {path}", code="source-missing")
        return data


def open_folder(folder: Path) -> FileSource:
    """Read an exported folder."""

    def read_file(path: str) -> bytes | None:
        target = folder / path
        if not target.is_file():
            return None
        if target.stat().st_size > SOURCE_FILE_MAX_BYTES:
            raise _refuse_size(path)
        return target.read_bytes()

    return FileSource("导出的文件夹", read_file)


def open_zip(path: Path) -> FileSource:
    """Read an exported zip. One that names a file twice is refused: readers would not agree on which to take."""
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # A mutated zip raises many types; each means the same.
        raise NotProven("打不开压缩包：不是 ZIP 文件，或没有传完", code="source-zip") from error
    try:
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise NotProven("压缩包里有同名的文件", code="source-zip")
        return FileSource("导出的压缩包", lambda name: _read_member(archive, name), archive.close)
    except BaseException:
        archive.close()
        raise


def open_url(address: str) -> FileSource:
    """Read a village's log over HTTP: `<address>` is its notice board, `…/v/<code>`."""
    base = address.rstrip("/")
    answers: dict[str, bytes | None] = {}
    room = ANSWERS_KEPT_MAX_BYTES

    def read_file(path: str) -> bytes | None:
        nonlocal room
        if path in answers:
            return answers[path]
        data = fetch(f"{base}/{path}", path)
        if len(data or b"") <= room:
            room -= len(data or b"")
            answers[path] = data
        return data

    return FileSource("网上的账本", read_file)


def read_pdf(path: Path) -> tuple[bytes, str]:
    """Return a sheet's attachment and the text of its pages; NotProven where it is no sheet's PDF."""
    if path.stat().st_size > SOURCE_FILE_MAX_BYTES:
        raise _refuse_size(path.name)
    return parse_pdf(path.read_bytes())


def parse_pdf(data: bytes) -> tuple[bytes, str]:
    """The same of a PDF's bytes."""
    # As long to load as all that reads a log, and few who read one hold a sheet in their hand.
    from pypdf import PdfReader

    is_cut = b"%%EOF" not in data[-PDF_TAIL_BYTES:]
    try:
        with PdfReader(io.BytesIO(data)) as pdf:
            files = pdf.attachments.items()
            attached = [found for name, items in files if name.startswith("mingbai-") for found in items]
            printed = "\n".join(page.extract_text() for page in pdf.pages)
    except Exception as error:  # A mutated PDF raises many types; each means the same.
        reason = "文件不完整，多半没有传完" if is_cut else "文件坏了，或不是 PDF"
        raise NotProven(f"读不成一张公开表的 PDF：{reason}", code="pdf-form") from error
    if len(attached) != 1:
        if is_cut:
            raise NotProven("读不成一张公开表的 PDF：文件不完整，多半没有传完", code="pdf-form")
        raise NotProven(f"这个 PDF 里有 {len(attached)} 份账目附件，应有 1 份", code="pdf-attachment")
    return attached[0], printed


@contextmanager
def open_home_log(ports: Ports, village: str, *, with_private: bool = True) -> Iterator[VillageSource]:
    """Open the log of a village in a home's own database as one consistent view, its private values too unless they
    are locked and nobody is to be asked for a passphrase.

    The head is looked up first: one that is signed between the two would promise more than the view holds, and a
    sound log would look cut. Raises NotFound where the village has no log, NotProven where it was never signed.
    """
    newest = ports.heads.find_newest(village)
    with ports.ledger.read(village) as reader, ExitStack() as views:
        if newest is None:
            raise NotProven(f"村 {village} 的记录还没有签过名", code="source-missing")
        yield VillageSource(ports, village, reader, newest, views, with_private=with_private)


class VillageSource:
    """A home's own database, read as one consistent view."""

    title = "本机的数据库"

    def __init__(
        self,
        ports: Ports,
        village: str,
        reader: Reader,
        newest: Head,
        views: ExitStack,
        *,
        with_private: bool,
    ) -> None:
        self.has_private = with_private
        self._find_private: FindPrivate | None = None
        self._newest = newest
        self._ports = ports
        self._reader = reader
        self._texts: tuple[int, dict[int, list[StoredText]]] = -1, {}
        self._views = views
        self._village = village
        self.verifier_key = self._get_verifier_key()
        self._checkpoint = cosign_head(ports, village, newest)

    def read_checkpoint(self) -> bytes:
        return self._checkpoint

    def read_policy(self) -> bytes | None:
        """Return the policy in force at the newest head; None where its text is gone or not what it was."""
        try:
            return read_policy(self._reader, self._newest.size)
        except (NotFound, NotProven, Tampered):
            return None

    def read_witnessed(self) -> bytes | None:
        try:
            return find_witnessed(self._ports, self._village, self._reader, self._newest)
        except (NotFound, NotProven, Tampered):
            return None

    def read_handover(self, index: int) -> bytes | None:
        try:
            return find_handover(self._ports, self._village, self._reader, index, self._newest.size)
        except (NotFound, NotProven, Tampered):
            return None

    def read_tile(self, tile: Tile) -> bytes | None:
        if tile.level == ENTRIES:
            return self._read_bundle(tile)
        try:
            return self._reader.read_tile(tile.level, tile.index, tile.width)
        except NotFound:
            return None

    def list_texts(self, index: int) -> Sequence[str]:
        """Return an entry's texts; none where one is not what its digest says, for then nothing beside it counts."""
        number = index // TILE_WIDTH
        if self._texts[0] != number:  # They are asked for in order: a bundle's at once cost a fourth.
            rows = self._reader.list_stored_texts(number * TILE_WIDTH, (number + 1) * TILE_WIDTH)
            self._texts = number, {at: list(texts) for at, texts in groupby(rows, lambda row: row.index)}
        texts = self._texts[1].get(index, [])
        is_sound = all(
            row.disclosure.isascii() and digest_disclosure(row.disclosure) == row.digest for row in texts
        )
        return [row.disclosure for row in texts] if is_sound else ()

    def read_sheet(self, claim: SealedClaim) -> SheetFiles:
        head = self._ports.heads.find_at(self._village, claim.size)
        return SheetFiles(
            checkpoint=cosign_head(self._ports, self._village, head) if head else None,
            figures=self._find_file(claim.figures),
            pdf=self._find_file(claim.pdf),
            toolchain=self._find_file(claim.toolchain),
        )

    def read_page(self, digest: str) -> bytes | None:
        return self._find_file(digest)

    def find_original(self, digest: str) -> str:
        try:
            return digest if self._ports.documents.find(self._village, digest) is not None else ""
        except Tampered as error:
            return error.found

    def iterate_heads(self) -> Iterator[StoredHead]:
        for head in self._ports.heads.iterate(self._village):
            yield StoredHead(note=head.note, root=head.root, size=head.size)

    def iterate_stored(self) -> Iterator[StoredEntry]:
        return self._reader.iterate_stored()

    def get_stored_log(self) -> StoredLog:
        return self._reader.get_stored_log()

    def get_facts(self) -> Facts:
        return self._reader.facts

    def find_private(self, digest: str) -> str | None:
        if self._find_private is None:
            self._find_private = self._views.enter_context(self._ports.vault.read_private(self._village))
        return self._find_private(digest)

    def _get_verifier_key(self) -> str:
        """The key's file is trusted; a home without it is read by the key that its facts name.

        Of several files, those of keys that handed over or are about to take over, the facts say which signed the
        newest head; a home whose facts name a key that no file has is read by its file.
        """
        try:
            facts = get_fact(self._reader.facts, "village", VillageFacts)
            named = get_key_at(self._reader.facts, self._newest.size) if facts is not None else ""
        except Tampered:
            # The audit goes on by the file, where there is one alone, and names the fact.
            with contextlib.suppress(NotFound):
                return self._ports.get_signer(self._village).verifier_key
            raise
        try:
            return self._ports.get_signer(self._village, named).verifier_key
        except NotFound:
            pass
        try:
            return self._ports.get_signer(self._village).verifier_key
        except NotFound:
            if not named:
                raise
            return named

    def _read_bundle(self, tile: Tile) -> bytes | None:
        """Return the entries as they lie in the database; one that is gone leaves an empty place."""
        first = tile.index * TILE_WIDTH
        stop = min(first + tile.width, self._reader.size)
        if stop <= first:
            return None
        try:
            return format_bundle(list(self._reader.iterate_entries(first, stop)))
        except Tampered:
            return format_bundle([self._find_bytes(index) for index in range(first, stop)])

    def _find_bytes(self, index: int) -> bytes:
        try:
            return next(self._reader.iterate_entries(index, index + 1))
        except Tampered:
            return b""

    def _find_file(self, digest: str) -> bytes | None:
        try:
            return self._ports.archive.find(digest)
        except Tampered:
            return b""  # Not the file that was sealed: nothing is as much as anything else.


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    if info.file_size > SOURCE_FILE_MAX_BYTES:
        raise _refuse_size(name)
    try:
        with archive.open(info) as file:
            return file.read(SOURCE_FILE_MAX_BYTES)
    except Exception as error:  # A mutated zip raises many types; each means the same.
        raise NotProven(f"压缩包里的 {name} 读不出来：压缩包坏了，或没有传完", code="source-zip") from error


def fetch(address: str, path: str) -> bytes | None:
    """Return what an address answers, None where it has nothing; `path` names it in a refusal.

    Raises NotFound where it cannot be reached, NotProven where the answer is too long.
    """
    try:
        with urllib.request.urlopen(address, timeout=URL_TIMEOUT_S) as answer:  # noqa: S310  # The auditor typed it.
            data: bytes = answer.read(SOURCE_FILE_MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise NotFound(f"{address}（对方答 {error.code}）") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFound(f"{address}（{_explain_connection(error)}）") from error
    if len(data) > SOURCE_FILE_MAX_BYTES:
        raise _refuse_size(path)
    return data


def _explain_connection(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    for kind, said in (
        (socket.gaierror, "找不到这个主机"),
        (TimeoutError, f"等了 {URL_TIMEOUT_S} 秒没有应答"),
        (ConnectionRefusedError, "连不上：对方没有开这个端口"),
        (ssl.SSLCertVerificationError, "对方的证书不可信"),
        (OSError, "连不上：网络出错"),
    ):
        if isinstance(reason, kind):
            return said
    return "网址写得不对，或对方答的不是网页"


def _refuse_size(path: str) -> NotProven:
    return NotProven(f"{path} 超过 {SOURCE_FILE_MAX_BYTES} 字节", code="source-file-size")
