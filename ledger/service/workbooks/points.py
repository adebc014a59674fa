"""The sheets 积分 and 冲销: a month's round of villagers' points, and lines taken back."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.books.awards import Award, check_awards
from ledger.books.points import PointsLine, PointsReversed, PointsRound, Rule, is_sealed
from ledger.books.screening import hide_numbers
from ledger.errors import Fault
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.preview import name_known, preview_award, preview_taken
from ledger.service.screening import check_published
from ledger.service.workbooks.answered import RoundPart
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.other_parts import (
    check_room,
    fault_part_empty,
    fault_part_households,
    fault_part_repeats,
    list_other_parts,
)
from ledger.service.workbooks.people import find_by_number, find_private, list_registered, read_title
from ledger.service.workbooks.rounds import (
    PlainDrawn,
    RoundBook,
    RoundSheet,
    SealedDrawn,
    draft_part,
    format_part,
    format_sums,
    number_parts,
    read_rows,
)
from ledger.service.workbooks.tray import Tray
from ledger.state.awards import list_scoring, open_round
from ledger.state.facts import EntryAt, get_fact, key_at, read_body
from ledger.state.private import AwardLine, AwardSubject, open_private
from ledger.state.rulebooks import find_rulebook, get_points_month
from ledger.vaults import Household

_SHEET = RoundSheet(
    book="积分细则",
    code="规则编号",
    name="户主",
    number="户号",
    people="农户",
    repeated="同一户、同一规则、同一证据",
    sheet="积分",
    title="规则名称",
)


class Rulebook(NamedTuple):
    """The rules in force in a month with their names, and the households that agreed to them."""

    rules: dict[str, Rule]
    scoring: frozenset[str]
    titles: dict[str, str]
    version: int


class Others(NamedTuple):
    """What the other parts of a round award; `gone` counts their lines that nobody can open any more."""

    awards: list[Award]
    gone: int


@dataclass(frozen=True)
class Found:
    """A recorded line that may be taken back."""

    digest: str
    evidence: str
    index: int
    points: int
    rule: str  # empty for a sealed line


def gather_points(tray: Tray, lines: Sequence[Line], reversals: Sequence[Line]) -> None:
    """Judge the rounds of each month and the lines taken back, and draft them."""
    known = list_registered(tray.desk, tray.facts)
    by_month: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_month[line.text("月份")].append(line)
    part = tray.desk.part
    if part is not None and part.period not in by_month:
        tray.refuse([fault_part_empty(part, _SHEET)])
    for period in sorted(by_month):
        _gather_round(tray, known, period, by_month[period])
    for line in reversals:
        _gather_reversal(tray, known, line)


def _gather_round(tray: Tray, known: dict[str, Household], period: str, lines: Sequence[Line]) -> None:
    book = _find_rulebook(tray, period)
    if book is None:
        # Lines whose month cannot be read have their fault already.
        tray.refuse([_fault_no_rulebook(lines[0], period)] if period else [])
        deque(read_rows(tray, lines, _SHEET, known, None), maxlen=0)
        return
    rows = read_rows(tray, lines, _SHEET, known, RoundBook(book.rules, book.titles))
    awards = [_build_award(line, household, rule) for line, household, rule in rows]
    part = tray.desk.part if tray.desk.part is not None and tray.desk.part.period == period else None
    others = _open_others(tray, part, period)
    own = {award.place for award in awards}
    faults = check_awards([*others.awards, *awards], book.rules.values(), book.scoring)
    tray.refuse(fault for fault in faults if fault.place in own)
    tray.refuse(_check_part(part, awards, others))
    if not tray.faults:
        names = {item.household: name_known(item) for item in known.values()}
        tray.preview.append(f"积分评议 {period}：{_count_households(awards)} 户 {len(awards)} 条")
        tray.preview += [
            preview_award(
                names[award.household],
                book.rules[award.rule],
                book.titles[award.rule],
                award.quantity,
                award.evidence,
            )
            for award in awards
        ]
    _draft_round(tray, period, awards, book, part)


def _open_others(tray: Tray, part: RoundPart | None, period: str) -> Others:
    """Return what the other parts of the round award; nothing where the rows are a round of their own."""
    entries, find = list_other_parts(tray, part, get_points_month(tray.facts, period).rounds)
    awards = [award for entry in entries for award in open_round(entry, find)]
    bodies = [entry.body for entry in entries]
    lines = sum(len(body.lines) + len(body.sealed_lines) for body in bodies if isinstance(body, PointsRound))
    return Others(awards, lines - len(awards))


def _check_part(part: RoundPart | None, awards: Sequence[Award], others: Others) -> list[Fault]:
    """A part that is put right repeats nothing of the others and leaves the round's households as they are claimed."""
    if part is None or not isinstance(part.body, PointsRound):
        return []
    known = {(award.household, award.rule, award.evidence) for award in others.awards}
    faults = [
        fault_part_repeats(award.place, _SHEET)
        for award in awards
        if (award.household, award.rule, award.evidence) in known
    ]
    found, claimed = _count_households([*others.awards, *awards]), part.body.households
    if not found <= claimed <= found + others.gone:
        faults.append(fault_part_households(part, _SHEET, claimed, found))
    return faults + check_room(part, len(awards), _SHEET)


def _find_rulebook(tray: Tray, period: str) -> Rulebook | None:
    body = find_rulebook(tray.facts, period) if period else None
    if body is None:
        return None
    index = tray.facts.next_index
    return Rulebook(
        rules={rule.code: rule for rule in body.rules},
        scoring=list_scoring(tray.facts, body.version, index, find_private(tray.desk)),
        titles={rule.code: read_title(tray.desk, rule.text.text) for rule in body.rules},
        version=body.version,
    )


