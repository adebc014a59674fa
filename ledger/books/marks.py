"""Marks and cards opened: a branch's round with its members, judged by what the plain part cannot show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from ledger.books.appraisals import list_ballot_components
from ledger.books.components import Ballots, Marked, Score, assess
from ledger.books.rounds import OpenedFault, OpenedWords, build_fault, check_opened
from ledger.books.schemes import tell_earned
from ledger.books.scores import BallotRow, SchemeAdopted, list_worths
from ledger.errors import Fault

_WORDS = OpenedWords(
    cap=OpenedFault("mark-cap", "减少数量，超过封顶的不计分"),
    each="人",
    product=OpenedFault("mark-points", "分值等于项目的分值乘以数量"),
    sealed=OpenedFault("mark-sealed", "扣分整行密封，加分明示"),
    who="该党员",
)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a round with everything that is sealed in it."""

    evidence: str
    item: str
    member: str
    place: str  # a row of a workbook, or a line of an entry
    points: int  # of the line; negative for N items
    quantity: int
    sealed: bool  # the whole line, not only its subject


class Given(NamedTuple):
    """What ballots give a member, by component, and by which rows."""

    ballots: Mapping[str, Ballots]
    rows: tuple[BallotRow, ...]

    def covers(self, scheme: SchemeAdopted) -> bool:
        """Whether every component of a scheme that ballots give is there."""
        return self.ballots.keys() >= set(list_ballot_components(scheme))


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A member's month."""

    member: str
    place: str
    score: int
    stars: int
    earned: Score | None = None  # where it was computed here
    rows: tuple[BallotRow, ...] = ()  # of the ballots that give components


_NOTHING = Given({}, ())


def check_marks(marks: Iterable[Mark], scheme: SchemeAdopted, members: Collection[str]) -> list[Fault]:
    """Return every fault of a branch's marks under the scheme; `members` belong to the branch.

    No fault names a member: its place does for those who may see it.
    """
    worths = list_worths(scheme)
    together: Counter[tuple[str, str]] = Counter()
    faults = []
    for mark in marks:
        if mark.member not in members:
            faults.append(
                build_fault(
                    "mark-member", mark.place, "不是本支部党员", "本支部登记的党员", "核对支部和党员编号"
                )
            )
        worth = worths.get(mark.item)
        if worth is None:
            faults.append(
                build_fault(
                    "mark-item", mark.place, mark.item, "考评办法里有的编号", "对照考评办法改正项目编号"
                )
            )
            continue
        before = together[mark.member, mark.item]
        together[mark.member, mark.item] += abs(mark.points)
        faults += check_opened(mark, mark.item, worth, before, _WORDS)
    return faults


def build_cards(
    marks: Iterable[Mark],
    scheme: SchemeAdopted,
    members: Iterable[str],
    given: Mapping[str, Given] | None = None,
) -> list[Card]:
    """Return the card of every member, in their order, from all marks of the branch's month; `given` is by member, and
    whoever ballots gave nothing that the scheme asks for has no card.
    """
    marked: defaultdict[str, list[Marked]] = defaultdict(list)
    for mark in marks:
        marked[mark.member].append(Marked(mark.item, mark.points))
    cards = []
    for member in members:
        own = (given or {}).get(member, _NOTHING)
        if own.covers(scheme):
            earned = assess(scheme, marked[member], own.ballots)
            cards.append(
                Card(
                    earned=earned,
                    member=member,
                    place="",
                    rows=own.rows,
                    score=earned.score,
                    stars=earned.stars,
                )
            )
    return cards


def check_cards(
    cards: Iterable[Card],
    marks: Iterable[Mark],
    scheme: SchemeAdopted,
    members: Collection[str],
    given: Mapping[str, Given] | None = None,
) -> list[Fault]:
    """Return every fault of cards: a stranger's, a second one, or one that marks and ballots do not add up to. Cards of
    whoever has no `given` where ballots give something are not compared.
    """
    right = {card.member: card for card in build_cards(marks, scheme, members, given)}
    seen: set[str] = set()
    faults = []
    for card in cards:
        expected = right.get(card.member)
        if card.member not in members or card.member in seen:
            found = "这名党员的第二张" if card.member in members else "不是本支部党员"
            faults.append(
                build_fault("card-member", card.place, found, "本支部党员每人一张", "重新生成评分卡")
            )
        elif expected is not None and (card.score, card.stars) != (expected.score, expected.stars):
            faults.append(
                build_fault(
                    "card-score",
                    card.place,
                    tell_earned(scheme, card.score, card.stars),
                    tell_earned(scheme, expected.score, expected.stars),
                    "按基础分加全部得分重新计算；有测评的，合上测评的分",
                )
            )
        seen.add(card.member)
    return faults
