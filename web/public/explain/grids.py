"""Grids and visits in plain words. Nothing here names a household, and of people only who acts in public, masked."""

from __future__ import annotations

from ledger.books.grids import LEVEL_NAMES, GridsRegistered, NamingWithdrawn, VisitsRecorded
from ledger.entries import Entry
from ledger.figures import read_text
from reports.words import format_count, format_month
from web.i18n import _
from web.public.explain.telling import Explanation, Link, Table
from web.site import VillageView


def explain_grids(view: VillageView, _entry: Entry, body: GridsRegistered) -> Explanation:
    people = sum(len(unit.offices) + len(unit.hands) for unit in body.units)
    return Explanation(
        what=_("网格登记"),
        title=_("登记了 {count} 个网格").format(count=format_count(len(body.units))),
        sentences=(
            _(
                "登记了 {count} 个网格、微网格和街巷，人员 {people} 名。以后再登记同一个编号，就以新的为准。"
            ).format(count=format_count(len(body.units)), people=format_count(people)),
            _("人员是谁只存隐私库；网格长、警员、医生、监督员在网页上显示姓和末字。"),
        ),
        links=(_link_grids(view),),
        tables=(
            Table(
                title=_("这一次登记的"),
                columns=(_("编号和名称"), _("户数"), _("人员")),
                rows=tuple(
                    (
                        f"{unit.number} {LEVEL_NAMES[unit.level]} {read_text(view.texts, unit.name)}",
                        _("撤销") if unit.ended else format_count(unit.households),
                        format_count(len(unit.offices) + len(unit.hands)),
                    )
                    for unit in body.units
                ),
            ),
        ),
    )


def explain_visits(view: VillageView, entry: Entry, body: VisitsRecorded) -> Explanation:
    visits, notes = (
        sum(len(line.visits) for line in body.lines),
        sum(len(line.diaries) for line in body.lines),
    )
    again = any(line.version > 1 for line in body.lines)
    return Explanation(
        what=_("走访"),
        title=_("{month}走访 {visits} 次").format(
            month=format_month(entry.period), visits=format_count(visits)
        ),
        sentences=(
            _("{month}，{count} 个网格走访了 {visits} 次，记了 {notes} 篇村情日记。").format(
                count=format_count(len(body.lines)),
                month=format_month(entry.period),
                notes=format_count(notes),
                visits=format_count(visits),
            ),
            _("走访了哪一户、为什么去，只存隐私库，账本里看不出来。"),
            *((_("有的网格这个月登记过，这一次换下原来那一次。"),) if again else ()),
        ),
        links=(_link_grids(view),),
        tables=(
            Table(
                title=_("各网格"),
                columns=(_("网格"), _("走访次数"), _("日记篇数")),
                rows=tuple(
                    (line.unit, format_count(len(line.visits)), format_count(len(line.diaries)))
                    for line in body.lines
                ),
            ),
        ),
    )


def explain_naming(view: VillageView, _entry: Entry, body: NamingWithdrawn) -> Explanation:
    return Explanation(
        what=_("撤回牌上写全名"),
        title=_("一位网格长、街巷长不再写全名"),
        sentences=(
            _("{unit}的一位网格长或街巷长撤回了在牌上写全名的同意。").format(unit=body.unit),
            _("从现在起印的牌只写姓和末字；职务不变。是谁，账本里看不出来。"),
        ),
        links=(_link_grids(view),),
    )


def _link_grids(view: VillageView) -> Link:
    return Link(_("全村的网格和走访"), f"/v/{view.code}/grids")
