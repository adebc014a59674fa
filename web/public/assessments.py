"""The newest assessments as everybody sees them: branches, secretaries by their branch, the ranking of grids, and how
many grid workers have which grade. Nobody is named, and nobody's score is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.scores import SCORE_MAX, OtherSubject
from ledger.figures.assessments import AssessedFigures, AssessmentFigures, collect_newest
from reports.words import format_count, format_month, format_small
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
_SPANS = {"month": _("{month}"), "quarter": _("到{month}为止的一季"), "year": _("到{month}为止的一年")}


@dataclass(frozen=True)
class AssessedRow:
    """A branch, secretary or grid; `place` and `score` are empty where they are not told, `note` where nothing is
    counted; `measure` is the score as the bar's length.
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
    """All kinds of subject that were ever assessed."""

    frame: Frame
    parts: tuple[AssessmentPart, ...]
    sentences: tuple[str, ...]
    telephone: str


@route_page(
    "/v/{code:str}/assessments", summary="How branches, secretaries, grids and grid workers were assessed"
)
def show_assessments(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the newest round of each kind."""
    return get_site(request).serve_page(
        request, code, "assessments", "assessments.html", build_assessments_page
    )


def build_assessments_page(view: VillageView) -> AssessmentsPage:
    """Return the newest round of each kind of subject, whole."""
    found = collect_newest(view.reader.facts, view.texts)
    return AssessmentsPage(
        frame=view.build_frame(_("考评")),
        parts=tuple(_build_part(view, one) for one in found),
        sentences=tuple(_tell_best(found)) or (_("还没有考评过。"),),
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


def _build_part(view: VillageView, figures: AssessmentFigures) -> AssessmentPart:
    return AssessmentPart(
        entry=get_entry_path(view, figures.entry),
        most=SCORE_MAX,
        ranks=tuple(
            RankRow(
                count=_("{count} 名").format(count=format_count(rank.cards)),
                rank=_name_rank(rank.grade, rank.stars),
            )
            for rank in figures.ranks
        ),
        rows=tuple(_build_row(row) for row in figures.rows),
        sentences=tuple(_tell(figures)),
        title=_TITLES[figures.subject],
    )


def _build_row(row: AssessedFigures) -> AssessedRow:
    note = ""
    if row.counted:
        events, closed, visits = map(format_count, row.counted)
        note = _("受理 {events} 件，办结 {closed} 件，走访 {visits} 次").format(
            closed=closed, events=events, visits=visits
        )
    return AssessedRow(
        measure=row.score or 0,
        name=row.name,
        note=note,
        place=_("第 {place}").format(place=row.place) if row.place else "",
        rank=_name_rank(row.grade, row.stars),
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


def _name_rank(grade: str, stars: int) -> str:
    return grade or (_("{stars}星").format(stars=format_small(stars)) if stars else _("未评星"))
