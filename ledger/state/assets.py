"""The register of assets: which there are, what vouchers moved of each, and what was counted.

Rules that always hold: a number is given once; a voucher is about an asset that was registered before it; of an asset
one depreciation a month is booked, with no cost, never below its residual value, and taken back only in red; it leaves
the books whole, after its disposal, and is not changed any more. What all assets of a class add up to is kept beside
them, so that nobody need read them all.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ledger.books.assets import (
    ACCOUNTS,
    CATEGORY_NAMES,
    MOVING,
    AssetCategory,
    AssetChanged,
    AssetDisposed,
    AssetRegistered,
    Moved,
    check_quantity,
    check_registered,
    list_foreign,
    sum_moved,
)
from ledger.books.depreciation import get_last_month
from ledger.books.money import format_yuan
from ledger.books.stocktakes import StocktakeRecorded, check_stocktake
from ledger.books.values import Value
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.charts import get_version
from ledger.state.facts import EntryAt, Facts, get_fact, key_at, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.register_facts import AssetFacts, AssetMoveFacts, AssetSums, DepreciationFacts

_NOTHING = AssetSums(accumulated_fen=0, assets=0, value_fen=0)


class Asset(Value, frozen=True):
    """An asset as its entries add up; `facts` hold the sums, `current` what of it may change as it is now."""

    current: AssetRegistered | AssetChanged
    disposed: AssetDisposed | None
    disposed_on: str  # empty while it is not
    facts: AssetFacts
    registered: AssetRegistered

    @property
    def net_fen(self) -> int:
        """What it is worth by the register."""
        return get_value(self.facts) - self.facts.accumulated_fen

    @property
    def is_settled(self) -> bool:
        """Whether a disposal is booked to its end: out of the books, nothing left on the account of clearing."""
        return is_out(self.facts) and not self.facts.accumulated_fen and not self.facts.clearing_fen


def get_value(known: AssetFacts) -> int:
    """Return what an asset stands in the register with: what it cost; of what is used up bit by bit, what is left."""
    if known.category in MOVING:
        return known.booked_fen
    return 0 if is_out(known) else known.original_fen


def is_out(known: AssetFacts) -> bool:
    """Whether an asset was disposed of and vouchers took it out of the books."""
    return bool(known.disposed) and known.booked_fen <= 0


def check_assets(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about assets may not follow these facts."""
    body = entry.body
    if isinstance(body, AssetRegistered):
        return check_registered(body, get_version(facts, entry.period), entry.occurred_on) + _check_free(
            facts, body.number
        )
    if isinstance(body, AssetChanged):
        place = f"资产 {body.asset} 的变动"
        return _check_kept(facts, body.asset, place) + check_quantity(body.quantity, place)
    if isinstance(body, AssetDisposed):
        place = f"资产 {body.asset} 的处置"
        return _check_kept(facts, body.asset, place) or _check_disposed_on(
            facts, body, entry.occurred_on, place
        )
    if isinstance(body, StocktakeRecorded):
        return check_stocktake(body) + _check_counted(facts, body)
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is about no asset")


def fold_assets(facts: Facts, entry: Entry) -> None:
    """Apply an entry about assets, already checked."""
    body = entry.body
    if isinstance(body, AssetRegistered):
        is_opening = body.source == "opening"
        known = AssetFacts(
            accumulated_fen=body.depreciated_fen,
            booked_fen=body.original_fen if is_opening else 0,
            category=body.category,
            changes=(),
            clearing_fen=0,
            counted=0,
            disposed=0,
            original_fen=body.original_fen,
            quantity=body.quantity,
            registered=entry.index,
        )
        _put(facts, body.number, None, known)
    elif isinstance(body, AssetChanged):
        before = get_asset_facts(facts, body.asset)
        changes = (*before.changes, entry.index)
        _put(facts, body.asset, before, _replace(before, changes=changes, quantity=body.quantity))
    elif isinstance(body, AssetDisposed):
        before = get_asset_facts(facts, body.asset)
        _put(facts, body.asset, before, _replace(before, disposed=entry.index))
    elif isinstance(body, StocktakeRecorded):
        put_fact(facts, f"stocktake/{key_at(entry.index)}", EntryAt(index=entry.index))
        for line in body.lines:
            # A sheet's own evidence folds a stock-take without the assets that were counted.
            found = get_fact(facts, f"asset/{line.asset}", AssetFacts)
            counted = entry.index if line.book_quantity != line.counted_quantity else 0
            if found is not None:
                _put(facts, line.asset, found, _replace(found, counted=counted))


