"""What nothing forbids, and a clerk should look at once more before handing vouchers in: said, never refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ledger.books.accounts import Chart, is_money
from ledger.books.balances import sign_posting
from ledger.books.money import format_yuan
from ledger.books.periods import iterate_periods
from ledger.books.vouchers import AccountsOpened, VoucherRecorded, VoucherReplaced
from ledger.entries import Entry
from ledger.log.commitments import index_disclosures, open_disclosure
from ledger.service.workbooks.tray import Tray
from ledger.state.facts import AnswerFacts, get_fact, key_at
from ledger.state.money import get_opening, iterate_vouchers


def list_opened_short(chart: Chart, body: AccountsOpened) -> list[str]:
    """Name the accounts of cash and bank that the books would begin with below zero."""
    return [
        f"期初余额里，{posting.account} {chart.accounts[posting.account].name}在贷方"
        f"（{format_yuan(posting.amount_fen)} 元），就是少于零；现金和存款不会少于零，请核对是不是借贷填反了"
        for posting in body.postings
        if is_money(posting.account) and posting.side == "credit"
    ]


def list_overdrawn(tray: Tray) -> list[str]:
    """Name each account of cash and bank that these vouchers leave below zero, with the first day's end it is so.

    Days count from the earliest on which these vouchers touch the account; what comes later in the books counts.
    """
    touched: dict[str, str] = {}
    for entry in tray.facts.entries:
        for account in {account for account, _ in _list_moves(entry)}:
            touched[account] = min(touched.get(account, _get_day(entry)), _get_day(entry))
    if not touched:
        return []
    first = min(entry.period for entry in tray.facts.entries)
    balances = get_opening(tray.facts, first)
    moves: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for period in iterate_periods(first, max(tray.desk.today[:7], first)):
        for entry in iterate_vouchers(tray.facts, period):
            for account, amount_fen in _list_moves(entry):
                moves[account][_get_day(entry)] += amount_fen
    chart = tray.get_chart()
    notices = []
    for account, since in sorted(touched.items()):
        balance_fen = balances.get(account, 0)
        for day, amount_fen in sorted(moves[account].items()):
            balance_fen += amount_fen
            if balance_fen < 0 and day >= since:
                notices.append(
                    f"{account} {chart.accounts[account].name}到 {day} 为 {format_yuan(balance_fen)} 元，少于零；"
                    "请核对金额和日期，看看是不是漏记了收款或取款"
                )
                break
    return notices


def list_twins(tray: Tray) -> list[str]:
    """Name each voucher of this file that says the same as another one of its month: day, summary, postings."""
    first: dict[tuple[object, ...], str] = {}
    added = {entry.index for entry in tray.facts.entries}
    drafts = [*tray.drafts, *tray.desk.waiting.values()]
    kept = index_disclosures(text for draft in drafts for text in draft.public)
    notices = []
    for period in sorted({entry.period for entry in tray.facts.entries}):
        for entry in iterate_vouchers(tray.facts, period):
            body = entry.body
            if not isinstance(body, VoucherRecorded | VoucherReplaced):
                continue
            if get_fact(tray.facts, f"answer/{key_at(entry.index)}", AnswerFacts) is not None:
                continue
            digest = body.summary.text
            text = kept.get(digest) or tray.desk.reader.find_text(digest)
            # A redacted summary is like no other.
            summary = open_disclosure(text, digest)[1] if text else digest
            postings = sorted((item.account, item.side, item.amount_fen) for item in body.postings)
            known = first.setdefault((entry.occurred_on, summary, *postings), body.number)
            if known != body.number and entry.index in added:
                notices.append(
                    f"凭证 {body.number} 与凭证 {known} 的日期、摘要、科目和金额都相同；"
                    "请核对是两笔，还是同一笔记了两次"
                )
    return notices


def _get_day(entry: Entry) -> str:
    """Return the day a voucher counts from in its month: what happened before was booked on its first."""
    return max(entry.occurred_on, f"{entry.period}-01")


def _list_moves(entry: Entry) -> Iterator[tuple[str, int]]:
    """Yield account and signed fen of the postings of a voucher that move cash or bank."""
    for posting in getattr(entry.body, "postings", ()):
        if is_money(posting.account):
            yield posting.account, sign_posting(posting)
