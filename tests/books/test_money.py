"""Amounts as people write and read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.money import format_capitals, format_yuan, parse_yuan, to_wan
from ledger.books.values import INTEGER_MAX

AMOUNTS = st.integers(-INTEGER_MAX, INTEGER_MAX)


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(123_450, "1,234.50"), (0, "0.00"), (-5, "-0.05"), (100, "1.00"), (100_000_000_00, "100,000,000.00")],
)
def test_yuan_have_commas_and_two_decimals(amount_fen: int, text: str) -> None:
    assert format_yuan(amount_fen) == text


@given(AMOUNTS)
def test_an_amount_written_and_read_is_the_same(amount_fen: int) -> None:
    text = format_yuan(amount_fen)

    assert parse_yuan(text) == amount_fen
    assert Decimal(text.replace(",", "")) * 100 == amount_fen


@pytest.mark.parametrize(
    ("text", "amount_fen"),
    [
        ("12", 1_200),
        ("1234.5", 123_450),
        ("1,234.50", 123_450),
        (" 12.30\u3000", 1_230),
        ("１，２３４．５０", 123_450),
        ("－５", -500),
        ("−5.00", -500),
        ("-0.01", -1),
        ("0", 0),
        ("0012.00", 1_200),
        ("90,071,992,547,409.91", INTEGER_MAX),
    ],
)
def test_what_clerks_write_is_read(text: str, amount_fen: int) -> None:
    assert parse_yuan(text) == amount_fen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "金额是空的"),
        ("  ", "金额是空的"),
        ("-", "不是数字"),
        ("1.234", "金额最多到分，小数点后不超过两位"),
        ("1.230", "金额最多到分，小数点后不超过两位"),
        ("1.", "小数点后面应有一位或两位数字"),
        ("1.x", "小数点后面应有一位或两位数字"),
        ("1.2.3", "小数点后面应有一位或两位数字"),
        (".5", "不是数字"),
        ("一百", "不是数字"),
        ("1 200", "不是数字"),
        ("1e3", "不是数字"),
        ("12,34", "千分位逗号的位置不对"),
        (",123", "千分位逗号的位置不对"),
        ("1234,567", "千分位逗号的位置不对"),
        ("￥5", "只写数字，不写货币符号和单位（单位是元）"),
        ("5元", "只写数字，不写货币符号和单位（单位是元）"),
        ("1.2万", "只写数字，不写货币符号和单位（单位是元）"),
        ("(5.00)", "负数写成 -100.00，不用括号"),
        ("（5.00）", "负数写成 -100.00，不用括号"),
        ("+5", "正负号写错了：负数只在最前面写一个负号，正数不写"),
        ("--5", "正负号写错了：负数只在最前面写一个负号，正数不写"),
        ("5-", "正负号写错了：负数只在最前面写一个负号，正数不写"),
        ("-0.00", "零前面不能有负号"),
        ("٣", "不是数字"),
        ("90,071,992,547,409.92", "金额太大，最多 90,071,992,547,409.91 元"),
        ("1" * 41, "金额超过 40 个字符"),
    ],
)
def test_what_is_no_amount_is_told_why(text: str, reason: str) -> None:
    assert parse_yuan(text) == reason


@given(st.text(max_size=45))
def test_any_text_is_read_or_told_why(text: str) -> None:
    result = parse_yuan(text)

    assert isinstance(result, int) or result


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (10_00, "壹拾元整"),
        (1_409_50, "壹仟肆佰零玖元伍角整"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (10_001_00, "壹万零壹元整"),
        (100_010_00, "壹拾万零壹拾元整"),
        (1_000_000_00, "壹佰万元整"),
        (10_000_000_000_00, "壹佰亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
        (-1_234_50, "负壹仟贰佰叁拾肆元伍角整"),
    ],
)
def test_capitals_follow_the_rules_of_cheques(amount_fen: int, text: str) -> None:
    assert format_capitals(amount_fen) == f"人民币{text}"


@given(AMOUNTS)
def test_capitals_can_be_read_back(amount_fen: int) -> None:
    assert read_capitals(format_capitals(amount_fen)) == amount_fen


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [
        (0, "0.00元"),
        (9_999_99, "9,999.99元"),
        (-9_999_99, "-9,999.99元"),
        (10_000_00, "1.00万元"),
        (10_050_00, "1.01万元"),
        (10_049_99, "1.00万元"),
        (-10_050_00, "-1.01万元"),
        (123_456_789_00, "12,345.68万元"),
    ],
)
def test_headlines_are_in_wan(amount_fen: int, text: str) -> None:
    assert to_wan(amount_fen) == text


def read_capitals(text: str) -> int:
    """Capitals to fen, digit by digit: another way round than writing them."""
    text = text.removeprefix("人民币").removesuffix("整")
    sign = -1 if text.startswith("负") else 1
    text = text.removeprefix("负")
    yuan, _, rest = text.rpartition("元")
    total = read_number(yuan) * 100
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in rest:
            at = rest.index(unit)
            total += "零壹贰叁肆伍陆柒捌玖".index(rest[at - 1]) * worth
    return sign * total


def read_number(text: str) -> int:
    for unit, worth in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        if unit in text:
            high, _, low = text.rpartition(unit)
            return read_number(high) * worth + read_number(low)
    return int("0" + "".join(str("零壹贰叁肆伍陆柒捌玖".index(letter)) for letter in text))
