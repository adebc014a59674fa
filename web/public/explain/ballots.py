"""Secret ballots in plain words. Nothing here names who voted, or who is appraised where that is a party member."""

from __future__ import annotations

from ledger.books.ballots import APPRAISED_NAMES, BallotClosed, BallotOpened, tally_ballots
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.ballots import find_ballot
from reports.words import format_count, format_day
from web.i18n import _
from web.public.ballots import tell_turnout
from web.public.explain.telling import Explanation, Fact, Link, get_entry_path
from web.site import VillageView


def explain_ballot(view: VillageView, _entry: Entry, body: BallotOpened) -> Explanation:
    title = read_text(view.texts, body.title)
    resolution = Fact(_("决议"), body.resolution, f"/v/{view.code}/resolutions/{body.resolution}")
    questions = _("；").join(read_text(view.texts, question) for question in body.questions)
    units = _("、").join(read_text(view.texts, unit) for unit in body.units)
    return Explanation(
        what=_("开始测评 {number}").format(number=body.number),
        title=title,
        sentences=(
            _("{opens}到{closes}，用 {issued} 张一次用的票无记名测评{appraised}。").format(
                appraised=APPRAISED_NAMES[body.appraised],
                closes=format_day(body.closes),
                issued=format_count(body.issued),
                opens=format_day(body.opens),
            ),
            _("问的是：{questions}。").format(questions=questions),
            _("谁拿了哪张票，谁投了什么，哪里都不记。"),
        ),
        facts=(
            Fact(
                _("测评谁"), units or _("{count} 名党员，名字不公开").format(count=format_count(body.count))
            ),
            Fact(_("选项"), _("、").join(read_text(view.texts, choice) for choice in body.choices)),
            *((resolution,) if body.resolution else ()),
        ),
        links=(_link(view, body.number),),
    )


def explain_ballot_closed(view: VillageView, _entry: Entry, body: BallotClosed) -> Explanation:
    found = find_ballot(view.reader.facts, body.number)
    assert found is not None
    return Explanation(
        what=_("测评结果 {number}").format(number=body.number),
        title=_("{title}：{count} 张票").format(
            count=format_count(len(body.ballots)), title=read_text(view.texts, found.opened.title)
        ),
        sentences=(
            tell_turnout(found.opened, tally_ballots(found.opened, body)),
            _(
                "每张票按选票号排列，没有先后，没有时间；投了票的人凭选票号找到自己那一张，谁都可以重新数一遍。"
            ),
        ),
        links=(_link(view, body.number), Link(_("测评是怎么问的"), get_entry_path(view, found.at.opened))),
    )


def _link(view: VillageView, number: str) -> Link:
    return Link(_("测评结果和每一张票"), f"/v/{view.code}/ballots/{number}")
