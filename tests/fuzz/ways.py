"""Rows of the table for ways in wider than a parser: files, zips, addresses, workbooks, requests, lawless logs.

A lawless log is what a village that owns its key could sign: chain, tree, proofs and signature all in order, and any
nonsense within. It gets past every check of form, to the rules of the books and the figures.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
import json
import socket
import threading
import zipfile
from collections.abc import Mapping
from contextlib import closing, suppress
from random import Random
from typing import Any, get_args
from urllib.parse import unquote

import openpyxl
from click import UsageError

from ledger.audit import audit_evidence, audit_log
from ledger.canonical import encode_value
from ledger.commands.addresses import find_copy
from ledger.data import load_layouts, load_reference
from ledger.errors import NotFound, NotProven, Refused
from ledger.limits import ENTRY_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.keys import format_verifier_key, parse_signing_key
from ledger.log.proofs import build_inclusion
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import compute_root
from ledger.service.bank.reading import read_statement
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.reading import read_workbook
from ledger.service.workbooks.separated import open_separated
from ledger.sources import open_folder, open_url, open_zip, parse_pdf, read_pdf
from ledger.upkeep.backup import MANIFEST
from ledger.upkeep.evidence import open_evidence
from ledger.upkeep.restore import read_manifest
from tests.audit.conftest import audit_files, audit_source
from tests.audit.rewriting import sign_log
from tests.builders import VILLAGE
from tests.fuzz.contract import Room, Samples, Take, Target, decode, given, just, list_samples, named
from tests.fuzz.mutants import mutate_bytes, mutate_json, mutate_zip
from tests.fuzz.samples import SHEETS, list_entries
from tests.homes import open_village
from tests.service.bank_files import as_csv, as_xlsx, make_abc, make_rural
from tests.service.importing import FILE, ImportDesk
from web.app import create_app
from web.site import parse_index

KINDS: tuple[WorkbookKind, ...] = get_args(WorkbookKind)
REQUESTS = tuple(
    f'GET {path}\naccept-encoding: gzip\nif-none-match: W/"0"'.encode()
    for path in (
        "/",
        "/?q=%E7%9F%B3",
        f"/v/{VILLAGE}",
        f"/v/{VILLAGE}/sheets/2026-10/finance.pdf",
        f"/v/{VILLAGE}/finance/2026-10",
        f"/v/{VILLAGE}/points/2026-10",
        f"/v/{VILLAGE}/entries/3.json",
        f"/v/{VILLAGE}/entries/3.tlog-proof?size=5",
        f"/v/{VILLAGE}/entries?from=3&page=1",
        f"/v/{VILLAGE}/checkpoint",
        f"/v/{VILLAGE}/tile/entries/000.p/5",
        f"/v/{VILLAGE}/texts/3.json",
        f"/c/{VILLAGE}",
        "/static/check.js",
        "/schema/openapi.json",
    )
)
_SALT = base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n%s"


def make_export(room: Room) -> Take:
    """One file of an export is anything: `<path>\\n<content>`. Read as a folder and from memory."""
    files = _get_export(room.samples)

    def take(data: bytes) -> object:
        path, _, content = data.partition(b"\n")
        return audit_files(files | {decode(path): content}) if decode(path) in files else None

    return take


def list_files(samples: Samples) -> list[bytes]:
    return [
        path.encode() + b"\n" + data
        for path, data in _get_export(samples).items()
        if not path.endswith(".pdf")
    ]


def mutate_file(random: Random, data: bytes) -> bytes:
    path, _, content = data.partition(b"\n")
    return path + b"\n" + (mutate_json if random.random() < 0.5 else mutate_bytes)(random, content)


def make_folder(room: Room) -> Take:
    """The same through the file system."""
    files = _get_export(room.samples)
    for path, content in files.items():
        target = room.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def take(data: bytes) -> None:
        path, _, content = data.partition(b"\n")
        if decode(path) in files:
            (room.folder / decode(path)).write_bytes(content)
            try:
                audit_source(open_folder(room.folder))
            finally:
                (room.folder / decode(path)).write_bytes(files[decode(path)])

    return take


def make_log(room: Room) -> Take:
    """A whole log, entries and texts as JSON, linked, hashed and signed here with the village's own key."""
    files = _get_export(room.samples)
    signer = parse_signing_key(room.samples["signing key"].decode())

    def take(data: bytes) -> None:
        document = _read_document(data)
        entries = [entry for entry in document.get("entries", []) if isinstance(entry, dict)]
        texts = _disclose(document)
        chained: list[bytes] = []
        named: dict[str, bytes] = {}
        previous = bytes(32)
        for index, entry in enumerate(entries):
            fields = entry | {"index": index, "previous": format_hash(previous)}
            chained.append(_write(fields, texts)[:ENTRY_MAX_BYTES])
            previous = hash_leaf(chained[-1])
            named[f"texts/{index}.json"] = _write_texts(index, chained[-1], texts)
        audit_files(sign_log(files, chained[:256], signer) | named)

    return take


