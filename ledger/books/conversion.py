"""From the chart of accounts of 2004 to that of 2023: every balance moved from its old account to its new one.

The entry holds the moves, one by one, so that both codes stand in the log and no reader needs the table by which they
were proposed. That table is data (`ledger/data/conversion_2004_2023.csv`): where it names one new account there is
nothing to decide, where it names several or none the clerk says how much goes where. A move changes no amount and no
side, so old and new balances agree to the fen. It takes from a balance that is there, on that balance's side: otherwise
two moves that cancel each other would begin the new books with balances that nobody ever booked. Cash stays cash and
the bank the bank, and nothing else becomes either: money moves by vouchers alone, under their limits.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from ledger.books.accounts import Chart, check_account, find_account, is_money
from ledger.books.money import format_yuan
from ledger.books.subaccounts import name_in_full
from ledger.books.values import AccountCode, Positive, Side, Value
from ledger.books.village import ChartVersion
from ledger.errors import Fault

CONVERSION_COLUMNS = ("from", "to", "status")
MOVES_MAX = 1_000
"""Moves of one conversion: twice what a village may have accounts."""
_RESULT = ("income", "expense")


class Move(Value, frozen=True):
    """A balance, or a part of one, that goes from an old account to a new one on the same side."""

    account: AccountCode  # of the old chart
    amount_fen: Positive
    becomes: AccountCode  # of the new chart
    side: Side


class AccountsConverted(Value, frozen=True):
    """`accounts.converted`: the books go on under `chart` from the entry's month on; moves ascend by both codes."""

    chart: ChartVersion
    moves: Annotated[tuple[Move, ...], Meta(min_length=1, max_length=MOVES_MAX)]


Mapping2004 = Mapping[str, tuple[str, ...]]
"""New accounts by old one, of three digits each; several or none where the clerk decides."""


def parse_conversion(text: str, old: Chart, new: Chart) -> dict[str, tuple[str, ...]]:
    """Read the CSV text of the table: for every account of three digits of the old chart those that it may become.

    Raises ValueError naming line, found and expected: the file ships with the program.
    """
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header) != CONVERSION_COLUMNS:
        raise ValueError(f"conversion line 1: columns {header}, expected {list(CONVERSION_COLUMNS)}")
    found: dict[str, tuple[str, ...]] = {}
    for line, row in enumerate(rows, start=2):
        if len(row) != len(CONVERSION_COLUMNS):
            raise ValueError(f"conversion line {line}: {len(row)} fields, expected {len(CONVERSION_COLUMNS)}")
        code, targets = row[0], tuple(row[1].split())
        if find_account(old, code) is None or code in found:
            raise ValueError(f"conversion line {line}: account {code!r}, expected one of {old.version}, once")
        for target in targets:
            if find_account(new, target) is None:
                raise ValueError(f"conversion line {line}: {target!r} is not in the chart of {new.version}")
        found[code] = targets
    missing = sorted(code for code in old.accounts if len(code) == 3 and code not in found)
    if missing:
        raise ValueError(f"conversion: no line for {', '.join(missing)}")
    return found


