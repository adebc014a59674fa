"""Honours beyond the log: who may be proposed, whose names may be told, and certificates.

A name is told only of whom two things hold at the moment of telling: the household agreed to be named under the
rulebook in force and has not withdrawn it, and a person, whose honour it is, agreed too. Nothing of it is kept: who
withdraws or is erased stands in the next telling no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from ledger.books.honours import (
    WINNERS_DEFAULT,
    GrantedTo,
    HonourKind,
    HonourSpan,
    Rank,
    choose_winners,
    get_check,
    list_honour_months,
    rank_households,
)
from ledger.canonical import encode_value
from ledger.data import load_honours
from ledger.errors import NotFound
from ledger.figures.texts import read_text
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.service.slots import find_next_number, list_waiting_slots
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.service.workbooks.honour_columns import KIND_NAMES
from ledger.state import get_day
from ledger.state.awards import list_scoring
from ledger.state.consents import list_consenting
from ledger.state.facts import PeriodFacts, scan_facts
from ledger.state.honours import (
    Granting,
    find_granting,
    is_over,
    list_grantings,
    open_holder,
)
from ledger.state.private import FindPrivate
from ledger.state.redeeming import list_earned
from ledger.state.rulebooks import find_version
from ledger.vaults import Household

_SHEET = "honours"
_HELD, _GRANTED = "名单", "表彰"
CERTIFICATES_MAX = 100
"""Certificates of one file: a page each, some tenths of a second."""


class Winner(NamedTuple):
    """A household that is proposed."""

    household: Household
    rank: Rank


class Candidates(NamedTuple):
    """Whom the desk proposes. `is_open` while a month of the time is not closed: then nobody is ranked.

    `ranked` is how many households have points of that time, `most` how many of them may be proposed.
    """

    is_open: bool
    most: int
    ranked: int
    winners: tuple[Winner, ...]


class NamedHonour(NamedTuple):
    """A granting with the names that may be told now, and whose `households` they are. `others` hold it and are not
    named.
    """

    granted_to: GrantedTo
    households: frozenset[str]
    names: tuple[str, ...]
    number: str
    others: int
    title: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate. `check` is the short form of the holder's digest; `person` is empty for a household's."""

    check: str
    household: str  # the head's name
    person: str


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """All that the certificates of one granting say."""

    certificates: tuple[Certificate, ...]
    day: str
    index: int
    number: str
    resolution: str
    span: HonourSpan
    title: str
    township: str
    until: str
    village: str
    village_name: str


def list_kinds(by_points: bool) -> list[HonourKind]:
    """Return the kinds of honours that follow points, or the others."""
    return [kind for kind in load_honours().values() if kind.by_points is by_points]


def list_closed_spans(reader: Reader, span: HonourSpan) -> list[str]:
    """Return the last months of the quarters or years that are closed whole, the newest first."""
    months = (key.rpartition("/")[2] for key, _ in scan_facts(reader.facts, "period/", PeriodFacts))
    ends = {month: list_honour_months(span, month) for month in months}
    return [
        end
        for end, whole in sorted(ends.items(), reverse=True)
        if whole and all(is_over(reader.facts, month) for month in whole)
    ]


