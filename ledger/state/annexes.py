"""Annexes of points sheets folded, and held against the vault: one for a month, beside its first points sheet.

A second one would show, beside the first, whose line was taken back in between; so there is none, and a corrected
sheet hangs beside the annex of the first.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import NamedTuple

import msgspec

from ledger.books.annexes import PointsAnnexed, check_annex, check_apart_from, find_band
from ledger.books.rounds import build_fault
from ledger.books.values import SHEET_LETTERS, Sealed
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.state.awards import list_added, list_scoring
from ledger.state.consents import list_consenting
from ledger.state.facts import (
    AnnexFacts,
    Facts,
    RulebookFacts,
    SheetFacts,
    get_fact,
    put_fact,
    read_body,
    scan_facts,
)
from ledger.state.private import AnnexedLine, FindPrivate, open_all, open_private, report_unproven
from ledger.state.reference import Reference
from ledger.state.rulebooks import find_rulebook, find_version, get_agreements

_NO_ANNEX = AnnexFacts(entries=(), lines=0, parts=0)


class Annex(NamedTuple):
    """A month's annex: its entries, the first of them for what they share, and the lines of all of them."""

    body: PointsAnnexed
    entries: tuple[int, ...]
    lines: tuple[Sealed, ...]


def find_annex(facts: Facts, period: str) -> Annex | None:
    """Return the annex of a month, whole; None where there is none."""
    known = get_fact(facts, f"annex/{period}", AnnexFacts)
    if known is None or len(known.entries) < known.parts:
        return None
    bodies = [read_body(facts, index, PointsAnnexed) for index in known.entries]
    return Annex(bodies[0], known.entries, tuple(line for body in bodies for line in body.lines))


def list_annexed(facts: Facts) -> list[str]:
    """Return the months that have an annex, the earliest first."""
    return [period for period, _ in scan_facts(facts, "annex/", AnnexFacts)]


