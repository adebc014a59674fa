"""A clerk types at the desk: a table of fields for each kind of workbook, kept until it is handed in.

Every button brings all that was typed, and the first thing that is done with it is to keep it; so nothing is lost by
whatever comes then. Kept states are stepped back and forth, two windows are told of each other, and what is handed in
goes the way of a workbook: looked at whole, then confirmed (`imports`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from litestar.handlers import HTTPRouteHandler

from ledger.errors import Fault, NotFound, Refused
from ledger.limits import TYPED_MAX_ROWS
from ledger.service.handing_in import Sent
from ledger.service.import_ import WorkbookKind
from ledger.service.refilling import Filled, fill, find_kind, list_answered, list_siblings_waiting
from ledger.service.standing import refuse_read_only
from ledger.service.unsent import (
    Opened,
    State,
    can_step,
    drop_aside,
    drop_sheet,
    open_aside,
    open_sheet,
    save_sheet,
    step,
    take_aside,
)
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.typed import TypedTables
from ledger.vaults import Draft
from web.cache import PageBytes
from web.desk.forms import FormRefused
from web.desk.frame import DeskFrame, tell_fault
from web.desk.imports import IMPORT, KINDS
from web.desk.jury_view import ROUND
from web.desk.reading import complete_tables, lay_current, read_choices, read_sent
from web.desk.routing import Desk, answer, route_desk
from web.desk.sheet_view import (
    EMPTY_ROWS,
    FIELDS,
    NO_PLACED,
    PlacedFaults,
    SheetPage,
    build_lists,
    build_tables,
    place_faults,
)
from web.i18n import _
from web.respond import Answer
from web.site import JSON
from web.words import format_instant

WRITE = "/desk/write"
_LAID = _("先填好的是现在登记的。改好有变动的，看一遍再交审；没有变的支部不会再登记。")
_ROW_DEED = re.compile(r"(drop|insert):([abc]):([0-9]{1,4})")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True)
class SheetForm:
    """What was typed, cell by cell and row by row: `a` of the first table, `b` of the second, and so on to `d`.

    `do` is which button was pressed, `more` how many rows the page had, `version` what it went on from.
    """

    a: tuple[str, ...]
    b: tuple[str, ...]
    c: tuple[str, ...]
    d: tuple[str, ...]
    version: str
    do: str = "save"
    more: str = ""


@dataclass(frozen=True)
class DiscardForm:
    version: str


@dataclass(frozen=True)
class DiscardPage:
    """What would be thrown away."""

    frame: DeskFrame
    rows: int
    saved: str
    sheet: str
    title: str
    version: int


@dataclass(frozen=True)
class Target:
    """Which sheet is typed: its name and kind, and the returned drafts that it puts right."""

    answered: tuple[Draft, ...]
    kind: WorkbookKind
    sheet: str

    @property
    def title(self) -> str:
        return WORKBOOKS[self.kind].title


@route_desk(
    f"{WRITE}/{{sheet:str}}", allow="draft.prepare", summary="Type a sheet, or put right what came back"
)
def show_sheet(desk: Desk, sheet: str) -> Answer:
    target = _find_target(desk, sheet)
    kept = open_sheet(desk.ports, desk.village, desk.user, sheet)
    if sheet == "points" and kept.rows > TYPED_MAX_ROWS:
        return desk.redirect(ROUND)  # A village's round, group by group: a page holds no more rows.
    told = _tell_erased(kept)
    if kept.version == 0 and target.answered:
        filled = fill(desk.ports, desk.village, target.answered)
        kept, told = Opened(0, State(begun_at=0, saved_at=0, tables=filled.tables)), _tell_gone(filled)
    elif kept.version == 0 and sheet not in KINDS:
        raise NotFound("退回的记录")
    elif kept.version == 0 and (laid := lay_current(desk, sheet)):
        # They are handed in whole, and mostly one person changes.
        kept, told = Opened(0, State(begun_at=0, saved_at=0, tables=laid)), (_LAID,)
    return _show(desk, target, kept.state.tables, kept, told=told)


@route_desk(
    f"{WRITE}/{{sheet:str}}",
    allow="draft.prepare",
    method="POST",
    takes_rows=True,
    summary="Keep what was typed, and do what the button says",
)
def take_sheet(desk: Desk, sheet: str) -> Answer:
    target = _find_target(desk, sheet)
    form = desk.parse_form(SheetForm)
    tables = _read_tables(target.kind, form)
    start = _read_number(form.version)
    try:
        if form.do == "auto":
            return _answer_kept(desk, _save(desk, target, tables, start, is_auto=True))
        return _do(desk, target, form, tables, start)
    except Refused as error:
        if form.do == "auto":
            return _answer_json(desk, 409, {"said": tell_fault(error.faults[0])})
        kept = open_sheet(desk.ports, desk.village, desk.user, sheet)
        is_stale = [fault.code for fault in error.faults] == ["typed-elsewhere"]
        faults = NO_PLACED if is_stale else place_faults(target.kind, error.faults)
        more = _read_number(form.more)
        return _show(desk, target, tables, kept, faults=faults, is_stale=is_stale, status=409, more=more)


@route_desk(
    f"{WRITE}/{{sheet:str}}/discard", allow="draft.prepare", summary="Throw away what was typed: really?"
)
def show_discard(desk: Desk, sheet: str) -> Answer:
    target = _find_target(desk, sheet)
    kept = open_sheet(desk.ports, desk.village, desk.user, sheet)
    page = DiscardPage(
        frame=desk.build_frame(_("不要这张表")),
        rows=kept.rows,
        saved=_tell_time(kept),
        sheet=sheet,
        title=target.title,
        version=kept.version,
    )
    return desk.render("desk/discard.html", page)


@route_desk(f"{WRITE}/{{sheet:str}}/discard", allow="draft.prepare", method="POST", summary="Throw it away")
def take_discard(desk: Desk, sheet: str) -> Answer:
    _find_target(desk, sheet)
    version = _read_number(desk.parse_form(DiscardForm).version)
    try:
        drop_sheet(desk.ports, desk.village, desk.user, sheet, version)
    except Refused:
        if open_sheet(desk.ports, desk.village, desk.user, sheet).version:
            # Something was kept since: it is shown before it goes.
            return desk.redirect(f"{WRITE}/{sheet}/discard")
    drop_aside(desk.ports, desk.village, desk.user, sheet)
    return desk.redirect("/desk")


def _do(desk: Desk, target: Target, form: SheetForm, tables: TypedTables, start: int) -> Answer:
    """Do what a button says, after what was typed was kept."""
    ports, village, user, sheet = desk.ports, desk.village, desk.user, target.sheet
    path = f"{WRITE}/{sheet}"
    if form.do == "mine":
        # What the other window kept is one step back.
        start = open_sheet(ports, village, user, sheet).version
    kept = _save(desk, target, tables, start)
    deed = _ROW_DEED.fullmatch(form.do)
    if kept.is_repeat and (deed is not None or form.do in ("undo", "redo")):
        return desk.redirect(path)  # A second click.
    if form.do == "look":
        return _look(desk, target, kept, form)
    if form.do == "more":
        rows = max((len(found) for found in tables.values()), default=0) + EMPTY_ROWS
        # In numbers that the address shows, never in what was typed.
        return desk.send_to(f"{path}?more={min(rows, TYPED_MAX_ROWS)}#a-{max(rows - EMPTY_ROWS, 0) + 1}-0")
    if form.do in ("undo", "redo"):
        step(ports, village, user, sheet, "back" if form.do == "undo" else "forth", start=kept.version)
    elif form.do in ("mine", "drop-aside"):
        drop_aside(ports, village, user, sheet)
    elif form.do == "aside":
        take_aside(ports, village, user, sheet, start=kept.version)
    elif deed is not None:
        _save(desk, target, _change_row(target.kind, kept, deed), kept.version)
        return desk.send_to(f"{path}#{deed[2]}-{deed[3]}-0")
    return desk.redirect(path)


def _look(desk: Desk, target: Target, kept: Opened, form: SheetForm) -> Answer:
    """Judge what was typed: every fault beside its cell, or the preview of what it becomes."""
    refuse_read_only(desk.ports, desk.village)
    kept = _save(desk, target, complete_tables(desk, target.kind, kept.state.tables), kept.version)
    sent = Sent(
        filename=_("在网页上填的"),
        kind=target.kind,
        sheet=target.sheet,
        tables=kept.state.tables,
        version=kept.version,
    )
    faults = [
        build_sibling(draft) for draft in list_siblings_waiting(desk.ports, desk.village, target.answered)
    ]
    if not faults:
        faults += read_sent(desk, sent).imported.faults
    if not faults:
        return desk.redirect(f"{IMPORT}/preview")
    placed = place_faults(target.kind, faults)
    return _show(
        desk, target, kept.state.tables, kept, faults=placed, status=422, more=_read_number(form.more)
    )


def _save(desk: Desk, target: Target, tables: TypedTables, start: int, *, is_auto: bool = False) -> Opened:
    return save_sheet(desk.ports, desk.village, desk.user, target.sheet, tables, start=start, is_auto=is_auto)


def _find_target(desk: Desk, sheet: str) -> Target:
    """Return what a sheet's name means; NotFound for another person's draft as for none."""
    kind = next((known for known in KINDS if known == sheet), None)
    if kind is not None:
        return Target((), kind, sheet)
    answered = tuple(list_answered(desk.ports, desk.village, desk.user, sheet))
    draft = next((one for one in answered if one.id == sheet), None)
    # What was typed of a draft stays its maker's, also where that draft was taken back meanwhile.
    if draft is None and open_sheet(desk.ports, desk.village, desk.user, sheet).version:
        draft = desk.ports.vault.find_draft(desk.village, sheet)
    kind = find_kind(draft) if draft is not None else None
    if kind is None:
        raise NotFound("退回的记录")
    return Target(answered, kind, sheet)


def _read_tables(kind: WorkbookKind, form: SheetForm) -> dict[str, list[tuple[str, ...]]]:
    """Return the rows of a form. FormRefused where they are not of the kind's width."""
    given = dict(zip(FIELDS, (form.a, form.b, form.c, form.d), strict=True))
    sheets = dict(zip(FIELDS, WORKBOOKS[kind].sheets, strict=False))
    tables = {}
    for field, cells in given.items():
        width = len(sheets[field].columns) if field in sheets else 0
        if cells and (not width or len(cells) % width):
            raise FormRefused("rows of another width")
        if width:
            # As a form sends the end of a line, whatever a person typed.
            texts = [_LINE_END.sub("\n", text) for text in cells]
            rows = [tuple(texts[at : at + width]) for at in range(0, len(texts), width)]
            tables[sheets[field].name] = rows
    return tables


