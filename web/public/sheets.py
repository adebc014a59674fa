"""All months of a village with the sheets of each: the way to everything that ever hung."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.sheets import SheetSealed
from ledger.books.values import SHEET_KINDS, SPAN_MONTHS, SheetKind
from ledger.errors import NotFound, Tampered
from ledger.service.sheets import SealedSheet, find_sheet, has_adopted, list_months, list_sheets
from ledger.witnessed import cosign_head
from reports.words import format_month
from web.page import Frame
from web.public.finance import build_finance_page
from web.public.months import MonthState, get_sheet_path, get_state
from web.public.points import build_points_page
from web.public.scores import build_scores_page
from web.public.spans import build_span_page
from web.public.statements import find_statements_path
from web.respond import Answer, AnyRequest, redirect
from web.routing import get_site, route_page
from web.site import JSON, PDF, TEXT, VillageView, check_period, check_village
from web.words import SHEET_NAMES


@dataclass(frozen=True)
class SheetCell:
    """One sheet of a month."""

    kind: SheetKind
    name: str
    path: str
    state: MonthState


@dataclass(frozen=True)
class MonthRow:
    """A month with its sheets, among them those of the quarter or year that ends with it; `statements_path` is empty
    where the chart of accounts has no statements.
    """

    month: str
    sheets: tuple[SheetCell, ...]
    statements_path: str


@dataclass(frozen=True)
class YearRows:
    """A year's months, newest first."""

    months: tuple[MonthRow, ...]
    year: str


@dataclass(frozen=True)
class SheetsPage:
    """The list of all months."""

    frame: Frame
    years: tuple[YearRows, ...]


def build_sheets_page(view: VillageView) -> SheetsPage:
    """Return every month in which something was recorded."""
    months = list_months(view.reader)
    years = sorted({month[:4] for month in months}, reverse=True)
    return SheetsPage(
        frame=view.build_frame("全部公开表"),
        years=tuple(
            YearRows(
                months=tuple(_build_month(view, month) for month in months if month.startswith(year)),
                year=year,
            )
            for year in years
        ),
    )


def _build_month(view: VillageView, period: str) -> MonthRow:
    cells = tuple(
        SheetCell(
            kind, SHEET_NAMES[kind], get_sheet_path(view.code, kind, period), get_state(view, kind, period)
        )
        for kind in SHEET_KINDS
        if _is_listed(view, kind, period)
    )
    return MonthRow(
        month=format_month(period), sheets=cells, statements_path=find_statements_path(view, period)
    )


def _is_listed(view: VillageView, kind: SheetKind, period: str) -> bool:
    """Whether a month has a sheet of a kind, or there is one to wait for; nobody waits for that of a quarter."""
    if kind in SPAN_MONTHS:
        return find_sheet(view.reader, kind, period) is not None
    return has_adopted(view.reader, kind, period)


_BUILDERS: dict[SheetKind, tuple[str, Callable[[VillageView, str], object]]] = {
    "finance": ("finance.html", build_finance_page),
    "points": ("points.html", build_points_page),
    "scores": ("scores.html", build_scores_page),
    "quarter": ("span.html", partial(build_span_page, "quarter")),
    "year": ("span.html", partial(build_span_page, "year")),
}


