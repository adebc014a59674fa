"""The points kinds folded: rulebooks, households, agreements, rounds and reversals follow one another so.

Rules that always hold: rulebooks count up and no later one is in force from an earlier month; a month has
one round, its parts in order and of one version; nobody is scored without an agreement to that version, nor
once it was withdrawn; a line is taken back at most once, exactly. What stands behind sealed digests is judged
by `state.awards`, with the vault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ledger.books.points import (
    AgreementsSigned,
    ConsentsWithdrawn,
    HouseholdsRegistered,
    PointsReversed,
    PointsRound,
    RulebookAdopted,
    check_agreements,
    check_households,
    check_round,
    check_rulebook,
    check_withdrawal,
)
from ledger.books.resolutions import MEETING_NAMES, Meeting
from ledger.books.rounds import build_fault, tell_recorded
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.agreements import (
    check_agreed,
    check_withdrawn,
    fold_agreements,
    fold_withdrawal,
)
from ledger.state.awards import check_rounds_privately, name_taken, open_round
from ledger.state.facts import (
    EntryAt,
    Facts,
    HouseholdFacts,
    PointsMonth,
    RulebookFacts,
    Tally,
    find_earlier,
    get_fact,
    key_at,
    put_fact,
    read_body,
)
from ledger.state.reference import Reference
from ledger.state.resolutions import check_cover, find_resolution
from ledger.state.rulebooks import count_households, find_rulebook, get_agreements, get_points_month

__all__ = [
    "check_points",
    "check_rounds_privately",
    "find_rulebook",
    "fold_points",
    "get_points_month",
    "open_round",
]

_VILLAGERS: frozenset[Meeting] = frozenset({"delegates", "households", "voters"})
"""Who may adopt the village's rules: the villagers, not its committees and not the collective's members."""
_NO_TALLY = Tally(lines=0, points=0, quantity=0)


class _Line(NamedTuple):
    """A line as a reversal answers it; what a sealed line is worth, only the vault says."""

    points: int
    quantity: int
    rule: str


def check_points(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry of a points kind may not follow these facts.

    Envelope, persons and open month are `check_entry`'s. Raises ValueError for another kind.
    """
    del reference  # What points need of the law is in the rulebook.
    match entry.body:
        case RulebookAdopted() as body:
            return check_rulebook(body) + _check_next_rulebook(facts, entry, body)
        case HouseholdsRegistered() as body:
            return check_households(body)
        case AgreementsSigned() as body:
            return check_agreements(body) + check_agreed(facts, body)
        case ConsentsWithdrawn() as body:
            return check_withdrawal(body) or check_withdrawn(facts, body)
        case PointsRound() as body:
            return _check_round(facts, entry, body)
        case PointsReversed() as body:
            return _check_reversal(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no points kind")


def fold_points(facts: Facts, entry: Entry) -> None:
    """Apply an entry of a points kind, already checked. Raises ValueError for another kind."""
    match entry.body:
        case RulebookAdopted() as body:
            known = RulebookFacts(index=entry.index, version=body.version)
            put_fact(facts, "rulebook", known)
            put_fact(facts, f"rulebook/{entry.period}/{body.version:04d}", known)
        case HouseholdsRegistered() as body:
            count = count_households(facts) + len(body.households)
            put_fact(facts, "households", HouseholdFacts(households=count))
            put_fact(facts, f"registered/{key_at(entry.index)}", EntryAt(index=entry.index))
        case AgreementsSigned() as body:
            fold_agreements(facts, body)
            put_fact(facts, f"registered/{key_at(entry.index)}", EntryAt(index=entry.index))
        case ConsentsWithdrawn() as body:
            fold_withdrawal(facts, body)
            for key in ("registered", "withdrawn"):
                put_fact(facts, f"{key}/{key_at(entry.index)}", EntryAt(index=entry.index))
        case PointsRound() as body:
            _fold_round(facts, entry, body)
        case PointsReversed() as body:
            _fold_reversal(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no points kind")


def _check_next_rulebook(facts: Facts, entry: Entry, body: RulebookAdopted) -> list[Fault]:
    known = get_fact(facts, "rulebook", RulebookFacts)
    before = known.version if known else 0
    faults = []
    if body.version != before + 1:
        faults.append(
            build_fault(
                "rulebook-version",
                "积分细则的版本",
                f"第 {body.version} 版",
                f"第 {before + 1} 版",
                "版本从 1 起，每次加 1",
            )
        )
    since = facts.read_entry(known.index).period if known else entry.period
    if entry.period < since:
        faults.append(
            build_fault(
                "rulebook-period",
                "积分细则的起用月份",
                entry.period,
                f"{since} 或更晚",
                "新细则不能早于上一版起用",
            )
        )
    return faults + (_check_resolved(facts, entry, body.resolution_number) if body.resolution_number else [])


def _check_resolved(facts: Facts, entry: Entry, number: str) -> list[Fault]:
    """The resolution was adopted by the villagers, and the rules are in force from no month before it."""
    place = "积分细则的决议"
    faults = check_cover(facts, place, number, entry.occurred_on, 0)
    resolution = find_resolution(facts, number)
    if resolution is None:
        return faults
    meeting = resolution.body.steps[-1].meeting
    if meeting not in _VILLAGERS:
        faults.append(
            build_fault(
                "rulebook-resolution",
                place,
                f"决议 {number} 是{MEETING_NAMES[meeting]}定的",
                "村民会议或村民代表会议定的",
                "按四议两公开，由村民会议或村民代表会议通过，登记了再写编号",
            )
        )
    month = resolution.decided_on[:7]
    if entry.period < month:
        faults.append(
            build_fault(
                "rulebook-retroactive",
                "积分细则的起用月份",
                entry.period,
                f"{month} 或更晚",
                "先通过，后起用；以前的月份按以前的细则评",
            )
        )
    return faults


def _check_round(facts: Facts, entry: Entry, body: PointsRound) -> list[Fault]:
    month = get_points_month(facts, entry.period)
    first = read_body(facts, month.rounds[0], PointsRound) if month.rounds else None
    faults = _check_next_part(entry, body, month, first)
    if faults:
        return faults
    rulebook = find_rulebook(facts, entry.period)
    version = rulebook.version if rulebook else 0
    if rulebook is None or body.version != version:
        return [
            build_fault(
                "round-version",
                f"{entry.period} 积分评议的细则版本",
                f"第 {body.version} 版",
                f"第 {version} 版" if version else "先有当月起用的积分细则",
                "按当月起用的积分细则评议",
            )
        ]
    return (
        check_round(body, rulebook.rules)
        + _check_consent(facts, entry, body)
        + _check_whole(facts, entry, body, month)
    )


def _check_next_part(
    entry: Entry, body: PointsRound, month: PointsMonth, first: PointsRound | None
) -> list[Fault]:
    """The part is the next of the month's one round, and says of it what part 1 said."""
    place = f"{entry.period} 积分评议"
    done = len(month.rounds)
    if first is not None and done == first.parts:
        return [
            build_fault(
                "round-twice",
                place,
                tell_recorded(done),
                "一个月评议一次",
                "记错的用冲销更正，漏记的下月补记",
            )
        ]
    if body.part != done + 1:
        return [
            build_fault(
                "round-next-part",
                place,
                f"第 {body.part} 部分",
                f"第 {done + 1} 部分",
                "各部分从 1 起依次通过",
            )
        ]
    said = (body.parts, body.households, body.version)
    if first is None or said == (first.parts, first.households, first.version):
        return []
    return [
        build_fault(
            "round-differs",
            f"{place}第 {body.part} 部分",
            f"共 {body.parts} 部分、{body.households} 户、细则第 {body.version} 版",
            f"与第 1 部分相同：共 {first.parts} 部分、{first.households} 户、细则第 {first.version} 版",
            "整个评议重新生成后再提交",
        )
    ]


def _check_consent(facts: Facts, entry: Entry, body: PointsRound) -> list[Fault]:
    """No more households than agreed. A round is one, however many parts it has: the first says who is in it."""
    if body.part > 1:
        return []
    agreed = get_agreements(facts, body.version).scoring
    if body.households <= agreed:
        return []
    return [
        build_fault(
            "round-consent",
            f"{entry.period} 积分评议的户数",
            f"{body.households} 户",
            f"不超过同意按第 {body.version} 版积分的 {agreed} 户",
            "没有签约的农户不评分；先签积分契约",
        )
    ]


def _check_whole(facts: Facts, entry: Entry, body: PointsRound, month: PointsMonth) -> list[Fault]:
    """No digest was used in an earlier part; with the last part, households fit the number of lines."""
    used, own = _read_used(facts, month.rounds), set(_list_digests(body))
    faults = []
    if not used.isdisjoint(own):
        faults.append(
            build_fault(
                "round-repeats",
                f"{entry.period} 积分评议第 {body.part} 部分",
                "有前面部分用过的摘要",
                "每个摘要只用一次",
                "同一行只记在一个部分里",
            )
        )
    lines = len(used) + len(body.lines) + len(body.sealed_lines)
    least = min(lines, 1)
    if body.part == body.parts and not least <= body.households <= lines:
        faults.append(
            build_fault(
                "round-households",
                f"{entry.period} 积分评议的户数",
                f"{body.households} 户",
                f"{least}–{lines} 户（共 {lines} 行）",
                "重新清点有积分记录的户数",
            )
        )
    return faults


class _Used(NamedTuple):
    """The digests of a round's parts, by the indexes of those that were read."""

    rounds: tuple[int, ...]
    digests: set[str]


_USED: WeakKeyDictionary[Facts, _Used] = WeakKeyDictionary()
"""What was read of the round that the same facts were asked about last: of a hundred parts that come one after another
each is read once, and not once for every part behind it."""


def _read_used(facts: Facts, rounds: tuple[int, ...]) -> set[str]:
    """Return every digest of the parts at these indexes."""
    known = _USED.get(facts)
    if known is None or rounds[: len(known.rounds)] != known.rounds:
        known = _Used((), set())
    for index in rounds[len(known.rounds) :]:
        known.digests.update(_list_digests(read_body(facts, index, PointsRound)))
    _USED[facts] = _Used(rounds, known.digests)
    return known.digests


def _list_digests(body: PointsRound) -> Iterable[str]:
    yield from (line.subject.sealed for line in body.lines)
    yield from (line.sealed for line in body.sealed_lines)


def _check_reversal(facts: Facts, entry: Entry, body: PointsReversed) -> list[Fault]:
    place = f"冲销第 {body.reverses} 条的一行"
    found = _find_reversed(facts, entry, body)
    if found is None:
        return [
            build_fault(
                "reversal-unknown",
                place,
                "那一条不是更早的积分评议，或没有这一行",
                "更早的积分评议里的一行",
                "核对原来那条积分的月份、户号和规则",
            )
        ]
    original, line = found
    faults = []
    if get_fact(facts, _name_taken(body), EntryAt) is not None:
        faults.append(build_fault("reversal-taken", place, "已经冲销过", "每行只冲销一次", "不用再冲销"))
    if entry.period < original.period:
        faults.append(
            build_fault(
                "reversal-period",
                place,
                entry.period,
                f"{original.period} 或更晚",
                "冲销记入原月份之后的月份",
            )
        )
    if body.rule != line.rule:
        faults.append(
            build_fault(
                "reversal-rule", place, body.rule or "空", line.rule or "空（密封行）", "写原来那一行的规则"
            )
        )
    if (line.rule and body.points != -line.points) or body.points == 0:
        expected = f"{-line.points} 分" if line.rule else "原行分值的相反数，不为 0"
        faults.append(
            build_fault("reversal-points", place, f"{body.points} 分", expected, "冲销的分值与原行正好相反")
        )
    return faults


def _find_reversed(facts: Facts, entry: Entry, body: PointsReversed) -> tuple[Entry, _Line] | None:
    """Return the round and the line that a reversal takes back; None where there is no such line."""
    original = find_earlier(facts, body.reverses, entry.index)
    line = _find_line(original, body.line) if original is not None else None
    return None if original is None or line is None else (original, line)


def _find_line(original: Entry, digest: str) -> _Line | None:
    if not isinstance(original.body, PointsRound):
        return None
    for line in original.body.lines:
        if line.subject.sealed == digest:
            return _Line(line.points, line.quantity, line.rule)
    if any(line.sealed == digest for line in original.body.sealed_lines):
        return _Line(0, 0, "")
    return None


def _name_taken(body: PointsReversed) -> str:
    return name_taken(body.reverses, body.line)


def _fold_round(facts: Facts, entry: Entry, body: PointsRound) -> None:
    month = get_points_month(facts, entry.period)
    together = PointsMonth(
        households=body.households,
        parts=body.parts,
        rounds=(*month.rounds, entry.index),
        sealed_awards=month.sealed_awards + len(body.sealed_lines),
        sealed_points=month.sealed_points + body.sealed_points,
    )
    put_fact(facts, f"points/{entry.period}", together)
    lines: Counter[str] = Counter()
    points: Counter[str] = Counter()
    quantity: Counter[str] = Counter()
    for line in body.lines:
        lines[line.rule] += 1
        points[line.rule] += line.points
        quantity[line.rule] += line.quantity
    for rule, count in lines.items():
        _add_tally(
            facts, entry.period, rule, Tally(lines=count, points=points[rule], quantity=quantity[rule])
        )


def _fold_reversal(facts: Facts, entry: Entry, body: PointsReversed) -> None:
    """Take the line off the month of the reversal, and note the reversal in both months."""
    original = facts.read_entry(body.reverses)
    line = _find_line(original, body.line)
    if line is None:
        raise ValueError(f"entry {body.reverses} has no line {body.line}")
    at = EntryAt(index=entry.index)
    put_fact(facts, _name_taken(body), at)
    for period in {entry.period, original.period}:
        put_fact(facts, f"points-correction/{period}/{key_at(entry.index)}", at)
    if line.rule:
        off = Tally(lines=-1, points=body.points, quantity=-line.quantity)
        _add_tally(facts, entry.period, line.rule, off)
        return
    month = get_points_month(facts, entry.period)
    less = PointsMonth(
        households=month.households,
        parts=month.parts,
        rounds=month.rounds,
        sealed_awards=month.sealed_awards - 1,
        sealed_points=month.sealed_points + body.points,
    )
    put_fact(facts, f"points/{entry.period}", less)


def _add_tally(facts: Facts, period: str, rule: str, more: Tally) -> None:
    key = f"award/{period}/{rule}"
    known = get_fact(facts, key, Tally) or _NO_TALLY
    put_fact(
        facts,
        key,
        Tally(
            lines=known.lines + more.lines,
            points=known.points + more.points,
            quantity=known.quantity + more.quantity,
        ),
    )
