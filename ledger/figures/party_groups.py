"""Party groups gathered for pages: how many members each group of a branch has, and where a member stands themselves.

Who stands in which group is told to that member alone, from their own values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.figures.households import find_opened
from ledger.figures.members import name_branch
from ledger.figures.texts import Texts, read_text
from ledger.state.facts import Facts
from ledger.state.party_groups import list_grouped_branches, read_groups
from ledger.state.private import GroupedMember


class GroupCount(NamedTuple):
    """One group with how many members stand in it."""

    members: int
    name: str
    number: int


class BranchGroups(NamedTuple):
    """The groups of a branch, by number, as the entry at index `at` says."""

    at: int
    groups: tuple[GroupCount, ...]


class OwnGroup(NamedTuple):
    """Where a member stands, as the entry at index `at` says."""

    at: int
    branch: str
    group: str
    is_head: bool


def collect_groups(facts: Facts, texts: Texts) -> dict[int, BranchGroups]:
    """Return the groups that hold now, of each branch that has some, by the branch's number."""
    found = {}
    for branch, known in list_grouped_branches(facts):
        body = read_groups(facts, branch)
        if body is not None:
            groups = (
                GroupCount(len(group.members), read_text(texts, group.name), group.number)
                for group in body.groups
            )
            found[branch] = BranchGroups(known.at, tuple(groups))
    return found


def collect_own_groups(facts: Facts, texts: Texts, opened: Mapping[str, object]) -> list[OwnGroup]:
    """Return where the member to whom the `opened` values belong stands now, branch by branch."""
    found = []
    for branch, known in list_grouped_branches(facts):
        body = read_groups(facts, branch)
        for group in body.groups if body is not None else ():
            for sealed in group.members:
                own = find_opened(opened, sealed.sealed, GroupedMember)
                if own is not None:
                    name = read_text(texts, group.name)
                    found.append(OwnGroup(known.at, name_branch(facts, texts, branch), name, own.head))
    return found
