"""Score cards: schemes, branches with their members, monthly rounds and cards with stars or grades.

Scores of members, branches, secretaries, grids and grid workers never mix with villagers' points and cannot be spent.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.ballots import BallotNumber
from ledger.books.rounds import (
    PlainLine,
    Worth,
    build_fault,
    check_apart,
    check_lines,
    check_order,
    check_part,
    check_sealed_sum,
)
from ledger.books.values import Count, Integer, Positive, PublicText, Sealed, Value
from ledger.errors import Fault

SCORE_MAX = 100
"""No score is above it, nor below 0."""
BALLOTS_MAX = 30
"""Of one round: a ballot appraises no more than some thirty."""
BRANCH_MAX = 99
"""Branches of a village: their number has two digits in the keys of facts."""

ItemCode = Annotated[str, Meta(pattern=r"\A[PN][0-9]{2}\Z")]
"""P and two digits for positive conduct, N for negative."""
SchemeName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{1,39}\Z")]
ComponentCode = Annotated[str, Meta(pattern=r"\A[A-Z]\Z")]
"""One capital letter: names a component within its scheme."""

OtherSubject = Literal["branch", "grid", "grid-worker", "secretary"]
Subject = Literal["branch", "grid", "grid-worker", "member", "secretary"]
"""Whom a scheme scores. Of each a village has one scheme at a time."""
OtherSpan = Literal["quarter", "year"]
SchemeSpan = Literal["month", "quarter", "year"]
"""The time of the calendar that one score looks back on."""
SPAN_NAMES: dict[SchemeSpan, str] = {"month": "月", "quarter": "季", "year": "年"}
Marker = Literal["clerk", "jury", "secretary", "township"]
"""As what somebody writes the marks down."""
Source = Literal["ballot", "counts", "marks"]
"""Where a component's score comes from: a ballot, what is counted from entries, or marks by the scheme's items."""
Counts = Literal["closing-rate", "events", "visits"]
OwnHonour = Literal["commendation", "exemplar"]
"""Honours that the organisation itself gives: 评优表彰, 先进典型. Nothing else can hang on a score."""

SUBJECT_NAMES: dict[Subject, str] = {
    "branch": "党支部",
    "grid": "网格",
    "grid-worker": "网格员",
    "member": "党员",
    "secretary": "支部书记",
}
MARKER_NAMES: dict[Marker, str] = {
    "clerk": "支部记分员（村文书）",
    "jury": "评议小组",
    "secretary": "村书记",
    "township": "乡镇",
}
SOURCE_NAMES: dict[Source, str] = {"ballot": "民主测评", "counts": "计数", "marks": "按项目记分"}
COUNTS_NAMES: dict[Counts, str] = {
    "closing-rate": "办结率（%）",
    "events": "办理事件（件）",
    "visits": "走访（次）",
}
OWN_HONOUR_NAMES: dict[OwnHonour, str] = {"commendation": "评优表彰", "exemplar": "先进典型评选"}


class SchemeItem(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a scheme. `text` discloses {group, item, unit}."""

    code: ItemCode
    component: ComponentCode = ""  # that its marks count in; left out in a scheme without components
    monthly_cap: Positive  # for each time that the scheme looks back on
    points: Integer  # for one unit; negative for N items
    text: PublicText


class StarCut(Value, frozen=True):
    """The lowest score that earns so many stars, or the grade of that rank."""

    from_score: Count
    stars: Positive


class Measure(Value, frozen=True):
    """What is counted, and how many points it gives from `target` on; below, its share of them.

    `closing-rate` is in percent of the events handled.
    """

    counts: Counts
    points: Positive
    target: Positive


