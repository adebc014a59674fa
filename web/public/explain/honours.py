"""Honours in plain words. Nothing here names a household or a person."""

from __future__ import annotations

from ledger.books.honours import HonourReversed, HonoursGranted, get_check
from ledger.books.points_figures import name_span
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.honours import get_granting
from reports.words import format_count, format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, get_entry_path
from web.site import VillageView


def explain_granted(view: VillageView, entry: Entry, body: HonoursGranted) -> Explanation:
    title, count = read_text(view.texts, body.title), format_count(len(body.holders))
    counted = _("{count} 户") if body.granted_to == "household" else _("{count} 人")
    taken = len(get_granting(view.reader.facts, entry.index).taken)
    again = _("其中 {count} 份后来发现发错，已经撤销。").format(count=format_count(taken))
    resolution = Fact(_("决议"), body.resolution, f"/v/{view.code}/resolutions/{body.resolution}")
    return Explanation(
        what=_("表彰 {number}").format(number=body.number),
        title=_("{title}：{counted}").format(counted=counted.format(count=count), title=title),
        sentences=(
            _("{day}表彰了 {counted}为“{title}”，评的是{span}。").format(
                counted=counted.format(count=count),
                day=format_day(entry.occurred_on),
                span=name_span(body.span, body.until),
                title=title,
            ),
            _("是谁不在账本里，网页上也不写；同意署名的，名字印在村里公开栏的附页上。"),
            *((again,) if taken else ()),
        ),
        facts=(resolution,) if body.resolution else (),
        links=(_link_check(view, body.number), _link_honours(view)),
    )


def explain_withdrawn(view: VillageView, _entry: Entry, body: HonourReversed) -> Explanation:
    granted = get_granting(view.reader.facts, body.reverses).body
    title = read_text(view.texts, granted.title)
    return Explanation(
        what=_("撤销表彰"),
        title=_("撤销一份“{title}”").format(title=title),
        sentences=(
            _("表彰 {number} 有一份发错了，撤销。原因：{reason}。").format(
                number=granted.number, reason=read_text(view.texts, body.reason).rstrip("。")
            ),
            _("撤销只改正错误，不影响任何积分和待遇。"),
        ),
        facts=(Fact(_("核对码"), get_check(body.holder)),),
        links=(
            Link(_("原来的表彰"), get_entry_path(view, body.reverses)),
            _link_check(view, granted.number),
            _link_honours(view),
        ),
    )


def _link_check(view: VillageView, number: str) -> Link:
    return Link(_("核对这次发出的证书"), f"/v/{view.code}/honours/{number}")


def _link_honours(view: VillageView) -> Link:
    return Link(_("历次表彰"), f"/v/{view.code}/honours")
