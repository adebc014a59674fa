"""The end of a month at the desk: what is done, what comes next, and each sheet from its preview to the notice board.

Laying a sheet out takes seconds, so a page begins it and another tells how far it is, loading itself anew without a
script. Sealing is asked for as often as one likes: there is one sheet until the figures change.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.values import SHEET_KINDS, SheetKind
from ledger.books.year_end import ends_year
from ledger.errors import NotFound, Refused
from ledger.service.close import prepare_closing
from ledger.service.drafts import MONTH
from ledger.service.months import MonthState, SheetState, Step, get_month, list_months
from ledger.service.standing import refuse_read_only
from ledger.state.charts import get_version
from ledger.state.money import get_earliest_open
from reports.words import format_day, format_month, format_span
from web.cache import PageBytes
from web.desk.annexes import has_annex
from web.desk.drafts import DRAFTS
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal, place_faults
from web.desk.imports import IMPORT
from web.desk.routing import Desk, answer, route_desk
from web.desk.sheet_runs import Sheet, SheetRun, SheetRuns
from web.i18n import _
from web.respond import Answer
from web.site import PDF
from web.words import SHEET_NAMES

MONTHS = "/desk/months"
YEAR_END = "/desk/year-end"
REFRESH_S = 2
"""Seconds after which the page of a sheet that is being laid out loads itself again; most take three."""


@dataclass(frozen=True)
class NextStep:
    """What to do now, in a sentence, and where; `path` is empty where one can only wait."""

    button: str
    path: str
    said: str


@dataclass(frozen=True)
class MonthRow:
    """A month in the list. `is_late`: it is over, and something is left to do."""

    is_late: bool
    path: str
    said: str
    title: str


@dataclass(frozen=True)
class MonthsPage:
    """`next_step` is of the oldest month that has something left to do; None where none has. `can_convert`: the books
    are under the chart of 2004 still.
    """

    can_convert: bool
    frame: DeskFrame
    months: tuple[MonthRow, ...]
    next_month: str
    next_step: NextStep | None


@dataclass(frozen=True)
class WorkRow:
    """One part of the month's work: done or not, and what there is to say of it; `path` leads to it, where it can."""

    is_done: bool
    path: str
    said: str
    title: str


@dataclass(frozen=True)
class MonthPage:
    """One month. `can_close`: the button stands on this page; `missing` cannot be recorded any more after it."""

    can_close: bool
    faults: Faults
    frame: DeskFrame
    missing: str
    next_step: NextStep | None
    path: str
    title: str
    work: tuple[WorkRow, ...]


@dataclass(frozen=True)
class SheetPage:
    """One sheet of a month.

    `annex_path`   the annex that hangs beside a points sheet, empty for none
    `can_annex`    it has none, and may have
    `can_preview`  something was recorded in the month, or it is closed
    `can_seal`     the month is closed
    `has_address`  the settings say under which address codes lead to the pages
    `hung`         from when to when it is displayed, in words; empty before it is sealed
    `is_outdated`  something was recorded since the preview was made
    `is_running`   something is being made; the page loads itself again after `refresh_s`
    `number`       of the newest sealed sheet, empty for none
    `pdf_path`     the sealed paper
    `preview_path` of a preview that was made
    """

    annex_path: str
    can_annex: bool
    can_seal: bool
    faults: Faults
    frame: DeskFrame
    has_address: bool
    hung: str
    is_outdated: bool
    is_running: bool
    month: str
    month_path: str
    name: str
    number: str
    path: str
    pdf_path: str
    preview_path: str
    refresh_s: int
    running: str
    until: str


@dataclass(frozen=True)
class CloseForm:
    pass


@dataclass(frozen=True)
class MakeForm:
    pass


