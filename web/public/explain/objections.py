"""Objections and their answers, in plain words. What somebody wrote, and who it was, no page says."""

from __future__ import annotations

from ledger.books.objections import (
    CAME_NAMES,
    ObjectionAnswered,
    ObjectionRaised,
    Outcome,
    get_due_day,
    tell_kind,
)
from ledger.books.values import SHEET_LETTERS, SheetKind
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.objections import find_objection, list_about
from reports.words import format_count, format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, get_entry_path
from web.public.months import get_sheet_path
from web.site import VillageView
from web.words import name_sheet

OUTCOME_WORDS: dict[Outcome, str] = {
    "upheld": _("异议成立"),
    "explained": _("已经说明"),
    "not-upheld": _("异议不成立"),
}
_KINDS: dict[str, SheetKind] = {letter: kind for kind, letter in SHEET_LETTERS.items()}


def explain_raised(view: VillageView, entry: Entry, body: ObjectionRaised) -> Explanation:
    about = name_about(view, body.about)
    due = get_due_day(view.ports.reference.law, view.code, entry.occurred_on)
    return Explanation(
        what=_("异议 {number}").format(number=body.number),
        title=_("有人对{about}提出异议").format(about=about.text),
        sentences=(
            _("{day}收到（{came}），应在{due}以前答复。").format(
                day=format_day(entry.occurred_on), came=CAME_NAMES[body.came], due=format_day(due)
            ),
            _("是谁提的、写了什么，不公开，按职责才能看。"),
        ),
        facts=(Fact(_("异议编号"), body.number), Fact(_("关于"), about.text, about.path)),
        links=(get_list_link(view),),
    )


def explain_answered(view: VillageView, _entry: Entry, body: ObjectionAnswered) -> Explanation:
    known = find_objection(view.reader.facts, view.ports.reference, body.objection)
    raised = [Link(_("登记异议的记录"), get_entry_path(view, known.raised_at))] if known is not None else []
    about = name_about(view, known.raised.about) if known is not None else None
    followed = [name_about(view, name) for name in body.followed_by]
    facts = [Fact(_("异议编号"), body.objection), Fact(_("结果"), OUTCOME_WORDS[body.outcome])]
    facts += [Fact(_("关于"), about.text, about.path)] if about is not None else []
    facts += [Fact(_("更正"), link.text, link.path) for link in followed]
    answer = read_text(view.texts, body.answer)
    return Explanation(
        what=_("答复异议 {number}").format(number=body.objection),
        title=_("答复：{outcome}").format(outcome=OUTCOME_WORDS[body.outcome]),
        sentences=(_("村里答复：{answer}").format(answer=answer),),
        facts=tuple(facts),
        links=(*raised, get_list_link(view)),
    )


def name_about(view: VillageView, about: str) -> Link:
    """Return what an objection is about, or an answer names, with the path of its page; empty for what has none."""
    kind = tell_kind(about)
    if kind == "sheet":
        period, sheet = about[:7], _KINDS[about[8]]
        said = f"{name_sheet(sheet, period)} {about}"
        return Link(said, get_sheet_path(view.code, sheet, period))
    if kind == "contract":
        return Link(_("合同 {number}").format(number=about), f"/v/{view.code}/contracts/{about}")
    if kind == "entry":
        return Link(_("第 {index} 条记录").format(index=about), get_entry_path(view, int(about)))
    return Link(_("别的事"), "")


def tell_raised(view: VillageView, about: str) -> str:
    """Return how many objections were registered about something, in words; empty for none."""
    count = len(list_about(view.reader.facts, about))
    return format_count(count) if count else ""


def get_list_link(view: VillageView) -> Link:
    """Return the link to all objections of the village."""
    return Link(_("全村的异议和答复"), f"/v/{view.code}/objections")
