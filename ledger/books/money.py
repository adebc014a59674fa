"""Amounts of money as people write and read them; inside the program they are whole fen in an `int`.

Nothing here rounds what is booked: an amount that is not whole fen is refused with its reason. Only
`to_wan` rounds, for headlines, and says so by its unit.
"""

from __future__ import annotations

import re
import unicodedata

from ledger.books.values import INTEGER_MAX

AMOUNT_TEXT_MAX_CHARS = 40
"""Longest text read as an amount; the largest amount has 22 characters."""

_PLAIN = re.compile(r"[0-9]+", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+", re.ASCII)
_CURRENCY = re.compile(r"[¥$€]|元|圆|万|亿|RMB|CNY", re.ASCII | re.IGNORECASE)
_MINUSES = {ord("−"): "-", ord("－"): "-", ord("﹣"): "-", ord("–"): "-"}

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def format_yuan(amount_fen: int) -> str:
    """Return an amount in yuan with thousand commas and two decimals: `1,234.50`, `-0.05`."""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{yuan:,}.{fen:02d}"


def format_plain_yuan(amount_fen: int) -> str:
    """Return an amount in yuan as programs read it, without commas: `1234.50`, `-0.05`."""
    return format_yuan(amount_fen).replace(",", "")


def parse_yuan(text: str) -> int | str:
    """Read an amount in yuan and return it in fen; where it cannot be read, return the reason in Chinese.

    Accepts blanks around, at most two decimals, thousand commas in their places, full-width digits and
    marks, one minus before the digits. Refuses everything else, rather than guess: a third decimal (even
    zero), currency signs, brackets for a negative amount, a plus, a minus at the end or before zero.
    """
    if len(text) > AMOUNT_TEXT_MAX_CHARS:
        return f"金额超过 {AMOUNT_TEXT_MAX_CHARS} 个字符"
    plain = unicodedata.normalize("NFKC", text.translate(_MINUSES)).strip()
    if not plain:
        return "金额是空的"
    negative, digits = plain.startswith("-"), plain.removeprefix("-")
    reason = _find_reason(digits)
    if reason:
        return reason
    whole, _, decimals = digits.partition(".")
    amount_fen = int(whole.replace(",", "")) * 100 + int(decimals.ljust(2, "0"))
    if amount_fen > INTEGER_MAX:
        return f"金额太大，最多 {format_yuan(INTEGER_MAX)} 元"
    if negative and amount_fen == 0:
        return "零前面不能有负号"
    return -amount_fen if negative else amount_fen


def format_capitals(amount_fen: int) -> str:
    """Return an amount in Chinese capitals: `人民币壹仟贰佰叁拾肆元伍角整`.

    整 stands after 元 and 角, not after 分; zeros between digits are one 零, and 零 stands between 元 and
    分 where there is no 角. A zero before 元 alone gives no 零, which the rule leaves open. Negative
    amounts begin with 负. Source: 会计基础工作规范 art. 52; 支付结算办法 annex 1.
    """
    yuan, rest = divmod(abs(amount_fen), 100)
    jiao, fen = divmod(rest, 10)
    parts = ["人民币", "负" if amount_fen < 0 else ""]
    if yuan or not rest:
        parts.append(_spell(yuan) + "元")
    if jiao:
        parts.append(_DIGITS[jiao] + "角")
    elif fen and yuan:
        parts.append("零")
    parts.append(_DIGITS[fen] + "分" if fen else "整")
    return "".join(parts)


def to_wan(amount_fen: int) -> str:
    """Return an amount for a headline: `9,999.00元` below ten thousand yuan, `12.35万元` from there on.

    Rounded to 0.01 万元, halves away from zero. Never for an account or a table.
    """
    if abs(amount_fen) < 10_000_00:
        return f"{format_yuan(amount_fen)}元"
    hundredths = (abs(amount_fen) + 50_00) // 100_00
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}万元"


def _find_reason(digits: str) -> str:
    """Say why `digits`, without its leading minus, is no amount; empty where it is one."""
    if _CURRENCY.search(digits):
        return "只写数字，不写货币符号和单位（单位是元）"
    if digits.startswith("("):
        return "负数写成 -100.00，不用括号"
    if digits.startswith("+") or "-" in digits:
        return "正负号写错了：负数只在最前面写一个负号，正数不写"
    whole, point, decimals = digits.partition(".")
    if point and not (decimals and _PLAIN.fullmatch(decimals)):
        return "小数点后面应有一位或两位数字"
    if len(decimals) > 2:
        return "金额最多到分，小数点后不超过两位"
    if not (_PLAIN.fullmatch(whole) or _GROUPED.fullmatch(whole)):
        return "千分位逗号的位置不对" if "," in whole else "不是数字"
    return ""


def _spell(number: int) -> str:
    """Return a whole number in capitals, 0 as 零; above 万亿 units repeat as people say them."""
    for unit, word in _UNITS:
        if number >= unit:
            rest = number % unit
            gap = "零" if 0 < rest < unit // 10 else ""
            return _spell(number // unit) + word + gap + (_spell(rest) if rest else "")
    return _DIGITS[number]
