"""The clerk's room of honours: who may be proposed by points, what was granted, and what to print of it: certificates,
and the awards list of a year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.honours import WINNERS_DEFAULT, WINNERS_PERCENT_MAX, HonourKind
from ledger.books.points_figures import name_span
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.service.honours import list_closed_spans, list_kinds
from ledger.service.sheets import read_texts
from ledger.service.standing import refuse_read_only
from ledger.state.honours import list_grantings
from reports.words import format_count, format_day
from web.cache import PageBytes
from web.desk.forms import FormRefused
from web.desk.frame import DeskFrame
from web.desk.reading_points import (
    list_certificates,
    put_winners,
    read_awards,
    read_certificates,
    read_winners,
)
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.public.honours import count_holders
from web.respond import Answer

HONOURS = "/desk/honours"
PDF = "application/pdf"
WANTED_MAX = 400
SPANS_SHOWN = 8
_NUMBER = re.compile(r"RY-2[0-9]{3}-[0-9]{3}", re.ASCII)
_YEAR = re.compile(r"2[0-9]{3}", re.ASCII)
_CHECK = re.compile(r"[A-Z2-7]{8}", re.ASCII)


@dataclass(frozen=True)
class SpanChoice:
    """A closed quarter or year of a kind: `value` is kind and last month, as the form sends them."""

    name: str
    value: str


@dataclass(frozen=True)
class WinnerRow:
    name: str
    number: str
    points: str
    rank: str


@dataclass(frozen=True)
class GrantedRow:
    counted: str
    day: str
    number: str
    path: str
    title: str


@dataclass(frozen=True)
class AwardsYear:
    """A year of which an awards list can be printed."""

    path: str
    year: str


@dataclass(frozen=True)
class CertificateRow:
    """One certificate of a granting: whose it is, as whoever looks may see it, and its file."""

    name: str
    number: str
    path: str


@dataclass(frozen=True)
class HonoursRoom:
    """The room. `rows` are the candidates of what is `chosen`, empty before anything is; `choices` are the quarters and
    years that are closed, with the kinds that go by points. `already` are grantings of what is chosen that stand.
    """

    already: str
    choices: tuple[SpanChoice, ...]
    chosen: str
    frame: DeskFrame
    granted: tuple[GrantedRow, ...]
    most: str
    notice: str
    percent: int
    ranked: str
    rows: tuple[WinnerRow, ...]
    wanted: int
    years: tuple[AwardsYear, ...]


@dataclass(frozen=True)
class CertificatesRoom:
    """A granting's certificates, to print all or one by one."""

    all_path: str
    frame: DeskFrame
    number: str
    rows: tuple[CertificateRow, ...]
    title: str


@dataclass(frozen=True)
class ProposeForm:
    chosen: str
    wanted: str


@route_desk(HONOURS, allow="draft.prepare", summary="Who may be proposed for an honour, and what was granted")
def show_room(desk: Desk) -> Answer:
    choices, query = _list_choices(desk), desk.request.query_params
    chosen = query.get("chosen", "")
    wanted = _read_wanted(query.get("wanted", ""))
    found = None
    if chosen in {choice.value for choice in choices}:
        kind, until = _read_choice(chosen)
        found = read_winners(desk, kind, until, wanted)
    page = HonoursRoom(
        already=_tell_already(desk, chosen) if found is not None else "",
        choices=choices,
        chosen=chosen if found is not None else "",
        frame=desk.build_frame(_("表彰")),
        granted=_list_granted(desk),
        most=format_count(found.most) if found is not None else "",
        notice=desk.choose_notice({"none": _("没有可以填的：没有够条件的户，或者已经填在表里了。")}),
        percent=WINNERS_PERCENT_MAX,
        ranked=format_count(found.ranked) if found is not None else "",
        rows=tuple(
            WinnerRow(
                name=one.household.name,
                number=one.household.number,
                points=format_count(one.rank.points),
                rank=format_count(one.rank.rank),
            )
            for one in (found.winners if found is not None else ())
        ),
        wanted=wanted,
        years=_list_years(desk),
    )
    return desk.render("desk/honours.html", page)


