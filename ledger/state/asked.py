"""What the rules of concerns look at, read from facts, entries and texts as the small values that they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ledger.books.assets import MOVING, AssetRegistered
from ledger.books.concerns.assets import Held, brings_in
from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import Agreed, Booked, Limits, Owing, Plot, Said
from ledger.books.contracts import ContractAmended, ContractSigned, sum_dues
from ledger.books.dues import Matched
from ledger.books.law import find_term
from ledger.books.periods import get_day
from ledger.books.resolutions import ResolutionRecorded
from ledger.books.values import PublicText
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.state.amounts import key_amount
from ledger.state.assets import has_open_difference, is_out, iterate_assets
from ledger.state.contracts import Contract, iterate_contracts
from ledger.state.facts import (
    AnswerFacts,
    EntryAt,
    Facts,
    LimitsFacts,
    get_fact,
    key_at,
    read_body,
    scan_facts,
)
from ledger.state.funds import find_fund, iterate_moved, list_fund_numbers
from ledger.state.reference import Reference
from ledger.state.register_facts import AssetFacts, ResolutionFacts, ResourceFacts

FindText = Callable[[str], object | None]
"""From a digest to the public text; None when it is gone."""


class Asked(NamedTuple):
    """What every rule may need."""

    facts: Facts
    find_text: FindText
    reference: Reference
    today: str
    village: str

    def rule(self, code: str) -> ConcernRule:
        found = self.reference.concerns.find(code)
        assert found is not None, code  # The table is held to the rules when it is read.
        return found

    def read(self, public: PublicText) -> str:
        """Return a text, empty where it is gone."""
        text = self.find_text(public.text)
        return text if isinstance(text, str) else ""


def get_voucher(entry: Entry) -> Voucher:
    """Return the voucher of an entry; TypeError where it is none."""
    if isinstance(entry.body, VoucherRecorded | VoucherReplaced | VoucherReversed):
        return entry.body
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is no voucher")


def read_booked(asked: Asked, entry: Entry) -> Booked:
    """Return a voucher, recorded or to be recorded."""
    body = get_voucher(entry)
    answer = get_fact(asked.facts, f"answer/{key_at(entry.index)}", AnswerFacts)
    red = isinstance(body, VoucherReversed)
    return Booked(
        approver=asked.read(body.approver),
        asset="" if isinstance(body, VoucherReversed) else body.asset,
        bookkeeper=asked.read(body.bookkeeper),
        chart=body.chart,
        checkers=tuple(checker.user for checker in entry.checkers),
        contract="" if isinstance(body, VoucherReversed) else body.contract,
        day=entry.occurred_on,
        fund="" if isinstance(body, VoucherReversed) else body.fund,
        handler=asked.read(body.handler),
        has_documents=any(True for _ in asked.facts.scan(f"documents/{body.number}/")),
        index=entry.index,
        is_red=red,
        is_taken_back=answer is not None,
        maker=entry.maker.user,
        number=body.number,
        postings=body.postings,
        recorded_on=get_day(entry.recorded_at),
        summary="" if isinstance(body, VoucherReversed) else asked.read(body.summary),
    )


def read_limits(asked: Asked) -> list[Limits]:
    """Return every set of limits that was ever adopted, in the log's order."""
    return [
        Limits(item.index, item.second_fen, item.third_fen, item.resolution_fen)
        for _, item in scan_facts(asked.facts, "limits/", LimitsFacts)
    ]


def read_agreed(asked: Asked) -> list[tuple[Agreed, Contract]]:
    """Return every contract of the register, as the rules look at it and as its entries add up."""
    contracts = list(iterate_contracts(asked.facts))
    of_land: dict[str, list[Contract]] = {}
    for contract in contracts:
        if contract.signed.resource and not contract.is_void:
            of_land.setdefault(contract.signed.resource, []).append(contract)
    return [
        (_read_contract(asked, contract, of_land.get(contract.signed.resource, ())), contract)
        for contract in contracts
    ]


def read_signing(asked: Asked, entry: Entry, body: ContractSigned) -> Agreed:
    """Return a contract that is to be signed: nothing is due or paid of it yet."""
    return Agreed(
        dues=body.dues,
        ended_on=body.ends_on,
        is_decided=bool(body.resolution_number),
        late=(),
        matched=Matched(0, ()),
        plot=_read_plot(asked, body, entry.occurred_on, is_shared=False),
        resolution=asked.read(body.resolution),
        signed=body,
        signed_at=entry.index,
        signed_on=entry.occurred_on,
        words=_read_words(asked, body),
    )


def read_held(asked: Asked) -> list[Held]:
    """Return every asset of the register."""
    return [_read_asset(asked, number, known) for number, known in iterate_assets(asked.facts)]


