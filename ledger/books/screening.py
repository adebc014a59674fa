"""Text as it may stand in the books: one form for what looks the same, and nothing personal in public.

Public text is read by everyone for ever, or until it is redacted with a trace; so identity numbers,
telephones, bank cards and the names of villagers are refused before they get there, not after. A fault says
that such a number stands there and where, never the number itself. Source of the checks: GB 11643-1999
(identity numbers), ISO/IEC 7812-1 annex B (Luhn), the national numbering plan.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Container, Iterator

from ledger.books.people import mask_name
from ledger.errors import Fault

COMBINING_MAX = 2
"""Combining marks in a row; more pile up over the neighbouring lines."""

FOUND_MAX_CHARS = 24
"""Characters of a wrong text that a fault repeats."""

_SEPARATORS = re.compile(r"(?<=[0-9])[ \-‐‑–—]{1,2}(?=[0-9Xx])")
_VOUCHER_OR_DAY = re.compile(r"(?<![0-9])2[0-9]{3}-[0-9]{2}-[0-9]{2,3}(?![0-9])")
_DIGITS = re.compile(r"(?<![0-9])[0-9]{7,}[Xx]?")
_IDENTITY_18 = re.compile(r"[1-8][0-9]{5}(?P<born>(?:18|19|20)[0-9]{6})[0-9]{3}[0-9Xx]")
_IDENTITY_15 = re.compile(r"[1-8][0-9]{5}(?P<born>[0-9]{6})[0-9]{3}")
_MOBILE = re.compile(r"(?:0?0?86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{2})[ \-‐‑–—)）]{0,2}[2-9][0-9]{6,7}(?![0-9])")
_RADICALS = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
_SHORTEST_NAME = 2
_GLYPHS_MAX_NAMED = 5


def normalise_text(text: str) -> str:
    """Return `text` in NFC, every kind of blank a plain one, none at its ends."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in composed).strip()


def check_characters(text: str, place: str) -> list[Fault]:
    """Refuse what cannot be seen or looks like something else: control, invisible and direction-changing
    characters, unassigned and private ones, radicals in place of characters, piles of accents.
    """
    faults = []
    hidden = next((char for char in text if unicodedata.category(char) in _HIDDEN), None)
    if hidden is not None:
        faults.append(
            Fault(
                code="text-character",
                place=place,
                found=f"看不见的字符 U+{ord(hidden):04X}",
                expected="只有看得见的文字",
                remedy="清空这一格，用键盘重新输入，不要换行",
            )
        )
    radical = next((char for char in text if _is_radical(char)), None)
    if radical is not None:
        faults.append(
            Fault(
                code="text-lookalike",
                place=place,
                found=f"样子像常用字的特殊字符「{radical}」（U+{ord(radical):04X}）",
                expected=f"常用字「{unicodedata.normalize('NFKC', radical)}」",
                remedy="用输入法重新输入这个字",
            )
        )
    if _has_pile(text):
        faults.append(
            Fault(
                code="text-accents",
                place=place,
                found=f"一个字上叠了超过 {COMBINING_MAX} 个符号",
                expected="平常的文字",
                remedy="清空这一格，用键盘重新输入",
            )
        )
    return faults


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})


def check_public_text(text: str, place: str, names: frozenset[str]) -> list[Fault]:
    """Refuse identity numbers, telephones, bank cards, and any of `names` (villagers the vault knows)."""
    faults = [
        Fault(code=code, place=place, found=found, expected="没有号码的文字", remedy=remedy)
        for code, found, remedy in _find_numbers(text)
    ]
    return faults + [
        Fault(
            code="text-name",
            place=place,
            found=f"村民姓名 {mask_name(name)}",
            expected="会公开的文字里没有村民姓名",
            remedy="改写成「村民」「某户」等说法，姓名留在原始凭证上",
        )
        for name in _find_names(text, names)
    ]


