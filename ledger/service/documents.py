"""Source documents from a draft to the public: what was handed in, what its checker sees, what becomes public.

A document waits whole, original and public copy in one encrypted file, whose key stands in the draft's private value.
Its pages become files of the archive just before the entry that names them is recorded: what survives a crash in
between are pages that no entry names and nobody is shown.

Documents are handed in for exactly one voucher, recorded or waiting. Those of one that waits become an entry after it,
go back with it when it is returned, and are given up with it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from ledger.books.documents import Document, DocumentsAttached
from ledger.books.values import Sealed
from ledger.canonical import parse_claim
from ledger.disk import refuse_when_full
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.limits import DAY_MS, TRAY_EXPIRES_DAYS
from ledger.log.commitments import SALT_BYTES, digest_disclosure, index_disclosures, make_disclosure
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft, name_draft
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.slots import slot_of_voucher
from ledger.state import get_day
from ledger.state.documents import find_voucher, iterate_documents
from ledger.state.facts import EntryAt, get_fact, read_body
from ledger.state.private import FindPrivate, OriginalDocument, find_subject, open_private
from ledger.vaults import Draft

KEY_BYTES = 32
Area = tuple[int, int, int, int, int]
"""What is blacked out: the page, from 1, then left, top, right and bottom in ten-thousandths of its edges."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is in an encrypted file: the original as it was sent, its public copy, and what was blacked out in that.

    `plain_pages`, before anything was blacked out, are there only until it is handed in; `filename` is only shown.
    """

    areas: tuple[Area, ...]
    data: bytes
    filename: str
    pages: tuple[bytes, ...]
    plain_pages: tuple[bytes, ...] = ()


_KEPT = msgspec.msgpack.Decoder(Kept)


class Target(NamedTuple):
    """The voucher that documents are about. `digest` is its body digest, `maker` who handed it in; `draft` names it
    while it waits, `entry` is its index once it is recorded, -1 before.
    """

    digest: str
    draft: str
    entry: int
    label: str
    maker: str
    number: str

    @property
    def state(self) -> Literal["recorded", "waiting"]:
        return "waiting" if self.draft else "recorded"


def find_target(ports: Ports, village: str, number: str) -> Target:
    """Return the voucher of a number, recorded or waiting; NotFound where there is neither."""
    with ports.ledger.read(village) as reader:
        at = get_fact(reader.facts, f"voucher/{number}", EntryAt)
        if at is not None:
            maker = reader.facts.read_entry(at.index).maker.user
            return Target(find_voucher(reader.facts, number), "", at.index, f"凭证 {number}", maker, number)
    slot = "/".join(slot_of_voucher(number))
    for draft in ports.vault.list_drafts(village, "waiting"):
        if draft.slot == slot:
            maker = parse_claim(draft.claim).maker.user
            return Target(draft.digest, draft.id, -1, draft.label, maker, number)
    raise NotFound(f"凭证 {number}")


def make_private(ports: Ports, village: str, data: bytes) -> str:
    """Draw pseudonym, key and salt of a new original, keep them in the vault and return the disclosure.

    It is the document's own from here on: whoever has it erased erases every encrypted form of it, also in the copies
    of before it was handed in.
    """
    value = OriginalDocument(
        document=make_pseudonym(ports.entropy, "o-", 16),
        file=hashlib.sha256(data).hexdigest(),
        key=base64.urlsafe_b64encode(ports.entropy.take(KEY_BYTES)).decode().rstrip("="),
    )
    text = make_disclosure(ports.entropy.take(SALT_BYTES), "original", msgspec.to_builtins(value))
    ports.vault.keep_private(village, [text])
    return text


def encrypt(ports: Ports, village: str, private: str, kept: Kept) -> str:
    """Keep a document's content under its own key; return the digest of the encrypted file."""
    value = _read_private({digest_disclosure(private): private}.get, digest_disclosure(private))
    assert value is not None
    return ports.documents.keep(
        village, _parse_key(value), msgspec.msgpack.encode(kept), ports.clock.now_ms()
    )


