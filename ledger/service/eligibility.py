"""Who may not be given an own honour for a while, and why: what a scheme says of a grade, told beside the honours.

A person's honour names somebody by name within a household. A grid worker is known by both. Of a member the vault does
not know the household: so whoever is named is held against the members of that name, refused where all of them lost
the honour, pointed out where only some did.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple, get_args

from ledger.books.eligibility import Lost
from ledger.books.scores import SUBJECT_NAMES, OwnHonour, Subject
from ledger.books.values import drop_blanks, get_last_day
from ledger.figures.members import name_branch
from ledger.figures.texts import read_text
from ledger.ports import Ports, Reader
from ledger.service.preview import preview_rank
from ledger.service.sheets import read_texts
from ledger.state.eligibility import list_lost
from ledger.state.facts import Facts
from ledger.state.schemes import list_schemes
from ledger.vaults import Vault


class Ineligible(NamedTuple):
    """Who lost an own honour: by which round, with which grade, under which version of which scheme. `number` is a
    member's, empty of a grid worker; `place` is the branch, or that it is a grid worker.
    """

    grade: str
    lost: Lost
    name: str
    number: str
    place: str
    scheme: str
    until: str  # the last day on which it is lost


class Honoured(NamedTuple):
    """Whom a person's honour names: the household, and the name in it."""

    household: str
    name: str


class Named(NamedTuple):
    """How many there are whom a holder's name may mean, and how many of them lost the honour."""

    known: int
    lost: int


def list_ineligible(ports: Ports, reader: Reader, village: str, until: str) -> list[Ineligible]:
    """Return who lost an own honour of the time that ends with a month, by branch and number.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    known = {member.member: member for member in ports.vault.list_members(village)}
    texts = read_texts(reader)
    schemes = {
        (subject, scheme.version): scheme
        for subject in get_args(Subject)
        for scheme in list_schemes(reader.facts, subject)
    }
    found = []
    for lost in list_lost(reader.facts, until, partial(ports.vault.find_private, village)):
        scheme, member = schemes[lost.subject, lost.version], known.get(lost.person.member)
        if member is None and lost.person.member:
            continue
        found.append(
            Ineligible(
                grade=preview_rank(scheme, lost.stars, partial(read_text, texts)),
                lost=lost,
                name=member.name if member is not None else lost.person.name,
                number=member.number if member is not None else "",
                place=name_branch(reader.facts, texts, lost.branch)
                if lost.branch
                else SUBJECT_NAMES[lost.subject],
                scheme=read_text(texts, scheme.title),
                until=get_last_day(lost.last),
            )
        )
    return sorted(found, key=lambda one: (not one.lost.branch, one.lost.branch, one.number, one.lost.period))


def count_named(
    vault: Vault, facts: Facts, village: str, own: OwnHonour, until: str, named: Collection[Honoured]
) -> dict[Honoured, Named]:
    """Return for each of some holders of whom somebody who lost an own honour has the name how many there are: of a
    grid worker of that household one, else the members of that name.
    """
    found_lost = list_lost(facts, until, partial(vault.find_private, village))
    lost = [one.person for one in found_lost if one.loses == own]
    gone_members = {person.member for person in lost if person.member}
    workers = {(person.household, drop_blanks(person.name)) for person in lost if not person.member}
    members = [(drop_blanks(member.name), member.member) for member in vault.list_members(village)]
    found = {}
    for holder in named:
        name = drop_blanks(holder.name)
        alike = [member for known, member in members if known == name]
        gone = sum(member in gone_members for member in alike)
        if (holder.household, name) in workers:
            found[holder] = Named(1, 1)
        elif gone:
            found[holder] = Named(len(alike), gone)
    return found
