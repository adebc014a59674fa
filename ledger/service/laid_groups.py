"""The party groups that hold now as the rows of their sheet: a clerk changes them and hands them in."""

from __future__ import annotations

from functools import partial
from operator import itemgetter

from ledger.figures.texts import read_text
from ledger.limits import TYPED_MAX_ROWS
from ledger.ports import Ports
from ledger.service.refilling import arrange
from ledger.service.sheets import read_texts
from ledger.service.workbooks.groups import fill_row
from ledger.state.marks import list_branch_members
from ledger.state.party_groups import list_grouped_branches, open_groups, read_groups

_SHEET = "党小组"


def lay_groups(ports: Ports, village: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the rows of all groups that hold now, by branch, group and member; none where a page does not hold them,
    or there are none. Whoever shows them logs it.
    """
    known = {item.member: item for item in ports.vault.list_members(village)}
    rows = []
    with ports.ledger.read(village) as reader:
        find, texts = partial(ports.vault.find_private, village), read_texts(reader)
        for branch, _ in list_grouped_branches(reader.facts):
            body = read_groups(reader.facts, branch)
            members = list_branch_members(
                reader.facts, branch, find
            )  # Who left stands in the last grouping still.
            names = {group.number: read_text(texts, group.name) for group in (body.groups if body else ())}
            rows += [
                (
                    (branch, one.group, known[one.member].number),
                    fill_row(branch, one.group, names[one.group], known[one.member], is_head=one.is_head),
                )
                for one in open_groups(reader.facts, branch, find)
                if one.member in known and one.member in members
            ]
    if not rows or len(rows) > TYPED_MAX_ROWS:
        return {}
    return {_SHEET: arrange("groups", _SHEET, [row for _, row in sorted(rows, key=itemgetter(0))])}
