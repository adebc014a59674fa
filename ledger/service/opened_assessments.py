"""Drafts of rounds of assessment: what each says, with every component that a score was computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.books.appraisals import list_ballot_components
from ledger.books.assessments import (
    AssessmentRound,
    is_person,
    name_assessed,
    open_plain,
)
from ledger.books.scores import BallotRow, SchemeAdopted
from ledger.service.opened_drafts import ERASED, OpenedDraft, Row
from ledger.service.preview import preview_rank
from ledger.service.workbooks.assessment_columns import ASSESSED_NAMES
from ledger.state.assessments import read_scheme
from ledger.state.private import AssessedEvidence, AssessedMarkLine, AssessedPerson, AssessedSubject


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
    for card in body.cards:
        rank = preview_rank(scheme, card.stars, opened.read)
        whom = name_assessed(card.of) if card.of else ""
        if card.subject is None:
            yield f"　评分卡 {whom}：{card.score} 分，{rank}"
        elif opened.view.is_whole("sealed"):
            for found in opened.open(card.subject.sealed, AssessedPerson):
                named = " ".join(filter(None, (whom, _name_person(opened, found))))
                parts = zip(list_ballot_components(scheme), found.rows, strict=False)
                rows = "、".join(f"部分 {code} 是测评 {row.number} 第 {row.row} 个" for code, row in parts)
                more = [
                    rows,
                    f"算 {'、'.join(found.units)} 的件，本人走访 {found.visits} 次" if found.units else "",
                ]
                yield "；".join(filter(None, [f"　评分卡 {named}：{found.score} 分，{rank}", *more]))


def _name_person(opened: OpenedDraft, person: AssessedSubject | AssessedMarkLine | AssessedPerson) -> str:
    if person.member:
        return f"党员 {opened.number(person.member)}"
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
