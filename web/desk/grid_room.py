"""The room of grids at the desk: the tree of units, what each lacks, who holds which post, and who is paired with whom.

The tree shows masks, as the public page does; names whole stand on the page of one unit, which is logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from ledger.books.grids import LEVEL_NAMES, Level
from ledger.books.masks import PurposeRow
from ledger.books.values import fold_text
from ledger.data import load_grids
from ledger.errors import NotFound, Refused
from ledger.figures.grids import GridFigures, UnitFigures, collect_grids
from ledger.service.lane_boards import withdraw_naming
from ledger.service.sheets import read_texts
from ledger.service.standing import refuse_read_only
from ledger.state import get_day
from reports.words import format_count, format_day
from web.cache import PageBytes
from web.desk.forms import FormRefused, NoForm
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.reading import AskForm
from web.desk.reading_grids import (
    Known,
    ShownPost,
    has_named_head,
    read_board,
    read_pairs,
    read_posts,
    say_of_unit,
)
from web.desk.routing import Desk, answer, route_desk
from web.grid_words import tell_units
from web.i18n import _
from web.papers import get_papers
from web.public.explain.telling import Fact
from web.public.paging import parse_start
from web.respond import Answer
from web.site import PDF

GRIDS = "/desk/grids"
UNITS_A_PAGE = 60
QUERY_MAX_CHARS = 30
_NUMBER = re.compile(r"WG-[0-9]{4}", re.ASCII)
VACANT, ODD, SHORT = "vacant", "odd", "short"
"""What the tree may be narrowed to: units that lack a post, lanes too large or small, units with too few visits."""


@dataclass(frozen=True)
class Choice:
    is_here: bool
    name: str
    value: str


@dataclass(frozen=True)
class UnitLine:
    """A unit in the tree; `depth` is how far it stands in, 0 to 4. `vacant` and `odd` are empty where nothing lacks."""

    depth: int
    households: str
    level: str
    name: str
    number: str
    odd: str
    offices: str
    path: str
    vacant: str
    workers: str


@dataclass(frozen=True)
class GridsRoom:
    """The tree, or what of it was looked for. `total` counts what was found."""

    can_write: bool
    frame: DeskFrame
    levels: tuple[Choice, ...]
    newer: str
    older: str
    only: tuple[Choice, ...]
    pairs: str
    public_path: str
    query: str
    query_max: int
    rows: tuple[UnitLine, ...]
    sentences: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class PostLine:
    """Who holds a post, and of a pair with whom and since when. `path` leads to what is kept about the household."""

    household: str
    name: str
    paired: str
    path: str
    post: str


@dataclass(frozen=True)
class UnitRoom:
    """One unit with its people. `board` is the path of a lane's board, empty for other units; `naming` says by which
    name its head stands there.
    """

    asked: tuple[PurposeRow, ...]
    board: str
    can_withdraw: bool
    can_write: bool
    facts: tuple[Fact, ...]
    faults: Faults
    frame: DeskFrame
    inside: tuple[UnitLine, ...]
    level: str
    name: str
    naming: str
    notice: str
    number: str
    path: str
    posts: tuple[PostLine, ...]
    public_path: str
    vacant: str


@dataclass(frozen=True)
class PairLine:
    """A pair, or a worker without one; `path` leads to the unit."""

    name: str
    paired: str
    path: str
    since: str
    unit: str


@dataclass(frozen=True)
class PairsRoom:
    can_write: bool
    frame: DeskFrame
    pairs: tuple[PairLine, ...]
    single: tuple[PairLine, ...]


@route_desk(GRIDS, allow="names.read", summary="The village in grids, and what each unit lacks")
def show_room(desk: Desk) -> Answer:
    asked = desk.request.query_params
    query = fold_text(asked.get("q", "")[:QUERY_MAX_CHARS])
    level, only = asked.get("level", ""), asked.get("only", "")
    start = parse_start(asked.get("start", ""), _("这么多网格"))
    figures = collect(desk, get_this_month(desk))
    found = [unit for unit in figures.units if _is_wanted(unit, query, level, only)]
    if start and start >= len(found):
        raise NotFound(_("这么多网格"))
    newer, older = name_steps(GRIDS, start, UNITS_A_PAGE, len(found), q=query, level=level, only=only)
    shown = found[start : start + UNITS_A_PAGE]
    page = GridsRoom(
        can_write=desk.may("draft.prepare"),
        frame=desk.build_frame(_("网格")),
        levels=tuple(
            Choice(code == level, name, code)
            for code, name in (("", _("全部")), *LEVEL_NAMES.items())
            if any(code in ("", unit.level) for unit in figures.units)
        ),
        newer=newer,
        older=older,
        only=tuple(Choice(code == only, name, code) for code, name in _list_only()),
        pairs=format_count(figures.posts.get("pair", 0)),
        public_path=f"/v/{desk.village}/grids",
        query=query,
        query_max=QUERY_MAX_CHARS,
        rows=tuple(_build_line(unit, is_flat=bool(query or level or only)) for unit in shown),
        sentences=tuple(_tell(figures)),
        total=format_count(len(found)),
    )
    return desk.render("desk/grids.html", page)


@route_desk(f"{GRIDS}/pairs", allow="names.read", summary="Who mentors whom, and who has nobody")
def show_pairs(desk: Desk) -> Answer:
    pairs, single = read_pairs(desk)
    names = name_units(desk)
    page = PairsRoom(
        can_write=desk.may("draft.prepare"),
        frame=desk.build_frame(_("结对")),
        pairs=tuple(_build_pair(one, names) for one in pairs),
        single=tuple(_build_pair(one, names) for one in single),
    )
    return desk.render("desk/grid_pairs.html", page)


@route_desk(f"{GRIDS}/{{number:str}}", allow="names.read", summary="A unit, and who holds which post in it")
def show_unit(desk: Desk, number: str) -> Answer:
    """Answer with a unit (`WG-0002`), or with a lane's board to print (`WG-0002.pdf`)."""
    if number.endswith(".pdf"):
        unit = number.removesuffix(".pdf")
        find_unit_figures(desk, unit)
        data = get_papers(desk.request).make_once(read_board(desk, unit))
        headers = {"content-disposition": f'inline; filename="{unit}.pdf"'}
        return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)
    return _show_unit(desk, number)


