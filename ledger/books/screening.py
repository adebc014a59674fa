"""Text as it may stand in the books: one form for what looks the same, and nothing personal in public.

Public text is read by everyone for ever, or until it is redacted with a trace; so identity numbers,
telephones, bank cards and the names of villagers are refused before they get there, not after. A fault says
that such a number stands there and where, never the number itself. Source of the checks: GB 11643-1999
(identity numbers), ISO/IEC 7812-1 (issuers; annex B, Luhn), the national numbering plan.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from ledger.books.people import mask_name
from ledger.books.values import drop_blanks
from ledger.errors import Fault

COMBINING_MAX = 2
"""Combining marks in a row; more pile up over the neighbouring lines."""

FOUND_MAX_CHARS = 24
"""Characters of a wrong text that a fault repeats."""
_STARRED_MAX_CHARS = 1_000
"""Characters of a wrong text that are looked through for numbers before it is cut."""

_BETWEEN = r"\s\-‐‑‒–—―−.,_/·•・‧∙"
"""What people put between the groups of a number, as it stands after NFKC. An enumeration comma ends a number."""
_CHAIN = re.compile(rf"[0-9]+(?:[{_BETWEEN}]+[0-9]+)*(?:[{_BETWEEN}]*[Xx])?")
_GROUP = re.compile(r"[0-9]{17}[Xx]|[0-9]+|[Xx]")
_CHAIN_END = "#"
_AMOUNT = re.compile(
    r"(?<![0-9])(?<![0-9][.,])(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,2}(?:\.[0-9]{1,2})?|[0-9]+\.[0-9]{1,2})"
    r"(?![0-9]|[.,][0-9])"
)
_DAY = r"2[0-9]{3}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,3}"
_VOUCHERS_OR_DAYS = re.compile(
    rf"(?<![0-9])(?<![0-9][\-./]){_DAY}(?:-{_DAY})*(?:-[0-9]{{1,3}})?(?![0-9]|[\-./][0-9])"
)
_IDENTITY_18 = re.compile(r"[1-8][0-9]{5}(?P<born>(?:18|19|20)[0-9]{6})[0-9]{3}[0-9Xx]")
_IDENTITY_15 = re.compile(r"[1-8][0-9]{5}(?P<born>[0-9]{6})[0-9]{3}")
_IDENTITY_CUTS = frozenset({6, 8, 10, 12, 14, 17})
"""Where the parts of an identity number meet: region, year, month, day, serial, check digit."""
_CHECK_DIGITS = "10X98765432"
_BANK_ISSUER = re.compile(r"35|[4569]")
_UNIONPAY = "62"
_CARD_GROUP_MIN_DIGITS = 4
_MOBILE = re.compile(r"(?:0?0?86)?1[3-9][0-9]{9}")
_MOBILE_GROUPS = frozenset({(3, 4, 4), (3, 3, 5), (3, 8), (7, 4)})
_MOBILE_MAX_GROUPS = 4
_LANDLINE = re.compile(
    rf"(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{{2}})[{_BETWEEN})]{{0,3}}[2-9][0-9]{{2,3}}[{_BETWEEN}]{{0,2}}[0-9]{{4}}"
    r"(?![0-9])"
)
_FEWEST_DIGITS = 10
"""Of a landline; a text with fewer, as nearly every one is, need not be searched."""
_JOINED_MIN_DIGITS = 11
_LONGEST_NUMBER = 19
_RADICALS = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
_SHORTEST_NAME = 2
_GLYPHS_MAX_NAMED = 5


class _Join(NamedTuple):
    """Neighbouring groups of digits, read as one number."""

    groups: tuple[str, ...]
    is_apart: bool  # no neighbour is divided off as its own groups are: a list has one separator throughout

    @property
    def run(self) -> str:
        """All the digits."""
        return "".join(self.groups)

    @property
    def has_zero_ahead(self) -> bool:
        """Whether a group behind the first begins with a zero, which a list's numbers do not."""
        return any(group.startswith("0") for group in self.groups[1:])


_Judge = Callable[[_Join], bool]
_BLANKS = {code: " " for code in range(0x10000) if unicodedata.category(chr(code)) == "Zs"}
"""Every blank, as a plain one: they are all in the first plane."""