@route_desk(MONTHS, allow="sheet.print", summary="What of each month is done, and what comes next")
def show_months(desk: Desk) -> Answer:
    states = list_months(desk.ports, desk.village)
    open_ = next((state for state in reversed(states) if state.step != "done"), None)
    page = MonthsPage(
        can_convert=_is_of_2004(desk),
        frame=desk.build_frame(_("结账和公开表")),
        months=tuple(_build_row(state) for state in states),
        next_month=format_month(open_.period) if open_ is not None else "",
        next_step=build_next_step(open_) if open_ is not None else None,
    )
    return desk.render("desk/months.html", page)


@route_desk(f"{MONTHS}/{{month:str}}", allow="sheet.print", summary="A month's work, and where it stands")
def show_month(desk: Desk, month: str) -> Answer:
    return _show_month(desk, month)


@route_desk(
    f"{MONTHS}/{{month:str}}/close", allow="draft.prepare", method="POST", summary="Hand in a closing"
)
def take_closing(desk: Desk, month: str) -> Answer:
    state = _find_month(desk, month)
    desk.parse_form(CloseForm)
    if not state.closed_on:
        refuse_read_only(desk.ports, desk.village)
        try:
            prepare_closing(desk.ports, desk.village, month, desk.user)
        except Refused as error:
            return _show_month(desk, month, explain_refusal(error, {}))
    return desk.send_to(f"{MONTHS}/{month}")


@route_desk(
    f"{MONTHS}/{{month:str}}/{{kind:str}}", allow="sheet.print", summary="A sheet: look, seal, print, hang"
)
def show_sheet(desk: Desk, month: str, kind: str) -> Answer:
    return _show_sheet(desk, month, kind)


@route_desk(
    f"{MONTHS}/{{month:str}}/{{kind:str}}/preview",
    allow="sheet.print",
    method="POST",
    summary="Lay a sheet out",
)
def take_preview(desk: Desk, month: str, kind: str) -> Answer:
    sheet = _find_sheet(desk, month, kind)
    desk.parse_form(MakeForm)
    get_sheet_runs(desk).begin(desk.ports, _name(desk, month, sheet.kind), "preview", desk.user)
    return desk.send_to(f"{MONTHS}/{month}/{kind}")


@route_desk(
    f"{MONTHS}/{{month:str}}/{{kind:str}}/preview.pdf", allow="sheet.print", summary="A sheet as it would be"
)
def show_preview(desk: Desk, month: str, kind: str) -> Answer:
    sheet = _find_sheet(desk, month, kind)
    run = get_sheet_runs(desk).find(_name(desk, month, sheet.kind))
    if run is None or not run.pdf:
        raise NotFound(_("样张"))
    headers = {"content-disposition": f'inline; filename="draft-{month}-{kind}.pdf"'}
    return answer(desk.request, PageBytes(run.pdf, b"", "", PDF), headers=headers)


@route_desk(
    f"{MONTHS}/{{month:str}}/{{kind:str}}/seal", allow="sheet.print", method="POST", summary="Seal a sheet"
)
def take_sealing(desk: Desk, month: str, kind: str) -> Answer:
    sheet = _find_sheet(desk, month, kind)
    desk.parse_form(MakeForm)
    refuse_read_only(desk.ports, desk.village)
    get_sheet_runs(desk).begin(desk.ports, _name(desk, month, sheet.kind), "seal", desk.user)
    return desk.send_to(f"{MONTHS}/{month}/{kind}")


def get_sheet_runs(desk: Desk) -> SheetRuns:
    """Return what is being made of the sheets of the home that the app serves."""
    runs = desk.request.app.state["sheets"]
    assert isinstance(runs, SheetRuns)
    return runs


