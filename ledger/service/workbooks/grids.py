"""The sheets 网格, 网格人员 and 走访: the village in grids, who holds which post, and visits to households."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ledger.books.grids import (
    HANDS_MAX,
    LEVEL_NAMES,
    OFFICES_MAX,
    UNITS_MAX,
    VISITS_MAX,
    GridsRegistered,
    GridUnit,
    HandHeld,
    Held,
    OfficeHeld,
    Placed,
    Visited,
    VisitLine,
    VisitsRecorded,
    check_held,
    check_places,
    check_visited,
)
from ledger.books.people import mask_name
from ledger.books.screening import check_private_text, format_found, hide_numbers
from ledger.books.values import Sealed, fold_text
from ledger.data import load_grids
from ledger.errors import Fault
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.screening import check_published
from ledger.service.workbooks.grid_columns import POST_NAMES
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.people import (
    check_name,
    fault_twice,
    find_by_number,
    find_private,
    list_registered,
)
from ledger.service.workbooks.registers import find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.grids import find_unit, find_visits, list_holders, list_placed
from ledger.vaults import Household

UNIT_BYTES, OFFICE_BYTES, HAND_BYTES, LINE_BYTES, SEALED_BYTES = 220, 160, 100, 90, 60
"""What a unit, a post and a visit take in an entry, at most."""
PART_MAX_BYTES = 58_000
"""Of one entry's units; what is more stands in the next."""
_NUMBER = "网格编号"
_PAIRED = ("结对对象", "结对户号", "结对日期")
_TELEPHONE = re.compile(r"[0-9][0-9-]{4,18}[0-9]", re.ASCII)


class _Post(NamedTuple):
    """A row of 网格人员 with the households that it names, of its holder and of whom a mentor is `paired` with."""

    household: str
    line: Line
    paired: str
    post: str


class _Visit(NamedTuple):
    """A row of 走访 with the household that was visited; a note of the diary has none."""

    household: Household | None
    line: Line


def gather_grids(tray: Tray, units: Sequence[Line], holders: Sequence[Line]) -> None:
    """Judge the units of a file with their people, all at once, and draft them in as many entries as they need."""
    taken = list(
        take_numbered(tray, units, _NUMBER, ("名称",), lambda line: check_number_form(line, "上级编号"))
    )
    rows = {line.text(_NUMBER): line for line in taken}
    posts = _group_posts(tray, holders, rows)
    placed = {line.text(_NUMBER): _place(line) for line in taken if _can_place(line)}
    tray.refuse(_check_file(tray, placed, rows))
    for number, some in posts.items():
        tray.refuse(_check_posts(number, some, rows[number]))
    if tray.faults:
        return
    levels = list(LEVEL_NAMES)
    ordered = sorted(placed, key=lambda number: (levels.index(placed[number].level), number))
    for number in ordered:
        line = rows[number]
        if load_grids().is_lane_odd(placed[number].level, line.number("户数")) and not placed[number].ended:
            tray.notices.append(_tell_lane(line))
    for part in _split(ordered, lambda number: _weigh(posts.get(number, ()))):
        _draft_units(tray, [rows[number] for number in sorted(part)], posts)


