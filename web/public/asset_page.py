"""An asset's page: what it cost, what is used up, the vouchers about it, how it goes, and a code for its label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.assets import ACCOUNTS, DISPOSAL_NAMES, MOVING, AssetChanged
from ledger.books.depreciation import build_plan, get_last_month, sum_planned
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.assets import (
    Asset,
    find_asset,
    get_value,
    has_open_difference,
    is_out,
    list_depreciation,
    list_moves,
)
from ledger.state.register_facts import AssetFacts, AssetMoveFacts
from reports.codes import PrintedCode, build_label_code
from reports.words import format_amount, format_count, format_day, format_month
from web.i18n import _
from web.page import Frame
from web.public.contract_chart import ContractChart, build_year_chart
from web.public.contracts import ContractRow, list_contracts_of
from web.public.explain.registers import list_asset_facts, tell_plan
from web.public.explain.telling import Fact, get_entry_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

AssetState = Literal["differs", "going", "used", "gone"]
"""What is said of an asset first: a stock-take found otherwise, it is being disposed of, it is there, it is gone."""
VOUCHERS_SHOWN = 120
"""Vouchers of an asset on its page, the newest: ten years of depreciation."""


@dataclass(frozen=True)
class VoucherRow:
    """A voucher about the asset. `what` says what it did with it; `mark` that it takes another back, or was."""

    amount: str
    day: str
    mark: str
    number: str
    path: str
    summary: str
    what: str


@dataclass(frozen=True)
class ChangeRow:
    """What changed the asset, or told that it goes."""

    day: str
    path: str
    reason: str
    what: str


@dataclass(frozen=True)
class StepRow:
    """A step of the disposal, done or not; `path` of the voucher that did it, empty while none has."""

    is_done: bool
    path: str
    said: str


@dataclass(frozen=True)
class AssetPage:
    """One asset. `chart` is None where it is not depreciated, `code` where no public address is set."""

    changes: tuple[ChangeRow, ...]
    chart: ContractChart | None
    code: PrintedCode | None
    contracts: tuple[ContractRow, ...]
    facts: tuple[Fact, ...]
    frame: Frame
    list_path: str
    name: str
    number: str
    registered: str
    sentences: tuple[str, ...]
    state: AssetState
    steps: tuple[StepRow, ...]
    telephone: str
    told: str
    vouchers: tuple[VoucherRow, ...]


def build_asset_page(view: VillageView, number: str) -> AssetPage:
    """Return the page of an asset; NotFound where the register has none of this number."""
    asset = find_asset(view.reader.facts, number)
    if asset is None:
        raise NotFound(_("资产 {number}").format(number=number))
    name, moves = read_text(view.texts, asset.registered.name), list_moves(view.reader.facts, number)
    state = find_state(view, number, asset.facts)
    return AssetPage(
        changes=tuple(_list_changes(view, asset)),
        chart=_build_chart(view, asset),
        code=_build_code(view, number, name),
        contracts=list_contracts_of(view, number),
        facts=tuple(
            fact for fact in list_asset_facts(view, asset.registered, asset.current) if fact.value != name
        ),
        frame=view.build_frame(name),
        list_path=f"/v/{view.code}/assets",
        name=name,
        number=number,
        registered=get_entry_path(view, asset.facts.registered),
        sentences=tuple(_tell_asset(view, asset, moves)),
        state=state,
        steps=tuple(_list_steps(view, asset, moves)),
        telephone=view.read_telephone(),
        told=tell_state(state, asset),
        vouchers=tuple(_list_vouchers(view, moves)),
    )


def find_state(view: VillageView, number: str, known: AssetFacts) -> AssetState:
    """Return what is said first of an asset."""
    if has_open_difference(view.reader.facts, number, known):
        return "differs"
    if not known.disposed:
        return "used"
    is_settled = is_out(known) and not known.accumulated_fen and not known.clearing_fen
    return "gone" if is_settled else "going"


def tell_state(state: AssetState, asset: Asset) -> str:
    """Say how an asset stands."""
    how = DISPOSAL_NAMES[asset.disposed.how] if asset.disposed is not None else ""
    words = {
        "differs": _("盘点对不上，还没有处理"),
        "used": _("在账"),
        "going": _("{how}，账还没做完"),
        "gone": _("已{how}"),
    }
    return words[state].format(how=how)


def _tell_asset(view: VillageView, asset: Asset, moves: list[AssetMoveFacts]) -> Iterator[str]:
    """Say what it cost, what of that is used up, and what is not as it should be."""
    known, body = asset.facts, asset.registered
    if known.category in MOVING:
        yield _("账上现在还值 {amount} 元。").format(amount=format_amount(get_value(known)))
    elif not is_out(known):
        yield _("原值 {value} 元，已经提了折旧 {gone} 元，现在账上值 {net} 元。").format(
            value=format_amount(known.original_fen),
            gone=format_amount(known.accumulated_fen),
            net=format_amount(asset.net_fen),
        )
        yield tell_plan(body)
    elif asset.disposed is not None:
        yield _("{day}{how}，原值 {amount} 元，已经从账上转出。").format(
            day=format_day(asset.disposed_on),
            how=DISPOSAL_NAMES[asset.disposed.how],
            amount=format_amount(known.original_fen),
        )
    if not known.booked_fen and not known.disposed:
        yield _("账上还没有它的凭证：登记了，钱还没有记账。")
    yield from _tell_difference_of(view, asset, moves)


def _tell_difference_of(view: VillageView, asset: Asset, moves: list[AssetMoveFacts]) -> Iterator[str]:
    number, known = asset.registered.number, asset.facts
    if not known.counted:
        return
    counted = view.reader.facts.read_entry(known.counted)
    if isinstance(counted.body, StocktakeRecorded):
        line = next(line for line in counted.body.lines if line.asset == number)
        told = _("{day}盘点，台账上 {book}，实有 {found}，差 {less}。").format(
            day=format_day(counted.occurred_on),
            book=format_count(line.book_quantity),
            found=format_count(line.counted_quantity),
            less=format_count(abs(line.counted_quantity - line.book_quantity)),
        )
        is_open = has_open_difference(view.reader.facts, number, known)
        yield told + (_("还没有处理。") if is_open else _("后来已经处理。"))


def _build_chart(view: VillageView, asset: Asset) -> ContractChart | None:
    """Return what each year should take and what was booked of it, until the plan's end or today's year."""
    plan = build_plan(asset.registered)
    if plan is None:
        return None
    last = get_last_month(asset.registered, asset.disposed_on)
    booked: dict[str, int] = {}
    for month, item in list_depreciation(view.reader.facts, asset.registered.number):
        booked[month[:4]] = booked.get(month[:4], 0) + item.amount_fen
    until = int(plan.first[:4]) + (int(plan.first[5:7]) - 1 + plan.months - 1) // 12
    if last:
        until = max(min(until, int(last[:4])), int(plan.first[:4]))
    sums = {}
    for year in range(int(plan.first[:4]), until + 1):
        ends = [f"{year - 1}-12", f"{year}-12"]
        before, after = (sum_planned(plan, min(end, last) if last else end) for end in ends)
        sums[str(year)] = (after - before, booked.get(str(year), 0))
    return build_year_chart(sums)


def _build_code(view: VillageView, number: str, name: str) -> PrintedCode | None:
    base = view.settings.public_base_url
    return build_label_code(f"{base}/v/{view.code}/assets/{number}", f"{number} {name}") if base else None


def _list_changes(view: VillageView, asset: Asset) -> Iterator[ChangeRow]:
    known = asset.facts
    for index in sorted((*known.changes, *((known.disposed,) if known.disposed else ())), reverse=True):
        entry = view.reader.facts.read_entry(index)
        is_change = isinstance(entry.body, AssetChanged)
        reason = entry.body.reason if isinstance(entry.body, AssetChanged) else None
        if asset.disposed is not None and not is_change:
            reason = asset.disposed.reason
        how = DISPOSAL_NAMES[asset.disposed.how] if asset.disposed is not None else ""
        yield ChangeRow(
            day=format_day(entry.occurred_on),
            path=get_entry_path(view, index),
            reason=read_text(view.texts, reason) if reason is not None else "",
            what=_("变动") if is_change else how,
        )


def _list_steps(view: VillageView, asset: Asset, moves: list[AssetMoveFacts]) -> Iterator[StepRow]:
    """Yield the steps by which a disposed asset leaves the books."""
    if not asset.facts.disposed:
        return
    clearing = ACCOUNTS[view.get_newest_version()][asset.facts.category].clearing
    gone = {move.reverses for move in moves}
    kept = [move for move in moves if not move.reverses and move.index not in gone]
    out = next((move for move in kept if move.booked_fen < 0), None)
    yield StepRow(True, get_entry_path(view, asset.facts.disposed), _("登记处置"))
    yield StepRow(
        out is not None,
        get_entry_path(view, out.index) if out is not None else "",
        _("原值和累计折旧从账上转出"),
    )
    if clearing:
        last = next((move for move in reversed(kept) if move.clearing_fen and move.booked_fen >= 0), None)
        is_done = asset.is_settled
        path = get_entry_path(view, last.index) if is_done and last is not None else ""
        left = format_amount(abs(asset.facts.clearing_fen))
        said = (
            _("结转清理的结果")
            if is_done
            else _("结转清理的结果，清理科目上现在还有 {amount} 元").format(amount=left)
        )
        yield StepRow(is_done, path, said)


def _list_vouchers(view: VillageView, moves: list[AssetMoveFacts]) -> Iterator[VoucherRow]:
    """Yield the vouchers about an asset, newest first."""
    gone = {move.reverses for move in moves}
    for move in reversed(moves[-VOUCHERS_SHOWN:]):
        entry = view.reader.facts.read_entry(move.index)
        body = entry.body
        if not isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed):
            raise TypeError(f"entry {entry.index} is no voucher")
        text = body.reason if isinstance(body, VoucherReversed) else body.summary
        amount_fen = sum(posting.amount_fen for posting in body.postings if posting.side == "debit")
        yield VoucherRow(
            amount=format_amount(amount_fen),
            day=format_day(entry.occurred_on),
            mark=_("红字冲销") if move.reverses else _("已冲销") if move.index in gone else "",
            number=body.number,
            path=get_entry_path(view, move.index),
            summary=read_text(view.texts, text),
            what=_tell_move(move),
        )


def _tell_move(move: AssetMoveFacts) -> str:
    if move.accumulated_fen and not move.booked_fen:
        return _("{month}的折旧").format(month=format_month(move.period))
    if move.booked_fen:
        return _("记入价值") if move.booked_fen > 0 else _("从账上转出")
    return _("清理") if move.clearing_fen else _("有关的收支")


@route_page("/v/{code:str}/assets/{asset:str}", summary="An asset with its depreciation and its vouchers")
def show_asset_of(request: AnyRequest, code: FromPath[str], asset: FromPath[str]) -> ASGIApp:
    """Answer with an asset's page."""
    return get_site(request).serve_page(
        request, code, f"assets/{asset}", "asset.html", lambda view: build_asset_page(view, asset)
    )
