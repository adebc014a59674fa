"""The clocks that laws set: how long a sheet hangs, how long objections and answers may take, a contract last, a
deduction be shown; and how many must come to a meeting and agree.

Laws change and differ by province, so they are data with document, article and the day from which they
hold, never constants. Days are counted as 民法典 art. 201 does: the day of the event itself does not count.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Literal

import msgspec

from ledger.books.values import Value, is_day

Deadline = Literal[
    "display",
    "objection",
    "answer",
    "branch-display",
    "publish-month",
    "publish-quarter",
    "outcome",
    "quarter-sheet",
    "year-sheet",
]
"""display 公示, objection 提出异议, answer 答复, branch-display 党支部内公示, outcome 决议实施结果公开.

publish-month and publish-quarter: how long after a month its finances must hang, where they are published monthly, and
at the very latest. quarter-sheet and year-sheet: how long after its end the sheet of a quarter or a year must hang.
"""

Shown = Literal["deduction"]
"""deduction 扣分: of a household's points."""

NATIONAL = "00"
"""Stands where a two-digit province code would: the whole country."""
_NUMERALS = "零一二三四五六七八九"


class LawRule(Value, frozen=True):
    """One clock. `status`: V read in the source, R known but not checked against it, P our own proposal."""

    article: str  # e.g. 第三十五条; empty where not known
    days: int
    document: str
    in_force_from: str  # YYYY-MM-DD
    note: str  # what a reader must know of it; may be empty
    province: str  # first two digits of the division code, NATIONAL for all
    status: Literal["V", "R", "P"]
    what: Deadline


class TermRule(Value, frozen=True):
    """How many years a contract of a category may last; the other fields as in `LawRule`."""

    article: str
    category: str  # as `books.contracts` names it
    document: str
    in_force_from: str
    note: str
    province: str
    status: Literal["V", "R", "P"]
    years: int


class ShownRule(Value, frozen=True):
    """How many months something about somebody is shown line by line; the other fields as in `LawRule`."""

    article: str
    document: str
    in_force_from: str
    months: int
    note: str
    province: str
    status: Literal["V", "R", "P"]
    what: Shown


class Share(Value, frozen=True):
    """How many of a whole there must be: `parts` of `of` or, where it says so, more than that."""

    is_more: bool
    of: int
    parts: int


_HALF = Share(is_more=True, of=2, parts=1)


class QuorumRule(Value, frozen=True):
    """How many must come to a meeting, and agree there; the other fields as in `LawRule`."""

    agree: Share
    agree_of: Literal["entitled", "present"]
    article: str
    document: str
    in_force_from: str
    meeting: str  # as `books.resolutions` names it
    note: str
    present: Share  # of those who may vote
    province: str
    status: Literal["V", "R", "P"]


class Law(Value, frozen=True):
    """All rules known to this version of the program."""

    rules: tuple[LawRule, ...]
    quorums: tuple[QuorumRule, ...] = ()
    shown: tuple[ShownRule, ...] = ()
    terms: tuple[TermRule, ...] = ()


def parse_law(text: str) -> Law:
    """Read the TOML text of the rules; raises ValueError naming the rule: the file is the program's own."""
    found = tomllib.loads(text)
    rules: list[LawRule] = []
    for number, row in enumerate(found.get("rule", []), start=1):
        rules.append(_parse_rule(row, number))
        if _rank(rules[-1]) in [_rank(rule) for rule in rules[:-1]]:
            raise ValueError(f"law rule {number}: the same clock, province and day stand there already")
    if not rules:
        raise ValueError("law: no rule")
    terms: list[TermRule] = []
    for number, row in enumerate(found.get("term", []), start=1):
        terms.append(_parse_term(row, number))
        if _rank(terms[-1]) in [_rank(term) for term in terms[:-1]]:
            raise ValueError(f"law term {number}: the same category, province and day stand there already")
    quorums: list[QuorumRule] = []
    for number, row in enumerate(found.get("quorum", []), start=1):
        quorums.append(_parse_quorum(row, number))
        if _rank(quorums[-1]) in [_rank(quorum) for quorum in quorums[:-1]]:
            raise ValueError(f"law quorum {number}: the same meeting, province and day stand there already")
    shown: list[ShownRule] = []
    for number, row in enumerate(found.get("shown", []), start=1):
        shown.append(_parse_shown(row, number))
        if _rank(shown[-1]) in [_rank(rule) for rule in shown[:-1]]:
            raise ValueError(f"law shown {number}: the same thing, province and day stand there already")
    return Law(rules=tuple(rules), quorums=tuple(quorums), shown=tuple(shown), terms=tuple(terms))


