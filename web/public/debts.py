"""Who owes the village, and whom it owes: by account as the books have it, and by contract as its calendar has it.

The two are not added up: rent that is due may or may not be booked as owed, and what is booked may rest on no contract.
Who the other side of a contract is, stands nowhere; what kind of party it is, does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, NamedTuple

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.contracts import CATEGORY_NAMES, PARTY_NAMES, Direction
from ledger.books.dues import AGES, Age, sum_ages
from ledger.books.ledgers import list_debts
from ledger.canonical import parse_entry
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state import get_day
from ledger.state.contracts import Contract, iterate_contracts
from ledger.state.money import get_balances, get_month, list_book_months
from reports.words import format_amount, format_day, format_month
from web.account_words import explain_account
from web.config import DEBTS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.contracts import AGE_WORDS
from web.public.explain.telling import name_account
from web.public.months import tell_open_until
from web.public.paging import name_start, parse_start
from web.public.statements import find_statements_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView
from web.tables import MEDIA_TYPES, Cell, Fen, Table, format_tables

OVERDUE: tuple[Age, ...] = AGES[1:]


@dataclass(frozen=True)
class DebtRow:
    """An account or a contract with something owed, in yuan; `notes` say what it is, `ages` how long it is overdue.

    `path` leads to the contract, and is empty for an account.
    """

    ages: tuple[str, ...]
    amount: str
    name: str
    notes: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class DebtPart:
    """What is shown of one list; `total` is of the whole of it, in yuan."""

    heading: str
    rows: tuple[DebtRow, ...]
    total: str


@dataclass(frozen=True)
class AgeRow:
    """What is overdue for so long by contract, to the village and by it, in yuan."""

    name: str
    pays: str
    receives: str


@dataclass(frozen=True)
class DebtsPage:
    """The page. `ages` are empty where nothing is overdue; `newer`, `older` paths of the pages beside, or empty;
    `files` the path of the tables without its ending, empty where there is nothing to take away.
    """

    ages: tuple[AgeRow, ...]
    files: str
    frame: Frame
    newer: str
    older: str
    parts: tuple[DebtPart, ...]
    sentences: tuple[str, ...]
    statements_path: str
    telephone: str


class _Owed(NamedTuple):
    """One thing owed, in fen; `ages` of a contract's overdue dues, nothing for an account."""

    amount_fen: int
    contract: Contract | None
    code: str  # of the account, or number of the contract
    name: str

    def list_ages(self, today: str) -> list[tuple[Age, int]]:
        found = sum_ages(self.contract.matched, today) if self.contract is not None else {}
        return [(age, found[age]) for age in OVERDUE if found.get(age)]


class _List(NamedTuple):
    """One of the four lists."""

    heading: str
    is_booked: bool
    owed: tuple[_Owed, ...]

    @property
    def total_fen(self) -> int:
        return sum(one.amount_fen for one in self.owed)


class _Debts(NamedTuple):
    """All that is owed; `month` is the newest of the books, empty before they are opened."""

    month: str
    receivable: _List
    payable: _List
    receives: _List
    pays: _List

    @property
    def lists(self) -> tuple[_List, ...]:
        return self.receivable, self.payable, self.receives, self.pays


