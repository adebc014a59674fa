"""The slow, obvious second opinion on the books: every figure added up from the start, posting by posting.

Imports nothing of ours. A voucher is (is_red, [(account, side, amount in fen), …]); an opening is the same list
without a colour. Nothing is kept between questions.
"""

from __future__ import annotations

Lines = list[tuple[str, str, int]]
Vouchers = list[tuple[bool, Lines]]

MONEY = ("101", "102")


def balance(opening: Lines, vouchers: Vouchers, prefix: str) -> int:
    """What all accounts that begin with `prefix` add up to, debits less credits."""
    total = 0
    for lines in [opening, *(lines for _, lines in vouchers)]:
        for account, side, amount in lines:
            if account.startswith(prefix) and side == "debit":
                total += amount
            if account.startswith(prefix) and side == "credit":
                total -= amount
    return total


def money(lines: Lines) -> int:
    """What one voucher does to cash and bank together."""
    return sum(balance(lines, [], prefix) for prefix in MONEY)


def income(vouchers: Vouchers) -> int:
    """All that black vouchers brought in, less what red ones take back of it."""
    came = sum(money(lines) for is_red, lines in vouchers if not is_red and money(lines) > 0)
    taken_back = sum(-money(lines) for is_red, lines in vouchers if is_red and money(lines) < 0)
    return came - taken_back


def expense(vouchers: Vouchers) -> int:
    """All that black vouchers took out, less what red ones bring back of it."""
    went = sum(-money(lines) for is_red, lines in vouchers if not is_red and money(lines) < 0)
    brought_back = sum(money(lines) for is_red, lines in vouchers if is_red and money(lines) > 0)
    return went - brought_back


def turnover(vouchers: Vouchers, account: str, side: str) -> int:
    """The turnover of one account on one side."""
    return sum(
        amount for _, lines in vouchers for code, where, amount in lines if code == account and where == side
    )


def moved_to_cash(vouchers: Vouchers) -> int:
    """What went from bank to cash, less what went back: a fen at a time would be slower only."""
    total = 0
    for is_red, lines in vouchers:
        cash, bank = balance(lines, [], "101"), balance(lines, [], "102")
        if is_red:
            cash, bank = -cash, -bank
        moved = 0
        if cash > 0 > bank:
            moved = min(-bank, cash)
        if bank > 0 > cash:
            moved = -bank if bank < -cash else cash
        total += -moved if is_red else moved
    return total


def business(vouchers: list[Lines]) -> int:
    """What the accounts of business and of investments took in, by the chart of 2023, vouchers to 321 left out."""
    total = 0
    for lines in vouchers:
        if any(account.startswith("321") for account, _, _ in lines):
            continue
        for account, side, amount in lines:
            if account.startswith(("501", "502")):
                total += amount if side == "credit" else -amount
    return total
