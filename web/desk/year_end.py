"""The end of a year: what the year came to, what is carried over, and what may be distributed, in its order.

The page calculates and proposes; a button puts the vouchers into the clerk's own sheet, where they are looked through
and handed in. Printed, the page is the paper behind those vouchers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.subaccounts import name_in_full
from ledger.errors import NotFound, Refused
from ledger.service.standing import refuse_read_only
from ledger.service.year_end import (
    PURPOSE_NAMES,
    PURPOSES,
    RESOLUTION,
    Purpose,
    YearEnd,
    look_at_year,
    put_in_sheet,
)
from reports.words import format_amount, format_count
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.months import YEAR_END
from web.desk.routing import Desk, route_desk
from web.desk.write import WRITE
from web.i18n import _
from web.respond import Answer

_YEAR = re.compile(r"2[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class AmountRow:
    """An account with what it came to in the year."""

    amount: str
    name: str


@dataclass(frozen=True)
class VoucherRow:
    """A voucher that is to be made: 摘要, and its lines as (side, account, amount)."""

    lines: tuple[tuple[str, str, str], ...]
    summary: str


@dataclass(frozen=True)
class ShareRow:
    """A purpose of distribution: its field, its title, the accounts to choose from as (code, name), what was typed."""

    account: str
    accounts: tuple[tuple[str, str], ...]
    name: str
    title: str
    value: str


@dataclass(frozen=True)
class YearEndPage:
    """The end of a year.

    `can_put`   the button is there
    `is_loss`   there is a loss, and nothing to distribute
    `said`      how the year stands, and what comes next
    """

    before: str
    can_put: bool
    distributable: str
    expenses: tuple[AmountRow, ...]
    expenses_total: str
    faults: Faults
    frame: DeskFrame
    incomes: tuple[AmountRow, ...]
    incomes_total: str
    is_loss: bool
    path: str
    resolution: str
    result: str
    said: str
    shares: tuple[ShareRow, ...]
    title: str
    vouchers: tuple[VoucherRow, ...]


@dataclass(frozen=True)
class YearEndForm:
    """The amounts and accounts of what is distributed, and by which resolution."""

    members: str = ""
    members_account: str = ""
    others: str = ""
    others_account: str = ""
    reserves: str = ""
    reserves_account: str = ""
    resolution: str = ""


@route_desk(f"{YEAR_END}/{{year:str}}", allow="draft.prepare", summary="What a year's end asks for")
def show_year_end(desk: Desk, year: str) -> Answer:
    return _show(desk, _look(desk, year), YearEndForm())


@route_desk(
    f"{YEAR_END}/{{year:str}}",
    allow="draft.prepare",
    method="POST",
    summary="Put its vouchers into the sheet",
)
def take_year_end(desk: Desk, year: str) -> Answer:
    end = _look(desk, year)
    form = desk.parse_form(YearEndForm)
    try:
        refuse_read_only(desk.ports, desk.village)
        put_in_sheet(desk.ports, desk.village, desk.user, year, _read_given(form), form.resolution)
    except Refused as error:
        places: dict[str, str] = {title: purpose for purpose, title in PURPOSE_NAMES.items()}
        return _show(desk, end, form, explain_refusal(error, {**places, RESOLUTION: "resolution"}))
    return desk.redirect(f"{WRITE}/vouchers")


def _read_given(form: YearEndForm) -> dict[Purpose, tuple[str, str]]:
    return {purpose: (getattr(form, purpose), getattr(form, f"{purpose}_account")) for purpose in PURPOSES}


def _look(desk: Desk, year: str) -> YearEnd:
    if not _YEAR.fullmatch(year):
        raise NotFound(_("这一年"))
    return look_at_year(desk.ports, desk.village, year)


def _show(desk: Desk, end: YearEnd, form: YearEndForm, refusal: Refusal = NOT_REFUSED) -> Answer:
    incomes_fen, expenses_fen = (sum(row[2] for row in rows) for rows in (end.incomes, end.expenses))
    page = YearEndPage(
        before=format_amount(end.before_fen),
        can_put=end.is_over and not end.is_closed,
        distributable=format_amount(end.distributable_fen),
        expenses=_build_rows(end, end.expenses),
        expenses_total=format_amount(expenses_fen),
        faults=refusal.faults,
        frame=desk.build_frame(_("{year}年末结转").format(year=end.year)),
        incomes=_build_rows(end, end.incomes),
        incomes_total=format_amount(incomes_fen),
        is_loss=end.distributable_fen <= 0,
        path=f"{YEAR_END}/{end.year}",
        resolution=form.resolution,
        result=format_amount(incomes_fen - expenses_fen),
        said=_tell_state(end),
        shares=tuple(
            ShareRow(
                account=getattr(form, f"{purpose}_account"),
                accounts=tuple((code, f"{code} {name}") for code, name in end.accounts[purpose]),
                name=purpose,
                title=PURPOSE_NAMES[purpose],
                value=getattr(form, purpose),
            )
            for purpose in PURPOSES
        ),
        title=_("{year}年末结转").format(year=end.year),
        vouchers=tuple(
            VoucherRow(
                lines=tuple(
                    (
                        _("借") if line.side == "debit" else _("贷"),
                        f"{line.account} {name_in_full(end.chart, line.account)}",
                        format_amount(line.amount_fen),
                    )
                    for line in proposal.postings
                ),
                summary=proposal.summary,
            )
            for proposal in end.left
        ),
    )
    return desk.render("desk/year_end.html", page, refusal=refusal)


def _build_rows(end: YearEnd, rows: tuple[tuple[str, str, int], ...]) -> tuple[AmountRow, ...]:
    return tuple(
        AmountRow(format_amount(amount_fen), f"{code} {name_in_full(end.chart, code)}")
        for code, _name, amount_fen in rows
    )


def _tell_state(end: YearEnd) -> str:
    if end.is_closed:
        return _("{year}年12月已经结账，不能再记。要更正、要分配的，记在还没结账的月份。").format(
            year=end.year
        )
    if not end.is_over:
        return _("这一年还没过完，下面是到现在为止的数。到 12 月 31 日再结转。")
    if end.waiting:
        return _("还有 {count} 张凭证等审核。等审完再结转，数才对。").format(count=format_count(end.waiting))
    if end.left:
        return _("还有 {count} 张结转凭证要做。做好、审核通过，才能结 12 月的账。").format(
            count=format_count(len(end.left))
        )
    return _("都结转好了，可以去结 12 月的账；要分配的，写在下面。")


ROUTES: tuple[HTTPRouteHandler, ...] = (show_year_end, take_year_end)
