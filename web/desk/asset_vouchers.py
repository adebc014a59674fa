"""What the register of assets asks of the clerk: a month's depreciation, and the vouchers of what was disposed of.

Both lay proposed rows into the sheet of vouchers, where the clerk looks at them, changes what is otherwise and hands
them in. Nothing is booked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.assets import DISPOSAL_NAMES
from ledger.books.money import parse_yuan
from ledger.books.values import get_previous_period, is_day
from ledger.errors import Refused
from ledger.ports import Reader
from ledger.service.drafts import MONTH
from ledger.service.proposals import (
    Due,
    Persons,
    check_clearing,
    lay_clearing,
    lay_depreciation,
    list_due,
    read_name,
)
from ledger.service.standing import refuse_read_only
from ledger.service.workbooks.numbers import FORMS
from ledger.state import get_day
from ledger.state.assets import Asset, has_open_difference, is_out, iterate_assets, read_asset
from ledger.state.money import get_earliest_open
from reports.words import format_amount, format_count, format_day, format_month
from web.audit.view import read_query
from web.desk.forms import FormRefused
from web.desk.frame import NO_FAULTS, NOT_REFUSED, DeskFrame, Faults, Refusal, place_faults
from web.desk.routing import Desk, route_desk
from web.desk.write import WRITE
from web.i18n import _
from web.respond import Answer

ADDRESS = "/desk/assets"
NAME_MAX_CHARS = 40
ROWS_MAX = 200
"""Assets of a list; of more it says how many."""


@dataclass(frozen=True)
class DueRow:
    """An asset whose depreciation of the month is neither booked nor waiting."""

    amount: str
    name: str
    number: str


@dataclass(frozen=True)
class GoneRow:
    """An asset that was disposed of and is not out of the books; `wanting` says what has to come first."""

    told: str
    name: str
    number: str
    wanting: str


@dataclass(frozen=True)
class DifferenceRow:
    """An asset that a stock-take found otherwise, and nothing followed."""

    name: str
    number: str
    path: str
    told: str


@dataclass(frozen=True)
class AssetVouchersPage:
    """`more` counts assets that found no place; `total` of all in yuan. `cleared` is what a form was about."""

    cleared: str
    differing: tuple[DifferenceRow, ...]
    due: tuple[DueRow, ...]
    faults: Faults
    form: AssetsForm
    frame: DeskFrame
    gone: tuple[GoneRow, ...]
    month: str
    month_told: str
    month_typed: str
    more: int
    today: str
    total: str


@dataclass(frozen=True)
class AssetsForm:
    """`do` is `depreciate`, or `clear` with the asset's number; amounts in yuan as typed."""

    do: str = ""
    month: str = ""
    handler: str = ""
    approver: str = ""
    bookkeeper: str = ""
    number: str = ""
    day: str = ""
    proceeds: str = ""
    costs: str = ""
    money: str = "102"


@route_desk(ADDRESS, allow="draft.prepare", summary="Depreciation and disposals that wait for their vouchers")
def show_assets(desk: Desk) -> Answer:
    return _show(desk, AssetsForm(month=read_query(desk, "month")))


@route_desk(ADDRESS, allow="draft.prepare", method="POST", summary="Lay proposed vouchers into the sheet")
def take_assets(desk: Desk) -> Answer:
    form = desk.parse_form(AssetsForm)
    if form.do == "clear" and not FORMS["资产编号"].pattern.fullmatch(form.number):
        raise FormRefused("no asset's number")
    faults = Faults(fields=dict(_check(form)))
    if faults:
        return _show(desk, form, faults=faults, status=422)
    try:
        refuse_read_only(desk.ports, desk.village)
        _lay(desk, form)
    except Refused as error:
        return _show(desk, form, faults=place_faults(error.faults, {}), status=409)
    return desk.redirect(f"{WRITE}/vouchers")


def _lay(desk: Desk, form: AssetsForm) -> None:
    persons = Persons(form.handler.strip(), form.approver.strip(), form.bookkeeper.strip())
    if form.do != "clear":
        lay_depreciation(desk.ports, desk.village, desk.user, form.month, persons)
        return
    lay_clearing(
        desk.ports,
        desk.village,
        desk.user,
        form.number,
        form.day,
        persons,
        proceeds_fen=_read_fen(form.proceeds),
        costs_fen=_read_fen(form.costs),
        money="101" if form.money == "101" else "102",
    )


