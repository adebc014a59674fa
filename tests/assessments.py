"""Rounds of assessment as bodies of entries that tests record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.books.assessments import (
    AssessedCard,
    AssessedLine,
    AssessmentRound,
    UnitCounts,
    sort_number,
)
from ledger.books.ballots import BallotClosed, BallotOpened, CastBallot
from ledger.books.scores import AssessedBallot, OtherSubject, SchemeAdopted
from tests.builders import Discloser, build_scheme


def build_branch_scheme(texts: Discloser, **changes: Any) -> SchemeAdopted:
    """The scheme of members' tests, of branches."""
    return build_scheme(texts, **({"subject": "branch"} | changes))


def build_assessment(texts: Discloser, **changes: Any) -> AssessmentRound:
    """One branch's one mark, and the card that it makes."""
    line = AssessedLine(
        item="P01", of="1", points=5, quantity=1, subject=texts.seal({"evidence": "会议记录"})
    )
    fields: dict[str, Any] = {
        "ballots": (),
        "cards": (AssessedCard(of="1", score=65, stars=2),),
        "counts": (),
        "lines": (line,),
        "part": 1,
        "parts": 1,
        "scheme": "stars",
        "sealed_lines": (),
        "sealed_points": 0,
        "subject": "branch",
        "version": 1,
    }
    return AssessmentRound(**(fields | changes))


def build_of_organisations(
    texts: Discloser,
    scheme: SchemeAdopted,
    cards: Iterable[AssessedCard],
    marks: Sequence[tuple[str, str, int]] = (),
    counts: Sequence[UnitCounts] = (),
    ballots: Sequence[tuple[str, str]] = (),
) -> AssessmentRound:
    """A whole round of branches or grids; marks as (number, item, quantity)."""
    points = {item.code: item.points for item in scheme.items}
    lines = [
        AssessedLine(
            item=item,
            of=of,
            points=points[item] * quantity,
            quantity=quantity,
            subject=texts.seal({"evidence": "查过"}),
        )
        for of, item, quantity in marks
    ]
    return build_assessment(
        texts,
        ballots=_list_ballots(ballots),
        cards=tuple(sorted(cards, key=lambda card: sort_number(card.of))),
        counts=tuple(counts),
        lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
        scheme=scheme.scheme,
        subject=_get_subject(scheme),
        version=scheme.version,
    )


def build_of_persons(
    texts: Discloser,
    scheme: SchemeAdopted,
    cards: Sequence[tuple[Mapping[str, Any], int, str]],
    marks: Sequence[tuple[Mapping[str, Any], str, int]] = (),
    counts: Sequence[UnitCounts] = (),
    ballots: Sequence[tuple[str, str]] = (),
) -> AssessmentRound:
    """A whole round of persons: cards as (what is sealed, stars, branch), marks as (who, item, quantity)."""
    points = {item.code: item.points for item in scheme.items}
    lines, sealed, below = [], [], 0
    for who, item, quantity in marks:
        worth = points[item] * quantity
        if worth > 0:
            subject = texts.seal({**who, "evidence": "查过"})
            lines.append(AssessedLine(item=item, points=worth, quantity=quantity, subject=subject))
        else:
            whole = {**who, "evidence": "查过", "item": item, "points": worth, "quantity": quantity}
            sealed.append(texts.seal(whole, "line"))
            below += worth
    made = [
        AssessedCard(of=branch, stars=stars, subject=texts.seal(dict(person)))
        for person, stars, branch in cards
    ]
    by_branch = _get_subject(scheme) == "secretary"
    made.sort(key=lambda card: sort_number(card.of) if by_branch else get_digest(card))
    return build_assessment(
        texts,
        ballots=_list_ballots(ballots),
        cards=tuple(made),
        counts=tuple(counts),
        lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
        scheme=scheme.scheme,
        sealed_lines=tuple(sorted(sealed, key=lambda one: one.sealed)),
        sealed_points=below,
        subject=_get_subject(scheme),
        version=scheme.version,
    )


def build_cast(opened: BallotOpened, cast: Sequence[str]) -> BallotClosed:
    """A ballot's end with what was chosen on each slip."""
    ballots = tuple(CastBallot(choices=one, receipt=f"{at:08d}") for at, one in enumerate(cast, 1))
    return BallotClosed(ballots=ballots, number=opened.number, unused=opened.issued - len(ballots))


def _list_ballots(ballots: Sequence[tuple[str, str]]) -> tuple[AssessedBallot, ...]:
    return tuple(AssessedBallot(component=component, number=number) for component, number in ballots)


def _get_subject(scheme: SchemeAdopted) -> OtherSubject:
    assert scheme.subject is not None
    return scheme.subject


def get_digest(card: AssessedCard) -> str:
    assert card.subject is not None
    return card.subject.sealed
