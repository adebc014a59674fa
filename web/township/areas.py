"""Joint areas of several villages: which there are, and the figures of one beside each other and together."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.desk import Area
from ledger.errors import Refused
from ledger.service.areas import NAME_MAX_CHARS, drop_area, get_area, list_areas, make_area_id, set_area
from web.audit.view import read_query
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import Desk, name_village, route_desk
from web.i18n import _
from web.respond import Answer
from web.township.sorting import Beside, set_beside
from web.township.view import ACTION, ROOM, list_villages, read_rows

AREAS = f"{ROOM}/areas"
_PLACES = {"片区名称": "name", "片区里的村": "villages"}


@dataclass(frozen=True)
class AreaLink:
    """An area in the list, with the names of its villages."""

    name: str
    path: str
    villages: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A village that an area may hold."""

    code: str
    is_chosen: bool
    name: str


@dataclass(frozen=True)
class Filled:
    """The form of an area as it stands. `area` is its id, of a new one too, so that sending it twice makes one."""

    area: str
    choices: tuple[Choice, ...]
    name: str
    name_max: int


@dataclass(frozen=True)
class AreasPage:
    """The areas of whoever looks, and the form for a new one."""

    areas: tuple[AreaLink, ...]
    can_make: bool
    faults: Faults
    filled: Filled
    frame: DeskFrame
    notice: str


@dataclass(frozen=True)
class AreaPage:
    """One area: its villages beside each other and what they come to."""

    area: str
    beside: Beside
    faults: Faults
    filled: Filled
    frame: DeskFrame
    notice: str


@dataclass(frozen=True)
class AreaForm:
    area: str
    name: str
    villages: tuple[str, ...]


@dataclass(frozen=True)
class DropForm:
    pass


@route_desk(AREAS, allow=ACTION, summary="Joint areas of several villages")
def show_areas(desk: Desk) -> Answer:
    return _show_areas(desk, AreaForm(make_area_id(desk.ports), "", ()))


@route_desk(AREAS, allow=ACTION, method="POST", summary="Make a joint area, or change one")
def take_area(desk: Desk) -> Answer:
    form, allowed = desk.parse_form(AreaForm), list_villages(desk)
    try:
        set_area(
            desk.ports, desk.who, area=form.area, name=form.name, villages=form.villages, allowed=allowed
        )
    except Refused as error:
        refusal = explain_refusal(error, _PLACES)
        known = next((item for item in list_areas(desk.ports, allowed) if item.area == form.area), None)
        if known is None:
            return _show_areas(desk, form, refusal)
        return _show_area(desk, known, form, refusal)
    return desk.redirect(f"{AREAS}/{form.area}?saved=1")


@route_desk(f"{AREAS}/{{area:str}}", allow=ACTION, summary="A joint area: its villages beside each other")
def show_area(desk: Desk, area: str) -> Answer:
    found = get_area(desk.ports, area, list_villages(desk))
    return _show_area(desk, found, AreaForm(found.area, found.name, found.villages))


@route_desk(f"{AREAS}/{{area:str}}/drop", allow=ACTION, method="POST", summary="Give up a joint area")
def take_drop(desk: Desk, area: str) -> Answer:
    desk.parse_form(DropForm)
    drop_area(desk.ports, desk.who, area, list_villages(desk))
    return desk.redirect(f"{AREAS}?dropped=1")


def _show_areas(desk: Desk, form: AreaForm, refusal: Refusal = NOT_REFUSED) -> Answer:
    allowed = list_villages(desk)
    names = _name_villages(desk, allowed)
    page = AreasPage(
        areas=tuple(
            AreaLink(
                name=area.name,
                path=f"{AREAS}/{area.area}",
                villages=tuple(names[village] for village in area.villages),
            )
            for area in list_areas(desk.ports, allowed)
        ),
        can_make=len(allowed) > 1,
        faults=refusal.faults,
        filled=_fill(form, names),
        frame=desk.build_frame(_("片区")),
        notice=_("片区撤掉了，各村的账没有动。") if read_query(desk, "dropped") == "1" else "",
    )
    return desk.render("township/areas.html", page, refusal=refusal)


def _show_area(desk: Desk, area: Area, form: AreaForm, refusal: Refusal = NOT_REFUSED) -> Answer:
    page = AreaPage(
        area=area.area,
        beside=set_beside(desk, f"{AREAS}/{area.area}", read_rows(desk, list(area.villages))),
        faults=refusal.faults,
        filled=_fill(form, _name_villages(desk, list_villages(desk))),
        frame=desk.build_frame(area.name),
        notice=_("存好了。") if read_query(desk, "saved") == "1" else "",
    )
    return desk.render("township/area.html", page, refusal=refusal)


def _fill(form: AreaForm, names: dict[str, str]) -> Filled:
    choices = tuple(Choice(code, code in form.villages, name) for code, name in names.items())
    return Filled(area=form.area, choices=choices, name=form.name, name_max=NAME_MAX_CHARS)


def _name_villages(desk: Desk, villages: list[str]) -> dict[str, str]:
    return {village: _name(desk, village) for village in villages}


def _name(desk: Desk, village: str) -> str:
    known = desk.site.names.find(village)
    return known.name if known is not None else name_village(desk.site, village)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_areas, take_area, show_area, take_drop)
