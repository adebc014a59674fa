"""The groups of a party branch as the body of an entry that tests record: two groups, the first with a head."""

from __future__ import annotations

from typing import Any

from ledger.books.party_groups import BranchGrouped, PartyGroup
from tests.builders import Discloser, make_id

NAMES = {1: "东片党小组", 2: "西片党小组"}


def build_group(texts: Discloser, number: int, members: list[str], *, head: str = "") -> PartyGroup:
    """Return a group of members by pseudonym."""
    sealed = [
        texts.seal({"group": number, "member": member} | ({"head": True} if member == head else {}))
        for member in members
    ]
    return PartyGroup(
        members=tuple(sorted(sealed, key=lambda item: item.sealed)),
        name=texts.publish(NAMES.get(number, f"第 {number} 党小组")),
        number=number,
    )


def build_grouped(texts: Discloser, members: int = 1, **changes: Any) -> BranchGrouped:
    """Return the branch of `build_branch` with its members in one group after the other; the first is a head."""
    groups = [
        build_group(texts, number + 1, [make_id("m", number)], head=make_id("m", 0))
        for number in range(members)
    ]
    fields: dict[str, Any] = {"branch": 1, "groups": tuple(groups)}
    return BranchGrouped(**(fields | changes))
