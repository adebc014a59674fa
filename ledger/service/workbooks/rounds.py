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
from ledger.service.drafts import Discloser
from ledger.service.workbooks.answered import RoundPart
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import (
    check_name,
    check_title,
    fault_rule_unknown,
    fault_twice,
    fault_zero,
    find_by_number,
)
from ledger.service.workbooks.tray import Tray
from ledger.vaults import Household, Member

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
    tray: Tray,
    lines: Sequence[Line],
    sheet: RoundSheet,
    people: Mapping[str, P] | None,
    book: RoundBook[R] | None,
) -> Iterator[tuple[Line, P, R]]:
    """Yield each row whose points are certain, with its person and its rule; refuse what is wrong in any.

    A slip in the evidence alone does not hide the row from rules over all of a month's rows. Where nobody can say
    who the people are, or what is in force, None: what does not depend on them is judged all the same.
    """
    seen: dict[tuple[str, str, str], Line] = {}
    for line in lines:
        key = (line.text(sheet.number), line.text(sheet.code), line.text("证据"))
        is_twice = key in seen and all(key)
        tray.refuse([fault_twice(line, "证据", sheet.repeated, seen[key])] if is_twice else [])
        seen.setdefault(key, line)
        tray.refuse(check_private_text(line.written("证据"), line.at("证据")) if line.has("证据") else [])
        person, faults = _find_person(line, sheet, people)
        rule, more = _find_rule(line, sheet, book)
        faults += more
        if line.text("数量") == "0":
            faults.append(fault_zero(line, "数量"))
        tray.refuse(faults)
        doubts = (line.bad | line.unknown) - {"证据"}
        if person is not None and rule is not None and not (faults or doubts or is_twice):
            yield line, person, rule


def _find_person(
    line: Line, sheet: RoundSheet, people: Mapping[str, P] | None
) -> tuple[P | None, list[Fault]]:
    if people is None or sheet.number not in line.values:
        return None, []
    found = find_by_number(line, sheet.number, people, sheet.people)
    if isinstance(found, Fault):
        return None, [found]
    return found, check_name(line, sheet.name, found.name)


def _find_rule(line: Line, sheet: RoundSheet, book: RoundBook[R] | None) -> tuple[R | None, list[Fault]]:
    if book is None or sheet.code not in line.values:
        return None, []
    rule = book.rules.get(line.text(sheet.code))
    if rule is None:
        return None, [fault_rule_unknown(line, sheet.code, book.rules, sheet.book)]
    return rule, check_title(line, sheet.title, book.titles[rule.code], rule.code)


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


def number_parts(
    part: RoundPart | None,
    plain: Sequence[PlainDrawn[L]],
    sealed: Sequence[SealedDrawn],
    first_max: int = ENTRY_MAX_LINES,
) -> tuple[int, list[tuple[int, Part[L]]]]:
    """Return how many parts the round has, and those that are drafted with their numbers: of a part that is put right
    that one alone.
    """
    if part is not None:
        (whole,) = split_round(plain, sealed, len(plain) + len(sealed))
        return part.body.parts, [(part.body.part, whole)]
    parts = split_round(plain, sealed, first_max)
    return len(parts), list(enumerate(parts, 1))


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
