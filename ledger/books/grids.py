"""The village in grids: units within one another down to lanes, who holds which post, and visits to households.

How many households a unit has, and how often somebody visited, is plain; who holds a post, and which household was
visited, is sealed one by one. Of posts that are answered for in public a masked name stands beside the sealed holder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta

from ledger.books.rounds import build_fault, check_order
from ledger.books.values import Digest, Positive, PublicText, Sealed, Value
from ledger.errors import Fault

UNITS_MAX = 300
OFFICES_MAX = 40
HANDS_MAX = 400
"""Of one entry, and of one unit: 400 of 90 bytes stay well below the longest entry."""
VISITS_MAX = 900
"""Visits and diary notes of one entry: of 60 bytes each."""
HOUSEHOLDS_MAX = 10_000

UnitNumber = Annotated[str, Meta(pattern=r"\AWG-[0-9]{4}\Z")]
"""`WG-NNNN`, of a village: grids, micro-grids and lanes alike; once given never another's."""
UnitNumberOrNone = Annotated[str, Meta(pattern=r"\A(WG-[0-9]{4})?\Z")]
Level = Literal["first", "second", "third", "micro", "lane"]
PublicPost = Literal["head", "police", "doctor", "supervisor"]
"""Posts whose holder answers for them in public."""
HandPost = Literal["worker", "helper", "pair"]
"""Posts of which only the number is told."""
Wanted = Literal["every", "smallest", "none"]
"""Which units want a post: every one, those that no grid lies in and that are no lane, or none."""

PARENTS: Mapping[Level, tuple[Level, ...]] = {
    "first": (),
    "second": ("first",),
    "third": ("second",),
    "micro": ("first", "second", "third"),
    "lane": ("first", "second", "third", "micro"),
}
"""The levels right above each."""
LEVEL_NAMES: Mapping[Level, str] = {
    "first": "一级网格",
    "second": "二级网格",
    "third": "三级网格",
    "micro": "微网格",
    "lane": "街巷",
}
"""From the widest to the smallest."""
NEEDS_PARENT: tuple[Level, ...] = ("micro", "lane")
"""Levels that lie in a unit of this village; what is above a grid may be the township's, and in no log of a village."""


class OfficeHeld(Value, frozen=True):
    """A post that is answered for in public. `holder` ({household} or nothing, {name}) is sealed, `shown` the mask."""

    holder: Sealed
    post: PublicPost
    shown: PublicText


class HandHeld(Value, frozen=True):
    """A post of which only the number is told; of a `pair` the holder also discloses whom the mentor is paired with."""

    holder: Sealed
    post: HandPost


class GridUnit(Value, frozen=True):
    """One unit as it is from now on, whole; holders stand by digest. `households` is 0 where only those below are
    counted; `parent` is empty for what lies in no other unit of this village.
    """

    ended: bool  # it is no more: nothing lies in it, and nobody holds a post of it
    hands: Annotated[tuple[HandHeld, ...], Meta(max_length=HANDS_MAX)]
    households: Annotated[int, Meta(ge=0, le=HOUSEHOLDS_MAX)]
    level: Level
    name: PublicText
    number: UnitNumber
    offices: Annotated[tuple[OfficeHeld, ...], Meta(max_length=OFFICES_MAX)]
    parent: UnitNumberOrNone


class GridsRegistered(Value, frozen=True):
    """`grids.registered`: units, by number; the newest entry that names a unit says what it is."""

    units: Annotated[tuple[GridUnit, ...], Meta(min_length=1, max_length=UNITS_MAX)]


class VisitLine(Value, frozen=True):
    """One unit's month, whole; the newest version counts. `visits` ({day, household, reason, visitor}) and `diaries`
    ({day, note, visitor}) are sealed one by one and stand by digest: how many there are, everybody sees.
    """

    diaries: Annotated[tuple[Sealed, ...], Meta(max_length=VISITS_MAX)]
    unit: UnitNumber
    version: Positive
    visits: Annotated[tuple[Sealed, ...], Meta(max_length=VISITS_MAX)]


class VisitsRecorded(Value, frozen=True):
    """`visits.recorded`: visits to households and notes of the village diary in the entry's month, by unit."""

    lines: Annotated[tuple[VisitLine, ...], Meta(min_length=1, max_length=UNITS_MAX)]


class NamingWithdrawn(Value, frozen=True):
    """`naming.withdrawn`: whoever holds a public post of `unit` takes back that their whole name stands on paper;
    `holder` is the digest of that sealed holder.
    """

    holder: Digest
    unit: UnitNumber


class PostRow(Value, frozen=True):
    """A post, and what it is called."""

    code: PublicPost | HandPost
    lane_name: str
    name: str
    public: bool
    source: str
    wanted: Wanted


class DutyRow(Value, frozen=True):
    """One of a lane head's duties, and where it was seen."""

    source: str
    text: str


