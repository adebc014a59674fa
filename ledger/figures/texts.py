"""Public texts as the collectors read them: by digest, and what stands where one was deleted by law."""

from __future__ import annotations

from collections.abc import Callable

from ledger.books.values import PublicText
from ledger.errors import NotProven

Texts = Callable[[str], object | None]
"""From a digest to the disclosed value; None when it is gone. Who hands it in has checked the digest."""

GONE = "（文字已依法删除）"


def read_text(texts: Texts, public: PublicText) -> str:
    """Return the text, or GONE where it was deleted; NotProven where what is disclosed is no text."""
    value = texts(public.text)
    if value is None:
        return GONE
    if not isinstance(value, str):
        raise NotProven(f"承诺值 {public.text} 公开的不是一段文字", code="text-kind")
    return value
