"""The register of meetings: resolutions with what became of them, and forums.

Rules that always hold: a number is given once; only what was adopted has an outcome. What is spent under a resolution
is a fact of its own, so that a month's vouchers fold without the resolutions that they name.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.money import format_yuan
from ledger.books.resolutions import (
    RESULTS_MAX,
    ForumHeld,
    ResolutionRecorded,
    ResolutionReported,
    check_number_year,
    check_resolution,
)
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import EntryAt, Facts, get_fact, key_at, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.register_facts import ResolutionFacts, SpentFacts


class Resolution(Value, frozen=True):
    """A resolution as its entries add up."""

    at: int  # index of its entry
    body: ResolutionRecorded
    results: tuple[int, ...]  # indexes of the entries that say what became of it
    spent_fen: int

    @property
    def decided_on(self) -> str:
        """The day of its last step."""
        return self.body.steps[-1].held_on

    @property
    def left_fen(self) -> int:
        """What may still be spent under it, below zero never."""
        return max(self.body.amount_fen - self.spent_fen, 0)


def check_resolutions(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about a meeting may not follow these facts."""
    body = entry.body
    if isinstance(body, ResolutionRecorded):
        faults = check_resolution(body, reference.law, entry.village[:2], entry.occurred_on)
        known = get_fact(facts, f"resolution/{body.number}", ResolutionFacts)
        return faults + _check_free("决议", body.number, known.index if known is not None else None)
    if isinstance(body, ForumHeld):
        faults = check_number_year(body.number, entry.occurred_on, f"民情恳谈 {body.number}")
        at = get_fact(facts, f"forum/{body.number}", EntryAt)
        return faults + _check_free("民情恳谈", body.number, at.index if at is not None else None)
    if isinstance(body, ResolutionReported):
        return _check_outcome(facts, entry, body)
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is about no meeting")


def fold_resolutions(facts: Facts, entry: Entry) -> None:
    """Apply an entry about a meeting, already checked."""
    body = entry.body
    if isinstance(body, ResolutionRecorded):
        put_fact(facts, f"resolution/{body.number}", ResolutionFacts(index=entry.index, results=()))
    elif isinstance(body, ForumHeld):
        put_fact(facts, f"forum/{body.number}", EntryAt(index=entry.index))
    else:
        assert isinstance(body, ResolutionReported), entry.kind
        key = f"resolution/{body.resolution}"
        before = get_fact(facts, key, ResolutionFacts)
        if before is None:
            raise ValueError(f"no resolution {body.resolution}")
        put_fact(facts, key, ResolutionFacts(index=before.index, results=(*before.results, entry.index)))


def check_cover(facts: Facts, place: str, number: str, day: str, amount_fen: int) -> list[Fault]:
    """Return every reason why a resolution does not let spend an amount on a day; below zero it comes back."""
    resolution = find_resolution(facts, number)
    if resolution is None:
        remedy = "核对编号；先登记这份决议并通过审核"
        return [_fault("resolution-unknown", place, f"决议 {number} 没有登记", "登记过的决议", remedy)]
    body, faults = resolution.body, []
    if body.outcome == "rejected":
        remedy = "没有通过的决议不能作依据；重新议事，另记一份决议"
        faults.append(_fault("resolution-rejected", place, f"决议 {number} 没有通过", "通过了的决议", remedy))
    if day < resolution.decided_on:
        expected = f"{resolution.decided_on} 或以后"
        faults.append(
            _fault("resolution-later", place, day, expected, "先有决议，后办事；核对日期和决议编号")
        )
    if body.valid_until and day > body.valid_until:
        expected, remedy = f"{body.valid_until} 或以前", "决议已经过期；还要办的，重新议事"
        faults.append(_fault("resolution-expired", place, day, expected, remedy))
    # A rejected one allows no amount at all: another amount would not help.
    is_over = amount_fen > 0 and resolution.spent_fen + amount_fen > body.amount_fen
    if is_over and body.outcome == "adopted":
        found = f"{format_yuan(amount_fen)} 元，{_tell_spent(resolution.spent_fen)}"
        expected = f"一共不超过 {format_yuan(body.amount_fen)} 元，还剩 {format_yuan(resolution.left_fen)} 元"
        remedy = f"超过决议 {number} 准许的数；改正金额，或者就多出的部分另作决议"
        faults.append(_fault("resolution-overspent", place, found, expected, remedy))
    if amount_fen < 0 and resolution.spent_fen + amount_fen < 0:
        found, expected = (
            f"{format_yuan(-amount_fen)} 元",
            f"不超过花过的 {format_yuan(max(resolution.spent_fen, 0))} 元",
        )
        remedy = "退回来的钱不会比花过的多；别的收入不写决议编号"
        faults.append(_fault("resolution-refund", place, found, expected, remedy))
    return faults