def check_about_asset(facts: Facts, entry: Entry, voucher: Voucher) -> list[Fault]:
    """A voucher is about an asset of the register, and moves of it only what can be."""
    if isinstance(voucher, VoucherReversed) or not voucher.asset:
        return []
    place = f"凭证 {voucher.number}"
    known = get_fact(facts, f"asset/{voucher.asset}", AssetFacts)
    if known is None:
        return [_build_unknown(place, voucher.asset)]
    accounts = ACCOUNTS[voucher.chart][known.category]
    foreign = list_foreign(voucher.postings, accounts, voucher.chart)
    if foreign:
        remedy = "核对资产编号和科目；这张凭证里只放这一件资产的分录"
        expected = f"{CATEGORY_NAMES[known.category]}自己的科目"
        found = f"科目 {'、'.join(foreign)}"
        return [_fault("asset-account", f"{place}，资产 {voucher.asset}", found, expected, remedy)]
    moved = sum_moved(voucher.postings, accounts)
    if faults := _check_together(voucher, moved):
        return faults
    if moved.is_depreciation:
        return _check_depreciation(facts, entry, voucher, known, moved)
    if moved.booked_fen < 0 and known.category not in MOVING:
        return _check_clearing(voucher.asset, voucher, known, moved)
    return []


def fold_moved(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    """Note what a voucher moved for the asset that it is about; of any other nothing.

    A sheet's own evidence folds a month's vouchers without the assets that they are about, which stand in no figure.
    """
    number = find_about_asset(facts, voucher)
    before = get_fact(facts, f"asset/{number}", AssetFacts) if number else None
    if before is None:
        return
    moved = sum_moved(voucher.postings, ACCOUNTS[voucher.chart][before.category])
    month = _find_month(facts, entry, voucher, number)
    fact = AssetMoveFacts(
        accumulated_fen=moved.accumulated_fen,
        booked_fen=moved.booked_fen,
        clearing_fen=moved.clearing_fen,
        index=entry.index,
        period=month,
        reverses=voucher.reverses if isinstance(voucher, VoucherReversed) else 0,
    )
    put_fact(facts, f"asset-voucher/{number}/{key_at(entry.index)}", fact)
    if moved.is_depreciation:
        key = f"depreciation/{number}/{month}"
        so_far = get_fact(facts, key, DepreciationFacts)
        amount_fen = (so_far.amount_fen if so_far is not None else 0) + moved.accumulated_fen
        put_fact(facts, key, DepreciationFacts(amount_fen=amount_fen, index=entry.index))
    after = _replace(
        before,
        accumulated_fen=before.accumulated_fen + moved.accumulated_fen,
        booked_fen=before.booked_fen + moved.booked_fen,
        clearing_fen=before.clearing_fen + moved.clearing_fen,
    )
    _put(facts, number, before, after)


def get_asset_facts(facts: Facts, number: str) -> AssetFacts:
    """Return what is known of an asset; ValueError where the register has none of this number."""
    known = get_fact(facts, f"asset/{number}", AssetFacts)
    if known is None:
        raise ValueError(f"no asset {number}")
    return known


def find_asset(facts: Facts, number: str) -> Asset | None:
    """Return an asset by its number; None where the register has none."""
    known = get_fact(facts, f"asset/{number}", AssetFacts)
    return None if known is None else read_asset(facts, known)


def read_asset(facts: Facts, known: AssetFacts) -> Asset:
    """Return the asset of these facts with what its entries say."""
    registered = read_body(facts, known.registered, AssetRegistered)
    disposal = facts.read_entry(known.disposed) if known.disposed else None
    return Asset(
        current=read_body(facts, known.changes[-1], AssetChanged) if known.changes else registered,
        disposed=read_body(facts, known.disposed, AssetDisposed) if known.disposed else None,
        disposed_on=disposal.occurred_on if disposal is not None else "",
        facts=known,
        registered=registered,
    )


def iterate_assets(facts: Facts) -> Iterator[tuple[str, AssetFacts]]:
    """Yield every asset's number and sums, by number."""
    for key, known in scan_facts(facts, "asset/", AssetFacts):
        yield key.rpartition("/")[2], known


def get_sums(facts: Facts, category: AssetCategory) -> AssetSums:
    """Return what the assets of a class that are in the books add up to."""
    return get_fact(facts, f"assets/{category}", AssetSums) or _NOTHING


def list_moves(facts: Facts, number: str) -> list[AssetMoveFacts]:
    """Return what vouchers moved for an asset, in the log's order."""
    return [move for _, move in scan_facts(facts, f"asset-voucher/{number}/", AssetMoveFacts)]


def list_depreciation(facts: Facts, number: str) -> list[tuple[str, DepreciationFacts]]:
    """Return the months of which a depreciation is booked, with it."""
    found = scan_facts(facts, f"depreciation/{number}/", DepreciationFacts)
    return [(key.rpartition("/")[2], month) for key, month in found if month.amount_fen]


def has_open_difference(facts: Facts, number: str, known: AssetFacts) -> bool:
    """Whether a stock-take found more or fewer of it, and nothing followed: no voucher that moved its value the same
    way and was not taken back, no change, no disposal.
    """
    if not known.counted or known.disposed > known.counted or any(at > known.counted for at in known.changes):
        return False
    body = read_body(facts, known.counted, StocktakeRecorded)
    line = next(line for line in body.lines if line.asset == number)
    moved_fen = sum(move.booked_fen for move in list_moves(facts, number) if move.index > known.counted)
    # What is bought afterwards explains nothing that is missing.
    return moved_fen <= 0 if line.counted_quantity > line.book_quantity else moved_fen >= 0


def find_about_asset(facts: Facts, voucher: Voucher) -> str:
    """Return the number of the asset that a voucher is about, empty for none; a red one is about what the voucher
    that it reverses was about.
    """
    if not isinstance(voucher, VoucherReversed):
        return voucher.asset
    wrong = facts.read_entry(voucher.reverses).body
    return str(getattr(wrong, "asset", ""))


def _find_month(facts: Facts, entry: Entry, voucher: Voucher, number: str) -> str:
    """Return the month that a voucher's depreciation is of: its own; of one that takes another back or its place, that
    one's.
    """
    if isinstance(voucher, VoucherReversed | VoucherReplaced):
        at = voucher.reverses if isinstance(voucher, VoucherReversed) else voucher.replaces
        answered = get_fact(facts, f"asset-voucher/{number}/{key_at(at)}", AssetMoveFacts)
        if answered is not None:
            return answered.period
    return entry.period


def _check_together(voucher: VoucherRecorded | VoucherReplaced, moved: Moved) -> list[Fault]:
    """What is depreciated moves no cost in one go; of it only a red one, or the clearing, takes something back."""
    place, fen = f"凭证 {voucher.number}，资产 {voucher.asset}", moved.accumulated_fen
    if fen > 0 and moved.booked_fen:
        found = f"提折旧 {format_yuan(fen)} 元，又记了 {format_yuan(moved.booked_fen)} 元原值"
        remedy = "原值和折旧分开做：一张凭证只提折旧，另一张记原值"
        return [_fault("depreciation-with-cost", place, found, "提折旧的凭证不动原值", remedy)]
    if fen < 0 <= moved.booked_fen:
        expected = "只有红字冲销和整件转出才减累计折旧"
        remedy = "提多了的，用红字冲销那张凭证，再提对的数"
        found = f"累计折旧减少 {format_yuan(-fen)} 元"
        return [_fault("depreciation-lowered", place, found, expected, remedy)]
    return []


def _check_depreciation(
    facts: Facts, entry: Entry, voucher: Voucher, known: AssetFacts, moved: Moved
) -> list[Fault]:
    asset = read_asset(facts, known)
    body = asset.registered
    month = _find_month(facts, entry, voucher, body.number)
    place = f"凭证 {voucher.number}，资产 {body.number} {month} 的折旧"
    if not body.depreciates_from or month < body.depreciates_from:
        expected = f"{body.depreciates_from} 或以后" if body.depreciates_from else "不提折旧的资产没有折旧"
        return [_fault("depreciation-early", place, month, expected, "核对资产编号和月份")]
    last = get_last_month(body, asset.disposed_on)
    if last and month > last:
        remedy = "处置的当月照提，以后不再提；无形资产当月起就不提"
        return [_fault("depreciation-late", place, month, f"{last} 或以前", remedy)]
    if is_out(known):
        remedy = "先提当月的折旧，再做转入清理的凭证；做反了的，先冲销转入清理的那张"
        return [_fault("depreciation-after-clearing", place, "已转出账", "还在账上的资产", remedy)]
    faults = []
    so_far = get_fact(facts, f"depreciation/{body.number}/{month}", DepreciationFacts)
    if so_far is not None and so_far.amount_fen:
        found = f"第 {so_far.index} 条已提了 {format_yuan(so_far.amount_fen)} 元"
        remedy = "一件资产一个月只提一次；金额有错的，冲销那张再更正"
        faults.append(_fault("depreciation-twice", place, found, "这个月还没有提过", remedy))
    left_fen = known.original_fen - body.residual_fen - known.accumulated_fen
    if moved.accumulated_fen > left_fen:
        found, most = f"{format_yuan(moved.accumulated_fen)} 元", f"不超过 {format_yuan(left_fen)} 元"
        remedy = "折旧提到残值为止，改正金额；提足了的不再提"
        faults.append(_fault("depreciation-beyond", place, found, most, remedy))
    return faults


def _check_clearing(number: str, voucher: Voucher, known: AssetFacts, moved: Moved) -> list[Fault]:
    """What leaves the books was disposed of, and leaves them whole, with all that was depreciated of it."""
    place = f"凭证 {voucher.number}，资产 {number}"
    if not known.disposed:
        remedy = "先登记这件资产的处置，写明怎样处置、为什么，通过审核后再做凭证"
        return [_fault("asset-not-disposed", place, "没有登记处置", "登记过处置的资产", remedy)]
    whole = (known.original_fen, known.accumulated_fen)
    out = (-moved.booked_fen, -moved.accumulated_fen)
    if whole == out:
        return []
    told = [f"原值 {format_yuan(cost)} 元、累计折旧 {format_yuan(gone)} 元" for cost, gone in (out, whole)]
    return [_fault("asset-clearing", place, told[0], told[1], "一件资产整件转出；只处置一部分的，先分开登记")]


def _check_free(facts: Facts, number: str) -> list[Fault]:
    known = get_fact(facts, f"asset/{number}", AssetFacts)
    if known is None:
        return []
    remedy = "同一件资产不用再登记；是另一件，就换一个编号，用过的编号永远不再用"
    found = f"第 {known.registered} 条已用这个编号"
    return [_fault("asset-number-used", f"资产 {number}", found, "没有用过的编号", remedy)]


def _check_kept(facts: Facts, number: str, place: str) -> list[Fault]:
    """It is in the register and was not disposed of."""
    known = get_fact(facts, f"asset/{number}", AssetFacts)
    if known is None:
        return [_build_unknown(place, number)]
    if not known.disposed:
        return []
    found = f"第 {known.disposed} 条已登记处置"
    return [_fault("asset-disposed", place, found, "没有处置过的资产", "处置过的不再改；核对资产编号")]


def _check_disposed_on(facts: Facts, body: AssetDisposed, day: str, place: str) -> list[Fault]:
    """No month after that of its disposal is depreciated already."""
    registered = read_body(facts, get_asset_facts(facts, body.asset).registered, AssetRegistered)
    last = get_last_month(registered, day)
    late = [month for month, _ in list_depreciation(facts, body.asset) if month > last]
    if not late:
        return []
    remedy = "核对处置的日期；日期没错的，先冲销多提的折旧"
    expected = f"{last} 以后没有折旧"
    return [_fault("disposal-depreciated", place, f"{late[-1]} 的折旧已经记了", expected, remedy)]


def _check_counted(facts: Facts, body: StocktakeRecorded) -> list[Fault]:
    """What was counted is in the register, not gone, and its number there is what the line says."""
    faults = []
    for line in body.lines:
        place = f"盘点的资产 {line.asset}"
        kept = _check_kept(facts, line.asset, place)
        faults += kept
        known = get_fact(facts, f"asset/{line.asset}", AssetFacts)
        if kept or known is None or known.quantity == line.book_quantity:
            continue
        remedy = "台账上的数量有变，重新做一次盘点表"
        faults.append(
            _fault("stocktake-book", place, f"账面 {line.book_quantity}", f"账面 {known.quantity}", remedy)
        )
    return faults


def _replace(known: AssetFacts, **changes: object) -> AssetFacts:
    return msgspec.structs.replace(known, **changes)


def _put(facts: Facts, number: str, before: AssetFacts | None, after: AssetFacts) -> None:
    """Set an asset's facts, and its class's sums with them."""
    put_fact(facts, f"asset/{number}", after)
    sums = get_sums(facts, after.category)
    was = _count(before) if before is not None else _NOTHING
    now = _count(after)
    changed = AssetSums(
        accumulated_fen=sums.accumulated_fen + now.accumulated_fen - was.accumulated_fen,
        assets=sums.assets + now.assets - was.assets,
        value_fen=sums.value_fen + now.value_fen - was.value_fen,
    )
    put_fact(facts, f"assets/{after.category}", changed)


def _count(known: AssetFacts) -> AssetSums:
    assets = 0 if is_out(known) else 1
    return AssetSums(accumulated_fen=known.accumulated_fen, assets=assets, value_fen=get_value(known))


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _build_unknown(place: str, number: str) -> Fault:
    remedy = "核对编号；是新资产，先登记资产并通过审核"
    return _fault("asset-unknown", place, f"资产 {number} 没有登记", "资产台账里有的编号", remedy)
