"""Whether a statement is whole: each balance is the one before it, plus what came in, minus what went out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ledger.books.money import format_yuan
from ledger.errors import Fault
from ledger.service.bank.statements import StatementLine


def order_lines(lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Return lines in the order in which they happened: banks write them down either way.

    The balances decide, and where they leave it open the days.
    """
    turned = list(reversed(lines))
    breaks, turned_breaks = _count_breaks(lines), _count_breaks(turned)
    if breaks == turned_breaks:
        return turned if lines and lines[0].occurred_on > lines[-1].occurred_on else list(lines)
    return turned if turned_breaks < breaks else list(lines)


def check_running(lines: Sequence[StatementLine]) -> list[Fault]:
    """Return a fault for each line whose balance does not follow from the one before, or whose day is before it."""
    faults = []
    for one, other in pairwise(lines):
        expected_fen = one.balance_fen + other.amount_fen
        if other.balance_fen != expected_fen:
            missing_fen = other.balance_fen - expected_fen
            between = f"{one.occurred_on} 到 {other.occurred_on} 之间"
            faults.append(
                Fault(
                    code="statement-running",
                    place=other.place,
                    found=f"余额 {format_yuan(other.balance_fen)}",
                    expected=f"{format_yuan(expected_fen)}（上一笔的余额加收减付）",
                    remedy=f"{between}少了几笔或改过数，差 {format_yuan(missing_fen)} 元；重新下载整月的对账单",
                )
            )
        if other.occurred_on < one.occurred_on:
            faults.append(
                Fault(
                    code="statement-order",
                    place=other.place,
                    found=f"{one.occurred_on} 以后是 {other.occurred_on}",
                    expected="按日期先后，或者倒过来",
                    remedy="用银行下载的原表，不要另外排序",
                )
            )
    return faults


def _count_breaks(lines: Sequence[StatementLine]) -> int:
    return sum(other.balance_fen != one.balance_fen + other.amount_fen for one, other in pairwise(lines))
