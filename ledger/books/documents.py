"""The source documents behind a voucher: what an entry says of photos and PDF that somebody attached to it.

A document is kept twice. The **original** is private: encrypted under a key of its own, and an entry holds the digest
of the encrypted file beside a sealed value, in which that key and the original's digest stand. The **public copy** is
plain pictures, drawn anew, with what is nobody else's business blacked out: an entry holds the digest of each page.
"""

from __future__ import annotations

from ledger.books.values import FileDigest, Sealed, Value, VoucherNumber
from ledger.errors import Fault

DOCUMENTS_MAX = 10
"""Documents of one entry: 200 pages of 67 bytes stay far below an entry's size. More come with another entry."""
PAGES_MAX = 20
"""Pages of one document: a contract, or a month's bank statement."""


class Document(Value, frozen=True):
    """One photo or PDF behind a voucher."""

    encrypted: FileDigest  # of the encrypted original, by which the village keeps it
    original: Sealed  # {document, file, key}: its pseudonym, the original's SHA-256, what opens it
    pages: tuple[FileDigest, ...]  # of the public copy, each a JPEG, in the order in which one reads them


class DocumentsAttached(Value, frozen=True):
    """`documents.attached`: what lies behind a voucher. `voucher` is its body digest: no other can take its place."""

    documents: tuple[Document, ...]
    number: VoucherNumber
    voucher: FileDigest


def list_pages(body: DocumentsAttached) -> list[str]:
    """Return the digests of all pages of the public copies, in their order."""
    return [page for document in body.documents for page in document.pages]


def check_documents_body(body: DocumentsAttached, place: str) -> list[Fault]:
    """There is something to see of each of at most `DOCUMENTS_MAX` documents, and none comes twice."""
    faults = []
    if not 1 <= len(body.documents) <= DOCUMENTS_MAX:
        faults.append(
            Fault(
                code="documents-count",
                place=place,
                found=f"{len(body.documents)} 份单据",
                expected=f"1 至 {DOCUMENTS_MAX} 份",
                remedy="多的分几次附上",
            )
        )
    for number, document in enumerate(body.documents, 1):
        if not 1 <= len(document.pages) <= PAGES_MAX:
            faults.append(
                Fault(
                    code="documents-pages",
                    place=f"{place}，第 {number} 份",
                    found=f"{len(document.pages)} 页",
                    expected=f"1 至 {PAGES_MAX} 页",
                    remedy="只留与这张凭证有关的几页，或分成几份",
                )
            )
    if len({document.encrypted for document in body.documents}) != len(body.documents):
        faults.append(
            Fault(
                code="documents-twice",
                place=place,
                found="同一份单据列了两次",
                expected="每份一次",
                remedy="去掉重复的一份",
            )
        )
    return faults
