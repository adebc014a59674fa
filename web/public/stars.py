"""Stars of branches and their secretaries: who holds how many, and by which five steps they came about.

A secretary acts in an office and stands by the branch, the name masked. What a plate on a wall says is held against the
page of its application: the short code stands there, and what is true today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.honours import get_check
from ledger.books.law import find_rule
from ledger.books.scores import BranchRegistered
from ledger.books.star_steps import (
    DECLARED_NAME,
    STAGE_NAMES,
    STARS_MAX,
    STEP_NAMES,
    WAITING,
    StarDeclared,
    StarMoved,
    StarStep,
    StarSubject,
    name_holder,
    name_stars,
)
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state import get_day
from ledger.state.facts import Facts, find_branch, read_body
from ledger.state.reference import Reference
from ledger.state.schemes import find_scheme_in_force
from ledger.state.star_facts import StarMove
from ledger.state.star_steps import (
    SUBJECTS,
    StarApplication,
    find_application,
    find_display_end,
    find_star_of,
    list_applications_of,
    list_branches,
    list_open_objections,
)
from reports.words import format_count, format_day
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path, is_recorded_late, read_person
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

STEPS: tuple[StarStep, ...] = ("reviewed", "displayed", "confirmed", "adjusted")
_NUMBER = re.compile(r"XJ-2[0-9]{3}-[0-9]{3}", re.ASCII)
_IN_A_GROUP = 4
_FILE_CHARS = 16

MarkState = Literal["done", "now", "later"]


@dataclass(frozen=True)
class StepMark:
    """One of the five steps: its day, empty before it was done."""

    day: str
    name: str
    state: MarkState


@dataclass(frozen=True)
class StarCard:
    """An application as a list shows it. `drawn` are its stars as marks, `words` the same to read; `told` how far it
    is; `is_held` where it is the star that is held now, `is_waiting` while nothing is decided yet.
    """

    drawn: str
    is_held: bool
    is_waiting: bool
    marks: tuple[StepMark, ...]
    number: str
    path: str
    told: str
    words: str
    year: str


@dataclass(frozen=True)
class SubjectCard:
    """A branch, or its secretary, with the star that is held, and what is under way; `who` is the masked name."""

    cards: tuple[StarCard, ...]
    drawn: str
    name: str
    who: str
    words: str


@dataclass(frozen=True)
class StarsPage:
    """All branches in their order, each with its secretary."""

    display: str
    frame: Frame
    has_masks: bool
    rows: tuple[SubjectCard, ...]
    sentences: tuple[str, ...]
    telephone: str


@dataclass(frozen=True)
class StarStepRow:
    """A step: its day, what it says, what it rests on; `recorded_on` where that was much later, empty where not."""

    by: str
    day: str
    evidence: str
    files: tuple[str, ...]
    name: str
    path: str
    recorded_on: str
    words: str


@dataclass(frozen=True)
class PlateRow:
    """A plate that was given by a step: its short code, plain and in groups, and whether it still is what is true."""

    code: str
    day: str
    holds: bool
    letters: str
    told: str


@dataclass(frozen=True)
class StarPage:
    """One application with its steps; `recorded` says which were recorded much later, and when; empty for none."""

    about: str
    card: StarCard
    display: str
    earlier: tuple[StarCard, ...]
    frame: Frame
    has_masks: bool
    list_path: str
    name: str
    plates: tuple[PlateRow, ...]
    raised: str
    recorded: str
    steps: tuple[StarStepRow, ...]
    telephone: str
    told: str
    who: str


@route_page("/v/{code:str}/stars", summary="Which stars branches and their secretaries hold")
def show_stars(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with all branches and their secretaries."""
    return get_site(request).serve_page(request, code, "stars", "stars.html", build_stars_page)


