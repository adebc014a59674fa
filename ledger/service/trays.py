"""What somebody attaches to a voucher and has not handed in yet: files are added, blacked out, taken away, handed in.

A tray is one person's for one voucher, in the vault; its files lie encrypted beside, each under a key of its own. What
is handed in must read as it was last shown. A tray that nobody comes back to is forgotten, and its files swept away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import msgspec

from ledger.books.documents import DOCUMENTS_MAX
from ledger.errors import Fault, NotFound, Refused
from ledger.limits import DAY_MS, DOCUMENT_AREAS_MAX, DOCUMENTS_MONTH_MAX_BYTES, TRAY_EXPIRES_DAYS
from ledger.log.commitments import digest_disclosure
from ledger.ports import Ports
from ledger.service.documents import (
    Area,
    Kept,
    Target,
    build_documents,
    decrypt,
    encrypt,
    make_private,
    open_waiting,
    read_documents,
    sweep,
)
from ledger.state import get_day
from ledger.state.private import find_subject
from ledger.vaults import Draft

SCALE = 10_000
"""Parts of a page's width and height that areas are given in."""


class SentFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was sent; `areas` where some were chosen before."""

    areas: tuple[Area, ...] = ()
    data: bytes
    filename: str


Process = Callable[[Sequence[SentFile]], Sequence[tuple[bytes, ...]]]
"""Makes of each file the pages of its public copy, blacked out; Refused with the faults of all, and then of none."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A document in a tray: digests of its encrypted file, of the original and of the pages of its public copy."""

    areas: tuple[Area, ...]
    document: str  # o- and sixteen characters
    encrypted: str
    file: str
    filename: str
    pages: tuple[str, ...]
    sealed: str  # digest of the disclosure in which its key stands


class Tray(msgspec.Struct, frozen=True, kw_only=True):
    """What one person attached to one voucher so far. `voucher` is the body digest of that."""

    begun_at: int  # UTC milliseconds
    items: tuple[Item, ...]
    number: str
    voucher: str

    @property
    def digest(self) -> str:
        """What stands for all that is shown of it."""
        shown = [self.voucher, *([item.document, item.file, *item.pages] for item in self.items)]
        return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()

    def get(self, document: str) -> Item:
        """Return one of its documents; NotFound where it is none."""
        for item in self.items:
            if item.document == document:
                return item
        raise NotFound("单据")


_TRAY = msgspec.msgpack.Decoder(Tray)


def find_tray(ports: Ports, village: str, user: str, target: Target) -> Tray:
    """Return somebody's tray for a voucher; an empty one where there is none, it is too old, or the voucher changed."""
    now = ports.clock.now_ms()
    empty = Tray(begun_at=now, items=(), number=target.number, voucher=target.digest)
    data = ports.vault.find_upload(village, _name(user, target.number))
    if data is None:
        return empty
    tray = _TRAY.decode(data)
    is_late = tray.begun_at < now - TRAY_EXPIRES_DAYS * DAY_MS
    return empty if is_late or tray.voucher != target.digest else tray


def add_to_tray(
    ports: Ports, village: str, user: str, target: Target, files: Sequence[SentFile], process: Process
) -> Tray:
    """Add files; one that is in the tray already changes nothing. Refused with every fault, and then none is added."""
    sweep(ports, village)
    tray = find_tray(ports, village, user, target)
    known = {item.file for item in tray.items}
    fresh = {hashlib.sha256(sent.data).hexdigest(): sent for sent in files}
    new = {file: sent for file, sent in fresh.items() if file not in known}
    faults = _check_count(len(tray.items) + len(new)) + _check_month(ports, village, new.values())
    if faults:
        raise Refused(faults)
    if not new:
        return tray
    sent = list(new.values())
    plain = process([msgspec.structs.replace(one, areas=()) for one in sent])
    marked = process(sent) if any(one.areas for one in sent) else plain
    items: list[Item] = []
    try:
        for one, plain_pages, pages in zip(sent, plain, marked, strict=True):
            kept = Kept(
                areas=one.areas, data=one.data, filename=one.filename, pages=pages, plain_pages=plain_pages
            )
            items.append(_keep(ports, village, make_private(ports, village, one.data), kept))
    except Refused:
        _drop(ports, village, items)
        raise
    return _put(ports, village, user, msgspec.structs.replace(tray, items=(*tray.items, *items)))


def mark_page(
    ports: Ports,
    village: str,
    user: str,
    target: Target,
    document: str,
    page: int,
    areas: Sequence[Area],
    process: Process,
) -> Tray:
    """Black out exactly these areas of one page of a document. Refused for areas that are none, and for too many."""
    tray = find_tray(ports, village, user, target)
    item = tray.get(document)
    kept = open_item(ports, village, item)
    if not 1 <= page <= len(kept.pages):
        raise NotFound("页")
    others = [area for area in kept.areas if area[0] != page]
    chosen = tuple(sorted({*others, *((page, *area[1:]) for area in areas)}))
    faults = [_build_area() for area in chosen if not _is_area(area)]
    if len(chosen) > DOCUMENT_AREAS_MAX:
        faults.append(_build_many(len(chosen)))
    if faults:
        raise Refused(faults[:1])
    (pages,) = process([SentFile(areas=chosen, data=kept.data, filename=kept.filename)])
    private = _find_private(ports, village, item)
    marked = _keep(ports, village, private, msgspec.structs.replace(kept, areas=chosen, pages=pages))
    items = tuple(marked if one.document == document else one for one in tray.items)
    put = _put(ports, village, user, msgspec.structs.replace(tray, items=items))
    _drop(ports, village, [item])
    return put


