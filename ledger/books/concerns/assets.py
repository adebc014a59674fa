"""What one would ask about assets: what was bought and not registered, what is registered and not in the books, what
left the village and not the books, and what a stock-take missed and nobody explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.books.assets import ACCOUNTS, AssetCategory
from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import Booked, Concern, build_of
from ledger.books.law import count_days
from ledger.books.money import format_yuan
from ledger.books.periods import format_day


class Held(NamedTuple):
    """An asset as the rules look at it.

    `counted_at`  the entry of the newest stock-take that found another number and that nothing followed, 0 for none,
                  with its day; so of the disposal, while its vouchers are not all there
    `is_expected` vouchers that name it should have brought it into the books: it was not there when they began, and is
                  not used up bit by bit
    `is_named`    a voucher that names no asset moved exactly what it cost
    """

    booked_fen: int
    category: AssetCategory
    counted_at: int
    counted_on: str
    disposed_at: int
    disposed_on: str
    is_expected: bool
    is_named: bool
    number: str
    original_fen: int
    registered_at: int
    registered_on: str

    @property
    def is_unbooked(self) -> bool:
        """Whether no voucher brought anything of it into the books, though one should have."""
        return self.is_expected and not self.disposed_at and not self.booked_fen


def brings_in(item: Booked, category: AssetCategory, original_fen: int) -> bool:
    """Whether a voucher that stands and names no asset brings exactly what one costs into its class's account."""
    cost = ACCOUNTS[item.chart][category].cost
    is_free = item.is_live and not item.asset and bool(cost)
    return is_free and item.sum_side((cost,), "debit") == original_fen


def ask_unregistered(
    vouchers: Iterable[Booked], held: Sequence[Held], rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """Paid for as an asset and in the register so many days later neither by name nor by its amount.

    Nothing is asked where no register was begun.
    """
    days, least_fen = rule.get_threshold("days", village), rule.get_threshold("least_fen", village)
    spare = [asset for asset in held if asset.is_unbooked]
    for item in sorted(vouchers, key=lambda item: item.number) if held else ():
        bought_fen = item.sum_side(rule.list_items("accounts", item.chart), "debit")
        if not item.is_live or item.asset or bought_fen < least_fen:
            continue
        found = next((asset for asset in spare if brings_in(item, asset.category, asset.original_fen)), None)
        if found is not None:
            spare.remove(found)
        elif count_days(item.recorded_on, days) < today:
            said = (
                f"凭证 {item.number} 添了 {format_yuan(bought_fen)} 元的资产，过了 {days} 天，"
                "资产台账里还没有对应的一件。"
            )
            yield build_of(rule, item.number, [item], bought_fen, said)


def ask_unbooked(held: Iterable[Held], rule: ConcernRule, village: str, today: str) -> Iterator[Concern]:
    """Registered for so many days, and no voucher brought it into the books for what it cost."""
    days = rule.get_threshold("days", village)
    for asset in held:
        missing_fen = asset.original_fen - asset.booked_fen
        is_whole = not missing_fen or (asset.is_unbooked and asset.is_named)
        is_over = count_days(asset.registered_on, days) < today
        if asset.is_expected and not asset.disposed_at and not is_whole and is_over:
            said = (
                f"资产 {asset.number} 登记的原值是 {format_yuan(asset.original_fen)} 元，过了 {days} 天，"
                f"凭证记进账里的是 {format_yuan(asset.booked_fen)} 元。"
            )
            yield _build(rule, asset, abs(missing_fen), said, (asset.registered_at, asset.registered_on))


def ask_uncleared(held: Iterable[Held], rule: ConcernRule, village: str, today: str) -> Iterator[Concern]:
    """Disposed of so many days ago, and the vouchers of its clearing are not all there."""
    days = rule.get_threshold("days", village)
    for asset in held:
        if asset.disposed_at and count_days(asset.disposed_on, days) < today:
            said = (
                f"资产 {asset.number} {format_day(asset.disposed_on)}处置了，过了 {days} 天，"
                "转出、清理的凭证还没有做完。"
            )
            yield _build(rule, asset, asset.original_fen, said, (asset.disposed_at, asset.disposed_on))


def ask_miscounted(held: Iterable[Held], rule: ConcernRule, village: str, today: str) -> Iterator[Concern]:
    """A stock-take found more or fewer so many days ago, and no entry followed."""
    days = rule.get_threshold("days", village)
    for asset in held:
        if asset.counted_at and count_days(asset.counted_on, days) < today:
            said = (
                f"资产 {asset.number} {format_day(asset.counted_on)}盘点的数和台账不一样，过了 {days} 天，"
                "没有查明的记录。"
            )
            yield _build(rule, asset, 0, said, (asset.counted_at, asset.counted_on))


def _build(rule: ConcernRule, asset: Held, amount_fen: int, said: str, at: tuple[int, str]) -> Concern:
    return Concern(
        amount_fen=amount_fen,
        entries=(at[0],),
        key=f"{rule.code}/{asset.number}",
        said=said,
        since=at[1],
    )
