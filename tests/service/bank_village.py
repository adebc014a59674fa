"""A village whose October moved by bank: what its books have, to hold statements against."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.vouchers import Posting
from ledger.service.bank.comparing import Compared, File, Older, compare
from tests.builders import VILLAGE, build_opening, build_postings
from tests.homes import VillageHome
from tests.service.bank_files import OPENING_FEN, as_csv, make_rural

OCTOBER = "2026-10"


def open_bank(village: VillageHome) -> None:
    """Open the books with money in the bank."""
    postings = (
        Posting(account="102", amount_fen=OPENING_FEN, side="debit"),
        Posting(account="301", amount_fen=OPENING_FEN, side="credit"),
    )
    village.record(build_opening(chart="2023", postings=postings))


def book(village: VillageHome, amount_fen: int, day: str, *, summary: str = "收租金") -> None:
    """Record a voucher: money into the bank, or out of it where the amount is negative."""
    debit, credit = ("102", "501") if amount_fen > 0 else ("513", "102")
    postings = build_postings(abs(amount_fen), debit=debit, credit=credit)
    village.record_voucher(summary, 1, period=day[:7], occurred_on=day, postings=postings)


def live_through_october(village: VillageHome) -> None:
    """October: rent came, paper was paid and is not through at the bank; the interest is not booked. Closed."""
    open_bank(village)
    book(village, 120_000, "2026-10-09")
    book(village, -32_500, "2026-10-12", summary="办公用品")
    book(village, -50_000, "2026-10-28", summary="修水渠")
    village.go_to("2026-11-02")
    village.close(OCTOBER)


def compare_files(
    village: VillageHome, *files: bytes, period: str = OCTOBER, older: Sequence[Older] = ()
) -> Compared:
    """Compare files, or October's statement of the rural bank."""
    sent = [File(data, f"{number}.csv") for number, data in enumerate(files or (as_csv(make_rural()),), 1)]
    return compare(village.home, VILLAGE, period, sent, older)
