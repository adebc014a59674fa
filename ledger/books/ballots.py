"""Democratic appraisals as secret ballots: what is asked, and the ballots as a list that does not say whose each is.

A ballot is a row of choices and a receipt that nobody but its voter knows. The list is in the order of the receipts,
which are random; it has no times. How many chose what follows from the list, and is not said beside it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from ledger.books.rounds import build_fault, check_order
from ledger.books.values import Count, Day, PublicText, ResolutionNumber, Sealed, Value, is_day
from ledger.errors import Fault

ISSUED_MIN = 5
"""Codes of one ballot at least: of fewer voters, what all of them said together says what each one said."""
LIST_MAX_BYTES = 64_000
"""Of all ballots in the one entry that closes a ballot: the longest entry but 1,535 bytes for what else is in it."""
ROW_BYTES = 36
"""Of one ballot in there, beside a byte for each answer."""
ISSUED_MAX = 1_700
"""Codes of one ballot at most: of so many ballots with one answer each the list fits its entry. More people vote in
groups.
"""
CELLS_MAX = 60
"""Answers on one ballot at most: units times questions. The more there are, the easier a pattern tells one ballot."""
UNITS_MAX = 30
QUESTIONS_MAX = 6
CHOICES_MAX = 6
RECEIPT_DIGITS = 8
BLANK = "0"
"""Stands for an answer that was left out."""

BallotNumber = Annotated[str, Meta(pattern=r"\ACP-2[0-9]{3}-[0-9]{3}\Z")]
"""`CP-YYYY-NNN`, of a village's ballots."""
Receipt = Annotated[str, Meta(pattern=r"\A[0-9]{8}\Z")]
Choices = Annotated[str, Meta(pattern=r"\A[0-6]{1,60}\Z")]
"""A digit for each question of each unit, the units one after another: which choice, from 1; 0 for none."""
Appraised = Literal["member", "office", "unit"]
"""What is appraised: party members, who are sealed; holders of offices, by the office; branches, grids, groups."""
Percent = Annotated[int, Meta(ge=0, le=100)]
APPRAISED_NAMES: dict[Appraised, str] = {"member": "党员", "office": "职务", "unit": "支部、网格、小组"}


class BallotScale(Value, frozen=True):
    """Choices that a ballot may offer, of `ballots.toml`."""

    basis: str
    choices: Annotated[tuple[str, ...], Meta(min_length=2, max_length=CHOICES_MAX)]
    code: str
    status: Literal["V", "R", "P"]


class BallotTable(Value, frozen=True):
    """What ballots may ask by default: scales by code, in the table's order, and the turnout that is asked for."""

    scales: dict[str, BallotScale]
    turnout_min: Percent


