"""The board of a lane: A4, one page, black on white, read from a few steps away."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.lane_boards import LaneBoard
from reports.codes import PrintedCode, build_unit_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day

_LONG_NAME_CHARS = 7


@dataclass(frozen=True)
class LaneBoardText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    code: PrintedCode | None
    duties: tuple[str, ...]
    head: str
    head_post: str
    host: str
    households: str
    is_long: bool
    is_named: bool
    made_on: str
    name: str
    number: str
    telephone: str
    township: str
    village_name: str
    within: str


def render_lane_board(job: PaperJob) -> bytes:
    """Return the PDF of a lane's board. Raises as `reports.paper.render_paper` does."""
    board = read_paper(job, LaneBoard)
    return lay_out_paper(job, "lane_board.html", board.made_on, board=build_lane_text(job, board))


def build_lane_text(job: PaperJob, board: LaneBoard) -> LaneBoardText:
    """Return the paper's texts."""
    title = f"{board.name}的网页"
    return LaneBoardText(
        code=build_unit_code(job.base_url, board.village, board.number, title) if job.base_url else None,
        duties=board.duties,
        head=board.head,
        head_post=board.head_post,
        host=get_host(job.base_url) if job.base_url else "",
        households=format_count(board.households) if board.households else "",
        is_long=len(board.name) > _LONG_NAME_CHARS,
        is_named=board.is_named,
        made_on=format_day(board.made_on),
        name=board.name,
        number=board.number,
        telephone=board.telephone,
        township=board.township,
        village_name=board.village_name,
        within=" · ".join(reversed(board.within)),
    )
