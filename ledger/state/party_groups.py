"""Party groups folded: which entry says how a branch is grouped now, and what the vault shows of it.

Rules that always hold: the branch is registered, and no more members stand in its groups than it has; the newest entry
of a branch takes the place of the one before, whole. A member whose data was erased is left out of both lists alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ledger.books.party_groups import (
    BranchGrouped,
    Grouped,
    check_grouped,
    check_groups,
    count_members,
    name_group,
    name_groups,
)
from ledger.books.rounds import build_fault
from ledger.books.values import Sealed, Value
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.facts import Facts, find_branch, get_fact, put_fact, read_body, scan_facts
from ledger.state.marks import list_branch_members
from ledger.state.private import (
    FindPrivate,
    GroupedMember,
    Opener,
    iterate_openers,
    open_all,
    open_private,
    report_unproven,
)
from ledger.state.reference import Reference


class GroupsFacts(Value, frozen=True):
    """A branch's groups as the entry at index `at` says: how many there are, and how many members stand in them."""

    at: int
    groups: int
    members: int


def check_branch_groups(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why the groups of a branch may not follow these facts."""
    del reference  # How large a group is, no rule of the reference says.
    body = _get_body(entry)
    branch, place = find_branch(facts, body.branch), name_groups(body.branch)
    if branch is None:
        remedy = "先登记支部和党员"
        return [
            build_fault("party-group-branch", place, f"支部 {body.branch} 没有登记", "已登记的支部", remedy)
        ]
    known = find_groups(facts, body.branch)
    if not body.groups and (known is None or not known.groups):
        return [build_fault("party-group-none", place, "本来就没有分党小组", "分过党小组的支部", "不用再写")]
    return check_groups(body, branch.members)


def fold_branch_groups(facts: Facts, entry: Entry) -> None:
    """Apply the groups of a branch, already checked."""
    body = _get_body(entry)
    known = GroupsFacts(at=entry.index, groups=len(body.groups), members=count_members(body))
    put_fact(facts, f"party-groups/{body.branch:02d}", known)


def find_groups(facts: Facts, branch: int) -> GroupsFacts | None:
    """Return how a branch is grouped now; None where it never was."""
    return get_fact(facts, f"party-groups/{branch:02d}", GroupsFacts)


def list_grouped_branches(facts: Facts) -> list[tuple[int, GroupsFacts]]:
    """Return the branches that were ever grouped, by number."""
    return [
        (int(key.rpartition("/")[2]), known) for key, known in scan_facts(facts, "party-groups/", GroupsFacts)
    ]


def read_groups(facts: Facts, branch: int) -> BranchGrouped | None:
    """Return the newest entry's groups of a branch; None where it has none, or has them no more."""
    known = find_groups(facts, branch)
    return read_body(facts, known.at, BranchGrouped) if known is not None and known.groups else None


def open_groups(facts: Facts, branch: int, find_private: FindPrivate) -> list[Grouped]:
    """Return who stands in which group of a branch now, as far as the vault still has them, by group. Raises NotProven
    as `open_private`.
    """
    found = (opener() for _, opener in _iterate_grouped(facts, branch, find_private))
    return [one for one in found if one is not None]


def check_groups_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in the groups that hold now. Serves the audit of a home."""
    faults: list[Fault] = []
    for branch, known in list_grouped_branches(facts):
        grouped, _lost, unproven = open_all(_iterate_grouped(facts, branch, find_private))
        faults += unproven
        try:
            members = list_branch_members(facts, branch, find_private, known.at)
        except NotProven as error:
            faults.append(report_unproven(f"支部 {branch} 党员名册", error))
            continue
        faults += check_grouped(grouped, branch, members)
    return faults


def _get_body(entry: Entry) -> BranchGrouped:
    if isinstance(entry.body, BranchGrouped):
        return entry.body
    raise ValueError(f"{entry.kind} is no grouping of a branch")


def _iterate_grouped(
    facts: Facts, branch: int, find_private: FindPrivate
) -> Iterator[tuple[str, Opener[Grouped]]]:
    known = find_groups(facts, branch)
    if known is None:
        return
    for group in read_body(facts, known.at, BranchGrouped).groups:
        place, open_item = (
            f"{name_group(branch, group.number)}名单第 {{}} 行",
            partial(_open_one, group.number),
        )
        yield from iterate_openers(place, known.at, group.members, open_item, find_private)


def _open_one(number: int, sealed: Sealed, place: str, find_private: FindPrivate) -> Grouped | None:
    found = open_private(find_private, sealed.sealed, GroupedMember)
    return Grouped(found.group, found.head, found.member, place, number) if found is not None else None
