"""The sheets 考评 and 考评记分: a round for each kind of subject and time, every score computed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.books.appraisals import check_rows_once, list_ballot_components
from ledger.books.assessments import (
    AssessedCard,
    AssessedLine,
    AssessedMark,
    AssessmentRound,
    UnitCounts,
    check_marks_of,
    group_marks,
    is_person,
    name_assessed,
    sort_number,
)
from ledger.books.components import Ballots, Counted, Marked, Score, assess
from ledger.books.grids import Held
from ledger.books.schemes import has_source, list_months
from ledger.books.scores import AssessedBallot, BallotRow, OtherSubject, SchemeAdopted, SchemeItem
from ledger.books.screening import check_private_text, format_found, hide_numbers
from ledger.books.values import Sealed, fold_text
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.preview import name_known, preview_rank, tell_components
from ledger.service.workbooks.assessment_columns import ASSESSED_NAMES
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.people import (
    check_name,
    check_title,
    fault_rule_unknown,
    fault_twice,
    fault_zero,
    find_by_number,
    find_private,
    list_branch,
    read_text,
    read_title,
)
from ledger.service.workbooks.registers import find_key
from ledger.service.workbooks.tray import Tray, split_parts
from ledger.state.appraisals import RoundBallot, fault_unvoted, read_ballots, weigh_rows
from ledger.state.assessed import name_person, open_workers
from ledger.state.assessments import (
    build_counts,
    list_counted_units,
    take_units,
    take_visits,
)
from ledger.state.facts import BranchFacts, scan_facts
from ledger.state.grids import list_holders, list_units
from ledger.state.schemes import find_scheme_in_force

PART_LINES = ENTRY_MAX_LINES - 100
"""Marks of one part: 400 of 140 bytes stay below the longest entry."""


class _Whom(NamedTuple):
    """Somebody who is scored: `of` in plain, `person` as it is sealed; `shown` tells who it is at the desk."""

    key: str
    of: str
    person: dict[str, str]
    shown: str


class _Card(NamedTuple):
    place: str
    rows: tuple[BallotRow, ...]
    whom: _Whom


class _Round(NamedTuple):
    """What one round is computed with."""

    period: str
    scheme: SchemeAdopted
    subject: OtherSubject


class _Counting(NamedTuple):
    """What is counted: `counts` of units, as the round tells them, and what is `counted` of everybody by `_Whom.key`,
    both empty where the scheme counts nothing; of workers the `units` that they serve.
    """

    counted: Mapping[str, Counted]
    counts: tuple[UnitCounts, ...]
    units: Mapping[str, tuple[str, ...]]


class _Earned(NamedTuple):
    """A card with its score; `counted` is None where nothing is counted."""

    card: _Card
    counted: Counted | None
    score: Score
    units: tuple[str, ...]


class _People:
    """Who is registered, as rows name them; each list is opened once."""

    def __init__(self, tray: Tray) -> None:
        self._tray = tray
        self._holders: dict[str, list[Held]] = {}
        self.branches = {str(int(key)) for key, _ in scan_facts(tray.facts, "branch/", BranchFacts)}
        self.units = {number: unit for number, unit in list_units(tray.facts).items() if not unit.ended}

    def list_workers(self, unit: str) -> list[Held]:
        """Return the workers of a unit."""
        if unit not in self._holders:
            held = list_holders(self._tray.facts, unit, find_private(self._tray.desk))
            self._holders[unit] = [one for one in held if one.post == "worker"]
        return self._holders[unit]

    def find(self, line: Line, subject: OtherSubject) -> _Whom | None:
        """Return whom a row is about; refuse what is nobody's."""
        number = line.text("编号")
        known = self.branches if subject in ("branch", "secretary") else self.units.keys()
        if number not in known:
            kind = "支部" if subject in ("branch", "secretary") else "网格"
            if line.can_read("编号"):
                self._tray.refuse([_fault_unknown(line, "编号", number, f"登记过的{kind}")])
            return None
        if subject == "grid-worker":
            return self._find_worker(line, number)
        if subject == "secretary":
            return self._find_secretary(line, number)
        return _Whom(number, number, {}, name_assessed(number))

    def _find_worker(self, line: Line, unit: str) -> _Whom | None:
        name = fold_text(line.text("姓名"))
        found = [one for one in self.list_workers(unit) if fold_text(one.name) == name]
        if len(found) == 1:
            return _build_worker(found[0])
        if line.can_read("姓名"):
            self._tray.refuse(
                [_fault_unknown(line, "姓名", "", f"{name_assessed(unit)} 登记的网格员，只有一个同名")]
            )
        return None

    def _find_secretary(self, line: Line, branch: str) -> _Whom | None:
        members = list_branch(self._tray.desk, self._tray.facts, int(branch))
        if "党员编号" not in line.values:
            if line.can_read("党员编号"):
                self._tray.refuse([_fault_unknown(line, "党员编号", "", "书记的党员编号")])
            return None
        found = find_by_number(line, "党员编号", members, "党员")
        if isinstance(found, Fault):
            self._tray.refuse([found])
            return None
        self._tray.refuse(check_name(line, "姓名", found.name))
        shown = f"{name_assessed(branch)}书记 党员 {name_known(found)}"
        return _Whom(name_person("", found.member, ""), branch, {"member": found.member}, shown)

    def propose(self, subject: OtherSubject) -> list[_Whom]:
        """Return all that are registered: branches; micro-grids, or where there are none the grids; workers."""
        if subject == "branch":
            return [_Whom(one, one, {}, name_assessed(one)) for one in sorted(self.branches, key=sort_number)]
        if subject == "grid":
            levels = [unit.level for unit in self.units.values() if unit.level != "lane"]
            level = next((one for one in ("micro", "third", "second", "first") if one in levels), "")
            chosen = sorted(number for number, unit in self.units.items() if unit.level == level)
            return [_Whom(one, one, {}, name_assessed(one)) for one in chosen]
        if subject == "grid-worker":
            held = (_build_worker(one) for unit in sorted(self.units) for one in self.list_workers(unit))
            return list({one.key: one for one in held}.values())
        return []


