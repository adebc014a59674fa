"""Paper that is no sheet: which module lays out which kind."""

from __future__ import annotations

from collections.abc import Callable

from ledger.ports import PaperJob, PaperKind
from reports.agreement import render_agreement
from reports.annex import render_annex
from reports.assessment import render_assessment
from reports.awards_list import render_awards_list
from reports.ballots import render_ballots
from reports.booklet import render_booklet
from reports.branch import render_branch
from reports.certificates import render_certificates
from reports.grid_sheet import render_grid_sheet
from reports.lane_board import render_lane_board
from reports.star_plate import render_star_plate

_LAID_OUT: dict[PaperKind, Callable[[PaperJob], bytes]] = {
    "agreement": render_agreement,
    "annex": render_annex,
    "assessment": render_assessment,
    "awards": render_awards_list,
    "ballots": render_ballots,
    "booklet": render_booklet,
    "branch": render_branch,
    "certificates": render_certificates,
    "grid-sheet": render_grid_sheet,
    "lane-board": render_lane_board,
    "star-plate": render_star_plate,
}


def render_paper(job: PaperJob) -> bytes:
    """Return the PDF of a job.

    Raises Refused where a character has no glyph or a limit is passed, NotProven for a note that the log's key did not
    sign, ValueError for a job at odds with itself, RenderFailed for a broken toolchain.
    """
    return _LAID_OUT[job.kind](job)
