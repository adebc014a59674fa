"""The jury's round at the desk: households of a villagers' group against rules, each cell a quantity and its evidence.

What is typed goes to the sheet of points (`write`), so that a round has one draft, whether its rows came by this grid,
a proposal or a paste. Saving judges the page's rows as a workbook's are judged, with every fault beside its cell; the
whole month is judged by the look before it is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from litestar.handlers import HTTPRouteHandler

from ledger.books.values import get_previous_period
from ledger.errors import Refused
from ledger.service.drafts import check_month
from ledger.service.handing_in import Sent
from ledger.service.jury import (
    SHEET,
    TABLE,
    Award,
    Frame,
    Jury,
    judge_page,
    list_page_rows,
    put_cells,
    read_cells,
    sum_points,
)
from ledger.service.standing import refuse_read_only
from ledger.service.unsent import Opened, drop_aside, open_aside, open_sheet
from ledger.state import get_day
from reports.words import format_month, format_signed
from web.desk.forms import FormRefused
from web.desk.frame import DeskFrame
from web.desk.imports import GRID_NAME, IMPORT
from web.desk.jury_view import (
    ALL,
    NO_PLACED,
    ROUND,
    Chosen,
    GridView,
    Placed,
    Wrong,
    build_grids,
    build_page_frame,
    count_pages,
    list_shown,
    place_faults,
)
from web.desk.reading import find_jury, log_scored, read_sent
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

RULES_AT_ONCE = 12
"""Rules that a page shows together; of a longer rulebook one group after another."""
MONTHS_OFFERED = 6
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True)
class Choice:
    is_here: bool
    name: str
    value: str


@dataclass(frozen=True)
class JuryPage:
    """The grid of a month, a group and some rules.

    `elsewhere`  how many rows of the month stand in other cells than these
    `is_stale`   what is shown was typed in a window that another one overtook
    `state`      `open`, `done` once the round is in the log, `ruleless` before there is a rulebook
    """

    aside: str
    chosen: Chosen
    elsewhere: int
    faults: tuple[Wrong, ...]
    frame: DeskFrame
    grids: tuple[GridView, ...]
    group_total: str
    groups: tuple[Choice, ...]
    is_stale: bool
    letters: tuple[Choice, ...]
    month: str
    months: tuple[Choice, ...]
    next_page: int
    notice: str
    page: int
    pages: int
    previous_page: int
    rows: int
    saved: str
    state: str
    version: int


@dataclass(frozen=True)
class JuryForm:
    """A page of cells: `cell` names household and rule of each `quantity` and `evidence`; `common` is the evidence of a
    rule's cells that have none of their own.
    """

    month: str
    group: str
    rules: str
    page: str
    version: str
    cell: tuple[str, ...]
    quantity: tuple[str, ...]
    evidence: tuple[str, ...]
    rule: tuple[str, ...]
    common: tuple[str, ...]
    do: str = "save"


@route_desk(
    ROUND, allow="draft.prepare", summary="The jury's round of a month: a group's households by rules"
)
def show_round(desk: Desk) -> Answer:
    asked = desk.request.query_params
    month, jury = _choose_month(desk, asked.get("month", ""))
    chosen = _choose(jury, month, asked.get("group", ""), asked.get("rules", ""), asked.get("page", "1"))
    return _show(desk, jury, chosen)


@route_desk(
    ROUND,
    allow="draft.prepare",
    method="POST",
    takes_rows=True,
    summary="Keep a page of the round, with every fault beside its cell; or look at the whole month",
)
def take_round(desk: Desk) -> Answer:
    form = desk.parse_form(JuryForm)
    refuse_read_only(desk.ports, desk.village)
    month, jury = _choose_month(desk, form.month)
    chosen = _choose(jury, month, form.group, form.rules, form.page)
    if jury is None or month != form.month or jury.is_done:
        return desk.redirect(ROUND)
    frame = build_page_frame(jury, chosen)
    cells = _read_form(form, frame)
    ports, village, user = desk.ports, desk.village, desk.user
    try:
        kept = put_cells(
            ports, village, user, frame, cells, start=_read_number(form.version), is_over=form.do == "mine"
        )
    except Refused:
        return _show(desk, jury, chosen, typed=cells, version=_read_number(form.version), status=409)
    if form.do == "mine":
        drop_aside(ports, village, user, SHEET)
    rows = kept.state.tables.get(TABLE, ())
    if form.do == "look":
        return _look(desk, jury, chosen, kept)
    mine = list_page_rows(rows, frame)
    faults = judge_page(ports, village, user, mine)
    if faults:
        return _show(desk, jury, chosen, faults=place_faults(faults, mine, jury, chosen), status=422)
    if form.do in ("next", "previous"):
        step = 1 if form.do == "next" else -1
        return desk.redirect(replace(chosen, page=max(chosen.page + step, 1)).path)
    return desk.redirect(f"{chosen.path}&saved=1")


def _look(desk: Desk, jury: Jury, chosen: Chosen, kept: Opened) -> Answer:
    """Judge the whole month: every fault with its cell, or the preview of what it becomes."""
    sent = Sent(
        filename=GRID_NAME, kind="points", sheet=SHEET, tables=kept.state.tables, version=kept.version
    )
    faults = read_sent(desk, sent).imported.faults
    if not faults:
        return desk.redirect(f"{IMPORT}/preview")
    rows = kept.state.tables.get(TABLE, ())
    return _show(desk, jury, chosen, faults=place_faults(faults, rows, jury, chosen), status=422)


def _choose_month(desk: Desk, asked: str) -> tuple[str, Jury | None]:
    """Return the month that is asked for and what it is judged by; this month where none is."""
    today = get_day(desk.ports.clock.now_ms())[:7]
    month = asked if not check_month(asked) and asked <= today else today
    return month, find_jury(desk, month)


def _choose(jury: Jury | None, month: str, group: str, letter: str, page: str) -> Chosen:
    """Return which page is meant; the first of each where it is none that there is."""
    if jury is None:
        return Chosen(month, 0, ALL, 1)
    number = _read_number(group)
    groups = jury.groups or (0,)
    number = number if number in groups else groups[0]
    letters = dict.fromkeys(item.letter for item in jury.rules)
    is_short = len(jury.rules) <= RULES_AT_ONCE
    if letter not in letters:
        letter = ALL if is_short else next(iter(letters), ALL)
    pages = count_pages(jury, number)
    return Chosen(month, number, letter, min(max(_read_number(page), 1), pages))


def _read_form(form: JuryForm, frame: Frame) -> dict[tuple[str, str], list[Award]]:
    """Return what was typed, by cell. FormRefused for cells that the page has not."""
    if len({len(form.cell), len(form.quantity), len(form.evidence)}) != 1 or len(form.rule) != len(
        form.common
    ):
        raise FormRefused("cells of another width")
    known = {(item.household, rule.rule.code) for item in frame.households for rule in frame.rules}
    common = {code: text.strip() for code, text in zip(form.rule, form.common, strict=True)}
    cells: dict[tuple[str, str], list[Award]] = {}
    for key, quantity, evidence in zip(form.cell, form.quantity, form.evidence, strict=True):
        household, _blank, code = key.partition(" ")
        if (household, code) not in known:
            raise FormRefused("a cell of another page")
        said = _LINE_END.sub("\n", evidence) or (common.get(code, "") if quantity.strip() else "")
        cells.setdefault((household, code), []).append(Award(quantity, said))
    return cells


def _show(
    desk: Desk,
    jury: Jury | None,
    chosen: Chosen,
    *,
    faults: Placed | None = None,
    status: int = 200,
    typed: Mapping[tuple[str, str], Sequence[Award]] | None = None,
    version: int = 0,
) -> Answer:
    kept = open_sheet(desk.ports, desk.village, desk.user, SHEET)
    aside = open_aside(desk.ports, desk.village, desk.user, SHEET)
    rows = kept.state.tables.get(TABLE, ())
    is_open = jury is not None and not jury.is_done and bool(jury.households)
    grids: tuple[GridView, ...] = ()
    group_total, elsewhere = "", 0
    if jury is not None and is_open:
        log_scored(desk, list_shown(jury, chosen))
        frame = build_page_frame(jury, chosen)
        cells = typed if typed is not None else read_cells(rows, frame)
        grids = build_grids(jury, chosen, frame, cells, rows, faults or NO_PLACED)
        sums = sum_points(rows, jury, chosen.month)
        numbers = {item.number for item in jury.list_group(chosen.group)}
        group_total = format_signed(sum(sum(sums[number]) for number in numbers & sums.keys()))
        elsewhere = sum(row[0].strip() == chosen.month for row in rows) - len(list_page_rows(rows, frame))
    pages = count_pages(jury, chosen.group) if jury is not None else 1
    page = JuryPage(
        aside=format_instant(aside.state.saved_at) if aside.version and typed is None else "",
        chosen=chosen,
        elsewhere=elsewhere,
        faults=faults.listed if faults is not None else (),
        frame=desk.build_frame(_("积分评议表")),
        grids=grids,
        group_total=group_total,
        groups=_list_groups(jury, chosen),
        is_stale=typed is not None,
        letters=_list_letters(jury, chosen),
        month=format_month(chosen.month),
        months=_list_months(desk, chosen),
        next_page=chosen.page + 1 if chosen.page < pages else 0,
        notice=desk.choose_notice({"saved": _("存好了，没有要改的。")}),
        page=chosen.page,
        pages=pages,
        previous_page=chosen.page - 1,
        rows=kept.rows,
        saved=format_instant(kept.state.saved_at) if kept.version else "",
        state="ruleless" if jury is None else "done" if jury.is_done else "open" if is_open else "empty",
        version=version if typed is not None else kept.version,
    )
    return desk.render("desk/round.html", page, status=status)


def _list_groups(jury: Jury | None, chosen: Chosen) -> tuple[Choice, ...]:
    return tuple(
        Choice(number == chosen.group, _("第 {group} 村民小组").format(group=number), str(number))
        for number in (jury.groups if jury is not None else ())
    )


def _list_letters(jury: Jury | None, chosen: Chosen) -> tuple[Choice, ...]:
    """Return the groups of rules; all of them together where they are few."""
    rules = jury.rules if jury is not None else ()
    names = {item.letter: item.wording.group for item in rules}
    found = [
        Choice(letter == chosen.letter, f"{letter} {name}".strip(), letter) for letter, name in names.items()
    ]
    if len(rules) <= RULES_AT_ONCE:
        found.insert(0, Choice(chosen.letter == ALL, _("全部规则"), ALL))
    return tuple(found) if len(found) > 1 else ()


def _list_months(desk: Desk, chosen: Chosen) -> tuple[Choice, ...]:
    months = [get_day(desk.ports.clock.now_ms())[:7]]
    while len(months) < MONTHS_OFFERED:
        months.append(get_previous_period(months[-1]))
    if chosen.month not in months:
        months.append(chosen.month)
    return tuple(Choice(month == chosen.month, format_month(month), month) for month in months)


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


ROUTES: tuple[HTTPRouteHandler, ...] = (show_round, take_round)
