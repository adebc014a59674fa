"""Public text keeps numbers and names of people out, and lets the business of a village through."""

from __future__ import annotations

import datetime as dt
import sys
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.screening import (
    check_characters,
    check_glyphs,
    check_private_text,
    check_public_text,
    format_found,
    hide_numbers,
    normalise_text,
)
from ledger.errors import Fault

NAMES = frozenset({"样大山", "例河", "某老井"})
IDENTITY = "110101199003070000"
CARD = "6222020000000000000"
SEPARATORS = st.text(" \u00a0\u3000-－‐—._＿,，·・/／", min_size=1, max_size=3)


def _codes(text: str) -> list[str]:
    return [fault.code for fault in check_public_text(text, "C5", NAMES)]


def _add_luhn(digits: str) -> str:
    """Return the digits with the check digit that ISO/IEC 7812-1 asks for, worked out the slow way."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def _add_check_digit(digits: str) -> str:
    """Return 17 digits with the check digit that GB 11643-1999 asks for."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[weighed % 11]


IDENTITIES = st.builds(
    lambda region, born, serial: _add_check_digit(f"{region}{born:%Y%m%d}{serial:03d}"),
    st.sampled_from(["110105", "371082", "659001"]),
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 10, 28)),
    st.integers(0, 999),
)
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True, alphabet="0123456789")
CARDS = st.from_regex(r"62[0-9]{13,16}", fullmatch=True, alphabet="0123456789").map(_add_luhn)
NUMBERS = st.one_of(
    st.tuples(st.just("text-identity-number"), IDENTITIES, st.just((6, 8, 4))),
    st.tuples(st.just("text-bank-card"), CARDS, st.just((4, 4, 4, 7))),
    st.tuples(st.just("text-telephone"), MOBILES, st.just((3, 4, 4))),
)
OTHERS = st.lists(st.tuples(st.text("0123456789", min_size=1, max_size=20), SEPARATORS), max_size=3)


def _cut(number: str, sizes: Sequence[int]) -> list[str]:
    ends = list(accumulate(sizes))
    return [number[end - size : end] for end, size in zip(ends, sizes, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        f"付{IDENTITY}误工费",
        "证号11010119900307123X",
        "证号11010119900307123x。",
        "证号１１０１０１１９９００３０７００００",
        "110101 19900307 0000",
        "110101-19900307-0000",
        "旧证110101900307123",
        "110101 900307 123",
        "110105.19491231.0021",
        "110105_19491231，0021",
        "110105·19491231／0021",
        "110105  1949　12\u00a031 0021",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 1",
        "1101 0519 4912 3100 2X",
        "110105-2001-12-31-0021",
        "11010520011231002 X",
        "110105 2001-12-31 002X",
        "110105 2001.12.31 002x",
        "2026 110105194912310021",
        "工资3000 110105194912310021",
        "工资3000 110105 19491231 0021 45",
        "110105194912310021-2",
        "110105194912310021X",
        "110105194912310021 371082194912310021",
        "3000 4 11010 520011231 002X 15",
    ],
)
def test_an_identity_number_is_refused_however_it_is_spaced(text: str) -> None:
    assert _codes(text) == ["text-identity-number"]


@pytest.mark.parametrize(
    "text",
    [
        "付13800000000",
        "电话138-0000-0000",
        "+86 138 0000 0000",
        "0631-5550000",
        "010 55500000",
        "(0631)5550000",
        "电话13800001234 13900001234",
        "3 13800001234",
        "13800001234x2",
        "138 0000 1234X",
        "138.0000.1234",
        "138，0000，1234",
        "3，138 0000 1234",
        "工资3000 138 0000 1234",
        "2026-10-28 138 0000 1234",
        "3000 1380-013-1234 20",
        "3000 1380 000 1234 20",
        "1 3 8 0 0 0 0 1 2 3 4",
        "13 80 00 01 23 4",
        "0631.5550000",
        "0631 555 0000",
    ],
)
def test_a_telephone_is_refused(text: str) -> None:
    assert _codes(text) == ["text-telephone"]


@pytest.mark.parametrize("length", [16, 17, 18, 19])
def test_a_bank_card_of_any_length_is_refused(length: int) -> None:
    number = _add_luhn("6222020000000000000"[: length - 1])

    assert _codes(f"转入{number}账户") == ["text-bank-card"]
    assert _codes(f"转入{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}") == ["text-bank-card"]


@pytest.mark.parametrize(
    "text",
    [
        "卡号6222021001116245702 1000元",
        "6222 0210 0111 6245 702 1000元",
        "62 22 02 10 01 11 62 45 70 2",
        "4096 7000 1234 5676",
        "1000 4096-7012-1234-5672",
        "1000 4096 7000 0234 5678 1000",
    ],
)
def test_a_bank_card_is_refused_beside_other_numbers_and_in_groups(text: str) -> None:
    assert _codes(text) == ["text-bank-card"]


