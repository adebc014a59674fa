"""The table of rules: what each asks, what it may and need not mean, by which source, from which thresholds on.

It is data, `ledger/data/concerns.toml`, so that whoever wants to know reads what the program obeys. A place may have
its own thresholds: a row of the village's code goes before one of its province, and that before the whole country's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

import msgspec

from ledger.books.law import NATIONAL
from ledger.books.values import Value

Severity = Literal["notice", "attention", "serious"]
"""提醒: may well be in order; 关注: wants to be explained; 重要: a rule of law or the village's money is at stake."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SEVERITY_NAMES: dict[Severity, str] = {"notice": "提醒", "attention": "关注", "serious": "重要"}
Status = Literal["V", "R", "P"]


class Needed(NamedTuple):
    """The thresholds and lists without which a rule cannot be asked."""

    thresholds: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


NEEDED: dict[str, Needed] = {
    "area-short": Needed(("least_percent",), ("words",)),
    "asset-unbooked": Needed(("days",)),
    "asset-uncleared": Needed(("days",)),
    "asset-unregistered": Needed(("days", "least_fen"), ("accounts",)),
    "below-floor": Needed(("least_percent",)),
    "cash-limit": Needed(("above_fen",)),
    "cash-short": Needed(),
    "contract-undecided": Needed(),
    "entertainment": Needed((), ("accounts", "words")),
    "fund-overspent": Needed(),
    "fund-purpose": Needed(("least_fen",), ("accounts",)),
    "guarantee": Needed((), ("harmless", "words")),
    "land-term": Needed(),
    "long-term": Needed(("contracting_years", "other_years")),
    "maker-checker": Needed(),
    "miscounted": Needed(("days",)),
    "no-contract": Needed(("least_fen",), ("accounts",)),
    "no-documents": Needed(("days", "large_fen", "least_percent")),
    "no-resolution": Needed((), ("words",)),
    "not-closed": Needed(("days",)),
    "not-published": Needed(),
    "paid-after-end": Needed(),
    "personal-account": Needed((), ("words",)),
    "rent-overdue": Needed(("days", "least_fen")),
    "same-twice": Needed(("least_fen",)),
    "several-roles": Needed(),
    "spent-undecided": Needed(("above_fen",)),
    "split-payment": Needed(("least_percent",)),
    "unbanked": Needed(("days", "keep_fen")),
    "welfare-debt": Needed(("least_fen",), ("borrowed", "spent")),
}
"""Every rule that is coded, with what its row must say."""


class Cite(Value, frozen=True):
    """Where a rule comes from. `status`: V read in the source, R known but not checked, P our own proposal."""

    article: str
    document: str
    note: str
    status: Status


class Threshold(Value, frozen=True):
    """A number of a rule for a place: NATIONAL, a province's two digits or a village's twelve."""

    name: str
    place: str
    source: str  # why this number
    status: Status
    value: int


class WordList(Value, frozen=True):
    """Accounts, by the chart that they are of, or words; `chart` is empty for words."""

    chart: str
    items: tuple[str, ...]
    name: str


class ConcernRule(Value, frozen=True):
    """One rule. `may_mean` and `need_not_mean` are read beside every concern: nobody is accused by it.

    `on_append` it looks at one entry and what stands beside it, so that it can be asked before somebody passes a draft
    """

    cites: tuple[Cite, ...]
    code: str
    is_public: bool
    may_mean: str
    need_not_mean: str
    on_append: bool
    severity: Severity
    statement: str
    title: str
    lists: tuple[WordList, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    def get_threshold(self, name: str, village: str) -> int:
        """Return the number that holds for a village; KeyError where the table has none."""
        places = (NATIONAL, village[:2], village)
        found = [item for item in self.thresholds if item.name == name and item.place in places]
        if not found:
            raise KeyError(name)
        return max(found, key=lambda item: len(item.place) * 100 + (item.place != NATIONAL)).value

    def list_items(self, name: str, chart: str = "") -> tuple[str, ...]:
        """Return the accounts of a chart or the words under a name; empty where there are none."""
        return next((item.items for item in self.lists if (item.name, item.chart) == (name, chart)), ())


class ConcernTable(Value, frozen=True):
    """All rules, in the order in which lists show them."""

    rules: tuple[ConcernRule, ...] = ()

    def find(self, code: str) -> ConcernRule | None:
        """Return the rule of a code; None where this program knows none."""
        return next((rule for rule in self.rules if rule.code == code), None)


def parse_concerns(text: str) -> ConcernTable:
    """Read the TOML text of the rules; raises ValueError naming the rule: the file is the program's own."""
    rules = tuple(_parse_rule(row) for row in tomllib.loads(text).get("concern", []))
    codes = [rule.code for rule in rules]
    if sorted(codes) != sorted(NEEDED):
        raise ValueError(f"concerns: {sorted(codes)}, expected {sorted(NEEDED)}")
    return ConcernTable(rules=rules)


def _parse_rule(row: Mapping[str, object]) -> ConcernRule:
    code = str(row.get("code", ""))
    try:
        rule = msgspec.convert(row, ConcernRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"concern {code}: {error}") from error
    if not rule.cites:
        raise ValueError(f"concern {code}: no source")
    needed = NEEDED.get(code, Needed())
    national = [item.name for item in rule.thresholds if item.place == NATIONAL]
    if sorted(national) != sorted(needed.thresholds):
        raise ValueError(f"concern {code}: thresholds {national}, expected {list(needed.thresholds)}")
    if {item.name for item in rule.lists} != set(needed.lists):
        raise ValueError(f"concern {code}: lists, expected {list(needed.lists)}")
    for item in rule.thresholds:
        if not (item.place.isascii() and item.place.isdigit() and len(item.place) in (2, 12)):
            raise ValueError(f"concern {code}: place {item.place!r}, expected two or twelve digits")
        if not 0 <= item.value <= 10**12:
            raise ValueError(f"concern {code}: {item.name} {item.value}, out of range")
    rows = [(item.name, item.place) for item in rule.thresholds]
    if len(set(rows)) != len(rows):
        raise ValueError(f"concern {code}: the same threshold and place stand there twice")
    return rule
