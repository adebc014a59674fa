"""Honours as pages: which were granted and to how many; and whether a certificate is real.

No name stands on either: what the whole world may copy cannot be taken back. Who agreed to be named is named on paper,
in the annex of the points sheet. A certificate's short code stands among those of its granting, or it does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.honours import get_check
from ledger.books.points_figures import name_span
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.honours import Granting, find_granting, list_grantings
from reports.words import format_count, format_day
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

HONOURS_A_PAGE = 20
_NUMBER = re.compile(r"RY-2[0-9]{3}-[0-9]{3}", re.ASCII)
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
class HonoursPage:
    """Grantings, the newest first."""

    frame: Frame
    newer: str
    older: str
    rows: tuple[HonourCard, ...]
    telephone: str
    total: str


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


@route_page("/v/{code:str}/honours", summary="Honours, and to how many they were granted")
def show_honours(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the grantings from the place `start` on."""
    place = parse_start(start, _("这么多次表彰"))
    return get_site(request).serve_page(
        request, code, f"honours?{place}", "honours.html", lambda view: build_honours_page(view, place)
    )


@route_page("/v/{code:str}/honours/{number:str}", summary="Whether a certificate of an honour is real")
def show_certificate(request: AnyRequest, code: FromPath[str], number: FromPath[str]) -> ASGIApp:
    """Answer with a granting's codes; it names nobody."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次表彰"))
    return get_site(request).serve_page(
        request, code, f"honours/{number}", "honour.html", lambda view: build_check_page(view, number)
    )


def build_honours_page(view: VillageView, start: int) -> HonoursPage:
    """Return the grantings from a place in their order on; NotFound beyond their end."""
    grantings = list_grantings(view.reader.facts)
    if start and start >= len(grantings):
        raise NotFound(_("这么多次表彰"))
    folder, stop = f"/v/{view.code}/honours", start + HONOURS_A_PAGE
    return HonoursPage(
        frame=view.build_frame(_("表彰")),
        newer=name_start(folder, start - HONOURS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(grantings) else "",
        rows=tuple(_build_card(view, granting) for granting in grantings[start:stop]),
        telephone=view.read_telephone(),
        total=format_count(len(grantings)),
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
