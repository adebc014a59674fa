"""Steps to a star in plain words. A secretary's name is masked, as of all who act in an office."""

from __future__ import annotations

from ledger.books.scores import BranchRegistered
from ledger.books.star_steps import STEP_NAMES, StarDeclared, StarMoved, name_holder, name_stars
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.facts import find_branch, read_body
from ledger.state.star_steps import find_application
from reports.words import format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, read_person
from web.site import VillageView


def explain_declared(view: VillageView, entry: Entry, body: StarDeclared) -> Explanation:
    whose = _name(view, body)
    masked = read_person(view, body.secretary) if body.secretary is not None else ""
    return Explanation(
        what=_("评星申报 {number}").format(number=body.number),
        title=_("{whose}申报{stars}").format(stars=name_stars(body.stars), whose=whose),
        sentences=(
            _("{day}，{whose}申报 {year} 年的{stars}：{words}").format(
                day=format_day(entry.occurred_on),
                stars=name_stars(body.stars),
                whose=whose,
                words=read_text(view.texts, body.words),
                year=body.year,
            ),
        ),
        facts=(
            *((Fact(_("书记"), masked),) if masked else ()),
            Fact(_("材料"), read_text(view.texts, body.evidence)),
        ),
        checks=_list_files(body.files),
        has_masks=bool(masked),
        links=_list_links(view, body.number),
    )


def explain_star_moved(view: VillageView, entry: Entry, body: StarMoved) -> Explanation:
    step, by, words = STEP_NAMES[body.step], read_text(view.texts, body.by), read_text(view.texts, body.words)
    application = find_application(view.reader.facts, body.number)
    whose = _name(view, application.body) if application is not None else body.number
    evidence = (Fact(_("材料"), read_text(view.texts, body.evidence)),) if body.evidence is not None else ()
    return Explanation(
        what=_("评星申报 {number} 的一步").format(number=body.number),
        title=_("{whose}{step}：{stars}").format(stars=name_stars(body.stars), step=step, whose=whose),
        sentences=(
            _("{day}{step}，{by}定为{stars}：{words}").format(
                by=by, day=format_day(entry.occurred_on), stars=name_stars(body.stars), step=step, words=words
            ),
        ),
        facts=(Fact(_("由谁"), by), *evidence),
        checks=_list_files(body.files),
        links=_list_links(view, body.number),
    )


def _name(view: VillageView, body: StarDeclared) -> str:
    known = find_branch(view.reader.facts, body.branch)
    assert known is not None  # No application is of a branch that there is not.
    name = read_text(view.texts, read_body(view.reader.facts, known.index, BranchRegistered).name)
    return name_holder(name, body.subject)


def _list_files(files: tuple[str, ...] | None) -> tuple[Fact, ...]:
    return tuple(Fact(_("材料指纹"), one) for one in files or ())


def _list_links(view: VillageView, number: str) -> tuple[Link, ...]:
    return (
        Link(_("这次评星的五步"), f"/v/{view.code}/stars/{number}"),
        Link(_("支部和书记的星级"), f"/v/{view.code}/stars"),
    )
