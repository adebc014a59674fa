"""Statements of two banks as their sites give them, everybody and every number in them invented.

The layouts are those of `ledger/data/bank.toml`; account numbers are runs that no bank gives out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import openpyxl

Row = tuple[str, str, str, str]  # day, received, paid, text
Table = list[list[str]]

OPENING_FEN = 1_000_000
PARTY, ACCOUNT = "样例大山", "6200000000000007890"
OCTOBER: tuple[Row, ...] = (
    ("2026-10-09", "1,200.00", "", "租金 凭证2026-10-001"),
    ("2026-10-12", "", "325.00", "办公用品"),
    ("2026-10-21", "12.34", "", "结息"),
)


def run_balances(rows: Iterable[Row], opening_fen: int = OPENING_FEN) -> list[int]:
    """Return the balance after each row, in fen."""
    balances, balance = [], opening_fen
    for _, received, paid, _ in rows:
        balance += _to_fen(received) - _to_fen(paid)
        balances.append(balance)
    return balances


def make_abc(
    rows: Sequence[Row] = OCTOBER, *, opening_fen: int = OPENING_FEN, newest_first: bool = True
) -> list[list[str]]:
    """中国农业银行: title and account above, the newest first, tabs after long numbers, totals below."""
    lines = [
        [
            f"{day.replace('-', '')} 10:20:3{at % 10}",
            received or "0.00",
            paid or "0.00",
            yuan(balance),
            "样例县支行",
            "样例省",
            f"{ACCOUNT}\t",
            PARTY,
            text,
        ]
        for at, ((day, received, paid, text), balance) in enumerate(
            zip(rows, run_balances(rows, opening_fen), strict=True)
        )
    ]
    head = [
        "交易时间",
        "收入金额",
        "支出金额",
        "账户余额",
        "交易行名",
        "对方省市",
        "对方账号",
        "对方户名",
        "交易用途",
    ]
    return [
        ["账户明细"],
        [f"账号：{ACCOUNT}", "起始日期：20261001", "截止日期：20261031"],
        head,
        *(reversed(lines) if newest_first else lines),
        ["汇总收入金额", yuan(sum(_to_fen(row[1]) for row in rows)), "汇总支出金额", "325.00"],
    ]


def make_rural(rows: Sequence[Row] = OCTOBER, *, opening_fen: int = OPENING_FEN) -> list[list[str]]:
    """农商行: name, account and days above, oldest first, an empty cell where nothing moved."""
    head = [
        "交易日期",
        "对方户名",
        "收入金额",
        "支出金额",
        "余额",
        "账号",
        "币种",
        "对方账号",
        "用途",
        "附言",
        "核心流水号",
    ]
    lines = [
        [
            day,
            PARTY,
            received,
            paid,
            yuan(balance),
            "9900000000007\t",
            "人民币",
            ACCOUNT,
            text,
            "",
            f"X{at:06d}",
        ]
        for at, ((day, received, paid, text), balance) in enumerate(
            zip(rows, run_balances(rows, opening_fen), strict=True)
        )
    ]
    return [
        ["账户交易明细"],
        ["账号", "9900000000007"],
        ["户名", "样例县石榴河村股份经济合作社"],
        ["起止日期", "2026-10-01 至 2026-10-31"],
        head,
        *lines,
        ["合计", "", "1,212.34", "325.00", "", "", "", "", "", "", ""],
    ]


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", separator: str = ",") -> bytes:
    """Return rows as separated values, amounts with commas in quotes."""
    text = "\r\n".join(
        separator.join(f'"{value}"' if {",", separator} & set(value) else value for value in row)
        for row in rows
    )
    return (text + "\r\n").encode(encoding)


def as_xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """Return rows as a workbook, with the title over several columns as banks have it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    sheet.merge_cells("A1:D1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def yuan(amount_fen: int) -> str:
    return f"{amount_fen / 100:,.2f}"


def _to_fen(text: str) -> int:
    return round(float(text.replace(",", "") or 0) * 100)
