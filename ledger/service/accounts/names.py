"""Sign-in names. They are told apart as people tell them apart: without regard to case, width or blanks around them."""

from __future__ import annotations

import re
import unicodedata

from ledger.errors import Fault

SIGN_IN_MIN_CHARS = 2
SIGN_IN_MAX_CHARS = 32
"""Long enough for a village's name in pinyin and a function; what is longer is no name that anybody types."""

_FORM = re.compile(r"\w[\w.@-]*")


def fold_sign_in(text: str) -> str:
    """Return the one spelling of a sign-in name: NFKC, without case, without blanks around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def check_sign_in(text: str) -> list[Fault]:
    """A name has two to thirty-two letters (Chinese too), digits, dots, dashes or @, and begins with one of the first
    two.
    """
    folded = fold_sign_in(text)
    if SIGN_IN_MIN_CHARS <= len(folded) <= SIGN_IN_MAX_CHARS and _FORM.fullmatch(folded):
        return []
    return [
        Fault(
            code="sign-in-form",
            place="登录名",
            found=f"{len(folded)} 个字" if len(folded) > SIGN_IN_MAX_CHARS else folded or "没有写",
            expected=f"{SIGN_IN_MIN_CHARS} 到 {SIGN_IN_MAX_CHARS} 个字：汉字、字母、数字，中间可以有 . - _ @",
            remedy="换一个登录名",
        )
    ]
