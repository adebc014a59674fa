"""A village whose points buy goods: the points ledger with a resolution, a shop, and what is taken and brought back."""

from __future__ import annotations

from typing import Any

from ledger.books.shops import Goods, PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.entries import Entry
from ledger.errors import format_fault
from tests.books.points_ledger import PointsLedger
from tests.builders import build_resolution

RULES = [
    "A01 尊老爱幼 探望 2 次 cap 40",
    "B10 互助友爱 应征入伍 10 次 cap 10 sensitive",
    "C10 环境整治 乱堆乱放 -2 次 cap 6",
]
START = f"""
2026-10 rulebook 1 | {" | ".join(RULES)} | accepted
2026-10 households | 1 h1 h2 | 2 h3 | accepted
2026-10 agreements 1 | h1 scoring display naming | h2 scoring | accepted
"""
GOODS = (("SP001", 10, 1_000, 3), ("SP002", 4, 250, 20))
"""Soap and salt: points, fen and stock of each."""


class ShopLedger(PointsLedger):
    """It begins with three households, two that agreed, and a resolution that lets spend 100 yuan."""

    def __init__(self) -> None:
        super().__init__()
        assert self.run(START) == []
        self.resolve("JY-2026-001", 10_000)

    def resolve(self, number: str, amount_fen: int) -> None:
        body = build_resolution(self.drawer, amount_fen=amount_fen, number=number, valid_until="2027-12-31")
        self.append(body, "2026-10")

    def build_shop(self, *goods: tuple[str, int, int, int], **changes: Any) -> ShopAdopted:
        known = changes.pop("version", None)
        fields: dict[str, Any] = {
            "budget_fen": 6_000,
            "first_period": "2026-10",
            "goods": tuple(
                Goods(
                    code=code,
                    cost_fen=cost_fen,
                    name=self.drawer.publish(f"商品 {code}"),
                    points=points,
                    stock=stock,
                )
                for code, points, cost_fen, stock in goods or GOODS
            ),
            "last_period": "2027-03",
            "resolution": "JY-2026-001",
            "version": known or 1,
        }
        return ShopAdopted(**(fields | changes))

    def open_shop(self, **changes: Any) -> ShopAdopted:
        body = self.build_shop(**changes)
        self.append(body, "2026-10")
        return body

    def build_redeemed(
        self, *rows: tuple[str, str, int], receipt: str = "", version: int = 1, day: str = "2026-10-28"
    ) -> PointsRedeemed:
        """Households, goods and pieces; each household has a receipt of its own."""
        worth = {code: (points, cost_fen) for code, points, cost_fen, _ in GOODS}
        lines = []
        for household, code, quantity in rows:
            points, cost_fen = worth[code]
            number = receipt or f"DH-2026-{len(self.entries):02d}{household[1:]:0>2}"
            lines.append(
                RedeemedLine(
                    cost_fen=cost_fen * quantity,
                    goods=code,
                    points=points * quantity,
                    quantity=quantity,
                    subject=self._seal(day=day, household=household, receipt=number),
                )
            )
        return PointsRedeemed(
            lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)), version=version
        )

    def redeem(self, *rows: tuple[str, str, int], period: str = "2026-10") -> Entry:
        body = self.build_redeemed(*rows)
        assert self.tell(body, period) == []
        return self.append(body, period)

    def build_return(self, entry: Entry, place: int = 0) -> RedemptionReversed:
        assert isinstance(entry.body, PointsRedeemed)
        return RedemptionReversed(
            line=entry.body.lines[place].subject.sealed,
            reason=self.drawer.publish("包装破损"),
            reverses=entry.index,
        )

    def tell(self, body: Any, period: str = "2026-10") -> list[str]:
        return [format_fault(fault) for fault in self.check(body, period)]

    def codes(self, body: Any, period: str = "2026-10") -> list[str]:
        return [fault.code for fault in self.check(body, period)]


def read_lines(entry: Entry) -> tuple[RedeemedLine, ...]:
    """The lines of a redemption's entry."""
    assert isinstance(entry.body, PointsRedeemed)
    return entry.body.lines
