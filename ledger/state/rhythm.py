"""Which rounds of assessments a village's schemes ask for, and how each stands on a day.

A scheme asks for a round of each month, quarter or year from the one in which it is in force, none from before the log
was founded. Of members each branch holds one. Costs a look at some months; it does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, get_args

from ledger.books.law import Law, count_days, find_days
from ledger.books.periods import get_day, iterate_periods
from ledger.books.rhythm import ExpectedRound, Rhythm, count_due_day, judge_display, judge_round
from ledger.books.schemes import SPAN_LENGTHS, has_source
from ledger.books.scores import SchemeSpan, Subject, get_span
from ledger.books.values import SHEET_LETTERS, Value
from ledger.state.assessments import get_round
from ledger.state.facts import (
    BranchFacts,
    EntryAt,
    Facts,
    ObjectionFacts,
    PeriodFacts,
    SheetFacts,
    get_fact,
    scan_facts,
)
from ledger.state.objections import get_objection_facts
from ledger.state.schemes import find_scheme, find_scheme_in_force, get_score_month


class HeldRound(Value, frozen=True):
    """A round that is recorded whole, on `day`, by the `entries` at these indexes."""

    day: str
    entries: tuple[int, ...]


def find_held(facts: Facts, subject: Subject, period: str, branch: int) -> HeldRound | None:
    """Return the round of a subject that stands in a month; None where it is not recorded, or not whole.

    The one place that knows where rounds of a subject are found: each branch holds its own of members, the village one
    of all others together.
    """
    if subject == "member":
        month = get_score_month(facts, period, branch)
        is_whole, entries = len(month.rounds) == month.parts, month.rounds
    else:
        assessed = get_round(facts, subject, period)
        is_whole, entries = len(assessed.rounds) == assessed.parts, assessed.rounds
    if not entries or not is_whole:
        return None
    return HeldRound(day=get_day(facts.read_entry(entries[-1]).recorded_at), entries=entries)


class _Asked(NamedTuple):
    """What every round is judged by; `today` is the day on which it is asked."""

    facts: Facts
    law: Law
    rhythm: Rhythm
    today: str
    village: str


def count_display(law: Law, village: str, hung_on: str) -> str:
    """Return the last day of a display within the branch that begins on a day."""
    days = find_days(law, "branch-display", village[:2], hung_on)
    assert days is not None, hung_on  # The law's own data, from the year 2000 on.
    return count_days(hung_on, days)


def list_expected(
    facts: Facts, law: Law, rhythm: Rhythm, village: str, *, first: str, last: str, today: str
) -> list[ExpectedRound]:
    """Return the rounds that are expected of the months from `first` to `last`, of members first, then by subject,
    branch and month.
    """
    asked = _Asked(facts, law, rhythm, today, village)
    founded = get_day(facts.read_entry(0).recorded_at)[:7]
    found = [
        one
        for period in iterate_periods(max(first, founded), last)
        for subject in get_args(Subject)
        for one in _list_of(asked, subject, period)
    ]
    return sorted(found, key=lambda one: (one.subject != "member", one.subject, one.branch, one.period))


def _list_of(asked: _Asked, subject: Subject, period: str) -> Iterator[ExpectedRound]:
    facts = asked.facts
    is_member = subject == "member"
    scheme = find_scheme(facts, period) if is_member else find_scheme_in_force(facts, period, subject)
    if scheme is None or int(period[5:]) % SPAN_LENGTHS[get_span(scheme)]:
        return
    is_kept = not (is_member and has_source(scheme, "counts"))
    for branch in _list_branches(facts, period) if is_member else [0]:
        yield _build(asked, subject, get_span(scheme), branch, period, is_kept=is_kept)


def _list_branches(facts: Facts, period: str) -> list[int]:
    """Return the branches that are registered in a month."""
    return [
        int(branch)
        for branch, known in scan_facts(facts, "branch/", BranchFacts)
        if facts.read_entry(known.registrations[0]).period <= period
    ]


def _build(
    asked: _Asked, subject: Subject, span: SchemeSpan, branch: int, period: str, *, is_kept: bool
) -> ExpectedRound:
    facts, today = asked.facts, asked.today
    held = find_held(facts, subject, period, branch)
    due_on = count_due_day(asked.rhythm, span, period)
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    is_displayed = subject == "member"  # No sheet has the rounds of others: their page is public.
    sheet = _find_sheet(facts, held, period) if held is not None and is_displayed else None
    display_from = facts.read_entry(sheet.index).occurred_on if sheet is not None else ""
    display_to = count_display(asked.law, asked.village, display_from) if display_from else ""
    objections = _list_objections(facts, held, sheet) if held is not None else []
    return ExpectedRound(
        answered=sum(bool(one.answers) for one in objections),
        branch=branch,
        display=judge_display(display_to, today, is_held=held is not None and is_displayed),
        display_from=display_from,
        display_to=display_to,
        due_on=due_on,
        entry=held.entries[0] if held is not None else 0,
        held_on=held.day if held is not None else "",
        objections=len(objections),
        period=period,
        span=span,
        state=judge_round(
            period,
            due_on,
            today,
            is_held=held is not None,
            is_closed=month is not None and month.closed > 0,
            is_kept=is_kept,
        ),
        subject=subject,
    )


def _find_sheet(facts: Facts, held: HeldRound, period: str) -> SheetFacts | None:
    """Return the first sealed score sheet of the month that has the round in it: from then on it hangs."""
    prefix = f"sheet/{period}/{SHEET_LETTERS['scores']}/"
    sheets = (sheet for _, sheet in scan_facts(facts, prefix, SheetFacts))
    return next((sheet for sheet in sheets if sheet.size > held.entries[-1]), None)


def _list_objections(facts: Facts, held: HeldRound, sheet: SheetFacts | None) -> list[ObjectionFacts]:
    """Return the objections to a round's entries and to the sheet on which it hangs."""
    about = [str(index) for index in held.entries] + ([sheet.number] if sheet is not None else [])
    numbers = [
        number for name in about for number, _ in scan_facts(facts, f"objection-about/{name}/", EntryAt)
    ]
    return [get_objection_facts(facts, number) for number in numbers]