def gather_assessments(tray: Tray, cards: Sequence[Line], marks: Sequence[Line]) -> None:
    """Judge the rounds of each month and kind of subject, and draft them."""
    groups: dict[tuple[str, str], tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for at, lines in enumerate((cards, marks)):
        for line in lines:
            if line.has("证据"):
                tray.refuse(check_private_text(line.written("证据"), line.at("证据")))
            if "月份" in line.values and "考评对象" in line.values:
                groups[line.text("月份"), line.text("考评对象")][at].append(line)
    people = _People(tray)
    for (period, name), (some, given) in sorted(groups.items()):
        subject = find_key(ASSESSED_NAMES, name)
        scheme = find_scheme_in_force(tray.facts, period, subject)
        if scheme is None:
            tray.refuse([_fault_no_scheme((*some, *given)[0], period, name)])
            continue
        _gather_round(tray, _Round(period, scheme, subject), people, (some, given))


def _gather_round(
    tray: Tray, of: _Round, people: _People, lines: tuple[Sequence[Line], Sequence[Line]]
) -> None:
    cards = list(_read_cards(tray, of, people, lines[0]))
    marks = list(_read_marks(tray, of, people, lines[1], {card.whom.key for card in cards}))
    tray.refuse(check_marks_of(marks, of.scheme, of.subject))
    tray.refuse(check_rows_once([row for card in cards for row in card.rows], "工作表「考评」"))
    if tray.faults:
        return
    earned, counts = _compute(tray, of, cards, marks)
    if tray.faults:
        return
    _preview(tray, of, earned, counts, len(marks))
    _draft(tray, of, earned, counts, marks)


def _read_cards(tray: Tray, of: _Round, people: _People, lines: Sequence[Line]) -> Iterator[_Card]:
    seen: dict[str, Line] = {}
    for line in lines:
        tray.refuse(check_number_form(line, "测评编号"))
        if line.lacks("编号"):
            proposed = people.propose(of.subject)
            if not proposed:
                tray.refuse([_fault_unknown(line, "编号", "", "登记过的考评对象")])
            yield from (_Card(line.place, _read_row(line), whom) for whom in proposed if whom.key not in seen)
            seen |= {whom.key: line for whom in proposed}
            continue
        whom = people.find(line, of.subject)
        if whom is None:
            continue
        if whom.key in seen:
            tray.refuse(
                [fault_twice(line, "编号", f"{ASSESSED_NAMES[of.subject]} {whom.of}", seen[whom.key])]
            )
        else:
            seen[whom.key] = line
            yield _Card(line.place, _read_row(line), whom)


def _read_row(line: Line) -> tuple[BallotRow, ...]:
    number, row = read_number(line, "测评编号"), line.number("第几个")
    return (BallotRow(number=number, row=row),) if number and row else ()


def _read_marks(
    tray: Tray, of: _Round, people: _People, lines: Sequence[Line], scored: set[str]
) -> Iterator[AssessedMark]:
    items = {item.code: item for item in of.scheme.items}
    for line in lines:
        whom, item = people.find(line, of.subject), _find_item(tray, items, line)
        if line.text("数量") == "0":
            tray.refuse([fault_zero(line, "数量")])
        if whom is not None and whom.key not in scored:
            expected = "「考评」里有一行的考评对象"
            tray.refuse([_fault_unknown(line, "编号", line.text("编号"), expected)])
        if whom is not None and item is not None and tray.is_ready(line):
            quantity, person = line.number("数量"), is_person(of.subject)
            yield AssessedMark(
                evidence=line.text("证据"),
                item=item.code,
                place=line.place,
                points=item.points * quantity,
                quantity=quantity,
                sealed=person and item.points < 0,
                whom=whom.key,
            )


def _find_item(tray: Tray, items: Mapping[str, SchemeItem], line: Line) -> SchemeItem | None:
    if "项目编号" not in line.values:
        return None
    item = items.get(line.text("项目编号"))
    if item is None:
        tray.refuse([fault_rule_unknown(line, "项目编号", items, "考评办法")])
        return None
    tray.refuse(check_title(line, "项目名称", read_title(tray.desk, item.text.text), item.code))
    return item


def _compute(
    tray: Tray, of: _Round, cards: Sequence[_Card], marks: Sequence[AssessedMark]
) -> tuple[list[_Earned], tuple[UnitCounts, ...]]:
    """Return every card's score with the counts that it follows from; refuse who has no ballot."""
    components, counting = list_ballot_components(of.scheme), _count(tray, of, cards)
    by_whom, found = group_marks(marks), read_ballots(tray.facts, _list_ballots(of, cards))
    earned = []
    for card in cards:
        given, key = _weigh(tray, card, components, found), card.whom.key
        if given is None or (has_source(of.scheme, "counts") and not counting.counts):
            continue  # The ballot is told of; that a branch has no counts the round's own check tells.
        own = [Marked(mark.item, mark.points) for mark in by_whom.get(key, ())]
        counted = counting.counted.get(key)
        score = assess(of.scheme, own, given, counted)
        earned.append(_Earned(card, counted, score, counting.units.get(key, ())))
    return earned, counting.counts


def _count(tray: Tray, of: _Round, cards: Sequence[_Card]) -> _Counting:
    months = list_months(of.scheme, of.period)
    counts: tuple[UnitCounts, ...] = ()
    if has_source(of.scheme, "counts") and of.subject in ("grid", "grid-worker"):
        plain = [AssessedCard(of=card.whom.of, stars=0) for card in cards]
        counts = build_counts(tray.facts, months, list_counted_units(tray.facts, of.subject, plain))
    by_unit = {one.unit: Counted(one.closed, one.events, one.visits) for one in counts}
    if of.subject != "grid-worker":
        return _Counting(by_unit, counts, {})  # The key of a unit is its number.
    visits = take_visits(tray.facts, months)
    workers, unproven = open_workers(tray.facts, take_units(tray.facts), visits, find_private(tray.desk))
    tray.refuse(unproven)
    names = {card.whom.key: card.whom.person["name"] for card in cards}
    counted = {key: workers.count_of(key, name, by_unit) for key, name in names.items()} if counts else {}
    return _Counting(counted, counts, {key: tuple(workers.list_units(key)) for key in names})


def _weigh(
    tray: Tray, card: _Card, components: Sequence[str], found: Mapping[str, RoundBallot]
) -> Mapping[str, Ballots] | None:
    if len(card.rows) != len(components):
        expected = "测评编号和第几个都写" if components else "空：这个办法没有测评"
        told = "写了测评" if card.rows else "没有写测评"
        remedy = "照那次测评的票，写编号和排第几" if components else "删去测评编号和第几个"
        tray.refuse(
            [Fault(code="assess-ballot", place=card.place, found=told, expected=expected, remedy=remedy)]
        )
        return None
    given = weigh_rows(card.rows, found)
    if given is None:
        tray.refuse([fault_unvoted(card.place)])
    return given


def _list_ballots(of: _Round, cards: Sequence[_Card]) -> tuple[AssessedBallot, ...]:
    components = list_ballot_components(of.scheme)
    numbers = sorted({row.number for card in cards for row in card.rows})
    return tuple(AssessedBallot(component=components[0], number=number) for number in numbers if components)


def _preview(
    tray: Tray, of: _Round, earned: Sequence[_Earned], counts: Sequence[UnitCounts], marks: int
) -> None:
    tray.preview.append(f"{_name(of)}：评分卡 {len(earned)} 张，记分 {marks} 条")
    tray.preview += [
        f"　{name_assessed(one.unit)}：受理 {one.events} 件，办结 {one.closed} 件，走访 {one.visits} 次"
        for one in counts
    ]
    titles = {one.code: read_text(tray.desk, one.text.text) for one in of.scheme.components or ()}
    for one in earned:
        rank = preview_rank(of.scheme, one.score.stars, lambda text: read_text(tray.desk, text.text))
        parts = tell_components(one.score, titles)
        told = f"：{parts}，合成" if parts else "："
        whom = f"{one.card.whom.shown}{_tell_counted(one)}"
        tray.preview.append(f"　评分卡 {whom}{told} {one.score.score} 分，{rank}")


def _tell_counted(one: _Earned) -> str:
    """Return what is counted of a worker, with the units that they serve; empty for anybody else."""
    if one.counted is None or not one.units:
        return ""
    closed, events, visits = one.counted
    return f"（{'、'.join(one.units)} 受理 {events} 件，办结 {closed} 件，本人走访 {visits} 次）"


def _name(of: _Round) -> str:
    return f"{ASSESSED_NAMES[of.subject]}考评 {of.period}"


def _draft(
    tray: Tray,
    of: _Round,
    earned: Sequence[_Earned],
    counts: tuple[UnitCounts, ...],
    marks: Sequence[AssessedMark],
) -> None:
    """Draft the round; where there are many marks, in parts, of which the last has the cards."""
    people = {one.card.whom.key: one.card.whom for one in earned}
    parts = split_parts(marks, PART_LINES)
    if len(parts) > 1 or len(marks) + len(earned) + len(counts) > PART_LINES:
        parts.append((len(marks), len(marks)))
    day = tray.desk.get_day_in(of.period)
    for number, (start, stop) in enumerate(parts, 1):
        texts, is_last = Discloser(tray.desk.ports.entropy), number == len(parts)
        lines, sealed, points = _draw_marks(texts, marks[start:stop], people, of)
        cards = _draw_cards(texts, earned, of) if is_last else []
        body = AssessmentRound(
            ballots=_list_ballots(of, [one.card for one in earned]) if is_last else (),
            cards=tuple(cards),
            counts=counts if is_last else (),
            lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
            part=number,
            parts=len(parts),
            scheme=of.scheme.scheme,
            sealed_lines=tuple(sorted(sealed, key=lambda one: one.sealed)),
            sealed_points=points,
            subject=of.subject,
            version=of.scheme.version,
        )
        part = f"（第 {number} 部分，共 {len(parts)} 部分）" if len(parts) > 1 else ""
        label = f"{_name(of)}：记分 {stop - start} 条，评分卡 {len(cards)} 张{part}"
        faults = tray.check(body, day, of.period)
        tray.refuse(faults, "工作表「考评」")
        if faults:
            return
        tray.add(body, day, of.period, label, texts)


def _draw_marks(
    texts: Discloser, marks: Sequence[AssessedMark], people: Mapping[str, _Whom], of: _Round
) -> tuple[list[AssessedLine], list[Sealed], int]:
    """Seal a person's deduction whole, of other marks what they rest on and, of a person, who it is."""
    lines, sealed, points = [], [], 0
    for mark in marks:
        whom = people[mark.whom]
        subject: dict[str, Json] = {**whom.person, "evidence": mark.evidence}
        if mark.sealed:
            worth: dict[str, Json] = {"item": mark.item, "points": mark.points, "quantity": mark.quantity}
            sealed.append(texts.seal("line", {**subject, **worth}))
            points += mark.points
            continue
        lines.append(
            AssessedLine(
                item=mark.item,
                of=None if is_person(of.subject) else whom.of,
                points=mark.points,
                quantity=mark.quantity,
                subject=texts.seal("subject", subject),
            )
        )
    return lines, sealed, points


def _draw_cards(texts: Discloser, earned: Sequence[_Earned], of: _Round) -> list[AssessedCard]:
    cards = []
    for one in earned:
        whom, rows, score = one.card.whom, one.card.rows, one.score
        if not is_person(of.subject):
            cards.append(AssessedCard(of=whom.of, rows=rows or None, score=score.score, stars=score.stars))
            continue
        told: dict[str, Json] = {**whom.person, "score": score.score}
        told["rows"] = [{"number": row.number, "row": row.row} for row in rows]
        if one.units:
            told["units"] = list(one.units)
        if one.counted is not None and one.counted.visits:
            told["visits"] = one.counted.visits
        cards.append(AssessedCard(of=whom.of, stars=score.stars, subject=texts.seal("subject", told)))
    if of.subject == "grid-worker":
        return sorted(cards, key=lambda card: card.subject.sealed if card.subject is not None else "")
    return sorted(cards, key=lambda card: sort_number(card.of))


def _build_worker(held: Held) -> _Whom:
    person = {"name": held.name} | ({"household": held.household} if held.household else {})
    return _Whom(name_person(held.household, "", held.name), "", person, f"网格员 {held.name}")


def _fault_unknown(line: Line, header: str, found: str, expected: str) -> Fault:
    return Fault(
        code="assess-unknown",
        place=line.at(header),
        found=format_found(hide_numbers(found)) if found else "没有写，或对不上",
        expected=expected,
        remedy="对照登记改正；新的先登记并通过审核",
    )


def _fault_no_scheme(line: Line, period: str, name: str) -> Fault:
    return Fault(
        code="scheme-missing",
        place=line.at("月份"),
        found=f"{period} 没有起用的{name}考评办法",
        expected="先有考评办法，再打分",
        remedy="先用 mingbai adopt scheme 采用考评办法并由另一人通过，起用月份不晚于打分的月份",
    )
