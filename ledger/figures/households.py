"""One household's points gathered: every line of a year that is about it, what was taken back, what it agreed to.

The page of a household's card and the proof that it carries away read them here. What is private comes from whoever
asks: the values behind the household's own disclosures, by digest. Costs a look at the rounds of twelve months and at
the registrations, however long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from ledger.books.annexes import PointsAnnexed
from ledger.books.consents import Given, Standing, Taken, find_newest_version, follow_consents
from ledger.books.honours import HonourReversed, HonourSpan, get_check
from ledger.books.points import (
    CONSENT_NAMES,
    AgreementsSigned,
    Consent,
    ConsentsWithdrawn,
    HouseholdsRegistered,
    PointsLine,
    PointsReversed,
    PointsRound,
)
from ledger.figures.points import read_rule
from ledger.figures.texts import Texts, read_text
from ledger.state.facts import AnnexFacts, EntryAt, Facts, PointsMonth, get_fact, read_body, scan_facts
from ledger.state.honours import list_grantings
from ledger.state.private import (
    Agreement,
    AnnexedLine,
    AwardLine,
    AwardSubject,
    HonourHolder,
    RegisteredHousehold,
    Withdrawal,
)
from ledger.state.rulebooks import list_rules

MONTHS_A_YEAR = 12
T = TypeVar("T")


class HouseholdLine(NamedTuple):
    """One line of a round, which is `entry`. `reversed_at` is the entry that took it back, 0 where none did, and `why`
    its reason.

    `is_sealed`: nobody but the household and those who passed it see what the line is.
    """

    entry: int
    evidence: str
    is_sealed: bool
    item: str
    period: str
    points: int
    quantity: int
    reversed_at: int
    rule: str
    unit: str
    why: str


class Signed(NamedTuple):
    """An agreement of the household: in which entry, to which version of the rulebook, and to what it said yes."""

    agreement: Agreement
    entry: int
    version: int


class Withdrawn(NamedTuple):
    """A withdrawal of the household: in which entry, and what it took back."""

    entry: int
    withdrawal: Withdrawal


class HeldConsent(NamedTuple):
    """Whether a consent is in force; `at` is the entry that gave it under the newest version under which it is, or that
    took it back last; 0 where neither was ever.
    """

    at: int
    is_given: bool
    name: Consent
    version: int  # 0 where it is not in force


class OwnHonour(NamedTuple):
    """An honour of the household, or of the person `name` of it. `reversed_at` and `why` are of what took it back."""

    check: str
    day: str
    entry: int
    name: str
    number: str
    reversed_at: int
    span: HonourSpan
    title: str
    until: str
    why: str


class AnnexedAt(NamedTuple):
    """The household's line on the annex of a month's points sheet: in which entry, its number there, and the points."""

    entry: int
    number: str
    period: str
    points: int
    sheet: str


class HouseholdYear(NamedTuple):
    """What a log and the household's own values say of it. All oldest first; `lines` and `annexed` by month."""

    agreements: tuple[Signed, ...]
    lines: tuple[HouseholdLine, ...]
    registered_at: int  # the entry; 0 where it is in none
    withdrawals: tuple[Withdrawn, ...]
    year: str
    honours: tuple[OwnHonour, ...] = ()  # that look back on the year, oldest first
    annexed: tuple[AnnexedAt, ...] = ()

    @property
    def points(self) -> int:
        """The year's points, without what was taken back."""
        return sum(line.points for line in self.lines if not line.reversed_at)

    @property
    def indexes(self) -> frozenset[int]:
        """The entries that say so."""
        found = {line.entry for line in self.lines} | {line.reversed_at for line in self.lines}
        found |= {honour.entry for honour in self.honours} | {honour.reversed_at for honour in self.honours}
        found |= {signed.entry for signed in self.agreements} | {self.registered_at}
        found |= {withdrawn.entry for withdrawn in self.withdrawals}
        found |= {line.entry for line in self.annexed}
        return frozenset(found - {0})


def collect_household(facts: Facts, texts: Texts, opened: Mapping[str, object], year: str) -> HouseholdYear:
    """Return one household's year; `opened` are the values behind its disclosures, by digest, and of nobody else.

    Raises NotProven where a rule's text is of another shape than FORMAT.md says.
    """
    agreements, withdrawals, registered_at = _collect_registrations(facts, opened)
    lines: list[HouseholdLine] = []
    for month in range(1, MONTHS_A_YEAR + 1):
        lines += _iterate_lines(facts, texts, opened, f"{year}-{month:02d}")
    honours = tuple(_iterate_honours(facts, texts, opened, year))
    annexed = tuple(_iterate_annexed(facts, opened, year))
    return HouseholdYear(agreements, tuple(lines), registered_at, withdrawals, year, honours, annexed)


def list_point_years(facts: Facts) -> list[str]:
    """Return the years that have a round of points, newest first."""
    return sorted(
        {key.rsplit("/", 1)[-1][:4] for key, _ in scan_facts(facts, "points/", PointsMonth)}, reverse=True
    )


