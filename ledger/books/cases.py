"""Cases: what villagers report, verified, assigned, answered, closed and rated, with the days that each step may take.

What was reported and who did it are private. Of most categories the rest is public: where it was passed on to and what
was answered. Mediation and family matters are of a private group: of them the log knows that there is one and which
step it is at, neither what it is about nor how it came out. Which categories there are, and their clocks, are data.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from ledger.books.grids import UnitNumber
from ledger.books.law import count_days
from ledger.books.points import RuleCode
from ledger.books.rounds import build_fault
from ledger.books.values import Day, PublicText, Sealed, Value, is_day
from ledger.errors import Fault

T = TypeVar("T")

CATEGORIES_MAX = 400
"""Categories that a table may have: the longest list in use that we know of."""
DAYS_MAX = 365
WHOLE = "00"
"""After the letter of a private group: a case of it, whichever of its categories."""

CaseNumber = Annotated[str, Meta(pattern=r"\AAL-2[0-9]{3}-[0-9]{3}\Z")]
"""`AL-YYYY-NNN`, of a village and the year in which it was reported: once given never another case's."""
CategoryCode = Annotated[str, Meta(pattern=r"\A[A-Z][0-9]{2}\Z")]
"""A group's letter and two digits, of `cases.toml`; `00` of a private group as a whole."""
Source = Literal["clerk", "import", "page"]
Rating = Literal["satisfied", "unsatisfied"]
Step = Literal["verified", "rejected", "assigned", "handled", "closed"]
Stage = Literal["opened", "verified", "rejected", "assigned", "handled", "closed"]
"""How far a case is: its last step, or that it was opened."""

SOURCE_NAMES: dict[Source, str] = {"clerk": "找村里反映", "page": "网页反映", "import": "别的平台转来"}
STEP_NAMES: dict[Step, str] = {
    "verified": "核实受理",
    "rejected": "不受理",
    "assigned": "交办",
    "handled": "答复",
    "closed": "结案",
}
"""What people read and choose."""
RATING_NAMES: dict[Rating, str] = {"satisfied": "满意", "unsatisfied": "不满意"}
STAGE_NAMES: dict[Stage, str] = {
    "opened": "还没核实",
    "verified": "已受理",
    "rejected": "不受理",
    "assigned": "已交办",
    "handled": "已答复",
    "closed": "已结案",
}
FOLLOWING: dict[Stage, tuple[Step, ...]] = {
    "opened": ("verified", "rejected"),
    "verified": ("assigned",),
    "rejected": (),
    "assigned": ("assigned", "handled"),
    "handled": ("closed",),
    "closed": (),
}
"""Which steps may come next; what was passed on to the wrong office is passed on again."""
WAITING: tuple[Stage, ...] = ("opened", "verified", "assigned")
"""Stages in which whoever reported it still waits for an answer."""


class CaseClock(Value, frozen=True):
    """Days counted from that of the report: until it is verified, until it is answered. `basis` says where that was
    seen, or "proposal".
    """

    basis: str
    code: str
    handle_days: Annotated[int, Meta(ge=1, le=DAYS_MAX)]
    in_force_from: Day
    verify_days: Annotated[int, Meta(ge=1, le=DAYS_MAX)]


class CaseGroup(Value, frozen=True, rename={"is_private": "private"}):
    """A group of categories by its letter; of one that `is_private` nothing becomes public but that there are cases."""

    clock: str
    code: Annotated[str, Meta(pattern=r"\A[A-Z]\Z")]
    is_private: bool
    name: str


class CaseCategory(Value, frozen=True, kw_only=True, omit_defaults=True):
    """What a case can be about. `clock` is empty for that of its group; `basis` is as in `CaseClock`."""

    basis: str
    clock: str = ""
    code: CategoryCode
    name: str


class CaseReward(Value, frozen=True):
    """A rule of the rulebook by which whoever reported a case of these categories may be scored, once it was verified;
    `item` is what the rule says. `basis` is as in `CaseClock`.
    """

    basis: str
    categories: tuple[CategoryCode, ...]
    item: str
    rule: RuleCode


class CaseTable(Value, frozen=True):
    """All that a case can be about, in the table's order."""

    categories: tuple[CaseCategory, ...] = ()
    clocks: tuple[CaseClock, ...] = ()
    groups: tuple[CaseGroup, ...] = ()
    rewards: tuple[CaseReward, ...] = ()

    def find_group(self, code: str) -> CaseGroup | None:
        """Return the group of a category's code; None where there is none."""
        return next((group for group in self.groups if group.code == code[:1]), None)

    def find_category(self, code: str) -> CaseCategory | None:
        """Return a category by its code; None where there is none."""
        return next((one for one in self.categories if one.code == code), None)

    def name(self, code: str) -> str:
        """Return what a category, or a private group as a whole, is called; its code where the table has it not."""
        category, group = self.find_category(code), self.find_group(code)
        if category is not None:
            return category.name
        return group.name if group is not None and is_private(code) else code

    def find_clock(self, code: str, on: str) -> CaseClock | None:
        """Return the clock of a category, or of a private group as a whole, on a day; None where none holds."""
        category, group = self.find_category(code), self.find_group(code)
        named = (category.clock if category is not None else "") or (group.clock if group is not None else "")
        holding = [clock for clock in self.clocks if clock.code == named and clock.in_force_from <= on]
        return max(holding, key=lambda clock: clock.in_force_from) if holding else None