def list_candidates(
    ports: Ports, village: str, span: HonourSpan, until: str, wanted: int = WINNERS_DEFAULT
) -> Candidates:
    """Return the first households by points of a closed quarter or year, of those who agreed to scoring.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    find = partial(ports.vault.find_private, village)
    with ports.ledger.read(village) as reader:
        if until not in list_closed_spans(reader, span):
            return Candidates(is_open=True, most=0, ranked=0, winners=())
        # Consent counts as it stands today, whatever rulebook was in force then.
        version = find_version(reader.facts, get_day(ports.clock.now_ms())[:7])
        scoring = list_scoring(reader.facts, version, reader.size, find)
        moves = list_earned(reader.facts, list_honour_months(span, until), find)
    points: Counter[str] = Counter()
    for move in moves:
        if move.household in scoring:
            points[move.household] += move.earned
    known = {item.household: item for item in ports.vault.list_households(village)}
    earned = {household: count for household, count in points.items() if household in known}
    ranked = rank_households(earned)
    chosen = choose_winners(earned, wanted)
    return Candidates(
        is_open=False,
        most=len(choose_winners(earned, len(ranked))),
        ranked=len(ranked),
        winners=tuple(Winner(known[rank.household], rank) for rank in chosen),
    )


def propose_honour(
    ports: Ports, village: str, user: str, kind: HonourKind, until: str, wanted: int
) -> tuple[Opened, int]:
    """Put the candidates of a kind below what somebody has typed on the sheet of honours, under the next number.

    Return the sheet and how many rows were added; none where the same kind and time stands there already.
    """
    found = list_candidates(ports, village, kind.span, until, wanted)
    kept = open_sheet(ports, village, user, _SHEET)
    granted = kept.state.tables.get(_GRANTED, ())
    held = tuple(row for row in kept.state.tables.get(_HELD, ()) if any(row))
    named = KIND_NAMES[kind.code]
    if not found.winners or any(len(row) > 3 and (row[1], row[3]) == (named, until) for row in granted):
        return kept, 0
    today = get_day(ports.clock.now_ms())
    taken = {row[0] for row in granted if row}
    number = choose_number(ports, village, today[:4], taken)
    rows = tuple((number, one.household.number, one.household.name, "", "") for one in found.winners)
    grants = (*(row for row in granted if any(row)), (number, named, "", until, today, ""))
    tables = {**kept.state.tables, _HELD: (*held, *rows), _GRANTED: grants}
    return save_sheet(ports, village, user, _SHEET, tables, start=kept.version), len(rows)


def choose_number(ports: Ports, village: str, year: str, taken: set[str]) -> str:
    """Return the next number of a granting in a year, after what was granted, waits, or is `taken` otherwise."""
    waiting = {slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "honour"}
    with ports.ledger.read(village) as reader:
        known = {granting.body.number for granting in list_grantings(reader.facts)}
    return find_next_number(f"RY-{year}-", known | waiting | taken)


def list_named(ports: Ports, reader: Reader, village: str, granted: Sequence[Granting]) -> list[NamedHonour]:
    """Return what was granted, with the names that may be told now. Serves the annex of the points sheet and the awards
    list of a year. Raises NotProven where the vault gives something else than what was sealed.
    """
    if not granted:
        return []
    find, texts = partial(ports.vault.find_private, village), read_texts(reader)
    known = {item.household: item.name for item in ports.vault.list_households(village)}
    version = find_version(reader.facts, get_day(ports.clock.now_ms())[:7])
    agreed = list_consenting(reader.facts, "naming", version, reader.size, find)
    willing = {household: name for household, name in known.items() if household in agreed}
    found = []
    for granting in granted:
        held, body = _list_names(find, willing, granting), granting.body
        found.append(
            NamedHonour(
                granted_to=body.granted_to,
                households=frozenset(household for _, household in held),
                names=tuple(name for name, _ in held),
                number=body.number,
                others=len(granting.standing) - len(held),
                title=read_text(texts, body.title),
            )
        )
    return found


def list_holders(ports: Ports, reader: Reader, village: str, number: str) -> list[tuple[str, Household, str]]:
    """Return who holds an honour now: digest, household, and the person of a person's; those whom the vault knows.

    NotFound where nothing was granted under the number.
    """
    granting = find_granting(reader.facts, number)
    if granting is None:
        raise NotFound(f"表彰 {number}")
    known = {item.household: item for item in ports.vault.list_households(village)}
    found = []
    for digest in granting.standing:
        holder = open_holder(partial(ports.vault.find_private, village), digest)
        if holder is not None and holder.household in known:
            found.append((digest, known[holder.household], holder.name))
    return sorted(found, key=lambda item: (item[1].number, item[2]))


def build_certificates_job(
    ports: Ports, village: str, number: str, base_url: str, check: str = ""
) -> tuple[PaperJob, frozenset[str]]:
    """Return the job of a granting's certificates, or of the one whose check is given, and the households named in it.

    NotFound where there is no such granting, or nobody holds it whom the vault knows.
    """
    with ports.ledger.read(village) as reader:
        holders = list_holders(ports, reader, village, number)
        chosen = [item for item in holders if check in ("", get_check(item[0]))][:CERTIFICATES_MAX]
        granting = find_granting(reader.facts, number)
        if not chosen or granting is None:
            raise NotFound(f"表彰 {number} 的证书")
        job = PaperJob(
            base_url=base_url,
            kind="certificates",
            content=encode_value(_build(reader, village, granting, chosen)),
            is_demo=ports.is_demo,
        )
    return job, frozenset(household.household for _, household, _ in chosen)


def _build(
    reader: Reader, village: str, granting: Granting, holders: list[tuple[str, Household, str]]
) -> Certificates:
    find, body = read_texts(reader), granting.body
    described = describe_village(reader.facts, find, village)
    return Certificates(
        certificates=tuple(
            Certificate(check=get_check(digest), household=household.name, person=person)
            for digest, household, person in holders
        ),
        day=granting.day,
        index=granting.at,
        number=body.number,
        resolution=body.resolution,
        span=body.span,
        title=read_text(find, body.title),
        township=described.township,
        until=body.until,
        village=village,
        village_name=described.name,
    )


def _list_names(find: FindPrivate, willing: dict[str, str], granting: Granting) -> list[tuple[str, str]]:
    """Return the names that may be told, each with its household; `willing` are the heads' names of the households that
    agreed to be named.
    """
    held = [open_holder(find, digest) for digest in granting.standing]
    return sorted(
        (item.name or willing[item.household], item.household)
        for item in held
        if item is not None and item.household in willing and (item.naming or not item.name)
    )
