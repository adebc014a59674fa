"""The shipped rulebook and schemes as plain values: templates that a village adopts by its own meeting.

Shell, as all of `data`: it opens files. What stands in them says in its comments where each value comes from.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Literal, TypeVar

import msgspec

from ledger.books.scores import StarCut
from ledger.data import read_data
from ledger.errors import NotFound

T = TypeVar("T")


class RuleTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule with its texts in the open; `basis` says where its value comes from."""

    basis: str
    code: str
    evidence: str
    follow_up: str  # its reward or its consequence
    group: str
    item: str
    monthly_cap: int
    points: int  # for one unit; negative deducts
    sensitive: bool
    sensitive_because: str = ""  # empty unless `sensitive`
    subject: Literal["household", "person"]
    unit: str


class RulebookTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rules_58.toml`."""

    base_points: int
    base_points_basis: str
    rules: tuple[RuleTemplate, ...]
    title: str


class ItemTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a scheme with its texts in the open."""

    basis: str
    code: str
    group: str
    item: str
    monthly_cap: int
    points: int  # for one unit; negative for N items
    unit: str
    component: str = ""


class MeasureTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is counted."""

    basis: str
    counts: str
    points: int
    target: int


class ComponentTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One component of a scheme with its title in the open."""

    basis: str
    code: str
    source: str
    title: str
    weight: int
    measures: tuple[MeasureTemplate, ...] = ()


class EffectTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What so many stars, or a rank of grade, lose."""

    basis: str
    lasts: str
    loses: str
    stars: int


class SchemeTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scheme as `schemes.toml` has it, whose comments say what each field means. Nothing of it is judged yet."""

    base: int
    basis: str
    items: tuple[ItemTemplate, ...]
    scheme: str
    stars: tuple[StarCut, ...]
    title: str
    components: tuple[ComponentTemplate, ...] = ()
    effects: tuple[EffectTemplate, ...] = ()
    every: str = "month"
    grades: tuple[str, ...] = ()
    marker: str = ""
    origin: str = ""  # of a shipped one: where it is from, as whoever adopts it reads it
    steps: tuple[str, ...] = ()
    subject: str = "member"


@cache
def load_rules() -> RulebookTemplate:
    """Return the template of 58 rules, ordered by code."""
    return _convert(tomllib.loads(read_data("rules_58.toml")), RulebookTemplate)


@cache
def load_schemes() -> dict[str, SchemeTemplate]:
    """Return every shipped scheme by its name, in the order of the file."""
    rows = {row["scheme"]: row for row in tomllib.loads(read_data("schemes.toml"))["schemes"]}
    for row in rows.values():
        if "items_of" in row:
            row["items"] = rows[row.pop("items_of")]["items"]
    return {name: _convert(row, SchemeTemplate) for name, row in rows.items()}


def load_scheme(name: str) -> SchemeTemplate:
    """Return a scheme's template by its name, e.g. `member-60`; NotFound where there is none."""
    found = load_schemes().get(name)
    if found is None:
        raise NotFound(f"考评办法模板 {name}")
    return found


def _convert(value: Any, kind: type[T]) -> T:
    return msgspec.convert(value, kind)
