"""Drafts of resolutions, forums and earmarked money: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books import funds, resolutions
from ledger.books.funds import FundOpened
from ledger.books.money import format_plain_yuan
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import (
    preview_forum,
    preview_fund,
    preview_resolution,
    preview_result,
)
from ledger.state.resolutions import find_resolution


def tell_resolution(opened: OpenedDraft, body: ResolutionRecorded) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_resolution(body, opened.read(body.wording))


def tell_result(opened: OpenedDraft, body: ResolutionReported) -> Iterator[str]:
    yield opened.draft.label
    resolution = find_resolution(opened.reader.facts, body.resolution)
    if resolution is not None:
        yield f"　议题：{opened.read(resolution.body.title)}"
    yield from preview_result(opened.claim.occurred_on, opened.read(body.result))


def tell_forum(opened: OpenedDraft, body: ForumHeld) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_forum(
        body, opened.claim.occurred_on, opened.read(body.topics), opened.read(body.promises)
    )


def tell_fund(opened: OpenedDraft, body: FundOpened) -> Iterator[str]:
    yield opened.draft.label
    account = opened.chart.accounts.get(body.account)
    name = account.name if account is not None else ""
    texts = {"来源": opened.read(body.source), "只能用于": opened.read(body.use)}
    yield from preview_fund(body, opened.claim.occurred_on, name, texts)


def fill_resolution(opened: OpenedDraft, body: ResolutionRecorded) -> Iterator[tuple[str, Row]]:
    row = {
        "决议编号": body.number,
        "议事方式": resolutions.PROCEDURE_NAMES[body.procedure],
        "议题": opened.read(body.title),
        "决议内容": opened.read(body.wording),
        "结果": resolutions.OUTCOME_NAMES[body.outcome],
        "准许开支": format_plain_yuan(body.amount_fen) if body.amount_fen else "",
        "有效到": body.valid_until,
        "会议记录页数": str(body.minutes_pages),
        "记录文件指纹": body.minutes,
    }
    yield "决议", row
    for step in body.steps:
        counted = {
            "应到": step.entitled,
            "实到": step.present,
            "赞成": step.favoured,
            "反对": step.against,
            "弃权": step.abstained,
        }
        held = {"会议": resolutions.MEETING_NAMES[step.meeting], "日期": step.held_on}
        told = {header: str(count) for header, count in counted.items()}
        yield "会议经过", {"决议编号": body.number, **held, **told}


def fill_result(opened: OpenedDraft, body: ResolutionReported) -> Iterator[tuple[str, Row]]:
    row = {"决议编号": body.resolution, "日期": opened.claim.occurred_on}
    yield "结果公开", {**row, "实施结果": opened.read(body.result)}


def fill_forum(opened: OpenedDraft, body: ForumHeld) -> Iterator[tuple[str, Row]]:
    row = {"恳谈编号": body.number, "日期": opened.claim.occurred_on, "到场人数": str(body.present)}
    yield (
        "民情恳谈",
        {**row, "话题": opened.read(body.topics), "答应的事": opened.read(body.promises)},
    )


def fill_fund(opened: OpenedDraft, body: FundOpened) -> Iterator[tuple[str, Row]]:
    account = opened.chart.accounts.get(body.account)
    row = {
        "专款编号": body.number,
        "设立日期": opened.claim.occurred_on,
        "专款种类": funds.CATEGORY_NAMES[body.category],
        "专款名称": opened.read(body.name),
        "来源": opened.read(body.source),
        "只能用于": opened.read(body.use),
        "科目代码": body.account,
        "科目名称": account.name if account is not None else "",
        "开账时结余": format_plain_yuan(body.opening_fen) if body.opening_fen else "",
    }
    yield "专款", row
