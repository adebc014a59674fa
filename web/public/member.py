"""A party member's own page: whoever holds the member's card sees each round, mark by mark, and who looked.

It is reached as a household's page is, by a card's code that stands in no address; see `web.public.household`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ledger.books.scores import SPAN_NAMES
from ledger.figures.members import MemberComponent, MemberMark, MemberRound
from ledger.service.cards import MemberCard, describe_member
from ledger.service.readings import list_readings
from reports.words import format_month, format_signed
from web.desk.looks import LookRow, build_look
from web.desk.routing import get_desk_ports
from web.i18n import _
from web.page import Frame
from web.respond import Answer, AnyRequest
from web.routing import get_site
from web.site import VillageView

READINGS_MAX = 50


@dataclass(frozen=True)
class MarkRow:
    """One mark: `wording` is how an objection to it begins."""

    about: str
    entry: str
    evidence: str
    hidden: bool
    item: str
    points: str
    quantity: str
    title: str
    wording: str


@dataclass(frozen=True)
class ComponentRow:
    """What one component gave; `ballot` is the number of the one it comes from, empty where none gave it."""

    ballot: str
    path: str
    row: str
    score: str
    title: str
    weight: str


@dataclass(frozen=True)
class RoundRows:
    """One round: `grade` in words, `made` how the score comes about, `components` what each part gave."""

    about: str
    branch: str
    components: tuple[ComponentRow, ...]
    entry: str
    grade: str
    made: str
    marks: tuple[MarkRow, ...]
    month: str
    score: str
    wording: str


@dataclass(frozen=True)
class GroupRow:
    """A party group in which the member stands now."""

    about: str
    branch: str
    entry: str
    group: str
    is_head: bool


@dataclass(frozen=True)
class MemberPage:
    """What a member's card shows. `code` goes along in the page's forms, for another year."""

    code: str
    frame: Frame
    groups: tuple[GroupRow, ...]
    left_out: int
    looks: tuple[LookRow, ...]
    name: str
    rounds: tuple[RoundRows, ...]
    telephone: str
    year: str
    years: tuple[str, ...]


def serve_member(request: AnyRequest, code: str, member: str, typed: str, year: str) -> Answer:
    """Answer with a member's page; `typed` is the card's code. NotFound for a member who was erased."""

    def build(view: VillageView) -> MemberPage:
        card = describe_member(view.ports, view.reader, code, member, year)
        return _build_page(view, card, typed, *list_looks(request, code, member))

    return get_site(request).serve_fresh(request, code, "own_member.html", build)


def list_looks(request: AnyRequest, code: str, subject: str) -> tuple[tuple[LookRow, ...], int]:
    """Return who looked at what is kept about a household or member, newest first, and how many more times."""
    ports = get_desk_ports(get_site(request))
    with ports.desk.read() as reader:
        readings = list_readings(reader, code, subject)
    names = {person.user: person.name for person in ports.vault.list_persons(code)}
    rows = tuple(build_look(reading, names) for reading in readings[:READINGS_MAX])
    return rows, max(len(readings) - READINGS_MAX, 0)


def _build_page(
    view: VillageView, card: MemberCard, typed: str, looks: tuple[LookRow, ...], left_out: int
) -> MemberPage:
    return MemberPage(
        code=typed,
        frame=view.build_frame(_("自己的考评")),
        groups=tuple(
            GroupRow(
                about=str(one.at),
                branch=one.branch,
                entry=f"/v/{view.code}/entries/{one.at}",
                group=one.group,
                is_head=one.is_head,
            )
            for one in card.groups
        ),
        left_out=left_out,
        looks=looks,
        name=card.name,
        rounds=tuple(_build_round(view, one) for one in card.rounds),
        telephone=view.read_telephone(),
        year=card.year,
        years=card.years,
    )


def _build_round(view: VillageView, one: MemberRound) -> RoundRows:
    grade = one.grade or (_("{stars}星").format(stars=one.stars) if one.stars else _("没有评上星"))
    made = _(
        "按{scheme}（第 {version} 版），一{span}评一次，从 {base} 分起，加上下面各笔，最低 0 分，最高 100 分。"
    )
    wording = _("{month}考评，{score} 分，{grade}。我知道的是：")
    month = format_month(one.period)
    return RoundRows(
        about=str(one.at),
        branch=one.branch,
        components=tuple(_build_component(view, each) for each in one.components),
        entry=f"/v/{view.code}/entries/{one.at}",
        grade=grade,
        made=made.format(scheme=one.scheme, version=one.version, span=SPAN_NAMES[one.span], base=one.base),
        marks=tuple(_build_mark(view, mark, month) for mark in one.marks),
        month=month,
        score=str(one.score),
        wording=wording.format(month=month, score=one.score, grade=grade),
    )


def _build_component(view: VillageView, one: MemberComponent) -> ComponentRow:
    ballot = one.by.number if one.by is not None else ""
    return ComponentRow(
        ballot=ballot,
        path=f"/v/{view.code}/ballots/{ballot}" if ballot else "",
        row=str(one.by.row) if one.by is not None else "",
        score=_tell(one.score),
        title=one.title,
        weight=str(one.weight),
    )


def _build_mark(view: VillageView, mark: MemberMark, month: str) -> MarkRow:
    wording = _("{month}考评 {item} {title}，{points} 分。我知道的是：")
    points = format_signed(mark.points)
    return MarkRow(
        about=str(mark.at),
        entry=f"/v/{view.code}/entries/{mark.at}",
        evidence=mark.evidence,
        hidden=mark.is_sealed,
        item=mark.item,
        points=points,
        quantity=str(mark.quantity),
        title=mark.title,
        wording=wording.format(month=month, item=mark.item, title=mark.title, points=points),
    )


def _tell(score: Fraction) -> str:
    """Return a part's score: whole where it is, else to one place after the point, for reading only."""
    return str(score.numerator) if score.denominator == 1 else f"{float(score):.1f}"