def find_rule(law: Law, what: Deadline, province: str, on: str) -> LawRule | None:
    """Return the rule that holds for a province on a day: the newest in force; None where there is none.

    Where a province's rule and a national one begin on the same day, the province's is the more special.
    `province` is a two-digit code, `on` a day YYYY-MM-DD.
    """
    holding = [
        rule
        for rule in law.rules
        if rule.what == what and rule.province in (province, NATIONAL) and rule.in_force_from <= on
    ]
    return max(holding, key=lambda rule: (rule.in_force_from, rule.province != NATIONAL), default=None)


def find_days(law: Law, what: Deadline, province: str, on: str) -> int | None:
    """Return the days of the rule that holds for a province on a day, None where there is none."""
    rule = find_rule(law, what, province, on)
    return None if rule is None else rule.days


def find_term(law: Law, category: str, province: str, on: str) -> TermRule | None:
    """Return the limit of a contract's years that holds for a province on a day; None where there is none."""
    holding = [
        term
        for term in law.terms
        if term.category == category and term.province in (province, NATIONAL) and term.in_force_from <= on
    ]
    return max(holding, key=lambda term: (term.in_force_from, term.province != NATIONAL), default=None)


def find_shown(law: Law, what: str, province: str, on: str) -> ShownRule | None:
    """Return how long something is shown line by line in a province on a day; None where nothing limits it."""
    holding = [
        rule
        for rule in law.shown
        if rule.what == what and rule.province in (province, NATIONAL) and rule.in_force_from <= on
    ]
    return max(holding, key=lambda rule: (rule.in_force_from, rule.province != NATIONAL), default=None)


def find_quorum(law: Law, meeting: str, province: str, on: str) -> QuorumRule | None:
    """Return the rule of a meeting's quorum and majority for a province on a day; None where there is none."""
    holding = [
        rule
        for rule in law.quorums
        if rule.meeting == meeting and rule.province in (province, NATIONAL) and rule.in_force_from <= on
    ]
    return max(holding, key=lambda rule: (rule.in_force_from, rule.province != NATIONAL), default=None)


def is_share(share: Share, count: int, whole: int) -> bool:
    """Whether a count is enough of a whole, and not nothing."""
    have, need = count * share.of, whole * share.parts
    return count > 0 and (have > need or (have == need and not share.is_more))


def format_share(share: Share) -> str:
    """Return a share in the words of the laws, such as 过半数 or 三分之二以上."""
    if share == _HALF:
        return "过半数"
    told = f"{_NUMERALS[share.of]}分之{_NUMERALS[share.parts]}"
    return f"超过{told}" if share.is_more else f"{told}以上"


def count_days(day: str, days: int) -> str:
    """Return the last of `days` days after `day`, which does not count itself (民法典 art. 201)."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def _parse_rule(row: Mapping[str, object], number: int) -> LawRule:
    try:
        rule = msgspec.convert(row, LawRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"law rule {number}: {error}") from error
    if not 1 <= rule.days <= 365:
        raise ValueError(f"law rule {number}: {rule.days} days, expected 1 to 365")
    _verify_place(rule, f"law rule {number}")
    return rule


def _parse_term(row: Mapping[str, object], number: int) -> TermRule:
    try:
        term = msgspec.convert(row, TermRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"law term {number}: {error}") from error
    if not 1 <= term.years <= 100:
        raise ValueError(f"law term {number}: {term.years} years, expected 1 to 100")
    _verify_place(term, f"law term {number}")
    return term


def _parse_shown(row: Mapping[str, object], number: int) -> ShownRule:
    try:
        rule = msgspec.convert(row, ShownRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"law shown {number}: {error}") from error
    if not 1 <= rule.months <= 36:
        raise ValueError(f"law shown {number}: {rule.months} months, expected 1 to 36")
    _verify_place(rule, f"law shown {number}")
    return rule


def _parse_quorum(row: Mapping[str, object], number: int) -> QuorumRule:
    try:
        rule = msgspec.convert(row, QuorumRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"law quorum {number}: {error}") from error
    for share in (rule.present, rule.agree):
        if not 1 <= share.parts < share.of < len(_NUMERALS):
            raise ValueError(
                f"law quorum {number}: {share.parts} of {share.of}, expected less than the whole"
            )
    _verify_place(rule, f"law quorum {number}")
    return rule


def _verify_place(rule: LawRule | QuorumRule | ShownRule | TermRule, name: str) -> None:
    """A row says for which province and from which day on it holds."""
    if not (len(rule.province) == 2 and rule.province.isascii() and rule.province.isdigit()):
        raise ValueError(f"{name}: province {rule.province!r}, expected two digits")
    if len(rule.in_force_from) != 10 or not is_day(rule.in_force_from):
        raise ValueError(f"{name}: in force from {rule.in_force_from!r}, expected YYYY-MM-DD")


def _rank(rule: LawRule | QuorumRule | ShownRule | TermRule) -> tuple[str, str, str]:
    if isinstance(rule, LawRule | ShownRule):
        return (rule.what, rule.province, rule.in_force_from)
    what = rule.category if isinstance(rule, TermRule) else rule.meeting
    return (what, rule.province, rule.in_force_from)
