"""What cases add up to. Keys in `facts`."""

from __future__ import annotations

from ledger.books.cases import Stage
from ledger.books.values import Value


class CaseMove(Value, frozen=True):
    """A step of a case: the index of its entry, the day on which it happened, and how far the case is since."""

    index: int
    on: str
    stage: Stage


class CaseFacts(Value, frozen=True):
    """A case as its entries add up: `opened` is the index of the first, `rated` that of the rating, 0 before it."""

    category: str
    grid: str  # empty where none is given
    handle_by: str
    moves: tuple[CaseMove, ...]
    opened: int
    rated: int
    received_on: str
    verify_by: str


class OpenCase(Value, frozen=True):
    """A case that waits for an answer, and the day by which its next step is in time."""

    due_on: str
    number: str


class OpenCases(Value, frozen=True):
    """All that wait for an answer, those first that are due first."""

    cases: tuple[OpenCase, ...]


class CaseCounts(Value, frozen=True):
    """Cases of a category, or of a unit, that were reported in a month. `on_time` of those that were answered,
    `satisfied` of those that were rated.
    """

    closed: int
    handled: int
    on_time: int
    opened: int
    rated: int
    rejected: int
    satisfied: int
