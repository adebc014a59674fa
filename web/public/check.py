"""Does this sheet of paper belong to this log? What the page knows; `static/check.js` does the checking.

The code's digits stand behind `#` and never reach the server, so the page is the same for every paper: the log's name
and key, the place of every sealed sheet's entry, and, for readers without a script, the newest sheets to compare.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.figures import Figures, FinanceFigures, PointsFigures, ScoreFigures, SpanFigures
from ledger.books.values import SHEET_CODES, SHEET_KINDS, SHEET_LETTERS
from ledger.service.sheets import SealedSheet, get_figures, list_sheets
from reports.words import format_amount, format_count, format_day, format_signed
from web.i18n import _
from web.page import Frame
from web.public.epochs import EarlierEpochs, build_earlier_epochs
from web.public.months import find_fingerprint, get_sheet_path
from web.public.verify import LogFacts, build_log_facts
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView
from web.words import SHEET_NAMES, name_sheet

SHOWN_OF_A_KIND = 2


@dataclass(frozen=True)
class CheckSheet:
    """A sealed sheet to compare with paper. `headline` are (name, figure with its unit)."""

    fingerprint: str
    headline: tuple[tuple[str, str], ...]
    hung_on: str
    name: str
    number: str
    path: str


@dataclass(frozen=True)
class CheckPage:
    """The check page.

    `earlier`      the logs before a declared loss, whose paper may still hang
    `host`         the only address that printed codes lead to
    `kinds`        `<code of kind>:<kind>:<letter>:<name>` for every kind, for the script
    `seals`        `<number>:<index>` of every sealed sheet, for the script
    `witnesses`    what witnesses confirmed, in a sentence; empty where no policy names any
    """

    frame: Frame
    earlier: EarlierEpochs
    host: str
    kinds: str
    log: LogFacts
    seals: str
    sheets: tuple[CheckSheet, ...]
    telephone: str
    witnesses: str


def build_check_page(view: VillageView) -> CheckPage:
    """Return the check page of a village."""
    sealed = {kind: list_sheets(view.reader, kind) for kind in SHEET_KINDS}
    return CheckPage(
        frame=view.build_frame(_("核对公开表")),
        earlier=build_earlier_epochs(view.code, view.reader, view.texts, view.earlier),
        host=view.settings.public_base_url.partition("://")[2],
        kinds=" ".join(
            f"{SHEET_CODES[kind]}:{kind}:{SHEET_LETTERS[kind]}:{SHEET_NAMES[kind]}" for kind in SHEET_KINDS
        ),
        log=build_log_facts(view),
        seals=" ".join(f"{sheet.number}:{sheet.index}" for sheets in sealed.values() for sheet in sheets),
        sheets=tuple(
            _build_sheet(view, sheet)
            for kind in SHEET_KINDS
            for sheet in _keep_newest(sealed[kind])[:SHOWN_OF_A_KIND]
        ),
        telephone=view.read_telephone(),
        witnesses=view.witnesses,
    )


def _keep_newest(sheets: list[SealedSheet]) -> list[SealedSheet]:
    """Return the newest sheet of each month, from a list that has the newest of each first."""
    return list({sheet.period: sheet for sheet in reversed(sheets)}.values())[::-1]


def _build_sheet(view: VillageView, sheet: SealedSheet) -> CheckSheet:
    figures = get_figures(view.ports, view.reader, sheet.kind, sheet.period)
    return CheckSheet(
        fingerprint=find_fingerprint(view, sheet.size),
        headline=_list_headline(figures),
        hung_on=format_day(figures.head.display_from),
        name=name_sheet(sheet.kind, sheet.period),
        number=sheet.number,
        path=get_sheet_path(view.code, sheet.kind, sheet.period),
    )


def _list_headline(figures: Figures) -> tuple[tuple[str, str], ...]:
    """Return the figures that stand largest on the paper."""
    if isinstance(figures, FinanceFigures):
        return (
            (_("收入"), _("{amount} 元").format(amount=format_amount(figures.income_fen))),
            (_("支出"), _("{amount} 元").format(amount=format_amount(figures.expense_fen))),
            (_("结余"), _("{amount} 元").format(amount=format_amount(figures.closing_fen))),
        )
    if isinstance(figures, PointsFigures):
        total = figures.awarded_points + figures.sealed_points
        return (
            (_("有记录的农户"), _("{count} 户").format(count=format_count(figures.scored))),
            (_("积分合计"), _("{points} 分").format(points=format_signed(total))),
        )
    if isinstance(figures, SpanFigures):
        is_year, totals = figures.head.kind == "year", figures.totals
        came = totals.year_income_fen if is_year else totals.income_fen
        went = totals.year_expense_fen if is_year else totals.expense_fen
        return (
            (_("收入"), _("{amount} 元").format(amount=format_amount(came))),
            (_("支出"), _("{amount} 元").format(amount=format_amount(went))),
            (_("家当"), _("{amount} 元").format(amount=format_amount(totals.closing_assets_fen))),
        )
    return (
        (_("党员"), _("{count} 名").format(count=format_count(figures.members))),
        _count_best(figures),
    )


def _count_best(figures: ScoreFigures) -> tuple[str, str]:
    """Return how many members have a star, or the highest grade."""
    name = figures.cuts[-1].name if figures.cuts else ""
    members = figures.stars[0].members if name else sum(row.members for row in figures.stars if row.stars)
    return name or _("有星的"), _("{count} 名").format(count=format_count(members))


@route_page("/c/{code:str}", summary="Does a printed sheet belong to this log?")
def show_check(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the check page; the digits of the printed code never reach us."""
    return get_site(request).serve_page(
        request, code, "check", "check.html", build_check_page, by_witnesses=True
    )
