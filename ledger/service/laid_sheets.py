"""Sheets that begin with what holds now, since they are handed in whole and mostly one row changes: the members of
branches, and their party groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from operator import itemgetter

from ledger.books.scores import BranchRegistered
from ledger.figures.texts import read_text
from ledger.limits import TYPED_MAX_ROWS
from ledger.ports import Ports
from ledger.service.refilling import arrange
from ledger.service.sheets import read_texts
from ledger.service.unsent import Tables
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.groups import fill_row
from ledger.state.facts import BranchFacts, read_body, scan_facts
from ledger.state.marks import list_branch_members
from ledger.state.party_groups import list_grouped_branches, open_groups, read_groups


def lay_sheet(ports: Ports, village: str, kind: str) -> Tables:
    """Return the rows with which a sheet of this kind begins; none where it begins empty, where a page does not hold
    them, or there are none. Whoever shows them logs it.
    """
    if kind == "groups":
        return _lay_groups(ports, village)
    return _lay_members(ports, village) if kind == "members" else {}


def _lay_members(ports: Ports, village: str) -> Tables:
    known = {item.member: item for item in ports.vault.list_members(village)}
    rows = []
    with ports.ledger.read(village) as reader:
        find, texts = partial(ports.vault.find_private, village), read_texts(reader)
        for _, branch in scan_facts(reader.facts, "branch/", BranchFacts):
            body = read_body(reader.facts, branch.index, BranchRegistered)
            name = read_text(texts, body.name)
            members = list_branch_members(reader.facts, body.branch, find)
            rows += [
                (
                    (body.branch, known[one].number),
                    {
                        "支部": str(body.branch),
                        "支部名称": name,
                        "党员编号": known[one].number,
                        "姓名": known[one].name,
                    },
                )
                for one in members
                if one in known
            ]
    return _arrange("members", "党员", rows)


def _lay_groups(ports: Ports, village: str) -> Tables:
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
    return _arrange("groups", "党小组", rows)


def _arrange(
    kind: WorkbookKind, sheet: str, rows: Iterable[tuple[tuple[object, ...], dict[str, str]]]
) -> Tables:
    laid = [row for _, row in sorted(rows, key=itemgetter(0))]
    return {sheet: arrange(kind, sheet, laid)} if 0 < len(laid) <= TYPED_MAX_ROWS else {}