def build_log_seeds(samples: Samples) -> list[bytes]:
    entries = [json.loads(data) for data in list_entries(samples)]
    return [encode_value({"entries": entries, "texts": _list_texts(samples)})]


def make_paper(room: Room) -> Take:
    """A sheet's attachment as JSON, proven and signed here with the village's own key, beside the real paper's text."""
    signer = parse_signing_key(room.samples["signing key"].decode())
    printed = {letter: room.samples[f"printed/{letter}"].decode() for letter in SHEETS}

    def take(data: bytes) -> None:
        document = _read_document(data)
        head = document.get("head")
        size = head.get("size") if isinstance(head, dict) else None
        size = size if isinstance(size, int) and 0 < size < 100 else 20
        texts = _disclose(document)
        entries: dict[int, bytes] = {}
        for item in document.get("entries", []):
            index = item.get("index") if isinstance(item, dict) else None
            if isinstance(index, int) and 0 <= index < size:
                entries[index] = _write(item, texts)
        tiles = MemoryTiles([hash_leaf(entries.get(index, b"")) for index in range(size)])
        note = sign_checkpoint(Checkpoint(signer.key.name, size, compute_root(tiles.frontier)), signer)
        proven = [
            {
                "bytes": entry.decode("utf-8", "replace"),
                "index": index,
                "proof": [format_hash(part) for part in build_inclusion(tiles, index, size)],
            }
            for index, entry in sorted(entries.items())
        ]
        used = b"".join(entries.values())
        fields = {
            "checkpoint": note.decode(),
            "entries": proven,
            "head": head,
            "texts": [text for digest, text in texts.values() if digest.encode() in used],
            "v": 1,
            "verifier_key": format_verifier_key(signer.key),
        }
        attached = _write(fields, {})
        for text in printed.values():
            audit_evidence(attached, text, load_reference())

    return take


def build_paper_seeds(samples: Samples) -> list[bytes]:
    seeds = []
    for letter in SHEETS:
        evidence = json.loads(samples[f"evidence/{letter}"])
        entries = [json.loads(item["bytes"]) for item in evidence["entries"]]
        seeds.append(
            encode_value({"entries": entries, "head": evidence["head"], "texts": _list_texts(samples)})
        )
    return seeds


def make_zip(room: Room) -> Take:
    """An exported zip, opened and audited."""
    path = room.folder / "export.zip"

    def take(data: bytes) -> None:
        path.write_bytes(data)
        with closing(open_zip(path)) as source:
            audit_source(source)
        source = open_evidence(str(path)).source
        assert source is not None
        source.close()

    return take


