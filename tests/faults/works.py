"""The work during which the power is cut: single entries, a batch, a closed and sealed month, a full journal."""

from __future__ import annotations

from collections.abc import Callable

from ledger.books.vouchers import Posting
from ledger.service.close import prepare_closing
from ledger.vaults import Draft
from tests.builders import VILLAGE, build_opening, build_postings, build_voucher
from tests.faults.cuts import Worker

BATCH = 20
SINGLES = 100
"""Entries one by one that fill a write-ahead log of 1,000 pages, and some more."""


def work_a_month(worker: Worker) -> None:
    """Single entries and a batch before a restart and after it, then the closing and a sealed sheet."""
    worker.pass_(_make_opening(worker))
    numbers = iter(range(1, 1_000))
    for _ in range(3):
        worker.pass_(_make_voucher(worker, next(numbers)))
    worker.pass_(*(_make_voucher(worker, next(numbers)) for _ in range(BATCH)))
    worker.restart()
    worker.pass_(_make_voucher(worker, next(numbers)))
    worker.pass_(*(_make_voucher(worker, next(numbers)) for _ in range(2)))
    worker.village.go_to("2026-11-02")
    clerk = worker.village.clerk.user
    worker.pass_(lambda: prepare_closing(worker.village.home, VILLAGE, "2026-10", clerk))
    worker.seal("finance", "2026-10")
    worker.restart()


def work_until_the_journal_is_full(worker: Worker) -> None:
    """Single entries until SQLite moves the journal's pages into the file by itself and begins the journal anew."""
    worker.pass_(_make_opening(worker))
    for number in range(1, SINGLES + 1):
        worker.pass_(_make_voucher(worker, number))


def _make_opening(worker: Worker) -> Callable[[], Draft]:
    postings = (
        Posting(account="101", amount_fen=5_000_000, side="debit"),
        Posting(account="301", amount_fen=5_000_000, side="credit"),
    )
    return lambda: worker.village.draft(build_opening(chart="2023", postings=postings))


def _make_voucher(worker: Worker, number: int) -> Callable[[], Draft]:
    texts = worker.village.texts
    return lambda: worker.village.draft(
        build_voucher(
            texts,
            chart="2023",
            number=f"2026-10-{number:03}",
            postings=build_postings(100 + number, debit="513"),
            summary=texts.publish(f"购办公用纸 {number}"),
        )
    )
