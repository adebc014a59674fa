"""What a finance sheet tells of besides money, gathered: contracts, registers, objections of the month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered, Disposal
from ledger.books.contracts import EVENTS, Due, sum_dues
from ledger.books.dues import count_days_between, find_end
from ledger.books.figures import (
    ContractLine,
    ObjectionCounts,
    RegisterChange,
    RegisterEvent,
    TakenOver,
)
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.values import get_last_day
from ledger.books.vouchers import ContractStanding
from ledger.entries import Entry
from ledger.figures.texts import Texts, read_text
from ledger.state.assets import get_asset_facts
from ledger.state.facts import Facts, read_body
from ledger.state.objections import get_objection_facts
from ledger.state.resources import get_resource_facts
from ledger.state.standings import ContractMonth, read_month
from ledger.state.told import iterate_told

_DISPOSALS: dict[Disposal, RegisterEvent] = {
    "donated": "asset-donated",
    "lost": "asset-lost",
    "scrapped": "asset-scrapped",
    "sold": "asset-sold",
}
_ASSET_CHANGED: RegisterEvent = "asset-changed"
_ASSET_REGISTERED: RegisterEvent = "asset-registered"


class Told(NamedTuple):
    """What a finance sheet tells of besides money; each as in `FinanceFigures`."""

    contracts: tuple[ContractLine, ...]
    contracts_quiet: int
    objections: ObjectionCounts | None
    registers: tuple[RegisterChange, ...]
    taken_over: TakenOver | None


def collect_told(facts: Facts, texts: Texts, period: str, size: int) -> Told:
    """Return what a month's finance sheet tells of besides money, as far as it was known at a size.

    Of contracts only a closed month tells: before, nobody knows what is still paid in it.
    """
    entries = [entry for entry in iterate_told(facts, period) if entry.index < size]
    month = read_month(facts, period)
    lines = _list_contracts(month, texts)
    found = [_build_register(facts, texts, entry) for entry in entries if not _is_taken_over(entry)]
    return Told(
        contracts=lines,
        contracts_quiet=len(month.rows or ()) - len(lines),
        objections=_count_objections(facts, entries, size),
        registers=tuple(change for change in found if change is not None),
        taken_over=_sum_taken_over(entries),
    )


def collect_contracts(facts: Facts, texts: Texts, period: str) -> tuple[ContractLine, ...]:
    """Return the contracts that a closed month has to tell of, by number; none of an open one."""
    return _list_contracts(read_month(facts, period), texts)


def _list_contracts(month: ContractMonth, texts: Texts) -> tuple[ContractLine, ...]:
    lines = (_build_line(month, texts, row) for row in month.list_to_tell())
    return tuple(line for line in lines if line is not None)


def _build_line(month: ContractMonth, texts: Texts, row: ContractStanding) -> ContractLine | None:
    """Return a contract's line; None where nothing of it was due, paid, changed or is owed, and it goes on."""
    last_day, found = get_last_day(month.period), month.find_terms(row.contract)
    if found is None:
        raise ValueError(f"no contract {row.contract}")
    known, terms = found
    since, moved_fen = month.list_since(known), month.moved.get(row.contract)
    unpaid_fen = max(row.due_fen - row.paid_fen, 0)
    due_fen = sum_dues(due for due in terms.dues if due.due_on[:7] == month.period)
    is_cut = terms.is_void or terms.ended_on < terms.signed.ends_on
    ends_soon = bool(find_end(row.ends_on, last_day)) and not is_cut
    if not (since or unpaid_fen or due_fen or ends_soon) and moved_fen is None:
        return None
    signed = terms.signed
    return ContractLine(
        contract=row.contract,
        direction=signed.direction,
        due_fen=due_fen,
        ends_on=row.ends_on,
        ends_soon=ends_soon,
        happened=EVENTS[type(month.facts.read_entry(since[-1]).body)] if since else "",
        index=known.signed,
        late_days=_count_late(terms.dues, row.paid_fen, last_day),
        paid_fen=terms.sign * (moved_fen or 0),
        party=signed.party,
        title=read_text(texts, signed.title),
        unpaid_fen=unpaid_fen,
    )


