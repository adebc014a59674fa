"""The trial balance at a checkpoint, folded anew from the entries that it covers: nothing kept beside them counts.

How the state was at an earlier size is kept nowhere, so the fold begins at entry 0 and is limited. Of a longer log the
page shows the newest state as the home keeps it, and names the command that derives the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.balances import TrialBalance, TrialRow
from ledger.canonical import parse_entry
from ledger.errors import NotFound, Tampered
from ledger.evidence import DERIVING_ERRORS
from ledger.ports import Head
from ledger.state import Facts, MemoryFacts, fold_entry
from ledger.state.money import get_trial_balance, list_book_months
from reports.words import format_amount, format_count, format_flow, format_month
from web.audit.config import FOLDED_MAX
from web.audit.view import ROOM, open_view, read_number, read_query, tell_fingerprint
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.public.explain.telling import name_account
from web.respond import Answer
from web.site import VillageView

ADDRESS = f"{ROOM}/balances"


@dataclass(frozen=True)
class AccountRow:
    """An account. Each balance stands on the side on which it is, the other is empty; all in yuan."""

    closing_credit: str
    closing_debit: str
    code: str
    credit: str
    debit: str
    name: str
    opening_credit: str
    opening_debit: str


@dataclass(frozen=True)
class MonthLink:
    """A month of the books. `path` is empty for the one that is shown."""

    month: str
    path: str


@dataclass(frozen=True)
class BalancesPage:
    """The trial balance of a month at a checkpoint; where there is none, `lack` says why.

    `agrees`     whether debits equal credits at the beginning, in the month and at the end
    `command`    what derives the balances from the entries; empty where the page did
    `is_folded`  derived for this page from entry 0 on, not as the home keeps it
    `total`      sums of all columns, in the shape of a row
    """

    agrees: bool
    command: str
    fingerprint: str
    frame: DeskFrame
    is_folded: bool
    lack: str
    month: str
    months: tuple[MonthLink, ...]
    notice: str
    rows: tuple[AccountRow, ...]
    size: str
    total: AccountRow | None


@dataclass(frozen=True)
class _Books:
    """A trial balance, of which month, and which months there are."""

    balance: TrialBalance
    month: str
    months: tuple[str, ...]


@route_desk(ADDRESS, allow="entries.read", summary="The trial balance at a checkpoint")
def show_balances(desk: Desk) -> Answer:
    """Answer with the trial balance at the checkpoint of `size`, the newest without it; of `month`, else the last."""
    size, month = read_number(desk, "size"), read_query(desk, "month")
    with open_view(desk) as view:
        head = view.newest if size is None else desk.ports.heads.find_at(view.code, size)
        if head is None or head.size > view.reader.size:
            raise NotFound(_("这个检查点"))
        page = build_balances_page(desk, view, head, month)
    return desk.render("audit/balances.html", page)


def build_balances_page(desk: Desk, view: VillageView, head: Head, month: str) -> BalancesPage:
    """Return the values of the page; NotFound for a month that the books do not have there."""
    facts = find_facts(view, head)
    books = find_books(facts, month) if facts is not None else None
    rows = books.balance.rows if books else ()
    is_folded = head.size <= FOLDED_MAX
    return BalancesPage(
        agrees=_agrees(books.balance) if books else False,
        command="" if is_folded else f"mingbai audit --village {view.code}",
        fingerprint=tell_fingerprint(head),
        frame=desk.build_frame(_("试算平衡表")),
        is_folded=is_folded,
        lack="" if books else _explain_lack(head, is_known=facts is not None),
        month=format_month(books.month) if books else "",
        months=tuple(_link_month(head, period, books.month) for period in books.months) if books else (),
        notice=view.standing.notice,
        rows=tuple(_build_row(view, view.get_version(books.month), row) for row in rows) if books else (),
        size=format_count(head.size),
        total=_build_total(rows) if books else None,
    )


def find_facts(view: VillageView, head: Head) -> Facts | None:
    """Return the facts at a checkpoint: folded, or of a long log the newest as kept; None of its earlier ones."""
    if head.size <= FOLDED_MAX:
        return fold_log(view, head.size)
    return view.reader.facts if head.size == view.reader.size else None


def fold_log(view: VillageView, size: int) -> Facts:
    """Return the facts that the first `size` entries add up to; Tampered where one cannot follow those before it."""
    facts = MemoryFacts(view.reader.facts.read_entry)
    for index, data in enumerate(view.reader.iterate_entries(0, size)):
        try:
            fold_entry(facts, parse_entry(data))
        except DERIVING_ERRORS as error:
            raise Tampered(index, _("能接在前面的记录之后"), str(error)) from error
    return facts


def find_books(facts: Facts, month: str) -> _Books | None:
    """Return the trial balance of a month, of the last one with an entry where `month` is empty; None before the books
    are opened. NotFound for a month that the books do not have.
    """
    months = list_book_months(facts)
    if not months:
        return None
    if month and month not in months:
        raise NotFound(_("月份"))
    shown = month or months[0]
    return _Books(get_trial_balance(facts, shown), shown, tuple(months))


def _explain_lack(head: Head, *, is_known: bool) -> str:
    if is_known:
        return _("到这个检查点为止，还没有期初余额，没有账可以试算。")
    said = _("这个检查点有 {size} 条记录，网页一次最多从头算 {limit} 条，早先的余额这里算不了。")
    return said.format(size=format_count(head.size), limit=format_count(FOLDED_MAX))


def _agrees(balance: TrialBalance) -> bool:
    return (
        balance.debit_fen == balance.credit_fen
        and sum(row.opening_fen for row in balance.rows) == 0
        and sum(row.closing_fen for row in balance.rows) == 0
    )


def _link_month(head: Head, period: str, shown: str) -> MonthLink:
    path = f"{ADDRESS}?size={head.size}&month={period}" if period != shown else ""
    return MonthLink(month=format_month(period), path=path)


def _build_row(view: VillageView, version: str, row: TrialRow) -> AccountRow:
    return AccountRow(
        closing_credit=format_flow(max(-row.closing_fen, 0)),
        closing_debit=format_flow(max(row.closing_fen, 0)),
        code=row.account,
        credit=format_flow(row.credit_fen),
        debit=format_flow(row.debit_fen),
        name=name_account(view, version, row.account),
        opening_credit=format_flow(max(-row.opening_fen, 0)),
        opening_debit=format_flow(max(row.opening_fen, 0)),
    )


def _build_total(rows: tuple[TrialRow, ...]) -> AccountRow:
    return AccountRow(
        closing_credit=format_amount(sum(max(-row.closing_fen, 0) for row in rows)),
        closing_debit=format_amount(sum(max(row.closing_fen, 0) for row in rows)),
        code="",
        credit=format_amount(sum(row.credit_fen for row in rows)),
        debit=format_amount(sum(row.debit_fen for row in rows)),
        name=_("合计"),
        opening_credit=format_amount(sum(max(-row.opening_fen, 0) for row in rows)),
        opening_debit=format_amount(sum(max(row.opening_fen, 0) for row in rows)),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_balances,)