def fold_spent(facts: Facts, number: str, index: int, spent_fen: int) -> None:
    """Note what an entry spent under a resolution; below zero it came back."""
    key = f"spent/{number}"
    before = get_fact(facts, key, SpentFacts) or SpentFacts(spent_fen=0)
    put_fact(facts, key, SpentFacts(spent_fen=before.spent_fen + spent_fen))
    put_fact(facts, f"under/{number}/{key_at(index)}", SpentFacts(spent_fen=spent_fen))


def find_resolution(facts: Facts, number: str) -> Resolution | None:
    """Return a resolution by its number; None where the register has none."""
    known = get_fact(facts, f"resolution/{number}", ResolutionFacts)
    return None if known is None else _read_resolution(facts, number, known)


def list_resolution_numbers(facts: Facts) -> list[str]:
    """Return the numbers of all resolutions, the newest first."""
    return [number for number, _ in scan_facts(facts, "resolution/", ResolutionFacts)][::-1]


def list_forum_numbers(facts: Facts) -> list[str]:
    """Return the numbers of all forums, the newest first."""
    return [number for number, _ in scan_facts(facts, "forum/", EntryAt)][::-1]


def find_forum(facts: Facts, number: str) -> int | None:
    """Return the index of a forum's entry; None where the register has none."""
    at = get_fact(facts, f"forum/{number}", EntryAt)
    return None if at is None else at.index


def iterate_spent(facts: Facts, number: str) -> Iterator[tuple[int, int]]:
    """Yield the indexes of the entries that spent under a resolution, and what each did, in fen."""
    for key, moved in scan_facts(facts, f"under/{number}/", SpentFacts):
        yield int(key), moved.spent_fen


def _read_resolution(facts: Facts, number: str, known: ResolutionFacts) -> Resolution:
    spent = get_fact(facts, f"spent/{number}", SpentFacts)
    return Resolution(
        at=known.index,
        body=read_body(facts, known.index, ResolutionRecorded),
        results=known.results,
        spent_fen=spent.spent_fen if spent is not None else 0,
    )


def _tell_spent(spent_fen: int) -> str:
    """What was spent before, as people read it; below zero where what was spent was taken back after a refund."""
    if spent_fen < 0:
        return f"前面退回的比花的多 {format_yuan(-spent_fen)} 元"
    return f"前面已花 {format_yuan(spent_fen)} 元"


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _check_free(what: str, number: str, index: int | None) -> list[Fault]:
    if index is None:
        return []
    found, remedy = (
        f"第 {index} 条已用这个编号",
        "同一次会不用再登记；是另一次，就换一个编号，用过的编号永远不再用",
    )
    return [_fault("meeting-number-used", f"{what} {number}", found, "没有用过的编号", remedy)]


def _check_outcome(facts: Facts, entry: Entry, body: ResolutionReported) -> list[Fault]:
    """What became of it is told of an adopted resolution, from its day on, and not without end."""
    place = f"决议 {body.resolution} 的结果"
    faults = check_cover(facts, place, body.resolution, entry.occurred_on, 0)
    # It may be told after the last day on which it let spend, and mostly is.
    faults = [fault for fault in faults if fault.code != "resolution-expired"]
    known = get_fact(facts, f"resolution/{body.resolution}", ResolutionFacts)
    if known is not None and len(known.results) >= RESULTS_MAX:
        found, expected = f"已经公开过 {RESULTS_MAX} 次", f"不超过 {RESULTS_MAX} 次"
        faults.append(_fault("resolution-results", place, found, expected, "几次的进展合成一次写"))
    return faults
