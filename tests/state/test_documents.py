"""Which documents may be attached to which voucher, and what is told of the others."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.documents import DOCUMENTS_MAX, PAGES_MAX, Document, list_pages
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.documents import find_voucher, has_page, iterate_documents, list_documents
from tests.builders import (
    Discloser,
    EntryChain,
    build_documents,
    build_founding,
    build_opening,
    build_voucher,
)

PLACE = "凭证 2026-10-001 的单据"


class Log:
    """A founded log with an opening and one voucher."""

    def __init__(self) -> None:
        self.chain, self.texts = EntryChain(), Discloser()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        for body in (build_founding(), build_opening(), build_voucher(self.texts)):
            fold_entry(self.facts, self.chain.append(body))
        self.voucher = self.chain.entries[-1]

    def check(self, entry: Entry) -> list[str]:
        return [format_fault(fault) for fault in check_entry(self.facts, load_reference(), entry)]

    def attach(self, **changes: object) -> list[str]:
        """Say what is wrong with an attachment; a lawful one is folded."""
        period = str(changes.pop("period", "2026-10"))
        body = build_documents(self.texts, self.voucher, **changes)
        entry = self.chain.append(body, period=period, step_ms=1)
        told = self.check(entry)
        if not told:
            fold_entry(self.facts, entry)
        return told


@pytest.fixture
def log() -> Log:
    return Log()


def make_document(log: Log, encrypted: str = "e", pages: int = 1) -> Document:
    original = log.texts.seal({"document": "o-x", "file": "", "key": ""}, "original")
    return Document(
        encrypted=encrypted * 64, original=original, pages=tuple(f"{page:064x}" for page in range(pages))
    )


def test_documents_are_found_by_their_voucher_and_their_pages(log: Log) -> None:
    assert log.attach() == []
    assert log.attach(documents=(make_document(log, pages=3),)) == []

    attached = list_documents(log.facts, "2026-10-001")

    assert [index for index, _ in attached] == [3, 4]
    assert list_pages(attached[0][1]) == ["c" * 64, "d" * 64]
    assert [*iterate_documents(log.facts)] == attached
    assert (has_page(log.facts, "c" * 64), has_page(log.facts, "f" * 64)) == (True, False)
    assert (list_documents(log.facts, "2026-10-002"), find_voucher(log.facts, "2026-10-002")) == ([], "")


def test_documents_are_of_one_voucher_and_no_other_takes_its_number(log: Log) -> None:
    told = (
        "：现为账本里没有交审时看到的那张凭证，应为先把那张凭证记入账本。"
        "凭证改过的，把单据重新附上再交审。（documents-voucher）"
    )

    assert log.attach(voucher="0" * 64) == [PLACE + told]
    other = f"{PLACE.replace('001', '002')}{told}"
    assert log.attach(number="2026-10-002") == [other]


def test_documents_belong_to_the_month_of_their_voucher(log: Log) -> None:
    assert log.attach(period="2026-09") == [
        f"{PLACE}：现为2026-09，应为2026-10。单据记入它的凭证所在的月份。（documents-period）"
    ]


def test_a_document_is_attached_once(log: Log) -> None:
    assert log.attach() == []
    assert log.attach() == [
        f"{PLACE}：现为1 份已经附过，应为没有附过的。同一份不用再附；真有两份的，各照一张。（documents-known）"
    ]
    twice = (make_document(log), msgspec.structs.replace(make_document(log), pages=("1" * 64,)))
    assert log.attach(documents=twice) == [
        f"{PLACE}：现为同一份单据列了两次，应为每份一次。去掉重复的一份。（documents-twice）"
    ]


def test_there_is_something_to_see_and_not_too_much(log: Log) -> None:
    many = tuple(make_document(log, letter) for letter in "0123456789a")
    count = f"应为1 至 {DOCUMENTS_MAX} 份。多的分几次附上。（documents-count）"

    assert log.attach(documents=()) == [f"{PLACE}：现为0 份单据，{count}"]
    assert log.attach(documents=many) == [f"{PLACE}：现为11 份单据，{count}"]
    for pages in (0, PAGES_MAX + 1):
        assert log.attach(documents=(make_document(log, pages=pages),)) == [
            (
                f"{PLACE}，第 1 份：现为{pages} 页，应为1 至 20 页。"
                "只留与这张凭证有关的几页，或分成几份。（documents-pages）"
            )
        ]
    assert log.attach(documents=(make_document(log, pages=PAGES_MAX),)) == []