def build_zip_seeds(samples: Samples) -> list[bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in _get_export(samples).items():
            archive.writestr(path, data)
    return [out.getvalue()]


def make_pdf(room: Room) -> Take:
    """A sheet's PDF, as handed to the audit."""
    path = room.folder / "sheet.pdf"

    def take(data: bytes) -> None:
        path.write_bytes(data)
        attached, printed = read_pdf(path)
        assert open_evidence(str(path)).note
        audit_evidence(attached, printed, load_reference())

    return take


def make_address(room: Room) -> Take:
    """Whoever answers at an address: each request gets the same bytes, and then the line is cut."""
    listener = socket.create_server(("127.0.0.1", 0))
    room.closing.callback(listener.close)
    answer = [b""]

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError):
                    line.recv(65_536)
                    line.sendall(answer[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def take(data: bytes) -> None:
        answer[0] = data
        address, pdf = find_copy(f"http://127.0.0.1:{listener.getsockname()[1]}/v/{VILLAGE}")
        if pdf is not None:
            parse_pdf(pdf)
            return
        with closing(open_url(address)) as source:
            audit_source(source)

    return take


def build_answers(samples: Samples) -> list[bytes]:
    front = f'<a href="/v/{VILLAGE}">石榴河村</a>'.encode()
    bodies = [samples["export/log.vkey"], samples["export/texts/3.json"], samples["pdf/S"], front]
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4f\r\n%s\r\n0\r\n\r\n" % bodies[0]
    refused = b"HTTP/1.0 503 Service Unavailable\r\nretry-after: 3\r\n\r\nlater"
    return [*(_ANSWER % (len(body), body) for body in bodies), chunked, refused]


def make_workbook(room: Room) -> Take:
    """A clerk's workbook, through the whole import; the first byte says which kind it is handed in as.

    It is read by a child process, as anybody's is; that this one breaks down or reaches its limits is a finding.
    """
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    desk.enrol()

    def take(data: bytes) -> object:
        if not data:
            return None
        imported = desk.read(KINDS[data[0] % len(KINDS)], data[1:], filename=FILE)
        assert "workbook-limit" not in {fault.code for fault in imported.faults}
        return imported

    return take


def list_workbooks(samples: Samples) -> list[bytes]:
    return [bytes([at]) + samples[f"workbook/{kind}"] for at, kind in enumerate(KINDS)]


def list_separated(samples: Samples) -> list[bytes]:
    return [
        bytes([at]) + text.encode(encoding)
        for at, kind in enumerate(KINDS)
        for text, encoding in zip(
            list_texts_of(samples[f"workbook/{kind}"]), ("utf-8", "gb18030", "utf-16"), strict=True
        )
    ]


def list_texts_of(workbook: bytes) -> list[str]:
    """Return the first sheet of a workbook as separated values, by each separator."""
    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0].iter_rows()]
    texts = []
    for separator in (",", ";", "\t"):
        out = io.StringIO()
        csv.writer(out, delimiter=separator).writerows([cell.value for cell in row] for row in rows)
        texts.append(out.getvalue())
    return texts


def mutate_separated(random: Random, data: bytes) -> bytes:
    return data[:1] + mutate_bytes(random, data[1:])


def mutate_workbook(random: Random, data: bytes) -> bytes:
    return data[:1] + mutate_zip(random, data[1:])


def take_statement(data: bytes) -> object:
    """A bank's statement, as the child reads it: faults in words, never an exception, no whole account number."""
    statement, faults = read_statement(data, FILE, load_layouts())
    assert all(len(line.account) in (0, 8) for line in statement.lines)
    assert statement.lines or faults
    return statement


def make_request(room: Room) -> Take:
    """A request line and headers, handed to the application as a server hands them."""
    village = room.closing.enter_context(open_village(room.folder / "served"))
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    app = create_app(village.home, village.home.config)
    loop = asyncio.new_event_loop()
    room.closing.callback(loop.close)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    def take(data: bytes) -> int:
        line, *rest = data.split(b"\n")
        raw, _, query = line.partition(b" ")[2].partition(b"?")
        statuses: list[int] = []

        async def send(message: Mapping[str, Any]) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote(raw.decode("latin-1")),
            "raw_path": raw,
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"mb.example.cn"), *(_read_header(header) for header in rest)],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        loop.run_until_complete(app(scope, receive, send))
        assert len(statuses) == 1
        assert statuses[0] < 500, statuses
        return statuses[0]

    return take


def make_manifest(room: Room) -> Take:
    """The list of a backup, as somebody may have changed it."""
    path = room.folder / MANIFEST

    def take(data: bytes) -> object:
        path.write_bytes(data)
        return read_manifest(room.folder)

    return take


def _get_export(samples: Samples) -> dict[str, bytes]:
    return {
        name.removeprefix("export/"): data for name, data in samples.items() if name.startswith("export/")
    }


def _read_header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip()


