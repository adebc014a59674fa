"""The groups of a party branch in plain words. Nothing here names or follows a member."""

from __future__ import annotations

from ledger.books.party_groups import BranchGrouped, count_members
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.figures.members import name_branch
from reports.words import format_count
from web.i18n import _
from web.public.explain.telling import Explanation, Table
from web.site import VillageView


def explain_groups(view: VillageView, _entry: Entry, body: BranchGrouped) -> Explanation:
    branch = name_branch(view.reader.facts, view.texts, body.branch)
    if not body.groups:
        return Explanation(
            what=_("党小组"),
            title=_("{branch}不再分党小组").format(branch=branch),
            sentences=(_("{branch}从这一条起不再分党小组，党员还在支部里。").format(branch=branch),),
        )
    groups, members = format_count(len(body.groups)), format_count(count_members(body))
    return Explanation(
        what=_("党小组"),
        title=_("{branch}分 {count} 个党小组").format(branch=branch, count=groups),
        sentences=(
            _("{branch}分 {count} 个党小组，编进去 {members} 名党员。").format(
                branch=branch, count=groups, members=members
            ),
            _("以后再登记这个支部的党小组，就以新的为准。"),
            _("谁在哪个组、谁是组长，不在网上公开。"),
        ),
        tables=(
            Table(
                title=_("各党小组"),
                columns=(_("党小组"), _("党员")),
                rows=tuple(
                    (
                        _("{number} {name}").format(
                            name=read_text(view.texts, group.name), number=group.number
                        ),
                        format_count(len(group.members)),
                    )
                    for group in body.groups
                ),
            ),
        ),
    )