def build_next_step(state: MonthState) -> NextStep | None:
    """Return what to do next for a month; None where nothing is left."""
    path = f"{MONTHS}/{state.period}"
    first = next((sheet for sheet in state.sheets if not sheet.number), None)
    sealing = SHEET_NAMES[first.kind] if first is not None else ""
    steps: dict[Step, NextStep] = {
        "returned": NextStep(
            _("去看退回的"), DRAFTS, _("有 {count} 条退回来了，改好再交审。").format(count=state.returned)
        ),
        "waiting": NextStep(
            _("看待审的"), DRAFTS, _("有 {count} 条等另一位审核，审完才能结账。").format(count=state.waiting)
        ),
        "record": NextStep(_("导入表格"), IMPORT, _("这个月还没过完，接着记账。")),
        "close": NextStep(_("去结账"), path, _("都记好、审好了，可以结账。")),
        "closing": NextStep(_("看这一条"), f"{DRAFTS}/{state.closing}", _("结账已交审，等另一位审核通过。")),
        "seal": NextStep(
            _("去封存"),
            f"{path}/{first.kind}" if first is not None else path,
            _("已结账。下一步看样张、封存：{name}。").format(name=sealing),
        ),
        "hang": NextStep(
            _("去打印"), path, _("都已封存。打印张贴，挂到 {day}。").format(day=_find_last_day(state.sheets))
        ),
    }
    return steps.get(state.step)


def _is_of_2004(desk: Desk) -> bool:
    with desk.ports.ledger.read(desk.village) as reader:
        due = get_earliest_open(reader.facts)
        return due is not None and get_version(reader.facts, due) == "2004"


def _find_last_day(sheets: tuple[SheetState, ...]) -> str:
    return format_day(max(sheet.hung_until for sheet in sheets))


def _build_row(state: MonthState) -> MonthRow:
    step = build_next_step(state)
    return MonthRow(
        is_late=state.is_over and state.step not in ("hang", "done"),
        path=f"{MONTHS}/{state.period}",
        said=step.said if step is not None else _("都办完了。"),
        title=format_month(state.period),
    )


def _find_month(desk: Desk, month: str) -> MonthState:
    """Return a month of the books of the village that the session acts in; NotFound for any other."""
    if not MONTH.fullmatch(month):
        raise NotFound(_("这个月"))
    return get_month(desk.ports, desk.village, month)


def _find_sheet(desk: Desk, month: str, kind: str) -> SheetState:
    """Return a sheet that the village has in a month; NotFound for any other."""
    state = _find_month(desk, month)
    found = next((sheet for sheet in (*state.sheets, *state.spans) if sheet.kind == kind), None)
    if kind not in SHEET_KINDS or found is None:
        raise NotFound(_("公开表"))
    return found


def _name(desk: Desk, month: str, kind: SheetKind) -> Sheet:
    return Sheet(village=desk.village, period=month, kind=kind)


def _show_month(desk: Desk, month: str, refusal: Refusal = NOT_REFUSED) -> Answer:
    state = _find_month(desk, month)
    page = MonthPage(
        can_close=state.step == "close",
        faults=refusal.faults,
        frame=desk.build_frame(format_month(month)),
        missing=_("、").join(title for has, title in _list_rounds(state) if has is False),
        next_step=build_next_step(state),
        path=f"{MONTHS}/{month}",
        title=format_month(month),
        work=tuple(_list_work(state)),
    )
    return desk.render("desk/month.html", page, refusal=refusal)


def _list_work(state: MonthState) -> list[WorkRow]:
    """Return the parts of a month's work in the order in which they are done."""
    is_open = not state.closed_on
    pending = _tell_pending(state)
    rows = [
        WorkRow(
            is_done=not (is_open and (state.waiting or state.returned)) and (state.is_over or not is_open),
            path=DRAFTS if pending else IMPORT if is_open else "",
            said=_("已记入 {count} 张").format(count=state.vouchers) + (_("，") + pending if pending else ""),
            title=_("记账凭证"),
        )
    ]
    for has, title in _list_rounds(state):
        if has is not None:
            said = _("已记入") if has else _("还没有") if is_open else _("这个月没有")
            rows.append(
                WorkRow(is_done=has, path=IMPORT if is_open and not has else "", said=said, title=title)
            )
    if is_open and ends_year(state.period):
        path = f"{YEAR_END}/{state.period[:4]}"
        rows.append(
            WorkRow(is_done=False, path=path, said=_("收入、支出结转，收益分配"), title=_("年末结转"))
        )
    closed = _("{day} 结账").format(day=format_day(state.closed_on)) if state.closed_on else ""
    due = _("可以结账了") if state.step == "close" else _("还不能结账")
    waits = _("已交审，等另一位审核") if state.closing else due
    rows.append(
        WorkRow(
            is_done=not is_open,
            path=f"{DRAFTS}/{state.closing}" if state.closing and is_open else "",
            said=closed or waits,
            title=_("结账"),
        )
    )
    rows += [_build_sheet_row(state, sheet) for sheet in (*state.sheets, *state.spans)]
    return rows


