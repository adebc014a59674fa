"""The bank's statement at the desk: sent, compared with the books on one page that prints, and handed in.

Nothing of a statement is kept: the page that shows the comparison is the only one that has its lines, names masked, and
brings back what may be recorded, which are amounts, days and numbers of vouchers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.layouts import list_headers
from ledger.books.matching import Banked, Booked
from ledger.books.reconciliation import ACCOUNTS_MAX, BankReconciled, adjust, sum_items
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.data import load_layouts
from ledger.errors import NotFound, Refused
from ledger.figures import read_text
from ledger.ports import Reader
from ledger.service.bank.comparing import OLDER_MAX, Compared, File, Older, compare, list_older
from ledger.service.bank.handing_in import format_result, parse_result, prepare_reconciliation
from ledger.service.drafts import MONTH
from ledger.service.sheets import read_texts
from ledger.service.slots import list_waiting_slots
from ledger.service.standing import refuse_read_only
from ledger.state.bank import find_next_month, find_previous, find_reconciliation
from ledger.state.facts import EntryAt, get_fact
from ledger.state.money import get_month, list_book_months
from reports.words import format_amount, format_day, format_month
from web.bank_words import tell_result
from web.desk.drafts import DRAFTS
from web.desk.forms import FormRefused, Upload
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal, tell_fault
from web.desk.reading import show_party
from web.desk.routing import UPLOAD_MAX_BYTES, Desk, route_desk
from web.i18n import _
from web.respond import Answer

BANK = "/desk/bank"
MONTHS_MAX = 24
"""Months in the list: two years, of which the newest matter."""


@dataclass(frozen=True)
class BankMonth:
    """A month in the list. `is_done`: its newest comparison stands."""

    is_done: bool
    path: str
    said: str
    title: str


@dataclass(frozen=True)
class BankPage:
    """The months of the books, newest first; `next_path` is of the one that comes next, empty where none does."""

    frame: DeskFrame
    months: tuple[BankMonth, ...]
    next_path: str
    next_title: str


@dataclass(frozen=True)
class BankMonthPage:
    """One month: what is known, and the form for its statements.

    `banks`       each with the headers that its table must have
    `draft_path`  the comparison that waits to be passed; empty for none
    `entry_path`  the newest that is recorded; empty for none
    `is_older`    something stands in these rows
    `older`       the rows for what is older, as they were typed or the month's newest comparison left them; none but
                  for the first month
    `wrong`       place and sentence of every fault of what was sent
    """

    accounts_max: int
    banks: tuple[tuple[str, str], ...]
    draft_path: str
    entry_path: str
    faults: Faults
    frame: DeskFrame
    is_closed: bool
    is_older: bool
    max_mib: int
    older: tuple[Older, ...]
    path: str
    said: str
    title: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ItemRow:
    """What one side has and the other has not. `amount` says 收 or 付 first; `path` is empty where none is to open."""

    amount: str
    day: str
    path: str
    what: str


@dataclass(frozen=True)
class SideRow:
    """One balance on its way to the adjusted one: what is added and taken, and how many of each."""

    adjusted: str
    balance: str
    balance_name: str
    minus: str
    minus_name: str
    plus: str
    plus_name: str


@dataclass(frozen=True)
class ComparedPage:
    """The reconciliation as it would be recorded (银行存款余额调节表).

    `cannot`  why it cannot be handed in now; empty where it can
    `result`  what the form brings back
    """

    agrees: bool
    bank: SideRow
    bank_items: tuple[ItemRow, ...]
    book: SideRow
    book_items: tuple[ItemRow, ...]
    cannot: str
    faults: Faults
    frame: DeskFrame
    lines: int
    matched: int
    notices: tuple[str, ...]
    path: str
    result: str
    said: str
    title: str
    village: str


@dataclass(frozen=True)
class StatementForm:
    """Statements, one for each account, and what is older than the first month, row by row."""

    amount: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    files: tuple[Upload, ...] = ()
    known_to: tuple[str, ...] = ()
    side: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultForm:
    result: str


@route_desk(BANK, allow="bank.compare", summary="Which months were compared with the bank")
def show_bank(desk: Desk) -> Answer:
    with desk.ports.ledger.read(desk.village) as reader:
        months = list_book_months(reader.facts)[:MONTHS_MAX]
        rows = tuple(_build_row(reader, month) for month in months)
        due = find_next_month(reader.facts)
    is_due = due in months
    page = BankPage(
        frame=desk.build_frame(_("银行对账")),
        months=rows,
        next_path=f"{BANK}/{due}" if is_due else "",
        next_title=format_month(due) if is_due else "",
    )
    return desk.render("desk/bank.html", page)


@route_desk(f"{BANK}/{{month:str}}", allow="bank.compare", summary="A month: send its statements")
def show_bank_month(desk: Desk, month: str) -> Answer:
    return _show_month(desk, month)


@route_desk(
    f"{BANK}/{{month:str}}",
    allow="bank.compare",
    method="POST",
    takes_files=True,
    summary="Compare what was sent",
)
def take_statements(desk: Desk, month: str) -> Answer:
    _refuse_unknown(desk, month)
    form = desk.parse_form(StatementForm)
    columns = (form.amount, form.day, form.known_to, form.side)
    if len({len(column) for column in columns}) != 1:
        raise FormRefused("rows of different lengths")
    files = [File(file.data, file.name) for file in form.files if file.data]
    older = [Older(*row) for row in zip(*columns, strict=True)]
    compared = compare(desk.ports, desk.village, month, files, older)
    if compared.body is None:
        wrong = tuple((fault.place, tell_fault(fault)) for fault in compared.faults)
        return _show_month(desk, month, wrong=wrong, refusal=Refusal(status=422), older=older)
    return _show_compared(desk, compared, compared.body)


@route_desk(
    f"{BANK}/{{month:str}}/hand-in",
    allow="draft.prepare",
    method="POST",
    summary="Hand in what the comparison came to",
)
def take_result(desk: Desk, month: str) -> Answer:
    _refuse_unknown(desk, month)
    form = desk.parse_form(ResultForm)
    refuse_read_only(desk.ports, desk.village)
    try:
        body = parse_result(form.result)
    except ValueError as error:
        raise FormRefused("no result") from error
    try:
        draft = prepare_reconciliation(desk.ports, desk.village, month, desk.user, body)
    except Refused as error:
        return _show_month(desk, month, refusal=explain_refusal(error, {}, status=409))
    return desk.redirect(f"{DRAFTS}/{draft.id}")


def _refuse_unknown(desk: Desk, month: str) -> None:
    """NotFound for what is no month of the village's books."""
    with desk.ports.ledger.read(desk.village) as reader:
        if not MONTH.fullmatch(month) or month not in list_book_months(reader.facts):
            raise NotFound(_("这个月"))