def check_private_text(text: str, place: str) -> list[Fault]:
    """Refuse identity numbers and bank cards, which are kept nowhere, not even where nobody sees them."""
    return [
        Fault(code=code, place=place, found=found, expected="没有证件号和卡号", remedy=remedy)
        for code, found, remedy in _find_numbers(text)
        if code != "text-telephone"
    ]


def check_glyphs(text: str, place: str, glyphs: Container[int]) -> list[Fault]:
    """Refuse characters that the font of the sheets has no glyph for: on paper each would be an empty box.

    Those that `check_characters` refuses for a better reason are left to it.
    """
    missing = dict.fromkeys(
        char
        for char in text
        if ord(char) not in glyphs and unicodedata.category(char) not in _HIDDEN and not _is_radical(char)
    )
    if not missing:
        return []
    named = [f"「{char}」（U+{ord(char):04X}）" for char in missing]
    more = f"等 {len(named)} 个字" if len(named) > _GLYPHS_MAX_NAMED else ""
    return [
        Fault(
            code="glyph-missing",
            place=place,
            found="、".join(named[:_GLYPHS_MAX_NAMED]) + more,
            expected="公开表上印得出来的字",
            remedy="这个字印出来是空框：换一个常用字；人名、地名里的生僻字用同音字代替，并在后面注明",
        )
    ]


def format_found(text: str) -> str:
    """Return a wrong text as a fault may repeat it: short, long numbers starred."""
    short = text if len(text) <= FOUND_MAX_CHARS else text[:FOUND_MAX_CHARS] + "…"
    shown = "".join(char if unicodedata.category(char) not in _HIDDEN else "□" for char in short)
    return f"「{hide_numbers(shown)}」" if shown else "空"


def hide_numbers(text: str) -> str:
    """Return a text with every long number starred behind its third digit: it may be anybody's."""
    return re.sub(r"[0-9]{7,}", lambda found: f"{found[0][:3]}****", text)


def _find_numbers(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield code, what was found, and the remedy, once for each kind of number."""
    plain = unicodedata.normalize("NFKC", text)
    # Two voucher numbers side by side are eighteen digits too.
    joined = _SEPARATORS.sub("", _VOUCHER_OR_DAY.sub("#", plain))
    runs = [run[0] for run in _DIGITS.finditer(joined)]
    if any(_is_identity(run) for run in runs):
        yield "text-identity-number", "一个身份证号码", "删去号码；证件号不进账本，留在原始凭证上"
    elif any(_is_card(run) for run in runs):
        yield "text-bank-card", "一个银行卡号", "删去号码；收款账户留在原始凭证上"
    if any(_MOBILE.fullmatch(run) for run in runs) or _LANDLINE.search(plain):
        yield "text-telephone", "一个电话号码", "删去号码；电话留在原始凭证上"


def _is_identity(run: str) -> bool:
    """Whether digits are formed as an identity number; a wrong check digit does not make one harmless."""
    long = _IDENTITY_18.fullmatch(run)
    if long:
        return _is_date(long["born"])
    short = _IDENTITY_15.fullmatch(run)
    return bool(short and _is_date("19" + short["born"]))


def _is_date(digits: str) -> bool:
    try:
        dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _is_card(run: str) -> bool:
    """Whether 16 to 19 digits pass Luhn's check."""
    if not 16 <= len(run) <= 19 or not run.isdigit():
        return False
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in run[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in run[::-2])) % 10 == 0


def _find_names(text: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the names that stand in `text`, blanks ignored; the cost does not grow with `names`."""
    letters = "".join(text.split())
    pieces = (
        letters[start : start + length]
        for length in range(_SHORTEST_NAME, len(letters) + 1)
        for start in range(len(letters) - length + 1)
    )
    yield from dict.fromkeys(piece for piece in pieces if piece in names)


def _is_radical(char: str) -> bool:
    return any(ord(char) in block for block in _RADICALS)


def _has_pile(text: str) -> bool:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks > COMBINING_MAX:
            return True
    return False