class CaseOpened(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`case.opened`: somebody reported something on the entry's day. `report` discloses {case, contact, household,
    kind, wording}; `verify_by` and `handle_by` are the last days of the category's clock.
    """

    category: CategoryCode
    grid: UnitNumber = ""  # a registered unit; left out where none is given, and in a private group
    handle_by: Day
    number: CaseNumber
    report: Sealed
    source: Source
    verify_by: Day


class CaseMoved(Value, frozen=True):
    """`case.moved`: a step on the entry's day. `words` say what was found, why not, to which office it went, what was
    answered.
    """

    case: CaseNumber
    step: Step
    words: PublicText


class CaseConfided(Value, frozen=True):
    """`case.confided`: the same of a private group; `words` discloses {case, household, words}."""

    case: CaseNumber
    step: Step
    words: Sealed


class CaseRated(Value, frozen=True):
    """`case.rated`: whether whoever reported a closed case is satisfied. `rater` discloses {case, household}."""

    case: CaseNumber
    rater: Sealed
    rating: Rating


def parse_cases(text: str) -> CaseTable:
    """Return the table of categories. Raises ValueError for what is no such table: wrong rows, a code twice, a category
    of no group, a clock that there is not, more than `CATEGORIES_MAX`.
    """
    data = tomllib.loads(text)
    table = CaseTable(
        categories=_convert(data, "category", CaseCategory),
        clocks=_convert(data, "clock", CaseClock),
        groups=_convert(data, "group", CaseGroup),
        rewards=_convert(data, "reward", CaseReward) if "reward" in data else (),
    )
    if len(table.categories) > CATEGORIES_MAX:
        raise ValueError(f"{len(table.categories)} categories, at most {CATEGORIES_MAX}")
    _refuse_twice([group.code for group in table.groups])
    _refuse_twice([one.code for one in table.categories])
    _refuse_twice([f"{clock.code} {clock.in_force_from}" for clock in table.clocks])
    known = {clock.code for clock in table.clocks}
    for group in table.groups:
        if group.clock not in known:
            raise ValueError(f"group {group.code} has no clock {group.clock}")
    for one in table.categories:
        if table.find_group(one.code) is None or is_private(one.code):
            raise ValueError(f"category {one.code} is of no group")
        if one.clock and one.clock not in known:
            raise ValueError(f"category {one.code} has no clock {one.clock}")
    public = {one.code for one in table.categories if hide_category(table, one.code) == one.code}
    for reward in table.rewards:
        unknown = sorted(set(reward.categories) - public)
        if unknown:
            raise ValueError(f"rule {reward.rule} rewards {unknown[0]}, no public category")
    for clock in table.clocks:
        if not is_day(clock.in_force_from) or clock.verify_days > clock.handle_days:
            raise ValueError(f"clock {clock.code} from {clock.in_force_from}")
    return table


def is_private(code: str) -> bool:
    """Whether a code in an entry is that of a private group."""
    return code.endswith(WHOLE)


def hide_category(table: CaseTable, code: str) -> str:
    """Return the code that stands in the entry: the category's, or that of its group where it is private."""
    group = table.find_group(code)
    return f"{group.code}{WHOLE}" if group is not None and group.is_private else code


def count_terms(clock: CaseClock, received_on: str) -> tuple[str, str]:
    """Return the last days on which a case is verified, and answered, in time."""
    return count_days(received_on, clock.verify_days), count_days(received_on, clock.handle_days)


def check_opened(table: CaseTable, body: CaseOpened, received_on: str) -> list[Fault]:
    """Return every fault that a case has in itself, under the table of categories."""
    place = f"诉求件 {body.number}"
    if not is_day(received_on):
        return []  # A day that there is not is told where days are.
    faults = []
    if body.number[3:7] != received_on[:4]:
        found, expected = f"{body.number[3:7]} 年的编号", f"收到那天的年份 {received_on[:4]}"
        faults.append(build_fault("case-year", place, found, expected, "按收到那天的年份编号"))
    group = table.find_group(body.category)
    is_known = table.find_category(body.category) is not None or is_private(body.category)
    if group is None or not is_known or group.is_private != is_private(body.category):
        remedy = "从类别里选一个；调解和家事只写大类"
        return [*faults, build_fault("case-category", place, body.category, "类别表里有的类别", remedy)]
    if group.is_private and body.grid:
        remedy = "不公开的诉求件不写网格编号"
        faults.append(build_fault("case-grid", place, f"写了网格编号 {body.grid}", "空", remedy))
    return faults + _check_terms(table, body, received_on, place)


def _check_terms(table: CaseTable, body: CaseOpened, received_on: str, place: str) -> list[Fault]:
    clock = table.find_clock(body.category, received_on)
    if clock is None:
        remedy = "核对收到的日期"
        return [build_fault("case-clock", place, received_on, "有办理期限的日子", remedy)]
    terms = count_terms(clock, received_on)
    if (body.verify_by, body.handle_by) == terms:
        return []
    found = f"{body.verify_by} 前核实、{body.handle_by} 前答复"
    expected = f"{terms[0]} 前核实、{terms[1]} 前答复"
    return [build_fault("case-term", place, found, expected, "期限由程序按类别算，谁也不能改；重新交审")]


def _convert(data: Mapping[str, object], name: str, kind: type[T]) -> tuple[T, ...]:
    rows = data.get(name)
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"no {name}")
    try:
        return tuple(msgspec.convert(row, kind) for row in rows)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name} twice")
        seen.add(name)