def gather_visits(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the visits of a file and draft them by month, each unit's whole month in one entry."""
    known = list_registered(tray.desk, tray.facts)
    months: dict[str, dict[str, list[_Visit]]] = defaultdict(lambda: defaultdict(list))
    visitors: dict[str, frozenset[str]] = {}
    for line in lines:
        tray.refuse(_check_visit(tray, line, visitors))
        household, faults = _find_household(line, known)
        tray.refuse(faults)
        if tray.is_ready(line):
            months[line.text("日期")[:7]][line.text(_NUMBER)].append(_Visit(household, line))
    for month, units in months.items():
        for number, some in units.items():
            tray.refuse(_check_month(month, number, some))
    if tray.faults:
        return
    for month, units in sorted(months.items()):
        weights = {number: LINE_BYTES + SEALED_BYTES * len(some) for number, some in units.items()}
        for part in _split(sorted(units), weights.__getitem__):
            _draft_visits(tray, month, {number: units[number] for number in part})


def _check_file(tray: Tray, placed: Mapping[str, Placed], rows: Mapping[str, Line]) -> Iterator[Fault]:
    """What is wrong with where the units of a file lie; what follows only from a cell that is refused is not said."""
    for number, fault in check_places(placed, list_placed(tray.facts)):
        line = rows.get(number)
        if line is None:
            yield fault
        elif read_number(line, "上级编号") == line.text("上级编号") and (
            placed[number].parent in placed or placed[number].parent not in rows
        ):
            yield msgspec.structs.replace(fault, place=line.place)


def _can_place(line: Line) -> bool:
    return (
        bool(line.text(_NUMBER))
        and all(line.can_read(header) for header in (_NUMBER, "级别", "上级编号", "撤销"))
        and line.has("级别")
    )


def _place(line: Line) -> Placed:
    return Placed(
        ended=line.text("撤销") == "是",
        level=find_key(LEVEL_NAMES, line.text("级别")),
        parent=line.text("上级编号"),
    )


def _group_posts(tray: Tray, lines: Sequence[Line], units: Mapping[str, Line]) -> dict[str, list[_Post]]:
    known = list_registered(tray.desk, tray.facts)
    posts: dict[str, list[_Post]] = defaultdict(list)
    for line in lines:
        tray.refuse(check_number_form(line, _NUMBER))
        post = find_key(POST_NAMES, line.text("职务")) if "职务" in line.values else ""
        for header in ("姓名", "结对对象"):
            if line.has(header):
                tray.refuse(_check_name(line, header, post))
        if post:
            tray.refuse(_check_pair(line, post))
            tray.refuse(_check_naming(tray, line, post))
        household, paired = (_find_subject(tray, line, header, known) for header in ("户号", "结对户号"))
        number = line.text(_NUMBER)
        if number and number not in units and line.can_read(_NUMBER):
            tray.refuse([_fault_unlisted(line, number)])
        elif tray.is_ready(line):
            posts[number].append(_Post(household, line, paired, post))
    return posts


def _find_subject(tray: Tray, line: Line, header: str, known: Mapping[str, Household]) -> str:
    """Return the pseudonym of the household whose number stands in a cell; empty for none, and for one refused."""
    if header not in line.values:
        return ""
    found = find_by_number(line, header, known, "农户")
    if isinstance(found, Fault):
        tray.refuse([found])
        return ""
    return found.household


def _check_pair(line: Line, post: str) -> Iterator[Fault]:
    """Whom a mentor is paired with is said of mentors, and of nobody else."""
    if post == "pair" and line.lacks("结对对象"):
        yield _fault_pair(line, "结对对象", "空", "补上结对对象")
    for header in _PAIRED if post != "pair" else ():
        if line.has(header):
            yield _fault_pair(line, header, f"写了{header}", f"删去{header}，或者把职务改成结对")


def _check_naming(tray: Tray, line: Line, post: str) -> Iterator[Fault]:
    """Only who looks after a unit stands on a board, by the whole name since the day on which they signed for it."""
    day, telephone = "同意写全名日期", "牌上电话"
    for header in (day, telephone):
        if line.has(header) and post != "head":
            remedy = f"删去{header}"
            yield _fault_naming(line, header, f"写了{header}", "只有网格长、街巷长写在牌上", remedy)
    if line.text(day) > tray.desk.today and day in line.values:
        yield _fault_naming(line, day, line.text(day), f"{tray.desk.today} 或更早", "本人签字以后再登记")
    if line.has(telephone) and line.lacks(day):
        remedy = "补上本人签字同意的日期，或者删去电话"
        yield _fault_naming(line, telephone, "有电话，没有同意写全名的日期", "本人同意的才写在牌上", remedy)
    if line.has(telephone) and not _TELEPHONE.fullmatch(line.text(telephone)):
        found = format_found(hide_numbers(line.text(telephone)))
        expected, remedy = "数字和短横，如 0000-1234567", "改正电话号码"
        yield Fault(
            code="grid-telephone", place=line.at(telephone), found=found, expected=expected, remedy=remedy
        )


def _check_name(line: Line, header: str, post: str) -> list[Fault]:
    """Of a post that is answered for in public the mask is published: what is no name is refused as in public text."""
    if header == "姓名" and post and load_grids().posts[post].public:
        return check_published(line.written(header), line.at(header), frozenset())
    return check_private_text(line.written(header), line.at(header))


def _check_posts(number: str, posts: Sequence[_Post], unit: Line) -> Iterator[Fault]:
    """What is wrong with a unit's people as a whole."""
    yield from check_held(
        Held(one.household, fold_text(one.line.text("姓名")), one.line.place, one.post, number)
        for one in posts
    )
    heads = [one.line for one in posts if one.post == "head"]
    for line in heads[1:]:
        yield fault_twice(line, "职务", f"{number} 的网格长", heads[0])
    if unit.text("撤销") == "是":
        yield Fault(
            code="grid-ended-posts",
            place=posts[0].line.place,
            found=f"{number} 已撤销，还有 {len(posts)} 名人员",
            expected="没有人员",
            remedy="撤了的网格不再写人员",
        )
    named = sum(load_grids().posts[one.post].public for one in posts)
    for count, most, what in ((named, OFFICES_MAX, "公开的职务"), (len(posts) - named, HANDS_MAX, "人员")):
        if count > most:
            yield Fault(
                code="grid-lines",
                place=posts[0].line.place,
                found=f"{number} 有 {count} 名{what}",
                expected=f"一个网格不超过 {most} 名",
                remedy="分成下一级的网格来写",
            )


def _weigh(posts: Sequence[_Post]) -> int:
    public = sum(load_grids().posts[one.post].public for one in posts)
    return UNIT_BYTES + OFFICE_BYTES * public + HAND_BYTES * (len(posts) - public)


def _draft_units(tray: Tray, lines: Sequence[Line], posts: Mapping[str, Sequence[_Post]]) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    units = tuple(_build_unit(texts, line, posts.get(line.text(_NUMBER), ())) for line in lines)
    people = sum(len(unit.offices) + len(unit.hands) for unit in units)
    label = f"网格登记 {len(units)} 个，人员 {people} 名"
    body, period = GridsRegistered(units=units), tray.desk.today[:7]
    faults = tray.check(body, tray.desk.today, period)
    tray.refuse(faults, "工作表「网格」")
    if not faults:
        tray.preview.append(label)
        tray.preview += [
            preview_unit(unit, line.text("名称")) for unit, line in zip(units, lines, strict=True)
        ]
        tray.add(body, tray.desk.today, period, label, texts)


def _build_unit(texts: Discloser, line: Line, posts: Sequence[_Post]) -> GridUnit:
    placed = _place(line)
    offices, hands = [], []
    for one in posts:
        name = one.line.text("姓名")
        holder = texts.seal("holder", _tell_holder(one))
        match one.post:
            case "head" | "police" | "doctor" | "supervisor" as post:
                shown = texts.publish("shown", mask_name(name))
                offices.append(OfficeHeld(holder=holder, post=post, shown=shown))
            case "worker" | "helper" | "pair" as post:
                hands.append(HandHeld(holder=holder, post=post))
    return GridUnit(
        ended=placed.ended,
        hands=tuple(sorted(hands, key=lambda item: item.holder.sealed)),
        households=line.number("户数"),
        level=placed.level,
        name=texts.publish("name", line.text("名称")),
        number=line.text(_NUMBER),
        offices=tuple(sorted(offices, key=lambda item: item.holder.sealed)),
        parent=placed.parent,
    )


def _tell_holder(one: _Post) -> Json:
    """Return what is sealed of a holder; what came later is left out where nothing was said."""
    later = {
        "named_on": one.line.text("同意写全名日期"),
        "paired_household": one.paired,
        "since": one.line.text("结对日期"),
        "telephone": one.line.text("牌上电话"),
    }
    said: dict[str, Json] = {
        "household": one.household,
        "name": one.line.text("姓名"),
        "paired": one.line.text("结对对象"),
    }
    return said | {name: value for name, value in later.items() if value}


def preview_unit(unit: GridUnit, name: str) -> str:
    """Return the line of a unit; it names nobody."""
    if unit.ended:
        return f"　{unit.number} {LEVEL_NAMES[unit.level]} {name}：撤销"
    within = f"，在 {unit.parent} 里" if unit.parent else ""
    people = len(unit.offices) + len(unit.hands)
    return f"　{unit.number} {LEVEL_NAMES[unit.level]} {name}：{unit.households} 户，人员 {people} 名{within}"


def _check_visit(tray: Tray, line: Line, visitors: dict[str, frozenset[str]]) -> Iterator[Fault]:
    yield from check_number_form(line, _NUMBER)
    for header in ("走访人", "事由"):
        if line.has(header):
            yield from check_private_text(line.written(header), line.at(header))
    if line.text("日期") > tray.desk.today and "日期" in line.values:
        expected, remedy = f"{tray.desk.today} 或更早", "走访以后再登记"
        yield Fault(
            code="visit-ahead",
            place=line.at("日期"),
            found=line.text("日期"),
            expected=expected,
            remedy=remedy,
        )
    number = line.text(_NUMBER)
    known = find_unit(tray.facts, number) if number else None
    if number and (known is None or known.ended) and line.can_read(_NUMBER):
        yield Fault(
            code="visits-unit",
            place=line.at(_NUMBER),
            found=format_found(hide_numbers(number)),
            expected="登记过、没有撤销的网格",
            remedy="对照网格登记改正编号；新的网格先登记并通过审核",
        )
    elif number and "走访人" in line.values:
        if number not in visitors:
            visitors[number] = _list_visitors(tray, number)
        if fold_text(line.text("走访人")) not in visitors[number]:
            yield Fault(
                code="visit-visitor",
                place=line.at("走访人"),
                found="不在这个网格和它上级的人员里",
                expected="登记过的网格人员",
                remedy="改正走访人或网格编号；新来的人先在「网格人员」登记",
            )


def _list_visitors(tray: Tray, number: str) -> frozenset[str]:
    """Return the names of those who may have visited for a unit: its own people, and those of all around it."""
    names: set[str] = set()
    known = find_unit(tray.facts, number)
    while known is not None:
        held = list_holders(tray.facts, number, find_private(tray.desk))
        names |= {fold_text(one.name) for one in held}
        number = known.parent
        known = find_unit(tray.facts, number) if number else None
    return frozenset(names)


def _find_household(line: Line, known: Mapping[str, Household]) -> tuple[Household | None, list[Fault]]:
    if "户号" in line.values:
        found = find_by_number(line, "户号", known, "农户")
        return (None, [found]) if isinstance(found, Fault) else (found, check_name(line, "户主", found.name))
    if line.has("户主") and line.lacks("户号"):
        return None, [
            Fault(
                code="visit-household",
                place=line.at("户号"),
                found="有户主，没有户号",
                expected="走访写户号和户主，村情日记两样都不写",
                remedy="补上户号，或者删去户主",
            )
        ]
    return None, []


def _check_month(month: str, number: str, visits: Sequence[_Visit]) -> Iterator[Fault]:
    yield from check_visited((_open_visit(one) for one in visits), month)
    if len(visits) > VISITS_MAX:
        yield Fault(
            code="visits-many",
            place=visits[VISITS_MAX].line.place,
            found=f"{number} {month} 有 {len(visits)} 行",
            expected=f"一个网格一个月不超过 {VISITS_MAX} 行",
            remedy="记到下一级的网格里",
        )


def _open_visit(one: _Visit) -> Visited:
    household = one.household.household if one.household is not None else ""
    line = one.line
    return Visited(
        line.text("日期"), household, line.text("事由"), line.place, fold_text(line.text("走访人"))
    )


def _draft_visits(tray: Tray, month: str, units: Mapping[str, Sequence[_Visit]]) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    lines = tuple(_build_line(tray, texts, month, number, some) for number, some in units.items())
    visits, diaries = sum(len(line.visits) for line in lines), sum(len(line.diaries) for line in lines)
    label = f"走访 {month}：{len(lines)} 个网格，走访 {visits} 次，日记 {diaries} 篇"
    body, day = VisitsRecorded(lines=lines), tray.desk.get_day_in(month)
    faults = tray.check(body, day, month)
    tray.refuse(faults, "工作表「走访」")
    if faults:
        return
    tray.preview += [label, *(preview_visits(line) for line in lines)]
    tray.notices += [
        f"{line.unit} {month} 已经登记过走访：这一次换下原来那一次，要把那个月的都写上"
        for line in lines
        if line.version > 1
    ]
    tray.add(body, day, month, label, texts)


def _build_line(tray: Tray, texts: Discloser, month: str, number: str, some: Sequence[_Visit]) -> VisitLine:
    visits: list[Sealed] = []
    diaries: list[Sealed] = []
    for one in some:
        day, visitor, why = (one.line.text(header) for header in ("日期", "走访人", "事由"))
        if one.household is None:
            diaries.append(texts.seal("diary", {"day": day, "note": why, "visitor": visitor}))
        else:
            who: Json = {"day": day, "household": one.household.household, "reason": why, "visitor": visitor}
            visits.append(texts.seal("visit", who))
    before = find_visits(tray.facts, month, number)
    return VisitLine(
        diaries=_sort(diaries),
        unit=number,
        version=before.version + 1 if before is not None else 1,
        visits=_sort(visits),
    )


def preview_visits(line: VisitLine) -> str:
    """Return the line of a unit's month; it names nobody."""
    return f"　{line.unit}：走访 {len(line.visits)} 次，日记 {len(line.diaries)} 篇"


def _split(numbers: Iterable[str], weigh: Callable[[str], int]) -> Iterator[list[str]]:
    """Yield numbers in parts, in their order, each of no more than an entry holds."""
    part: list[str] = []
    weight = 0
    for number in numbers:
        more = weigh(number)
        if part and (weight + more > PART_MAX_BYTES or len(part) == UNITS_MAX):
            yield part
            part, weight = [], 0
        part.append(number)
        weight += more
    if part:
        yield part


def _sort(sealed: Sequence[Sealed]) -> tuple[Sealed, ...]:
    return tuple(sorted(sealed, key=lambda item: item.sealed))


def _tell_lane(line: Line) -> str:
    table = load_grids()
    return (
        f"{line.text(_NUMBER)} 有 {line.number('户数')} 户：一名街巷长一般联系 "
        f"{table.lane_min} 至 {table.lane_max} 户，请再看一眼"
    )


def _fault_unlisted(line: Line, number: str) -> Fault:
    return Fault(
        code="grid-unlisted",
        place=line.at(_NUMBER),
        found=format_found(hide_numbers(number)),
        expected="「网格」里有的编号",
        remedy="在「网格」写上这个网格，和人员一起交；人员变了，网格和它的人都再写一遍",
    )


def _fault_pair(line: Line, header: str, found: str, remedy: str) -> Fault:
    expected = "结对的写带的是谁，别的职务不写"
    return Fault(code="grid-pair", place=line.at(header), found=found, expected=expected, remedy=remedy)


def _fault_naming(line: Line, header: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code="grid-naming", place=line.at(header), found=found, expected=expected, remedy=remedy)