def propose_moves(table: Mapping2004, balances: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Return (old account, signed fen, new account) for every balance; the new one is empty where the clerk decides."""
    found = []
    for code, amount_fen in sorted(balances.items()):
        targets = table.get(code[:3], ())
        found.append((code, amount_fen, targets[0] if len(targets) == 1 else ""))
    return found


def sum_converted(moves: Iterable[Move]) -> dict[str, int]:
    """Return the balances under the new chart: signed fen, debit positive, without zeros."""
    return _sum((move.becomes, move) for move in moves)


def sum_moved(moves: Iterable[Move]) -> dict[str, int]:
    """Return what the moves take from the old accounts: signed fen, debit positive, without zeros."""
    return _sum((move.account, move) for move in moves)


def check_moves(body: AccountsConverted, old: Chart, new: Chart, balances: Mapping[str, int]) -> list[Fault]:
    """Return every fault of a conversion; `balances` are those of the old chart when its last month was closed."""
    place = "换用新科目"
    faults = [
        Fault(
            code="conversion-order",
            place=place,
            found=f"{one.account} 转 {one.becomes} 以后是 {other.account} 转 {other.becomes}",
            expected="按原科目、新科目的代码从小到大，一对一行",
            remedy="排好次序；同样的两行合成一行",
        )
        for one, other in pairwise(body.moves)
        if (one.account, one.becomes, one.side) >= (other.account, other.becomes, other.side)
    ]
    for move in body.moves:
        faults += check_account(new, move.becomes, f"{place}，原科目 {move.account}")
        where = f"{place}，原科目 {move.account} {name_in_full(old, move.account)}"
        faults += _check_class(move, old, new, place)
        faults += _check_side(move, balances.get(move.account, 0), where)
        faults += _check_money(move, new, where)
    moved = sum_moved(body.moves)
    for code in sorted({*moved, *balances}):
        if moved.get(code, 0) != balances.get(code, 0):
            faults.append(
                Fault(
                    code="conversion-balance",
                    place=f"{place}，原科目 {code} {name_in_full(old, code)}",
                    found=_tell(moved.get(code, 0)),
                    expected=_tell(balances.get(code, 0)),
                    remedy="转出的合计要等于原科目的余额，一分不差；分到几个新科目的，各行加起来核对",
                )
            )
    return faults


def list_old_accounts(moves: Sequence[Move], code: str) -> list[Move]:
    """Return the moves to a new account and to those below it."""
    return [move for move in moves if move.becomes.startswith(code)]


def _check_class(move: Move, old: Chart, new: Chart, place: str) -> list[Fault]:
    before, after = find_account(old, move.account), find_account(new, move.becomes)
    if before is None or after is None or (before.class_ in _RESULT) == (after.class_ in _RESULT):
        return []
    return [
        Fault(
            code="conversion-class",
            place=f"{place}，原科目 {move.account} {before.name}",
            found=f"转到 {move.becomes} {after.name}",
            expected="收入、支出转到收入、支出，其他转到其他",
            remedy="改正新科目：收益不能变成资产、负债，反过来也不能",
        )
    ]


def _check_side(move: Move, balance_fen: int, place: str) -> list[Fault]:
    """It takes from the balance that is there: what nets to nothing over several moves moves nothing."""
    signed_fen = move.amount_fen if move.side == "debit" else -move.amount_fen
    if signed_fen * balance_fen > 0:
        return []
    return [
        Fault(
            code="conversion-side",
            place=place,
            found=f"{_tell(signed_fen)} 转到 {move.becomes}",
            expected=f"从余额里转出，余额是{_tell(balance_fen)}" if balance_fen else "没有余额的科目不转",
            remedy="每一行都和原科目的余额同在借方或贷方；没有余额的不写，要新记的做凭证",
        )
    ]


def _check_money(move: Move, new: Chart, place: str) -> list[Fault]:
    """Cash and the bank keep their three digits, and get nothing from elsewhere."""
    is_kept = move.account[:3] == move.becomes[:3]
    if is_kept or not (is_money(move.account) or is_money(move.becomes)):
        return []
    after = find_account(new, move.becomes)
    return [
        Fault(
            code="conversion-money",
            place=place,
            found=f"转到 {move.becomes} {after.name if after is not None else ''}".rstrip(),
            expected="现金转到 101，银行存款转到 102，别的科目不转到这两个",
            remedy="换科目不动钱：改正新科目；钱真的收了、付了，做凭证",
        )
    ]


def _sum(found: Iterable[tuple[str, Move]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for code, move in found:
        total[code] = total.get(code, 0) + (move.amount_fen if move.side == "debit" else -move.amount_fen)
    return {code: amount_fen for code, amount_fen in total.items() if amount_fen}


def _tell(amount_fen: int) -> str:
    if not amount_fen:
        return "没有余额"
    return f"{'借' if amount_fen > 0 else '贷'} {format_yuan(abs(amount_fen))}"