@given(NUMBERS, OTHERS, OTHERS, SEPARATORS)
def test_a_number_is_found_whatever_stands_beside_it(
    number: tuple[str, str, tuple[int, ...]],
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    separator: str,
) -> None:
    code, digits, _ = number
    left = "".join(f"{other}{between}" for other, between in before)
    right = "".join(f"{between}{other}" for other, between in after)

    text = f"付{left}{digits}{right}{separator}元"

    assert code in _codes(text)
    assert digits not in hide_numbers(text)


@given(NUMBERS, st.integers(1, 9), st.integers(10, 99), SEPARATORS)
def test_a_number_in_groups_is_found_whatever_divides_them(
    number: tuple[str, str, tuple[int, ...]], before: int, after: int, separator: str
) -> None:
    _, digits, sizes = number
    groups = _cut(digits, sizes)

    text = f"{before} {separator.join(groups)} {after}"

    assert _codes(text) != []
    assert groups[-1] not in hide_numbers(text) or len(groups[-1]) < 3


def test_an_identity_number_a_card_and_a_telephone_are_told_at_once() -> None:
    text = f"{IDENTITY} {_add_luhn(CARD[:-1])} 13800001234"

    assert _codes(text) == ["text-identity-number", "text-bank-card", "text-telephone"]


@pytest.mark.no_cover
@pytest.mark.parametrize("padding", ["1 " * 5_000, "62 " * 5_000, "1" + " " * 10_000, "4096 " * 2_000])
@pytest.mark.timeout(30)
def test_a_long_text_of_digits_is_searched_to_its_end(padding: str) -> None:
    faults = check_private_text(f"{padding}，{IDENTITY}", "G2")

    assert "text-identity-number" in [fault.code for fault in faults]


def test_a_wrong_check_digit_makes_a_long_number_no_card() -> None:
    number = _add_luhn("622202000000000000")

    assert _codes(number[:-1] + str((int(number[-1]) + 1) % 10)) == []


@pytest.mark.parametrize(
    "text",
    [
        "购办公用纸 2 箱，每箱 162.50 元",
        "冲销2026-10-018 2026-10-017两张凭证",
        "2026-10-28 至 2026-11-05 修路 1380 米",
        "合同 2026-003，金额 15,000,000.00 元",
        "发票号 12345678",
        "证号11010119901307123X",  # The thirteenth month: no date, no identity number.
        "110101901307123",
        "12345678901234567X",
        "9911011990030700001",
        "2026-10-28 付 3,000.00 元 凭证 2026-10-001 至 2026-10-017",
        "2026-10-001-2026-10-017",
        "凭证2026-10-001-017，2026-10-019",
        "2026.10.15 15320 1200，2026/10/16 15330",
        "10.28",
        "第3组 12户 45亩",
        "地块 12-3-45，12-3-46，13-2-100",
        "1,3,5,7,9,11,13,15,17,19号地",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
        "4203 4204 4205 4207 4210 4211 4212 4213 4214",
        "1532 1876 344 2000",
        "13,000.00 1200元，1,380.00 45.5",
        "300,150.00 2026-10-28 1200",
        "302201 2026-10-28 3000",
        "780101 345 780102 346 780103",
        "科目 101 102 13101 501 513",
        "",
    ],
)
def test_the_business_of_a_village_passes(text: str) -> None:
    assert _codes(text) == []


def test_amounts_with_blanks_between_them_may_look_like_a_card_and_the_fault_says_how_to_write_them() -> None:
    amounts = "8815 6152 2640 4401 6200 1649 1446 1172 5842"

    (fault,) = check_public_text(amounts, "C5", NAMES)

    assert (fault.code, fault.remedy) == (
        "text-bank-card",
        "删去号码；收款账户留在原始凭证上；若是几个数写在一起，不是号码，就用顿号「、」隔开",
    )
    assert _codes(amounts.replace(" ", "、")) == []


@pytest.mark.parametrize("text", [_add_luhn("622202000000000"), "13800001234", "138 0000 1234 13900001234"])
def test_a_number_written_whole_is_no_list(text: str) -> None:
    (fault,) = check_public_text(text, "C5", NAMES)

    assert "顿号" not in fault.remedy


@given(st.lists(st.integers(1, 999_999), max_size=30))
def test_numbers_with_an_enumeration_comma_between_them_are_a_list(numbers: list[int]) -> None:
    assert _codes("、".join(map(str, numbers))) == []


@pytest.mark.parametrize("text", ["付样大山误工费", "付样 大 山", "样大山", "补发样大山等三户", "与例河结算"])
def test_a_villagers_name_is_refused(text: str) -> None:
    assert _codes(text) == ["text-name"]


def test_each_name_is_said_once_and_masked() -> None:
    faults = check_public_text("样大山、某老井，样大山", "C5", NAMES)

    assert [fault.found for fault in faults] == ["村民姓名 样*山", "村民姓名 某*井"]