def remove_from_tray(ports: Ports, village: str, user: str, target: Target, document: str) -> Tray:
    """Take a document away; one that is gone already changes nothing."""
    tray = find_tray(ports, village, user, target)
    gone = [item for item in tray.items if item.document == document]
    if not gone:
        return tray
    items = tuple(item for item in tray.items if item.document != document)
    put = _put(ports, village, user, msgspec.structs.replace(tray, items=items))
    _drop(ports, village, gone)
    return put


def open_item(ports: Ports, village: str, item: Item) -> Kept:
    """Return a document of a tray; NotFound where its file is gone."""
    with ports.vault.read_private(village) as find_private:
        return decrypt(ports, village, item.encrypted, item.sealed, find_private)[1]


def hand_in_tray(ports: Ports, village: str, user: str, target: Target, digest: str) -> Draft:
    """Hand in what was shown under `digest`. Refused where it is another by now; NotFound where there is nothing."""
    tray = find_tray(ports, village, user, target)
    if not tray.items:
        raise NotFound("附上的单据")
    if tray.digest != digest:
        raise Refused([_build_changed(target)])
    kept = [
        (
            _find_private(ports, village, item),
            msgspec.structs.replace(open_item(ports, village, item), plain_pages=()),
        )
        for item in tray.items
    ]
    draft = build_documents(ports, village, target, user, kept)
    ports.vault.put_drafts(village, [draft])
    for old in list_returned(ports, village, user, target.number):
        ports.vault.mark_draft(village, old.id, "discarded", -1)
    ports.vault.drop_upload(village, _name(user, target.number))
    _drop(ports, village, tray.items)
    return draft


def list_returned(ports: Ports, village: str, user: str, number: str) -> list[Draft]:
    """Return what somebody attached to a voucher of this number before and got back."""
    return [
        draft
        for draft in ports.vault.list_drafts(village, "returned")
        if (body := read_documents(draft)) is not None
        and body.number == number
        and f'"user":"{user}"'.encode() in draft.claim
    ]


def take_up_returned(ports: Ports, village: str, user: str, target: Target, process: Process) -> Tray:
    """Put into the tray what came back with an earlier form of the voucher, blacked out as it was."""
    files = []
    for draft in list_returned(ports, village, user, target.number):
        body = read_documents(draft)
        for position in range(len(body.documents) if body is not None else 0):
            _, kept = open_waiting(ports, draft, position)
            files.append(SentFile(areas=kept.areas, data=kept.data, filename=kept.filename))
    return add_to_tray(ports, village, user, target, files, process)


def _keep(ports: Ports, village: str, private: str, kept: Kept) -> Item:
    return Item(
        areas=kept.areas,
        document=find_subject(private) or "",
        encrypted=encrypt(ports, village, private, kept),
        file=hashlib.sha256(kept.data).hexdigest(),
        filename=kept.filename,
        pages=tuple(hashlib.sha256(page).hexdigest() for page in kept.pages),
        sealed=digest_disclosure(private),
    )


def _find_private(ports: Ports, village: str, item: Item) -> str:
    private = ports.vault.find_private(village, item.sealed)
    if private is None:
        raise NotFound("单据：已删除")
    return private


def _put(ports: Ports, village: str, user: str, tray: Tray) -> Tray:
    ports.vault.put_upload(village, _name(user, tray.number), msgspec.msgpack.encode(tray))
    return tray


def _drop(ports: Ports, village: str, items: Sequence[Item]) -> None:
    for item in items:
        ports.documents.drop(village, item.encrypted)


def _name(user: str, number: str) -> str:
    return f"{user}/{number}"


def _is_area(area: Area) -> bool:
    _, left, top, right, bottom = area
    return 0 <= left < right <= SCALE and 0 <= top < bottom <= SCALE


def _check_count(count: int) -> list[Fault]:
    if count <= DOCUMENTS_MAX:
        return []
    return [
        Fault(
            code="documents-count",
            place="附上的单据",
            found=f"{count} 份单据",
            expected=f"1 至 {DOCUMENTS_MAX} 份",
            remedy="多的分几次附上",
        )
    ]


def _check_month(ports: Ports, village: str, files: Iterable[SentFile]) -> list[Fault]:
    """A month's room is for all that was put in it, also for what waits or was given up lately."""
    month = get_day(ports.clock.now_ms())[:7]
    used = sum(
        item.size_bytes for item in ports.documents.list_kept(village) if get_day(item.kept_at)[:7] == month
    )
    new = sum(len(sent.data) for sent in files)
    if used + new <= DOCUMENTS_MONTH_MAX_BYTES:
        return []
    return [
        Fault(
            code="documents-month",
            place="附上的单据",
            found=f"本月已存 {used >> 20} MB，再加 {-(-new >> 20)} MB",
            expected=f"一个月不超过 {DOCUMENTS_MONTH_MAX_BYTES >> 20} MB",
            remedy="把照片缩小再附，或下个月再附",
        )
    ]


def _build_area() -> Fault:
    return Fault(
        code="attachment-area",
        place="涂黑的地方",
        found="框在页面外面，或没有大小",
        expected="页面里的一块",
        remedy="重新框出要涂黑的地方",
    )


def _build_many(count: int) -> Fault:
    return Fault(
        code="documents-areas",
        place="涂黑的地方",
        found=f"{count} 块",
        expected=f"不超过 {DOCUMENT_AREAS_MAX} 块",
        remedy="挨在一起的，框成一大块",
    )


def _build_changed(target: Target) -> Fault:
    return Fault(
        code="documents-changed",
        place=f"{target.label}的单据",
        found="和看过的不一样了：另一个页面里改动过",
        expected="看过以后没有改动",
        remedy="再看一遍，没有问题就交审",
    )
