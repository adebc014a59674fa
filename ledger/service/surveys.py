"""A village in a handful of figures, as a township has it beside others. Nothing of it costs more in a longer log.

Whoever asks hands in which villages they may see: here nobody is asked again. A village that cannot be read is told
with the reason, and keeps nobody from seeing the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ledger.books.incomes import find_band
from ledger.books.periods import count_months
from ledger.books.values import get_previous_period
from ledger.books.village import VillageDescribed
from ledger.desk import Audited
from ledger.errors import NotFound, NotProven, Refused, Tampered
from ledger.figures import read_text
from ledger.limits import DAY_MS
from ledger.log.confirmation import Confirmation
from ledger.ports import DeskPorts, Head, Reader, ScrubFound
from ledger.service.concerns import Counted, count_open
from ledger.service.lateness import (
    SLOW_DAYS,
    Late,
    count_days_waiting,
    find_lateness,
    needs_township,
)
from ledger.service.objections import Pending, count_pending
from ledger.service.sheets import SealedSheet, find_sheet, read_texts
from ledger.service.standing import Standing
from ledger.state import get_day
from ledger.state.concerns import Stand
from ledger.state.facts import BooksFacts, EntryAt, SheetFacts, VillageFacts, get_fact
from ledger.state.incomes import get_operating_income
from ledger.state.limits import find_limits
from ledger.state.publishing import get_due_day
from ledger.vaults import Draft
from ledger.witnessed import read_confirmation

YEAR_MONTHS = 12
OLD_AUDIT_DAYS = 92
"""An audit longer ago than this says little of today: a quarter."""

Colour = Literal["green", "yellow", "red"]
GetStanding = Callable[[str, Reader, Head | None], Standing]
ReadConcerns = Callable[[str, Reader], list[Stand]]


@dataclass(frozen=True)
class Income:
    """What the collective earned by its own business, in fen.

    `band`     lower end of the highest band that the last year reaches, 0 below the first
    `first`, `last`  months of the last year; empty before one is closed
    `is_whole` the last year has twelve months of these books
    `last_year_fen` in the twelve months up to the last closed one
    `year`     of the months so far, e.g. 2026
    `year_fen` in the months of this year so far, those too that are not closed
    """

    band: int
    first: str
    is_whole: bool
    last: str
    last_year_fen: int
    year: str
    year_fen: int


@dataclass(frozen=True)
class Waiting:
    """What waits to be passed. `slow` of them too long, `oldest_days` the longest; `township` above its limit."""

    drafts: int
    oldest_days: int
    slow: int
    township: int


@dataclass(frozen=True)
class Survey:
    """A village beside others.

    `audited`     what the last audit in the background said, None where none was run
    `concerns`    how many open questions there are about its last year; None where nobody asked
    `income`      None before the books are opened
    `last_closed` month, empty before the first
    `name`        what the village calls itself, empty where it cannot be read or never said
    `objections`  how many wait for an answer; None where the village cannot be read
    `reason`      why the village cannot be read, for a person; all figures are then empty
    `scrub_found` what the last scrub found
    `sheet`       the finance sheet sealed last, None before the first; `sheet_day` is when, `is_sheet_late` whether the
                  first sheet of that month came after its day
    `waiting`     None where the vault cannot be read
    `witnesses`   what they confirmed, None where nobody is asked
    """

    village: str
    scrub_found: ScrubFound
    name: str = ""
    audited: Audited | None = None
    concerns: Counted | None = None
    income: Income | None = None
    is_sheet_late: bool = False
    last_closed: str = ""
    late: tuple[Late, ...] = ()
    objections: Pending | None = None
    reason: str = ""
    sheet: SealedSheet | None = None
    sheet_day: str = ""
    size: int = 0
    waiting: Waiting | None = None
    witnesses: Confirmation | None = None

    def find_colour(self, now_ms: int) -> Colour:
        """Return how the village stands: red where something does not agree or was missed for good, yellow where
        somebody should look, green where neither is known. What is only to be explained never turns it red.
        """
        kinds = {late.kind for late in self.late}
        has_findings = any(self.scrub_found) or (self.audited is not None and bool(self.audited.found))
        if self.reason or has_findings or kinds & {"read-only", "publish-quarter", "objection-late"}:
            return "red"
        has_questions = self.concerns is not None and self.concerns.serious > 0
        return "yellow" if self.late or has_questions or self.is_unaudited(now_ms) else "green"

    def is_unaudited(self, now_ms: int) -> bool:
        """Whether nobody audited the log, or not lately."""
        return self.audited is None or now_ms - self.audited.ended_at > OLD_AUDIT_DAYS * DAY_MS


def survey_village(
    ports: DeskPorts, village: str, get_standing: GetStanding, read_concerns: ReadConcerns | None = None
) -> Survey:
    """Return a village's figures, with what `read_concerns` says of its books; of one that cannot be read, why."""
    try:
        # Before the view is opened: a head signed in between would promise more than the view holds.
        newest = ports.heads.find_newest(village)
        with ports.ledger.read(village) as reader:
            survey = _survey(ports, village, reader, newest, get_standing)
            if read_concerns is None:
                return survey
            return replace(survey, concerns=count_open(read_concerns(village, reader)))
    except NotFound:
        reason = "账本不在这里，或者还没有立账"
    except Tampered as error:
        reason = f"账本读不出：{error}"
    except NotProven as error:
        reason = f"账本读不出：{error.reason}"
    return Survey(
        village, ports.find_scrub_found(village), audited=_find_audited(ports, village), reason=reason
    )