def list_consents(facts: Facts, opened: Mapping[str, object], version: int) -> tuple[HeldConsent, ...]:
    """Return what one household consents to, in the order of the form; `opened` as in `collect_household`.

    Only what was agreed to under `version` or a later one counts: consent is to a rulebook.
    """
    agreements, withdrawals, _ = _collect_registrations(facts, opened)
    steps: list[Given | Taken] = [*map(_give, agreements), *map(_take, withdrawals)]
    standing: Standing = {}
    taken: dict[Consent, int] = {}
    for step in sorted(steps, key=lambda step: step.at):
        after = follow_consents(standing, step)
        taken.update({name: step.at for _, name in standing.keys() - after.keys()})
        standing = after
    held = []
    for name in CONSENT_NAMES:
        newest = find_newest_version(standing, name)
        is_given = newest >= max(version, 1)
        at = standing[newest, name] if is_given else taken.get(name, 0)
        held.append(HeldConsent(at, is_given, name, newest if is_given else 0))
    return tuple(held)


def _give(signed: Signed) -> Given:
    given = frozenset(name for name in CONSENT_NAMES if getattr(signed.agreement, name))
    return Given(signed.entry, given, signed.version)


def _take(withdrawn: Withdrawn) -> Taken:
    return Taken(withdrawn.entry, frozenset(withdrawn.withdrawal.withdrawn))


def _collect_registrations(
    facts: Facts, opened: Mapping[str, object]
) -> tuple[tuple[Signed, ...], tuple[Withdrawn, ...], int]:
    agreements = []
    withdrawals = []
    registered_at = 0
    for _, at in scan_facts(facts, "registered/", EntryAt):
        registered = facts.read_entry(at.index).body
        if isinstance(registered, HouseholdsRegistered):
            if any(find_opened(opened, item.sealed, RegisteredHousehold) for item in registered.households):
                registered_at = at.index
            continue
        if isinstance(registered, ConsentsWithdrawn):
            withdrawal = find_opened(opened, registered.withdrawal.sealed, Withdrawal)
            withdrawals += [Withdrawn(at.index, withdrawal)] if withdrawal is not None else []
            continue
        body = read_body(facts, at.index, AgreementsSigned)
        for sealed in body.agreements:
            agreement = find_opened(opened, sealed.sealed, Agreement)
            if agreement is not None:
                agreements.append(Signed(agreement, at.index, body.version))
    return tuple(agreements), tuple(withdrawals), registered_at


def _iterate_honours(
    facts: Facts, texts: Texts, opened: Mapping[str, object], year: str
) -> Iterator[OwnHonour]:
    for granting in reversed(list_grantings(facts)):
        body = granting.body
        for item in body.holders if body.until[:4] == year else ():
            holder = find_opened(opened, item.sealed, HonourHolder)
            if holder is None:
                continue
            taken = granting.taken.get(item.sealed, 0)
            yield OwnHonour(
                check=get_check(item.sealed),
                day=granting.day,
                entry=granting.at,
                name=holder.name,
                number=body.number,
                reversed_at=taken,
                span=body.span,
                title=read_text(texts, body.title),
                until=body.until,
                why=read_text(texts, read_body(facts, taken, HonourReversed).reason) if taken else "",
            )


def _iterate_lines(
    facts: Facts, texts: Texts, opened: Mapping[str, object], period: str
) -> Iterator[HouseholdLine]:
    month = get_fact(facts, f"points/{period}", PointsMonth)
    taken = _find_taken(facts, texts, period) if month is not None else {}
    for index in month.rounds if month is not None else ():
        body = read_body(facts, index, PointsRound)
        rules = list_rules(facts, body.version)
        for digest, award, evidence, is_sealed in _open_lines(body, opened):
            text = read_rule(texts, rules[award.rule])
            reversed_at, why = taken.get((index, digest), (0, ""))
            yield HouseholdLine(
                entry=index,
                evidence=evidence,
                is_sealed=is_sealed,
                item=text.item,
                period=period,
                points=award.points,
                quantity=award.quantity,
                reversed_at=reversed_at,
                rule=award.rule,
                unit=text.unit,
                why=why,
            )


def _iterate_annexed(facts: Facts, opened: Mapping[str, object], year: str) -> Iterator[AnnexedAt]:
    for period, annex in scan_facts(facts, "annex/", AnnexFacts):
        for index in annex.entries if period.startswith(year) else ():
            body = read_body(facts, index, PointsAnnexed)
            for sealed in body.lines:
                line = find_opened(opened, sealed.sealed, AnnexedLine)
                if line is not None:
                    yield AnnexedAt(index, line.number, period, line.points, body.sheet)


def _open_lines(
    body: PointsRound, opened: Mapping[str, object]
) -> Iterator[tuple[str, PointsLine | AwardLine, str, bool]]:
    """Yield the reader's own lines: digest, what it is worth, evidence, and whether all of it is sealed."""
    for line in body.lines:
        subject = find_opened(opened, line.subject.sealed, AwardSubject)
        if subject is not None:
            yield line.subject.sealed, line, subject.evidence, False
    for sealed in body.sealed_lines:
        award = find_opened(opened, sealed.sealed, AwardLine)
        if award is not None:
            yield sealed.sealed, award, award.evidence, True


def _find_taken(facts: Facts, texts: Texts, period: str) -> dict[tuple[int, str], tuple[int, str]]:
    """Return which entry took a line of a month back and why, by the round's entry and the line's digest."""
    taken = {}
    for _, at in scan_facts(facts, f"points-correction/{period}/", EntryAt):
        body = read_body(facts, at.index, PointsReversed)
        taken[body.reverses, body.line] = (at.index, read_text(texts, body.reason))
    return taken


def find_opened(opened: Mapping[str, object], digest: str, kind: type[T]) -> T | None:
    """Return the value behind a digest where it is the reader's own and of this shape."""
    if digest not in opened:
        return None
    try:
        return msgspec.convert(opened[digest], kind)
    except msgspec.ValidationError:
        return None