@route_desk(
    HONOURS, allow="draft.prepare", method="POST", summary="Put the candidates on the sheet of honours"
)
def take_winners(desk: Desk) -> Answer:
    form = desk.parse_form(ProposeForm)
    if form.chosen not in {choice.value for choice in _list_choices(desk)}:
        raise FormRefused("no quarter or year of ours")
    refuse_read_only(desk.ports, desk.village)
    kind, until = _read_choice(form.chosen)
    added = put_winners(desk, kind, until, _read_wanted(form.wanted))
    return desk.redirect("/desk/write/honours" if added else f"{HONOURS}?none=1")


@route_desk(f"{HONOURS}/{{number:str}}", allow="draft.prepare", summary="An honour's certificates, to print")
def show_certificates(desk: Desk, number: str) -> Answer:
    if number.endswith(".pdf"):
        return _print(desk, number.removesuffix(".pdf"))
    title, found = list_certificates(desk, _check_number(number))
    path = f"{HONOURS}/{number}.pdf"
    page = CertificatesRoom(
        all_path=path,
        frame=desk.build_frame(_("打印荣誉证书")),
        number=number,
        rows=tuple(
            CertificateRow(one.person or one.name, one.number, f"{path}?check={one.check}") for one in found
        ),
        title=title,
    )
    return desk.render("desk/certificates.html", page)


@route_desk(
    f"{HONOURS}/years/{{name:str}}",
    allow="draft.prepare",
    summary="The awards list of a year, with the names of those who agreed",
)
def show_awards(desk: Desk, name: str) -> Answer:
    year = name.removesuffix(".pdf")
    if year == name or not _YEAR.fullmatch(year):
        raise NotFound(_("年度表彰名单"))
    data = get_papers(desk.request).make_once(read_awards(desk, year))
    headers = {"content-disposition": f'inline; filename="awards-{year}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _print(desk: Desk, number: str) -> Answer:
    check = desk.request.query_params.get("check", "")
    if check and not _CHECK.fullmatch(check):
        raise NotFound(_("这张证书"))
    job = read_certificates(desk, _check_number(number), check)
    data = get_papers(desk.request).make_once(job)
    name = f"{number}-{check}" if check else number
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _check_number(number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次表彰"))
    return number


def _list_choices(desk: Desk) -> tuple[SpanChoice, ...]:
    with desk.ports.ledger.read(desk.village) as reader:
        return tuple(
            SpanChoice(_("{span} {name}").format(name=kind.name, span=name_span(kind.span, until)), value)
            for kind in list_kinds(by_points=True)
            for until in list_closed_spans(reader, kind.span)[:SPANS_SHOWN]
            for value in (f"{kind.code}/{until}",)
        )


def _tell_already(desk: Desk, chosen: str) -> str:
    """Say which honours of this kind and time stand already; nothing where there is none."""
    kind, until = _read_choice(chosen)
    with desk.ports.ledger.read(desk.village) as reader:
        numbers = [
            item.body.number
            for item in list_grantings(reader.facts)
            if (item.body.honour, item.body.until) == (kind.code, until) and item.standing
        ]
    said = _("这一项已经表彰过：{numbers}。再填就是另发一次。")
    return said.format(numbers=_("、").join(sorted(numbers))) if numbers else ""


def _read_choice(chosen: str) -> tuple[HonourKind, str]:
    code, _slash, until = chosen.partition("/")
    return next(kind for kind in list_kinds(by_points=True) if kind.code == code), until


def _read_wanted(text: str) -> int:
    """Return how many are wanted, as far as it is a number; else as many as are proposed where nothing is said."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(WANTED_MAX))):
        return WINNERS_DEFAULT
    return min(max(int(text), 1), WANTED_MAX)


def _list_years(desk: Desk) -> tuple[AwardsYear, ...]:
    """Return the years of which something granted still stands, the newest first."""
    with desk.ports.ledger.read(desk.village) as reader:
        years = {item.year for item in list_grantings(reader.facts) if item.standing}
    return tuple(AwardsYear(f"{HONOURS}/years/{year}.pdf", year) for year in sorted(years, reverse=True))


def _list_granted(desk: Desk) -> tuple[GrantedRow, ...]:
    with desk.ports.ledger.read(desk.village) as reader:
        texts = read_texts(reader)
        return tuple(
            GrantedRow(
                counted=count_holders(len(item.standing), item.body.granted_to),
                day=format_day(item.day),
                number=item.body.number,
                path=f"{HONOURS}/{item.body.number}",
                title=read_text(texts, item.body.title),
            )
            for item in list_grantings(reader.facts)
        )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, take_winners, show_certificates, show_awards)
