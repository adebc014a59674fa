"""The sheet of a quarter or a year as a page: the eight classes that the law asks for, each item with its figure, or
plainly that there was nothing. What paper says and what the page says is built in one place, `reports.spans`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.figures import SpanFigures
from ledger.books.span_figures import summarize_span
from ledger.books.values import SheetKind
from ledger.errors import NotFound
from ledger.service.sheets import has_adopted
from reports.spans import SpanSheet, build_span
from web.page import Frame
from web.public.months import SheetStatus, build_status, read_figures
from web.site import VillageView, check_period
from web.words import name_sheet


@dataclass(frozen=True)
class SpanPage:
    """The page of the sheet of a quarter or a year.

    `links`  by the number of a contract, resolution, fund or voucher: where it is told
    """

    frame: Frame
    links: dict[str, str]
    sheet: SpanSheet
    status: SheetStatus
    summary: tuple[str, ...]


def build_span_page(kind: SheetKind, view: VillageView, period: str) -> SpanPage:
    """Return the page of the quarter or year that ends with a month; NotFound where none does, or it is not closed."""
    check_period(period)
    if not has_adopted(view.reader, kind, period):
        raise NotFound(f"{period} {kind}")
    figures = read_figures(view, kind, period)
    assert isinstance(figures, SpanFigures)
    return SpanPage(
        frame=view.build_frame(name_sheet(kind, period)),
        links=_list_links(view.code, figures),
        sheet=build_span(figures, None),
        status=build_status(view, figures),
        summary=summarize_span(figures),
    )


def _list_links(village: str, figures: SpanFigures) -> dict[str, str]:
    base = f"/v/{village}"
    return {
        **{one.number: f"{base}/contracts/{one.number}" for one in figures.contracts},
        **{one.number: f"{base}/resolutions/{one.number}" for one in figures.resolutions},
        **{one.number: f"{base}/funds/{one.number}" for one in figures.funds},
        **{one.voucher: f"{base}/entries/{one.index}" for one in figures.corrections},
    }
