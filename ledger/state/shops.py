"""The points shop folded: versions of its goods, what was redeemed of them, and what was taken back.

Rules that always hold: points years never overlap; what is redeemed is there, at the version's price, and never costs
more than the budget, which is never more than the resolution allows; a line is taken back at most once. What a
household may still redeem, only the vault shows: see `redeeming`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.books.money import format_yuan
from ledger.books.rounds import build_fault
from ledger.books.shops import (
    PointsRedeemed,
    RedeemedLine,
    RedemptionReversed,
    ShopAdopted,
    check_redeemed,
    check_shop,
)
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import EntryAt, Facts, find_earlier, get_fact, key_at, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.resolutions import check_cover, find_resolution
from ledger.state.shop_facts import RedeemedFacts, ShopFacts

_NOTHING = RedeemedFacts(cost_fen=0, lines=0, points=0, quantity=0)


def check_shops(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry of the points shop may not follow these facts."""
    del reference  # What a shop may cost says its resolution.
    match entry.body:
        case ShopAdopted() as body:
            return [*check_shop(body), *_check_next(facts, body), *_check_resolved(facts, entry, body)]
        case PointsRedeemed() as body:
            return _check_redemption(facts, entry, body)
        case RedemptionReversed() as body:
            return _check_reversal(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no kind of the points shop")


def fold_shops(facts: Facts, entry: Entry) -> None:
    """Apply an entry of the points shop, already checked. Raises ValueError for another kind."""
    match entry.body:
        case ShopAdopted() as body:
            at = EntryAt(index=entry.index)
            known = ShopFacts(first_period=body.first_period, index=entry.index, version=body.version)
            put_fact(facts, "shop", known)
            put_fact(facts, f"shop/{body.first_period}", at)
            put_fact(facts, f"shop-version/{body.first_period}/{body.version:04d}", at)
            put_fact(facts, f"shop-resolution/{body.resolution}/{body.first_period}", at)
        case PointsRedeemed() as body:
            _fold_redemption(facts, entry, body)
        case RedemptionReversed() as body:
            _fold_reversal(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no kind of the points shop")


def find_shop(facts: Facts, period: str) -> ShopAdopted | None:
    """Return the shop in whose points year a month lies, in its newest version; None where there is none."""
    found = None
    for first, at in scan_facts(facts, "shop/", EntryAt):
        if first > period:
            break
        found = at
    body = read_body(facts, found.index, ShopAdopted) if found is not None else None
    return body if body is not None and period <= body.last_period else None


def find_current_shop(facts: Facts, period: str) -> ShopAdopted | None:
    """Return the shop in whose points year a month lies, else the last one; None before the first."""
    return find_shop(facts, period) or find_newest_shop(facts)


def find_newest_shop(facts: Facts) -> ShopAdopted | None:
    """Return the shop that was adopted or changed last; None before the first."""
    known = get_fact(facts, "shop", ShopFacts)
    return read_body(facts, known.index, ShopAdopted) if known is not None else None


def list_shops(facts: Facts) -> list[ShopAdopted]:
    """Return the shop of every points year in its newest version, the newest first."""
    found = [read_body(facts, at.index, ShopAdopted) for _, at in scan_facts(facts, "shop/", EntryAt)]
    return found[::-1]


def list_versions(facts: Facts, period: str) -> list[ShopAdopted]:
    """Return every version of the shop in whose points year a month lies, the newest first."""
    shop = find_shop(facts, period)
    if shop is None:
        return []
    found = scan_facts(facts, f"shop-version/{shop.first_period}/", EntryAt)
    return [read_body(facts, at.index, ShopAdopted) for _, at in found][::-1]


def find_shop_index(facts: Facts, first_period: str) -> int:
    """Return the index of the entry that says the newest version of a points year's shop; 0 for none."""
    at = get_fact(facts, f"shop/{first_period}", EntryAt)
    return at.index if at is not None else 0


def get_redeemed(facts: Facts, first_period: str, goods: str = "") -> RedeemedFacts:
    """Return what was redeemed in a points year, of one thing where `goods` names it."""
    key = f"redeemed/{first_period}/{goods}" if goods else f"redeemed-total/{first_period}"
    return get_fact(facts, key, RedeemedFacts) or _NOTHING


def get_redeemed_in(facts: Facts, first_period: str, period: str) -> RedeemedFacts:
    """Return what was redeemed in a month of a points year, with what was taken back in it taken off."""
    return get_fact(facts, f"redeemed-month/{first_period}/{period}", RedeemedFacts) or _NOTHING


def list_redemptions(facts: Facts, first_period: str) -> list[int]:
    """Return the indexes of a points year's redemptions, in their order."""
    return [at.index for _, at in scan_facts(facts, f"redemption/{first_period}/", EntryAt)]


def list_needed(facts: Facts, period: str) -> list[int]:
    """Return the indexes of the entries from which follows what a month's points sheet says of the shop: the first and
    the newest version of its points year, and what was redeemed and taken back of it by the month's end.
    """
    shop = find_shop(facts, period)
    if shop is None:
        return []
    versions = [at.index for _, at in scan_facts(facts, f"shop-version/{shop.first_period}/", EntryAt)]
    found = [versions[0], versions[-1]]  # The first says the months of what was redeemed before the newest.
    for index in list_redemptions(facts, shop.first_period):
        if facts.read_entry(index).period > period:
            continue
        lines = read_body(facts, index, PointsRedeemed).lines
        taken = {find_taken(facts, line.subject.sealed) for line in lines} - {0}
        found += [index, *(at for at in taken if facts.read_entry(at).period <= period)]
    return found


def find_taken(facts: Facts, digest: str) -> int:
    """Return the index of the entry that took a redeemed line back; 0 while none did."""
    at = get_fact(facts, f"redemption-taken/{digest}", EntryAt)
    return at.index if at is not None else 0


def _check_next(facts: Facts, body: ShopAdopted) -> list[Fault]:
    """The version is the next; the points year goes on as it was, or begins after the one before."""
    known = get_fact(facts, "shop", ShopFacts)
    before = read_body(facts, known.index, ShopAdopted) if known is not None else None
    faults = []
    version = before.version + 1 if before is not None else 1
    if body.version != version:
        found, expected = f"第 {body.version} 版", f"第 {version} 版"
        faults.append(build_fault("shop-version", "积分超市的版本", found, expected, "重新填一次再交审"))
    if before is None:
        return faults
    found = f"{body.first_period} 至 {body.last_period}"
    if body.first_period == before.first_period:
        if body.last_period != before.last_period:
            expected = f"{before.first_period} 至 {before.last_period}，与上一版相同"
            remedy = "积分年度定下以后不能改长改短：开始月份和结束月份照上一版写"
            faults.append(build_fault("shop-year", "积分年度", found, expected, remedy))
        return [*faults, *_check_redeemed_before(facts, body)]
    if body.first_period <= before.last_period:
        remedy = "上一个积分年度结束以后，才开始新的：改正开始月份"
        expected = f"从 {before.last_period} 以后的月份开始"
        faults.append(build_fault("shop-year", "积分年度", found, expected, remedy))
    return faults


def _check_redeemed_before(facts: Facts, body: ShopAdopted) -> Iterator[Fault]:
    """What was redeemed already fits in the budget and the stock of a new version."""
    spent_fen = get_redeemed(facts, body.first_period).cost_fen
    if body.budget_fen < spent_fen:
        found, expected = (
            f"{format_yuan(body.budget_fen)} 元",
            f"不低于已经兑换的 {format_yuan(spent_fen)} 元",
        )
        yield build_fault("shop-budget-spent", "积分超市的预算", found, expected, "提高预算")
    for item in body.goods:
        taken = get_redeemed(facts, body.first_period, item.code).quantity
        if item.stock < taken:
            found, expected = f"一共进货 {item.stock} 件", f"不少于已经兑换的 {taken} 件"
            remedy = "改正进货总数：从积分年度开始算起，换走的也算在里面"
            yield build_fault("goods-stock", f"商品 {item.code}", found, expected, remedy)


def _check_resolved(facts: Facts, entry: Entry, body: ShopAdopted) -> list[Fault]:
    """The resolution lets spend as much, and no other points year lives on it."""
    place = "积分超市的预算"
    faults = check_cover(facts, place, body.resolution, entry.occurred_on, 0)
    resolution = find_resolution(facts, body.resolution)
    if resolution is not None and not faults and body.budget_fen > resolution.body.amount_fen:
        found = f"{format_yuan(body.budget_fen)} 元"
        expected = f"不超过决议 {body.resolution} 准许的 {format_yuan(resolution.body.amount_fen)} 元"
        faults.append(build_fault("shop-budget", place, found, expected, "降低预算，或者另作决议"))
    others = [first for first, _ in scan_facts(facts, f"shop-resolution/{body.resolution}/", EntryAt)]
    if any(first != body.first_period for first in others):
        found = f"决议 {body.resolution} 已经用在 {others[0]} 开始的积分年度"
        faults.append(
            build_fault(
                "shop-resolution", place, found, "这个积分年度自己的决议", "另作决议，再填新决议的编号"
            )
        )
    return faults


def _check_redemption(facts: Facts, entry: Entry, body: PointsRedeemed) -> list[Fault]:
    shop = find_shop(facts, entry.period)
    place = f"{entry.period} 积分兑换"
    if shop is None:
        remedy = "先办积分超市并通过审核；上一个积分年度的积分已经清零，不能再换"
        return [build_fault("shop-closed", place, "这个月没有积分超市", "积分年度里的月份", remedy)]
    if body.version != shop.version:
        found, expected = f"按积分超市第 {body.version} 版填的", f"按现在的第 {shop.version} 版填"
        return [build_fault("redeemed-version", place, found, expected, "按现在的商品目录重新填")]
    goods = {item.code: item for item in shop.goods}
    faults = check_redeemed(body, goods)
    if any(get_fact(facts, f"redeemed-line/{line.subject.sealed}", EntryAt) for line in body.lines):
        remedy = "每一行都重新取随机盐，再生成摘要"
        faults.append(build_fault("redeemed-repeats", place, "有以前用过的摘要", "每个摘要只用一次", remedy))
    if faults:
        return faults
    taken: Counter[str] = Counter()
    for line in body.lines:
        taken[line.goods] += line.quantity
    for code, quantity in sorted(taken.items()):
        left = goods[code].stock - get_redeemed(facts, shop.first_period, code).quantity
        if quantity > left:
            remedy = "减少数量；进了货的，先把进货总数改上"
            found, expected = f"兑换 {quantity} 件", f"不超过剩下的 {left} 件"
            faults.append(build_fault("redeemed-stock", f"{place}，商品 {code}", found, expected, remedy))
    cost_fen = sum(line.cost_fen for line in body.lines)
    left_fen = shop.budget_fen - get_redeemed(facts, shop.first_period).cost_fen
    if cost_fen > left_fen:
        found, expected = f"成本 {format_yuan(cost_fen)} 元", f"不超过预算剩下的 {format_yuan(left_fen)} 元"
        remedy = "减少数量；要加预算，按决议改积分超市"
        faults.append(build_fault("redeemed-budget", place, found, expected, remedy))
    return faults


def _fold_redemption(facts: Facts, entry: Entry, body: PointsRedeemed) -> None:
    shop = find_shop(facts, entry.period)
    if shop is None:
        raise ValueError(f"no shop in {entry.period}")
    at = EntryAt(index=entry.index)
    put_fact(facts, f"redemption/{shop.first_period}/{key_at(entry.index)}", at)
    for line in body.lines:
        put_fact(facts, f"redeemed-line/{line.subject.sealed}", at)
        _add(facts, shop.first_period, entry.period, line, 1)


def _check_reversal(facts: Facts, entry: Entry, body: RedemptionReversed) -> list[Fault]:
    place = f"退回第 {body.reverses} 条的一行兑换"
    original = _find_original(facts, entry.index, body)
    if original is None:
        found, remedy = "那一条不是更早的积分兑换，或者里面没有这一行", "核对原来的收据号和商品编号"
        return [build_fault("redemption-unknown", place, found, "更早的积分兑换里的一行", remedy)]
    faults = []
    if find_taken(facts, body.line):
        faults.append(
            build_fault("redemption-taken", place, "已经退回过", "还没有退回的一行", "每行只退一次，不用再退")
        )
    if entry.period < original.period:
        remedy = "退回记入兑换的那个月，或者以后的月份"
        expected = f"{original.period} 或更晚"
        faults.append(build_fault("redemption-period", place, entry.period, expected, remedy))
    return faults


def _find_original(facts: Facts, index: int, body: RedemptionReversed) -> Entry | None:
    """Return the redemption that has the line; None where there is no such one before `index`."""
    original = find_earlier(facts, body.reverses, index)
    return original if original is not None and _find_line(original, body.line) is not None else None


def _find_line(original: Entry, digest: str) -> RedeemedLine | None:
    lines = original.body.lines if isinstance(original.body, PointsRedeemed) else ()
    return next((line for line in lines if line.subject.sealed == digest), None)


def _fold_reversal(facts: Facts, entry: Entry, body: RedemptionReversed) -> None:
    """Take the line off its points year, and off the month in which it is taken back."""
    original = facts.read_entry(body.reverses)
    line, shop = _find_line(original, body.line), find_shop(facts, original.period)
    if line is None or shop is None:
        raise ValueError(f"entry {body.reverses} redeemed no line {body.line}")
    put_fact(facts, f"redemption-taken/{body.line}", EntryAt(index=entry.index))
    _add(facts, shop.first_period, entry.period, line, -1)


def _add(facts: Facts, first_period: str, period: str, line: RedeemedLine, times: int) -> None:
    keys = (
        f"redeemed/{first_period}/{line.goods}",
        f"redeemed-total/{first_period}",
        # What is brought back of a points year that is over takes nothing off the next one's months.
        f"redeemed-month/{first_period}/{period}",
    )
    for key in keys:
        known = get_fact(facts, key, RedeemedFacts) or _NOTHING
        more = RedeemedFacts(
            cost_fen=known.cost_fen + times * line.cost_fen,
            lines=known.lines + times,
            points=known.points + times * line.points,
            quantity=known.quantity + times * line.quantity,
        )
        put_fact(facts, key, more)
