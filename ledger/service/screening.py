"""Texts a person types that will be public, held against the people whom the vault knows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ledger.books.contracts import PRIVATE_PARTIES
from ledger.books.screening import (
    check_characters,
    check_glyphs,
    check_private_text,
    check_public_text,
)
from ledger.books.values import drop_blanks
from ledger.data import load_glyphs
from ledger.errors import Fault, Refused
from ledger.limits import TYPED_MAX_CHARS
from ledger.ports import Ports
from ledger.service.counterparties import list_counterparties

_TELEPHONE = re.compile(r"[0-9 +\-–—－()（）转]+")
_TELEPHONE_DIGITS = range(5, 21)
_TELEPHONE_MAX_CHARS = 40


def list_names(ports: Ports, village: str) -> frozenset[str]:
    """Return the names that may not stand in public text, without blanks."""
    households = (item.name for item in ports.vault.list_households(village))
    members = (item.name for item in ports.vault.list_members(village))
    others = (item.name for item in list_counterparties(ports, village) if item.party in PRIVATE_PARTIES)
    return frozenset(drop_blanks(name) for name in (*households, *members, *others))


def check_published(text: str, place: str, names: frozenset[str]) -> list[Fault]:
    """Return what keeps a text off the notice board: something personal, or a character no sheet can print."""
    return check_public_text(text, place, names) + check_glyphs(text, place, load_glyphs())


def refuse_texts(ports: Ports, village: str, texts: Mapping[str, str]) -> None:
    """Raise Refused with every fault of texts, given by the place where they were typed, that would be public."""
    faults = check_texts(texts, list_names(ports, village))
    if faults:
        raise Refused(faults)


def check_texts(texts: Mapping[str, str], names: frozenset[str]) -> list[Fault]:
    """Return every fault of texts, given by the place where they were typed, that would be public."""
    return [
        fault
        for place, text in texts.items()
        for fault in _check_long(text, place)
        or (
            *_check_blank(text, place),
            *check_characters(text, place),
            *check_published(text, place, names),
        )
    ]


def check_description(name: str, township: str, telephone: str, names: frozenset[str]) -> list[Fault]:
    """Return what is wrong with what a village says of itself, by the options in which it is typed.

    The telephone is an office's, so it may be one; it stands on every sheet, so it may be nothing else.
    """
    place = "--telephone"
    faults = check_texts({"--name": name, "--township": township}, names)
    return faults + (
        _check_blank(telephone, place)
        or check_private_text(telephone, place) + _check_telephone(telephone, place)
    )


def _check_long(text: str, place: str) -> list[Fault]:
    if len(text) <= TYPED_MAX_CHARS:
        return []
    return [
        Fault(
            code="text-too-long",
            place=place,
            found=f"{len(text)} 个字",
            expected=f"不超过 {TYPED_MAX_CHARS} 个字",
            remedy="写短一些，细节留在原件上",
        )
    ]


def _check_blank(text: str, place: str) -> list[Fault]:
    if text.strip():
        return []
    return [
        Fault(
            code="text-blank",
            place=place,
            found="没有写字",
            expected="会公开的文字",
            remedy="写上再运行",
        )
    ]


def _check_telephone(text: str, place: str) -> list[Fault]:
    digits = sum(char.isdigit() for char in text)
    is_one = _TELEPHONE.fullmatch(text) and digits in _TELEPHONE_DIGITS and len(text) <= _TELEPHONE_MAX_CHARS
    if is_one:
        return []
    return [
        Fault(
            code="telephone-form",
            place=place,
            found="不是电话号码的写法",
            expected=(
                f"{_TELEPHONE_DIGITS[0]} 至 {_TELEPHONE_DIGITS[-1]} 位数字，可以有空格、横杠、加号、括号和"
                "「转」，如 0531-12345678 转 801"
            ),
            remedy="只写号码，不写姓名和别的字",
        )
    ]
