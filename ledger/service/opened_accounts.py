"""Drafts about the chart of accounts and the year's plan: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.accounts import find_account
from ledger.books.conversion import AccountsConverted
from ledger.books.money import format_plain_yuan
from ledger.books.plans import PlanAdopted
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, name_in_full
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import (
    preview_added,
    preview_move,
    preview_plan,
)
from ledger.state.plans import find_plan


def tell_added(opened: OpenedDraft, body: AccountsAdded) -> Iterator[str]:
    yield opened.draft.label
    titles = {account.code: opened.read(account.title) for account in body.accounts}
    yield from preview_added(opened.get_chart(body.chart), titles)


def tell_closed(opened: OpenedDraft, body: AccountsClosed) -> Iterator[str]:
    yield opened.draft.label
    yield f"　原因：{opened.read(body.reason)}"
    yield from (f"　停用 {code} {name_in_full(opened.chart, code)}" for code in body.accounts)


def tell_converted(opened: OpenedDraft, body: AccountsConverted) -> Iterator[str]:
    yield opened.draft.label
    old, new = opened.get_chart("2004"), opened.get_chart(body.chart)
    yield from (preview_move(old, new, move) for move in body.moves)


def tell_plan(opened: OpenedDraft, body: PlanAdopted) -> Iterator[str]:
    yield opened.draft.label
    before = find_plan(opened.reader.facts, body.year)
    earlier = before if before is not None and before.version < body.version else None
    yield from preview_plan(opened.get_chart(body.chart), body, earlier, opened.read(body.resolution))


def fill_added(opened: OpenedDraft, body: AccountsAdded) -> Iterator[tuple[str, Row]]:
    for account in body.accounts:
        named = {"明细科目代码": account.code, "明细科目名称": opened.read(account.title)}
        yield "增设", {"从哪个月起": opened.claim.period, **named}


def fill_closed(opened: OpenedDraft, body: AccountsClosed) -> Iterator[tuple[str, Row]]:
    for code in body.accounts:
        yield "停用", {"科目代码": code, "原因": opened.read(body.reason)}


def fill_converted(opened: OpenedDraft, body: AccountsConverted) -> Iterator[tuple[str, Row]]:
    old, new = opened.get_chart("2004"), opened.get_chart(body.chart)
    for move in body.moves:
        side = "借方余额" if move.side == "debit" else "贷方余额"
        before, after = (find_account(old, move.account), find_account(new, move.becomes))
        yield (
            "换科目",
            {
                "原科目代码": move.account,
                "原科目名称": before.name if before is not None else "",
                side: format_plain_yuan(move.amount_fen),
                "新科目代码": move.becomes,
                "新科目名称": after.name if after is not None else "",
            },
        )


def fill_plan(opened: OpenedDraft, body: PlanAdopted) -> Iterator[tuple[str, Row]]:
    accounts = opened.get_chart(body.chart).accounts
    for line in body.lines:
        known = accounts.get(line.account)
        yield (
            "收支计划",
            {
                "年份": body.year,
                "科目代码": line.account,
                "科目名称": known.name if known is not None else "",
                "计划金额": format_plain_yuan(line.amount_fen),
                "决议": opened.read(body.resolution),
            },
        )