def _fault_no_rulebook(line: Line, period: str) -> Fault:
    return Fault(
        code="rulebook-missing",
        place=line.at("月份"),
        found=f"{period} 没有起用的积分细则",
        expected="先有积分细则，再评议",
        remedy="先用 mingbai adopt rulebook 采用细则并由另一人通过，起用月份不晚于评议的月份",
    )


def _build_award(line: Line, household: Household, rule: Rule) -> Award:
    return Award(
        evidence=line.text("证据"),
        household=household.household,
        place=line.place,
        points=rule.points * line.number("数量"),
        quantity=line.number("数量"),
        rule=rule.code,
        sealed=is_sealed(rule),
    )


def _count_households(awards: Sequence[Award]) -> int:
    return len({award.household for award in awards})


def _draft_round(
    tray: Tray, period: str, awards: Sequence[Award], book: Rulebook, part: RoundPart | None
) -> None:
    """Draft the round in parts. Where some lines are wrong, the others still show the month's own faults."""
    is_whole = not tray.faults
    texts = Discloser(tray.desk.ports.entropy)
    plain: list[PlainDrawn[PointsLine]] = []
    sealed: list[SealedDrawn] = []
    for award in awards:
        _draw_award(texts, award, plain, sealed)
    households = _count_households(awards)
    if part is not None and isinstance(part.body, PointsRound):
        households = part.body.households
    count, drawn = number_parts(part, plain, sealed)
    for number, some in drawn:
        body = PointsRound(
            households=households,
            lines=some.lines,
            part=number,
            parts=count,
            sealed_lines=some.sealed_lines,
            sealed_points=some.sealed_points,
            version=book.version,
        )
        label = f"积分评议 {period}：{households} 户，{format_sums(body)}{format_part(body)}"
        if not draft_part(tray, body, period, label, some.private, _SHEET, is_whole=is_whole):
            return


def _draw_award(
    texts: Discloser, award: Award, plain: list[PlainDrawn[PointsLine]], sealed: list[SealedDrawn]
) -> None:
    """Seal a line whole where the rule asks for it, its subject alone otherwise."""
    subject: dict[str, Json] = {"evidence": award.evidence, "household": award.household}
    if award.sealed:
        worth: dict[str, Json] = {"points": award.points, "quantity": award.quantity, "rule": award.rule}
        digest = texts.seal("line", {**subject, **worth}).sealed
        sealed.append(SealedDrawn(digest, texts.private[-1], award.points))
        return
    seal = texts.seal("subject", subject)
    line = PointsLine(points=award.points, quantity=award.quantity, rule=award.rule, subject=seal)
    plain.append(PlainDrawn(seal.sealed, texts.private[-1], line))


def _gather_reversal(tray: Tray, known: dict[str, Household], line: Line) -> None:
    faults = (
        check_published(line.written("原因"), line.at("原因"), tray.desk.names) if line.has("原因") else []
    )
    household = find_by_number(line, "户号", known, "农户") if "户号" in line.values else None
    if isinstance(household, Fault):
        faults.append(household)
    tray.refuse(faults)
    if household is None or isinstance(household, Fault) or not {"原月份", "规则编号"} <= set(line.values):
        return
    found = next(_iterate_lines(tray, line, household), None)
    if found is None:
        tray.refuse([_fault_no_line(line)])
        return
    if "月份" not in line.values:
        return
    texts = Discloser(tray.desk.ports.entropy)
    body = PointsReversed(
        line=found.digest,
        points=-found.points,
        reason=texts.publish("reason", line.text("原因")),
        reverses=found.index,
        rule=found.rule,
    )
    period = line.text("月份")
    day = tray.desk.get_day_in(period)
    more = tray.check(body, day, period)
    tray.refuse(more, line.place)
    if not faults and not more and line.is_whole:
        label = f"积分冲销 {period}：{line.text('原月份')} 的一条，{-found.points} 分，{line.text('原因')}"
        tray.preview.append(label)
        tray.preview.append(preview_taken(name_known(household), line.text("规则编号"), found.evidence))
        tray.add(body, day, period, label, texts)


def _iterate_lines(tray: Tray, line: Line, household: Household) -> Iterator[Found]:
    """Yield the household's recorded lines of the month and rule that nobody took back yet."""
    rule = line.text("规则编号")
    for index in get_points_month(tray.facts, line.text("原月份")).rounds:
        if not tray.facts.is_recorded(index):
            continue
        for found in _iterate_round(tray, index, household.household, rule):
            if get_fact(tray.facts, f"taken/{key_at(index)}/{found.digest}", EntryAt) is None:
                yield found


def _iterate_round(tray: Tray, index: int, household: str, rule: str) -> Iterator[Found]:
    body, find = read_body(tray.facts, index, PointsRound), find_private(tray.desk)
    for line in body.lines:
        digest = line.subject.sealed
        subject = open_private(find, digest, AwardSubject) if line.rule == rule else None
        if subject is not None and subject.household == household:
            yield Found(digest, subject.evidence, index, line.points, rule)
    for sealed in body.sealed_lines:
        hidden = open_private(find, sealed.sealed, AwardLine)
        if hidden is not None and (hidden.household, hidden.rule) == (household, rule):
            yield Found(sealed.sealed, hidden.evidence, index, hidden.points, "")


def _fault_no_line(line: Line) -> Fault:
    number, rule = (hide_numbers(line.text(header)) for header in ("户号", "规则编号"))
    return Fault(
        code="points-line-unknown",
        place=line.place,
        found=f"{line.text('原月份')} 户号 {number} 没有可冲销的 {rule}",
        expected="已经记入账本、还没有冲销的一条积分",
        remedy="核对原月份、户号和规则编号；刚导入的先让它通过审核",
    )
