"""The books to leaf through: every account with its balance, its ledger for a month or a year, and who owes whom.

Each line leads to its voucher. Balances are those that the home keeps; lines are read from the vouchers of the months
that touched the account, so that a page costs the same however long the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from ledger.books.accounts import is_bank, is_cash, is_money
from ledger.books.conversion import AccountsConverted, list_old_accounts
from ledger.books.ledgers import AccountLedger, Debt, GeneralLedger, LedgerLine, LedgerMonth, list_debts
from ledger.books.periods import format_day_of_year
from ledger.canonical import parse_entry
from ledger.errors import NotFound
from ledger.figures.ledgers import collect_account_ledger, collect_general_ledger, count_vouchers
from ledger.state import Facts, get_day
from ledger.state.facts import ConversionFacts, get_fact, read_body
from ledger.state.money import get_balances, get_month, get_opening, get_turnovers, list_book_months
from reports.words import format_amount, format_count, format_day_in, format_flow, format_month
from web.account_words import explain_account
from web.audit.view import open_view, read_query
from web.desk.frame import DeskFrame
from web.desk.making import Making, make_file
from web.desk.rooms import list_works
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.public.explain.telling import get_entry_path, name_account
from web.public.finance import CORRECTION_WORDS
from web.public.statements import find_statements_path
from web.public.years import get_year_path
from web.respond import Answer
from web.site import VillageView
from web.tables import MEDIA_TYPES, Fen, Table, format_tables

ADDRESS = "/desk/books"
LEDGER = f"{ADDRESS}/ledger"
VOUCHERS_MAX = 2_000
"""Vouchers that a page of lines reads; of a year with more it shows the months, each with its own page."""

_YEAR = re.compile(r"2[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """One thing to choose in a form."""

    is_chosen: bool
    name: str
    value: str


@dataclass(frozen=True)
class Chooser:
    """Which account, over which month or year."""

    accounts: tuple[Choice, ...]
    periods: tuple[Choice, ...]


@dataclass(frozen=True)
class AccountRow:
    """An account with what it turned over in the month and how it stands at its end; in yuan."""

    balance: str
    code: str
    credit: str
    debit: str
    name: str
    path: str


@dataclass(frozen=True)
class DebtRow:
    """An account by which something is owed."""

    amount: str
    explained: str
    name: str
    path: str


@dataclass(frozen=True)
class Way:
    """A way to another page of the same kind; `path` is empty for the one that is shown."""

    name: str
    path: str


@dataclass(frozen=True)
class BooksPage:
    """The accounts of a month; before the books are opened there is none of it, and `month` is empty.

    `end`       what the month's end is called: 月底 of a closed one, else 目前
    `journals`  the day books of cash and bank
    `statements_path` of the month's statements; empty where the chart of accounts has none
    `works`     what the books ask of whoever looks, month by month
    """

    chooser: Chooser | None
    end: str
    frame: DeskFrame
    journals: tuple[Way, ...]
    month: str
    months: tuple[Way, ...]
    notice: str
    payables: tuple[DebtRow, ...]
    receivables: tuple[DebtRow, ...]
    rows: tuple[AccountRow, ...]
    statements_path: str
    works: tuple[Way, ...]
    year_path: str


@dataclass(frozen=True)
class LineRow:
    """One line of a ledger; of two amounts the one that is nothing is empty. `note` tells the accounts beside it."""

    balance: str
    credit: str
    day: str
    debit: str
    mark: str
    note: str
    path: str
    summary: str
    voucher: str


@dataclass(frozen=True)
class MonthRow:
    """A month of 总账."""

    balance: str
    credit: str
    debit: str
    month: str
    path: str


@dataclass(frozen=True)
class LedgerPage:
    """The ledger of an account.

    `credit_word`, `debit_word` what the two columns are called: 收入 and 支出 of money, else 借方 and 贷方
    `months`   of a year, each with the way to its lines; empty for a month
    `explained` the account in plain words
    `was`      the accounts of the chart before whose balances this one took over, in the year in which it did
    `too_many` how many vouchers a year has, where its lines are left to its months; else empty
    """

    chooser: Chooser
    closing: str
    code: str
    credit: str
    credit_word: str
    csv_path: str
    debit: str
    debit_word: str
    explained: str
    frame: DeskFrame
    is_money: bool
    months: tuple[MonthRow, ...]
    notice: str
    opening: str
    period: str
    rows: tuple[LineRow, ...]
    title: str
    too_many: str
    was: tuple[str, ...]
    xlsx_path: str


@dataclass(frozen=True)
class _Asked:
    """An account and the months that are looked at; `period` as the address says it."""

    account: str
    first: str
    last: str
    period: str


@route_desk(ADDRESS, allow="entries.read", summary="The accounts of a month, each with the way to its ledger")
def show_books(desk: Desk) -> Answer:
    with open_view(desk) as view:
        page = build_books_page(desk, view, read_query(desk, "month"))
    return desk.render("desk/books.html", page)


@route_desk(LEDGER, allow="entries.read", summary="An account line by line, for a month or a year")
def show_ledger(desk: Desk) -> Answer:
    with open_view(desk) as view:
        asked = _read_asked(desk, view)
        if asked is None:
            return desk.send_to(ADDRESS)
        page = build_ledger_page(desk, view, asked)
    return desk.render("desk/ledger.html", page)


@route_desk(f"{LEDGER}.csv", allow="entries.read", summary="An account's ledger as separated values")
def send_separated(desk: Desk) -> Answer:
    return _send(desk, "csv")


@route_desk(f"{LEDGER}.xlsx", allow="entries.read", summary="An account's ledger as a workbook")
def send_workbook(desk: Desk) -> Answer:
    return _send(desk, "xlsx")


def build_books_page(desk: Desk, view: VillageView, month: str) -> BooksPage:
    """Return the accounts of a month, of the newest where `month` is empty; NotFound for a month the books lack."""
    facts, months = view.reader.facts, list_book_months(view.reader.facts)
    if month and month not in months:
        raise NotFound(_("月份"))
    shown = month or (months[0] if months else "")
    balances = get_balances(facts, shown) if shown else {}
    receivables, payables = (
        list_debts(view.get_chart(view.get_version(shown)), balances) if shown else ((), ())
    )
    return BooksPage(
        chooser=_build_chooser(view, "", shown) if shown else None,
        end=_("月底") if shown and get_month(facts, shown).closed else _("目前"),
        frame=desk.build_frame(_("账簿")),
        journals=tuple(Way(_name_journal(code), _get_path(code, shown)) for code in ("101", "102"))
        if shown
        else (),
        month=format_month(shown) if shown else "",
        months=tuple(
            Way(format_month(one), f"{ADDRESS}?month={one}" if one != shown else "") for one in months
        ),
        notice=view.standing.notice,
        payables=tuple(_build_debt(view, debt, shown) for debt in payables),
        receivables=tuple(_build_debt(view, debt, shown) for debt in receivables),
        rows=_build_accounts(view, shown, balances) if shown else (),
        statements_path=find_statements_path(view, shown) if shown else "",
        works=tuple(Way(room.name, room.path) for room in list_works(desk.may)) if shown else (),
        year_path=get_year_path(view.code, shown[:4]) if shown else "",
    )


def build_ledger_page(desk: Desk, view: VillageView, asked: _Asked) -> LedgerPage:
    """Return an account's ledger: its lines, and of a year its months."""
    facts, of_money = view.reader.facts, is_money(asked.account)
    general = collect_general_ledger(facts, asked.account, asked.first, asked.last)
    vouchers = count_vouchers(facts, asked.account, asked.first, asked.last)
    is_long = asked.first != asked.last and vouchers > VOUCHERS_MAX
    lines = () if is_long else _collect(view, asked).lines
    title = _name_ledger(view, view.get_version(asked.last), asked.account)
    query = urlencode({"account": asked.account, "period": asked.period})
    return LedgerPage(
        chooser=_build_chooser(view, asked.account, asked.period),
        closing=_tell_balance(general.months[-1].closing_fen, of_money=of_money),
        code=asked.account,
        credit=format_amount(sum(month.credit_fen for month in general.months)),
        credit_word=_("支出") if of_money else _("贷方"),
        csv_path=f"{LEDGER}.csv?{query}",
        debit=format_amount(sum(month.debit_fen for month in general.months)),
        debit_word=_("收入") if of_money else _("借方"),
        explained=explain_account(view.get_version(asked.last), asked.account),
        frame=desk.build_frame(title),
        is_money=of_money,
        months=_build_months(asked, general) if len(asked.period) == len("2026") else (),
        notice=view.standing.notice,
        opening=_tell_balance(general.opening_fen, of_money=of_money),
        period=_name_period(asked.period),
        rows=tuple(_build_line(view, asked, line) for line in lines),
        title=title,
        too_many=format_count(vouchers) if is_long else "",
        was=tuple(_tell_converted(view, asked)),
        xlsx_path=f"{LEDGER}.xlsx?{query}",
    )


