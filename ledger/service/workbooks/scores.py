"""The sheet 党员评分: a round for each month and branch, with a card for every member."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import NamedTuple

from ledger.books.marks import Card, Mark, build_cards, check_marks
from ledger.books.schemes import check_carried
from ledger.books.scores import AssessedBallot, SchemeAdopted, SchemeItem, ScoreCard, ScoreLine, ScoreRound
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.preview import name_known, preview_cards, preview_components, preview_mark, preview_rank
from ledger.service.workbooks.answered import RoundPart
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.member_ballots import find_ballots, keep_ballots, preview_ballots
from ledger.service.workbooks.other_parts import (
    check_room,
    fault_part_cards,
    fault_part_empty,
    fault_part_repeats,
    list_other_parts,
)
from ledger.service.workbooks.people import (
    count_branch,
    fault_branch_unknown,
    list_branch,
    read_text,
    read_title,
)
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
from ledger.state.marks import open_score_round
from ledger.state.schemes import find_scheme, get_score_month
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


class Others(NamedTuple):
    """What the other parts of a round hold."""

    ballots: list[AssessedBallot]
    cards: list[Card]
    marks: list[Mark]


class _Judged(NamedTuple):
    """What a round, or a part of it, is drafted from."""

    ballots: tuple[AssessedBallot, ...]
    cards: Sequence[Card]
    marks: Sequence[Mark]
    scheme: SchemeAdopted


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
    part = tray.desk.part
    if part is not None and (part.period, part.branch) not in groups:
        tray.refuse([fault_part_empty(part, _SHEET)])
    for period, branch in sorted(groups):
        _gather_round(tray, period, branch, groups[period, branch])


def _gather_round(tray: Tray, period: str, branch: int, lines: Sequence[Line]) -> None:
    scheme = _find_scheme(tray, period) if period else None
    members = list_branch(tray.desk, tray.facts, branch)
    book = RoundBook(scheme.items, scheme.titles) if scheme else None
    if scheme is None or not members:
        tray.refuse([_fault_no_scheme(lines[0], period)] if period and scheme is None else [])
        tray.refuse([fault_branch_unknown(lines[0], branch)] if not members and branch != _NO_BRANCH else [])
        deque(read_rows(tray, lines, _SHEET, members or None, book), maxlen=0)
        return
    hindered = check_carried(scheme.body, period, lines[0].at("月份"))
    hindered += _check_list(tray, branch, lines[0], len(members))
    tray.refuse(hindered)
    rows = read_rows(tray, lines, _SHEET, members, book)
    if hindered:
        deque(rows, maxlen=0)
        return
    marks = [_build_mark(line, member, item) for line, member, item in rows]
    known = [member.member for member in members.values()]
    part = tray.desk.part
    part = part if part is not None and (part.period, part.branch) == (period, branch) else None
    others = _open_others(tray, part, period, branch)
    held = (
        keep_ballots(tray, others.ballots, others.cards)
        if part is not None and part.body.part > 1
        else find_ballots(tray, scheme.body, period, branch, members)
    )
    own = {mark.place for mark in marks}
    faults = check_marks([*others.marks, *marks], scheme.body, known)
    tray.refuse(fault for fault in faults if fault.place in own)
    if held is None:
        return  # Without a ballot nobody has a score.
    cards = build_cards([*others.marks, *marks], scheme.body, known, held.given)
    tray.refuse(_check_part(part, marks, cards, others))
    if part is not None and part.body.part > 1:
        cards = []  # They stand in part 1.
    is_whole = not tray.faults
    if is_whole:
        names = {member.member: name_known(member) for member in members.values()}
        tray.preview.append(f"党员评分 {period} 支部 {branch}：{len(members)} 名党员，{len(marks)} 条")
        tray.preview += [
            preview_mark(
                names[mark.member],
                scheme.items[mark.item],
                scheme.titles[mark.item],
                mark.quantity,
                mark.evidence,
            )
            for mark in marks
        ]
        marked = {names[mark.member] for mark in (*others.marks, *marks)}
        tray.preview += preview_ballots(tray, held)
        tray.preview += preview_cards(
            ((names[item.member], item.score, _tell_earned(tray, scheme.body, item)) for item in cards),
            marked,
        )
    _draft_round(tray, period, branch, _Judged(held.ballots, cards, marks, scheme.body), part)


def _tell_earned(tray: Tray, scheme: SchemeAdopted, card: Card) -> str:
    """Return the stars or grade of a card, with what each component gave where the scheme has some."""
    rank = preview_rank(scheme, card.stars, lambda text: read_text(tray.desk, text.text))
    if not scheme.components or card.earned is None:
        return rank
    titles = {one.code: read_text(tray.desk, one.text.text) for one in scheme.components}
    return rank + preview_components(card.earned, titles)


def _open_others(tray: Tray, part: RoundPart | None, period: str, branch: int) -> Others:
    """Return the marks of the round's other parts; nothing where the rows are a round of their own."""
    entries, find = list_other_parts(tray, part, get_score_month(tray.facts, period, branch).rounds)
    opened = [open_score_round(entry, find) for entry in entries]
    bodies = (entry.body for entry in entries)
    return Others(
        [one for body in bodies if isinstance(body, ScoreRound) for one in body.ballots or ()],
        [card for _, cards in opened for card in cards],
        [mark for marks, _ in opened for mark in marks],
    )