def _build_row(reader: Reader, month: str) -> BankMonth:
    known = find_reconciliation(reader.facts, month)
    return BankMonth(
        is_done=known is not None and known.is_current,
        path=f"{BANK}/{month}",
        said=_tell_known(reader, month),
        title=format_month(month),
    )


def _tell_known(reader: Reader, month: str) -> str:
    known = find_reconciliation(reader.facts, month)
    if known is None:
        is_closed = bool(get_month(reader.facts, month).closed)
        return _("还没有对账") if is_closed else _("还没有对账；结账以前也可以先对着看，查漏记的")
    told = tell_result(known.body)
    return told if known.is_current else told + _("前面的月份后来重新对过，这个月要再对一次。")


def _show_month(
    desk: Desk,
    month: str,
    *,
    wrong: tuple[tuple[str, str], ...] = (),
    refusal: Refusal = NOT_REFUSED,
    older: Sequence[Older] | None = None,
) -> Answer:
    _refuse_unknown(desk, month)
    waiting = list_waiting_slots(desk.ports.vault, desk.village).get(("bank",))
    with desk.ports.ledger.read(desk.village) as reader:
        known = find_reconciliation(reader.facts, month)
        is_first = find_previous(reader.facts, month) is None
        rows = list_older(reader.facts, month) if older is None else older
        page = BankMonthPage(
            accounts_max=ACCOUNTS_MAX,
            banks=tuple((layout.bank, _("、").join(list_headers(layout))) for layout in load_layouts()),
            draft_path=f"{DRAFTS}/{waiting.id}" if waiting is not None else "",
            entry_path=f"/v/{desk.village}/entries/{known.at}" if known is not None else "",
            faults=refusal.faults,
            frame=desk.build_frame(_("银行对账")),
            is_closed=bool(get_month(reader.facts, month).closed),
            max_mib=UPLOAD_MAX_BYTES >> 20,
            is_older=any(row.amount or row.day for row in rows),
            older=_fill_rows(rows) if is_first else (),
            path=f"{BANK}/{month}",
            said=_tell_known(reader, month),
            title=format_month(month),
            wrong=wrong,
        )
    return desk.render("desk/bank_month.html", page, refusal=refusal)