@route_page("/v/{code:str}/sheets", summary="All months with their sheets")
def show_sheets(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the list of all months."""
    return get_site(request).serve_page(request, code, "sheets", "sheets.html", build_sheets_page)


@route_page(
    "/v/{code:str}/sheets/{month:str}/{name:str}", summary="A month's sheet, or a file of a sealed sheet"
)
def show_sheet(
    request: AnyRequest, code: FromPath[str], month: FromPath[str], name: FromPath[str]
) -> ASGIApp:
    """Answer with a month's sheet (`2026-10/finance`, its PDF with `.pdf`) or a sealed sheet's file
    (`2026-10-F-1/figures.json`, `toolchain.json`, `sheet.pdf`, `checkpoint`).
    """
    site = get_site(request)
    path = f"sheets/{month}/{name}"
    if name in _FILES:
        media_type, read = _FILES[name]
        return site.serve_bytes(
            request,
            code,
            path,
            media_type,
            lambda view: read(view, find_number(view, month)),
            by_witnesses=name == "checkpoint",
        )
    check_period(month)
    kind = next((kind for kind in SHEET_KINDS if name in (kind, f"{kind}.pdf")), None)
    if kind is None:
        raise NotFound(name)
    if kind != name:
        return site.serve_bytes(request, code, path, PDF, lambda view: _read_month_pdf(view, month, kind))
    template, build = _BUILDERS[kind]
    return site.serve_page(request, code, path, template, lambda view: build(view, month))


def _redirect_to_sheet(request: AnyRequest, code: str, month: str, kind: str) -> Answer:
    check_village(code)
    check_period(month)
    return redirect(request, f"/v/{code}/sheets/{month}/{kind}")


@route_page("/v/{code:str}/finance/{month:str}", summary="Leads to a month's finance sheet")
def show_finance(request: AnyRequest, code: FromPath[str], month: FromPath[str]) -> ASGIApp:
    """Lead to a month's finance sheet."""
    return _redirect_to_sheet(request, code, month, "finance")


@route_page("/v/{code:str}/points/{month:str}", summary="Leads to a month's points sheet")
def show_points(request: AnyRequest, code: FromPath[str], month: FromPath[str]) -> ASGIApp:
    """Lead to a month's points sheet."""
    return _redirect_to_sheet(request, code, month, "points")


@route_page("/v/{code:str}/scores/{month:str}", summary="Leads to a month's score sheet")
def show_scores(request: AnyRequest, code: FromPath[str], month: FromPath[str]) -> ASGIApp:
    """Lead to a month's score sheet."""
    return _redirect_to_sheet(request, code, month, "scores")


def find_number(view: VillageView, number: str) -> SealedSheet:
    """Return the sealed sheet of a number; NotFound where none has it."""
    for kind in SHEET_KINDS:
        for sheet in list_sheets(view.reader, kind):
            if sheet.number == number:
                return sheet
    raise NotFound(number)


def _read_month_pdf(view: VillageView, month: str, kind: SheetKind) -> bytes:
    sheet = find_sheet(view.reader, kind, month)
    if sheet is None:
        raise NotFound(f"{month} {kind} PDF")
    return _read_pdf(view, sheet)


def _read_pdf(view: VillageView, sheet: SealedSheet) -> bytes:
    return _read_archived(view, sheet, sheet.pdf)


def _read_figures(view: VillageView, sheet: SealedSheet) -> bytes:
    return _read_archived(view, sheet, sheet.figures)


def _read_toolchain(view: VillageView, sheet: SealedSheet) -> bytes:
    body = view.reader.facts.read_entry(sheet.index).body
    assert isinstance(body, SheetSealed)
    return _read_archived(view, sheet, body.toolchain)


def _read_checkpoint(view: VillageView, sheet: SealedSheet) -> bytes:
    head = view.find_head(sheet.size)
    if head is None:
        raise Tampered(sheet.index, f"总数为 {sheet.size} 的检查点", "没有")
    return cosign_head(view.ports, view.code, head)


def _read_archived(view: VillageView, sheet: SealedSheet, digest: str) -> bytes:
    data = view.ports.archive.find(digest)
    if data is None:
        raise Tampered(sheet.index, f"公开表 {sheet.number} 的文件 {digest}", "没有")
    return data


_FILES: dict[str, tuple[str, Callable[[VillageView, SealedSheet], bytes]]] = {
    "sheet.pdf": (PDF, _read_pdf),
    "toolchain.json": (JSON, _read_toolchain),
    "figures.json": (JSON, _read_figures),
    "checkpoint": (TEXT, _read_checkpoint),
}
