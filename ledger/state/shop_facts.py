"""What the points shop and volunteering add up to. Keys in `facts`."""

from __future__ import annotations

from ledger.books.values import Value


class ShopFacts(Value, frozen=True):
    """The newest shop: its points year by its first month, the index of its entry, its version."""

    first_period: str
    index: int
    version: int


class RedeemedFacts(Value, frozen=True):
    """Lines that were redeemed, with their pieces, points and cost; what was taken back is taken off."""

    cost_fen: int
    lines: int
    points: int
    quantity: int
