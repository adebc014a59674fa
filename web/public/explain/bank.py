"""A month's comparison with the bank in plain words: both balances, what only one side has, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.reconciliation import BankItem, BankReconciled, adjust, sum_items
from ledger.entries import Entry
from ledger.state.bank import find_reconciliation
from ledger.state.facts import EntryAt, get_fact
from reports.words import format_amount, format_day, format_flow, format_month
from web.bank_words import tell_result
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, get_entry_path
from web.site import VillageView

LINKS_MAX = 20
"""Vouchers that a page leads to; all of them stand in its table."""


def explain_reconciled(view: VillageView, entry: Entry, body: BankReconciled) -> Explanation:
    month = format_month(entry.period)
    newest = find_reconciliation(view.reader.facts, entry.period)
    sentences = [
        tell_result(body),
        _("到{month}底，银行说有 {bank} 元，账上记着 {book} 元。").format(
            month=month, bank=format_amount(body.bank_fen), book=format_amount(body.book_fen)
        ),
        _("对账单不公开，也不保存：上面有别人的姓名和账号。这里只有金额、日期和凭证号。"),
    ]
    if newest is not None and newest.at != entry.index:
        sentences.insert(0, _("这个月后来又对过一次，以后面的为准。"))
    elif newest is not None and not newest.is_current:
        sentences.insert(0, _("前面的月份后来重新对过，这个月要再对一次。"))
    return Explanation(
        what=_("{month}银行对账").format(month=month),
        title=_("{month}银行存款余额调节表").format(month=month),
        sentences=tuple(sentences),
        facts=(
            Fact(_("银行账户"), _("{count} 个").format(count=body.accounts)),
            Fact(_("对账单这个月"), _("{count} 笔").format(count=body.lines)),
            Fact(_("这个月第几次对"), _("第 {count} 次").format(count=body.version)),
        ),
        links=tuple(_list_links(view, body, newest.at if newest is not None else entry.index, entry.index)),
        tables=(
            _build_adjusted(body),
            _build_items(body, "books", _("账上有，银行还没有（元）")),
            _build_items(body, "bank", _("银行有，账上还没有（元）")),
        ),
    )


def _build_adjusted(body: BankReconciled) -> Table:
    adjusted = adjust(body)
    rows = (
        (_("本来的余额"), format_amount(body.bank_fen), format_amount(body.book_fen)),
        (
            _("补上只有另一边有的"),
            format_amount(sum_items(body.items, "books")),
            format_amount(sum_items(body.items, "bank")),
        ),
        (_("调节以后"), format_amount(adjusted.bank_fen), format_amount(adjusted.book_fen)),
    )
    return Table(_("两边的余额（元）"), ("", _("银行"), _("账上")), rows)


def _build_items(body: BankReconciled, known_to: str, title: str) -> Table:
    items = [item for item in body.items if item.known_to == known_to]
    rows = tuple(
        (
            _name(item),
            format_flow(item.amount_fen if item.side == "in" else 0),
            format_flow(item.amount_fen if item.side == "out" else 0),
        )
        for item in items
    )
    return Table(title, ("", _("收"), _("付")), rows, note="" if rows else _("没有。"))


def _name(item: BankItem) -> str:
    day = format_day(item.occurred_on)
    return _("{day}，凭证 {number}").format(day=day, number=item.number) if item.number else day


def _list_links(view: VillageView, body: BankReconciled, newest: int, here: int) -> Sequence[Link]:
    links = []
    if newest != here:
        links.append(Link(_("这个月最后一次对账"), get_entry_path(view, newest)))
    if body.previous:
        links.append(Link(_("上个月的对账"), get_entry_path(view, body.previous)))
    numbers = dict.fromkeys(item.number for item in body.items if item.number)
    for number in list(numbers)[:LINKS_MAX]:
        at = get_fact(view.reader.facts, f"voucher/{number}", EntryAt)
        if at is not None:
            links.append(Link(_("凭证 {number}").format(number=number), get_entry_path(view, at.index)))
    return links