def read_owing(asked: Asked) -> Iterator[Owing]:
    """Yield the funds that spent more than they received."""
    for number in list_fund_numbers(asked.facts):
        fund = find_fund(asked.facts, number)
        if fund is not None and fund.left_fen < 0:
            moved = tuple(index for index, _ in iterate_moved(asked.facts, number))
            since = asked.facts.read_entry(moved[-1]).occurred_on
            yield Owing(entries=moved, number=number, owed_fen=-fund.left_fen, since=since)


def tell_voucher(item: Booked) -> Said:
    """Return what a voucher's summary says; nothing where it does not stand."""
    text = item.summary if item.is_live else ""
    return Said(abs(item.money_fen), item.index, item.day, "凭证", item.number, text)


def tell_contract(item: Agreed) -> Said:
    """Return what a contract says it is about."""
    signed = item.signed
    return Said(sum_dues(item.dues), item.signed_at, item.signed_on, "合同", signed.number, item.words)


def tell_resolution(asked: Asked, entry: Entry, body: ResolutionRecorded) -> Said:
    """Return what was resolved; nothing where it was rejected."""
    text = " ".join((asked.read(body.title), asked.read(body.wording))) if body.outcome == "adopted" else ""
    return Said(body.amount_fen, entry.index, entry.occurred_on, "决议", body.number, text)


def tell_resolutions(asked: Asked) -> Iterator[Said]:
    """Yield what was resolved."""
    for _, known in scan_facts(asked.facts, "resolution/", ResolutionFacts):
        body = read_body(asked.facts, known.index, ResolutionRecorded)
        yield tell_resolution(asked, asked.facts.read_entry(known.index), body)


def _read_contract(asked: Asked, contract: Contract, beside: Sequence[Contract]) -> Agreed:
    """`beside` are the contracts about the same land, this one too."""
    signed, gone = contract.signed, {payment.reverses for payment in contract.payments} - {0}
    moved = [
        (payment.at, asked.facts.read_entry(payment.at).occurred_on, payment.amount_fen)
        for payment in contract.payments
        if payment.amount_fen and not payment.reverses and payment.at not in gone
    ]
    changes = [body for _, body in contract.changes if isinstance(body, ContractAmended)]
    signed_on = asked.facts.read_entry(contract.signed_at).occurred_on
    together = [
        other
        for other in beside
        if other.signed.begins_on <= contract.ended_on and signed.begins_on <= other.ended_on
    ]
    return Agreed(
        dues=contract.dues,
        ended_on=contract.ended_on,
        is_decided=bool(signed.resolution_number) or any(body.resolution_number for body in changes),
        late=tuple(item for item in moved if item[1] > contract.ended_on),
        matched=contract.matched,
        plot=_read_plot(asked, signed, signed_on, is_shared=len(together) > 1),
        resolution=asked.read(signed.resolution),
        signed=signed,
        signed_at=contract.signed_at,
        signed_on=signed_on,
        words=_read_words(asked, signed),
    )


def _read_plot(asked: Asked, body: ContractSigned, signed_on: str, *, is_shared: bool) -> Plot | None:
    known = get_fact(asked.facts, f"resource/{body.resource}", ResourceFacts) if body.resource else None
    if known is None:
        return None
    term = find_term(asked.reference.law, f"land-{known.land_class}", asked.village[:2], signed_on)
    years = term.years if term is not None else 0
    return Plot(known.area_mu_hundredths, is_shared, body.resource, years)


def _read_words(asked: Asked, body: ContractSigned) -> str:
    return " ".join(asked.read(text) for text in (body.title, body.subject, body.use))


def _read_asset(asked: Asked, number: str, known: AssetFacts) -> Held:
    facts = asked.facts
    body = read_body(facts, known.registered, AssetRegistered)
    is_settled = is_out(known) and not known.accumulated_fen and not known.clearing_fen
    disposed_at = 0 if is_settled else known.disposed
    counted_at = known.counted if has_open_difference(facts, number, known) else 0
    is_expected = body.source != "opening" and known.category not in MOVING
    return Held(
        booked_fen=known.booked_fen,
        category=known.category,
        counted_at=counted_at,
        counted_on=facts.read_entry(counted_at).occurred_on if counted_at else "",
        disposed_at=disposed_at,
        disposed_on=facts.read_entry(disposed_at).occurred_on if disposed_at else "",
        is_expected=is_expected and not is_settled,
        is_named=is_expected and not known.booked_fen and _has_unnamed(asked, known),
        number=number,
        original_fen=known.original_fen,
        registered_at=known.registered,
        registered_on=facts.read_entry(known.registered).occurred_on,
    )


def _has_unnamed(asked: Asked, known: AssetFacts) -> bool:
    """Whether a voucher that names no asset brought this one into the books."""
    found = scan_facts(asked.facts, f"{key_amount(known.original_fen)}/", EntryAt)
    entries = (asked.facts.read_entry(at.index) for _, at in found)
    return any(
        brings_in(read_booked(asked, entry), known.category, known.original_fen)
        for entry in entries
        if isinstance(entry.body, VoucherRecorded | VoucherReplaced)
    )