def _survey(
    ports: DeskPorts, village: str, reader: Reader, newest: Head | None, get_standing: GetStanding
) -> Survey:
    standing = get_standing(village, reader, newest)
    books = get_fact(reader.facts, "books", BooksFacts)
    confirmation = read_confirmation(ports, village, reader, newest)
    drafts = read_waiting(ports, village)
    late = find_lateness(ports, reader, standing, confirmation=confirmation, drafts=drafts or ())
    sheet = _find_newest_sheet(reader)
    return Survey(
        village,
        ports.find_scrub_found(village),
        name=_read_name(reader),
        audited=_find_audited(ports, village),
        income=build_income(reader, books, ports.clock.now_ms()) if books is not None else None,
        is_sheet_late=sheet is not None and _is_late(ports, reader, village, sheet.period),
        last_closed=books.last_closed if books is not None else "",
        late=tuple(late),
        objections=count_pending(ports, reader, village, get_day(ports.clock.now_ms())),
        sheet=sheet,
        sheet_day=get_day(reader.facts.read_entry(sheet.index).recorded_at) if sheet is not None else "",
        size=reader.size,
        waiting=_count_waiting(ports, reader, drafts) if drafts is not None else None,
        witnesses=confirmation,
    )


def read_waiting(ports: DeskPorts, village: str) -> list[Draft] | None:
    """Return the drafts that wait; None where the vault's keys are not at hand, or not here."""
    try:
        return ports.vault.list_drafts(village, "waiting") if ports.vault.can_read(village) else None
    except (Refused, Tampered):
        return None


def build_income(reader: Reader, books: BooksFacts, now_ms: int) -> Income:
    """Return what the collective earned by its own business, of the last year and of this one."""
    this_month = get_day(now_ms)[:7]
    last, first = books.last_closed, books.last_closed
    for _ in range(YEAR_MONTHS - 1):
        first = get_previous_period(first) if first > books.first_period else first
    year_fen = _sum(reader, max(f"{this_month[:4]}-01", books.first_period), this_month)
    last_year_fen = _sum(reader, first, last) if last else 0
    return Income(
        band=find_band(last_year_fen),
        first=first,
        is_whole=bool(last) and count_months(first, last) == YEAR_MONTHS,
        last=last,
        last_year_fen=last_year_fen,
        year=this_month[:4],
        year_fen=year_fen,
    )


def _sum(reader: Reader, first: str, last: str) -> int:
    return get_operating_income(reader.facts, first, last)


def _count_waiting(ports: DeskPorts, reader: Reader, drafts: list[Draft]) -> Waiting:
    days = [count_days_waiting(draft, ports.clock.now_ms()) for draft in drafts]
    limits = find_limits(reader.facts)
    return Waiting(
        drafts=len(drafts),
        oldest_days=max(days, default=0),
        slow=sum(waited >= SLOW_DAYS for waited in days),
        township=sum(needs_township(ports, limits, draft) for draft in drafts),
    )


def _read_name(reader: Reader) -> str:
    village = get_fact(reader.facts, "village", VillageFacts)
    body = reader.facts.read_entry(village.described).body if village is not None else None
    return read_text(read_texts(reader), body.name) if isinstance(body, VillageDescribed) else ""


def _find_newest_sheet(reader: Reader) -> SealedSheet | None:
    """Return the finance sheet that was sealed last, whatever its month."""
    latest = get_fact(reader.facts, "latest/F", EntryAt)
    return (
        None
        if latest is None
        else find_sheet(reader, "finance", reader.facts.read_entry(latest.index).period)
    )


def _is_late(ports: DeskPorts, reader: Reader, village: str, period: str) -> bool:
    """Whether a month's first finance sheet was sealed after the day on which it had to hang."""
    first = get_fact(reader.facts, f"sheet/{period}/F/01", SheetFacts)
    if first is None:
        return False
    sealed_on = get_day(reader.facts.read_entry(first.index).recorded_at)
    return sealed_on > get_due_day(ports.reference.law, village, period)


def _find_audited(ports: DeskPorts, village: str) -> Audited | None:
    with ports.desk.read() as desk:
        return desk.find_audited(village)
