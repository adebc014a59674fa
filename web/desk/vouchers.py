"""Vouchers that are no entries yet, as the form that people know: looked at, printed, signed by hand.

What is printed is what waits or is about to be handed in, and says so: the number is the voucher's once it is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.accounts import is_money
from ledger.books.money import format_capitals, format_yuan
from ledger.books.roles import CHECKER_ROLES
from ledger.books.vouchers import (
    Posting,
    Voucher,
    VoucherReplaced,
    VoucherReversed,
    get_about,
)
from ledger.errors import NotFound
from ledger.figures.finance import get_voucher
from ledger.ports import Reader
from ledger.service.drafts import get_open, open_draft
from ledger.service.opened_drafts import OpenedDraft
from ledger.service.persons import DUTY_NAMES
from ledger.state.limits import find_limits, list_roles_for
from ledger.vaults import Draft
from reports.words import format_day
from web.desk.drafts import DRAFTS
from web.desk.frame import DeskFrame
from web.desk.imports import IMPORT
from web.desk.reading import get_view, read_sent
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

PRINT = "/desk/print"
VOUCHERS_MAX = 200
"""Vouchers on one page: more than a month of a large village has."""


@dataclass(frozen=True)
class LineView:
    """A posting; `is_red` for one of a reversal."""

    account: str
    credit: str
    debit: str
    is_red: bool
    summary: str


@dataclass(frozen=True)
class VoucherView:
    """One voucher on paper. `about` are numbers of registers behind what they are numbers of; `people` are duties and
    names; empty names are lines to sign on.
    """

    about: tuple[tuple[str, str], ...]
    attachments: int
    capitals: str
    day: str
    kind: str
    lines: tuple[LineView, ...]
    number: str
    people: tuple[tuple[str, str], ...]
    total_credit: str
    total_debit: str


@dataclass(frozen=True)
class PrintPage:
    """`back` is where one came from; `left_out` counts what found no place."""

    back: str
    frame: DeskFrame
    left_out: int
    vouchers: tuple[VoucherView, ...]


@route_desk(
    f"{PRINT}/{{what:str}}", allow="draft.read", summary="Vouchers as forms to print: waiting, sent, or one"
)
def show_print(desk: Desk, what: str) -> Answer:
    drafts, back = _choose(desk, what)
    chosen = [draft for draft in drafts if _is_voucher(draft)]
    if not chosen and what != "waiting":
        raise NotFound("凭证")
    names = {person.user: person.name for person in desk.ports.vault.list_persons(desk.village)}
    with desk.ports.ledger.read(desk.village) as reader:
        shown = tuple(_build(desk, reader, draft, names) for draft in chosen[:VOUCHERS_MAX])
    page = PrintPage(
        back=back,
        frame=desk.build_frame(_("打印记账凭证")),
        left_out=max(len(chosen) - VOUCHERS_MAX, 0),
        vouchers=shown,
    )
    return desk.render("desk/print.html", page)


def _choose(desk: Desk, what: str) -> tuple[list[Draft], str]:
    """Return the drafts that are meant: all that wait, what this person is about to hand in, or one."""
    if what == "waiting":
        return desk.ports.vault.list_drafts(desk.village, "waiting"), DRAFTS
    if what == "sent":
        return list(read_sent(desk).imported.drafts), f"{IMPORT}/preview"
    return [get_open(desk.ports, desk.village, what)], f"{DRAFTS}/{what}"


def _is_voucher(draft: Draft) -> bool:
    return isinstance(open_draft(draft).body, Voucher)


def _build(desk: Desk, reader: Reader, draft: Draft, names: dict[str, str]) -> VoucherView:
    opened = OpenedDraft(
        claim=open_draft(draft),
        draft=draft,
        ports=desk.ports,
        reader=reader,
        view=get_view(desk, frozenset())[0],
    )
    body = opened.claim.body
    assert isinstance(body, Voucher), "chosen by `_is_voucher`"
    sums = {
        side: sum(posting.amount_fen for posting in body.postings if posting.side == side)
        for side in ("debit", "credit")
    }
    return VoucherView(
        about=_list_about(reader, body),
        attachments=body.attachments,
        capitals=format_capitals(sums["debit"]),
        day=format_day(opened.claim.occurred_on),
        kind=_name_kind(body),
        lines=tuple(_build_lines(opened, body)),
        number=body.number,
        people=tuple(_list_people(opened, body, names)),
        total_credit=format_yuan(sums["credit"]),
        total_debit=format_yuan(sums["debit"]),
    )


def _list_about(reader: Reader, body: Voucher) -> tuple[tuple[str, str], ...]:
    wrong = reader.facts.read_entry(body.reverses) if isinstance(body, VoucherReversed) else None
    about = get_about(body, get_voucher(wrong) if wrong is not None else None)
    titles = {"asset": _("资产"), "contract": _("合同"), "fund": _("专款"), "resolution": _("决议")}
    return tuple((titles[name], number) for name, number in about.list_numbers())


def _name_kind(body: Voucher) -> str:
    if isinstance(body, VoucherReversed):
        return _("红字冲销")
    return _("蓝字更正") if isinstance(body, VoucherReplaced) else ""


def _build_lines(opened: OpenedDraft, body: Voucher) -> Iterator[LineView]:
    summary = opened.read(body.reason if isinstance(body, VoucherReversed) else body.summary)
    for posting in body.postings:
        yield LineView(
            account=_name_account(opened, posting),
            credit=format_yuan(posting.amount_fen) if posting.side == "credit" else "",
            debit=format_yuan(posting.amount_fen) if posting.side == "debit" else "",
            is_red=posting.amount_fen < 0,
            summary=summary,
        )
        summary = ""


def _name_account(opened: OpenedDraft, posting: Posting) -> str:
    account = opened.chart.accounts.get(posting.account)
    return f"{posting.account} {account.name}" if account is not None else posting.account


def _list_people(opened: OpenedDraft, body: Voucher, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield _("经手人"), opened.read(body.handler)
    yield _("审批人"), opened.read(body.approver)
    yield _("记账员"), opened.read(body.bookkeeper)
    if any(is_money(posting.account) for posting in body.postings):
        # 会计基础工作规范第五十一条: whoever holds the money signs what it came in or went out by.
        yield _("出纳"), ""
    yield _("制单"), names.get(opened.claim.maker.user, "")
    yield from _list_checkers(opened, body, names)


def _list_checkers(opened: OpenedDraft, body: Voucher, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield everybody whom the village's limits ask for, and who passed it besides; where any one will do, one line."""
    needed = list_roles_for(find_limits(opened.reader.facts), body)
    passed = {item.role: names.get(item.checker, "") for item in opened.draft.approvals}
    for role in CHECKER_ROLES:
        if role in needed or role in passed:
            yield _("审核（{role}）").format(role=DUTY_NAMES[role]), passed.get(role, "")
    if not (needed or passed):
        yield _("审核"), ""


ROUTES: tuple[HTTPRouteHandler, ...] = (show_print,)
