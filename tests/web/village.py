"""What happens in the village that the pages are tried on, and how a test serves it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from litestar import Litestar
from litestar.testing import TestClient

from ledger.books.values import SHEET_CODES, SheetKind
from ledger.keys.folder import KeySigner
from ledger.keys.key_file import parse_key_file
from ledger.log.keys import Signer
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import build_receipt, format_receipt
from ledger.service.adopt import prepare_description
from ledger.service.found import found_village, make_origin
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.sheets import SealedSheet, list_sheets
from ledger.state.keys import get_key_at
from tests.builders import VILLAGE, build_rotation
from tests.homes import VillageHome
from web.app import create_app
from web.commands import open_listener

KINDS: tuple[SheetKind, ...] = ("finance", "points", "scores")


def live_through_october(village: VillageHome) -> None:
    """Every kind of entry once: books, points, scores, a corrected voucher, three sealed sheets, a begun November."""
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    wrong = village.record_voucher("付会议室电费", 12_000)
    village.correct_voucher(wrong.index, 12_000, 21_000)
    village.record_points()
    village.record_scores()
    village.go_to("2026-11-02")
    village.close("2026-10")
    for kind in KINDS:
        village.seal(kind, "2026-10")
    village.go_to("2026-11-12")
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-10")


def describe(village: VillageHome, code: str, name: str) -> None:
    """Let a village say what it is called; it is founded first where it is not yet there."""
    home = village.home
    if code not in home.ledger.list_villages():
        home.keys.create(code, make_origin(home.entropy), home.entropy.take(32))
        clerk = add_person(home, code, "样例甲", "clerk")
        add_person(home, code, "样例乙", "supervisor")
        found_village(home, code, home.keys.get_signer(code).origin, "2023", clerk.user)
    clerk, supervisor = sorted(home.vault.list_persons(code), key=lambda person: sorted(person.roles))[:2]
    draft = prepare_description(
        home, code, maker=clerk.user, name=name, township="样例县石榴镇", telephone="0000-0000000"
    )
    pass_drafts(home, code, [draft.id], supervisor.user)


def rotate_key(village: VillageHome, seed: bytes = b"\x05" * 32) -> None:
    """Hand the log over to a new key by an entry that both keys sign. Needs a clock in November."""
    with village.home.ledger.read(VILLAGE) as reader:
        size, current = reader.size, get_key_at(reader.facts, reader.size)
    old = village.home.keys.get_signer(VILLAGE, current)
    new = village.home.keys.add(VILLAGE, old.origin, seed)
    body = build_rotation(village.texts, size + 1, old=_open(village, old), new=_open(village, new))
    village.record(body, period="2026-11", occurred_on="2026-11-02")


def _open(village: VillageHome, signer: KeySigner) -> Signer:
    return village.home.keys.open_signer(parse_key_file(signer.path.read_bytes()))


def make_client(village: VillageHome) -> TestClient:
    """Return a client of the village's pages that follows nowhere."""
    return TestClient(create_app(village.home, village.home.config), raise_server_exceptions=False)


def format_digits(village: VillageHome, kind: SheetKind = "finance", sheet: SealedSheet | None = None) -> str:
    """Return the digits of a sealed sheet's printed code."""
    head = village.home.heads.find_at(VILLAGE, (sheet or find_sealed(village, kind)).size)
    assert head is not None
    with village.home.ledger.read(VILLAGE) as reader:
        verifier = parse_note_verifier(get_key_at(reader.facts, head.size))
    number = (sheet or find_sealed(village, kind)).number
    period, _, ordinal = number.rsplit("-", 2)
    month = (int(period[:4]) - 2000) * 12 + int(period[5:]) - 1
    return format_receipt(build_receipt(head.note, verifier, SHEET_CODES[kind], month, int(ordinal)))


def find_match(pattern: str, page: str) -> str:
    """Return what the pattern's group matches first; a page without it fails the test."""
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


def find_sealed(village: VillageHome, kind: SheetKind) -> SealedSheet:
    """Return the newest sealed sheet of a kind."""
    with village.home.ledger.read(VILLAGE) as reader:
        return list_sheets(reader, kind)[0]


@contextmanager
def serve(village: VillageHome) -> Iterator[str]:
    """Serve the village over a real socket; yields the address."""
    with serve_app(create_app(village.home, village.home.config)) as address:
        yield address


@contextmanager
def serve_app(app: Litestar, listener: socket.socket | None = None) -> Iterator[str]:
    """Serve an application over a real socket, or one that was opened before; yields the address."""
    listener = listener or open_listener("127.0.0.1", 0)
    config = uvicorn.Config(
        app, access_log=False, log_level="error", proxy_headers=False, server_header=False
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    server.startup = _announce(server, started)  # So that no test waits by time.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def _announce(server: uvicorn.Server, started: threading.Event) -> Callable[..., Awaitable[None]]:
    begin = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await begin(sockets)
        started.set()

    return startup
