"""The points shop (积分超市): what it has, what a household takes for its points, and what may be taken.

Points of one points year buy goods of that year; what is left of them then ends with it, and their history stays. The
household of a line is sealed; goods, pieces, points and cost are plain, so that everybody sees what the points cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.books.money import format_yuan
from ledger.books.periods import count_months
from ledger.books.rounds import build_fault, check_order
from ledger.books.values import Count, Digest, Period, Positive, PublicText, ResolutionNumber, Sealed, Value
from ledger.books.vouchers import VOUCHER_MAX_FEN
from ledger.errors import Fault

GOODS_MAX = 200
LINES_MAX = 400
"""Lines of a redemption: 400 of 140 bytes stay below the longest entry."""
FEN_A_POINT = 100
"""One point is worth one yuan at most. Source: the practice of published rulebooks."""
MONTHS_MAX = 12

GoodsCode = Annotated[str, Meta(pattern=r"\ASP[0-9]{3}\Z")]
"""`SP` and three digits, of a village's shop."""
Pieces = Annotated[int, Meta(ge=0, le=1_000_000)]
"""How many of something; so few that what they cost stays an exact integer."""
Fen = Annotated[int, Meta(ge=1, le=VOUCHER_MAX_FEN)]


class Goods(Value, frozen=True):
    """Something that the shop has. `stock` counts all that was bought of it since the points year began."""

    code: GoodsCode
    cost_fen: Fen  # of one
    name: PublicText
    points: Annotated[int, Meta(ge=1, le=1_000_000)]  # for one
    stock: Pieces


class ShopAdopted(Value, frozen=True):
    """`shop.adopted`: a points year's shop in its next version; goods ascend by code.

    `version` counts all versions of all years. The points year is from `first_period` to `last_period`.
    """

    budget_fen: Fen  # what all that is taken may cost, in the whole points year
    first_period: Period
    goods: Annotated[tuple[Goods, ...], Meta(min_length=1, max_length=GOODS_MAX)]
    last_period: Period
    resolution: ResolutionNumber
    version: Positive


class RedeemedLine(Value, frozen=True):
    """What one household took of one thing. `subject` discloses {day, household, receipt}."""

    cost_fen: Fen
    goods: GoodsCode
    points: Positive
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]
    subject: Sealed


class PointsRedeemed(Value, frozen=True):
    """`points.redeemed`: what was taken in the entry's month; lines are sorted by subject digest."""

    lines: Annotated[tuple[RedeemedLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    version: Positive  # of the shop


class RedemptionReversed(Value, frozen=True):
    """`redemption.reversed`: takes one line of the redemption at index `reverses` back, with a public reason."""

    line: Digest  # the subject's digest
    reason: PublicText
    reverses: Positive


class Balance(Value, frozen=True):
    """A household's points in a points year. `earned` may be below nought, and `redeemed` above it: what was spent
    already is not asked back when a line of points is taken back.
    """

    base: Count  # where every household begins; not redeemable
    earned: int
    redeemed: Count

    @property
    def left(self) -> int:
        """What may still be redeemed."""
        return max(self.earned - self.redeemed, 0)

    @property
    def total(self) -> int:
        """The household's points; what it redeemed takes nothing from them."""
        return self.base + self.earned


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """One line with what is sealed in it; `place` says where a person finds it."""

    day: str
    household: str
    place: str
    points: int
    receipt: str


def check_shop(body: ShopAdopted) -> list[Fault]:
    """Return every fault a shop has in itself: its points year, its goods and what they cost."""
    faults = []
    if not 1 <= count_months(body.first_period, body.last_period) <= MONTHS_MAX:
        faults.append(
            build_fault(
                "shop-months",
                "积分年度",
                f"{body.first_period} 至 {body.last_period}",
                f"开始月份不晚于结束月份，合起来不超过 {MONTHS_MAX} 个月",
                "改正开始月份和结束月份",
            )
        )
    codes = [item.code for item in body.goods]
    for before, after in pairwise(codes):
        if before >= after:
            found = f"{before} 以后是 {after}"
            faults.append(
                build_fault(
                    "goods-order",
                    "积分超市的商品",
                    found,
                    "编号从小到大，各出现一次",
                    "按编号排好，重复的只留一种",
                )
            )
    return faults + [_fault_cost(item) for item in body.goods if item.cost_fen > item.points * FEN_A_POINT]


def check_redeemed(body: PointsRedeemed, goods: Mapping[str, Goods]) -> list[Fault]:
    """Return every fault of a redemption's lines under the goods of the shop's version."""
    faults = check_order([line.subject for line in body.lines], "积分兑换")
    for number, line in enumerate(body.lines, 1):
        place = f"积分兑换第 {number} 行"
        item = goods.get(line.goods)
        if item is None:
            remedy = "对照商品目录改正编号"
            faults.append(build_fault("redeemed-goods", place, line.goods, "商品目录里有的编号", remedy))
            continue
        points, cost_fen = item.points * line.quantity, item.cost_fen * line.quantity
        if (line.points, line.cost_fen) != (points, cost_fen):
            faults.append(
                build_fault(
                    "redeemed-worth",
                    place,
                    f"{line.points} 分，成本 {format_yuan(line.cost_fen)} 元",
                    f"{points} 分，成本 {format_yuan(cost_fen)} 元",
                    "积分和成本都等于一件的乘以数量",
                )
            )
    return faults


def check_opened_redemptions(
    lines: Iterable[Redemption],
    balances: Mapping[str, Balance],
    scoring: Collection[str],
    receipts: Collection[str],
    days: tuple[str, str],
) -> list[Fault]:
    """Return every fault of lines that only the vault shows: when, who agreed, what is left to them, whose receipt.

    `balances` are those before these lines, by household; who has none there has earned nothing. `receipts` are the
    numbers of earlier ones. `days` are the first and the last on which they may have been taken. No fault names a
    household.
    """
    faults = []
    taken: Counter[str] = Counter()
    owners: dict[str, str] = {}
    for line in lines:
        if not days[0] <= line.day <= days[1]:
            expected = f"{days[0]} 到 {days[1]} 的一天"
            faults.append(build_fault("redeemed-day", line.place, line.day, expected, "改成实际兑换的日期"))
        if line.household not in scoring:
            remedy = "先签积分契约，或删去这一行"
            expected = "已签积分契约并同意积分的农户"
            faults.append(build_fault("redeemed-consent", line.place, "该户没有同意积分", expected, remedy))
        balance = balances.get(line.household)
        left = (balance.left if balance is not None else 0) - taken[line.household]
        taken[line.household] += line.points
        if line.points > left:
            faults.append(
                build_fault(
                    "redeemed-balance",
                    line.place,
                    f"兑换 {line.points} 分",
                    f"不超过该户还能兑换的 {max(left, 0)} 分",
                    "减少数量，或等挣到积分再换；起点分不能兑换",
                )
            )
        owner = owners.setdefault(line.receipt, line.household)
        if line.receipt in receipts or owner != line.household:
            found = f"收据 {line.receipt} 已经用过"
            remedy = "每家每次一张收据，各有各的号；改正收据号"
            faults.append(build_fault("receipt-used", line.place, found, "没有用过的收据号", remedy))
    return faults


def _fault_cost(item: Goods) -> Fault:
    return build_fault(
        "goods-cost",
        f"商品 {item.code}",
        f"{item.points} 分换成本 {format_yuan(item.cost_fen)} 元的东西",
        f"成本不超过 {format_yuan(item.points * FEN_A_POINT)} 元",
        "1 分最多值 1 元：提高兑换积分，或者换便宜的商品",
    )