def normalise_text(text: str) -> str:
    """Return `text` in NFC, every kind of blank a plain one, none at its ends."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text).translate(_BLANKS).strip()


def check_characters(text: str, place: str) -> list[Fault]:
    """Refuse what cannot be seen or looks like something else: control, invisible and direction-changing
    characters, unassigned and private ones, radicals in place of characters, piles of accents.
    """
    if text.isascii() and text.isprintable():
        return []
    faults = []
    hidden = next((char for char in text if unicodedata.category(char) in _HIDDEN), None)
    if hidden is not None:
        faults.append(_build_hidden(hidden, place))
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
_RARE_PLANES = range(0x20000, 0x40000)
"""Where Unicode keeps rare Chinese characters, and adds more every few years."""


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
    # Starred before it is cut: half a number in groups would no longer be known as one. No number is so long that it
    # begins in what is shown and ends beyond what a cell may hold.
    starred = hide_numbers(text[:_STARRED_MAX_CHARS])
    short = starred if len(starred) <= FOUND_MAX_CHARS else starred[:FOUND_MAX_CHARS] + "…"
    shown = "".join(char if unicodedata.category(char) not in _HIDDEN else "□" for char in short)
    return f"「{shown}」" if shown else "空"


def hide_numbers(text: str) -> str:
    """Return a text with every long number, in groups or whole, starred behind its third digit: it may be
    anybody's.
    """
    plain = _level_text(text)
    spans = [(start, end) for _, start, end in _locate_numbers(plain)]
    spans += [run.span() for run in re.finditer(r"[0-9]{7,}", plain)]
    if not spans:
        return text
    pieces, shown_to = [], 0
    for start, end in sorted(spans):
        if start >= shown_to:
            digits = "".join(_GROUP.findall(plain[start:end]))
            pieces += [plain[shown_to:start], f"{digits[:3]}****"]
        shown_to = max(shown_to, end)
    return "".join(pieces) + plain[shown_to:]


_NUMBERS = {
    "text-identity-number": ("一个身份证号码", "删去号码；证件号不进账本，留在原始凭证上"),
    "text-bank-card": ("一个银行卡号", "删去号码；收款账户留在原始凭证上"),
    "text-telephone": ("一个电话号码", "删去号码；电话留在原始凭证上"),
}


_IF_LIST = "；若是几个数写在一起，不是号码，就用顿号「、」隔开"
"""Numbers with blanks between them can look like one in groups; nobody puts an enumeration comma within a number."""


def _find_numbers(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield code, what was found, and the remedy, once for each kind of number."""
    plain = _level_text(text)
    is_joined: dict[str, bool] = {}
    for code, start, end in _locate_numbers(plain):
        is_joined[code] = is_joined.get(code, True) and not plain[start:end].isalnum()
    for code, (found, remedy) in _NUMBERS.items():
        if code in is_joined:
            yield code, found, remedy + (_IF_LIST if is_joined[code] else "")


def _level_text(text: str) -> str:
    """Return `text` with one form for each digit and separator; what cannot be seen is a blank."""
    # A full-width comma stands between sentences, never within an amount.
    composed = unicodedata.normalize("NFKC", text.replace("，", " "))
    return "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in composed)


def _locate_numbers(plain: str) -> Iterator[tuple[str, int, int]]:
    """Yield code, start and end of each number, no digit in two of them.

    Groups that are a number by themselves come first, so that no neighbour hides them. Then groups are joined, but
    not across amounts, days and voucher numbers, whose digits side by side look like anything; only an identity
    number whose check digit is right may have its day of birth written as a day.
    """
    if len(re.findall("[0-9]", plain)) < _FEWEST_DIGITS:
        return
    rest = plain
    for forms, groups_max, kinds in _SEARCHES:
        rest = forms.sub(lambda form: "#" * len(form[0]), rest) if forms else rest
        for code, is_number in kinds:
            for start, end in _find_joins(rest, is_number, groups_max):
                yield code, start, end
                rest = rest[:start] + "#" * (end - start) + rest[end:]
    yield from (("text-telephone", *found.span()) for found in _LANDLINE.finditer(rest))