class BallotOpened(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`ballot.opened`: what is asked about whom, from `opens` to `closes`, by `issued` single-use codes.

    `members`      of party members: {member}, by digest; else `units` say in public what is appraised
    `turnout_min`  below so many of a hundred the result is counted, and said to be of too few
    """

    appraised: Appraised
    choices: Annotated[tuple[PublicText, ...], Meta(min_length=2, max_length=CHOICES_MAX)]
    closes: Day
    issued: Annotated[int, Meta(ge=1, le=ISSUED_MAX)]
    members: Annotated[tuple[Sealed, ...], Meta(max_length=UNITS_MAX)]
    number: BallotNumber
    opens: Day
    questions: Annotated[tuple[PublicText, ...], Meta(min_length=1, max_length=QUESTIONS_MAX)]
    resolution: ResolutionNumber = ""  # left out where none decided it
    title: PublicText
    turnout_min: Percent
    units: Annotated[tuple[PublicText, ...], Meta(max_length=UNITS_MAX)]

    @property
    def count(self) -> int:
        """How many are appraised."""
        return len(self.members) or len(self.units)

    @property
    def cells(self) -> int:
        """How many answers a ballot has."""
        return self.count * len(self.questions)


class CastBallot(Value, frozen=True):
    """One ballot: what was chosen, and by which number its voter finds it."""

    choices: Choices
    receipt: Receipt


class BallotClosed(Value, frozen=True):
    """`ballot.closed`: every ballot that was cast, by receipt, and how many codes were not used."""

    ballots: Annotated[tuple[CastBallot, ...], Meta(max_length=ISSUED_MAX)]
    number: BallotNumber
    unused: Count


class Tally(NamedTuple):
    """What the ballots add up to.

    `cells`   for each unit, for each question: how many chose each choice, and last how many none
    `enough`  whether as many voted as the ballot asks for
    `percent` how many of a hundred codes were used, rounded down
    """

    cast: int
    cells: tuple[tuple[tuple[int, ...], ...], ...]
    enough: bool
    issued: int
    percent: int
    unused: int


def parse_ballots(text: str) -> BallotTable:
    """Return the table of `ballots.toml`. Raises ValueError for what is no such table."""
    found = tomllib.loads(text)
    scales: dict[str, BallotScale] = {}
    for row in found["scale"]:
        scale = msgspec.convert(row, BallotScale)
        if scale.code in scales or len(set(scale.choices)) < len(scale.choices):
            raise ValueError(f"scale {scale.code} twice, or a choice in it")
        scales[scale.code] = scale
    return BallotTable(scales=scales, turnout_min=msgspec.convert(found["turnout"]["turnout_min"], Percent))


def list_marks(choices: int) -> list[str]:
    """Return what may stand for one answer, the choices in their order and then none."""
    return [*(str(choice) for choice in range(1, choices + 1)), BLANK]


def count_cells_max(issued: int) -> int:
    """Return how many answers a ballot of so many codes may have: the fewer, the longer its list can become."""
    return min(CELLS_MAX, LIST_MAX_BYTES // issued - ROW_BYTES)


def is_answered(answers: str, cells: int, choices: int) -> bool:
    """Whether there is an answer to each of so many questions, every one a choice or none."""
    return len(answers) == cells and set(list_marks(choices)).issuperset(answers)


def tally_ballots(opened: BallotOpened, closed: BallotClosed) -> Tally:
    """Count the ballots; the order in which they stand changes nothing."""
    questions = len(opened.questions)
    marks = list_marks(len(opened.choices))
    columns = [Counter(cast.choices[cell] for cast in closed.ballots) for cell in range(opened.cells)]
    counted = [tuple(column[mark] for mark in marks) for column in columns]
    cast = len(closed.ballots)
    return Tally(
        cast=cast,
        cells=tuple(
            tuple(counted[unit * questions : (unit + 1) * questions]) for unit in range(opened.count)
        ),
        enough=cast * 100 >= opened.issued * opened.turnout_min,
        issued=opened.issued,
        percent=cast * 100 // opened.issued,
        unused=closed.unused,
    )


def check_opened(body: BallotOpened) -> list[Fault]:
    """Return every fault that a ballot has in itself: its days, who is appraised, how much is asked."""
    place = f"测评 {body.number}"
    faults = [
        build_fault("ballot-days", place, day, "日历上有的一天", "改正日期")
        for day in sorted({body.opens, body.closes})
        if not is_day(day)
    ]
    if body.closes < body.opens:
        found = f"{body.opens} 开始，{body.closes} 截止"
        faults.append(build_fault("ballot-days", place, found, "截止不早于开始", "改正日期"))
    if bool(body.members) != (body.appraised == "member") or bool(body.units) == bool(body.members):
        found = f"{len(body.members)} 名党员、{len(body.units)} 个公开的名称"
        expected = "测评党员的只列党员，测评别的只列公开的名称，至少一个"
        faults.append(build_fault("ballot-appraised", place, found, expected, "改正测评谁"))
    faults += check_order(body.members, f"{place}的党员名单")
    if body.issued < ISSUED_MIN:
        remedy = "人太少，合起来的结果就说出了每个人选的；换别的办法"
        faults.append(
            build_fault("ballot-few", place, f"{body.issued} 张票", f"至少 {ISSUED_MIN} 张", remedy)
        )
    found = f"{body.count} 个对象、{len(body.questions)} 个问题，共 {body.cells} 项"
    if body.cells > CELLS_MAX:
        remedy = "分成几次测评；问得太多，凭选法就认得出是谁的票"
        faults.append(build_fault("ballot-cells", place, found, f"每张票至多 {CELLS_MAX} 项", remedy))
    elif body.cells > (most := count_cells_max(body.issued)):
        expected, remedy = f"{body.issued} 张票的，每张至多 {most} 项", "分成几次测评，或者分组测评"
        faults.append(build_fault("ballot-cells", place, found, expected, remedy))
    return faults


def check_closed(body: BallotClosed, opened: BallotOpened) -> list[Fault]:
    """Return every fault of a list of ballots against what was opened: how many, in which order, with which answers."""
    place = f"测评 {body.number} 的票"
    faults = []
    if len(body.ballots) + body.unused != opened.issued:
        found = f"{len(body.ballots)} 张票，{body.unused} 张没用"
        expected = f"合起来是发出的 {opened.issued} 张"
        faults.append(build_fault("ballot-count", place, found, expected, "从票箱重新结束这次测评"))
    receipts = [cast.receipt for cast in body.ballots]
    if any(before >= after for before, after in pairwise(receipts)):
        remedy = "按选票号从小到大排好，同一个号只有一张"
        faults.append(
            build_fault("ballot-order", place, "选票号没有排好，或有重复", "从小到大，各不相同", remedy)
        )
    answers = (cast.choices for cast in body.ballots)
    wrong = sum(not is_answered(one, opened.cells, len(opened.choices)) for one in answers)
    if wrong:
        expected = f"每张 {opened.cells} 项，每项 0 至 {len(opened.choices)}"
        faults.append(
            build_fault("ballot-choices", place, f"{wrong} 张对不上", expected, "从票箱重新结束这次测评")
        )
    return faults