def _read_asked(desk: Desk, view: VillageView) -> _Asked | None:
    """Return what the address asks for, None where it names no account; NotFound for what the books do not have."""
    account, period = read_query(desk, "account"), read_query(desk, "period")
    months = list_book_months(view.reader.facts)
    if not account:
        return None
    period = period or (months[0] if months else "")
    own = [month for month in months if month == period or (_YEAR.fullmatch(period) and month[:4] == period)]
    if not own:
        raise NotFound(_("月份"))
    # A year in which the chart changed is told under the new one: the same code meant another account before.
    own = [month for month in own if view.get_version(month) == view.get_version(own[0])]
    if account not in view.get_chart(view.get_version(own[0])).accounts:
        raise NotFound(_("会计科目"))
    return _Asked(account=account, first=own[-1], last=own[0], period=period)


def _tell_converted(view: VillageView, asked: _Asked) -> Iterator[str]:
    """Yield which accounts of the chart before became this one, in the year in which the books went over."""
    known = get_fact(view.reader.facts, "conversion", ConversionFacts)
    if known is None or asked.last < known.period or asked.first[:4] != known.period[:4]:
        return
    body = read_body(view.reader.facts, known.index, AccountsConverted)
    for move in list_old_accounts(body.moves, asked.account):
        yield _("{month}换用新科目时，接的是 2004 年科目 {code} {name}：{side} {amount}").format(
            month=format_month(known.period),
            code=move.account,
            name=name_account(view, "2004", move.account),
            side=_("借") if move.side == "debit" else _("贷"),
            amount=format_amount(move.amount_fen),
        )


