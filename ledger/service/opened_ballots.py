"""Drafts of secret ballots: what each says."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.ballots import APPRAISED_NAMES, BallotClosed, BallotOpened
from ledger.service.opened_drafts import OpenedDraft
from ledger.state.ballots import find_ballot
from ledger.state.private import RegisteredMember


def tell_opened(opened: OpenedDraft, body: BallotOpened) -> Iterator[str]:
    yield opened.draft.label
    yield f"　测评名称：{opened.read(body.title)}"
    unit = "名" if body.appraised == "member" else "个"
    yield f"　测评的是{APPRAISED_NAMES[body.appraised]}，{body.count} {unit}"
    found = [item for sealed in body.members for item in opened.open(sealed.sealed, RegisteredMember)]
    yield from (f"　　党员 {name}" for name in sorted(opened.name(item.member) for item in found))
    yield from (f"　　{opened.read(one)}" for one in body.units)
    yield from (f"　问：{opened.read(question)}" for question in body.questions)
    yield f"　选项：{'、'.join(opened.read(choice) for choice in body.choices)}"
    yield f"　{body.opens} 至 {body.closes} 投票，少于 {body.turnout_min}% 投票的，结果写明人数不够"
    if body.resolution:
        yield f"　决议 {body.resolution}"
    yield "　通过以后由村文书印票，只印一次；投票期间谁也看不到票数"


def tell_closed(opened: OpenedDraft, body: BallotClosed) -> Iterator[str]:
    yield opened.draft.label
    found = find_ballot(opened.reader.facts, body.number)
    if found is not None:
        yield f"　测评名称：{opened.read(found.opened.title)}"
        yield f"　印了 {found.opened.issued} 张票，收回 {len(body.ballots)} 张，没用 {body.unused} 张"
    yield "　每张票只有选票号和选了什么，按选票号排列，没有先后和时间"
    yield "　票已经封存：退回以后再交审的，还是这些票"