@route_page("/v/{code:str}/stars/{number:str}", summary="How a star came about, and whether a plate is real")
def show_star(request: AnyRequest, code: FromPath[str], number: FromPath[str]) -> ASGIApp:
    """Answer with an application and its steps."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次评星"))
    return get_site(request).serve_page(
        request, code, f"stars/{number}", "star.html", lambda view: build_star_page(view, number)
    )


def build_stars_page(view: VillageView) -> StarsPage:
    """Return who holds how many stars, and what is under way."""
    rows = tuple(
        _build_subject(view, subject, branch)
        for branch in list_branches(view.reader.facts)
        for subject in SUBJECTS
    )
    held = sum(any(card.is_held for card in row.cards) for row in rows)
    waiting = sum(any(card.is_waiting for card in row.cards) for row in rows)
    sentences = _("{held} 个评上了星，{waiting} 个正在评。").format(
        held=format_count(held), waiting=format_count(waiting)
    )
    return StarsPage(
        display=_tell_law(view, view.today),
        frame=view.build_frame(_("支部和书记的星级")),
        has_masks=any(row.who for row in rows),
        rows=rows,
        sentences=(sentences,) if held or waiting else (_("还没有哪个支部、书记申报过。"),),
        telephone=view.read_telephone(),
    )


def build_star_page(view: VillageView, number: str) -> StarPage:
    """Return an application with its steps; NotFound where there is none of this number."""
    facts = view.reader.facts
    found = find_application(facts, number)
    if found is None:
        raise NotFound(_("这次评星"))
    others = list_applications_of(facts, found.body.subject, found.body.branch)
    applications = (find_application(facts, other) for other in others if other != number)
    name = name_holder(_name_branch(view, found.body.branch), found.body.subject)
    raised = list_open_objections(facts, found.known)
    newest = found.known.moves[-1].index if found.known.moves else found.known.declared
    steps = tuple(_list_steps(view, found))
    return StarPage(
        about=str(newest),
        card=_build_card(view, found),
        display=_tell_display(view, found),
        earlier=tuple(_build_card(view, one) for one in applications if one is not None),
        frame=view.build_frame(_("{name}的星级").format(name=name)),
        has_masks=found.body.secretary is not None,
        list_path=f"/v/{view.code}/stars",
        name=name,
        plates=tuple(_list_plates(view, found)),
        raised=_("、").join(raised),
        recorded=_tell_recorded(steps),
        steps=steps,
        telephone=view.read_telephone(),
        told=_tell_now(view, found),
        who=_read_secretary(view, found),
    )


def draw_stars(stars: int, most: int = STARS_MAX) -> str:
    """Return stars as marks: those that there are, and hollow ones up to the most; nothing for none."""
    return "★" * stars + "☆" * (most - stars) if stars else ""


def format_check(check: str) -> str:
    """Return a short code in groups, as it stands on paper."""
    return " ".join(check[at : at + _IN_A_GROUP] for at in range(0, len(check), _IN_A_GROUP))


def _build_subject(view: VillageView, subject: StarSubject, branch: int) -> SubjectCard:
    facts = view.reader.facts
    known = find_star_of(facts, subject, branch)
    numbers = dict.fromkeys(number for number in (known.held, known.newest) if number)
    found = [one for one in (find_application(facts, number) for number in numbers) if one is not None]
    held = next((one for one in found if one.is_held), None)
    return SubjectCard(
        cards=tuple(_build_card(view, one) for one in found),
        drawn=_draw(view, held) if held is not None else "",
        name=name_holder(_name_branch(view, branch), subject),
        who=_read_secretary(view, found[0]) if found else "",
        words=_name_held(held),
    )


def _draw(view: VillageView, one: StarApplication) -> str:
    """Return the stars of an application as marks, of as many as there are in the scheme that they were given under."""
    facts = view.reader.facts
    period = facts.read_entry(one.known.moves[-1].index).period
    scheme = find_scheme_in_force(facts, period, one.body.subject)
    return draw_stars(one.stars, scheme.stars[-1].stars if scheme is not None else STARS_MAX)


def _name_held(held: StarApplication | None) -> str:
    if held is None:
        return _("还没有评上")
    return name_stars(held.stars) if held.stars else _("星已摘掉")


def _build_card(view: VillageView, one: StarApplication) -> StarCard:
    return StarCard(
        drawn=_draw(view, one) if one.is_held else "",
        is_held=_is_held_now(view, one),
        is_waiting=one.stage in WAITING,
        marks=tuple(_list_marks(one)),
        number=one.body.number,
        path=f"/v/{view.code}/stars/{one.body.number}",
        told=_tell_now(view, one),
        words=_name_held(one) if one.is_held else _("申报{stars}").format(stars=name_stars(one.body.stars)),
        year=_("{year} 年").format(year=one.body.year),
    )


def _list_marks(one: StarApplication) -> Iterator[StepMark]:
    """Yield the five steps with the newest day of each; a step before the newest of it counts as to be done again."""
    yield StepMark(format_day(one.known.declared_on), DECLARED_NAME, "done")
    place = _find_place(one)
    for at, step in enumerate(STEPS):
        days = [move.on for move in one.known.moves if _name_step_of(move) == step]
        done = bool(days) and at <= place
        state: MarkState = "done" if done else "now" if at == place + 1 and one.stage in WAITING else "later"
        yield StepMark(format_day(days[-1]) if done else "", STEP_NAMES[step], state)


def _find_place(one: StarApplication) -> int:
    """Return which of the steps after the declaration was the last one, -1 before any."""
    return STEPS.index(_name_step_of(one.known.moves[-1])) if one.known.moves else -1


def _name_step_of(move: StarMove) -> StarStep:
    """Return the step that led to a stage."""
    return next((step for step in STEPS if step == move.stage), "reviewed")


def _tell_now(view: VillageView, one: StarApplication) -> str:
    return tell_now(view.reader.facts, view.ports.reference, view.code, view.today, one)


def tell_now(facts: Facts, reference: Reference, village: str, today: str, one: StarApplication) -> str:
    """Return in a few words how far an application is and what is true on a day."""
    moves, stars = one.known.moves, name_stars(one.stars)
    match one.stage:
        case "displayed":
            end = find_display_end(reference, village, one.known)
            if list_open_objections(facts, one.known):
                return _("公示了{stars}，有异议等答复").format(stars=stars)
            if today > end:
                return _("公示{stars}期满，等乡镇验星").format(stars=stars)
            return _("正在公示{stars}，到{day}").format(day=format_day(end), stars=stars)
        case "confirmed":
            return _("{day}验星，{stars}").format(day=format_day(moves[-1].on), stars=stars)
        case "adjusted":
            return _("{day}由{before}调为{stars}").format(
                before=name_stars(moves[-2].stars), day=format_day(moves[-1].on), stars=stars
            )
        case _:
            return STAGE_NAMES[one.stage]


def _tell_display(view: VillageView, one: StarApplication) -> str:
    """Return from when to when a star was displayed and by what law; empty before it was."""
    shown = [move.on for move in one.known.moves if move.stage == "displayed"]
    if not shown:
        return ""
    end = find_display_end(view.ports.reference, view.code, one.known)
    return _("{first}起公示，到{end}满。{law}").format(
        end=format_day(end), first=format_day(shown[-1]), law=_tell_law(view, shown[-1])
    )


def _tell_law(view: VillageView, on: str) -> str:
    rule = find_rule(view.ports.reference.law, "branch-display", view.code[:2], on)
    assert rule is not None  # The law's own data, from the year 2000 on.
    return _("公示 {days} 天，从第二天算起（{document}）。").format(days=rule.days, document=rule.document)


def _list_steps(view: VillageView, one: StarApplication) -> Iterator[StarStepRow]:
    yield _build_step(view, one.known.declared, one.body, DECLARED_NAME)
    for move in one.known.moves:
        step = read_body(view.reader.facts, move.index, StarMoved)
        yield _build_step(view, move.index, step, STEP_NAMES[step.step], read_text(view.texts, step.by))


def _tell_recorded(steps: Sequence[StarStepRow]) -> str:
    """Say once of all steps that were recorded much later than they were taken, and when; empty for none."""
    by_day: dict[str, list[str]] = {}
    for step in steps:
        if step.recorded_on:
            by_day.setdefault(step.recorded_on, []).append(step.name.partition("：")[0])
    told = [
        _("{steps}是{day}").format(day=format_day(day), steps=_("、").join(dict.fromkeys(names)))
        for day, names in by_day.items()
    ]
    return _("{told}才记入账本。").format(told=_("，").join(told)) if told else ""


def _build_step(
    view: VillageView, index: int, body: StarDeclared | StarMoved, step: str, by: str = ""
) -> StarStepRow:
    entry = view.reader.facts.read_entry(index)
    recorded_on = get_day(entry.recorded_at)
    is_late = is_recorded_late(entry.occurred_on, recorded_on)
    return StarStepRow(
        by=by,
        day=format_day(entry.occurred_on),
        evidence=read_text(view.texts, body.evidence) if body.evidence is not None else "",
        files=tuple(one[:_FILE_CHARS] for one in body.files or ()),
        name=_("{step}：{stars}").format(stars=name_stars(body.stars), step=step),
        path=get_entry_path(view, index),
        recorded_on=recorded_on if is_late else "",
        words=read_text(view.texts, body.words),
    )


def _list_plates(view: VillageView, one: StarApplication) -> Iterator[PlateRow]:
    """Yield the plates that an application gave, the newest first: those of its confirmation and of each adjustment."""
    given = [move for move in one.known.moves if move.stage in ("confirmed", "adjusted")]
    is_newest = _is_held_now(view, one)
    later = {before.index: after for before, after in pairwise(given)}
    for move in reversed([move for move in given if move.stars]):
        check = get_check(read_body(view.reader.facts, move.index, StarMoved).words.text)
        after = later.get(move.index)
        yield PlateRow(
            code=check,
            day=format_day(move.on),
            holds=is_newest and after is None,
            letters=format_check(check),
            told=_tell_plate(move, after, is_newest=is_newest),
        )


def _tell_plate(move: StarMove, after: StarMove | None, *, is_newest: bool) -> str:
    """Return what a plate says and whether that still is so: `after` is the adjustment that followed."""
    stars = name_stars(move.stars)
    if after is not None:
        return _("写的是{before}；{day}起调为{stars}，这一块作废").format(
            before=stars, day=format_day(after.on), stars=name_stars(after.stars)
        )
    if not is_newest:
        return _("{stars}，已由后来一年的星接替").format(stars=stars)
    return _("{stars}，现在有效").format(stars=stars)


def _is_held_now(view: VillageView, one: StarApplication) -> bool:
    """Return whether an application gave the star that is held now, and none of a later year took its place."""
    return find_star_of(view.reader.facts, one.body.subject, one.body.branch).held == one.body.number


def _name_branch(view: VillageView, branch: int) -> str:
    known = find_branch(view.reader.facts, branch)
    assert known is not None  # No application is of a branch that there is not.
    return read_text(view.texts, read_body(view.reader.facts, known.index, BranchRegistered).name)


def _read_secretary(view: VillageView, one: StarApplication) -> str:
    """Return the secretary's masked name; empty for a branch."""
    return read_person(view, one.body.secretary) if one.body.secretary is not None else ""