def _collect(view: VillageView, asked: _Asked) -> AccountLedger:
    return collect_account_ledger(view.reader.facts, view.texts, asked.account, asked.first, asked.last)


def _get_path(account: str, period: str) -> str:
    return f"{LEDGER}?{urlencode({'account': account, 'period': period})}"


def _name_period(period: str) -> str:
    return format_month(period) if "-" in period else _("{year}年").format(year=period)


def _name_journal(code: str) -> str:
    return _("现金日记账") if is_cash(code) else _("银行存款日记账")


def _name_ledger(view: VillageView, version: str, code: str) -> str:
    if is_cash(code) or is_bank(code):
        return _name_journal(code)
    return _("{name}明细账").format(name=name_account(view, version, code))


def _tell_balance(amount_fen: int, *, of_money: bool) -> str:
    """Return a balance: of money as it is, of any other account with the side on which it stands."""
    if of_money:
        return format_amount(amount_fen)
    side = _("平") if not amount_fen else _("借") if amount_fen > 0 else _("贷")
    return f"{side} {format_amount(abs(amount_fen))}"


def _build_chooser(view: VillageView, account: str, period: str) -> Chooser:
    months = list_book_months(view.reader.facts)
    years = sorted({month[:4] for month in months}, reverse=True)
    year = [month for month in months if month[:4] == period[:4]]
    used = _list_used(view.reader.facts, year) | ({account} if account else set())
    return Chooser(
        accounts=tuple(
            Choice(code == account, f"{code} {name_account(view, view.get_version(year[0]), code)}", code)
            for code in sorted(used)
        ),
        periods=tuple(
            Choice(value == period, _name_period(value), value)
            for one in years
            for value in (one, *(month for month in months if month[:4] == one))
        ),
    )


def _list_used(facts: Facts, months: list[str]) -> set[str]:
    """Return the accounts with a balance or a turnover in these months, newest first, and those that they detail."""
    used = set(get_opening(facts, months[-1]))
    for month in months:
        used |= set(get_turnovers(facts, month))
    return used | {code[:length] for code in used for length in (3, 5, 7)}


def _build_accounts(view: VillageView, period: str, balances: dict[str, int]) -> tuple[AccountRow, ...]:
    turnovers = get_turnovers(view.reader.facts, period)
    rows = []
    for code in sorted({*turnovers, *balances}):
        sides = turnovers.get(code)
        row = AccountRow(
            balance=_tell_balance(balances.get(code, 0), of_money=False),
            code=code,
            credit=format_flow(sides.credit_fen) if sides else "",
            debit=format_flow(sides.debit_fen) if sides else "",
            name=name_account(view, view.get_version(period), code),
            path=_get_path(code, period),
        )
        rows.append(row)
    return tuple(rows)


