"""What of a village is late, or about to be: the sheet that should hang, drafts that nobody passes, witnesses that are
silent. For the village's own desk and for its township, in one reckoning, so that both are told the same.

Costs a look at some months and at what waits; it does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ledger.books.concerns.months import Unpublished
from ledger.books.law import Law, count_days
from ledger.books.rhythm import ExpectedRound
from ledger.books.values import get_previous_period
from ledger.canonical import parse_claim
from ledger.data import load_rhythm
from ledger.limits import DAY_MS
from ledger.log.confirmation import Confirmation
from ledger.ports import Ports, Reader
from ledger.service.drafts import EXPIRES_DAYS, open_draft
from ledger.service.objections import Pending, count_pending
from ledger.service.passing import is_late, list_needs, list_roles
from ledger.service.reporting import Unverified, count_unverified
from ledger.service.standing import Standing
from ledger.state import get_day
from ledger.state.facts import Facts, LimitsFacts
from ledger.state.limits import find_limits
from ledger.state.publishing import UnpublishedSpan, list_unpublished_spans
from ledger.state.publishing import list_unpublished as list_months
from ledger.state.rhythm import list_expected
from ledger.vaults import Draft

MONTHS_LOOKED_AT = 12
"""Ended months, the newest: a sheet that is missing longer was missed a year ago."""
SOON_DAYS = 7
"""So many days before a deadline somebody is told."""
SLOW_DAYS = 7
"""A draft that waits longer than this is told: after `EXPIRES_DAYS` it counts no more."""
SILENT_DAYS = 3
"""Witnesses are asked many times a day; after so many without an answer somebody should look."""

LateKind = Literal[
    "read-only",
    "publish-quarter",
    "objection-late",
    "report-late",
    "publish-month",
    "year-late",
    "quarter-late",
    "round-late",
    "expired",
    "expiring",
    "held",
    "silent",
    "slow",
    "objection-due",
    "publish-soon",
    "year-soon",
    "quarter-soon",
    "round-soon",
]
URGENCY: tuple[LateKind, ...] = get_args(LateKind)
"""The most urgent first."""


@dataclass(frozen=True)
class Late:
    """One thing that is late or soon will be.

    `count`   of months, rounds, drafts, objections or days of silence, 0 where there is nothing to count; -1 of
              witnesses that never spoke
    `day`     until when it had to be done, or has to be; empty for none
    `number`  of the voucher that others wait for; empty for none
    `period`  the month, the earliest of several; empty for none
    `subject` the draft that it is about, where it is one; empty otherwise
    """

    kind: LateKind
    count: int = 0
    day: str = ""
    number: str = ""
    period: str = ""
    subject: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether something is wrong or missed by now, and not only slow."""
        return URGENCY.index(self.kind) < URGENCY.index("slow")


def find_lateness(
    ports: Ports,
    reader: Reader,
    standing: Standing,
    *,
    confirmation: Confirmation | None,
    drafts: Sequence[Draft],
) -> list[Late]:
    """Return what is late in a village, the most urgent first.

    `drafts` are those that wait, empty where they cannot be read; `confirmation` is None where no witness is asked.
    """
    now_ms = ports.clock.now_ms()
    found = [Late("read-only")] if standing.fault is not None else []
    found += _tell_unpublished(
        list_unpublished(reader.facts, ports.reference.law, standing.village, now_ms), now_ms
    )
    found += _tell_spans(list_spans(reader.facts, ports.reference.law, standing.village, now_ms), now_ms)
    found += _tell_rounds(
        list_rounds(reader.facts, ports.reference.law, standing.village, now_ms), get_day(now_ms)
    )
    found += _tell_objections(count_pending(ports, reader, standing.village, get_day(now_ms)))
    found += _tell_reports(count_unverified(ports, reader, standing.village, get_day(now_ms)))
    found += _tell_drafts(ports, find_limits(reader.facts), drafts, now_ms)
    found += _tell_witnesses(confirmation, now_ms)
    return sorted(found, key=lambda late: (URGENCY.index(late.kind), late.day))


def list_unpublished(facts: Facts, law: Law, village: str, now_ms: int) -> list[Unpublished]:
    """Return the ended months of the last year whose finance sheet was never sealed, the earliest first."""
    return list_months(facts, law, village, _find_first(now_ms), get_day(now_ms))


def list_spans(facts: Facts, law: Law, village: str, now_ms: int) -> list[UnpublishedSpan]:
    """Return the quarters and years that ended in the last year and whose sheet was never sealed, where others were."""
    return list_unpublished_spans(facts, law, village, _find_first(now_ms), get_day(now_ms))


def list_rounds(facts: Facts, law: Law, village: str, now_ms: int) -> list[ExpectedRound]:
    """Return the rounds of assessments that are expected of the last year's ended months."""
    today = get_day(now_ms)
    last = get_previous_period(today[:7])
    return list_expected(
        facts, law, load_rhythm(), village, first=_find_first(now_ms), last=last, today=today
    )


def _find_first(now_ms: int) -> str:
    """Return the first month that is looked at."""
    first = get_day(now_ms)[:7]
    for _ in range(MONTHS_LOOKED_AT):
        first = get_previous_period(first)
    return first


