"""Where a village's months stand: what of each is recorded, waits, came back, is closed, sealed and hanging.

The order is that of a month's work: what came back is put right, what waits is passed, the month is closed, each sheet
is sealed, printed and hung. What comes next is the first of these that is not done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, NamedTuple

import msgspec

from ledger.books.periods import get_day
from ledger.books.values import MONTH_KINDS, SPAN_MONTHS, SheetKind, get_last_day
from ledger.books.vouchers import PeriodClosed
from ledger.canonical import parse_claim
from ledger.entries import KINDS, Claim
from ledger.errors import NotFound
from ledger.ports import Ports, Reader
from ledger.service.sheets import find_sheet, get_figures, has_adopted
from ledger.state.facts import BooksFacts, PeriodFacts, ScoreMonth, get_fact, scan_facts
from ledger.state.rulebooks import get_points_month
from ledger.vaults import OPEN_STATES, Draft

MONTHS_MAX = 24
"""Months in one list: two years, of which the newest matter."""

Step = Literal["returned", "waiting", "record", "close", "closing", "seal", "hang", "done"]
"""What is to be done next: put right what came back; have passed what waits; go on recording, the month is not over;
close; have the closing passed; seal; hang, while the days of display run; nothing.
"""


class SheetState(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet of a month. What is not sealed has no number; `hung_until` is the last day of display, YYYY-MM-DD."""

    hung_from: str
    hung_until: str
    kind: SheetKind
    number: str


class MonthState(msgspec.Struct, frozen=True, kw_only=True):
    """One month. Counts are of drafts; `closed_on` is empty while it is open, `closing` the draft that would close it.

    `has_points`, `has_scores`  whether the village gives any in this month; None where it has no rules for them
    `spans`  the sheets of the quarter and the year that end with the month, once it is closed; nobody waits for them
    """

    closed_on: str
    closing: str
    has_points: bool | None
    has_scores: bool | None
    is_over: bool
    period: str
    returned: int
    sheets: tuple[SheetState, ...]
    spans: tuple[SheetState, ...]
    today: str
    vouchers: int
    waiting: int

    @property
    def step(self) -> Step:
        """What comes next."""
        if self.returned and not self.closed_on:
            return "returned"
        if self.waiting and not self.closed_on:
            return "waiting"
        if not self.closed_on:
            return "closing" if self.closing else "close" if self.is_over else "record"
        if any(not sheet.number for sheet in self.sheets):
            return "seal"
        return "hang" if any(sheet.hung_until >= self.today for sheet in self.sheets) else "done"


_Drafts = Mapping[str, list[tuple[Draft, Claim]]]
"""Drafts with their claims, by the month of the books."""


class _Open(NamedTuple):
    """What the months are read from: one view of the log, and the drafts that are no entries yet."""

    ports: Ports
    reader: Reader
    returned: _Drafts
    waiting: _Drafts


def list_months(ports: Ports, village: str) -> list[MonthState]:
    """Return the newest months of a village's books, newest first; none before they were opened."""
    try:
        with _open(ports, village) as opened:
            return [_build(opened, period) for period in _list_periods(opened)[:MONTHS_MAX]]
    except NotFound:
        return []  # Its log is not founded yet.


def get_month(ports: Ports, village: str, period: str) -> MonthState:
    """Return one month; NotFound for one that the books do not have."""
    with _open(ports, village) as opened:
        if period not in _list_periods(opened):
            raise NotFound(period)
        return _build(opened, period)


@contextmanager
def _open(ports: Ports, village: str) -> Iterator[_Open]:
    # Before the view: a draft that is passed meanwhile counts as waiting for a moment, never as gone.
    waiting, returned = (_sort_by_month(ports.vault.list_drafts(village, state)) for state in OPEN_STATES)
    with ports.ledger.read(village) as reader:
        yield _Open(ports, reader, returned, waiting)


def _sort_by_month(drafts: list[Draft]) -> _Drafts:
    """Return the drafts that belong to a month of the books: once it is closed, none of them can be recorded."""
    found = defaultdict(list)
    for draft in drafts:
        claim = parse_claim(draft.claim)
        if KINDS[claim.kind].in_books:
            found[claim.period].append((draft, claim))
    return found


def _list_periods(opened: _Open) -> list[str]:
    """Return every month that is there, and the one that it is now, newest first."""
    reader, this_month = opened.reader, get_day(opened.ports.clock.now_ms())[:7]
    books = get_fact(reader.facts, "books", BooksFacts)
    if books is None:
        return []
    found = {period for period, _ in scan_facts(reader.facts, "period/", PeriodFacts)}
    return sorted({*found, books.first_period, max(this_month, books.first_period)}, reverse=True)


def _build(opened: _Open, period: str) -> MonthState:
    reader, today = opened.reader, get_day(opened.ports.clock.now_ms())
    facts = get_fact(reader.facts, f"period/{period}", PeriodFacts)
    closed = facts.closed if facts is not None else 0
    waiting = opened.waiting.get(period, [])
    closing = [draft for draft, claim in waiting if isinstance(claim.body, PeriodClosed)]
    return MonthState(
        closed_on=get_day(reader.facts.read_entry(closed).recorded_at) if closed else "",
        closing=closing[0].id if closing else "",
        has_points=_has_points(reader, period),
        has_scores=_has_scores(reader, period),
        is_over=today > get_last_day(period),
        period=period,
        returned=len(opened.returned.get(period, [])),
        sheets=_build_sheets(opened, MONTH_KINDS, period),
        spans=_build_sheets(opened, SPAN_MONTHS, period),
        today=today,
        vouchers=facts.vouchers if facts is not None else 0,
        waiting=len(waiting) - len(closing),
    )


def _build_sheets(opened: _Open, kinds: Iterable[SheetKind], period: str) -> tuple[SheetState, ...]:
    return tuple(
        _build_sheet(opened.ports, opened.reader, kind, period)
        for kind in kinds
        if has_adopted(opened.reader, kind, period)
    )


def _has_points(reader: Reader, period: str) -> bool | None:
    if not has_adopted(reader, "points", period):
        return None
    return bool(get_points_month(reader.facts, period).rounds)


def _has_scores(reader: Reader, period: str) -> bool | None:
    if not has_adopted(reader, "scores", period):
        return None
    return any(month.rounds for _, month in scan_facts(reader.facts, f"score/{period}/", ScoreMonth))


def _build_sheet(ports: Ports, reader: Reader, kind: SheetKind, period: str) -> SheetState:
    sealed = find_sheet(reader, kind, period)
    if sealed is None:
        return SheetState(hung_from="", hung_until="", kind=kind, number="")
    head = get_figures(ports, reader, kind, period).head
    return SheetState(
        hung_from=head.display_from, hung_until=head.display_to, kind=kind, number=sealed.number
    )
