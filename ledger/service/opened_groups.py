"""Drafts of party branches and of their groups: what each says, and how groups were typed."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from ledger.books.party_groups import BranchGrouped, PartyGroup
from ledger.books.scores import BranchRegistered
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.workbooks.groups import fill_row, preview_group, preview_member
from ledger.state.facts import find_branch
from ledger.state.marks import list_branch_members
from ledger.state.private import GroupedMember, RegisteredMember
from ledger.vaults import Member


def tell_branch(opened: OpenedDraft, body: BranchRegistered) -> Iterator[str]:
    """Yield the list, and first who joins and how many leave: of a long one nobody sees that by reading it."""
    yield opened.draft.label
    found = {item.member for one in body.members for item in opened.open(one.sealed, RegisteredMember)}
    yield from _tell_change(opened, body.branch, found)
    yield from sorted(f"　党员 {opened.name(member)}" for member in found)


def _tell_change(opened: OpenedDraft, branch: int, found: set[str]) -> Iterator[str]:
    """Whoever leaves is not named: the draft is not about them, so that reading it would not be told to them."""
    facts = opened.reader.facts
    if opened.draft.state != "waiting" or find_branch(facts, branch) is None:
        return
    with opened.ports.vault.read_private(opened.claim.village) as find:
        before = {*list_branch_members(facts, branch, find)}
    yield from sorted(f"　新加入：{opened.name(member)}" for member in found - before)
    if left := before - found:
        yield f"　原来的名单上有 {len(left)} 名这次没有写上，不再是本支部党员"


def tell_groups(opened: OpenedDraft, body: BranchGrouped) -> Iterator[str]:
    yield opened.draft.label
    for group in body.groups:
        yield preview_group(group.number, opened.read(group.name), len(group.members))
        found = sorted((opened.name(one.member), one.head) for one in _open_members(opened, group))
        yield from (preview_member(name, is_head) for name, is_head in found)


def fill_groups(opened: OpenedDraft, body: BranchGrouped) -> Iterator[tuple[str, Row]]:
    if not body.groups:
        yield "党小组", {"支部": str(body.branch), "不再分组": "是"}
    for group in body.groups:
        rows = [
            fill_row(
                body.branch,
                group.number,
                opened.read(group.name),
                _find_member(opened, one.member),
                is_head=one.head,
            )
            for one in _open_members(opened, group)
        ]
        yield from (("党小组", row) for row in sorted(rows, key=itemgetter("党员编号")))


def _open_members(opened: OpenedDraft, group: PartyGroup) -> list[GroupedMember]:
    return [item for sealed in group.members for item in opened.open(sealed.sealed, GroupedMember)]


def _find_member(opened: OpenedDraft, member: str) -> Member | None:
    known = opened.find_known(member)
    return known if isinstance(known, Member) else None