def build_debts_page(view: VillageView, start: int) -> DebtsPage:
    """Return the page from a place in the order of all lists on; NotFound beyond its end."""
    debts = _collect(view)
    every = [(found, one) for found in debts.lists for one in found.owed]
    if start and start >= len(every):
        raise NotFound(_("这么多债权债务"))
    folder, stop = f"/v/{view.code}/debts", start + DEBTS_A_PAGE
    return DebtsPage(
        ages=tuple(_list_ages(debts, view.today)),
        files=folder if debts.month else "",
        frame=view.build_frame(_("债权债务")),
        newer=name_start(folder, start - DEBTS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(every) else "",
        parts=tuple(
            DebtPart(
                heading=found.heading,
                rows=tuple(_build_row(view, debts.month, one) for _found, one in shown),
                total=format_amount(found.total_fen),
            )
            for found, shown in groupby(every[start:stop], key=lambda pair: pair[0])
        ),
        sentences=tuple(_summarize(view, debts)),
        statements_path=find_statements_path(view, debts.month) if debts.month else "",
        telephone=view.read_telephone(),
    )


def write_debts(view: VillageView, ending: str) -> bytes:
    """Return all of it as a file; NotFound before the books are opened."""
    debts = _collect(view)
    if not debts.month:
        raise NotFound(_("债权债务"))
    named = view.build_frame("").village_name
    head = (f"{named} {_('债权债务')}", _("单位：元"), *_summarize(view, debts))
    tables = [_build_table(view, found, head) for found in debts.lists]
    newest = parse_entry(view.reader.get_entry_bytes(view.reader.size - 1))
    return format_tables(tables, ending, newest.recorded_at)


def _collect(view: VillageView) -> _Debts:
    facts = view.reader.facts
    month = next(iter(list_book_months(facts)), "")
    booked: tuple[tuple[_Owed, ...], ...] = ((), ())
    if month:
        version = view.get_version(month)
        found = list_debts(view.get_chart(version), get_balances(facts, month))
        booked = tuple(
            tuple(
                _Owed(debt.amount_fen, None, debt.account, name_account(view, version, debt.account))
                for debt in some
            )
            for some in found
        )
    asked: dict[Direction, list[_Owed]] = {"receives": [], "pays": []}
    for contract in iterate_contracts(facts):
        unpaid_fen = sum(item.unpaid_fen for item in contract.matched.dues if item.due.due_on <= view.today)
        if unpaid_fen:
            title = read_text(view.texts, contract.signed.title)
            one = _Owed(unpaid_fen, contract, contract.signed.number, title)
            asked[contract.signed.direction].append(one)
    return _Debts(
        month=month,
        receivable=_List(_("别人欠村里的，账上记的"), True, booked[0]),
        payable=_List(_("村里欠别人的，账上记的"), True, booked[1]),
        receives=_List(_("别人按合同该付没付的"), False, tuple(asked["receives"])),
        pays=_List(_("村里按合同该付没付的"), False, tuple(asked["pays"])),
    )


def _summarize(view: VillageView, debts: _Debts) -> Iterable[str]:
    """Say what is owed each way, and what of contracts came due and was not paid."""
    if not debts.month:
        yield _("还没有期初余额，没有账可以列。")
    else:
        is_closed = bool(get_month(view.reader.facts, debts.month).closed)
        until = tell_open_until(view, debts.month)
        when = _("到{month}底").format(month=format_month(debts.month))
        if not is_closed and until:
            when = _("截至{day}记下的账").format(day=until)
        yield _("{when}，别人欠村里 {owed} 元，村里欠别人 {owes} 元。").format(
            when=when,
            owed=format_amount(debts.receivable.total_fen),
            owes=format_amount(debts.payable.total_fen),
        )
    if debts.receives.owed or debts.pays.owed:
        yield _("按合同，到{day}，别人到了日子没付的有 {owed} 元，村里到了日子没付的有 {owes} 元。").format(
            day=format_day(view.today),
            owed=format_amount(debts.receives.total_fen),
            owes=format_amount(debts.pays.total_fen),
        )
        yield _("合同上该付没付的，有的账上已经记成欠款，有的要等收到钱才记账，所以两种数不能加在一起。")


def _list_ages(debts: _Debts, today: str) -> Iterable[AgeRow]:
    sums = [_sum_ages(found.owed, today) for found in (debts.receives, debts.pays)]
    for age in OVERDUE:
        if any(age in found for found in sums):
            receives, pays = (format_amount(found.get(age, 0)) for found in sums)
            yield AgeRow(name=AGE_WORDS[age], pays=pays, receives=receives)


def _sum_ages(owed: Sequence[_Owed], today: str) -> dict[Age, int]:
    found: dict[Age, int] = {}
    for one in owed:
        for age, amount_fen in one.list_ages(today):
            found[age] = found.get(age, 0) + amount_fen
    return found


def _build_row(view: VillageView, month: str, one: _Owed) -> DebtRow:
    ages = tuple(
        _("逾期 {age}：{amount} 元").format(age=AGE_WORDS[age], amount=format_amount(amount_fen))
        for age, amount_fen in one.list_ages(view.today)
    )
    path = f"/v/{view.code}/contracts/{one.code}" if one.contract is not None else ""
    return DebtRow(ages, format_amount(one.amount_fen), one.name, tuple(_list_notes(view, month, one)), path)


def _list_notes(view: VillageView, month: str, one: _Owed) -> Iterable[str]:
    """Yield the number and what it is; of an account below zero, what that means."""
    if one.contract is not None:
        signed = one.contract.signed
        yield one.code
        yield CATEGORY_NAMES[signed.category]
        yield _("对方是{party}").format(party=PARTY_NAMES[signed.party])
        return
    yield _("科目 {code}").format(code=one.code)
    explained = explain_account(view.get_version(month), one.code)
    if explained:
        yield explained
    if one.amount_fen < 0:
        yield _("负数：付的比欠的多，方向反过来")


def _build_table(view: VillageView, found: _List, head: tuple[str, ...]) -> Table:
    if found.is_booked:
        return Table(
            columns=(_("科目代码"), _("科目名称"), _("金额")),
            name=found.heading,
            notes=(found.heading, *head),
            rows=tuple((one.code, one.name, Fen(one.amount_fen)) for one in found.owed),
        )
    rows: list[tuple[Cell, ...]] = []
    for one in found.owed:
        ages = dict(one.list_ages(view.today))
        assert one.contract is not None
        party = PARTY_NAMES[one.contract.signed.party]
        overdue = tuple(Fen(ages.get(age, 0)) for age in OVERDUE)
        rows.append((one.code, one.name, party, Fen(one.amount_fen), *overdue))
    return Table(
        columns=(
            *(_("合同编号"), _("合同名称"), _("对方类别"), _("到日子没付的")),
            *(_("逾期 {age}").format(age=AGE_WORDS[age]) for age in OVERDUE),
        ),
        name=found.heading,
        notes=(found.heading, *head),
        rows=tuple(rows),
    )


@route_page("/v/{code:str}/debts", summary="Who owes the village, and whom it owes")
def show_debts(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the page from the place `start` on."""
    place = parse_start(start, _("这么多债权债务"))
    return get_site(request).serve_page(
        request, code, f"debts?{place}", "debts.html", lambda view: build_debts_page(view, place)
    )


@route_page("/v/{code:str}/debts/{name:str}", summary="Who owes the village, and whom it owes, as a file")
def show_debts_file(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with the tables: `today.csv`, `today.xlsx`."""
    stem, _dot, ending = name.partition(".")
    if stem != "today" or ending not in MEDIA_TYPES:
        raise NotFound(name)
    site = get_site(request)
    return site.serve_bytes(
        request,
        code,
        f"debts/{name}",
        MEDIA_TYPES[ending],
        lambda view: write_debts(view, ending),
        today=get_day(site.ports.clock.now_ms()),
    )
