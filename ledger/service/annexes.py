"""The annex of a month's points sheet: sealed once beside the sheet, and printed again as far as people let it be.

A line is sealed under a salt of its own that stays in the vault: nobody guesses from the log whose it is, its household
proves it, and where its household withdraws or is erased it stands on no paper that is printed from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import msgspec

from ledger.books.annexes import LINES_MAX, PointsAnnexed, name_bands, plan_annex
from ledger.books.honours import GrantedTo
from ledger.books.roles import SEALER_ROLES
from ledger.books.values import Sealed
from ledger.canonical import encode_value
from ledger.entries import Actor, Claim
from ledger.errors import Fault, NotFound, Refused
from ledger.figures.villages import describe_village
from ledger.log.commitments import SALT_BYTES, Json, digest_disclosure, make_disclosure
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.honours import list_named
from ledger.service.persons import check_person, find_role
from ledger.service.record import Passed, record_claims
from ledger.service.sheets import find_sheet, read_texts
from ledger.state import get_day
from ledger.state.annexes import Annex, find_annex, list_displayed
from ledger.state.awards import list_added, list_scoring
from ledger.state.honours import list_granted_in
from ledger.state.keys import get_key_at
from ledger.state.private import AnnexedLine, open_private
from ledger.state.rulebooks import find_rulebook


class PaperBand(msgspec.Struct, frozen=True, kw_only=True):
    """A band with its name, and how many households are in it."""

    households: int
    name: str


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    """A household by its number, and the points added to it in the month."""

    number: str
    points: int


class PaperHonour(msgspec.Struct, frozen=True, kw_only=True):
    """What was granted in the month: who may be named, and how many `others` hold it."""

    granted_to: GrantedTo
    names: tuple[str, ...]
    others: int
    title: str


class AnnexPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that an annex says on paper. `index` is of its first entry, `size` of the first checkpoint over all of them.

    `bands`       from nought up
    `honours`     that were granted in the month, with the names that may be told now
    `lines`       of each household that stands there now, by number
    `taken_down`  lines that were sealed and stand there no more
    """

    bands: tuple[PaperBand, ...]
    honours: tuple[PaperHonour, ...]
    households: int
    index: int
    lines: tuple[PaperLine, ...]
    made_on: str  # YYYY-MM-DD, when it was recorded
    period: str
    sheet: str
    size: int
    taken_down: int
    telephone: str
    village: str
    village_name: str


class Laid(NamedTuple):
    """What is to be printed, and the households about whom it says something."""

    households: frozenset[str]
    job: PaperJob


def seal_annex(ports: Ports, village: str, period: str, *, maker: str) -> Annex | None:
    """Record the annex of a month whose points sheet is sealed; what was recorded before stands, and is returned.

    None where too few take part for anything to be counted, and nobody can have a line. Raises Refused where the sheet
    is not sealed or the maker does not act in the village, NotProven where the vault gives something else than what
    was sealed.
    """
    person = ports.vault.find_person(village, maker)
    faults = check_person(person, maker, SEALER_ROLES)
    role = find_role(person, SEALER_ROLES) if person is not None else None
    if faults or role is None:
        raise Refused(faults)
    with ports.ledger.read(village) as reader:
        known = find_annex(reader.facts, period)
        if known is not None:
            return known
        bodies, private = _build_bodies(ports, reader, village, period)
    if not bodies:
        return None
    actor, today = Actor(role=role, user=maker), get_day(ports.clock.now_ms())
    passed = [
        Passed(
            checkers=(),
            claim=Claim(
                body=body,
                kind="points.annexed",
                maker=actor,
                occurred_on=today,
                period=period,
                village=village,
            ),
            private=tuple(private[line.sealed] for line in body.lines),
        )
        for body in bodies
    ]
    record_claims(ports, village, passed)
    with ports.ledger.read(village) as reader:
        return find_annex(reader.facts, period)


