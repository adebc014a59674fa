"""Drafts of rounds of assessment: what each says, with every component that a score was computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.books.appraisals import list_ballot_components
from ledger.books.assessments import (
    AssessedCard,
    AssessmentRound,
    add_counted,
    is_person,
    name_assessed,
    open_plain,
)
from ledger.books.components import Counted, Marked, assess
from ledger.books.scores import BallotRow, SchemeAdopted
from ledger.service.drafts import open_draft
from ledger.service.opened_drafts import ERASED, OpenedDraft, Row
from ledger.service.preview import preview_rank, tell_components
from ledger.service.workbooks.assessment_columns import ASSESSED_NAMES
from ledger.state.appraisals import RoundBallot, read_ballots, weigh_rows
from ledger.state.assessed import name_person
from ledger.state.assessments import has_counts, read_scheme
from ledger.state.private import AssessedEvidence, AssessedMarkLine, AssessedPerson, AssessedSubject

_NO_COUNT = Counted(0, 0, 0)


def tell_assessment(opened: OpenedDraft, body: AssessmentRound) -> Iterator[str]:
    yield opened.draft.label
    scheme = read_scheme(opened.reader.facts, body)
    yield f"　按 {opened.read(scheme.title)} 第 {body.version} 版"
    for one in body.ballots:
        yield f"　部分 {one.component} 用测评 {one.number}"
    for count in body.counts:
        told = f"受理 {count.events} 件，办结 {count.closed} 件，走访 {count.visits} 次"
        yield f"　{name_assessed(count.unit)}：{told}"
    yield from _tell_marks(opened, body, scheme)
    yield from opened.tell_sealed(len(body.sealed_lines))
    yield from _tell_cards(opened, body, scheme)


def _tell_marks(opened: OpenedDraft, body: AssessmentRound, scheme: SchemeAdopted) -> Iterator[str]:
    titles = {item.code: opened.read_part(item.text, "item") for item in scheme.items}
    if not is_person(body.subject):
        for mark in open_plain(body.lines, ""):
            whom = name_assessed(mark.whom)
            yield f"　{whom} {mark.item} {titles.get(mark.item, '')} {mark.points} 分"
        return
    for line in body.lines:
        for found in opened.open(line.subject.sealed, AssessedSubject):
            whom, why = _name_person(opened, found), opened.evidence(found.evidence)
            yield f"　{whom} {line.item} {titles.get(line.item, '')} {line.points} 分　{why}"
    if opened.view.is_whole("sealed"):
        for sealed in body.sealed_lines:
            for item in opened.open(sealed.sealed, AssessedMarkLine):
                whom, why = _name_person(opened, item), opened.evidence(item.evidence)
                yield f"　{whom} {item.item} {titles.get(item.item, '')} {item.points} 分（整行密封）　{why}"


def _tell_cards(opened: OpenedDraft, body: AssessmentRound, scheme: SchemeAdopted) -> Iterator[str]:
    if not body.cards:
        return
    earned = _Earned.collect(opened, body, scheme)
    for card in body.cards:
        whom = name_assessed(card.of) if card.of else ""
        if card.subject is None:
            told = earned.tell(opened, card, card.score or 0, card.of, card.rows or (), card.of)
            yield f"　评分卡 {whom}：{told}"
        elif opened.view.is_whole("sealed"):
            for found in opened.open(card.subject.sealed, AssessedPerson):
                named = " ".join(filter(None, (whom, _name_person(opened, found))))
                parts = zip(list_ballot_components(scheme), found.rows, strict=False)
                rows = "、".join(f"部分 {code} 是测评 {row.number} 第 {row.row} 个" for code, row in parts)
                told = earned.tell(opened, card, found.score, _get_whom(found), found.rows, found)
                more = [
                    rows,
                    f"算 {'、'.join(found.units)} 的件，本人走访 {found.visits} 次" if found.units else "",
                ]
                yield "；".join(filter(None, [f"　评分卡 {named}：{told}", *more]))


class _Earned(NamedTuple):
    """What cards follow from, as the round itself has it: marks by whom they are of, its ballots and its counts."""

    ballots: Mapping[str, RoundBallot]
    counts: Mapping[str, Counted]
    marks: Mapping[str, list[Marked]]
    scheme: SchemeAdopted

    @classmethod
    def collect(cls, opened: OpenedDraft, body: AssessmentRound, scheme: SchemeAdopted) -> _Earned:
        """Open all parts of the round, of which each is a draft or an entry by now."""
        marks: defaultdict[str, list[Marked]] = defaultdict(list)
        for part, one in _list_parts(opened, body):
            for whom, mark in _iterate_marks(part, one):
                marks[whom].append(mark)
        counts = {one.unit: Counted(one.closed, one.events, one.visits) for one in body.counts}
        return cls(read_ballots(opened.reader.facts, body.ballots), counts, marks, scheme)

    def tell(
        self,
        opened: OpenedDraft,
        card: AssessedCard,
        score: int,
        whom: str,
        rows: Sequence[BallotRow],
        of: str | AssessedPerson,
    ) -> str:
        """Return a card's score with what each component gives of it; and that they give another one, if they do."""
        said = f"{score} 分，{preview_rank(self.scheme, card.stars, opened.read)}"
        given = weigh_rows(rows, self.ballots)
        counted = self._count(of)
        if given is None or not has_counts(self.scheme, counted):
            return said
        earned = assess(self.scheme, self.marks.get(whom, ()), given, counted)
        titles = {one.code: opened.read(one.text) for one in self.scheme.components or ()}
        parts = tell_components(earned, titles)
        if earned.score != score:
            return f"{parts}，合成 {earned.score} 分，卡上写的是 {said}，不一样".removeprefix("，")
        return f"{parts}，合成 {said}" if parts else said

    def _count(self, of: str | AssessedPerson) -> Counted | None:
        """Return what is counted of a unit, or of a grid worker: the cases of their units, and their own visits."""
        if not self.counts:
            return None
        if isinstance(of, str):
            return self.counts.get(of, _NO_COUNT)
        together = _NO_COUNT
        for unit in of.units:
            together = add_counted(together, self.counts.get(unit, _NO_COUNT))
        return together._replace(visits=of.visits)


