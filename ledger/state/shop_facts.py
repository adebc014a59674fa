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


class TaskFacts(Value, frozen=True):
    """A task: indexes of its entry and of its newest sign-in sheet, 0 before the first; how many put their name down,
    and what the sheet adds up to.
    """

    at: int
    booked: int
    claimed: int
    hours_hundredths: int
    people: int
    version: int


class VolunteeringFacts(Value, frozen=True):
    """What the tasks held in a year add up to, of those with a sign-in sheet."""

    hours_hundredths: int
    people: int
    tasks: int
