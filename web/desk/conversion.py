"""Going over from the chart of accounts of 2004 to that of 2023: both codes of every balance, and a sheet of them."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.service.conversion import Conversion, look_at_conversion, put_conversion_in_sheet
from ledger.service.standing import refuse_read_only
from reports.words import format_amount, format_month
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.desk.write import WRITE
from web.i18n import _
from web.respond import Answer

ADDRESS = "/desk/conversion"


@dataclass(frozen=True)
class BalanceRow:
    """A balance under the old chart, and what it becomes; `is_open` where the clerk has to decide."""

    amount: str
    becomes: str
    is_open: bool
    name: str


@dataclass(frozen=True)
class ConversionPage:
    """`said` is from which month on, and what stands in the way."""

    can_put: bool
    frame: DeskFrame
    rows: tuple[BalanceRow, ...]
    said: str


@dataclass(frozen=True)
class PutForm:
    pass


@route_desk(ADDRESS, allow="draft.prepare", summary="What going over to the chart of 2023 asks for")
def show_conversion(desk: Desk) -> Answer:
    found = look_at_conversion(desk.ports, desk.village)
    page = ConversionPage(
        can_put=not found.is_booked and bool(found.balances),
        frame=desk.build_frame(_("换用 2023 年科目")),
        rows=tuple(_build_rows(found)),
        said=_tell(found),
    )
    return desk.render("desk/conversion.html", page)


@route_desk(ADDRESS, allow="draft.prepare", method="POST", summary="Put every balance into the sheet")
def take_conversion(desk: Desk) -> Answer:
    desk.parse_form(PutForm)
    refuse_read_only(desk.ports, desk.village)
    put_conversion_in_sheet(desk.ports, desk.village, desk.user)
    return desk.redirect(f"{WRITE}/conversion")


def _build_rows(found: Conversion) -> list[BalanceRow]:
    rows = []
    for one in found.balances:
        side = _("借") if one.amount_fen > 0 else _("贷")
        told = _("、").join(f"{code} {name}" for code, name in one.targets)
        is_open = len(one.targets) != 1
        rows.append(
            BalanceRow(
                amount=f"{side} {format_amount(abs(one.amount_fen))}",
                becomes=(told or _("新制度没有这个科目")) + (_("：要会计定") if is_open else ""),
                is_open=is_open,
                name=f"{one.code} {one.name}",
            )
        )
    return rows


def _tell(found: Conversion) -> str:
    month = format_month(found.period)
    if found.is_booked:
        return _("{month}已经按旧科目记了账：记完、结账，再从下一个月起换。").format(month=month)
    said = _("从{month}起换用 2023 年制度的科目。以前的账照旧；每个余额从旧科目转到新科目，合计不变。")
    return said.format(month=month)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_conversion, take_conversion)
