"""Assessments as everybody sees them, the newest or one that a paper leads to: branches, secretaries by their branch,
the ranking of grids, and how many grid workers have which grade. Nobody is named, and nobody's score is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.scores import SCORE_MAX, OtherSubject
from ledger.errors import NotFound
from ledger.figures.assessments import (
    SHOWN,
    AssessedFigures,
    AssessmentFigures,
    collect_assessment,
    collect_newest,
)
from ledger.service.preview import format_points
from reports.words import format_count, format_month, name_rank
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

_TITLES: dict[OtherSubject, str] = {
    "branch": _("党支部"),
    "grid": _("网格排名"),
    "grid-worker": _("网格员"),
    "secretary": _("支部书记"),
}
_MONTH = re.compile("[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_SPANS = {"month": _("{month}"), "quarter": _("到{month}为止的一季"), "year": _("到{month}为止的一年")}


@dataclass(frozen=True)
class AssessedRow:
    """A branch, secretary or grid; `place` and `score` are empty where they are not told. `note` is what each component
    gave and what is counted; `measure` is the score as the bar's length.
    """

    measure: int
    name: str
    note: str
    place: str
    rank: str
    score: str


@dataclass(frozen=True)
class RankRow:
    """How many have one grade."""

    count: str
    rank: str


@dataclass(frozen=True)
class AssessmentPart:
    """The newest round of one kind of subject."""

    entry: str
    most: int
    ranks: tuple[RankRow, ...]
    rows: tuple[AssessedRow, ...]
    sentences: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class AssessmentsPage:
    """All kinds of subject that were ever assessed, or one round; then `newest` leads to all."""

    frame: Frame
    newest: str
    parts: tuple[AssessmentPart, ...]
    sentences: tuple[str, ...]
    telephone: str


@route_page(
    "/v/{code:str}/assessments", summary="How branches, secretaries, grids and grid workers were assessed"
)
def show_assessments(
    request: AnyRequest,
    code: FromPath[str],
    month: Annotated[str, QueryParameter()] = "",
    subject: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with the newest round of each kind, or with that of a `subject` for the time that ends with a `month`."""
    of = next((one for one in SHOWN if one == subject), None)
    if (month or subject) and (of is None or not _MONTH.fullmatch(month)):
        raise NotFound(_("这次考评"))
    return get_site(request).serve_page(
        request,
        code,
        f"assessments?{subject}&{month}",
        "assessments.html",
        lambda view: build_assessments_page(view, of, month),
    )


def build_assessments_page(view: VillageView, subject: OtherSubject | None, month: str) -> AssessmentsPage:
    """Return the newest round of each kind of subject, whole, or one alone; NotFound where there is no such round."""
    facts = view.reader.facts
    one = collect_assessment(facts, view.texts, subject, month) if subject is not None else None
    if subject is not None and one is None:
        raise NotFound(_("这次考评"))
    found = collect_newest(facts, view.texts) if one is None else (one,)
    return AssessmentsPage(
        frame=view.build_frame(_("考评")),
        newest="" if one is None else f"/v/{view.code}/assessments",
        parts=tuple(_build_part(view, one) for one in found),
        sentences=tuple(_tell_best(found)) or (_tell_whom(found),),
        telephone=view.read_telephone(),
    )


def _tell_best(found: tuple[AssessmentFigures, ...]) -> Iterator[str]:
    for one in found:
        best = [row.name for row in one.rows if row.place == 1]
        if best and one.subject in ("branch", "grid"):
            words = _("{title}第一：{names}，{score} 分。")
            yield words.format(
                names=_("、").join(best),
                score=one.rows[0].score,
                title=_TITLES[one.subject].removesuffix("排名"),
            )


def _tell_whom(found: tuple[AssessmentFigures, ...]) -> str:
    if not found:
        return _("还没有考评过。")
    return _("{titles}的考评结果。").format(titles=_("、").join(_TITLES[one.subject] for one in found))


def _build_part(view: VillageView, figures: AssessmentFigures) -> AssessmentPart:
    titles = {one.code: one.title for one in figures.components}
    return AssessmentPart(
        entry=get_entry_path(view, figures.entry),
        most=SCORE_MAX,
        ranks=tuple(
            RankRow(
                count=_("{count} 名").format(count=format_count(rank.cards)),
                rank=name_rank(rank.grade, rank.stars),
            )
            for rank in figures.ranks
        ),
        rows=tuple(_build_row(row, titles) for row in figures.rows),
        sentences=tuple(_tell(figures)),
        title=_TITLES[figures.subject],
    )


def _build_row(row: AssessedFigures, titles: Mapping[str, str]) -> AssessedRow:
    notes = []
    if row.components:
        earned = (
            _("{title} {points} 分").format(points=format_points(one.score), title=titles[one.code])
            for one in row.components
        )
        notes.append(_("，").join(earned))
    if row.counted:
        events, closed, visits = map(format_count, row.counted)
        told = _("受理 {events} 件，办结 {closed} 件，走访 {visits} 次")
        notes.append(told.format(closed=closed, events=events, visits=visits))
    return AssessedRow(
        measure=row.score or 0,
        name=row.name,
        note=_("；").join(notes),
        place=_("第 {place}").format(place=row.place) if row.place else "",
        rank=name_rank(row.grade, row.stars),
        score=_("{score} 分").format(score=row.score) if row.score is not None else "",
    )


def _tell(figures: AssessmentFigures) -> Iterator[str]:
    yield _("{span}，按{title}。").format(
        span=_SPANS[figures.span].format(month=format_month(figures.period)), title=figures.title
    )
    if figures.subject == "secretary":
        yield _("书记是公开的职务，按支部公布星级；分数和扣分不公开。")
    elif figures.subject == "grid-worker":
        yield _("网格员只公布各等次有多少人，不说是谁。")
