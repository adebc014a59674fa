"""What a password must be, and what names are one."""

from __future__ import annotations

import re

import pytest

from ledger.service.accounts.factors import find_step, open_secret, seal_secret
from ledger.service.accounts.names import check_sign_in, fold_sign_in
from ledger.service.accounts.passwords import (
    ONE_TIME_ALPHABET,
    check_password,
    fold_one_time,
    load_common,
    make_one_time_password,
)
from tests.fakes import SeededEntropy

WEAK = {
    "short": "password-length",
    "九个字的密码不算数": "password-length",
    "x" * 129: "password-length",
    "shiliuhe.wang": "password-is-name",
    "SHILIUHE.WANG12": "password-is-name",
    "aaaaaaaaaaaa": "password-repeated",
    "a123456789": "password-common",
    "A123456789": "password-common",
    "ａ１２３４５６７８９": "password-common",
    "woaini1314520": "password-common",
    "qwertyuiop": "password-common",
    "1qaz2wsx3edc": "password-common",
    "5201314520": "password-common",
    "12345678901": "password-common",
    "admin123456": "password-common",
    "123456123456": "password-common",
    "mingbai123": "password-common",
    "a123456abc": "password-common",
}


@pytest.mark.parametrize(("password", "code"), WEAK.items())
def test_what_a_guesser_tries_first_is_refused(password: str, code: str) -> None:
    assert [fault.code for fault in check_password(password, "shiliuhe.wang")] == [code]


@pytest.mark.parametrize(
    "password",
    [
        "huaishudixia",
        "correct horse battery",
        "k7mp-3wqx-9fha",
        "槐树底下数星星真好看",
        "2026shiliudaile",
        "!!!!!!aaaa",
    ],
)
def test_a_sentence_of_ones_own_needs_neither_signs_nor_capitals(password: str) -> None:
    assert check_password(password, "shiliuhe.wang") == []


def test_the_list_of_common_ones_is_folded_and_says_nothing_twice() -> None:
    common = load_common()

    assert len(common) > 80
    assert len(set(common)) == len(common)
    assert all(word == word.casefold() and len(word) > 3 for word in common if word.isascii())


def test_one_time_passwords_are_read_aloud_without_mistakes_and_never_alike() -> None:
    entropy = SeededEntropy("once")
    made = [make_one_time_password(entropy) for _ in range(500)]

    assert len(set(made)) == 500
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password) for password in made)
    assert set("".join(made)) - {"-"} == set(ONE_TIME_ALPHABET)
    assert set("ilo01").isdisjoint(ONE_TIME_ALPHABET)


def test_each_letter_of_a_one_time_password_is_as_likely_as_the_others() -> None:
    letters = "".join(make_one_time_password(SeededEntropy(str(number))) for number in range(2_000)).replace(
        "-", ""
    )
    expected = len(letters) / len(ONE_TIME_ALPHABET)

    assert all(0.8 < letters.count(letter) / expected < 1.2 for letter in ONE_TIME_ALPHABET)


def test_a_printed_password_is_the_same_however_it_is_typed() -> None:
    for typed in (
        "k7mp-3wqx-9fha-t2nc",
        "K7MP 3WQX 9FHA T2NC",
        "ｋ７ｍｐ３ｗｑｘ９ｆｈａｔ２ｎｃ",
        " k7mp3wqx9fhat2nc\n",
    ):
        assert fold_one_time(typed) == "k7mp-3wqx-9fha-t2nc"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        (" Li.Ming ", "li.ming"),
        ("ＬＩ", "li"),
        ("李明", "李明"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
    ],
)
def test_names_that_people_take_for_the_same_are_the_same(typed: str, folded: str) -> None:
    assert fold_sign_in(typed) == folded
    assert fold_sign_in(folded) == folded
    assert check_sign_in(typed) == []


@pytest.mark.parametrize(
    "name", ["", " ", "x", "a b", "a\nb", "-a", ".a", "a" * 33, "a\x00b", "a/b", "<b>", "a\u202eb", "😀😀"]
)
def test_a_name_that_nobody_can_type_or_read_is_refused(name: str) -> None:
    assert [fault.code for fault in check_sign_in(name)] == ["sign-in-form"]


def test_a_sealed_secret_opens_for_its_own_account_under_its_own_key_alone() -> None:
    sealed = seal_secret(b"k" * 32, "a-one", b"secret of twenty byt", SeededEntropy())

    assert open_secret(b"k" * 32, "a-one", sealed) == b"secret of twenty byt"
    assert open_secret(b"k" * 32, "a-two", sealed) == b""
    assert open_secret(b"l" * 32, "a-one", sealed) == b""
    assert open_secret(b"k" * 32, "a-one", b"") == b""
    assert b"secret" not in sealed


def test_every_flipped_byte_of_a_sealed_secret_is_noticed() -> None:
    sealed = seal_secret(b"k" * 32, "a-one", b"secret of twenty byt", SeededEntropy())

    for place in range(len(sealed)):
        spoilt = bytearray(sealed)
        spoilt[place] ^= 1
        assert open_secret(b"k" * 32, "a-one", bytes(spoilt)) == b""
    assert all(open_secret(b"k" * 32, "a-one", sealed[:length]) == b"" for length in range(len(sealed)))


@pytest.mark.parametrize(
    ("code", "step"),
    [("287082", 1), (" 287 082", 1), ("２８７０８２", 1), ("287083", None), ("", None), ("２", None)],
)
def test_the_code_is_that_of_rfc_6238(code: str, step: int | None) -> None:
    """Appendix B: at 59 seconds 94287082 of eight digits, of which an app shows the last six."""
    assert find_step(b"12345678901234567890", code, 59_000, 0) == step


def test_a_code_without_a_secret_is_never_right() -> None:
    assert find_step(b"", "000000", 59_000, 0) is None
