"""From a job to the bytes of a PDF: decode, check, lay out. A pure function of the job and the installed
toolchain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from ledger.books.figures import (
    Figures,
    FinanceFigures,
    PointsFigures,
    ScoreFigures,
    SheetHead,
    SpanFigures,
)
from ledger.books.values import SheetKind, get_last_day
from ledger.errors import Refused
from ledger.ports import PaperJob, SheetJob
from reports.finance import build_finance
from reports.frame import Codes, build_codes
from reports.pdf import Attached, write_pdf
from reports.points import build_points
from reports.scores import build_scores
from reports.spans import build_span
from reports.texts import check_texts, show_hidden

_KINDS: dict[SheetKind, tuple[type[Any], Callable[[Any, Codes | None, str], object]]] = {
    "finance": (FinanceFigures, build_finance),
    "points": (PointsFigures, build_points),
    "scores": (ScoreFigures, build_scores),
    "quarter": (SpanFigures, build_span),
    "year": (SpanFigures, build_span),
}


def render_sheet(job: SheetJob) -> bytes:
    """Return the PDF of a sealed sheet, or of a draft where the figures carry no number.

    Raises Refused where a character has no glyph or a limit is passed, NotProven for a note that the log's
    key did not sign, and RenderFailed or ValueError for what is nobody's entry: a broken toolchain, or a job
    at odds with itself.
    """
    figures = parse_figures(job)
    html = render_html(job, figures)
    head: SheetHead = figures.head
    made_on = _get_made_on(head)
    attached = None
    if head.number:
        attached = Attached(job.evidence, f"mingbai-{head.number}.json", f"公开表 {head.number} 的数据和证明")
    return write_pdf(html, attached, made_on)


def parse_figures(job: SheetJob) -> Figures:
    """Decode the job's figures and refuse what cannot be printed; hidden characters come out written out."""
    try:
        figures: Figures = show_hidden(msgspec.json.decode(job.figures, type=_KINDS[job.kind][0]))
    except msgspec.DecodeError as error:
        raise ValueError(f"not {job.kind} figures: {error}") from error
    if figures.head.kind != job.kind:
        raise ValueError(f"a {job.kind} sheet of {figures.head.kind} figures")
    faults = check_texts(figures)
    if faults:
        raise Refused(faults)
    return figures


def render_html(job: SheetJob, figures: Figures) -> str:
    """Return the sheet's HTML; every text of the figures is escaped."""
    sheet = _KINDS[job.kind][1](figures, build_codes(job, figures.head), job.open_until)
    made_on = _get_made_on(figures.head).isoformat()
    template = get_templates().get_template(f"{job.kind}.html")
    return template.render(is_demo=job.is_demo, made_on=made_on, sheet=sheet)


def lay_out_paper(job: PaperJob, template: str, made_on: str, **values: object) -> bytes:
    """Return the PDF that a template makes of a job's `values`, dated as made at the beginning of a day."""
    made_at = _at_midnight(made_on)
    html = (
        get_templates()
        .get_template(template)
        .render(is_demo=job.is_demo, made_on=made_at.isoformat(), **values)
    )
    return write_pdf(html, None, made_at)


def _get_made_on(head: SheetHead) -> dt.datetime:
    """The day it is hung, or the month's last for a draft: a sheet's file carries no time of its making."""
    return _at_midnight(head.display_from or get_last_day(head.period))


def _at_midnight(day: str) -> dt.datetime:
    zone = dt.timezone(dt.timedelta(hours=8))
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=zone)


@cache
def get_templates() -> Environment:
    """Return the templates of all paper; every text in them is escaped."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # The extension's.
    return environment