class GridTable(Value, frozen=True):
    """The whole of `grids.toml`; posts by code, in the table's order."""

    duties: tuple[DutyRow, ...]
    lane_max: int
    lane_min: int
    lane_source: str
    posts: Mapping[str, PostRow]
    visits_least: int
    visits_source: str

    def name_post(self, post: str, level: Level) -> str:
        """Return what a post is called in a unit of a level."""
        row = self.posts[post]
        return (row.lane_name if level == "lane" else "") or row.name

    def list_vacant(self, level: Level, held: Iterable[str], *, is_smallest: bool) -> tuple[str, ...]:
        """Return what the posts are called that a unit wants and nobody of it holds, in the table's order."""
        wanted = ("every", "smallest") if is_smallest and level != "lane" else ("every",)
        known = frozenset(held)
        return tuple(
            self.name_post(code, level)
            for code, row in self.posts.items()
            if row.wanted in wanted and code not in known
        )

    def is_lane_odd(self, level: Level, households: int) -> bool:
        """Whether a lane has fewer or more households than one head looks after."""
        return level == "lane" and not self.lane_min <= households <= self.lane_max

    def count_least(self, workers: int) -> int:
        """Return how many visits a month a unit's workers owe together."""
        return self.visits_least * workers


class Placed(NamedTuple):
    """Where a unit lies."""

    ended: bool
    level: Level
    parent: str


class Held(NamedTuple):
    """A post with who holds it, opened; `place` says where a person finds it. `household` is empty for an outsider.

    Of a mentor `paired` is with whom, `paired_household` of which household, where they are of one, and `since` the day
    from which on, empty where nobody said. Of a head `named_on` is the day on which they agreed that their whole name
    stands on paper, with the `telephone` where there is one; empty where they did not.
    """

    household: str
    name: str
    place: str
    post: str
    unit: str
    paired: str = ""
    paired_household: str = ""
    since: str = ""
    named_on: str = ""
    telephone: str = ""


class Visited(NamedTuple):
    """A visit opened, or with no household a note of the diary; `note` is why, or what it says."""

    day: str
    household: str
    note: str
    place: str
    visitor: str
    unit: str = ""


def parse_grids(text: str) -> GridTable:
    """Return what the table says of grids. Raises ValueError for what is no such table."""
    found = tomllib.loads(text)
    posts = [msgspec.convert(row, PostRow) for row in found["post"]]
    if sorted(row.code for row in posts) != sorted((*get_args(PublicPost), *get_args(HandPost))):
        raise ValueError("a post is missing, or stands there twice")
    for row in posts:
        if row.public != (row.code in get_args(PublicPost)):
            raise ValueError(f"post {row.code} is public: {row.public}")
    return GridTable(
        duties=tuple(msgspec.convert(row, DutyRow) for row in found["duty"]),
        lane_max=found["lane"]["households_max"],
        lane_min=found["lane"]["households_min"],
        lane_source=found["lane"]["source"],
        posts={row.code: row for row in posts},
        visits_least=found["visits"]["least"],
        visits_source=found["visits"]["source"],
    )


def check_grids(body: GridsRegistered, known: Mapping[str, Placed]) -> list[Fault]:
    """Return every fault of units beside those that are known by number: order, places, posts."""
    faults = _check_numbers([unit.number for unit in body.units], "网格登记")
    for unit in body.units:
        place = name_unit(unit.number)
        faults += check_order([item.holder for item in unit.offices], f"{place}的职务")
        faults += check_order([item.holder for item in unit.hands], f"{place}的人员")
        faults += check_posts(place, unit)
    placed = {unit.number: Placed(unit.ended, unit.level, unit.parent) for unit in body.units}
    return faults + [fault for _, fault in check_places(placed, known)]


def check_posts(place: str, unit: GridUnit) -> Iterator[Fault]:
    """A unit has one head at most, and one that is no more has nobody."""
    heads = sum(item.post == "head" for item in unit.offices)
    if heads > 1:
        remedy = "只留一位；副手写成网格员"
        yield build_fault("grid-heads", place, f"{heads} 位网格长", "一个网格最多一位网格长", remedy)
    if unit.ended and (unit.offices or unit.hands):
        count = len(unit.offices) + len(unit.hands)
        remedy = "撤了的网格不再写人员"
        yield build_fault("grid-ended-posts", place, f"已撤销，还有 {count} 名人员", "没有人员", remedy)


def check_places(placed: Mapping[str, Placed], known: Mapping[str, Placed]) -> Iterator[tuple[str, Fault]]:
    """Yield every fault of where units lie, with the unit's number: of those `placed` anew, and of those `known` that
    lie in one of them.
    """
    units = {**known, **placed}
    circling = _find_circling(units)
    for number, unit in sorted(units.items()):
        if unit.ended or (number not in placed and unit.parent not in placed):
            continue
        if number in circling:
            found, remedy = f"上级 {unit.parent} 又在它里面", "改正其中一个的上级编号"
            yield number, build_fault("grid-cycle", name_unit(number), found, "上级不在自己里面", remedy)
        else:
            yield from ((number, fault) for fault in _check_parent(number, unit, units))


