"""A round of assessment to hang on the board: A4, a row for each branch or grid, persons without names and scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.books.scores import MARKER_NAMES, SCORE_MAX, SOURCE_NAMES, SPAN_NAMES, SUBJECT_NAMES, OtherSubject
from ledger.ports import PaperJob
from ledger.service.assessment_sheets import AssessmentPaper, PaperRow
from reports.codes import PrintedCode, build_assessment_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_time, name_rank

ROWS_MAX = 4_500
"""As many cards as a round may have, each with its counts and ten components."""
WIDE_MAX = 5
"""So many components stand in columns wide enough for their points in the table's type; more take a narrow one each."""
_SHOWN: dict[OtherSubject, str] = {
    "branch": "每一笔记分都在这一条里，谁都可以重新算一遍。",
    "grid": "每一笔记分、每一个计数都在这一条里，谁都可以重新算一遍。",
    "grid-worker": "网格员只公布各等次有多少人，不说是谁。",
    "secretary": "书记是公开的职务，按支部公布评定；分数和扣分不公开。",
}


@dataclass(frozen=True)
class ColumnText:
    """A component over its column; `name` is its code and, where the column is wide enough, its title."""

    name: str
    weight: str


@dataclass(frozen=True)
class RowText:
    """A branch, a secretary or a grid, or of grid workers a grade with how many have it as `score`."""

    earned: tuple[str, ...]
    name: str
    note: str
    place: str
    rank: str
    score: str


@dataclass(frozen=True)
class AssessmentText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    code: PrintedCode | None
    columns: tuple[ColumnText, ...]
    display: str
    host: str
    how: tuple[str, ...]
    index: str
    is_cut: bool
    is_narrow: bool
    is_organisation: bool
    last_day: str
    made_on: str
    rows: tuple[RowText, ...]
    shown: str
    subject: str
    summary: str
    telephone: str
    time: str
    township: str
    village: str
    village_name: str


def render_assessment(job: PaperJob) -> bytes:
    """Return the PDF of a round of assessment. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, AssessmentPaper, ROWS_MAX)
    return lay_out_paper(job, "assessment.html", paper.made_on, round=build_assessment_text(job, paper))


def build_assessment_text(job: PaperJob, paper: AssessmentPaper) -> AssessmentText:
    """Return the texts of the paper."""
    is_organisation = paper.subject in ("branch", "grid")
    columns = paper.components if is_organisation else ()
    is_narrow = len(columns) > WIDE_MAX
    return AssessmentText(
        code=_build_code(job, paper) if job.base_url else None,
        columns=tuple(
            ColumnText(one.code if is_narrow else f"{one.code} {one.title}", f"{one.weight}%")
            for one in columns
        ),
        display=f"{format_day(paper.made_on)}到 {format_day(paper.display_to)}",
        host=get_host(job.base_url) if job.base_url else "",
        how=tuple(_tell_how(paper)),
        index=format_count(paper.index),
        is_cut=paper.is_cut,
        is_narrow=is_narrow,
        is_organisation=is_organisation,
        last_day=format_day(paper.objections_until),
        made_on=format_day(paper.made_on),
        rows=tuple(_build_row(row) for row in paper.rows) or tuple(_list_ranks(paper)),
        shown=_SHOWN[paper.subject],
        subject=SUBJECT_NAMES[paper.subject],
        summary=_summarize(paper) if is_organisation else "",
        telephone=paper.telephone,
        time=format_time(paper.span, paper.period),
        township=paper.township,
        village=paper.village,
        village_name=paper.village_name,
    )


def _build_code(job: PaperJob, paper: AssessmentPaper) -> PrintedCode:
    title = f"这次{SUBJECT_NAMES[paper.subject]}考评的网页"
    return build_assessment_code(job.base_url, paper.village, paper.subject, paper.period, title)


def _summarize(paper: AssessmentPaper) -> str:
    first = [row for row in paper.rows if row.place == 1]
    return f"第一：{'、'.join(row.name for row in first)}，{first[0].score} 分。" if first else ""


def _tell_how(paper: AssessmentPaper) -> Iterator[str]:
    marker = f"，由{MARKER_NAMES[paper.marker]}记分" if paper.marker else ""
    yield f"按{paper.scheme}（第 {paper.version} 版），每{SPAN_NAMES[paper.span]}一次{marker}。"
    if paper.components:
        parts = "；".join(
            f"{one.code} {one.title}（{SOURCE_NAMES[one.source]}）占 {one.weight}%"
            for one in paper.components
        )
        yield f"{parts}。每部分 0 到 {SCORE_MAX} 分，按比例合成，四舍五入到整分。"
    else:
        yield f"从 {paper.base} 分起，照办法里的项目加减，最低 0 分，最高 {SCORE_MAX} 分。"
    ranks = [
        f"{name_rank(rank.grade, rank.stars)} {rank.from_score} 分起"
        for rank in paper.ranks
        if rank.from_score or rank.grade
    ]
    yield f"{'，'.join(ranks)}。"


def _build_row(row: PaperRow) -> RowText:
    note = ""
    if row.counted:
        events, closed, visits = map(format_count, row.counted)
        note = f"受理 {events} 件，办结 {closed} 件，走访 {visits} 次"
    return RowText(
        earned=tuple(map(_format_hundredths, row.earned)),
        name=row.name,
        note=note,
        place=f"第 {row.place}" if row.place else "",
        rank=name_rank(row.grade, row.stars),
        score=f"{row.score} 分" if row.score is not None else "",
    )


def _list_ranks(paper: AssessmentPaper) -> Iterator[RowText]:
    for rank in paper.ranks:
        counted = f"{format_count(rank.cards)} 名"
        yield RowText(
            earned=(), name=name_rank(rank.grade, rank.stars), note="", place="", rank="", score=counted
        )


def _format_hundredths(points: int) -> str:
    """Return points exactly, to hundredths where they are not whole."""
    whole, rest = divmod(points, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)
