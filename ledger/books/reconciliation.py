"""The bank's statement of a month against the books: what one of the two has and the other has not.

Plain values only: amounts, days, the numbers of vouchers. Who paid or was paid, and the account of either, stands on
the statement, which is kept nowhere. How lines find their vouchers, `matching` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from ledger.books.money import format_yuan
from ledger.books.values import Count, Day, Integer, Positive, Value, VoucherNumberOrNone, is_day
from ledger.errors import Fault

ITEMS_MAX = 200
"""Items that stand open in one month; with more of them it is the wrong file, or the wrong month."""
ACCOUNTS_MAX = 9
"""Bank accounts of one village."""

BankSide = Literal["in", "out"]
"""Money into the bank account, or out of it."""
Keeper = Literal["bank", "books"]
"""Which of the two has an item that the other has not."""


class BankItem(Value, frozen=True):
    """What one side has and the other has not. `number` is of a voucher; empty for the bank, and for what is older
    than the first month that was compared.
    """

    amount_fen: Positive
    known_to: Keeper
    number: VoucherNumberOrNone
    occurred_on: Day
    side: BankSide

    @property
    def signed_fen(self) -> int:
        """Return the amount, money in positive."""
        return self.amount_fen if self.side == "in" else -self.amount_fen


class BankReconciled(Value, frozen=True):
    """`bank.reconciled`: a month's statements against account 102 and those below it, as both stood at its end."""

    accounts: Positive  # bank accounts whose statements were compared
    bank_fen: Integer  # what the bank says is there, all of them together
    book_fen: Integer  # what the books say, debit positive
    items: Annotated[tuple[BankItem, ...], Meta(max_length=ITEMS_MAX)]  # sorted by `sort_items`
    lines: Count  # of the statements, in the month
    previous: Count  # index of the month before's, that this one goes on from; 0 for the first
    version: Positive  # of the month: a later one takes the place of those before it


class Adjusted(NamedTuple):
    """Both balances as if either side had all that the other has, in fen."""

    bank_fen: int
    book_fen: int

    @property
    def difference_fen(self) -> int:
        """What the bank has more than the books even so; nothing where they agree."""
        return self.bank_fen - self.book_fen


def adjust(body: BankReconciled) -> Adjusted:
    """Return the adjusted balances (银行存款余额调节表)."""
    return Adjusted(
        bank_fen=body.bank_fen + sum_items(body.items, "books"),
        book_fen=body.book_fen + sum_items(body.items, "bank"),
    )


def sum_items(items: Iterable[BankItem], known_to: Keeper) -> int:
    """Return what the items that one side has add up to, money in positive."""
    return sum(item.signed_fen for item in items if item.known_to == known_to)


def build_item(signed_fen: int, known_to: Keeper, day: str, number: str = "") -> BankItem:
    """Return an item of an amount that is not nothing, money in positive."""
    return BankItem(
        amount_fen=abs(signed_fen),
        known_to=known_to,
        number=number,
        occurred_on=day,
        side="in" if signed_fen > 0 else "out",
    )


def sort_items(items: Iterable[BankItem]) -> tuple[BankItem, ...]:
    """Return items in the order in which an entry has them: by day, then by all else; equal ones stand side by side."""
    return tuple(sorted(items, key=_get_order))


def check_reconciled(body: BankReconciled, period: str) -> list[Fault]:
    """Return every fault a reconciliation has in itself; what depends on the books is checked in `state.bank`."""
    place = name_reconciliation(period)
    faults = [
        Fault(
            code="date-impossible",
            place=place,
            found=item.occurred_on,
            expected="日历上有的一天，如 2026-10-28",
            remedy="按 年-月-日 重新输入，或把这一格设为日期格式",
        )
        for item in body.items
        if not is_day(item.occurred_on)
    ]
    if not _is_sorted(body.items):
        faults.append(
            Fault(
                code="bank-items-order",
                place=place,
                found="没有按日期排好的各笔",
                expected="先按日期，同一天的再按其他各项",
                remedy="重新对一次账再交审",
            )
        )
    faults += [
        Fault(
            code="bank-item-voucher",
            place=f"{place}，{item.occurred_on} {format_yuan(item.signed_fen)} 元",
            found=f"银行的一笔写了凭证 {item.number}",
            expected="账上没有的，就没有凭证号",
            remedy="重新对一次账再交审",
        )
        for item in body.items
        if item.known_to == "bank" and item.number
    ]
    if body.accounts > ACCOUNTS_MAX:
        faults.append(
            Fault(
                code="bank-accounts",
                place=place,
                found=f"{body.accounts} 个银行账户",
                expected=f"不超过 {ACCOUNTS_MAX} 个",
                remedy="一个账户一份对账单，多传的去掉",
            )
        )
    return faults


def name_reconciliation(period: str) -> str:
    """Return what a fault calls a month's reconciliation."""
    return f"{period} 银行对账"


def _is_sorted(items: Sequence[BankItem]) -> bool:
    return all(_get_order(one) <= _get_order(other) for one, other in pairwise(items))


def _get_order(item: BankItem) -> tuple[str, str, str, int, str]:
    return item.occurred_on, item.known_to, item.side, item.amount_fen, item.number