def list_held(ports: Ports, limits: LimitsFacts | None, drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts that everybody passed and that wait for a number before theirs."""
    return [
        draft
        for draft in drafts
        if draft.approvals and list_needs(ports, limits, draft, open_draft(draft)).is_none
    ]


def needs_township(ports: Ports, limits: LimitsFacts | None, draft: Draft) -> bool:
    """Say whether the township must pass a waiting draft, and has not yet: above a limit, a star, a round that is its
    own.
    """
    roles = list_roles(ports, limits, parse_claim(draft.claim))
    return "township" in roles and "township" not in [item.role for item in draft.approvals]


def count_days_waiting(draft: Draft, now_ms: int) -> int:
    """Return for how many whole days a draft waits; 0 for one from before that was kept."""
    return max(now_ms - draft.submitted_at, 0) // DAY_MS if draft.submitted_at else 0


def _tell_unpublished(months: Sequence[Unpublished], now_ms: int) -> list[Late]:
    today = get_day(now_ms)
    missed = [month for month in months if today > month.latest_on]
    late = [month for month in months if month.latest_on >= today > month.due_on]
    soon = [month for month in months if today <= month.due_on <= count_days(today, SOON_DAYS)]
    told = []
    if missed:
        told.append(Late("publish-quarter", len(missed), missed[0].latest_on, period=missed[0].period))
    if late:
        told.append(Late("publish-month", len(late), late[0].due_on, period=late[0].period))
    return told + [Late("publish-soon", 1, month.due_on, period=month.period) for month in soon]


def _tell_spans(spans: Sequence[UnpublishedSpan], now_ms: int) -> list[Late]:
    today, told = get_day(now_ms), []
    for span in spans:
        is_year = span.kind == "year"
        if today > span.due_on:
            kind: LateKind = "year-late" if is_year else "quarter-late"
        elif span.due_on <= count_days(today, SOON_DAYS):
            kind = "year-soon" if is_year else "quarter-soon"
        else:
            continue
        told.append(Late(kind, 1, span.due_on, period=span.period))
    return told


def _tell_rounds(rounds: Sequence[ExpectedRound], today: str) -> list[Late]:
    late = [one for one in rounds if one.state == "late"]
    soon = [one for one in rounds if one.state == "open" and one.due_on <= count_days(today, SOON_DAYS)]
    lists: list[tuple[LateKind, list[ExpectedRound]]] = [("round-late", late), ("round-soon", soon)]
    first = [(kind, some, min(some, key=lambda one: one.due_on)) for kind, some in lists if some]
    return [Late(kind, len(some), one.due_on, period=one.period) for kind, some, one in first]


def _tell_objections(pending: Pending) -> list[Late]:
    told = [Late("objection-late", pending.late, pending.missed_on)] if pending.late else []
    if pending.open > pending.late:
        told.append(Late("objection-due", pending.open - pending.late, pending.due_on))
    return told


def _tell_reports(unverified: Unverified) -> list[Late]:
    late = Late("report-late", count=unverified.late, day=unverified.missed_on)
    return [late] if unverified.late else []


def _tell_drafts(
    ports: Ports, limits: LimitsFacts | None, drafts: Sequence[Draft], now_ms: int
) -> list[Late]:
    waits = {draft.id: count_days_waiting(draft, now_ms) for draft in drafts}
    expired = [draft for draft in drafts if is_late(ports, draft)]
    rest = [draft for draft in drafts if draft not in expired]
    expiring = [draft for draft in rest if waits[draft.id] >= EXPIRES_DAYS - SOON_DAYS]
    slow = [draft for draft in rest if draft not in expiring and waits[draft.id] >= SLOW_DAYS]
    lists: list[tuple[LateKind, list[Draft]]] = [("expired", expired), ("expiring", expiring), ("slow", slow)]
    told = [_tell_some(kind, some) for kind, some in lists if some]
    held = list_held(ports, limits, rest)
    if held:
        first = _find_blocking(rest, held)
        told.append(Late("held", len(held), number=_get_number(first), subject=first.id if first else ""))
    return told


def _tell_some(kind: LateKind, drafts: Sequence[Draft]) -> Late:
    oldest = min(drafts, key=lambda draft: draft.submitted_at)
    day = get_day(oldest.submitted_at + EXPIRES_DAYS * DAY_MS)
    return Late(kind, len(drafts), day, subject=oldest.id if len(drafts) == 1 else "")


def _find_blocking(drafts: Sequence[Draft], held: Sequence[Draft]) -> Draft | None:
    """Return the first voucher of a held one's month that is not passed by everybody."""
    months = {_get_number(draft)[:7] for draft in held}
    waiting = [draft for draft in drafts if draft not in held and _get_number(draft)[:7] in months]
    return min(waiting, key=_get_number, default=None)


def _get_number(draft: Draft | None) -> str:
    kind, _, number = draft.slot.partition("/") if draft is not None else ("", "", "")
    return number if kind == "voucher" else ""


def _tell_witnesses(confirmation: Confirmation | None, now_ms: int) -> list[Late]:
    if confirmation is None or not confirmation.quorum:
        return []
    if not confirmation.time_s:
        return [Late("silent", -1)]
    days = (now_ms // 1_000 - confirmation.time_s) // (DAY_MS // 1_000)
    return [Late("silent", days)] if days >= SILENT_DAYS else []
