"""What a new version of a rulebook, or of a scheme, says otherwise than the one before it: rule by rule, by code.

A rule is given by its terms: what it says, under the names by which people read it. The digests of its texts are
salted, so that the same words have another digest in each version: only the words themselves can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Terms = Mapping[str, str]
"""What a rule says, by the name of each part: `{"名称": "志愿服务", "分值": "2 分／次"}`."""


@dataclass(frozen=True)
class Change:
    """One part of a rule that a new version words otherwise."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Revision:
    """What differs, by code in the order of the versions. A rule that says the same stands in none of the three."""

    added: tuple[str, ...]
    changed: dict[str, tuple[Change, ...]]
    removed: tuple[str, ...]


def compare_versions(before: Mapping[str, Terms], after: Mapping[str, Terms]) -> Revision:
    """Return what `after` says otherwise than `before`, both by code."""
    kept = {code: tuple(_compare_terms(before[code], after[code])) for code in after if code in before}
    return Revision(
        added=tuple(code for code in after if code not in before),
        changed={code: changes for code, changes in kept.items() if changes},
        removed=tuple(code for code in before if code not in after),
    )


def _compare_terms(before: Terms, after: Terms) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield Change(name=name, before=old, after=new)
