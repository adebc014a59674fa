"""Drafts of party groups: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.party_groups import BranchGrouped, PartyGroup
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.workbooks.groups import preview_group, preview_member
from ledger.state.private import GroupedMember
from ledger.vaults import Member


def tell_groups(opened: OpenedDraft, body: BranchGrouped) -> Iterator[str]:
    yield opened.draft.label
    for group in body.groups:
        yield preview_group(group.number, opened.read(group.name), len(group.members))
        found = sorted((opened.name(one.member), one.head) for one in _open_members(opened, group))
        yield from (preview_member(name, is_head) for name, is_head in found)


def fill_groups(opened: OpenedDraft, body: BranchGrouped) -> Iterator[tuple[str, Row]]:
    branch = {"支部": str(body.branch)}
    if not body.groups:
        yield "党小组", {**branch, "不再分组": "是"}
    for group in body.groups:
        shared = {**branch, "党小组": str(group.number), "党小组名称": opened.read(group.name)}
        found = sorted((*_read_known(opened, one.member), one.head) for one in _open_members(opened, group))
        for number, name, is_head in found:
            yield "党小组", {**shared, "党员编号": number, "姓名": name, "组长": "是" if is_head else ""}


def _open_members(opened: OpenedDraft, group: PartyGroup) -> list[GroupedMember]:
    return [item for sealed in group.members for item in opened.open(sealed.sealed, GroupedMember)]


def _read_known(opened: OpenedDraft, member: str) -> tuple[str, str]:
    """Return number and name of a member as the vault has them, empty for one that was erased."""
    known = opened.find_known(member)
    return (known.number, known.name) if isinstance(known, Member) else ("", "")
