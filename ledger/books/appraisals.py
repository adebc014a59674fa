"""Closed ballots that give components of scores: which of them, in which row, and how many points that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ledger.books.ballots import BallotOpened, Tally
from ledger.books.components import Ballots
from ledger.books.rounds import build_fault
from ledger.books.scores import SCORE_MAX, AssessedBallot, BallotRow, SchemeAdopted
from ledger.errors import Fault


def list_ballot_components(scheme: SchemeAdopted) -> list[str]:
    """Return the codes of the components that a ballot gives, in the scheme's order."""
    return [one.code for one in scheme.components or () if one.source == "ballot"]


def weigh_row(opened: BallotOpened, tally: Tally, row: int) -> Ballots | None:
    """Return what the ballots give a row: the first choice 100 points, the last 0, those between evenly; whoever left
    an answer out gives none. None where nobody answered, or there is no such row.
    """
    if not 1 <= row <= opened.count:
        return None
    steps = len(opened.choices) - 1
    cells = [cell[:-1] for cell in tally.cells[row - 1]]
    answers = sum(map(sum, cells))
    given = sum(chosen * (steps - at) for cell in cells for at, chosen in enumerate(cell))
    return Ballots(answers * steps, SCORE_MAX * given) if answers else None


def check_ballots_named(
    ballots: Sequence[AssessedBallot], scheme: SchemeAdopted, place: str
) -> Iterator[Fault]:
    """Yield a fault where ballots do not stand in their order and once, and for each component that has one and should
    not, or the other way round.
    """
    if any(before >= after for before, after in pairwise((one.component, one.number) for one in ballots)):
        remedy = "从小到大排好，同一个只写一次"
        yield build_fault(
            "assessment-order", f"{place}的测评", "没有排好，或有重复", "从小到大，各一次", remedy
        )
    wanted, given = list_ballot_components(scheme), [one.component for one in ballots]
    for component in sorted(set(wanted) ^ set(given)):
        held = component in wanted
        found = f"部分 {component} {'没有测评' if held else '写了测评'}"
        expected = "有一次已经结束的测评" if held else "没有测评：它的分不靠测评"
        remedy = "先测评，等结束了再打分；没有测评的不能算 0 分" if held else "删去这次测评"
        yield build_fault("assessment-ballot", place, found, expected, remedy)


def check_rows(
    rows: Sequence[BallotRow], ballots: Iterable[AssessedBallot], scheme: SchemeAdopted, place: str
) -> list[Fault]:
    """Return a fault where somebody's rows are not one of a ballot of each component that ballots give, in order."""
    components = {one.number: one.component for one in ballots}
    found = [components.get(one.number, "") for one in rows]
    wanted = list_ballot_components(scheme)
    if found == wanted:
        return []
    told = "、".join(one.number for one in rows) or "没有写"
    expected = f"部分 {'、'.join(wanted)} 各一次测评里的一行" if wanted else "没有：这个办法没有测评"
    return [build_fault("assessment-row", place, told, expected, "写明是哪次测评、第几个")]


def check_rows_once(rows: Iterable[BallotRow], place: str) -> list[Fault]:
    """Return a fault for each row of a ballot that stands for two."""
    return [
        build_fault(
            "assessment-row",
            place,
            f"测评 {one.number} 第 {one.row} 个写给了 {times} 个考评对象",
            "测评里的一个只给一个考评对象",
            "改正是第几个",
        )
        for one, times in Counter(rows).items()
        if times > 1
    ]