def _read_document(data: bytes) -> dict[str, Any]:
    """A mutant that is no JSON object any more is the empty one: such bytes are another row's subject."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return {
        name: value
        for name, value in (document.items() if isinstance(document, dict) else ())
        if isinstance(value, {"entries": list, "head": dict, "texts": dict}.get(name, ()))
    }


def _list_texts(samples: Samples) -> dict[str, Any]:
    """Name and value of every public text by its digest in the entries."""
    texts = {}
    for disclosure in list_samples(samples, "text/"):
        digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure).digest()).rstrip(b"=").decode()
        texts[digest] = json.loads(base64.urlsafe_b64decode(disclosure + b"=="))[1:]
    return texts


def _disclose(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return, by the digest that entries name, the digest that they shall name and its disclosure."""
    disclosed = {}
    for digest, parts in document.get("texts", {}).items():
        content = json.dumps([_SALT, *(parts if isinstance(parts, list) else [parts])], **_PLAIN)
        text = base64.urlsafe_b64encode(content.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()
        found = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        disclosed[digest] = (found, text)
    return disclosed


_PLAIN: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}


def _write(value: object, texts: Mapping[str, tuple[str, str]]) -> bytes:
    """Return canonical JSON in which every known digest is the one of its new disclosure."""
    text = json.dumps(value, **_PLAIN)
    for before, (after, _) in texts.items():
        text = text.replace(f'"{before}"', f'"{after}"') if before else text
    return text.encode("utf-8", "surrogatepass")


def _write_texts(index: int, entry: bytes, texts: Mapping[str, tuple[str, str]]) -> bytes:
    named = sorted(text for digest, text in texts.values() if digest.encode() in entry)
    return encode_value({"disclosures": named, "index": index}) + b"\n"


_LIST = {
    "created_ms": 1_793_600_000_000,
    "files": [{"size": 3, "path": "keys/990000000017.key", "sha256": "0" * 64}],
    "findings": 0,
    "format": 1,
    "keys_left_out": [],
    "program": "0.1.0",
    "villages": [
        {"entries": 3, "origin": "mingbai/testtesttesttest", "root": "A" * 43 + "=", "village": VILLAGE}
    ],
}

WAYS = (
    Target(
        "backup's list",
        (read_manifest,),
        make_manifest,
        given(json.dumps(_LIST).encode()),
        1_000,
        (Refused,),
        "mutants",
        mutate_json,
    ),
    Target(
        "export", (audit_log,), make_export, list_files, 200, engine="mutants", mutate=mutate_file
    ),
    Target("folder", (open_folder,), make_folder, list_files, 40, engine="mutants", mutate=mutate_file),
    Target(
        "lawless log", (audit_log,), make_log, build_log_seeds, 200, engine="mutants", mutate=mutate_json
    ),
    Target(
        "lawless paper",
        (audit_evidence,),
        make_paper,
        build_paper_seeds,
        400,
        engine="mutants",
        mutate=mutate_json,
    ),
    Target("zip", (open_zip, open_evidence), make_zip, build_zip_seeds, 150, engine="mutants", mutate=mutate_zip),
    Target(
        "answer",
        (open_url, find_copy),
        make_address,
        build_answers,
        200,
        (NotProven, NotFound, UsageError),
        "mutants",
        mutate_bytes,
    ),
    Target(
        "pdf",
        (read_pdf, parse_pdf, open_evidence),
        make_pdf,
        named("pdf/"),
        100,
        engine="mutants",
        mutate=mutate_bytes,
    ),
    Target("separated", (open_separated,), make_workbook, list_separated, 300, (), "mutants", mutate_separated),
    Target("workbook", (read_workbook,), make_workbook, list_workbooks, 5_000, (), "mutants", mutate_workbook),
    Target(
        "bank statement",
        (read_statement,),
        just(take_statement),
        given(*(as_csv(make(), code) for make in (make_abc, make_rural) for code in ("utf-8", "gb18030", "utf-16"))),
        3_000,
        (),
        "mutants",
        mutate_bytes,
    ),
    Target(
        "bank workbook",
        (read_statement,),
        just(take_statement),
        given(as_xlsx(make_abc()), as_xlsx(make_rural())),
        600,
        (),
        "mutants",
        mutate_zip,
    ),
    Target("request", (parse_index, create_app), make_request, given(*REQUESTS), 600, (), "mutants", mutate_bytes),
)  # fmt: skip