def _change_row(kind: WorkbookKind, kept: Opened, deed: re.Match[str]) -> TypedTables:
    """Return the tables without a row, or with an empty one above it."""
    sheets = dict(zip(FIELDS, WORKBOOKS[kind].sheets, strict=False))
    sheet = sheets.get(deed[2])
    if sheet is None:
        return kept.state.tables
    rows = list(kept.state.tables.get(sheet.name, ()))
    at = int(deed[3]) - 1
    if deed[1] == "drop":
        rows[at : at + 1] = []
    elif 0 <= at < len(rows):
        rows.insert(at, ("",) * len(sheet.columns))
    return {**kept.state.tables, sheet.name: tuple(rows)}


def _show(
    desk: Desk,
    target: Target,
    tables: TypedTables,
    kept: Opened,
    *,
    faults: PlacedFaults = NO_PLACED,
    is_stale: bool = False,
    more: int = 0,
    status: int = 200,
    told: tuple[str, ...] = (),
) -> Answer:
    ports, village, user = desk.ports, desk.village, desk.user
    choices = read_choices(desk, target.kind, target.answered, tables)
    more = max(more, _read_number(desk.request.query_params.get("more", "")))
    aside = open_aside(ports, village, user, target.sheet)
    page = SheetPage(
        aside=_tell_time(aside) if aside.version and not is_stale else "",
        can_redo=can_step(ports, village, user, target.sheet, "forth"),
        can_undo=can_step(ports, village, user, target.sheet, "back"),
        faults=faults,
        frame=desk.build_frame(_("填{title}").format(title=target.title)),
        is_empty=not any(any(row) for rows in tables.values() for row in rows),
        is_stale=is_stale,
        kind=target.kind,
        label=target.answered[0].label if target.answered else "",
        lists=build_lists(target.kind, choices),
        more=min(more, TYPED_MAX_ROWS),
        reason=target.answered[0].reason if target.answered else "",
        rows_max=TYPED_MAX_ROWS,
        saved=_tell_time(kept),
        sheet=target.sheet,
        tables=build_tables(target.kind, tables, choices, faults, min(more, TYPED_MAX_ROWS)),
        title=target.title,
        told=told,
        version=kept.version,
    )
    if is_stale:
        page = replace(page, version=_read_number(desk.parse_form(SheetForm).version))
    return desk.render("desk/grid.html", page, status=status)


