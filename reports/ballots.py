"""Codes of a secret ballot: slips to be cut out, folded and drawn, each with one code as a square and in letters.

No slip has a number, and their order is that in which random codes were drawn: nothing on paper ties one to a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.ballots import BallotPaper
from reports.codes import PrintedCode, build_vote_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_span

SLIPS_A_PAGE = 8
_IN_A_GROUP = 4


@dataclass(frozen=True)
class Slip:
    """One slip. `code` is None where the home has no public address; `letters` are in groups of four."""

    code: PrintedCode | None
    letters: str


@dataclass(frozen=True)
class BallotText:
    """What all slips share, and the slips of each page; `address` is where the letters are typed."""

    address: str
    host: str
    number: str
    pages: tuple[tuple[Slip, ...], ...]
    span: str
    telephone: str
    title: str
    village_name: str


def render_ballots(job: PaperJob) -> bytes:
    """Return the PDF of the slips. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, BallotPaper)
    return lay_out_paper(job, "ballots.html", paper.made_on, ballot=build_ballot_text(job, paper))


def build_ballot_text(job: PaperJob, paper: BallotPaper) -> BallotText:
    """Return all that the template shows."""
    slips = [_build_slip(job, paper, code) for code in paper.codes]
    host = get_host(job.base_url) if job.base_url else ""
    return BallotText(
        address=f"{host}/v/{paper.village}/vote" if host else "",
        host=host,
        number=paper.number,
        pages=tuple(tuple(slips[at : at + SLIPS_A_PAGE]) for at in range(0, len(slips), SLIPS_A_PAGE)),
        span=format_span(paper.opens, paper.closes),
        telephone=paper.telephone,
        title=paper.title,
        village_name=paper.village_name,
    )


def _build_slip(job: PaperJob, paper: BallotPaper, code: str) -> Slip:
    letters = " ".join(code[at : at + _IN_A_GROUP] for at in range(0, len(code), _IN_A_GROUP))
    drawn = build_vote_code(job.base_url, paper.village, code, "投票") if job.base_url else None
    return Slip(code=drawn, letters=letters)