class SchemeComponent(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One component of a score: from 0 to 100 points by itself, of which `weight` percent count."""

    code: ComponentCode
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1, max_length=10)] | None = (
        None  # of `counts` alone
    )
    source: Source
    text: PublicText
    weight: Positive


class SchemeEffect(Value, frozen=True):
    """What so many stars, or the grade of that rank, lose: an own honour, until the named time of the calendar ends."""

    lasts: SchemeSpan
    loses: OwnHonour
    stars: Count


class SchemeAdopted(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`scheme.adopted`: how one kind of subject is scored, in force from the entry's period on.

    What stands with None came later and is left out where a scheme does not say it: then it is about members, by the
    month, without components, in stars, and nothing hangs on it.
    """

    base: Count  # every score before its marks; with components that of each one with marks
    components: Annotated[tuple[SchemeComponent, ...], Meta(min_length=1, max_length=10)] | None = None
    effects: Annotated[tuple[SchemeEffect, ...], Meta(min_length=1, max_length=10)] | None = None
    every: OtherSpan | None = None  # left out: month
    grades: Annotated[tuple[PublicText, ...], Meta(min_length=1, max_length=10)] | None = (
        None  # names of `stars`
    )
    items: Annotated[tuple[SchemeItem, ...], Meta(min_length=1, max_length=200)]
    marker: Marker | None = None
    resolution: PublicText
    scheme: SchemeName
    stars: Annotated[tuple[StarCut, ...], Meta(min_length=1, max_length=10)]  # ascending
    steps: Annotated[tuple[PublicText, ...], Meta(min_length=1, max_length=10)] | None = (
        None  # to a star, in order
    )
    subject: OtherSubject | None = None  # left out: member
    title: PublicText
    version: Positive  # counted for each subject


class BranchRegistered(Value, frozen=True):
    """`branch.registered`: a party branch and its members, sealed one by one ({member}), by digest."""

    branch: Positive
    members: Annotated[tuple[Sealed, ...], Meta(min_length=1)]
    name: PublicText


class BallotRow(Value, frozen=True):
    """Which row of a ballot somebody is, counted from 1 in the ballot's own order."""

    number: BallotNumber
    row: Positive


class AssessedBallot(Value, frozen=True):
    """A closed ballot that gives a component of the scheme."""

    component: ComponentCode
    number: BallotNumber


class ScoreLine(Value, frozen=True):
    """One mark in plain. `subject` discloses {evidence, member}."""

    item: ItemCode
    points: Positive
    quantity: Positive
    subject: Sealed


class ScoreCard(Value, frozen=True):
    """One member's month: stars in plain (0 below the lowest cut), `subject` discloses {member, score}, and rows where
    ballots give a component.
    """

    stars: Count
    subject: Sealed


class ScoreRound(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`score.round`: a branch's passed round of the entry's period, or one part of it.

    `lines` and `cards` are sorted by subject digest, `sealed_lines` ({evidence, item, member, points,
    quantity}: every negative mark) by digest. All cards stand in part 1, one for each member, and beside them the
    ballots that give a component, by component and number.
    """

    ballots: Annotated[tuple[AssessedBallot, ...], Meta(min_length=1, max_length=BALLOTS_MAX)] | None = None
    branch: Positive
    cards: tuple[ScoreCard, ...]
    lines: tuple[ScoreLine, ...]
    part: Positive
    parts: Positive
    scheme: SchemeName
    sealed_lines: tuple[Sealed, ...]
    sealed_points: Integer
    version: Positive


def get_subject(scheme: SchemeAdopted) -> Subject:
    """Return whom a scheme scores."""
    return scheme.subject or "member"


def get_span(scheme: SchemeAdopted) -> SchemeSpan:
    """Return the time that one score looks back on."""
    return scheme.every or "month"


def list_ranks(scheme: SchemeAdopted) -> list[int]:
    """Return how many stars, or which rank of grade, a card may have, the lowest first: no score is without a grade,
    but one below all stars has none.
    """
    return [cut.stars for cut in scheme.stars] if scheme.grades else [0, *(cut.stars for cut in scheme.stars)]


def list_worths(scheme: SchemeAdopted) -> dict[str, Worth]:
    """Return what each item is worth, by code; a line that deducts is sealed whole."""
    span = SPAN_NAMES[get_span(scheme)]
    return {item.code: Worth(item.monthly_cap, item.points > 0, item.points, span) for item in scheme.items}


def check_branch(body: BranchRegistered) -> list[Fault]:
    """Return every fault a branch's registration has in itself."""
    faults = check_order(body.members, f"支部 {body.branch} 党员名册")
    if body.branch > BRANCH_MAX:
        faults.append(
            build_fault(
                "branch-number", "支部序号", str(body.branch), f"1–{BRANCH_MAX}", "给支部一个较小的序号"
            )
        )
    return faults


def check_score_round(body: ScoreRound, scheme: SchemeAdopted, members: int) -> list[Fault]:
    """Return every fault a branch's round, or its part, has in itself; the branch has so many `members`."""
    place = f"支部 {body.branch} 评议"
    worths = list_worths(scheme)
    subjects = [line.subject for line in body.lines]
    cards = [card.subject for card in body.cards]
    lines = [PlainLine(line.item, line.points, line.quantity) for line in body.lines]
    return (
        check_part(body.part, body.parts, place)
        + check_order(subjects, f"{place}明示行")
        + check_order(body.sealed_lines, f"{place}密封行")
        + check_order(cards, f"{place}评分卡")
        + check_apart(subjects, body.sealed_lines, place)
        + check_lines(lines, worths, f"{place}明示行", "考评办法")
        + check_sealed_sum(len(body.sealed_lines), body.sealed_points, f"{place}密封行合计")
        + _check_negative(body, place)
        + _check_cards(body, scheme, members, place)
    )


def _check_negative(body: ScoreRound, place: str) -> list[Fault]:
    """Sealed lines are negative marks and nothing else: their sum is below zero."""
    if not body.sealed_lines or body.sealed_points < 0:
        return []
    return [
        build_fault(
            "sealed-sign",
            f"{place}密封行合计",
            f"{len(body.sealed_lines)} 行合计 {body.sealed_points} 分",
            "小于 0 分",
            "只有扣分密封；加分写在明示行",
        )
    ]


def _check_cards(body: ScoreRound, scheme: SchemeAdopted, members: int, place: str) -> list[Fault]:
    """Every card stands in part 1, one for each member, with stars that the scheme knows."""
    faults = []
    need = members if body.part == 1 else 0
    if len(body.cards) != need:
        faults.append(
            build_fault(
                "cards-count",
                f"{place}第 {body.part} 部分",
                f"{len(body.cards)} 张评分卡",
                f"{need} 张",
                "第 1 部分给每名党员一张评分卡，其余部分没有",
            )
        )
    known = list_ranks(scheme)
    for number, card in enumerate(body.cards, 1):
        if card.stars not in known:
            listed = "、".join(map(str, known))
            faults.append(
                build_fault(
                    "card-stars",
                    f"{place}评分卡第 {number} 张",
                    f"{card.stars} 星",
                    f"{listed} 星之一",
                    "按考评办法的分数线定星",
                )
            )
    return faults
