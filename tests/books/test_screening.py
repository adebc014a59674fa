"""Public text keeps numbers and names of people out, and lets the business of a village through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.screening import (
    check_characters,
    check_glyphs,
    check_private_text,
    check_public_text,
    format_found,
    normalise_text,
)

NAMES = frozenset({"样大山", "例河", "某老井"})
IDENTITY = "110101199003070000"
CARD = "6222020000000000000"


def _codes(text: str) -> list[str]:
    return [fault.code for fault in check_public_text(text, "C5", NAMES)]


def _add_luhn(digits: str) -> str:
    """Return the digits with the check digit that ISO/IEC 7812-1 asks for, worked out the slow way."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


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
    ],
)
def test_a_telephone_is_refused(text: str) -> None:
    assert _codes(text) == ["text-telephone"]


@pytest.mark.parametrize("length", [16, 17, 18, 19])
def test_a_bank_card_of_any_length_is_refused(length: int) -> None:
    number = _add_luhn("6222020000000000000"[: length - 1])

    assert _codes(f"转入{number}账户") == ["text-bank-card"]
    assert _codes(f"转入{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}") == ["text-bank-card"]


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
        "",
    ],
)
def test_the_business_of_a_village_passes(text: str) -> None:
    assert _codes(text) == []


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "空"),
        ("12.345", "「12.345」"),
        ("购" * 30, "「" + "购" * 24 + "…」"),
        (IDENTITY, "「110****」"),
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