def _check(form: AssetsForm) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is wrong with what was typed, by field."""
    for name in ("handler", "approver", "bookkeeper"):
        if len(getattr(form, name)) > NAME_MAX_CHARS:
            yield name, (_("太长了，最多 {count} 个字。").format(count=NAME_MAX_CHARS),)
    if form.do != "clear":
        if not MONTH.fullmatch(form.month):
            yield "month", (_("看不出是哪个月。照这样写：2026-10。"),)
        return
    if not MONTH.fullmatch(form.day[:7]) or not is_day(form.day):
        yield "day", (_("看不出是哪一天。照这样写：2026-10-28。"),)
    for name in ("proceeds", "costs"):
        amount = parse_yuan(getattr(form, name).strip() or "0")
        if not isinstance(amount, int) or amount < 0:
            yield name, (_("写多少元，如 1200.50；没有的留空。"),)


def _read_fen(text: str) -> int:
    amount = parse_yuan(text.strip() or "0")
    return amount if isinstance(amount, int) else 0


def _show(desk: Desk, form: AssetsForm, *, faults: Faults = NO_FAULTS, status: int = 200) -> Answer:
    today = get_day(desk.ports.clock.now_ms())
    with desk.ports.ledger.read(desk.village) as reader:
        month = form.month if MONTH.fullmatch(form.month) else _choose_month(reader, today)
        due = list_due(desk.ports, reader, desk.village, month)
        gone, differing = _list_gone(reader), _list_differing(desk, reader)
    page = AssetVouchersPage(
        cleared=form.number,
        differing=differing[:ROWS_MAX],
        due=tuple(_build_due(item) for item in due[:ROWS_MAX]),
        faults=faults,
        form=form,
        frame=desk.build_frame(_("资产折旧和处置")),
        gone=gone[:ROWS_MAX],
        month=month,
        month_told=format_month(month),
        month_typed=form.month or ("" if faults.find("month") else month),
        more=max(len(due) - ROWS_MAX, 0),
        today=today,
        total=format_amount(sum(item.amount_fen for item in due)),
    )
    return desk.render(
        "desk/assets.html", page, refusal=NOT_REFUSED if status == 200 else Refusal(status=status)
    )


def _choose_month(reader: Reader, today: str) -> str:
    """Return the month to depreciate: the oldest that is not closed; without books the one before today's."""
    return min(get_earliest_open(reader.facts) or get_previous_period(today[:7]), today[:7])


def _build_due(item: Due) -> DueRow:
    return DueRow(amount=format_amount(item.amount_fen), name=item.name, number=item.asset.registered.number)


def _list_gone(reader: Reader) -> tuple[GoneRow, ...]:
    disposed = (
        read_asset(reader.facts, known) for _number, known in iterate_assets(reader.facts) if known.disposed
    )
    return tuple(_build_gone(reader, asset) for asset in disposed if not asset.is_settled)


def _build_gone(reader: Reader, asset: Asset) -> GoneRow:
    number = asset.registered.number
    how = DISPOSAL_NAMES[asset.disposed.how] if asset.disposed is not None else ""
    told = _("{day}{how}").format(day=format_day(asset.disposed_on), how=how)
    if is_out(asset.facts):
        left = format_amount(abs(asset.facts.clearing_fen))
        told += _("，已转出，清理科目上还有 {amount} 元没有结转").format(amount=left)
    else:
        told += _("，账上净值 {amount} 元还没有转出").format(amount=format_amount(asset.net_fen))
    wanting = "；".join(f"{fault.found}，{fault.remedy}" for fault in check_clearing(reader, number, asset))
    return GoneRow(told=told, name=read_name(reader, asset.registered), number=number, wanting=wanting)


def _list_differing(desk: Desk, reader: Reader) -> tuple[DifferenceRow, ...]:
    rows = []
    for number, known in iterate_assets(reader.facts):
        if has_open_difference(reader.facts, number, known):
            name = read_name(reader, read_asset(reader.facts, known).registered)
            told = _("台账上 {count}，盘点数目不一样").format(count=format_count(known.quantity))
            rows.append(DifferenceRow(name, number, f"/v/{desk.village}/assets/{number}", told))
    return tuple(rows)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_assets, take_assets)
