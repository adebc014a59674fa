"""Ballots that give members' scores a component: found by who is appraised in them, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.books.appraisals import list_ballot_components
from ledger.books.marks import Card, Given
from ledger.books.schemes import list_months
from ledger.books.scores import AssessedBallot, BallotRow, SchemeAdopted
from ledger.errors import Fault
from ledger.service.workbooks.people import find_private, read_text
from ledger.service.workbooks.tray import Tray
from ledger.state.appraisals import check_ballot, count_ballot, key_score_ballot, read_ballots
from ledger.state.ballots import FoundBallot, list_ballots
from ledger.state.marks import weigh_member
from ledger.state.private import RegisteredMember, open_private
from ledger.vaults import Member


class Held(NamedTuple):
    """The ballots of a round, and what they give each member."""

    ballots: tuple[AssessedBallot, ...]
    given: dict[str, Given]


class _Asked(NamedTuple):
    """A round for which ballots are looked for; `component` is what they give."""

    branch: int
    component: str
    first: str


NOTHING = Held((), {})
_NAMED_MAX = 10
"""A branch that held no ballot at all has one thing to do, not one for each of its members."""


def find_ballots(
    tray: Tray, scheme: SchemeAdopted, period: str, branch: int, members: Mapping[str, Member]
) -> Held | None:
    """Return, for each member by number, the newest ballot of the scheme's time that somebody answered about them; None
    where somebody has none, which is refused with who they are.
    """
    components = list_ballot_components(scheme)
    if not components:
        return NOTHING
    place = f"{period} 支部 {branch} 评分"
    if len(components) > 1:
        tray.refuse([_fault_many(place, len(components))])
        return None
    asked = _Asked(branch, components[0], list_months(scheme, period)[0])
    given: dict[str, Given] = {}
    for found in list_ballots(tray.facts):
        for member, one in _weigh_all(tray, asked, found):
            given.setdefault(member, one)
    missing = [number for number, member in members.items() if member.member not in given]
    if missing:
        tray.refuse([_fault_unvoted(place, missing, asked.first)])
        return None
    known = {member.member for member in members.values()}
    chosen = {member: one for member, one in given.items() if member in known}
    numbers = sorted({row.number for one in chosen.values() for row in one.rows})
    return Held(tuple(AssessedBallot(component=asked.component, number=one) for one in numbers), chosen)


def keep_ballots(tray: Tray, ballots: Sequence[AssessedBallot], cards: Sequence[Card]) -> Held:
    """Return what the ballots of a round gave the members of its cards, which stand in another part."""
    found = read_ballots(tray.facts, ballots)
    weighed = ((card.member, weigh_member(card.rows, found)) for card in cards)
    return Held(tuple(ballots), {member: one for member, one in weighed if one is not None})


def preview_ballots(tray: Tray, held: Held) -> Iterator[str]:
    """Yield a line for each ballot: what it is called, and how many voted."""
    for number, found in read_ballots(tray.facts, held.ballots).items():
        title = read_text(tray.desk, found.opened.title.text)
        yield f"　用测评 {number} {title}：印 {found.tally.issued} 张，投 {found.tally.cast} 张"


def _weigh_all(tray: Tray, asked: _Asked, found: FoundBallot) -> Iterator[tuple[str, Given]]:
    """Yield what a ballot gives each member whom it is about; nothing where it gives no component."""
    number = found.opened.number
    used = key_score_ballot(asked.branch, number)
    counted = count_ballot(found, asked.component)
    if counted is None or check_ballot(tray.facts, number, found, asked.first, used, ""):
        return
    for row, sealed in enumerate(found.opened.members, 1):
        member = open_private(find_private(tray.desk), sealed.sealed, RegisteredMember)
        given = weigh_member((BallotRow(number=number, row=row),), {number: counted})
        if member is not None and given is not None:
            yield member.member, given


def _fault_many(place: str, count: int) -> Fault:
    return Fault(
        code="assess-ballot",
        place=place,
        found=f"办法有 {count} 个部分靠测评",
        expected="一个部分靠测评",
        remedy="换一个只有一个部分靠测评的办法",
    )


def _fault_unvoted(place: str, numbers: Sequence[str], first: str) -> Fault:
    more = f"等 {len(numbers)} 名" if len(numbers) > _NAMED_MAX else ""
    return Fault(
        code="assess-ballot",
        place=f"{place}，党员 {'、'.join(numbers[:_NAMED_MAX])}{more}",
        found="没有测评，或者没有人评",
        expected=f"{first} 以来一次已经结束、投票人数够的测评里有人评",
        remedy="先办党员测评，等结束并记入账本再评分；按党小组测评的，每个党小组都要办；没有测评的不能算 0 分",
    )
