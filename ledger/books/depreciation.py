"""Straight-line depreciation: what of an asset's value each month takes, so that nothing is lost by division.

Every month takes the same whole fen, the last one the rest. A month that nobody booked is caught up with in the next:
what a month's voucher takes is what all months until then should have taken, less what they did.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.assets import AssetRegistered, get_first_month
from ledger.books.periods import count_months
from ledger.books.values import get_previous_period


class Plan(NamedTuple):
    """How an asset is depreciated: `total_fen` over `months` months, from `first` on."""

    first: str
    months: int
    total_fen: int

    @property
    def monthly_fen(self) -> int:
        """What every month but the last one takes."""
        return self.total_fen // self.months


def build_plan(body: AssetRegistered) -> Plan | None:
    """Return how an asset is depreciated from its registration on; None where it is not.

    Of an older asset what is left is spread over the months that are left; where none is, one month takes it all.
    """
    if not body.depreciates_from or not body.life_months:
        return None
    gone = count_months(get_first_month(body.category, body.in_use_from), body.depreciates_from) - 1
    left_fen = body.original_fen - body.residual_fen - body.depreciated_fen
    return Plan(body.depreciates_from, max(body.life_months - gone, 1), left_fen)


def sum_planned(plan: Plan, period: str) -> int:
    """Return what all months until `period`, that one too, should have taken, in fen."""
    months = min(max(count_months(plan.first, period), 0), plan.months)
    return plan.total_fen if months == plan.months else plan.monthly_fen * months


def get_last_month(body: AssetRegistered, disposed_on: str) -> str:
    """Return the last month that is depreciated of what was disposed of on a day: that month, of rights the one before;
    empty while it has not been.
    """
    month = disposed_on[:7]
    return get_previous_period(month) if month and body.category == "intangible" else month