@route_desk(
    f"{GRIDS}/{{number:str}}/unname",
    allow="consent.withdraw",
    method="POST",
    summary="The head takes back that the whole name stands on the board, at once",
)
def take_unnaming(desk: Desk, number: str) -> Answer:
    desk.parse_form(NoForm)
    find_unit_figures(desk, number)
    refuse_read_only(desk.ports, desk.village)
    withdraw_naming(desk.ports, desk.village, number, desk.user)
    return desk.redirect(f"{GRIDS}/{number}?unnamed=1")


@route_desk(
    f"{GRIDS}/{{number:str}}/open",
    allow="names.read",
    method="POST",
    summary="Say why one wants to see names",
)
def take_purpose(desk: Desk, number: str) -> Answer:
    form = desk.parse_form(AskForm)
    find_unit_figures(desk, number)
    try:
        say_of_unit(desk, number, form.purpose)
    except Refused as error:
        return _show_unit(desk, number, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{GRIDS}/{number}")


def collect(desk: Desk, period: str) -> GridFigures:
    """Return the figures of a month."""
    with desk.ports.ledger.read(desk.village) as reader:
        return collect_grids(reader.facts, read_texts(reader), load_grids(), period)


def find_unit_figures(desk: Desk, number: str) -> tuple[GridFigures, UnitFigures]:
    """Return this month's figures, and those of a unit in them; NotFound where there is none, or it is no more."""
    figures = collect(desk, get_this_month(desk))
    found = next((unit for unit in figures.units if unit.number == number), None)
    if found is None or not _NUMBER.fullmatch(number):
        raise NotFound(_("这个网格"))
    return figures, found


def name_units(desk: Desk) -> dict[str, str]:
    """Return what every unit is called, by its number."""
    return {unit.number: unit.name for unit in collect(desk, get_this_month(desk)).units}


def get_this_month(desk: Desk) -> str:
    return get_day(desk.ports.clock.now_ms())[:7]


def name_path(path: str, **asked: object) -> str:
    """Return a path with what is asked of it, as far as it says anything."""
    words = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{words}" if words else path


def name_steps(path: str, start: int, a_page: int, total: int, **asked: object) -> tuple[str, str]:
    """Return the paths of the rows before those from `start`, and of those after them; empty where there are none."""
    newer = name_path(path, **asked, start=max(start - a_page, 0)) if start else ""
    older = name_path(path, **asked, start=start + a_page) if start + a_page < total else ""
    return newer, older


def tell_household(known: Known) -> str:
    """Return number and name of a household, empty for none."""
    return " ".join(filter(None, (known.number, known.name)))


def name_household(known: Known) -> str:
    """Return the path of what is kept about a household, empty for none."""
    return f"/desk/households/{known.subject}" if known.subject else ""


def _show_unit(desk: Desk, number: str, refusal: Refusal = NOT_REFUSED) -> Answer:
    figures, unit = find_unit_figures(desk, number)
    posts, asked = read_posts(desk, number)
    units = {one.number: one for one in figures.units}
    is_named = has_named_head(desk, number)
    page = UnitRoom(
        asked=asked.purposes,
        board=f"{GRIDS}/{number}.pdf" if unit.level == "lane" else "",
        can_withdraw=is_named and desk.may("consent.withdraw"),
        can_write=desk.may("draft.prepare"),
        facts=tuple(_list_facts(unit, units)),
        faults=refusal.faults,
        frame=desk.build_frame(unit.name),
        inside=tuple(_build_line(units[one], is_flat=True) for one in unit.below),
        level=LEVEL_NAMES[unit.level],
        name=unit.name,
        naming=_tell_naming(unit, is_named=is_named),
        notice=desk.choose_notice(
            {"unnamed": _("已撤回，已经记入账本：从现在起印的牌只写姓和末字。挂着的请取下来换。")}
        ),
        number=number,
        path=f"{GRIDS}/{number}",
        posts=tuple(_build_post(one, unit.level) for one in _order(posts)),
        public_path=f"/v/{desk.village}/grids/{number}",
        vacant=_("、").join(unit.vacant),
    )
    return desk.render("desk/grid_unit.html", page, refusal=refusal)


def _tell_naming(unit: UnitFigures, *, is_named: bool) -> str:
    if unit.level != "lane":
        return ""
    if is_named:
        return _("街巷长签字同意过：在这里印的牌写全名。村民网页上下载的还是姓和末字。")
    return _("牌上只写姓和末字。街巷长愿意写全名的，签字以后在“网格人员”里填“同意写全名日期”。")


def _is_wanted(unit: UnitFigures, query: str, level: str, only: str) -> bool:
    is_there = {"": True, VACANT: bool(unit.vacant), ODD: unit.is_lane_odd, SHORT: unit.is_short}
    if only not in is_there or (level and level not in LEVEL_NAMES):
        raise FormRefused("nothing that the tree is narrowed to")
    return (
        is_there[only]
        and level in ("", unit.level)
        and query.casefold() in fold_text(unit.name + unit.number).casefold()
    )


def _list_only() -> tuple[tuple[str, str], ...]:
    return (
        ("", _("全部")),
        (VACANT, _("有空缺的")),
        (ODD, _("户数过多、过少的街巷")),
        (SHORT, _("这个月走访还不够的")),
    )


def _build_line(unit: UnitFigures, *, is_flat: bool) -> UnitLine:
    workers = sum(unit.hands.values())
    return UnitLine(
        depth=0 if is_flat else unit.depth,
        households=format_count(unit.households),
        level=LEVEL_NAMES[unit.level],
        name=unit.name,
        number=unit.number,
        odd=_tell_odd() if unit.is_lane_odd else "",
        offices=_("，").join(f"{one.post} {one.name}" for one in unit.offices),
        path=f"{GRIDS}/{unit.number}",
        vacant=_("、").join(unit.vacant),
        workers=_("、").join(
            _("{post} {count} 名").format(count=format_count(count), post=post)
            for post, count in unit.hands.items()
        )
        if workers
        else "",
    )


def _tell_odd() -> str:
    table = load_grids()
    return _("一名街巷长一般联系 {least} 至 {most} 户").format(least=table.lane_min, most=table.lane_max)


def _tell(figures: GridFigures) -> Iterator[str]:
    yield tell_units(figures)
    if not figures.units:
        return
    lacking = sum(bool(unit.vacant) for unit in figures.units)
    if lacking:
        vacant = _("、").join(
            _("{post} {count} 个").format(count=format_count(count), post=post)
            for post, count in figures.vacant.items()
        )
        yield _("{count} 个网格、街巷的人员没有配齐，缺：{vacant}。").format(
            count=format_count(lacking), vacant=vacant
        )
    else:
        yield _("每个网格、街巷的人员都配齐了。")
    odd = sum(unit.is_lane_odd for unit in figures.units)
    if odd:
        yield _("{count} 个街巷的户数过多或过少：{why}。").format(count=format_count(odd), why=_tell_odd())


def _list_facts(unit: UnitFigures, units: dict[str, UnitFigures]) -> Iterator[Fact]:
    yield Fact(_("编号"), unit.number)
    if unit.parent in units:
        yield Fact(_("在哪个网格里"), units[unit.parent].name, f"{GRIDS}/{unit.parent}")
    yield Fact(_("户数"), _("{count} 户").format(count=format_count(unit.households)))
    for post, count in unit.hands.items():
        yield Fact(post, _("{count} 名").format(count=format_count(count)))
    if unit.is_lane_odd:
        yield Fact(_("请再看一眼"), _tell_odd())
    if unit.least or unit.visits_at:
        yield Fact(
            _("这个月走访"),
            _("{visits} 次，应不少于 {least} 次").format(
                least=format_count(unit.least), visits=format_count(unit.visits)
            ),
        )


def _order(posts: tuple[ShownPost, ...]) -> list[ShownPost]:
    codes = list(load_grids().posts)
    return sorted(posts, key=lambda one: (codes.index(one.post), one.name))


def _build_post(one: ShownPost, level: Level) -> PostLine:
    return PostLine(
        household=tell_household(one.household),
        name=one.name,
        paired=_tell_paired(one),
        path=name_household(one.household),
        post=load_grids().name_post(one.post, level),
    )


def _tell_paired(one: ShownPost) -> str:
    """Say whom a mentor is paired with, of which household and since when; empty for whoever is no mentor."""
    if not one.paired:
        return ""
    said = [_("带 {name}").format(name=one.paired)]
    if one.paired_household.subject:
        said.append(_("户 {household}").format(household=tell_household(one.paired_household)))
    if one.since:
        said.append(_("{day}起").format(day=format_day(one.since)))
    return _("，").join(said)


def _build_pair(one: ShownPost, names: dict[str, str]) -> PairLine:
    household = tell_household(one.paired_household)
    return PairLine(
        name=one.name,
        paired=_("{name}（户 {household}）").format(household=household, name=one.paired)
        if household
        else one.paired,
        path=f"{GRIDS}/{one.unit}",
        since=format_day(one.since) if one.since else "",
        unit=names.get(one.unit, one.unit),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, show_pairs, show_unit, take_purpose, take_unnaming)
