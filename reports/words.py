"""Amounts, days and counts as the sheets write them."""

from __future__ import annotations

import datetime as dt

from ledger.books.money import format_yuan
from ledger.books.points_figures import name_span
from ledger.books.scores import SchemeSpan

MINUS = "−"
"""U+2212: as wide as a digit, so that a minus is seen from a step away. A hyphen is not."""

_SEALING = "封存（数字从此定住）时"
_NUMERALS = "零一二三四五六七八九十"


def format_amount(amount_fen: int) -> str:
    """Return an amount in yuan: `1,234.50`, `−325.00`."""
    return format_yuan(amount_fen).replace("-", MINUS)


def format_flow(amount_fen: int) -> str:
    """Return an amount of a column that is mostly empty: nothing where it is zero."""
    return format_amount(amount_fen) if amount_fen else ""


def format_count(number: int) -> str:
    """Return a whole number with thousand commas: `1,548`, `−12`."""
    return f"{number:,}".replace("-", MINUS)


def format_signed(number: int) -> str:
    """Return points with their sign: `+12`, `−3`, `0`."""
    return f"+{number:,}" if number > 0 else format_count(number)


def format_day(day: str) -> str:
    """Return `2026年11月5日` of `2026-11-05`; nothing of nothing."""
    if not day:
        return ""
    date = dt.date.fromisoformat(day)
    return f"{date.year}年{date.month}月{date.day}日"


def format_span(first: str, last: str) -> str:
    """Return `2026年12月1日至12月16日`; one day once, the year twice where it differs, nothing of
    nothing.
    """
    if first == last:
        return format_day(first)
    until = format_day(last)
    return f"{format_day(first)}至{until.partition('年')[2] if first[:4] == last[:4] else until}"


def format_month(period: str) -> str:
    """Return `2026年11月` of `2026-11`."""
    return f"{int(period[:4])}年{int(period[5:7])}月"


def format_time(span: SchemeSpan, period: str) -> str:
    """Return the month, quarter or year that ends with a month: `2026年11月`, `2026年第四季度`, `2026年`."""
    return format_month(period) if span == "month" else name_span(span, period)


def format_day_in(day: str, period: str) -> str:
    """Return a day of the sheet's month as `5日`; of another month as `10月31日`, of another year in full."""
    date = dt.date.fromisoformat(day)
    if day[:7] == period:
        return f"{date.day}日"
    if day[:4] == period[:4]:
        return f"{date.month}月{date.day}日"
    return format_day(day)


def format_number_in(number: str, period: str) -> str:
    """Return a voucher's number without the sheet's month: `017` of `2026-11-017`; others in full."""
    return number.removeprefix(f"{period}-")


def format_witnesses(confirmed: int, asked: int) -> str:
    """Return how many of those asked confirmed something, in words: `…三位村外见证人中有两位确认过这本账。`"""
    if not confirmed:
        return f"{_SEALING}，{_count_people(asked)}村外见证人还没有确认到这里。"
    return f"{_SEALING}，{_count_people(asked)}村外见证人中有{_count_people(confirmed)}确认过这本账。"


def _count_people(number: int) -> str:
    """Return `两位`, `十二位`, `三十二位`: no digit, so that nobody takes it for a figure of the books."""
    tens, units = divmod(number, 10)
    if number == 2:
        return "两位"
    ten = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return f"{ten}{_NUMERALS[units] if units or not tens else ''}位"


def name_rank(grade: str, stars: int) -> str:
    """Return a grade by its name or, where there is none, so many stars: `五星`, `未评星`."""
    return grade or (f"{format_small(stars)}星" if stars else "未评星")


def format_small(number: int) -> str:
    """Return a small count in Chinese: `五`; from 11 on in digits."""
    return _NUMERALS[number] if 0 <= number < len(_NUMERALS) else str(number)
