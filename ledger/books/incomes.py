"""What a village's collective earns by its own business in a year, and the bands that people quote of it.

集体经营性收入 is the income from business, from letting and contracting out, and from investments; money granted from
above and other income are not among it. The two charts have it under different codes: 502 is investment income in one
and an expense in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.books.balances import Sides

OPERATING: Mapping[str, tuple[str, ...]] = {
    "2023": ("501", "502"),  # 经营收入, which holds what was 发包及上交收入, and 投资收益
    "2004": ("501", "511", "561"),  # 经营收入, 发包及上交收入, 投资收益
}
"""First digits of the accounts that count. [R] how surveys of collective income count; said on the page."""

BANDS_FEN = (10_000_000, 50_000_000, 100_000_000)
"""100,000, 500,000 and 1,000,000 yuan a year: [V] what counties publish how many villages have reached."""


def is_operating(chart: str, account: str) -> bool:
    """Say whether what an account takes in is earned by the collective's own business."""
    return account.startswith(OPERATING[chart])


def sum_income(chart: str, turnovers: Iterable[tuple[str, Sides]]) -> int:
    """Return what (account, turnover) pairs bring in by business, in fen; what was taken back is taken off."""
    return sum(
        sides.credit_fen - sides.debit_fen for account, sides in turnovers if is_operating(chart, account)
    )


def find_band(amount_fen: int) -> int:
    """Return the lower end in fen of the highest band that an amount reaches, 0 below the first."""
    return max((least for least in BANDS_FEN if amount_fen >= least), default=0)