def _tell_gone(filled: Filled) -> tuple[str, ...]:
    if not filled.gone:
        return ()
    return (_("有 {count} 处的人已经删除，没有填进来。").format(count=filled.gone),)


def _tell_erased(kept: Opened) -> tuple[str, ...]:
    if not kept.state.gone:
        return ()
    said = _("有 {count} 处写了已经删除的人，程序拿掉了，退一步也找不回。请看看还缺什么。")
    return (said.format(count=kept.state.gone),)


def _tell_time(kept: Opened) -> str:
    return format_instant(kept.state.saved_at) if kept.version else ""


def _answer_kept(desk: Desk, kept: Opened) -> Answer:
    said = _("已保存 {time}").format(time=_tell_time(kept).rpartition(" ")[2])
    return _answer_json(desk, 200, {"said": said, "version": str(kept.version)})


def _answer_json(desk: Desk, status: int, values: dict[str, str]) -> Answer:
    body = json.dumps(values, ensure_ascii=False).encode()
    return answer(desk.request, PageBytes(body, b"", "", JSON), status=status)


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def build_sibling(draft: Draft) -> Fault:
    """Return that a part of the same list still waits: handed in again, it would be there twice."""
    return Fault(
        code="draft-sibling",
        place=_("同一份名册"),
        found=_("「{label}」还在待审").format(label=draft.label),
        expected=_("同时交的都退回了，或撤回了"),
        remedy=_("先在“待审记录”里撤回那一条，再交这一张"),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_sheet, take_sheet, show_discard, take_discard)
