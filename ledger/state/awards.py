"""Rounds of points with the vault's help: what a stranger cannot see, a home checks here.

A household that left takes its disclosures along: its lines stay in the totals and belong to nobody. So what
is missing is no fault; sums and counts are then compared only as far as they still can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.books.awards import Award, check_awards
from ledger.books.points import (
    AgreementsSigned,
    ConsentsWithdrawn,
    HouseholdsRegistered,
    PointsLine,
    PointsReversed,
    PointsRound,
)
from ledger.books.rounds import build_fault, check_opened_sum
from ledger.books.values import Sealed
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.consents import check_consents_privately, list_consenting
from ledger.state.facts import EntryAt, Facts, get_fact, key_at, scan_facts
from ledger.state.private import (
    Agreement,
    AwardLine,
    AwardSubject,
    FindPrivate,
    Opener,
    RegisteredHousehold,
    iterate_openers,
    open_all,
    open_private,
    report_unproven,
)
from ledger.state.rulebooks import find_rulebook, get_points_month


def open_round(entry: Entry, find_private: FindPrivate) -> list[Award]:
    """Return the awards of a round's entry, plain lines first; those that the vault has no more are left out.

    Raises NotProven where the vault gives something else than what is sealed, ValueError for another kind.
    """
    opened = (award() for _, award in _iterate_awards(entry, find_private))
    return [award for award in opened if award is not None]


def list_scoring(facts: Facts, version: int, before: int, find_private: FindPrivate) -> frozenset[str]:
    """Return the households that agree to be scored under a version, by entries before index `before`.

    Raises NotProven as `open_round` does.
    """
    return list_consenting(facts, "scoring", version, before, find_private)


def list_added(
    facts: Facts, period: str, before: int, find_private: FindPrivate
) -> tuple[Counter[str], bool]:
    """Return what a month's plain lines add to each household, as known before index `before`, and whether lines are
    among them of somebody who left. What was taken back by then counts no more.

    Raises NotProven as `open_round` does.
    """
    added: Counter[str] = Counter()
    has_unknown = False
    for index in get_points_month(facts, period).rounds:
        for line in _get_round(facts.read_entry(index)).lines:
            taken = get_fact(facts, name_taken(index, line.subject.sealed), EntryAt)
            if taken is not None and taken.index < before:
                continue
            subject = open_private(find_private, line.subject.sealed, AwardSubject)
            if subject is None:
                has_unknown = True
            else:
                added[subject.household] += line.points
    return added, has_unknown


def name_taken(index: int, digest: str) -> str:
    """Return the key of the fact that a line of the round at `index` was taken back."""
    return f"taken/{key_at(index)}/{digest}"


def check_rounds_privately(facts: Facts, period: str, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in a month's round and in the reversals made in it.

    Serves an import (over the facts that its drafts would give) and the audit of a home.
    """
    month = get_points_month(facts, period)
    rulebook = find_rulebook(facts, period)
    faults = _check_reversals(facts, period, find_private)
    if not month.rounds or rulebook is None:
        return faults
    awards: list[Award] = []
    missing = 0
    for index in month.rounds:
        entry = facts.read_entry(index)
        opened, lost, unproven = open_all(_iterate_awards(entry, find_private))
        faults += unproven
        if not lost and not unproven:
            faults += _check_sealed_sum(entry, opened)
        awards += opened
        missing += lost + len(unproven)
    try:
        scoring = list_scoring(facts, rulebook.version, month.rounds[0], find_private)
    except NotProven as error:
        return [*faults, report_unproven(f"{period} 的积分契约", error)]
    faults += check_awards(awards, rulebook.rules, scoring)
    if len(month.rounds) == month.parts:
        faults += _check_households(period, month.households, awards, missing)
    return faults


