"""What applications for stars add up to. Keys in `facts`."""

from __future__ import annotations

from ledger.books.star_steps import StarStage, StarSubject
from ledger.books.values import Value


class StarMove(Value, frozen=True):
    """A step: the index of its entry, the day on which it happened, how far the application is since, and its stars."""

    index: int
    on: str
    stage: StarStage
    stars: int


class StarFacts(Value, frozen=True):
    """An application as its entries add up: `declared` is the index of the first, on `declared_on`."""

    branch: int
    declared: int
    declared_on: str
    moves: tuple[StarMove, ...]
    subject: StarSubject
    year: str


class StarOfFacts(Value, frozen=True):
    """A branch, or its secretary: the number of the application whose star they hold, empty while they hold none, and
    of the newest one.
    """

    held: str
    newest: str
