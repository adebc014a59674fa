"""Receipts of what anybody sends by a public form: a number and a code of sixty bits, by which its writer sees later
what became of it. A form that is sent twice gives one receipt; of the code only a hash is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from typing import NamedTuple

from ledger.ports import Ports

CODE_CHARS = 12
"""Sixty bits, of which a thousand may be tried a day."""
_ONCE = re.compile(r"[a-z2-7]{52}")
_UNSEEN = frozenset({"Cc", "Cn", "Cs"})
_TYPED_LIKE = str.maketrans("018", "OIB")
"""Digits that the code has not, by the letters for which they are taken."""


class Receipt(NamedTuple):
    """What somebody takes along who sent something. `code` is nowhere kept but as a hash."""

    code: str
    due_on: str
    item: str
    number: int
    received_on: str


def make_once(ports: Ports) -> str:
    """Return what makes a form one: 256 random bits, from which its receipt follows."""
    return _encode(ports.entropy.take(32)).lower()


def take_once(ports: Ports, sent: str) -> str:
    """Return what makes a form one as it came back, and a new one where it did not."""
    return sent if _ONCE.fullmatch(sent) else make_once(ports)


def derive(of: str, prefix: str, village: str, once: str) -> tuple[str, str]:
    """Return the pseudonym and the code of what a form brought; `of` is a word for what forms bring."""
    item, code = (_derive(of, what, village, once) for what in ("item", "code"))
    return f"{prefix}{item[:16].lower()}", code[:CODE_CHARS]


def derive_again(of: str, village: str, once: str) -> str:
    """Return what makes the same form another one, and always the same."""
    return _derive(of, "again", village, once).lower()


def hash_code(item: str, code: str) -> bytes:
    """Return what is kept of a code."""
    return hashlib.sha256(f"{item}:{code}".encode()).digest()


def read_number(typed: str) -> int:
    """Return a receipt's number as somebody typed it; 0 for none."""
    digits = _fold(typed).lstrip("0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0


def opens(kept: tuple[str, bytes] | None, nobody: str, typed: str) -> bool:
    """Whether a code, as somebody typed it, is that of a pseudonym with its hash; where there is none the answer takes
    as long, and is no. `nobody` is a pseudonym that is nobody's.
    """
    item, code = kept if kept is not None else (nobody, bytes(32))
    given = hash_code(item, _fold(typed).translate(_TYPED_LIKE))
    return hmac.compare_digest(given, code) and kept is not None


def clean(text: str) -> str:
    """Return a text without what nobody can see and no entry may hold, its lines ended as everywhere."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in _UNSEEN).strip()


def _derive(of: str, what: str, village: str, once: str) -> str:
    return _encode(hashlib.sha256(f"mingbai {of} {what} {village} {once}".encode()).digest())


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _fold(text: str) -> str:
    """Return what somebody typed of a number or a code, without what they put between, in capital letters."""
    return re.sub(r"[\s—–-]", "", unicodedata.normalize("NFKC", text[:100])).upper()