def check_registered_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in registrations, agreements and withdrawals: counts that do not hold,
    consents given that were in force, and taken back that were not.
    """
    faults = []
    for _, at in scan_facts(facts, "registered/", EntryAt):
        entry = facts.read_entry(at.index)
        try:
            if not isinstance(entry.body, ConsentsWithdrawn):
                faults += _check_registered(entry, find_private)
        except NotProven as error:
            faults.append(report_unproven(f"第 {entry.index} 条", error))
    return faults + check_consents_privately(facts, find_private)


def _get_round(entry: Entry) -> PointsRound:
    if isinstance(entry.body, PointsRound):
        return entry.body
    raise ValueError(f"entry {entry.index} is no round of points")


def _iterate_awards(entry: Entry, find_private: FindPrivate) -> Iterator[tuple[str, Opener[Award]]]:
    body = _get_round(entry)
    place, sealed = f"{entry.period} 积分", body.sealed_lines
    yield from iterate_openers(f"{place}明示行第 {{}} 行", entry.index, body.lines, _open_line, find_private)
    yield from iterate_openers(f"{place}密封行第 {{}} 行", entry.index, sealed, _open_sealed, find_private)


def _open_line(line: PointsLine, place: str, find_private: FindPrivate) -> Award | None:
    subject = open_private(find_private, line.subject.sealed, AwardSubject)
    return _build_award(subject, line, place, sealed=False) if subject is not None else None


def _open_sealed(sealed: Sealed, place: str, find_private: FindPrivate) -> Award | None:
    line = open_private(find_private, sealed.sealed, AwardLine)
    return _build_award(line, line, place, sealed=True) if line is not None else None


def _build_award(
    subject: AwardSubject | AwardLine, line: PointsLine | AwardLine, place: str, *, sealed: bool
) -> Award:
    return Award(
        evidence=subject.evidence,
        household=subject.household,
        place=place,
        points=line.points,
        quantity=line.quantity,
        rule=line.rule,
        sealed=sealed,
    )


def _check_sealed_sum(entry: Entry, awards: list[Award]) -> list[Fault]:
    place = f"{entry.period} 积分密封行合计（第 {entry.index} 条）"
    return check_opened_sum(awards, _get_round(entry).sealed_points, place)


def _check_households(period: str, claimed: int, awards: list[Award], missing: int) -> list[Fault]:
    """With lines missing, the count may be higher than what still opens, by one a line at most."""
    found = len({award.household for award in awards})
    if found <= claimed <= found + missing:
        return []
    expected = f"{found} 户" if not missing else f"{found}–{found + missing} 户"
    return [
        build_fault(
            "private-households",
            f"{period} 积分评议的户数",
            f"{claimed} 户",
            expected,
            "重新清点有积分记录的户数",
        )
    ]


def _check_reversals(facts: Facts, period: str, find_private: FindPrivate) -> list[Fault]:
    """A reversal of a sealed line gives back exactly what the line was worth."""
    faults = []
    for _, at in scan_facts(facts, f"points-correction/{period}/", EntryAt):
        entry = facts.read_entry(at.index)
        body = entry.body
        if not isinstance(body, PointsReversed) or body.rule or entry.period != period:
            continue
        place = f"第 {entry.index} 条冲销"
        try:
            line = open_private(find_private, body.line, AwardLine)
        except NotProven as error:
            faults.append(report_unproven(place, error))
            continue
        if line is not None and body.points != -line.points:
            faults.append(
                build_fault(
                    "reversal-sealed-points",
                    place,
                    f"{body.points} 分",
                    f"{-line.points} 分",
                    "冲销的分值与原行正好相反",
                )
            )
    return faults


def _check_registered(entry: Entry, find_private: FindPrivate) -> list[Fault]:
    claims, missing = _count_registered(entry, find_private)
    return [
        build_fault(
            "private-count",
            f"第 {entry.index} 条的{title}",
            f"{claimed} 户",
            f"{found} 户" if not missing else f"{found}–{found + missing} 户",
            "按隐私库重新清点",
        )
        for title, claimed, found in claims
        if not found <= claimed <= found + missing
    ]


def _count_registered(entry: Entry, find_private: FindPrivate) -> tuple[list[tuple[str, int, int]], int]:
    """Return what the entry counts (title, claimed, found in the vault), and how many the vault has no more."""
    body = entry.body
    if isinstance(body, HouseholdsRegistered):
        opened = [open_private(find_private, item.sealed, RegisteredHousehold) for item in body.households]
        households = Counter(item.group for item in opened if item is not None)
        return [
            (f"第 {group.group} 组户数", group.households, households[group.group]) for group in body.groups
        ], opened.count(None)
    if isinstance(body, AgreementsSigned):
        agreements = [open_private(find_private, item.sealed, Agreement) for item in body.agreements]
        signed = [item for item in agreements if item is not None]
        return [
            ("同意积分户数", body.scoring, sum(item.scoring for item in signed)),
            ("同意公示户数", body.display, sum(item.display for item in signed)),
            ("同意署名户数", body.naming, sum(item.naming for item in signed)),
        ], agreements.count(None)
    raise ValueError(f"entry {entry.index} registers nobody")
