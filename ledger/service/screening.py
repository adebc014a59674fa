"""Texts a person types that will be public, held against the people whom the vault knows."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.books.screening import check_characters, check_glyphs, check_public_text
from ledger.data import load_glyphs
from ledger.errors import Fault, Refused
from ledger.ports import Ports


def list_names(ports: Ports, village: str) -> frozenset[str]:
    """Return the names that may not stand in public text, without blanks."""
    households = (item.name for item in ports.vault.list_households(village))
    members = (item.name for item in ports.vault.list_members(village))
    return frozenset("".join(name.split()) for name in (*households, *members))


def check_published(text: str, place: str, names: frozenset[str]) -> list[Fault]:
    """Return what keeps a text off the notice board: something personal, or a character no sheet can print."""
    return check_public_text(text, place, names) + check_glyphs(text, place, load_glyphs())


def refuse_texts(ports: Ports, village: str, texts: Mapping[str, str]) -> None:
    """Raise Refused with every fault of texts, given by the place where they were typed, that would be public."""
    names = list_names(ports, village)
    faults = [
        fault
        for place, text in texts.items()
        for fault in (*check_characters(text, place), *check_published(text, place, names))
    ]
    if faults:
        raise Refused(faults)
