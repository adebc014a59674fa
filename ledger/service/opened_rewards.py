"""Drafts of the points shop and of volunteering: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.money import format_plain_yuan
from ledger.books.shops import PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import format_hours, preview_redeemed, preview_shop, preview_task
from ledger.state.facts import read_body
from ledger.state.private import AwardSubject, RedeemedSubject, TaskClaim
from ledger.state.rulebooks import find_rulebook
from ledger.state.shops import list_versions


def tell_shop(opened: OpenedDraft, body: ShopAdopted) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_shop(body, {item.code: opened.read(item.name) for item in body.goods})


def tell_redeemed(opened: OpenedDraft, body: PointsRedeemed) -> Iterator[str]:
    yield opened.draft.label
    names = _read_names(opened, body)
    found = [
        preview_redeemed(
            (opened.name(subject.household), subject.day, subject.receipt),
            f"{line.goods} {names.get(line.goods, '')}".rstrip(),
            line.quantity,
            line.points,
        )
        for line in body.lines
        for subject in opened.open(line.subject.sealed, RedeemedSubject)
    ]
    yield from sorted(found)


def tell_returned(opened: OpenedDraft, body: RedemptionReversed) -> Iterator[str]:
    yield opened.draft.label
    yield f"　原因：{opened.read(body.reason)}"
    for subject in opened.open(body.line, RedeemedSubject):
        yield f"　户 {opened.name(subject.household)} 收据 {subject.receipt}"


def fill_shop(opened: OpenedDraft, body: ShopAdopted) -> Iterator[tuple[str, Row]]:
    for item in body.goods:
        row = {"商品编号": item.code, "商品名称": opened.read(item.name), "兑换积分": str(item.points)}
        yield "商品", {**row, "成本": format_plain_yuan(item.cost_fen), "进货总数": str(item.stock)}
    months = {"开始月份": body.first_period, "结束月份": body.last_period}
    yield "超市", {**months, "预算": format_plain_yuan(body.budget_fen), "决议编号": body.resolution}


def fill_redeemed(opened: OpenedDraft, body: PointsRedeemed) -> Iterator[tuple[str, Row]]:
    names = _read_names(opened, body)
    rows = []
    for line in body.lines:
        for subject in opened.open(line.subject.sealed, RedeemedSubject):
            row = {"日期": subject.day, "收据号": subject.receipt, **_name(opened, subject.household)}
            named = {"商品编号": line.goods, "商品名称": names.get(line.goods, "")}
            rows.append({**row, **named, "数量": str(line.quantity)})
    for row in sorted(rows, key=lambda row: (row["收据号"], row["商品编号"])):
        yield "兑换", row


def fill_returned(opened: OpenedDraft, body: RedemptionReversed) -> Iterator[tuple[str, Row]]:
    line = _find_line(opened, body)
    for subject in opened.open(body.line, RedeemedSubject):
        row = {"日期": opened.claim.occurred_on, "收据号": subject.receipt}
        named = {"商品编号": line.goods, "原因": opened.read(body.reason)}
        yield "退回", {**row, **_name(opened, subject.household), **named}


def tell_task(opened: OpenedDraft, body: TaskOffered) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_task(body, opened.read(body.place))


def tell_claimed(opened: OpenedDraft, body: TaskClaimed) -> Iterator[str]:
    yield opened.draft.label
    found = [item for sealed in body.claims for item in opened.open(sealed.sealed, TaskClaim)]
    yield from sorted(f"　户 {opened.name(item.household)}" for item in found)


def tell_hours(opened: OpenedDraft, body: HoursBooked) -> Iterator[str]:
    yield opened.draft.label
    found = [
        (opened.name(item.household), format_hours(line.hours_hundredths), opened.evidence(item.evidence))
        for line in body.lines
        for item in opened.open(line.subject.sealed, AwardSubject)
    ]
    yield from (f"　户 {whose} {hours} 小时　{evidence}" for whose, hours, evidence in sorted(found))


def fill_task(opened: OpenedDraft, body: TaskOffered) -> Iterator[tuple[str, Row]]:
    rulebook = find_rulebook(opened.reader.facts, body.held_on[:7])
    rules = {rule.code: rule for rule in rulebook.rules} if rulebook is not None else {}
    named = opened.read_part(rules[body.rule].text, "item") if body.rule in rules else ""
    row = {"任务编号": body.number, "日期": body.held_on, "任务名称": opened.read(body.title)}
    row |= {"地点": opened.read(body.place), "需要人数": str(body.needed), "规则编号": body.rule}
    yield "任务", {**row, "规则名称": named, "每几小时一次": format_hours(body.unit_hours_hundredths)}


def fill_claimed(opened: OpenedDraft, body: TaskClaimed) -> Iterator[tuple[str, Row]]:
    found = [item for sealed in body.claims for item in opened.open(sealed.sealed, TaskClaim)]
    for row in sorted((_name(opened, item.household) for item in found), key=lambda row: row["户号"]):
        yield "报名", {"任务编号": body.task, **row}


def fill_hours(opened: OpenedDraft, body: HoursBooked) -> Iterator[tuple[str, Row]]:
    rows = [
        {
            **_name(opened, item.household),
            "小时": format_hours(line.hours_hundredths),
            "证据": item.evidence,
        }
        for line in body.lines
        for item in opened.open(line.subject.sealed, AwardSubject)
    ]
    for row in sorted(rows, key=lambda row: (row["户号"], row["证据"])):
        yield "签到", {"任务编号": body.task, **row}


def _find_line(opened: OpenedDraft, body: RedemptionReversed) -> RedeemedLine:
    redeemed = read_body(opened.reader.facts, body.reverses, PointsRedeemed)
    return next(line for line in redeemed.lines if line.subject.sealed == body.line)


def _read_names(opened: OpenedDraft, body: PointsRedeemed) -> dict[str, str]:
    """Return what the goods of a redemption are called, by code; none of a version that is not recorded yet."""
    versions = list_versions(opened.reader.facts, opened.claim.period)
    shop = next((shop for shop in versions if shop.version == body.version), None)
    return {item.code: opened.read(item.name) for item in (shop.goods if shop is not None else ())}


def _name(opened: OpenedDraft, household: str) -> Row:
    known = opened.find_known(household)
    return {"户号": known.number, "户主": known.name} if known is not None else {"户号": "", "户主": ""}
