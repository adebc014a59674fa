"""Drafts of what points do, of the points shop: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.money import format_plain_yuan
from ledger.books.shops import PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import preview_redeemed, preview_shop
from ledger.state.facts import read_body
from ledger.state.private import RedeemedSubject
from ledger.state.shops import list_versions


def tell_shop(opened: OpenedDraft, body: ShopAdopted) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_shop(body, {item.code: opened.read(item.name) for item in body.goods})


def tell_redeemed(opened: OpenedDraft, body: PointsRedeemed) -> Iterator[str]:
    yield opened.draft.label
    names = _read_names(opened, body)
    found = [
        preview_redeemed(
            (opened.number(subject.household), subject.day, subject.receipt),
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
        yield f"　户 {opened.number(subject.household)} 收据 {subject.receipt}"


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
