"""The source documents of vouchers, and which entries attached them.

Documents belong to exactly the voucher that their checker saw them with: it is named by number and by body digest, and
must be in the log already. They may come after the month was closed; they change nothing that was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.documents import DocumentsAttached, check_documents_body, list_pages
from ledger.canonical import digest_claim
from ledger.entries import Entry, get_claim
from ledger.errors import Fault
from ledger.state.facts import EntryAt, Facts, get_fact, key_at, put_fact, read_body, scan_facts


def check_documents(facts: Facts, entry: Entry, body: DocumentsAttached) -> list[Fault]:
    """Return every reason why documents may not be attached so."""
    place = f"凭证 {body.number} 的单据"
    faults = check_documents_body(body, place)
    if entry.period != body.number[:7]:
        faults.append(
            Fault(
                code="documents-period",
                place=place,
                found=entry.period,
                expected=body.number[:7],
                remedy="单据记入它的凭证所在的月份",
            )
        )
    if find_voucher(facts, body.number) != body.voucher:
        faults.append(
            Fault(
                code="documents-voucher",
                place=place,
                found="账本里没有交审时看到的那张凭证",
                expected="先把那张凭证记入账本",
                remedy="凭证改过的，把单据重新附上再交审",
            )
        )
    known = [item.encrypted for item in body.documents if facts.get(f"document/{item.encrypted}") is not None]
    if known:
        faults.append(
            Fault(
                code="documents-known",
                place=place,
                found=f"{len(known)} 份已经附过",
                expected="没有附过的",
                remedy="同一份不用再附；真有两份的，各照一张",
            )
        )
    return faults


def fold_documents(facts: Facts, entry: Entry, body: DocumentsAttached) -> None:
    """Apply an attachment, already checked."""
    at = EntryAt(index=entry.index)
    put_fact(facts, f"documents/{body.number}/{key_at(entry.index)}", at)
    for document in body.documents:
        put_fact(facts, f"document/{document.encrypted}", at)
    for page in list_pages(body):
        put_fact(facts, f"page/{page}", at)


def find_voucher(facts: Facts, number: str) -> str:
    """Return the body digest of the voucher of a number; empty where there is none."""
    at = get_fact(facts, f"voucher/{number}", EntryAt)
    return digest_claim(get_claim(facts.read_entry(at.index))) if at is not None else ""


def list_documents(facts: Facts, number: str) -> list[tuple[int, DocumentsAttached]]:
    """Return what was attached to the voucher of a number, with the indexes of the entries, oldest first."""
    found = [at.index for _, at in scan_facts(facts, f"documents/{number}/", EntryAt)]
    return [(index, read_body(facts, index, DocumentsAttached)) for index in found]


def iterate_documents(facts: Facts) -> Iterator[tuple[int, DocumentsAttached]]:
    """Yield everything that was attached, by number of the voucher."""
    for _, at in scan_facts(facts, "documents/", EntryAt):
        yield at.index, read_body(facts, at.index, DocumentsAttached)


def has_page(facts: Facts, digest: str) -> bool:
    """Whether a public copy's page is of this log."""
    return facts.get(f"page/{digest}") is not None
