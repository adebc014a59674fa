"""The register of contracts, and a page for each: what is due, which vouchers paid what of it, what is overdue.

Who the other side is, stands on neither; what kind of party it is, does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.contracts import CATEGORY_NAMES, PARTY_NAMES, ContractAmended, ContractEnded, Direction
from ledger.books.dues import AGES, Age, PaidDue, count_days_between, find_age, find_end, sum_ages
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.contracts import Contract, find_contract, iterate_contracts, list_contracts_about
from reports.words import format_amount, format_count, format_day
from web.config import CONTRACTS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.contract_chart import ContractChart, build_contract_chart
from web.public.explain.contracts import list_facts
from web.public.explain.objections import tell_raised
from web.public.explain.telling import Fact, get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

ContractState = Literal["overdue", "ending", "open", "over"]
"""What is said of a contract first: something is overdue, it ends soon, it goes on, it is over."""
STATES: tuple[ContractState, ...] = ("overdue", "ending", "open", "over")
STATES_TO_WATCH = STATES[:2]
AGE_WORDS: dict[Age, str] = {
    "not-due": _("还没到日子"),
    "to-30": _("30 天以内"),
    "to-90": _("31 到 90 天"),
    "to-365": _("91 天到一年"),
    "over-365": _("一年以上"),
}


@dataclass(frozen=True)
class ContractRow:
    """A contract in the register. Amounts are those due until today, in yuan; `asked` is empty where nothing was yet.

    `told` says in words how it stands.
    """

    asked: str
    category: str
    direction: Direction
    number: str
    paid: str
    path: str
    state: ContractState
    title: str
    told: str


@dataclass(frozen=True)
class AgeRow:
    """What is overdue for so long, of all contracts by which the village receives."""

    amount: str
    name: str


@dataclass(frozen=True)
class ContractsPage:
    """The register. `ages` are empty where nothing is overdue; `newer`, `older` paths of the pages beside, or empty."""

    ages: tuple[AgeRow, ...]
    frame: Frame
    newer: str
    older: str
    rows: tuple[ContractRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


@dataclass(frozen=True)
class PaidBy:
    """A voucher that paid a due, or a part of it."""

    amount: str
    number: str


@dataclass(frozen=True)
class DueRow:
    """A due of the calendar. `told` says how it stands; `unpaid` is empty where it is paid whole."""

    amount: str
    by: tuple[PaidBy, ...]
    day: str
    is_overdue: bool
    paid: str
    told: str
    unpaid: str


@dataclass(frozen=True)
class PaymentRow:
    """A voucher about the contract. `mark` says that it takes another one back, or was taken back; else empty."""

    amount: str
    day: str
    mark: str
    number: str
    path: str
    summary: str


@dataclass(frozen=True)
class ChangeRow:
    """What changed or ended the contract."""

    day: str
    path: str
    reason: str
    what: str


@dataclass(frozen=True)
class ContractPage:
    """One contract. `chart` is None where it has no dues; `raised` says how many objections it had, empty for none.

    `dues` are what is overdue, what was paid last and what comes next; `calendar` all of them, empty where that is all.
    """

    calendar: tuple[DueRow, ...]
    changes: tuple[ChangeRow, ...]
    chart: ContractChart | None
    direction: Direction
    dues: tuple[DueRow, ...]
    facts: tuple[Fact, ...]
    frame: Frame
    list_path: str
    number: str
    payments: tuple[PaymentRow, ...]
    raised: str
    sentences: tuple[str, ...]
    signed: str
    state: ContractState
    telephone: str
    title: str
    told: str


def list_contracts_to_watch(view: VillageView, most: int) -> tuple[ContractRow, ...]:
    """Return the first rows of the register of which something is overdue, or which end soon."""
    watched = (
        contract for contract in _sort_contracts(view) if find_state(contract, view.today) in STATES_TO_WATCH
    )
    return tuple(_build_row(view, contract) for contract in islice(watched, most))


def list_contracts_of(view: VillageView, subject: str) -> tuple[ContractRow, ...]:
    """Return the newest contracts about an asset or a resource, what needs looking after first."""
    numbers = list_contracts_about(view.reader.facts, subject)[-CONTRACTS_A_PAGE:]
    found = (find_contract(view.reader.facts, number) for number in numbers)
    return tuple(
        _build_row(view, contract) for contract in _sort(view, (one for one in found if one is not None))
    )


def build_contracts_page(view: VillageView, start: int) -> ContractsPage:
    """Return the register from a place in its order on; NotFound beyond its end."""
    contracts = _sort_contracts(view)
    if start and start >= len(contracts):
        raise NotFound(_("这么多合同"))
    folder = f"/v/{view.code}/contracts"
    stop = start + CONTRACTS_A_PAGE
    return ContractsPage(
        ages=tuple(_list_ages(contracts, view.today)),
        frame=view.build_frame(_("合同台账")),
        newer=name_start(folder, start - CONTRACTS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(contracts) else "",
        rows=tuple(_build_row(view, contract) for contract in contracts[start:stop]),
        sentences=tuple(_summarize(contracts, view.today)),
        telephone=view.read_telephone(),
        total=format_count(len(contracts)),
    )


def build_contract_page(view: VillageView, number: str) -> ContractPage:
    """Return the page of a contract; NotFound where the register has none of this number."""
    contract = find_contract(view.reader.facts, number)
    if contract is None:
        raise NotFound(_("合同 {number}").format(number=number))
    signed = contract.signed
    title = read_text(view.texts, signed.title)
    calendar = contract.matched.dues
    chosen = _choose_dues(calendar, view.today)
    return ContractPage(
        calendar=tuple(_build_due(view, item) for item in calendar) if len(chosen) < len(calendar) else (),
        changes=tuple(_list_changes(view, contract)),
        chart=build_contract_chart(contract.matched.dues) if contract.dues else None,
        direction=signed.direction,
        dues=tuple(_build_due(view, item) for item in chosen),
        facts=tuple(fact for fact in list_facts(view, signed) if fact.value != title),
        frame=view.build_frame(title),
        list_path=f"/v/{view.code}/contracts",
        number=number,
        payments=tuple(_list_payments(view, contract)),
        raised=tell_raised(view, number),
        sentences=tuple(_tell_contract(contract, view.today)),
        signed=get_entry_path(view, contract.signed_at),
        state=find_state(contract, view.today),
        telephone=view.read_telephone(),
        title=title,
        told=tell_state(contract, view.today),
    )


def _sort_contracts(view: VillageView) -> list[Contract]:
    """Return every contract, what needs looking after first."""
    return _sort(view, iterate_contracts(view.reader.facts))


def _sort(view: VillageView, contracts: Iterable[Contract]) -> list[Contract]:
    return sorted(
        contracts,
        key=lambda contract: (STATES.index(find_state(contract, view.today)), contract.signed.number),
    )


def find_state(contract: Contract, today: str) -> ContractState:
    """Return what is said first of a contract on a day."""
    if _sum_overdue(contract, today):
        return "overdue"
    if not contract.is_in_force(today):
        return "over"
    return "ending" if find_end(contract.ended_on, today) else "open"


def tell_state(contract: Contract, today: str) -> str:
    """Say how a contract stands: what is overdue, when it ends or ended."""
    overdue_fen = _sum_overdue(contract, today)
    told = []
    if overdue_fen:
        told.append(_("逾期 {amount} 元没付").format(amount=format_amount(overdue_fen)))
    if contract.is_void:
        told.append(_("登记错了，已作废"))
    elif not contract.is_in_force(today):
        word = _("{day}提前终止") if contract.has_ended else _("{day}到期")
        told.append(word.format(day=format_day(contract.ended_on)))
    elif find_end(contract.ended_on, today):
        left = count_days_between(today, contract.ended_on)
        told.append(_("还有 {days} 天到期").format(days=left) if left else _("今天到期"))
    else:
        told.append(_("到{day}").format(day=format_day(contract.ended_on)))
    return _("，").join(told)


def _sum_overdue(contract: Contract, today: str) -> int:
    return sum(
        item.unpaid_fen for item in contract.matched.dues if find_age(item.due.due_on, today) != "not-due"
    )


def _list_asked(contract: Contract, today: str) -> list[PaidDue]:
    """Return the dues whose day has come."""
    return [item for item in contract.matched.dues if item.due.due_on <= today]


def _summarize(contracts: Sequence[Contract], today: str) -> Iterable[str]:
    """Say how many contracts there are, and what was due, came and is overdue, each way."""
    contracts = [contract for contract in contracts if not contract.is_void]
    if not contracts:
        yield _("还没有登记合同。")
        return
    going = sum(contract.is_in_force(today) for contract in contracts)
    yield _("登记了 {count} 份合同，{going} 份还在履行。").format(count=len(contracts), going=going)
    words: dict[Direction, tuple[str, str, str]] = {
        "receives": (
            _("按合同，到今天村里该收 {asked} 元，收了 {paid} 元。"),
            _("过了日子还没收到的有 {overdue} 元，{count} 份合同。"),
            _("该收的都收到了。"),
        ),
        "pays": (
            _("到今天村里该付 {asked} 元，付了 {paid} 元。"),
            _("过了日子还没付的有 {overdue} 元，{count} 份合同。"),
            _("该付的都付了。"),
        ),
    }
    for direction, (sums, overdue, settled) in words.items():
        chosen = [contract for contract in contracts if contract.signed.direction == direction]
        asked = [item for contract in chosen for item in _list_asked(contract, today)]
        if not asked:
            continue
        late = [found for found in (_sum_overdue(contract, today) for contract in chosen) if found]
        told = overdue.format(overdue=format_amount(sum(late)), count=len(late))
        yield sums.format(
            asked=format_amount(sum(item.due.amount_fen for item in asked)),
            paid=format_amount(sum(item.paid_fen for item in asked)),
        ) + (told if late else _tell_settled(asked, settled))


def _tell_settled(asked: Sequence[PaidDue], settled: str) -> str:
    """Say that all is paid; of what is due this very day, nothing."""
    return settled if not any(item.unpaid_fen for item in asked) else ""


def _list_ages(contracts: Sequence[Contract], today: str) -> Iterable[AgeRow]:
    sums = dict.fromkeys(AGES, 0)
    for contract in contracts:
        if contract.signed.direction == "receives":
            for age, amount_fen in sum_ages(contract.matched, today).items():
                sums[age] += amount_fen
    del sums["not-due"]
    if any(sums.values()):
        yield from (AgeRow(format_amount(amount_fen), AGE_WORDS[age]) for age, amount_fen in sums.items())


def _build_row(view: VillageView, contract: Contract) -> ContractRow:
    asked = _list_asked(contract, view.today)
    return ContractRow(
        asked=format_amount(sum(item.due.amount_fen for item in asked)) if asked else "",
        category=_("{category}，对方是{party}").format(
            category=CATEGORY_NAMES[contract.signed.category], party=PARTY_NAMES[contract.signed.party]
        ),
        direction=contract.signed.direction,
        number=contract.signed.number,
        paid=format_amount(sum(item.paid_fen for item in asked)),
        path=f"/v/{view.code}/contracts/{contract.signed.number}",
        state=find_state(contract, view.today),
        title=read_text(view.texts, contract.signed.title),
        told=tell_state(contract, view.today),
    )


def _tell_contract(contract: Contract, today: str) -> Iterable[str]:
    """Say what was due, what was paid, and what comes next."""
    words: dict[Direction, tuple[str, str]] = {
        "receives": (
            _("到今天，对方该付 {asked} 元，付了 {paid} 元。"),
            _("下一次是{day}，对方要付 {amount} 元。"),
        ),
        "pays": (
            _("到今天，村里该付 {asked} 元，付了 {paid} 元。"),
            _("下一次是{day}，村里要付 {amount} 元。"),
        ),
    }
    sums, coming = words[contract.signed.direction]
    asked = _list_asked(contract, today)
    paid_fen = sum(item.paid_fen for item in asked)
    if contract.dues:
        yield sums.format(
            asked=format_amount(sum(item.due.amount_fen for item in asked)), paid=format_amount(paid_fen)
        )
    overdue_fen = _sum_overdue(contract, today)
    if overdue_fen:
        yield _("过了日子还没付的有 {amount} 元。").format(amount=format_amount(overdue_fen))
    following = next(
        (item for item in contract.matched.dues if item.due.due_on > today and item.unpaid_fen), None
    )
    if following is not None:
        yield coming.format(day=format_day(following.due.due_on), amount=format_amount(following.unpaid_fen))
    ahead_fen = contract.matched.ahead_fen
    if ahead_fen > 0:
        yield _("按日历已经多付了 {amount} 元。").format(amount=format_amount(ahead_fen))
    elif ahead_fen < 0:
        yield _("退回的比付过的多 {amount} 元。").format(amount=format_amount(-ahead_fen))
    if contract.is_void:
        yield _("这份合同登记错了，已经作废，当作没有这一份。")
    elif not contract.dues:
        yield _("这份合同没有定下哪天付多少。")


def _choose_dues(calendar: Sequence[PaidDue], today: str) -> list[PaidDue]:
    """Return what a reader asks for first: what has come and is not paid, the last that was, and the next to come."""
    come = [item for item in calendar if item.due.due_on <= today]
    paid = [item for item in come if not item.unpaid_fen]
    coming = calendar[len(come) : len(come) + 1]
    chosen = {item.due.due_on for item in (*paid[-1:], *coming)}
    return [item for item in calendar if item.due.due_on in chosen or (item in come and item.unpaid_fen)]


def _build_due(view: VillageView, item: PaidDue) -> DueRow:
    late = count_days_between(item.due.due_on, view.today)
    told = ""
    if item.unpaid_fen and late > 0:
        told = _("逾期 {days} 天").format(days=format_count(late))
    elif item.unpaid_fen:
        told = _("今天到日子") if late == 0 else _("还没到日子")
    return DueRow(
        amount=format_amount(item.due.amount_fen),
        by=tuple(
            PaidBy(format_amount(share.amount_fen), _get_voucher(view, share.at).number)
            for share in item.shares
        ),
        day=format_day(item.due.due_on),
        is_overdue=bool(item.unpaid_fen) and late > 0,
        paid=format_amount(item.paid_fen),
        told=told or _("付清了"),
        unpaid=format_amount(item.unpaid_fen) if item.unpaid_fen else "",
    )


def _list_payments(view: VillageView, contract: Contract) -> Iterable[PaymentRow]:
    """Yield the vouchers about a contract that moved money, newest first."""
    gone = {payment.reverses for payment in contract.payments}
    for payment in reversed(contract.payments):
        if not payment.amount_fen:
            continue
        entry = view.reader.facts.read_entry(payment.at)
        body = _as_voucher(entry)
        mark = _("红字冲销") if payment.reverses else _("已冲销") if payment.at in gone else ""
        if not mark and payment.amount_fen < 0:
            mark = _("退回")
        text = body.reason if isinstance(body, VoucherReversed) else body.summary
        yield PaymentRow(
            amount=format_amount(payment.amount_fen),
            day=format_day(entry.occurred_on),
            mark=mark,
            number=body.number,
            path=get_entry_path(view, payment.at),
            summary=read_text(view.texts, text),
        )


def _list_changes(view: VillageView, contract: Contract) -> Iterable[ChangeRow]:
    for index, body in reversed(contract.changes):
        if isinstance(body, ContractAmended):
            what, day = _("改了收付款"), _("从{day}起").format(day=format_day(body.from_on))
        elif isinstance(body, ContractEnded):
            what, day = _("提前终止"), format_day(body.ended_on)
        else:
            what, day = _("登记错了，作废"), format_day(view.reader.facts.read_entry(index).occurred_on)
        yield ChangeRow(
            day=day, path=get_entry_path(view, index), reason=read_text(view.texts, body.reason), what=what
        )


def _get_voucher(view: VillageView, index: int) -> Voucher:
    return _as_voucher(view.reader.facts.read_entry(index))


def _as_voucher(entry: Entry) -> Voucher:
    if isinstance(entry.body, VoucherRecorded | VoucherReplaced | VoucherReversed):
        return entry.body
    raise TypeError(f"entry {entry.index} is no voucher")


@route_page("/v/{code:str}/contracts", summary="The register of a village's contracts")
def show_contracts(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the register from the place `start` on, what is overdue first."""
    place = parse_start(start, _("这么多合同"))
    return get_site(request).serve_page(
        request, code, f"contracts?{place}", "contracts.html", lambda view: build_contracts_page(view, place)
    )


@route_page("/v/{code:str}/contracts/{contract:str}", summary="A contract with its payment calendar")
def show_contract(request: AnyRequest, code: FromPath[str], contract: FromPath[str]) -> ASGIApp:
    """Answer with a contract's page."""
    return get_site(request).serve_page(
        request,
        code,
        f"contracts/{contract}",
        "contract.html",
        lambda view: build_contract_page(view, contract),
    )