def _check_part(
    part: RoundPart | None, marks: Sequence[Mark], cards: Sequence[Card], others: Others
) -> list[Fault]:
    """A part that is put right repeats nothing of the others and fits the cards, which stand in part 1."""
    if part is None:
        return []
    known = {(mark.member, mark.item, mark.evidence) for mark in others.marks}
    faults = [
        fault_part_repeats(mark.place, _SHEET)
        for mark in marks
        if (mark.member, mark.item, mark.evidence) in known
    ]
    if part.body.part == 1:
        return faults + check_room(part, len(marks) + len(cards), _SHEET)
    right = {card.member: (card.score, card.stars) for card in cards}
    wrong = [card for card in others.cards if right.get(card.member) != (card.score, card.stars)]
    if wrong and not part.is_first_returned:
        faults.append(fault_part_cards(part, _SHEET, len(wrong)))
    return faults + check_room(part, len(marks), _SHEET)


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


def _check_list(tray: Tray, branch: int, line: Line, members: int) -> list[Fault]:
    """The list by which a round is scored is the one that the branch has, of members who are all there."""
    faults = []
    waiting = tray.desk.waiting.get(("branch", str(branch)))
    if waiting is not None:
        faults.append(
            Fault(
                code="branch-waiting",
                place=line.at("支部"),
                found=f"支部 {branch} 的新名单还在等审核：草稿 {waiting.id}",
                expected="通过了的名单",
                remedy="请审核的人先通过或退回名单，再评分",
            )
        )
    gone = count_branch(tray.facts, branch) - members
    if gone:
        faults.append(
            Fault(
                code="branch-erased",
                place=line.at("支部"),
                found=f"支部 {branch} 登记的党员有 {gone} 名的资料已经删除",
                expected="名单里只有现在的党员",
                remedy="先用「党员」表把这个支部的名单重新交一次，通过以后再评分",
            )
        )
    return faults


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
    judged: _Judged,
    part: RoundPart | None,
) -> None:
    """Draft the round in parts. Where some lines are wrong, the others still show the month's own faults."""
    is_whole = not tray.faults
    texts = Discloser(tray.desk.ports.entropy)
    plain: list[PlainDrawn[ScoreLine]] = []
    sealed: list[SealedDrawn] = []
    for mark in judged.marks:
        _draw_mark(texts, mark, plain, sealed)
    drawn = _draw_cards(texts, judged.cards)
    room = max(ENTRY_MAX_LINES - len(drawn), 0)
    count, found = number_parts(part, plain, sealed, room)
    for number, some in found:
        body = ScoreRound(
            ballots=(judged.ballots or None) if number == 1 else None,
            branch=branch,
            cards=tuple(item.card for item in drawn) if number == 1 else (),
            lines=some.lines,
            part=number,
            parts=count,
            scheme=judged.scheme.scheme,
            sealed_lines=some.sealed_lines,
            sealed_points=some.sealed_points,
            version=judged.scheme.version,
        )
        private = [*some.private, *(item.disclosure for item in drawn if number == 1)]
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
        told: dict[str, Json] = {"member": item.member, "score": item.score}
        if item.rows:
            told["rows"] = [{"number": row.number, "row": row.row} for row in item.rows]
        subject = texts.seal("subject", told)
        drawn.append(DrawnCard(ScoreCard(stars=item.stars, subject=subject), texts.private[-1]))
    return sorted(drawn, key=lambda item: item.card.subject.sealed)


def _format_label(period: str, body: ScoreRound) -> str:
    cards = f"，评分卡 {len(body.cards)} 张" if body.cards else ""
    return f"党员评分 {period} 支部 {body.branch}：{format_sums(body)}{cards}{format_part(body)}"
