"""Honours as pages: which were granted for a year and to how many; and whether a certificate is real.

No name stands on either: what the whole world may copy cannot be taken back. Who agreed to be named is named on paper,
in the annex of the points sheet and the awards list of the year. A certificate's short code stands among those of its
granting, or it does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.honours import get_check
from ledger.books.points_figures import name_span
from ledger.data import load_honours
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.honours import Granting, find_granting, list_granted_for, list_granted_years
from reports.words import format_count, format_day
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.paging import parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

HONOURS_A_PAGE = 20
_NUMBER = re.compile(r"RY-2[0-9]{3}-[0-9]{3}", re.ASCII)
_YEAR = re.compile(r"2[0-9]{3}", re.ASCII)
_IN_A_GROUP = 4


@dataclass(frozen=True)
class HonourCard:
    """One granting. `counted` says how many hold it, `taken` of how many it was taken back, empty for none."""

    counted: str
    day: str
    entry: str
    number: str
    path: str
    span: str
    taken: str
    title: str


@dataclass(frozen=True)
class KindRow:
    """What was granted of one kind in a year: how many `times`, and how many hold it."""

    counted: str
    times: str
    title: str


@dataclass(frozen=True)
class YearLink:
    """A year for which anything was granted; `path` is empty for the one that is told."""

    path: str
    year: str


@dataclass(frozen=True)
class HonoursPage:
    """The honours of one year, the newest first; `year` is empty before any. `kinds` are those of the village, `own`
    the organisation's own, which go to party members.
    """

    frame: Frame
    kinds: tuple[KindRow, ...]
    newer: str
    older: str
    own: tuple[KindRow, ...]
    rows: tuple[HonourCard, ...]
    sentences: tuple[str, ...]
    telephone: str
    year: str
    years: tuple[YearLink, ...]


@dataclass(frozen=True)
class CheckRow:
    """A certificate's code, plain as the address has it and in groups as paper has it; `taken` leads to what took it
    back, empty while it holds.
    """

    code: str
    letters: str
    taken: str


@dataclass(frozen=True)
class CheckPage:
    """A granting by its certificates: what it is, and their codes."""

    counted: str
    day: str
    entry: str
    frame: Frame
    index: str
    number: str
    resolution: str
    rows: tuple[CheckRow, ...]
    span: str
    telephone: str
    title: str


@route_page("/v/{code:str}/honours", summary="The honours of a year, and to how many they were granted")
def show_honours(
    request: AnyRequest,
    code: FromPath[str],
    start: Annotated[str, QueryParameter()] = "",
    year: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with the grantings for a year, the newest without one, from the place `start` on."""
    place = parse_start(start, _("这么多次表彰"))
    if year and not _YEAR.fullmatch(year):
        raise NotFound(_("这一年的表彰"))
    return get_site(request).serve_page(
        request,
        code,
        f"honours?{year}&{place}",
        "honours.html",
        lambda view: build_honours_page(view, year, place),
    )


