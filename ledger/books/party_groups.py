"""Party groups (党小组) of a branch: their numbers, names and members, each member sealed one by one.

How many a group has is plain: as many as digests stand there. Who they are, and who is the head, is sealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Annotated, NamedTuple

from msgspec import Meta

from ledger.books.rounds import build_fault, check_order
from ledger.books.values import Positive, PublicText, Sealed, Value
from ledger.errors import Fault

GROUP_MAX = 99
"""Groups of a branch."""
MEMBERS_MAX = 800
"""Of one entry: 800 of 60 bytes, with 99 names, stay below the longest entry."""

GroupNumber = Annotated[int, Meta(ge=1, le=GROUP_MAX)]


class PartyGroup(Value, frozen=True):
    """One group of a branch. `members` disclose {group, member}, of the group's head {group, head, member}."""

    members: Annotated[tuple[Sealed, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
    name: PublicText
    number: GroupNumber


class BranchGrouped(Value, frozen=True):
    """`branch.grouped`: all groups of one branch as they are from now on, by number; none: it has groups no more."""

    branch: Positive
    groups: Annotated[tuple[PartyGroup, ...], Meta(max_length=GROUP_MAX)]


class Grouped(NamedTuple):
    """A member's place in a group, opened; `place` says where a person finds it, `listed` in which group's list it
    stands where that is another.
    """

    group: int
    is_head: bool
    member: str
    place: str
    listed: int = 0


def name_groups(branch: int) -> str:
    """Return how a fault calls the groups of a branch."""
    return f"支部 {branch} 党小组"


def name_group(branch: int, number: int) -> str:
    """Return how a fault calls one group."""
    return f"支部 {branch} 第 {number} 党小组"


def count_members(body: BranchGrouped) -> int:
    """Return how many members stand in groups."""
    return sum(len(group.members) for group in body.groups)


def check_groups(body: BranchGrouped, members: int) -> list[Fault]:
    """Return every fault that a branch's groups have in themselves; the branch has so many `members`."""
    place = name_groups(body.branch)
    faults = [
        build_fault(
            "party-group-order", place, f"{after} 在 {before} 后面", "从小到大，各不相同", "按党小组序号排好"
        )
        for before, after in pairwise(group.number for group in body.groups)
        if before >= after
    ]
    for group in body.groups:
        faults += check_order(group.members, f"{name_group(body.branch, group.number)}名单")
    used = Counter(digest for group in body.groups for digest in {item.sealed for item in group.members})
    shared = sum(groups > 1 for groups in used.values())
    if shared:
        remedy = "每一行都重新取随机盐，再生成摘要"
        faults.append(
            build_fault("digests-shared", place, f"{shared} 个摘要在两个党小组里", "每个摘要只用一次", remedy)
        )
    count, most = count_members(body), min(members, MEMBERS_MAX)
    if count > most:
        expected = f"不超过支部的 {members} 名" if most == members else f"一个支部不超过 {MEMBERS_MAX} 名"
        remedy = "一名党员只在一个党小组里；名单先和支部名册对一遍"
        faults.append(build_fault("party-group-count", place, f"{count} 名党员", expected, remedy))
    return faults


def check_grouped(grouped: Iterable[Grouped], branch: int, members: Collection[str]) -> list[Fault]:
    """Return every fault of groups that only the vault shows: who is not of the branch, who stands there twice, and a
    second head of a group. No fault says who.
    """
    faults = []
    seen: dict[str, str] = {}
    led: set[int] = set()
    for one in grouped:
        if one.member not in members:
            found, remedy = "不是本支部党员", "核对支部和党员编号"
            faults.append(
                build_fault("party-group-member", one.place, found, f"支部 {branch} 登记的党员", remedy)
            )
        if one.listed not in (0, one.group):
            found, expected = f"写的是第 {one.group} 党小组", f"第 {one.listed} 党小组"
            faults.append(build_fault("party-group-list", one.place, found, expected, "名单里只写本组的党员"))
        if one.member in seen:
            found = f"又写了一次（{seen[one.member]}已有）"
            expected = "一名党员最多在一个党小组里，写一次"
            faults.append(
                build_fault("party-group-twice", one.place, found, expected, "只留他所在的那个党小组")
            )
        if one.is_head and one.group in led:
            found, expected = f"第 {one.group} 党小组又一位组长", "一个党小组最多一位组长"
            faults.append(
                build_fault("party-group-heads", one.place, found, expected, "只留一位；副组长不在这里写")
            )
        seen.setdefault(one.member, one.place)
        if one.is_head:
            led.add(one.group)
    return faults
