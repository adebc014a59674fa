"""The annex of a month's points sheet at the desk: sealed where it lacks, and printed to hang beside the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.errors import NotFound
from ledger.service.annexes import seal_annex
from ledger.service.drafts import MONTH
from ledger.service.sheets import find_sheet
from ledger.service.standing import refuse_read_only
from ledger.state.annexes import find_annex
from web.cache import PageBytes
from web.desk.reading_points import read_annex
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.respond import Answer
from web.site import PDF

SHEETS = "/desk/months/{month:str}/{kind:str}"
"""The page of a sheet; of all kinds only points have an annex."""


@dataclass(frozen=True)
class AnnexForm:
    pass


@route_desk(
    f"{SHEETS}/annex", allow="sheet.print", method="POST", summary="Seal the annex of a month's points sheet"
)
def take_annex(desk: Desk, month: str, kind: str) -> Answer:
    _check_sealed(desk, month, kind)
    desk.parse_form(AnnexForm)
    refuse_read_only(desk.ports, desk.village)
    seal_annex(desk.ports, desk.village, month, maker=desk.user)
    return desk.send_to(f"/desk/months/{month}/{kind}")


@route_desk(
    f"{SHEETS}/annex.pdf", allow="sheet.print", summary="The annex of a month's points sheet, to print"
)
def show_annex(desk: Desk, month: str, kind: str) -> Answer:
    _check_sealed(desk, month, kind)
    data = get_papers(desk.request).make_once(read_annex(desk, month))
    headers = {"content-disposition": f'inline; filename="annex-{desk.village}-{month}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def has_annex(desk: Desk, month: str) -> bool:
    """Whether a month has an annex."""
    with desk.ports.ledger.read(desk.village) as reader:
        return find_annex(reader.facts, month) is not None


def _check_sealed(desk: Desk, month: str, kind: str) -> None:
    """NotFound for anything but a points sheet that is sealed."""
    if kind != "points" or not MONTH.fullmatch(month):
        raise NotFound(_("附页"))
    with desk.ports.ledger.read(desk.village) as reader:
        if find_sheet(reader, "points", month) is None:
            raise NotFound(_("附页"))


ROUTES: tuple[HTTPRouteHandler, ...] = (take_annex, show_annex)