def _build_debt(view: VillageView, debt: Debt, period: str) -> DebtRow:
    return DebtRow(
        amount=format_amount(debt.amount_fen),
        explained=explain_account(view.get_version(period), debt.account),
        name=debt.name,
        path=_get_path(debt.account, period[:4]),
    )


def _build_months(asked: _Asked, general: GeneralLedger) -> tuple[MonthRow, ...]:
    return tuple(_build_month(asked.account, month) for month in general.months)


def _build_month(account: str, month: LedgerMonth) -> MonthRow:
    return MonthRow(
        balance=_tell_balance(month.closing_fen, of_money=is_money(account)),
        credit=format_flow(month.credit_fen),
        debit=format_flow(month.debit_fen),
        month=format_month(month.period),
        path=_get_path(account, month.period),
    )


def _build_line(view: VillageView, asked: _Asked, line: LedgerLine) -> LineRow:
    return LineRow(
        balance=_tell_balance(line.balance_fen, of_money=is_money(asked.account)),
        credit=format_flow(line.credit_fen),
        day=_tell_day(asked, line.occurred_on),
        debit=format_flow(line.debit_fen),
        mark=CORRECTION_WORDS[line.correction],
        note=_tell_counters(view, line),
        path=get_entry_path(view, line.index),
        summary=line.summary,
        voucher=line.number,
    )


def _tell_day(asked: _Asked, day: str) -> str:
    """Return a day as told beside the month that is shown; over a year each names its own month."""
    if asked.first == asked.last:
        return format_day_in(day, asked.first)
    return format_day_of_year(day, asked.first)


def _tell_counters(view: VillageView, line: LedgerLine) -> str:
    chart = view.get_version(line.number[:7])
    return _("、").join(name_account(view, chart, code) for code in line.counters)


def _send(desk: Desk, ending: str) -> Answer:
    """Answer with a ledger as a file, all of its lines; that it was taken along is logged."""
    with open_view(desk) as view:
        asked = _read_asked(desk, view)
        if asked is None:
            raise NotFound(_("会计科目"))

        def write(file: IO[bytes]) -> None:
            newest = parse_entry(view.reader.get_entry_bytes(view.reader.size - 1)).recorded_at
            file.write(format_tables([_build_table(view, asked)], ending, newest))

        day = get_day(desk.ports.clock.now_ms())
        name = f"mingbai-{asked.account}-{asked.period}-{day}.{ending}"
        return make_file(desk, Making(MEDIA_TYPES[ending], name, "ledger", write))


def _build_table(view: VillageView, asked: _Asked) -> Table:
    """Return the ledger as a table: balances signed, debit positive, so that a spreadsheet can go on with them."""
    found, of_money = _collect(view, asked), is_money(asked.account)
    title = _name_ledger(view, view.get_version(asked.last), asked.account)
    words = (_("收入"), _("支出")) if of_money else (_("借方"), _("贷方"))
    name = view.build_frame("").village_name
    opening = ("", "", _("期初余额"), "", "", "", None, None, Fen(found.opening_fen))
    total = (
        "",
        "",
        _("合计"),
        "",
        "",
        "",
        Fen(found.debit_fen),
        Fen(found.credit_fen),
        Fen(found.closing_fen),
    )
    lines = tuple(
        (
            *(line.occurred_on, line.number, line.summary, line.account),
            *(_tell_counters(view, line), CORRECTION_WORDS[line.correction]),
            *(
                Fen(line.debit_fen) if line.debit_fen else None,
                Fen(line.credit_fen) if line.credit_fen else None,
            ),
            Fen(line.balance_fen),
        )
        for line in found.lines
    )
    notes = (f"{name} {asked.account} {title} {_name_period(asked.period)}", _("单位：元"))
    return Table(
        columns=(
            *(_("日期"), _("凭证号"), _("摘要"), _("科目"), _("对方科目"), _("更正")),
            *words,
            _("余额") if of_money else _("余额（贷方为负）"),
        ),
        name=title,
        notes=notes,
        rows=(opening, *lines, total),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_books, show_ledger, send_separated, send_workbook)
