"""Resolutions, what became of them, forums and earmarked funds, in plain words."""

from __future__ import annotations

from ledger.books.funds import CATEGORY_NAMES, FundOpened
from ledger.books.resolutions import OUTCOME_NAMES, ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.funds import Fund
from ledger.state.register_facts import FundFacts
from ledger.state.resolutions import Resolution, find_resolution
from reports.words import format_amount, format_count, format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link
from web.public.funds import list_fund_facts
from web.public.meetings import build_step, list_resolution_facts
from web.site import VillageView


def explain_resolution(view: VillageView, entry: Entry, body: ResolutionRecorded) -> Explanation:
    title, known = (
        read_text(view.texts, body.title),
        Resolution(at=entry.index, body=body, results=(), spent_fen=0),
    )
    steps = tuple(build_step(view, step) for step in body.steps)
    minutes = Fact(_("会议记录文件的指纹（SHA-256）"), body.minutes)
    return Explanation(
        what=_("决议 {number}").format(number=body.number),
        title=_("{title}：{outcome}").format(title=title, outcome=OUTCOME_NAMES[body.outcome]),
        sentences=(
            _("决议内容：{wording}").format(wording=read_text(view.texts, body.wording)),
            *(_("{day}，{name}：{votes}。").format(day=s.day, name=s.name, votes=s.votes) for s in steps),
        ),
        facts=tuple(list_resolution_facts(known)),
        checks=(minutes,) if body.minutes else (),
        links=(_link_meeting(view, body.number, _("决议 {number}：花了多少、办得怎样")),),
    )


def explain_report(view: VillageView, entry: Entry, body: ResolutionReported) -> Explanation:
    resolution = find_resolution(view.reader.facts, body.resolution)
    title = read_text(view.texts, resolution.body.title) if resolution is not None else body.resolution
    return Explanation(
        what=_("决议 {number} 的结果").format(number=body.resolution),
        title=_("{title}办得怎样").format(title=title),
        sentences=(
            _("{day}公开的结果：{result}").format(
                day=format_day(entry.occurred_on), result=read_text(view.texts, body.result)
            ),
        ),
        facts=(Fact(_("决议编号"), body.resolution),),
        links=(_link_meeting(view, body.resolution, _("决议 {number}：怎样定下来的")),),
    )


def explain_forum(view: VillageView, entry: Entry, body: ForumHeld) -> Explanation:
    return Explanation(
        what=_("民情恳谈 {number}").format(number=body.number),
        title=_("{day}民情恳谈").format(day=format_day(entry.occurred_on)),
        sentences=(
            _("到场 {count} 人，大家说了：{topics}").format(
                count=format_count(body.present), topics=read_text(view.texts, body.topics)
            ),
            _("村里答应：{promises}").format(promises=read_text(view.texts, body.promises)),
        ),
        facts=(Fact(_("恳谈编号"), body.number),),
        links=(_link_meeting(view, body.number, _("民情恳谈 {number}")),),
    )


def explain_fund(view: VillageView, entry: Entry, body: FundOpened) -> Explanation:
    name = read_text(view.texts, body.name)
    nothing = FundFacts(received_fen=body.opening_fen, recipients=0, spent_fen=0)
    return Explanation(
        what=_("专款 {number}").format(number=body.number),
        title=name,
        sentences=(
            _("{day}设立了一笔{category}专款：{name}。这笔钱只能用于：{use}。").format(
                category=CATEGORY_NAMES[body.category],
                day=format_day(entry.occurred_on),
                name=name.rstrip("。"),
                use=read_text(view.texts, body.use).rstrip("。"),
            ),
            _("开账时已有 {amount} 元。").format(amount=format_amount(body.opening_fen)),
        ),
        facts=tuple(list_fund_facts(view, Fund(at=entry.index, body=body, held=nothing))),
        links=(
            Link(
                _("专款 {number}：收了多少、花到哪里").format(number=body.number),
                f"/v/{view.code}/funds/{body.number}",
            ),
        ),
    )


def _link_meeting(view: VillageView, number: str, text: str) -> Link:
    return Link(text.format(number=number), f"/v/{view.code}/resolutions/{number}")