def _list_parts(opened: OpenedDraft, body: AssessmentRound) -> Iterator[tuple[OpenedDraft, AssessmentRound]]:
    """Yield every part of a round once. What was erased in them is counted elsewhere."""
    yield replace(opened, gone=[]), body
    if body.parts == 1:
        return
    claim = opened.claim
    for draft in opened.ports.vault.list_batch(claim.village, opened.draft.batch):
        other = open_draft(draft)
        part = other.body
        if not isinstance(part, AssessmentRound) or part.part == body.part:
            continue
        if (part.subject, other.period) == (body.subject, claim.period):
            yield replace(opened, claim=other, draft=draft, gone=[]), part


def _iterate_marks(opened: OpenedDraft, body: AssessmentRound) -> Iterator[tuple[str, Marked]]:
    if not is_person(body.subject):
        yield from ((mark.whom, Marked(mark.item, mark.points)) for mark in open_plain(body.lines, ""))
        return
    for line in body.lines:
        for found in opened.open(line.subject.sealed, AssessedSubject):
            yield _get_whom(found), Marked(line.item, line.points)
    for sealed in body.sealed_lines:
        for item in opened.open(sealed.sealed, AssessedMarkLine):
            yield _get_whom(item), Marked(item.item, item.points)


def _get_whom(person: AssessedSubject | AssessedMarkLine | AssessedPerson) -> str:
    return name_person(person.household, person.member, person.name)


def _name_person(opened: OpenedDraft, person: AssessedSubject | AssessedMarkLine | AssessedPerson) -> str:
    if person.member:
        return f"党员 {opened.name(person.member)}"
    return opened.view.show("head-name", person.name) if person.name else ERASED


def fill_assessment(opened: OpenedDraft, body: AssessmentRound) -> Iterator[tuple[str, Row]]:
    """Yield the rows of 考评 and 考评记分 as they were typed, one for each card."""
    head = {"月份": opened.claim.period, "考评对象": ASSESSED_NAMES[body.subject]}
    units: dict[str, str] = {}
    for card in body.cards:
        if card.subject is None:
            yield "考评", {**head, "编号": card.of, **_fill_rows(card.rows or ())}
            continue
        for found in opened.open(card.subject.sealed, AssessedPerson):
            units[found.name] = card.of or "".join(found.units[:1])
            who = {"编号": units[found.name], **_fill_person(opened, found)}
            yield "考评", {**head, **who, **_fill_rows(found.rows)}
    for line in body.lines:
        worth = {"项目编号": line.item, "数量": str(line.quantity)}
        if line.of is not None:
            for said in opened.open(line.subject.sealed, AssessedEvidence):
                yield "考评记分", {**head, "编号": line.of, **worth, "证据": said.evidence}
            continue
        for item in opened.open(line.subject.sealed, AssessedSubject):
            who = {"编号": units.get(item.name, ""), **_fill_person(opened, item)}
            yield "考评记分", {**head, **who, **worth, "证据": item.evidence}
    for sealed in body.sealed_lines:
        for mark in opened.open(sealed.sealed, AssessedMarkLine):
            who = {"编号": units.get(mark.name, ""), **_fill_person(opened, mark)}
            worth = {"项目编号": mark.item, "数量": str(mark.quantity)}
            yield "考评记分", {**head, **who, **worth, "证据": mark.evidence}


def _fill_rows(rows: Sequence[BallotRow]) -> Row:
    return {"测评编号": rows[0].number, "第几个": str(rows[0].row)} if rows else {}


def _fill_person(opened: OpenedDraft, person: AssessedSubject | AssessedMarkLine | AssessedPerson) -> Row:
    known = opened.find_known(person.member) if person.member else None
    return {"党员编号": known.number, "姓名": known.name} if known is not None else {"姓名": person.name}