def test_all_that_is_wrong_is_said_at_once_and_nothing_of_it_repeated() -> None:
    faults = check_public_text(f"样大山{IDENTITY}，13800000000", "C5", NAMES)

    assert [fault.code for fault in faults] == ["text-identity-number", "text-telephone", "text-name"]
    assert not any(secret in str(faults) for secret in (IDENTITY, "13800000000", "样大山"))


def test_private_text_may_hold_a_telephone_but_no_card_and_no_identity_number() -> None:
    texts = ("13800000000", _add_luhn("622202000000000000"), IDENTITY, "样大山")

    found = [[fault.code for fault in check_private_text(text, "G2")] for text in texts]

    assert found == [[], ["text-bank-card"], ["text-identity-number"], []]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("买\u200b种子", "text-character"),
        ("买\u202e种子", "text-character"),
        ("买\n种子", "text-character"),
        ("买\x07种子", "text-character"),
        ("买\ue000种子", "text-character"),
        ("买\u2028种子", "text-character"),
        ("⼭地", "text-lookalike"),
        ("⺠", "text-lookalike"),
        ("a\u0301\u0302\u0303", "text-accents"),
    ],
)
def test_what_cannot_be_seen_or_looks_like_something_else_is_refused(text: str, code: str) -> None:
    assert [fault.code for fault in check_characters(text, "C5")] == [code]


@pytest.mark.parametrize("text", ["购办公用纸（2 箱）", "é́", "𠮷家沟", "㎡ ① ～ ￥", "☺\ufe0f", ""])
def test_ordinary_characters_pass(text: str) -> None:
    assert check_characters(normalise_text(text), "C5") == []


@given(st.text(max_size=12))
def test_what_passes_shows_every_character(text: str) -> None:
    normal = normalise_text(text)

    if not check_characters(normal, "C5"):
        assert not any(
            unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} for char in normal
        )


@given(st.text(max_size=12))
def test_normal_text_is_in_nfc_trimmed_and_stays_as_it_is(text: str) -> None:
    normal = normalise_text(text)

    assert unicodedata.is_normalized("NFC", normal)
    assert normal == normal.strip()
    assert normalise_text(normal) == normal


def test_every_kind_of_blank_becomes_a_plain_one() -> None:
    assert normalise_text("\u3000买\u00a0种\u3000子 ") == "买 种 子"
    blanks = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Zs"]
    assert normalise_text("买".join(("", *blanks, ""))) == "买 " * len(blanks) + "买"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "空"),
        ("12.345", "「12.345」"),
        ("购" * 30, "「" + "购" * 24 + "…」"),
        (IDENTITY, "「110****」"),
        ("证110105 19491231 0021，138 0000 1234", "「证110**** 138****」"),
        ("１１０１０５．１９４９１２３１．００２１号", "「110****号」"),
        ("138\u200b0000\u200b1234", "「138****」"),
        ("2026-10-017，3,000.00", "「2026-10-017，3,000.00」"),
        ("购" * 20 + "110105 19491231 0021", "「" + "购" * 20 + "110*…」"),
        ("a\nb", "「a□b」"),
    ],
)
def test_a_fault_repeats_a_short_and_harmless_piece(text: str, shown: str) -> None:
    assert format_found(text) == shown


def test_a_character_without_a_glyph_is_named_once_with_its_code_point() -> None:
    glyphs = frozenset(map(ord, "购纸"))

    (fault,) = check_glyphs("购a纸a", "C5", glyphs)

    assert (fault.code, fault.place, fault.found) == ("glyph-missing", "C5", "「a」（U+0061）")
    assert check_glyphs("购纸", "C5", glyphs) == []


def test_many_characters_without_a_glyph_are_counted() -> None:
    (fault,) = check_glyphs("abcdefg", "C5", frozenset())

    assert fault.found.count("U+") == 5
    assert fault.found.endswith("「e」（U+0065）等 7 个字")


@pytest.mark.parametrize("char", ["\u200b", "\u2f2d", "\ue000"])
def test_what_is_refused_for_a_better_reason_is_not_called_unprintable(char: str) -> None:
    assert check_characters(char, "C5") != []
    assert check_glyphs(char, "C5", frozenset()) == []


class CountingNames(frozenset[str]):
    """Names that know how often they were asked."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        CountingNames.asked += 1
        return super().__contains__(name)


def test_a_text_that_is_far_too_long_costs_as_much_as_it_is_long() -> None:
    """A cell of ten thousand letters once cost hours: every piece of it was looked up among the names."""
    text = "样例" * 5_000 + "样大山"

    faults = check_public_text(text, "摘要", CountingNames({"样大山", "例小河"}))

    assert [fault.code for fault in faults] == ["text-name"]
    assert CountingNames.asked <= 2 * len(text)


def test_a_character_newer_than_the_table_is_not_called_invisible() -> None:
    (fault,) = check_characters("样\U0003ff80", "姓名")

    assert fault == Fault(
        code="text-character",
        place="姓名",
        found="这台机器的字表还没有的生僻字 U+3FF80",
        expected="字表里有的字",
        remedy="换成同音的常用字，并在后面注明",
    )