def _find_joins(plain: str, is_number: _Judge, groups_max: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of neighbouring groups of digits that make a number together, the longest first."""
    for chain in _CHAIN.finditer(plain):
        groups = list(_GROUP.finditer(plain, *chain.span()))
        between = [plain[left.end() : right.start()] for left, right in pairwise(groups)]
        gaps = [_CHAIN_END, *between, _CHAIN_END]
        first = 0
        while first < len(groups):
            joins = _list_joins(groups, gaps, first, groups_max)
            count = max((len(join.groups) for join in joins if is_number(join)), default=0)
            if count:
                yield groups[first].start(), groups[first + count - 1].end()
            first += count or 1


def _list_joins(
    groups: Sequence[re.Match[str]], gaps: Sequence[str], first: int, groups_max: int
) -> Iterator[_Join]:
    """Yield the joins that begin with one group and are neither too short nor too long for any number."""
    texts: list[str] = []
    length = 0
    for last in range(first, min(first + groups_max, len(groups))):
        texts.append(groups[last][0])
        length += len(texts[-1])
        if length > _LONGEST_NUMBER:
            break
        if length >= _JOINED_MIN_DIGITS:
            within = gaps[first + 1 : last + 1]
            yield _Join(tuple(texts), gaps[first] not in within and gaps[last + 1] not in within)


def _is_identity(join: _Join) -> bool:
    """Whether digits are formed as an identity number; a wrong check digit does not make one harmless.

    Where it is wrong, groups within a list count only if they are those that the number is made of; fifteen digits,
    which have none, are never joined from others.
    """
    found = _IDENTITY_18.fullmatch(join.run) or _IDENTITY_15.fullmatch(join.run)
    if not found:
        return False
    born = found["born"]
    if not _is_date(born if len(born) == 8 else f"19{born}"):
        return False
    if set(accumulate(map(len, join.groups[:-1]))) <= _IDENTITY_CUTS:
        return True
    return len(join.run) == 18 and (join.is_apart or _has_check_digit(join.run))


def _is_proven_identity(join: _Join) -> bool:
    """Whether digits are an identity number of 18 digits by their check digit too."""
    return len(join.run) == 18 and _is_identity(join) and _has_check_digit(join.run)


def _has_check_digit(run: str) -> bool:
    """Whether the last of 18 digits is the one that follows from the others (ISO 7064 MOD 11-2)."""
    weighed = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(run[:17]))
    return run[17].upper() == _CHECK_DIGITS[weighed % 11]


def _is_date(digits: str) -> bool:
    try:
        dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _is_card(join: _Join) -> bool:
    """Whether 16 to 19 digits pass Luhn's check.

    One list of numbers in ten passes it too. Joined from groups they are a card's where two of three things speak
    for it: UnionPay issued it, as nearly all in a village; the groups are as on a card; they are plainly no list.
    """
    run = join.run
    if not 16 <= len(run) <= 19 or not run.isdigit():
        return False
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in run[-2::-2]]
    if (sum(doubled) + sum(int(digit) for digit in run[::-2])) % 10:
        return False
    is_grouped = all(len(group) >= _CARD_GROUP_MIN_DIGITS for group in join.groups[:-1])
    if len(join.groups) == 1 or (run.startswith(_UNIONPAY) and is_grouped):
        return True
    is_no_list = join.is_apart or join.has_zero_ahead
    return is_no_list and (run.startswith(_UNIONPAY) or (bool(_BANK_ISSUER.match(run)) and is_grouped))


def _is_mobile(join: _Join) -> bool:
    """Whether digits are a mobile number: whole, in the usual groups, or in others that are plainly no list."""
    if not _MOBILE.fullmatch(join.run):
        return False
    sizes = tuple(map(len, join.groups))
    if sizes in _MOBILE_GROUPS or len(sizes) == 1:
        return True
    if len(sizes) <= _MOBILE_MAX_GROUPS:
        return join.is_apart or join.has_zero_ahead
    # Digit by digit, or in pairs.
    return join.is_apart and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]


_KINDS: tuple[tuple[str, _Judge], ...] = (
    ("text-identity-number", _is_identity),
    ("text-bank-card", _is_card),
    ("text-telephone", _is_mobile),
)
_SEARCHES: tuple[tuple[re.Pattern[str] | None, int, tuple[tuple[str, _Judge], ...]], ...] = (
    (None, 1, _KINDS),
    (_AMOUNT, _LONGEST_NUMBER, (("text-identity-number", _is_proven_identity),)),
    (_VOUCHERS_OR_DAYS, _LONGEST_NUMBER, _KINDS),
)


def _find_names(text: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the names that stand in `text`, blanks ignored; the cost grows with the text and the longest name alone."""
    letters = drop_blanks(text)
    # What is far too long for its cell comes here too: it is told of everything at once.
    longest = min(len(letters), max(map(len, names), default=0))
    pieces = (
        letters[start : start + length]
        for length in range(_SHORTEST_NAME, longest + 1)
        for start in range(len(letters) - length + 1)
    )
    yield from dict.fromkeys(piece for piece in pieces if piece in names)


def _build_hidden(char: str, place: str) -> Fault:
    found, expected = f"看不见的字符 U+{ord(char):04X}", "只有看得见的文字"
    remedy = "清空这一格，用键盘重新输入，不要换行"
    if unicodedata.category(char) == "Cn" and ord(char) in _RARE_PLANES:
        # Whoever typed it sees it: it is newer than the table of characters that this machine has.
        found, expected = f"这台机器的字表还没有的生僻字 U+{ord(char):04X}", "字表里有的字"
        remedy = "换成同音的常用字，并在后面注明"
    return Fault(code="text-character", place=place, found=found, expected=expected, remedy=remedy)


def _is_radical(char: str) -> bool:
    code = ord(char)
    return code >= _RADICALS[0].start and any(code in block for block in _RADICALS)


def _has_pile(text: str) -> bool:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks > COMBINING_MAX:
            return True
    return False
