"""Cases in plain words. Who reported something, in which words, no page says; of private ones nothing else either."""

from __future__ import annotations

from ledger.books.cases import (
    RATING_NAMES,
    SOURCE_NAMES,
    STEP_NAMES,
    CaseConfided,
    CaseMoved,
    CaseOpened,
    CaseRated,
    is_private,
)
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.cases import find_case
from reports.words import format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link
from web.site import VillageView


def explain_case(view: VillageView, entry: Entry, body: CaseOpened) -> Explanation:
    name = view.ports.reference.cases.name(body.category)
    unsaid = _("是谁反映的、原话怎么说，不公开。")
    if is_private(body.category):
        unsaid = _("是谁、什么事、怎样了结，都不公开。")
    return Explanation(
        what=_("诉求件 {number}").format(number=body.number),
        title=_("有人反映：{name}").format(name=name),
        sentences=(
            _("{day}收到（{source}），最晚{verify}核实、{handle}答复。").format(
                day=format_day(entry.occurred_on),
                handle=format_day(body.handle_by),
                source=SOURCE_NAMES[body.source],
                verify=format_day(body.verify_by),
            ),
            unsaid,
        ),
        facts=(Fact(_("类别"), name), *((Fact(_("网格"), body.grid),) if body.grid else ())),
        links=_list_links(view, body.number),
    )


def explain_moved(view: VillageView, entry: Entry, body: CaseMoved) -> Explanation:
    words = read_text(view.texts, body.words)
    return Explanation(
        what=_("诉求件 {number} 的一步").format(number=body.case),
        title=_("{step}：{words}").format(step=STEP_NAMES[body.step], words=words),
        sentences=(
            _("{day}{step}：{words}").format(
                day=format_day(entry.occurred_on), step=STEP_NAMES[body.step], words=words
            ),
        ),
        facts=(Fact(_("类别"), _name(view, body.case)),),
        links=_list_links(view, body.case),
    )


def explain_confided(view: VillageView, entry: Entry, body: CaseConfided) -> Explanation:
    return Explanation(
        what=_("诉求件 {number} 的一步").format(number=body.case),
        title=_("{name}：{step}").format(name=_name(view, body.case), step=STEP_NAMES[body.step]),
        sentences=(
            _("{day}办了一步：{step}。").format(
                day=format_day(entry.occurred_on), step=STEP_NAMES[body.step]
            ),
            _("是谁、什么事、怎样了结，都不公开。"),
        ),
        links=_list_links(view, body.case),
    )


def explain_rated(view: VillageView, entry: Entry, body: CaseRated) -> Explanation:
    return Explanation(
        what=_("诉求件 {number} 的评价").format(number=body.case),
        title=_("{name}：{rating}").format(name=_name(view, body.case), rating=RATING_NAMES[body.rating]),
        sentences=(
            _("{day}，反映的人对办理结果{rating}。是谁不公开。").format(
                day=format_day(entry.occurred_on), rating=RATING_NAMES[body.rating]
            ),
        ),
        links=_list_links(view, body.case),
    )


def _name(view: VillageView, number: str) -> str:
    case = find_case(view.reader.facts, number)
    return view.ports.reference.cases.name(case.body.category) if case is not None else number


def _list_links(view: VillageView, number: str) -> tuple[Link, ...]:
    """Return the page of the case, where it has one, and that of all."""
    case = find_case(view.reader.facts, number)
    links = [Link(_("全部诉求件"), f"/v/{view.code}/cases")]
    if case is not None and case.has_page:
        links.insert(0, Link(_("这一件办到哪一步"), f"/v/{view.code}/cases/{number}"))
    return tuple(links)