@route_page("/v/{code:str}/honours/{number:str}", summary="Whether a certificate of an honour is real")
def show_certificate(request: AnyRequest, code: FromPath[str], number: FromPath[str]) -> ASGIApp:
    """Answer with a granting's codes; it names nobody."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次表彰"))
    return get_site(request).serve_page(
        request, code, f"honours/{number}", "honour.html", lambda view: build_check_page(view, number)
    )


def build_honours_page(view: VillageView, year: str, start: int) -> HonoursPage:
    """Return the grantings for a year from a place in their order on, for the newest year without one; NotFound for a
    year without any, and beyond their end.
    """
    years = list_granted_years(view.reader.facts)
    if year and year not in years:
        raise NotFound(_("{year}年的表彰").format(year=year))
    told = year or (years[0] if years else "")
    grantings = list_granted_for(view.reader.facts, told)
    if start and start >= len(grantings):
        raise NotFound(_("这么多次表彰"))
    folder, stop = f"/v/{view.code}/honours", start + HONOURS_A_PAGE
    return HonoursPage(
        frame=view.build_frame(_("{year}年的表彰").format(year=told) if year else _("表彰")),
        kinds=tuple(_list_kinds(view, grantings, own=False)),
        newer=_name_page(folder, told, start - HONOURS_A_PAGE) if start else "",
        older=_name_page(folder, told, stop) if stop < len(grantings) else "",
        own=tuple(_list_kinds(view, grantings, own=True)),
        rows=tuple(_build_card(view, granting) for granting in grantings[start:stop]),
        sentences=tuple(_summarize(told, grantings)),
        telephone=view.read_telephone(),
        year=told,
        years=tuple(YearLink("" if one == told else f"{folder}?year={one}", one) for one in years),
    )


def _name_page(folder: str, year: str, start: int) -> str:
    return f"{folder}?year={year}&start={start}" if start > 0 else f"{folder}?year={year}"


def _summarize(year: str, grantings: list[Granting]) -> Iterator[str]:
    if not grantings:
        yield _("村里还没有登记过表彰。")
        return
    standing = [item for item in grantings if item.standing]
    if not standing:
        yield _("评{year}年的荣誉，发错的都已经撤销。").format(year=year)
        return
    counts = Counter[str]()
    for item in standing:
        counts[item.body.granted_to] += len(item.standing)
    words = {"household": _("给户的 {count} 户次"), "person": _("给个人的 {count} 人次")}
    yield _("评{year}年的荣誉一共 {times} 项：{counted}。").format(
        counted=_("，").join(
            said.format(count=format_count(counts[granted_to]))
            for granted_to, said in words.items()
            if counts[granted_to]
        ),
        times=format_count(len(standing)),
        year=year,
    )


def _list_kinds(view: VillageView, grantings: list[Granting], *, own: bool) -> Iterator[KindRow]:
    """Yield what still stands by kind and name, in the order of their codes."""
    kinds: dict[tuple[str, str], list[Granting]] = {}
    for item in grantings:
        known = load_honours().get(item.body.honour)
        if item.standing and (known is not None and known.own is not None) is own:
            key = (item.body.honour, read_text(view.texts, item.body.title))
            kinds.setdefault(key, []).append(item)
    for (_code, title), some in sorted(kinds.items()):
        count = sum(len(item.standing) for item in some)
        yield KindRow(
            counted=count_holders(count, some[0].body.granted_to),
            times=_("{times} 次").format(times=format_count(len(some))) if len(some) > 1 else "",
            title=title,
        )


def build_check_page(view: VillageView, number: str) -> CheckPage:
    """Return a granting by its certificates' codes; NotFound where there is none."""
    granting = find_granting(view.reader.facts, number)
    if granting is None:
        raise NotFound(_("这次表彰"))
    body = granting.body
    return CheckPage(
        counted=count_holders(len(granting.standing), body.granted_to),
        day=format_day(granting.day),
        entry=get_entry_path(view, granting.at),
        frame=view.build_frame(_("核对荣誉证书")),
        index=format_count(granting.at),
        number=number,
        resolution=body.resolution,
        rows=_list_codes(view, granting),
        span=name_span(body.span, body.until),
        telephone=view.read_telephone(),
        title=read_text(view.texts, body.title),
    )


def count_holders(count: int, granted_to: str) -> str:
    """Return how many hold an honour, in words."""
    words = _("{count} 户") if granted_to == "household" else _("{count} 人")
    return words.format(count=format_count(count))


def _list_codes(view: VillageView, granting: Granting) -> tuple[CheckRow, ...]:
    rows = []
    for item in granting.body.holders:
        code, taken = get_check(item.sealed), granting.taken.get(item.sealed)
        letters = " ".join(code[at : at + _IN_A_GROUP] for at in range(0, len(code), _IN_A_GROUP))
        rows.append(CheckRow(code, letters, get_entry_path(view, taken) if taken else ""))
    return tuple(sorted(rows, key=lambda row: row.code))


def _build_card(view: VillageView, granting: Granting) -> HonourCard:
    body = granting.body
    taken = _("后来发现发错，撤销了 {counted}").format(
        counted=count_holders(len(granting.taken), body.granted_to)
    )
    return HonourCard(
        counted=count_holders(len(granting.standing), body.granted_to),
        day=format_day(granting.day),
        entry=get_entry_path(view, granting.at),
        number=body.number,
        path=f"/v/{view.code}/honours/{body.number}",
        span=name_span(body.span, body.until),
        taken=taken if granting.taken else "",
        title=read_text(view.texts, body.title),
    )
