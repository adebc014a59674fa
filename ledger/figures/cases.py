"""Figures of cases: how many, how many of them in time, closed and satisfied; in all, by category and by month.

Of fewer than `SHARE_MIN` no share is told: one case that somebody was not satisfied with would be 0 %. Cases of private
groups are counted together and stand in no other figure, so that no line of a table is about somebody's family.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from ledger.books.cases import CaseConfided, CaseMoved, Stage, is_private
from ledger.figures.texts import Texts, read_text
from ledger.state.case_facts import CaseMove
from ledger.state.cases import Case, find_by_report, get_case_facts, list_counts, list_open_cases
from ledger.state.facts import Facts
from ledger.state.private import CaseReport, CaseWords

T = TypeVar("T")

SHARE_MIN = 5
"""Source: a proposal of ours; as the bands of the points sheet's annex, which are of five households at least."""
WHOLE_PERMILLE = 1_000


class CaseSums(NamedTuple):
    """Cases added up: those of `CaseCounts`, and of those that wait how many there are and are over their day.
    `over_unhandled` are those over the day of their answer.
    """

    closed: int = 0
    handled: int = 0
    on_time: int = 0
    opened: int = 0
    over_unhandled: int = 0
    overdue: int = 0
    rated: int = 0
    rejected: int = 0
    satisfied: int = 0
    waiting: int = 0

    @property
    def accepted(self) -> int:
        """How many were not rejected."""
        return self.opened - self.rejected

    @property
    def on_time_permille(self) -> int | None:
        """Of those that were answered or should have been, how many were in time; None of too few."""
        return find_share(self.on_time, self.handled + self.over_unhandled)

    @property
    def closed_permille(self) -> int | None:
        """Of those that were not rejected, how many are closed; None of too few."""
        return find_share(self.closed, self.accepted)

    @property
    def satisfied_permille(self) -> int | None:
        """Of those that were rated, how many are satisfied; None of too few."""
        return find_share(self.satisfied, self.rated)


class CaseFigures(NamedTuple):
    """The cases of a year, or of all years: `by_category` by code, `by_month` the newest first; neither has confided
    ones, of which `confided` is the sum.
    """

    by_category: tuple[tuple[str, CaseSums], ...]
    by_month: tuple[tuple[str, CaseSums], ...]
    confided: CaseSums
    public: CaseSums


class OwnStep(NamedTuple):
    """A step of a household's own case: its day, and what it says, also of a private group; empty where it is gone."""

    day: str
    stage: Stage
    words: str


class OwnCase(NamedTuple):
    """A case that a household reported, with its category, also of a private group, and what it said."""

    case: Case
    kind: str
    steps: tuple[OwnStep, ...]
    wording: str


def collect_cases(facts: Facts, today: str, year: str = "") -> CaseFigures:
    """Return the figures of the cases that were reported in a year, of all without one, as they stand on a day."""
    rows = [
        (month, code, CaseSums(**msgspec.structs.asdict(counts)))
        for month, code, counts in list_counts(facts, year)
    ]
    for item in list_open_cases(facts):
        known = get_case_facts(facts, item.number)
        if known.received_on.startswith(year):
            waiting = CaseSums(
                over_unhandled=int(today > known.handle_by), overdue=int(today > item.due_on), waiting=1
            )
            rows.append((known.received_on[:7], known.category, waiting))
    public = [row for row in rows if not is_private(row[1])]
    months = sorted({month for month, _, _ in public}, reverse=True)
    return CaseFigures(
        by_category=tuple(
            (code, _add(sums for _, one, sums in public if one == code))
            for code in sorted({code for _, code, _ in public})
        ),
        by_month=tuple((month, _add(sums for one, _, sums in public if one == month)) for month in months),
        confided=_add(sums for _, code, sums in rows if is_private(code)),
        public=_add(sums for _, _, sums in public),
    )


def list_own_cases(facts: Facts, texts: Texts, opened: Mapping[str, object]) -> list[OwnCase]:
    """Return the cases that one household reported, the newest first; `opened` are the values behind its disclosures,
    by digest, and of nobody else. What is of another shape than FORMAT.md says is none.
    """
    found = []
    for digest in opened:
        case, report = find_by_report(facts, digest), _find(opened, digest, CaseReport)
        if case is not None and report is not None:
            steps = tuple(_read_step(facts, texts, opened, move) for move in case.known.moves)
            found.append(OwnCase(case, report.kind, steps, report.wording))
    return sorted(found, key=lambda own: own.case.body.number, reverse=True)


def find_share(part: int, whole: int) -> int | None:
    """Return a share in thousandths, rounded down, so that all is said only of all; None of fewer than `SHARE_MIN`."""
    return part * WHOLE_PERMILLE // whole if whole >= SHARE_MIN else None


def _read_step(facts: Facts, texts: Texts, opened: Mapping[str, object], move: CaseMove) -> OwnStep:
    body = facts.read_entry(move.index).body
    if isinstance(body, CaseMoved):
        return OwnStep(move.on, move.stage, read_text(texts, body.words))
    said = _find(opened, body.words.sealed, CaseWords) if isinstance(body, CaseConfided) else None
    return OwnStep(move.on, move.stage, said.words if said is not None else "")


def _find(opened: Mapping[str, object], digest: str, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(opened[digest], kind) if digest in opened else None
    except msgspec.ValidationError:
        return None


def _add(sums: Iterable[CaseSums]) -> CaseSums:
    total = CaseSums()
    for one in sums:
        total = CaseSums(*(left + right for left, right in zip(total, one, strict=True)))
    return total
