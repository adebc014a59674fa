"""A month's round on its way into entries: rows read, lines drawn with fresh salts, put in order, split into parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from ledger.books.points import PointsRound, Rule
from ledger.books.scores import SchemeItem, ScoreRound
from ledger.books.screening import check_private_text
from ledger.books.values import Sealed
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.ports import Household, Member
from ledger.service.drafts import Discloser
from ledger.service.workbooks.people import (
    check_name,
    check_title,
    fault_rule_unknown,
    fault_twice,
    fault_zero,
    find_by_number,
)
from ledger.service.workbooks.reading import Line
from ledger.service.workbooks.tray import Tray

L = TypeVar("L")
P = TypeVar("P", Household, Member)
R = TypeVar("R", Rule, SchemeItem)


class RoundSheet(NamedTuple):
    """How one kind of round is headed on its sheet, and what its people and its book are called."""

    book: str
    code: str  # header
    name: str  # header
    number: str  # header
    people: str
    repeated: str
    sheet: str
    title: str  # header


class RoundBook(NamedTuple, Generic[R]):
    """The rules or items in force in a month, by code, and their names."""

    rules: Mapping[str, R]
    titles: Mapping[str, str]


class PlainDrawn(NamedTuple, Generic[L]):
    """A plain line and the disclosure of its subject."""

    digest: str
    disclosure: str
    line: L


class SealedDrawn(NamedTuple):
    """A line sealed whole, its disclosure, and the points that only the sum will show."""

    digest: str
    disclosure: str
    points: int


class Part(NamedTuple, Generic[L]):
    """What one entry of the round holds."""

    lines: tuple[L, ...]
    private: tuple[str, ...]
    sealed_lines: tuple[Sealed, ...]
    sealed_points: int


def read_rows(
    tray: Tray, lines: Sequence[Line], sheet: RoundSheet, people: Mapping[str, P], book: RoundBook[R]
) -> Iterator[tuple[Line, P, R]]:
    """Yield each row in which nothing is wrong, with its person and its rule; refuse the others."""
    seen: dict[tuple[str, str, str], Line] = {}
    for line in lines:
        key = (line.text(sheet.number), line.text(sheet.code), line.text("证据"))
        if key in seen and all(key):
            tray.refuse([fault_twice(line, "证据", sheet.repeated, seen[key])])
        seen.setdefault(key, line)
        person, rule, faults = _read_row(line, sheet, people, book)
        tray.refuse(faults)
        if not faults and not line.bad and person is not None and rule is not None:
            yield line, person, rule


def _read_row(
    line: Line, sheet: RoundSheet, people: Mapping[str, P], book: RoundBook[R]
) -> tuple[P | None, R | None, list[Fault]]:
    faults = check_private_text(line.text("证据"), line.at("证据"))
    person, rule = None, book.rules.get(line.text(sheet.code))
    if sheet.number in line.values:
        found = find_by_number(line, sheet.number, people, sheet.people)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            person = found
            faults += check_name(line, sheet.name, found.name)
    if rule is not None:
        faults += check_title(line, sheet.title, book.titles[rule.code], rule.code)
    elif sheet.code in line.values:
        faults.append(fault_rule_unknown(line, sheet.code, book.rules, sheet.book))
    if line.text("数量") == "0":
        faults.append(fault_zero(line, "数量"))
    return person, rule, faults


def split_round(
    plain: Sequence[PlainDrawn[L]], sealed: Sequence[SealedDrawn], first_max: int = ENTRY_MAX_LINES
) -> list[Part[L]]:
    """Return the parts of a round: all plain lines in order of digest, then all sealed ones in theirs.

    `first_max` lines at most in the first part, ENTRY_MAX_LINES in the others. There is always a first part.
    """
    ordered_plain = sorted(plain, key=lambda item: item.digest)
    ordered_sealed = sorted(sealed, key=lambda item: item.digest)
    total = len(plain) + len(sealed)
    bounds = [0, min(first_max, total)]
    while bounds[-1] < total:
        bounds.append(min(bounds[-1] + ENTRY_MAX_LINES, total))
    parts = []
    for start, stop in pairwise(bounds):
        some = ordered_plain[start:stop]
        rest = ordered_sealed[max(start - len(plain), 0) : max(stop - len(plain), 0)]
        parts.append(
            Part(
                lines=tuple(item.line for item in some),
                private=(*(item.disclosure for item in some), *(item.disclosure for item in rest)),
                sealed_lines=tuple(Sealed(sealed=item.digest) for item in rest),
                sealed_points=sum(item.points for item in rest),
            )
        )
    return parts


def draft_part(
    tray: Tray,
    body: PointsRound | ScoreRound,
    period: str,
    label: str,
    private: Sequence[str],
    sheet: RoundSheet,
    *,
    is_whole: bool,
) -> bool:
    """Draft a part with its disclosures; return False, and draft nothing, where it has faults or is not whole."""
    day = tray.desk.get_day_in(period)
    # A line over its cap has been said with its row.
    faults = [fault for fault in tray.check(body, day, period) if fault.code != "line-cap"]
    tray.refuse(faults, f"工作表「{sheet.sheet}」")
    if faults or not is_whole:
        return False
    texts = Discloser(tray.desk.ports.entropy)
    texts.private += private
    tray.add(body, day, period, label, texts)
    return True


def format_sums(body: PointsRound | ScoreRound) -> str:
    """Return what a part's label says of its lines: `明示 3 条 7 分，密封 1 条 -2 分`."""
    points = sum(line.points for line in body.lines)
    hidden = f"，密封 {len(body.sealed_lines)} 条 {body.sealed_points} 分" if body.sealed_lines else ""
    return f"明示 {len(body.lines)} 条 {points} 分{hidden}"


def format_part(body: PointsRound | ScoreRound) -> str:
    """Return which part of its round a body is; nothing where it is the only one."""
    return f"（第 {body.part}/{body.parts} 部分）" if body.parts > 1 else ""