def _list_rounds(state: MonthState) -> tuple[tuple[bool | None, str], ...]:
    return (state.has_points, _("村民积分评议")), (state.has_scores, _("党员评分"))


def _tell_pending(state: MonthState) -> str:
    told = [
        said.format(count=count)
        for said, count in ((_("待审 {count} 条"), state.waiting), (_("退回 {count} 条"), state.returned))
        if count
    ]
    return _("，").join(told)


def _build_sheet_row(state: MonthState, sheet: SheetState) -> WorkRow:
    said = _("还没有封存，可以看样张")
    if sheet.number:
        hung = format_day(sheet.hung_until)
        is_up = sheet.hung_until >= state.today
        told = _("已封存 {number}，挂到 {day}") if is_up else _("已封存 {number}，{day} 挂满了")
        said = told.format(number=sheet.number, day=hung)
    return WorkRow(
        is_done=bool(sheet.number),
        path=f"{MONTHS}/{state.period}/{sheet.kind}",
        said=said,
        title=SHEET_NAMES[sheet.kind],
    )


def _show_sheet(desk: Desk, month: str, kind: str) -> Answer:
    state, sheet = _find_month(desk, month), _find_sheet(desk, month, kind)
    run = get_sheet_runs(desk).find(_name(desk, month, sheet.kind))
    is_running = run is not None and not run.ended_at
    path = f"{MONTHS}/{month}/{kind}"
    is_annexed = sheet.kind == "points" and has_annex(desk, month)
    page = SheetPage(
        annex_path=f"{path}/annex.pdf" if is_annexed else "",
        can_annex=sheet.kind == "points" and bool(sheet.number) and not is_annexed,
        can_seal=bool(state.closed_on),
        faults=place_faults(run.faults if run is not None else (), {}),
        frame=desk.build_frame(SHEET_NAMES[sheet.kind]),
        has_address=bool(desk.site.settings.public_base_url),
        hung=format_span(sheet.hung_from, sheet.hung_until),
        is_outdated=run is not None and bool(run.pdf) and _has_grown(desk, run),
        is_running=is_running,
        month=format_month(month),
        month_path=f"{MONTHS}/{month}",
        name=SHEET_NAMES[sheet.kind],
        number=sheet.number,
        path=path,
        pdf_path=f"/v/{desk.village}/sheets/{month}/{kind}.pdf" if sheet.number else "",
        preview_path=f"{path}/preview.pdf" if run is not None and run.pdf else "",
        refresh_s=REFRESH_S,
        running=_tell_running(run) if is_running else "",
        until=format_day(sheet.hung_until),
    )
    return desk.render("desk/sheet.html", page)


def _tell_running(run: SheetRun | None) -> str:
    is_sealing = run is not None and run.task == "seal"
    return _("正在封存：算数字、排版、签名") if is_sealing else _("正在排版样张")


def _has_grown(desk: Desk, run: SheetRun) -> bool:
    with desk.ports.ledger.read(desk.village) as reader:
        return reader.size > run.size


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_months,
    show_month,
    take_closing,
    show_sheet,
    take_preview,
    show_preview,
    take_sealing,
)
