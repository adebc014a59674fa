"""One party member's rounds of scores gathered: the card of each month with its marks, as only the member's own values
tell them.

What is private comes from whoever asks: the values behind the member's own disclosures, by digest. Costs a look at the
rounds of twelve months, however long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from ledger.books.appraisals import list_ballot_components
from ledger.books.components import Marked, assess
from ledger.books.marks import Given
from ledger.books.schemes import has_source
from ledger.books.scores import BallotRow, BranchRegistered, SchemeAdopted, SchemeSpan, ScoreRound, get_span
from ledger.figures.households import find_opened
from ledger.figures.scores import read_item
from ledger.figures.texts import Texts, read_text
from ledger.state.appraisals import read_ballots
from ledger.state.facts import Facts, ScoreMonth, find_branch, read_body, scan_facts
from ledger.state.marks import list_round_ballots, weigh_member
from ledger.state.private import CardSubject, MarkLine, MarkSubject
from ledger.state.schemes import list_schemes


class MemberMark(NamedTuple):
    """One mark, in the entry `at`. `is_sealed`: nobody but the member and those who passed it see what it is."""

    at: int
    evidence: str
    is_sealed: bool
    item: str  # its code
    points: int
    quantity: int
    title: str


class MemberComponent(NamedTuple):
    """What one component of a score gave, exactly, before its weight in percent; by which row of which ballot, where
    one gave it, else None.
    """

    by: BallotRow | None
    score: Fraction
    title: str
    weight: int


class MemberRound(NamedTuple):
    """A member's card in a round, with what it was made of. `grade` is empty where the scheme has stars alone.

    `at`     the index of the entry that has the card
    `span`   the time that the score looks back on, of which `period` is the last month
    """

    at: int
    base: int
    branch: str
    components: tuple[MemberComponent, ...]
    grade: str
    marks: tuple[MemberMark, ...]
    period: str
    scheme: str
    score: int
    span: SchemeSpan
    stars: int
    version: int


def list_score_years(facts: Facts) -> list[str]:
    """Return the years that have a round of scores, the newest first."""
    return sorted({key[:4] for key, _ in scan_facts(facts, "score/", ScoreMonth)}, reverse=True)


def collect_member(facts: Facts, texts: Texts, opened: Mapping[str, object], year: str) -> list[MemberRound]:
    """Return the rounds of a year in which a member has a card, the earliest first. Of a card that was erased nothing
    is told. Raises NotProven where an item's public text is of another shape than {group, item, unit}.
    """
    schemes = {scheme.version: scheme for scheme in list_schemes(facts)}
    found = []
    for key, month in scan_facts(facts, f"score/{year}-", ScoreMonth):
        for at in month.rounds:
            body = read_body(facts, at, ScoreRound)
            for card in body.cards:
                subject = find_opened(opened, card.subject.sealed, CardSubject)
                if subject is None:
                    continue
                scheme = schemes[body.version]
                marks = [
                    mark for part in month.rounds for mark in _list_marks(facts, texts, opened, scheme, part)
                ]
                found.append(
                    MemberRound(
                        at=at,
                        base=scheme.base,
                        branch=name_branch(facts, texts, body.branch),
                        components=_split(texts, scheme, marks, _weigh(facts, month, subject)),
                        grade=_name_grade(texts, scheme, card.stars),
                        marks=tuple(marks),
                        period=f"{year}-{key[:2]}",
                        scheme=read_text(texts, scheme.title),
                        score=subject.score,
                        span=get_span(scheme),
                        stars=card.stars,
                        version=scheme.version,
                    )
                )
    return found


def _list_marks(
    facts: Facts, texts: Texts, opened: Mapping[str, object], scheme: SchemeAdopted, at: int
) -> Iterator[MemberMark]:
    body = read_body(facts, at, ScoreRound)
    titles = {item.code: read_item(texts, item) for item in scheme.items}
    for line in body.lines:
        subject = find_opened(opened, line.subject.sealed, MarkSubject)
        if subject is not None:
            title = titles[line.item]
            yield MemberMark(at, subject.evidence, False, line.item, line.points, line.quantity, title)
    for sealed in body.sealed_lines:
        mark = find_opened(opened, sealed.sealed, MarkLine)
        if mark is not None:
            title = titles.get(mark.item, mark.item)
            yield MemberMark(at, mark.evidence, True, mark.item, mark.points, mark.quantity, title)


def _weigh(facts: Facts, month: ScoreMonth, subject: CardSubject) -> Given | None:
    return weigh_member(subject.rows, read_ballots(facts, list_round_ballots(facts, month)))


def _split(
    texts: Texts, scheme: SchemeAdopted, marks: list[MemberMark], given: Given | None
) -> tuple[MemberComponent, ...]:
    """Return what each component gave; none where the scheme has none, or one that marks and ballots do not tell."""
    if not scheme.components or has_source(scheme, "counts") or given is None or not given.covers(scheme):
        return ()
    score = assess(scheme, [Marked(mark.item, mark.points) for mark in marks], given.ballots)
    titles = {one.code: read_text(texts, one.text) for one in scheme.components}
    rows = dict(zip(list_ballot_components(scheme), given.rows, strict=True))
    return tuple(
        MemberComponent(rows.get(one.code), one.score, titles[one.code], one.weight)
        for one in score.components
    )


def _name_grade(texts: Texts, scheme: SchemeAdopted, stars: int) -> str:
    names = zip(scheme.stars, scheme.grades or (), strict=False)
    return next((read_text(texts, name) for cut, name in names if cut.stars == stars), "")


def name_branch(facts: Facts, texts: Texts, branch: int) -> str:
    """Return what a registered branch is called."""
    known = find_branch(facts, branch)
    assert known is not None, branch  # A round is a registered branch's.
    return read_text(texts, read_body(facts, known.index, BranchRegistered).name)