def check_annexes(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an annex may not follow these facts."""
    del reference  # What it counts is in the rulebook and the vault.
    body = _get_body(entry)
    known = get_fact(facts, f"annex/{entry.period}", AnnexFacts) or _NO_ANNEX
    place = f"公开表 {body.sheet} 附页"
    faults = _check_next(facts, known, body, place)
    letter = SHEET_LETTERS["points"]
    sealed = [fact.number for _, fact in scan_facts(facts, f"sheet/{entry.period}/{letter}/", SheetFacts)]
    if not sealed or body.sheet != sealed[-1]:
        faults.append(
            build_fault(
                "annex-sheet",
                f"{entry.period} 积分附页的公开表",
                body.sheet,
                sealed[-1] if sealed else "已封存的公开表",
                "先封存当月的村民积分公开表，再封存它的附页",
            )
        )
    if body.size > entry.index:
        faults.append(
            build_fault(
                "annex-size",
                place,
                f"由前 {body.size} 条算出",
                f"不超过前 {entry.index} 条",
                "由程序重新生成附页",
            )
        )
    return faults or check_annex(body) + _check_counts(facts, entry.period, known, body, place)


def fold_annex(facts: Facts, entry: Entry) -> None:
    """Apply an annex, already checked."""
    body = _get_body(entry)
    known = get_fact(facts, f"annex/{entry.period}", AnnexFacts) or _NO_ANNEX
    put_fact(
        facts,
        f"annex/{entry.period}",
        AnnexFacts(
            entries=(*known.entries, entry.index), lines=known.lines + len(body.lines), parts=body.parts
        ),
    )


def list_displayed(facts: Facts, period: str, before: int, find_private: FindPrivate) -> frozenset[str]:
    """Return the households that by entries before `before` agreed to be displayed under a month's rulebook, and that
    signed no later one without.

    Raises NotProven where the vault gives something else than what is sealed.
    """
    rulebook = find_rulebook(facts, period)
    if rulebook is None:
        return frozenset()
    found = list_consenting(facts, "display", rulebook.version, before, find_private)
    newest = get_fact(facts, "rulebook", RulebookFacts)
    for version in range(rulebook.version + 1, newest.version + 1 if newest is not None else 0):
        display = list_consenting(facts, "display", version, before, find_private)
        found -= list_scoring(facts, version, before, find_private) - display
    return found


def check_annex_privately(facts: Facts, period: str, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in a month's annex: lines that say other points than the round, of a
    household twice or without its consent, and bands that count otherwise.
    """
    annex = find_annex(facts, period)
    rulebook = find_rulebook(facts, period)
    if annex is None or rulebook is None:
        return []
    place, before = f"公开表 {annex.body.sheet} 附页（第 {annex.entries[0]} 条）", annex.body.size
    lines, _, faults = open_all(
        (place, partial(open_private, find_private, line.sealed, AnnexedLine)) for line in annex.lines
    )
    try:
        added, _ = list_added(facts, period, before, find_private)
        scoring = list_scoring(facts, rulebook.version, before, find_private)
        displayed = list_displayed(facts, period, before, find_private)
    except NotProven as error:
        return [*faults, report_unproven(place, error)]
    counted = Counter(line.household for line in lines)
    for line in lines:
        if counted[line.household] > 1 or line.household not in scoring & displayed:
            faults.append(
                build_fault(
                    "annex-consent",
                    f"{place} {line.household}",
                    "列了两次" if counted[line.household] > 1 else "没有同意公示",
                    "同意公示的户，一户一行",
                    "没有同意的不列；向村务监督委员会提出",
                )
            )
        if line.points != added[line.household]:
            faults.append(
                build_fault(
                    "annex-points",
                    f"{place} {line.household}",
                    f"{line.points} 分",
                    f"{added[line.household]} 分",
                    "以账本里的积分评议为准；向村务监督委员会提出",
                )
            )
    return faults + _check_bands(annex.body, {one: added[one] for one in scoring}, place)


def _get_body(entry: Entry) -> PointsAnnexed:
    if isinstance(entry.body, PointsAnnexed):
        return entry.body
    raise ValueError(f"entry {entry.index} is no annex")


def _check_next(facts: Facts, known: AnnexFacts, body: PointsAnnexed, place: str) -> list[Fault]:
    """The part is the next of the month's one annex, and says of it what part 1 said."""
    done = len(known.entries)
    if done and done == known.parts:
        return [
            build_fault(
                "annex-twice", place, "这个月已有附页", "一个月一张", "更正不另出附页：两张一比就看出是谁家"
            )
        ]
    if body.part != done + 1:
        return [
            build_fault(
                "annex-next-part",
                place,
                f"第 {body.part} 部分",
                f"第 {done + 1} 部分",
                "各部分从 1 起依次记",
            )
        ]
    if not done:
        return []
    first = read_body(facts, known.entries[0], PointsAnnexed)
    if msgspec.structs.replace(body, lines=first.lines, part=first.part) == first:
        return []
    return [
        build_fault(
            "annex-differs",
            f"{place}第 {body.part} 部分",
            "分档、户数、公开表或记录总数与第 1 部分不同",
            "与第 1 部分相同",
            "整个附页重新生成",
        )
    ]


def _check_counts(
    facts: Facts, period: str, known: AnnexFacts, body: PointsAnnexed, place: str
) -> list[Fault]:
    """No more are counted and shown than agreed, and those without a line are apart once all lines are there."""
    agreed = get_agreements(facts, find_version(facts, period))
    lines = known.lines + len(body.lines)
    earlier = {
        line.sealed for index in known.entries for line in read_body(facts, index, PointsAnnexed).lines
    }
    faults = [
        build_fault("annex-agreed", place, f"{count} 户{what}", f"不超过 {most} 户", "没有同意的不算也不列")
        for what, count, most in (
            ("参加积分", body.households, agreed.scoring),
            ("列出", lines, agreed.display),
        )
        if count > most
    ]
    if earlier & {line.sealed for line in body.lines}:
        faults.append(
            build_fault(
                "annex-repeats", place, "有前面部分用过的摘要", "每个摘要只用一次", "整个附页重新生成"
            )
        )
    if body.part == body.parts:
        faults += check_apart_from(lines, body.households, place)
    return faults


def _check_bands(body: PointsAnnexed, added: dict[str, int], place: str) -> list[Fault]:
    """Who left since is missing here and counts in some band: a band has at least what the vault still shows."""
    missing = body.households - len(added)
    if missing < 0:
        return [
            build_fault(
                "annex-households",
                place,
                f"{body.households} 户参加积分",
                f"不少于 {len(added)} 户",
                "以积分契约为准；向村务监督委员会提出",
            )
        ]
    found = Counter(find_band(body.bands, points).least for points in added.values()) if body.bands else {}
    return [
        build_fault(
            "annex-band",
            f"{place} {band.least} 分起的一档",
            f"{band.households} 户",
            f"{found[band.least]} 户" + (f"到 {found[band.least] + missing} 户" if missing else ""),
            "以账本里的积分评议为准；向村务监督委员会提出",
        )
        for band in body.bands
        if not found[band.least] <= band.households <= found[band.least] + missing
    ]
