"""The rhythm of assessments: until when a round is to be recorded, and how it stands on a day.

A round is expected of a time of the calendar that a scheme looks back on. Until when it should be recorded is data;
what is late is told, and nothing is refused for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

import msgspec

from ledger.books.law import count_days
from ledger.books.scores import SchemeSpan, Subject
from ledger.books.values import Positive, Value, get_last_day

RoundState = Literal["ahead", "open", "late", "missed", "held", "unkept"]
"""How an expected round stands: the time that it looks back on is not over; it may be held; its day is over; the month
was closed without it, and it can be recorded no more; it is recorded; the books cannot record such a round yet.
"""
DisplayState = Literal["none", "unrecorded", "running", "over"]
"""Whether a round is displayed within the branch: there is nothing to display; no sealed sheet has it; its days run;
they are over.
"""


class DueRule(Value, frozen=True):
    """Until when a round is to be recorded: so many days after the time that it looks back on."""

    basis: str  # where it was seen, or "proposal"
    days: Positive
    every: SchemeSpan


Rhythm = Mapping[SchemeSpan, DueRule]


class ExpectedRound(NamedTuple):
    """A round that a scheme asks for, and how it stands.

    `answered`    of the `objections` to it, how many were answered
    `branch`      0 where it is not of one branch alone
    `display_from`, `display_to`  the first and the last day of its display; empty where it was not displayed
    `entry`       the index of its first entry, 0 before it is held
    `held_on`     the day on which it was recorded whole, empty before
    `period`      the last month of the time that it looks back on
    """

    answered: int
    branch: int
    display: DisplayState
    display_from: str
    display_to: str
    due_on: str
    entry: int
    held_on: str
    objections: int
    period: str
    span: SchemeSpan
    state: RoundState
    subject: Subject


def parse_rhythm(text: str) -> Rhythm:
    """Return the rules by the time that a scheme looks back on. Raises ValueError for what is no such table, or says
    nothing of a month, a quarter or a year.
    """
    rules = [msgspec.convert(row, DueRule) for row in tomllib.loads(text)["due"]]
    if sorted(rule.every for rule in rules) != sorted(get_args(SchemeSpan)):
        raise ValueError("a month, a quarter and a year, each once")
    return {rule.every: rule for rule in rules}


def count_due_day(rhythm: Rhythm, span: SchemeSpan, period: str) -> str:
    """Return the last day on which the round of the time that ends with a month is recorded in time."""
    return count_days(get_last_day(period), rhythm[span].days)


def judge_round(
    period: str, due_on: str, today: str, *, is_held: bool, is_closed: bool, is_kept: bool
) -> RoundState:
    """Return how the round of the time that ends with `period` stands.

    `is_closed`  whether the month's books are closed
    `is_kept`    whether the books can record such a round at all
    """
    if is_held:
        return "held"
    if not is_kept:
        return "unkept"
    if is_closed:
        return "missed"
    if today <= get_last_day(period):
        return "ahead"
    return "late" if today > due_on else "open"


def judge_display(display_to: str, today: str, *, is_held: bool) -> DisplayState:
    """Return how the display of a round stands; `display_to` is empty where no sealed sheet has it."""
    if not is_held:
        return "none"
    if not display_to:
        return "unrecorded"
    return "running" if today <= display_to else "over"