def decrypt(ports: Ports, village: str, encrypted: str, sealed: str, find: FindPrivate) -> tuple[str, Kept]:
    """Return pseudonym and content of a document; NotFound where it was erased, or its file is gone."""
    value = _read_private(find, sealed)
    plain = ports.documents.open(village, encrypted, _parse_key(value)) if value is not None else None
    if value is None or plain is None:
        raise NotFound("单据原件：已删除，或文件不在了")
    return value.document, _KEPT.decode(plain)


def build_documents(
    ports: Ports, village: str, target: Target, maker: str, kept: Sequence[tuple[str, Kept]]
) -> Draft:
    """Return a draft that attaches documents, each with its disclosure, to a voucher; their files are kept by then."""
    documents: list[Document] = []
    try:
        for private, item in kept:
            pages = tuple(hashlib.sha256(page).hexdigest() for page in item.pages)
            encrypted = encrypt(ports, village, private, item)
            original = Sealed(sealed=digest_disclosure(private))
            documents.append(Document(encrypted=encrypted, original=original, pages=pages))
    except Refused:
        for document in documents:
            ports.documents.drop(village, document.encrypted)
        raise
    claim = Claim(
        body=DocumentsAttached(documents=tuple(documents), number=target.number, voucher=target.digest),
        kind="documents.attached",
        maker=name_clerk(maker),
        occurred_on=get_day(ports.clock.now_ms()),
        period=target.number[:7],
        village=village,
    )
    texts = Discloser(ports.entropy)
    texts.private += [private for private, _ in kept]
    return build_draft(ports, claim, f"凭证 {target.number} 的单据 {len(kept)} 份", "", texts)


def list_originals(ports: Ports, village: str) -> list[tuple[str, str]]:
    """Return number of the voucher and pseudonym of every recorded original that is not erased."""
    return [(number, subject) for number, subject, _ in _iterate_originals(ports, village)]


def list_document_subjects(ports: Ports, village: str, of: Draft | int) -> frozenset[str]:
    """Return the pseudonyms of what a draft attaches, or the entry of an index, without those that were erased;
    nothing where neither attaches any.
    """
    if isinstance(of, Draft):
        texts: list[str | None] = list(of.private) if read_documents(of) is not None else []
    else:
        with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find_private:
            try:
                body = read_body(reader.facts, of, DocumentsAttached)
            except ValueError:
                return frozenset()
            texts = [find_private(document.original.sealed) for document in body.documents]
    found = (find_subject(text) for text in texts if text is not None)
    return frozenset(subject for subject in found if subject)


def find_encrypted(ports: Ports, village: str, subject: str) -> list[str]:
    """Return the digests of the recorded files of a document's pseudonym."""
    return [encrypted for _, known, encrypted in _iterate_originals(ports, village) if known == subject]


def list_attached(ports: Ports, village: str, vouchers: Collection[str]) -> list[Draft]:
    """Return the waiting drafts that attach documents to vouchers of these body digests."""
    return [
        draft
        for draft in ports.vault.list_drafts(village, "waiting")
        if (body := read_documents(draft)) is not None and body.voucher in vouchers
    ]


def read_documents(draft: Draft) -> DocumentsAttached | None:
    """Return what a draft attaches; None where it is of another kind."""
    if b'"kind":"documents.attached"' not in draft.claim:
        return None  # Parsing hundreds of others to learn this takes a page's time.
    body = parse_claim(draft.claim).body
    return body if isinstance(body, DocumentsAttached) else None


def open_waiting(ports: Ports, draft: Draft, position: int) -> tuple[str, Kept]:
    """Return pseudonym and content of a draft's document, by its position from 0; NotFound where it is gone."""
    texts = index_disclosures(draft.private)
    return _open_document(ports, draft.village, read_documents(draft), position, texts.get)


def open_recorded(ports: Ports, village: str, index: int, position: int) -> tuple[str, Kept]:
    """The same of an entry; NotFound where it is none of this kind, or the document was erased."""
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find_private:
        try:
            body = read_body(reader.facts, index, DocumentsAttached)
        except ValueError as error:
            raise NotFound(f"第 {index} 条单据") from error
        return _open_document(ports, village, body, position, find_private)