def _count_late(dues: Iterable[Due], paid_fen: int, last_day: str) -> int:
    """Return how many days before a day the oldest due was that is not paid whole, 0 where that is later."""
    for due in dues:
        paid_fen -= due.amount_fen
        if paid_fen < 0:
            return max(count_days_between(due.due_on, last_day), 0)
    return 0


def _is_taken_over(entry: Entry) -> bool:
    return isinstance(entry.body, AssetRegistered) and entry.body.source == "opening"


def _sum_taken_over(entries: Iterable[Entry]) -> TakenOver | None:
    bodies = [entry.body for entry in entries if _is_taken_over(entry)]
    costs = [body.original_fen for body in bodies if isinstance(body, AssetRegistered)]
    return TakenOver(amount_fen=sum(costs), assets=len(costs)) if costs else None


def _build_register(facts: Facts, texts: Texts, entry: Entry) -> RegisterChange | None:
    """Return what an entry told of a register; None where it is about none."""
    body = entry.body
    if isinstance(body, AssetRegistered | AssetChanged | AssetDisposed):
        return _build_asset(facts, texts, entry, body)
    if isinstance(body, ResourceRegistered | ResourceChanged):
        return _build_resource(facts, texts, entry, body)
    if isinstance(body, StocktakeRecorded):
        differing = sum(line.book_quantity != line.counted_quantity for line in body.lines)
        return RegisterChange(
            amount_fen=0,
            area_mu_hundredths=0,
            count=len(body.lines),
            differing=differing,
            index=entry.index,
            kind="stocktake",
            name=read_text(texts, body.counters),
            number="",
            occurred_on=entry.occurred_on,
            reason="",
            unit="",
        )
    return None


def _build_asset(
    facts: Facts, texts: Texts, entry: Entry, body: AssetRegistered | AssetChanged | AssetDisposed
) -> RegisterChange:
    if isinstance(body, AssetRegistered):
        registered, kind, reason = body, _ASSET_REGISTERED, ""
    else:
        registered = read_body(facts, get_asset_facts(facts, body.asset).registered, AssetRegistered)
        kind = _DISPOSALS[body.how] if isinstance(body, AssetDisposed) else _ASSET_CHANGED
        reason = read_text(texts, body.reason)
    return RegisterChange(
        amount_fen=registered.original_fen,
        area_mu_hundredths=0,
        count=0 if isinstance(body, AssetDisposed) else body.quantity,
        differing=0,
        index=entry.index,
        kind=kind,
        name=read_text(texts, registered.name),
        number=registered.number,
        occurred_on=entry.occurred_on,
        reason=reason,
        unit=read_text(texts, registered.unit),
    )


def _build_resource(
    facts: Facts, texts: Texts, entry: Entry, body: ResourceRegistered | ResourceChanged
) -> RegisterChange:
    is_new = isinstance(body, ResourceRegistered)
    if isinstance(body, ResourceRegistered):
        registered, reason = body, ""
    else:
        registered = read_body(facts, get_resource_facts(facts, body.resource).registered, ResourceRegistered)
        reason = read_text(texts, body.reason)
    return RegisterChange(
        amount_fen=0,
        area_mu_hundredths=body.area_mu_hundredths,
        count=0,
        differing=0,
        index=entry.index,
        kind="resource-registered" if is_new else "resource-changed",
        name=read_text(texts, registered.name),
        number=registered.number,
        occurred_on=entry.occurred_on,
        reason=reason,
        unit="",
    )


def _count_objections(facts: Facts, entries: Iterable[Entry], size: int) -> ObjectionCounts | None:
    """Return the month's objections counted; None where none came and none was answered."""
    raised: dict[str, list[int]] = {}
    answered: set[str] = set()
    for entry in entries:
        if isinstance(entry.body, ObjectionRaised):
            answers = get_objection_facts(facts, entry.body.number).answers
            raised[entry.body.number] = [index for index in answers if index < size]
        elif isinstance(entry.body, ObjectionAnswered):
            answered.add(entry.body.objection)
    if not raised and not answered:
        return None
    newest = [read_body(facts, answers[-1], ObjectionAnswered) for answers in raised.values() if answers]
    return ObjectionCounts(
        answered=len(newest),
        earlier=tuple(sorted(answered - raised.keys())),
        open=tuple(sorted(number for number, answers in raised.items() if not answers)),
        raised=tuple(sorted(raised)),
        upheld=sum(body.outcome == "upheld" for body in newest),
    )