def _fill_rows(rows: Sequence[Older]) -> tuple[Older, ...]:
    """Return rows for as much as may be typed: what stands there stays where it was."""
    empty = Older(amount="", day="", known_to="books", side="in")
    return (*rows, *[empty] * (OLDER_MAX - len(rows)))


def _show_compared(desk: Desk, compared: Compared, body: BankReconciled) -> Answer:
    adjusted = adjust(body)
    with desk.ports.ledger.read(desk.village) as reader:
        book_items = tuple(_build_book_item(desk, reader, one) for one in compared.matching.booked)
    page = ComparedPage(
        agrees=adjusted.difference_fen == 0,
        bank=build_side(body, is_bank=True),
        bank_items=tuple(_list_bank_items(desk, compared)),
        book=build_side(body, is_bank=False),
        book_items=book_items,
        cannot=_tell_cannot(desk, compared),
        faults=Faults(),
        frame=desk.build_frame(_("银行存款余额调节表")),
        lines=body.lines,
        matched=sum(len(match.banked) for match in compared.matching.matches),
        notices=compared.notices,
        path=f"{BANK}/{compared.period}",
        result=format_result(body),
        said=tell_result(body),
        title=format_month(compared.period),
        village=desk.build_frame("").village_name,
    )
    return desk.render("desk/bank_compared.html", page)


def _tell_cannot(desk: Desk, compared: Compared) -> str:
    if not desk.may("draft.prepare"):
        return _("这里只给您看。要记进账本的，由村文书来对、来交审。")
    if not compared.is_closed:
        return _("这个月还没有结账。把账上漏的补记好，结账以后再对一次，才能交审。")
    return ""


def build_side(body: BankReconciled, *, is_bank: bool) -> SideRow:
    """Return how one of the two balances is adjusted by what only the other side has."""
    items = [item for item in body.items if item.known_to == ("books" if is_bank else "bank")]
    plus = sum(item.amount_fen for item in items if item.side == "in")
    minus = sum(item.amount_fen for item in items if item.side == "out")
    balance_fen = body.bank_fen if is_bank else body.book_fen
    return SideRow(
        adjusted=format_amount(balance_fen + sum_items(items, "books" if is_bank else "bank")),
        balance=format_amount(balance_fen),
        balance_name=_("银行对账单余额") if is_bank else _("账上银行存款余额"),
        minus=format_amount(minus),
        minus_name=_("减：账上已付、银行还没付") if is_bank else _("减：银行已付、账上还没记"),
        plus=format_amount(plus),
        plus_name=_("加：账上已收、银行还没收") if is_bank else _("加：银行已收、账上还没记"),
    )


def _build_book_item(desk: Desk, reader: Reader, one: Booked) -> ItemRow:
    at = get_fact(reader.facts, f"voucher/{one.voucher}", EntryAt) if one.voucher else None
    what, path = _("开账以前的"), ""
    if at is not None:
        body = reader.facts.read_entry(at.index).body
        assert isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed)
        text = body.reason if isinstance(body, VoucherReversed) else body.summary
        what = _("凭证 {number} {summary}").format(
            number=one.voucher, summary=read_text(read_texts(reader), text)
        )
        path = f"/v/{desk.village}/entries/{at.index}"
    return _build_item(one, what, path)


def _list_bank_items(desk: Desk, compared: Compared) -> Iterator[ItemRow]:
    for one in compared.matching.banked:
        if one.line < 0:
            yield _build_item(one, _("以前的对账单上的"), "")
            continue
        line = compared.lines[one.line]
        account = _("尾号 {digits}").format(digits=line.account[-4:]) if line.account else ""
        party = show_party(desk, line.party) if line.party else ""
        yield _build_item(one, " ".join(part for part in (party, account, line.text) if part), "")


def _build_item(one: Booked | Banked, what: str, path: str) -> ItemRow:
    side = _("收 {amount}") if one.amount_fen > 0 else _("付 {amount}")
    return ItemRow(
        amount=side.format(amount=format_amount(abs(one.amount_fen))),
        day=format_day(one.occurred_on),
        path=path,
        what=what,
    )


ROUTES: Sequence[HTTPRouteHandler] = (
    show_bank,
    show_bank_month,
    take_statements,
    take_result,
)
