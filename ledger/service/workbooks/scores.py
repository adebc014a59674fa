"""The sheet 党员评分: a round for each month and branch, with a card for every member."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import NamedTuple

from ledger.books.marks import Card, Mark, build_cards, check_marks
from ledger.books.scores import SchemeAdopted, SchemeItem, ScoreCard, ScoreLine, ScoreRound
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_card, preview_mark
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import list_branch, read_title
from ledger.service.workbooks.rounds import (
    PlainDrawn,
    RoundBook,
    RoundSheet,
    SealedDrawn,
    draft_part,
    format_part,
    format_sums,
    read_rows,
    split_round,
)
from ledger.service.workbooks.tray import Tray
from ledger.state.schemes import find_scheme
from ledger.vaults import Member

_SHEET = RoundSheet(
    book="考评办法",
    code="项目编号",
    name="姓名",
    number="党员编号",
    people="党员",
    repeated="同一党员、同一项目、同一证据",
    sheet="党员评分",
    title="项目名称",
)
_NO_BRANCH = -1
"""Stands for a branch that cannot be read."""


class Scheme(NamedTuple):
    """The scheme in force in a month, with the names of its items."""

    body: SchemeAdopted
    items: dict[str, SchemeItem]
    titles: dict[str, str]


class DrawnCard(NamedTuple):
    """A member's card for the entry, and the disclosure of its subject."""

    card: ScoreCard
    disclosure: str


def gather_scores(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the rounds of each month and branch, and draft them."""
    groups: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for line in lines:
        branch = line.number("支部") if "支部" in line.values else _NO_BRANCH
        groups[line.text("月份"), branch].append(line)
    for period, branch in sorted(groups):
        _gather_round(tray, period, branch, groups[period, branch])


def _gather_round(tray: Tray, period: str, branch: int, lines: Sequence[Line]) -> None:
    scheme = _find_scheme(tray, period) if period else None
    members = list_branch(tray.desk, tray.facts, branch)
    book = RoundBook(scheme.items, scheme.titles) if scheme else None
    if scheme is None or not members:
        tray.refuse([_fault_no_scheme(lines[0], period)] if period and scheme is None else [])
        tray.refuse([_fault_no_branch(lines[0], branch)] if not members and branch != _NO_BRANCH else [])
        deque(read_rows(tray, lines, _SHEET, members or None, book), maxlen=0)
        return
    rows = read_rows(tray, lines, _SHEET, members, book)
    marks = [_build_mark(line, member, item) for line, member, item in rows]
    known = [member.member for member in members.values()]
    tray.refuse(check_marks(marks, scheme.body, known))
    is_whole = not tray.faults
    cards = build_cards(marks, scheme.body, known)
    if is_whole:
        numbers = {member.member: member.number for member in members.values()}
        tray.preview.append(f"党员评分 {period} 支部 {branch}：{len(members)} 名党员，{len(marks)} 条")
        tray.preview += [
            preview_mark(
                numbers[mark.member],
                scheme.items[mark.item],
                scheme.titles[mark.item],
                mark.quantity,
                mark.evidence,
            )
            for mark in marks
        ]
        tray.preview += [preview_card(numbers[item.member], item.score, item.stars) for item in cards]
    _draft_round(tray, period, branch, (cards, marks, scheme.body), is_whole=is_whole)


def _find_scheme(tray: Tray, period: str) -> Scheme | None:
    body = find_scheme(tray.facts, period)
    if body is None:
        return None
    titles = {item.code: read_title(tray.desk, item.text.text) for item in body.items}
    return Scheme(body, {item.code: item for item in body.items}, titles)


def _fault_no_scheme(line: Line, period: str) -> Fault:
    return Fault(
        code="scheme-missing",
        place=line.at("月份"),
        found=f"{period} 没有起用的考评办法",
        expected="先有考评办法，再评分",
        remedy="先用 mingbai adopt scheme 采用考评办法并由另一人通过，起用月份不晚于评分的月份",
    )


def _fault_no_branch(line: Line, branch: int) -> Fault:
    return Fault(
        code="branch-unknown",
        place=line.at("支部"),
        found=f"支部 {branch}",
        expected="已经登记党员的支部",
        remedy="改正支部序号；新支部先用 mingbai import members 登记并通过审核",
    )


def _build_mark(line: Line, member: Member, item: SchemeItem) -> Mark:
    return Mark(
        evidence=line.text("证据"),
        item=item.code,
        member=member.member,
        place=line.place,
        points=item.points * line.number("数量"),
        quantity=line.number("数量"),
        sealed=item.points < 0,
    )


def _draft_round(
    tray: Tray,
    period: str,
    branch: int,
    judged: tuple[Sequence[Card], Sequence[Mark], SchemeAdopted],
    *,
    is_whole: bool,
) -> None:
    """Draft the round in parts. Where some lines are wrong, the others still show the month's own faults."""
    cards, marks, scheme = judged
    texts = Discloser(tray.desk.ports.entropy)
    plain: list[PlainDrawn[ScoreLine]] = []
    sealed: list[SealedDrawn] = []
    for mark in marks:
        _draw_mark(texts, mark, plain, sealed)
    drawn = _draw_cards(texts, cards)
    parts = split_round(plain, sealed, max(ENTRY_MAX_LINES - len(cards), 0))
    for number, part in enumerate(parts, 1):
        body = ScoreRound(
            branch=branch,
            cards=tuple(item.card for item in drawn) if number == 1 else (),
            lines=part.lines,
            part=number,
            parts=len(parts),
            scheme=scheme.scheme,
            sealed_lines=part.sealed_lines,
            sealed_points=part.sealed_points,
            version=scheme.version,
        )
        private = [*part.private, *(item.disclosure for item in drawn if number == 1)]
        label = _format_label(period, body)
        if not draft_part(tray, body, period, label, private, _SHEET, is_whole=is_whole):
            return


def _draw_mark(
    texts: Discloser, mark: Mark, plain: list[PlainDrawn[ScoreLine]], sealed: list[SealedDrawn]
) -> None:
    """Seal a negative mark whole, the subject of a positive one alone."""
    subject: dict[str, Json] = {"evidence": mark.evidence, "member": mark.member}
    if mark.sealed:
        worth: dict[str, Json] = {"item": mark.item, "points": mark.points, "quantity": mark.quantity}
        digest = texts.seal("line", {**subject, **worth}).sealed
        sealed.append(SealedDrawn(digest, texts.private[-1], mark.points))
        return
    seal = texts.seal("subject", subject)
    line = ScoreLine(item=mark.item, points=mark.points, quantity=mark.quantity, subject=seal)
    plain.append(PlainDrawn(seal.sealed, texts.private[-1], line))


def _draw_cards(texts: Discloser, cards: Sequence[Card]) -> list[DrawnCard]:
    """Seal whom each card belongs to and its score; in order of digest."""
    drawn = []
    for item in cards:
        subject = texts.seal("subject", {"member": item.member, "score": item.score})
        drawn.append(DrawnCard(ScoreCard(stars=item.stars, subject=subject), texts.private[-1]))
    return sorted(drawn, key=lambda item: item.card.subject.sealed)


def _format_label(period: str, body: ScoreRound) -> str:
    cards = f"，评分卡 {len(body.cards)} 张" if body.cards else ""
    return f"党员评分 {period} 支部 {body.branch}：{format_sums(body)}{cards}{format_part(body)}"