def build_annex_job(ports: Ports, reader: Reader, village: str, period: str, base_url: str) -> Laid:
    """Return the paper of a month's annex as far as households let it stand there now.

    Raises NotFound where there is none, or nobody signed it yet; NotProven as `seal_annex` does.
    """
    annex = find_annex(reader.facts, period)
    head = ports.heads.find_first(village, annex.entries[-1] + 1) if annex is not None else None
    if annex is None or head is None:
        raise NotFound(f"{period} 村民积分公开表的附页")
    lines = _list_standing(ports, reader, village, period, annex)
    described = describe_village(reader.facts, read_texts(reader), village)
    honours = list_named(ports, reader, village, list_granted_in(reader.facts, period))
    paper = AnnexPaper(
        bands=tuple(
            PaperBand(households=band.households, name=name)
            for name, band in zip(name_bands(annex.body.bands), annex.body.bands, strict=True)
        ),
        honours=tuple(
            PaperHonour(granted_to=one.granted_to, names=one.names, others=one.others, title=one.title)
            for one in honours
        ),
        households=annex.body.households,
        index=annex.entries[0],
        lines=tuple(
            PaperLine(number=line.number, points=line.points)
            for line in sorted(lines, key=lambda line: line.number)
        ),
        made_on=get_day(reader.facts.read_entry(annex.entries[0]).recorded_at),
        period=period,
        sheet=annex.body.sheet,
        size=head.size,
        taken_down=len(annex.lines) - len(lines),
        telephone=described.telephone,
        village=village,
        village_name=described.name,
    )
    job = PaperJob(
        base_url=base_url,
        content=encode_value(paper),
        is_demo=ports.is_demo,
        kind="annex",
        note=head.note,
        verifier_key=get_key_at(reader.facts, head.size),
    )
    named = frozenset(household for one in honours for household in one.households)
    return Laid(named.union(line.household for line in lines), job)


def _list_standing(
    ports: Ports, reader: Reader, village: str, period: str, annex: Annex
) -> list[AnnexedLine]:
    """Return the lines whose households still agree to be displayed, and are not erased."""
    find = partial(ports.vault.find_private, village)
    displayed = list_displayed(reader.facts, period, reader.size, find)
    opened = (open_private(find, line.sealed, AnnexedLine) for line in annex.lines)
    return [line for line in opened if line is not None and line.household in displayed]


def _build_bodies(
    ports: Ports, reader: Reader, village: str, period: str
) -> tuple[list[PointsAnnexed], Mapping[str, str]]:
    """Return the annex in parts, and the disclosures of its lines by digest; no part where it would say nothing."""
    sheet, rulebook = find_sheet(reader, "points", period), find_rulebook(reader.facts, period)
    if sheet is None or rulebook is None:
        raise Refused(
            [
                Fault(
                    code="annex-unsealed",
                    place=f"{period} 村民积分公开表的附页",
                    found="公开表还没有封存",
                    expected="先封存公开表",
                    remedy="附页同公开表一起挂：先封存当月的村民积分公开表",
                )
            ]
        )
    find = partial(ports.vault.find_private, village)
    added, has_unknown = list_added(reader.facts, period, reader.size, find)
    scoring = list_scoring(reader.facts, rulebook.version, reader.size, find)
    displayed = list_displayed(reader.facts, period, reader.size, find)
    disclosures: dict[str, str] = {}
    by_digest: dict[str, str] = {}
    for known in ports.vault.list_households(village):
        if known.household not in scoring & displayed or not added[known.household]:
            continue
        value: Json = {"household": known.household, "number": known.number, "points": added[known.household]}
        disclosure = make_disclosure(ports.entropy.take(SALT_BYTES), "line", value)
        digest = digest_disclosure(disclosure)
        disclosures[digest], by_digest[digest] = disclosure, known.household
    # Fresh salts: by digest is by chance, so who is left out where too few would be, says nothing.
    plan = plan_annex(
        {household: added[household] for household in scoring},
        [household for _, household in sorted(by_digest.items())],
        has_unknown=has_unknown,
    )
    if not plan.bands and not plan.households:
        return [], {}
    digests = sorted(digest for digest, household in by_digest.items() if household in plan.households)
    pieces = [digests[start : start + LINES_MAX] for start in range(0, len(digests), LINES_MAX)] or [[]]
    bodies = [
        PointsAnnexed(
            bands=plan.bands,
            households=len(scoring),
            lines=tuple(Sealed(sealed=digest) for digest in piece),
            part=number,
            parts=len(pieces),
            sheet=sheet.number,
            size=reader.size,
        )
        for number, piece in enumerate(pieces, 1)
    ]
    return bodies, disclosures