def publish_pages(ports: Ports, draft: Draft) -> None:
    """Put the pages of what a draft attaches into the archive. Refused where a file is gone, Tampered where it was
    altered, or holds other pages than those that were signed off.
    """
    body = read_documents(draft)
    for position in range(len(body.documents) if body is not None else 0):
        assert body is not None
        try:
            _, kept = open_waiting(ports, draft, position)
        except NotFound as error:
            raise Refused([build_gone(draft)]) from error
        pages = tuple(hashlib.sha256(page).hexdigest() for page in kept.pages)
        if pages != body.documents[position].pages:
            raise Tampered(-1, "交审时的公开页", "别的几页", subject=name_draft(draft))
        with refuse_when_full("存单据公开页的磁盘"):
            for page in kept.pages:
                ports.archive.keep(page)


def check_documents_draft(ports: Ports, draft: Draft) -> list[Fault]:
    """What a draft attaches must be for a voucher that still is what it was when it was handed in."""
    body = read_documents(draft)
    if body is None or draft.state != "waiting":
        return []
    with contextlib.suppress(NotFound):
        if find_target(ports, draft.village, body.number).digest == body.voucher:
            return []
    return [
        Fault(
            code="documents-voucher",
            place=name_draft(draft),
            found="交审时看到的那张凭证改过或作废了",
            expected="还是那张凭证",
            remedy="退回，请村文书对着现在的凭证重新附上",
        )
    ]


def sweep(ports: Ports, village: str) -> list[str]:
    """Delete encrypted files that no entry and no draft names and that are older than anything waits; return them."""
    oldest = ports.clock.now_ms() - (TRAY_EXPIRES_DAYS + 1) * DAY_MS
    late = [item.digest for item in ports.documents.list_kept(village) if item.kept_at < oldest]
    if not late:
        return []
    drafts = [*ports.vault.list_drafts(village, "waiting"), *ports.vault.list_drafts(village, "returned")]
    bodies = [body for body in map(read_documents, drafts) if body is not None]
    named = {document.encrypted for body in bodies for document in body.documents}
    with ports.ledger.read(village) as reader:
        strays = [
            digest
            for digest in late
            if digest not in named and reader.facts.get(f"document/{digest}") is None
        ]
    for digest in strays:
        ports.documents.drop(village, digest)
    return strays


def build_gone(draft: Draft) -> Fault:
    """Return the fault of a draft whose documents' files are not there any more."""
    return Fault(
        code="documents-gone",
        place=name_draft(draft),
        found="有单据的文件不在了",
        expected="交审时的文件都在",
        remedy="退回，请村文书重新附上；备份恢复以后才这样的，从备份里找回 documents 文件夹",
    )


def _open_document(
    ports: Ports, village: str, body: DocumentsAttached | None, position: int, find_private: FindPrivate
) -> tuple[str, Kept]:
    if body is None or not 0 <= position < len(body.documents):
        raise NotFound("单据")
    document = body.documents[position]
    return decrypt(ports, village, document.encrypted, document.original.sealed, find_private)


def _iterate_originals(ports: Ports, village: str) -> Iterator[tuple[str, str, str]]:
    """Yield number of the voucher, pseudonym and digest of the encrypted file."""
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find_private:
        for _, body in iterate_documents(reader.facts):
            for document in body.documents:
                text = find_private(document.original.sealed)
                if text is not None:
                    yield body.number, find_subject(text) or "", document.encrypted


def _read_private(find: FindPrivate, sealed: str) -> OriginalDocument | None:
    try:
        return open_private(find, sealed, OriginalDocument)
    except NotProven as error:
        raise Tampered(-1, "封存时的钥匙", error.reason, subject="隐私库里的单据") from error


def _parse_key(value: OriginalDocument) -> bytes:
    return base64.urlsafe_b64decode(value.key + "=")