def _check_parent(number: str, unit: Placed, units: Mapping[str, Placed]) -> Iterator[Fault]:
    place, above = name_unit(number), units.get(unit.parent)
    levels = "、".join(LEVEL_NAMES[level] for level in PARENTS[unit.level])
    if not unit.parent:
        if unit.level in NEEDS_PARENT:
            remedy = "写上它在哪个网格里"
            yield build_fault("grid-parent-needed", place, "没有上级编号", f"上级是{levels}", remedy)
    elif above is None:
        remedy = "改正上级编号；新的上级写在同一张表里"
        yield build_fault("grid-parent-unknown", place, unit.parent, "登记过的网格", remedy)
    elif above.ended:
        remedy = "换一个上级，或者先把它也撤了"
        yield build_fault("grid-parent-ended", place, f"上级 {unit.parent} 已撤销", "没有撤销的上级", remedy)
    elif above.level not in PARENTS[unit.level]:
        found = f"{LEVEL_NAMES[unit.level]}在{LEVEL_NAMES[above.level]} {unit.parent} 里"
        expected = f"上级是{levels}" if levels else "一级网格没有上级"
        yield build_fault("grid-level", place, found, expected, "改正级别或上级编号")


def _find_circling(units: Mapping[str, Placed]) -> set[str]:
    """Return the units that lie in themselves, however far around. Each is walked over once."""
    done: set[str] = set()
    circling: set[str] = set()
    for start in units:
        path: list[str] = []
        at = start
        while at in units and at not in done and at not in path:
            path.append(at)
            at = units[at].parent
        if at in path:
            circling |= set(path[path.index(at) :])
        done |= set(path)
    return circling


def check_visits(body: VisitsRecorded) -> list[Fault]:
    """Return every fault that visits have in themselves."""
    faults = _check_numbers([line.unit for line in body.lines], "走访")
    for line in body.lines:
        place = f"{name_unit(line.unit)}的走访"
        faults += check_order(line.visits, place)
        faults += check_order(line.diaries, f"{name_unit(line.unit)}的日记")
        if not line.visits and not line.diaries and line.version == 1:
            remedy = "没有走访的网格不用写"
            faults.append(build_fault("visits-none", place, "一次也没有", "至少一次走访或一篇日记", remedy))
    total = sum(len(line.visits) + len(line.diaries) for line in body.lines)
    if total > VISITS_MAX:
        remedy = "分成几次登记，一个网格的放在一起"
        faults.append(
            build_fault("visits-many", "走访", f"{total} 行", f"一次不超过 {VISITS_MAX} 行", remedy)
        )
    return faults


def check_held(posts: Iterable[Held]) -> list[Fault]:
    """Return every fault of posts that only the vault shows: who holds one twice, and who supervises themselves. No
    fault says whose.
    """
    faults = []
    seen: set[tuple[str, ...]] = set()
    for one in posts:
        who = (one.unit, one.household, one.name)
        if (*who, one.post) in seen:
            remedy = "删去重复的一行"
            faults.append(build_fault("grid-post-twice", one.place, "又写了一次", "一人一职写一次", remedy))
        other = {"head": "supervisor", "supervisor": "head"}.get(one.post)
        if other is not None and (*who, other) in seen:
            found, expected = "网格长又是监督员", "监督的人不是网格长自己"
            faults.append(build_fault("grid-supervisor", one.place, found, expected, "换一位监督员"))
        seen.add((*who, one.post))
    return faults


def check_visited(visits: Iterable[Visited], period: str) -> list[Fault]:
    """Return every fault of visits that only the vault shows: days outside the month, and what is said twice. No fault
    says whom they are about.
    """
    faults = []
    seen: set[tuple[str, ...]] = set()
    for one in visits:
        if one.day[:7] != period:
            remedy = "改正日期，或写到那个月里"
            faults.append(build_fault("visit-day", one.place, one.day, f"{period} 里的一天", remedy))
        key = (one.day, one.household, one.visitor, "" if one.household else one.note)
        if key in seen:
            expected, remedy = "一天里一户一次", "删去重复的一行"
            faults.append(build_fault("visit-twice", one.place, "又写了一次", expected, remedy))
        seen.add(key)
    return faults


def name_unit(number: str) -> str:
    """Return how a fault calls a unit."""
    return f"网格 {number}"


def _check_numbers(numbers: list[str], place: str) -> list[Fault]:
    return [
        build_fault("grid-order", place, f"{after} 在 {before} 后面", "编号从小到大，每个一次", "按编号排好")
        for before, after in pairwise(numbers)
        if before >= after
    ]
