"""The books told month after month, out of entries that come as they were recorded.

A voucher may be recorded while an earlier month is still open. Of such only the index is kept until their month's turn,
8 bytes each; so a log of any length is told in the memory of one entry and those.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.books.accounts import Chart, check_account
from ledger.books.balances import from_balances
from ledger.books.conversion import AccountsConverted
from ledger.books.journals import (
    JournalAccounts,
    JournalClosing,
    JournalConversion,
    JournalOpening,
    JournalVoucher,
    Step,
)
from ledger.books.subaccounts import AccountsAdded, add_accounts, check_added
from ledger.books.values import get_next_period
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    check_opening,
    check_voucher,
)
from ledger.entries import Entry
from ledger.errors import Fault, NotProven, format_fault
from ledger.figures.finance import ReadEntry, get_answered, read_voucher
from ledger.figures.texts import Texts, read_text

FindTexts = Callable[[int], Texts]
"""From an entry's index to the public texts beside it."""


def collect_steps(
    entries: Iterable[Entry],
    read_entry: ReadEntry,
    find_texts: FindTexts,
    chart: Chart,
    charts: Mapping[str, Chart] | None = None,
) -> Iterator[Step]:
    """Yield what a journal tells of the money kinds among `entries`, which are a log's, in order from 0; `charts` are
    those under which its books may go on.

    NotProven where an entry breaks a rule of the books on which the journal's meaning rests: then no program should
    read it as books. Whether the log keeps all its rules is for an audit to say.
    """
    due = ""  # The month that is told now; empty before the opening.
    later: dict[str, array[int]] = {}
    for entry in entries:
        body = entry.body
        if isinstance(body, AccountsOpened):
            _require(entry, check_opening(body, chart))
            _require_month(entry, is_in_order=not due)
            due = entry.period
            yield JournalOpening(index=entry.index, period=due, postings=body.postings)
        elif isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
            _require(entry, check_voucher(body, chart, entry.period))
            _require_month(entry, is_in_order=bool(due) and entry.period >= due)
            if entry.period == due:
                yield _tell(entry, body, read_entry, find_texts)
            else:
                later.setdefault(entry.period, array("Q")).append(entry.index)
        elif isinstance(body, PeriodClosed):
            _require(
                entry, [fault for row in body.balances for fault in check_account(chart, row.account, "结账")]
            )
            _require_month(entry, is_in_order=entry.period == due)
            yield JournalClosing(balances=from_balances(body.balances), index=entry.index, period=due)
            due = get_next_period(due)
            yield from _tell_kept(later.pop(due, array("Q")), read_entry, find_texts)
        elif isinstance(body, AccountsAdded):
            _require(entry, check_added(body, chart, 0))
            chart = _add_titled(chart, body, find_texts(entry.index))
            codes = tuple(account.code for account in body.accounts)
            yield JournalAccounts(chart=chart, codes=codes, period=entry.period)
        elif isinstance(body, AccountsConverted):
            _require_month(entry, is_in_order=bool(charts) and entry.period == due)
            assert charts is not None  # Or it would not be in order.
            chart = charts[body.chart]
            yield JournalConversion(chart=chart, index=entry.index, moves=body.moves, period=due)
    for period in sorted(later):
        yield from _tell_kept(later[period], read_entry, find_texts)


def _add_titled(chart: Chart, body: AccountsAdded, texts: Texts) -> Chart:
    return add_accounts(chart, ((account.code, read_text(texts, account.title)) for account in body.accounts))


def _tell_kept(
    indexes: Iterable[int], read_entry: ReadEntry, find_texts: FindTexts
) -> Iterator[JournalVoucher]:
    for index in indexes:
        entry = read_entry(index)
        body = entry.body
        assert isinstance(
            body, VoucherRecorded | VoucherReversed | VoucherReplaced
        )  # It was kept for being one.
        yield _tell(entry, body, read_entry, find_texts)


def _tell(entry: Entry, body: Voucher, read_entry: ReadEntry, find_texts: FindTexts) -> JournalVoucher:
    answers = ""
    if not isinstance(body, VoucherRecorded):
        answered = body.reverses if isinstance(body, VoucherReversed) else body.replaces
        if answered >= entry.index:
            raise _refuse(entry, f"更正的第 {answered} 条不在它之前")
        try:
            answers = get_answered(read_entry, body).number
        except TypeError as error:
            raise _refuse(entry, f"更正的第 {answered} 条不是凭证") from error
    return JournalVoucher(answers=answers, voucher=read_voucher(read_entry, find_texts(entry.index), entry))


def _require(entry: Entry, faults: list[Fault]) -> None:
    if faults:
        raise _refuse(entry, "；".join(format_fault(fault) for fault in faults))


def _require_month(entry: Entry, *, is_in_order: bool) -> None:
    if not is_in_order:
        raise _refuse(entry, f"{entry.period} 的 {entry.kind} 不该在这里：开账、记账、结账的先后不对")


def _refuse(entry: Entry, reason: str) -> NotProven:
    return NotProven(f"第 {entry.index} 条不合记账的规则：{reason}", code="books-unlawful")
