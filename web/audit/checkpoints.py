"""Every checkpoint that was signed: how many entries it covers, its root and fingerprint, and the balance at it."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.canonical import parse_entry
from ledger.log.hashing import format_hash
from ledger.ports import Head
from reports.words import format_count
from web.audit.config import ROWS_A_PAGE
from web.audit.view import ROOM, open_view, read_number, tell_fingerprint
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.site import VillageView
from web.words import format_instant

ADDRESS = f"{ROOM}/checkpoints"


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint. `recorded_at` is of the last entry that it covers, empty where the log no longer has it."""

    balances: str
    fingerprint: str
    recorded_at: str
    root: str
    size: str


@dataclass(frozen=True)
class CheckpointsPage:
    """A page of checkpoints, largest first. `newest` and `older` are paths, empty where there is nothing to go to."""

    frame: DeskFrame
    newest: str
    notice: str
    older: str
    rows: tuple[CheckpointRow, ...]


@route_desk(ADDRESS, allow="entries.read", summary="The checkpoints that were signed, newest first")
def show_checkpoints(desk: Desk) -> Answer:
    """Answer with the checkpoints below the size `before`, the newest without it."""
    before = read_number(desk, "before")
    with open_view(desk) as view:
        page = build_checkpoints_page(desk, view, before)
    return desk.render("audit/checkpoints.html", page)


def build_checkpoints_page(desk: Desk, view: VillageView, before: int | None) -> CheckpointsPage:
    """Return the values of a page."""
    below = view.newest.size + 1 if view.newest else 0
    if before is not None:
        below = min(before, below)
    # One more than is shown says whether there is anything to go on to.
    heads = desk.ports.heads.list_before(view.code, below, ROWS_A_PAGE + 1)
    shown = heads[:ROWS_A_PAGE]
    return CheckpointsPage(
        frame=desk.build_frame(_("检查点")),
        newest=ADDRESS if before is not None else "",
        notice=view.standing.notice,
        older=f"{ADDRESS}?before={shown[-1].size}" if len(heads) > ROWS_A_PAGE else "",
        rows=tuple(_build_row(view, head) for head in shown),
    )


def _build_row(view: VillageView, head: Head) -> CheckpointRow:
    recorded_at = ""
    if head.size <= view.reader.size:
        recorded_at = format_instant(parse_entry(view.reader.get_entry_bytes(head.size - 1)).recorded_at)
    return CheckpointRow(
        balances=f"{ROOM}/balances?size={head.size}",
        fingerprint=tell_fingerprint(head),
        recorded_at=recorded_at,
        root=format_hash(head.root),
        size=format_count(head.size),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_checkpoints,)
