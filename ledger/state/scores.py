"""The score kinds folded: schemes, branches and their monthly rounds follow one another so.

Rules that always hold: schemes of a subject count up and no later one is in force from an earlier month; a branch has
the members of its newest registration; it has one round a month, its parts in order; a month has one scheme and every
member one card. What stands behind sealed digests is judged by `state.marks`, with the vault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.books.appraisals import check_ballots_named
from ledger.books.ballots import APPRAISED_NAMES
from ledger.books.rounds import build_fault, check_sequence
from ledger.books.schemes import check_carried, check_scheme, list_months
from ledger.books.scores import (
    BranchRegistered,
    SchemeAdopted,
    ScoreRound,
    check_branch,
    check_score_round,
    get_subject,
)
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.appraisals import check_ballot, key_score_ballot
from ledger.state.ballots import find_ballot
from ledger.state.facts import (
    BranchFacts,
    EntryAt,
    Facts,
    ScoreMonth,
    Tally,
    find_branch,
    get_fact,
    put_fact,
    read_body,
)
from ledger.state.marks import check_score_rounds_privately, open_score_round
from ledger.state.reference import Reference
from ledger.state.schemes import find_scheme, get_score_month, key_newest, key_versions

__all__ = [
    "check_score_rounds_privately",
    "check_scores",
    "find_scheme",
    "fold_scores",
    "get_score_month",
    "open_score_round",
]

_NO_TALLY = Tally(lines=0, points=0, quantity=0)


def check_scores(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry of a score kind may not follow these facts.

    Envelope, persons and open month are `check_entry`'s. Raises ValueError for another kind.
    """
    del reference  # What scores need is in the scheme.
    match entry.body:
        case SchemeAdopted() as body:
            return check_scheme(body) + _check_next_scheme(facts, entry, body)
        case BranchRegistered() as body:
            return check_branch(body)
        case ScoreRound() as body:
            return _check_round(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no score kind")


def fold_scores(facts: Facts, entry: Entry) -> None:
    """Apply an entry of a score kind, already checked. Raises ValueError for another kind."""
    match entry.body:
        case SchemeAdopted() as body:
            at = EntryAt(index=entry.index)
            subject = get_subject(body)
            put_fact(facts, key_newest(subject), at)
            put_fact(facts, f"{key_versions(subject)}{entry.period}/{body.version:04d}", at)
        case BranchRegistered() as body:
            known = find_branch(facts, body.branch)
            earlier = known.registrations if known is not None else ()
            branch = BranchFacts(index=entry.index, members=len(body.members), earlier=earlier)
            put_fact(facts, f"branch/{body.branch:02d}", branch)
        case ScoreRound() as body:
            _fold_round(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no score kind")


def _check_next_scheme(facts: Facts, entry: Entry, body: SchemeAdopted) -> list[Fault]:
    at = get_fact(facts, key_newest(get_subject(body)), EntryAt)
    before = read_body(facts, at.index, SchemeAdopted).version if at else 0
    since = facts.read_entry(at.index).period if at else entry.period
    faults = []
    if body.version != before + 1:
        faults.append(
            build_fault(
                "scheme-version",
                "考评办法的版本",
                f"第 {body.version} 版",
                f"第 {before + 1} 版",
                "版本从 1 起，每次加 1",
            )
        )
    if entry.period < since:
        faults.append(
            build_fault(
                "scheme-period",
                "考评办法的起用月份",
                entry.period,
                f"{since} 或更晚",
                "新办法不能早于上一版起用",
            )
        )
    return faults


def _check_round(facts: Facts, entry: Entry, body: ScoreRound) -> list[Fault]:
    place = f"{entry.period} 支部 {body.branch} 评议"
    branch = find_branch(facts, body.branch)
    if branch is None:
        return [build_fault("round-branch", place, f"支部 {body.branch}", "已登记的支部", "先登记支部和党员")]
    month = get_score_month(facts, entry.period, body.branch)
    faults = check_sequence(place, len(month.rounds), month.parts, body, "每个支部一个月评议一次")
    if faults:
        return faults
    scheme = find_scheme(facts, entry.period)
    if scheme is None or (body.scheme, body.version) != (scheme.scheme, scheme.version):
        expected = f"{scheme.scheme} 第 {scheme.version} 版" if scheme else "先有当月起用的考评办法"
        return [
            build_fault(
                "round-scheme",
                place,
                f"{body.scheme} 第 {body.version} 版",
                expected,
                "按当月起用的考评办法评议",
            )
        ]
    return (
        check_carried(scheme, entry.period, place)
        + check_score_round(body, scheme, branch.members)
        + list(_check_ballots(facts, entry, body, scheme, place))
        + _check_repeats(facts, entry, body, place)
    )


def _check_repeats(facts: Facts, entry: Entry, body: ScoreRound, place: str) -> list[Fault]:
    month = get_score_month(facts, entry.period, body.branch)
    earlier = [read_body(facts, index, ScoreRound) for index in month.rounds]
    if not _list_digests(body) & {digest for part in earlier for digest in _list_digests(part)}:
        return []
    return [
        build_fault(
            "round-repeats",
            f"{place}第 {body.part} 部分",
            "有前面部分用过的摘要",
            "每个摘要只用一次",
            "同一行只记在一个部分里",
        )
    ]


def _check_ballots(
    facts: Facts, entry: Entry, body: ScoreRound, scheme: SchemeAdopted, place: str
) -> Iterator[Fault]:
    """Ballots stand in part 1 with the cards: about members, closed, of the time that the scheme looks back on, and
    used once by a branch. One may be about members of several branches.
    """
    if body.part > 1:
        if body.ballots:
            told, remedy = f"第 {body.part} 部分写了测评", "测评和评分卡写在第 1 部分"
            yield build_fault("assessment-ballot", place, told, "第 1 部分以后都没有", remedy)
        return
    ballots = body.ballots or ()
    yield from check_ballots_named(ballots, scheme, place)
    first = list_months(scheme, entry.period)[0]
    for one in ballots:
        found, used = find_ballot(facts, one.number), key_score_ballot(body.branch, one.number)
        yield from check_ballot(facts, one.number, found, first, used, place)
        if found is not None and found.opened.appraised != "member":
            told = f"测评的是{APPRAISED_NAMES[found.opened.appraised]}"
            remedy = "党员的分只能靠测评党员的票"
            yield build_fault("assessment-ballot", f"{place}的测评 {one.number}", told, "测评党员", remedy)


def _list_digests(body: ScoreRound) -> set[str]:
    return {line.subject.sealed for line in body.lines} | {line.sealed for line in body.sealed_lines}


def _fold_round(facts: Facts, entry: Entry, body: ScoreRound) -> None:
    month = get_score_month(facts, entry.period, body.branch)
    stars = Counter(dict(month.stars)) + Counter(card.stars for card in body.cards)
    together = ScoreMonth(
        parts=body.parts,
        rounds=(*month.rounds, entry.index),
        sealed_marks=month.sealed_marks + len(body.sealed_lines),
        sealed_points=month.sealed_points + body.sealed_points,
        stars=tuple(sorted(stars.items(), reverse=True)),
    )
    put_fact(facts, f"score/{entry.period}/{body.branch:02d}", together)
    for one in body.ballots or ():
        put_fact(facts, key_score_ballot(body.branch, one.number), EntryAt(index=entry.index))
    for line in body.lines:
        key = f"mark/{entry.period}/{body.branch:02d}/{line.item}"
        known = get_fact(facts, key, Tally) or _NO_TALLY
        tally = Tally(
            lines=known.lines + 1,
            points=known.points + line.points,
            quantity=known.quantity + line.quantity,
        )
        put_fact(facts, key, tally)
