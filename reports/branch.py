"""A branch's round to display within the branch: an A4 page with the score, stars or grade of each member."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.branches import BranchPaper
from reports.codes import get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_month

ROWS_MAX = 1_000


@dataclass(frozen=True)
class BranchText:
    """All that the template shows; `rows` are number, name, grade and score. `host` is empty without an address."""

    branch: str
    display: str
    host: str
    index: str
    last_day: str
    left_out: str
    made_on: str
    month: str
    rows: tuple[tuple[str, str, str, str], ...]
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
        last_day=format_day(paper.display_to),
        left_out=format_count(paper.left_out) if paper.left_out else "",
        made_on=format_day(paper.made_on),
        month=format_month(paper.period),
        rows=tuple((one.number, one.name, one.grade, f"{one.score} 分") for one in paper.members),
        scheme=f"{paper.scheme}（第 {paper.version} 版）",
        telephone=paper.telephone,
        village=paper.village,
        village_name=paper.village_name,
    )
