"""Who may not be given an own honour for a while, and why: what a scheme says of a grade, told beside the honours.

A person's honour names somebody by name within a household, and the vault does not know which household a member
belongs to. So whoever is named is held against the members of that name: refused where all of them lost the honour,
pointed out where only some did.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from ledger.books.eligibility import Lost
from ledger.books.scores import OwnHonour
from ledger.books.values import drop_blanks, get_last_day
from ledger.figures.members import name_branch
from ledger.figures.texts import read_text
from ledger.ports import Ports, Reader
from ledger.service.preview import preview_rank
from ledger.service.sheets import read_texts
from ledger.state.eligibility import list_lost
from ledger.state.facts import Facts
from ledger.state.schemes import list_schemes
from ledger.vaults import Member, Vault


class Ineligible(NamedTuple):
    """A member who lost an own honour: by which round, with which grade, under which version of which scheme."""

    branch: str
    grade: str
    lost: Lost
    member: Member
    scheme: str
    until: str  # the last day on which it is lost


class Named(NamedTuple):
    """How many members have a name, and how many of them lost the honour."""

    known: int
    lost: int


def list_ineligible(ports: Ports, reader: Reader, village: str, until: str) -> list[Ineligible]:
    """Return who lost an own honour of the time that ends with a month, by branch and number.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    known = {member.member: member for member in ports.vault.list_members(village)}
    schemes = {scheme.version: scheme for scheme in list_schemes(reader.facts)}
    texts = read_texts(reader)
    found = []
    for lost in list_lost(reader.facts, until, partial(ports.vault.find_private, village)):
        member, scheme = known.get(lost.member), schemes[lost.version]
        if member is None:
            continue
        found.append(
            Ineligible(
                branch=name_branch(reader.facts, texts, lost.branch),
                grade=preview_rank(scheme, lost.stars, partial(read_text, texts)),
                lost=lost,
                member=member,
                scheme=read_text(texts, scheme.title),
                until=get_last_day(lost.last),
            )
        )
    return sorted(found, key=lambda one: (one.lost.branch, one.member.number, one.lost.period))


def count_named(
    vault: Vault, facts: Facts, village: str, own: OwnHonour, until: str, names: Collection[str]
) -> dict[str, Named]:
    """Return for each of some names of whom a member who lost an own honour has it how many members there are."""
    lost = {
        one.member
        for one in list_lost(facts, until, partial(vault.find_private, village))
        if one.loses == own
    }
    members = [(drop_blanks(member.name), member.member) for member in vault.list_members(village)]
    found = {}
    for name in names:
        alike = [member for known, member in members if known == drop_blanks(name)]
        gone = sum(member in lost for member in alike)
        if gone:
            found[name] = Named(len(alike), gone)
    return found
