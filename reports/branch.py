"""A branch's round to display within the branch: an A4 page with the score, stars or grade of each member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.branches import BranchPaper, PaperMember
from reports.codes import get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_month

ROWS_MAX = 1_000


@dataclass(frozen=True)
class PartText:
    """One party group, or those who stand in none; of a branch without groups all, without `name` and `count`. `rows`
    are number, name, grade and score.
    """

    count: str
    name: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class BranchText:
    """All that the template shows. `host` is empty without an address."""

    branch: str
    display: str
    host: str
    index: str
    is_grouped: bool
    last_day: str
    left_out: str
    made_on: str
    month: str
    parts: tuple[PartText, ...]
    scheme: str
    telephone: str
    village: str
    village_name: str


def render_branch(job: PaperJob) -> bytes:
    """Return the PDF of a branch's round. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, BranchPaper, ROWS_MAX)
    return lay_out_paper(job, "branch.html", paper.made_on, branch=build_branch_text(job, paper))


def build_branch_text(job: PaperJob, paper: BranchPaper) -> BranchText:
    """Return the texts of the paper."""
    return BranchText(
        branch=paper.branch,
        display=f"{format_day(paper.display_from)}到 {format_day(paper.display_to)}",
        host=get_host(job.base_url) if job.base_url else "",
        index=format_count(paper.index),
        is_grouped=bool(paper.groups),
        last_day=format_day(paper.display_to),
        left_out=format_count(paper.left_out) if paper.left_out else "",
        made_on=format_day(paper.made_on),
        month=format_month(paper.period),
        parts=tuple(_build_parts(paper)),
        scheme=f"{paper.scheme}（第 {paper.version} 版）",
        telephone=paper.telephone,
        village=paper.village,
        village_name=paper.village_name,
    )


def _build_parts(paper: BranchPaper) -> Iterator[PartText]:
    """Yield the groups that anybody stands in, by number, and after them who stands in none."""
    if not paper.groups:
        yield PartText("", "", _build_rows(paper.members))
        return
    for number, name in (*((group.number, group.name) for group in paper.groups), (0, "不在党小组的")):
        some = [one for one in paper.members if one.group == number]
        if some:
            yield PartText(f"{format_count(len(some))} 人", name, _build_rows(some))


def _build_rows(members: Iterable[PaperMember]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (one.number, f"{one.name}（组长）" if one.is_head else one.name, one.grade, f"{one.score} 分")
        for one in members
    )
