"""What would be asked about a log's books: the rules over its facts and texts, and what auditors acknowledged of it.

A concern is computed whenever it is looked at, from the vouchers of some months, the register of contracts and the day:
nothing of it is kept, so that a rule or a threshold that changes needs no fact folded anew. Kept is by which entry an
auditor acknowledged one, on which amount and entries. Costs a look at each voucher of the months asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.books.concerns import assets as of_assets
from ledger.books.concerns import cash as of_cash
from ledger.books.concerns import contracts as of_contracts
from ledger.books.concerns import months as of_months
from ledger.books.concerns import spending as of_spending
from ledger.books.concerns import vouchers as of_vouchers
from ledger.books.concerns.table import SEVERITIES, ConcernRule
from ledger.books.concerns.values import (
    CASH,
    Agreed,
    Booked,
    Concern,
    ConcernAcknowledged,
    check_acknowledged_body,
)
from ledger.books.contracts import ContractSigned
from ledger.books.dues import sum_paid
from ledger.books.periods import get_day, iterate_periods
from ledger.books.resolutions import ResolutionRecorded
from ledger.books.values import get_next_period
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.asked import (
    Asked,
    FindText,
    get_voucher,
    read_agreed,
    read_booked,
    read_held,
    read_limits,
    read_owing,
    read_signing,
    tell_contract,
    tell_resolution,
    tell_resolutions,
    tell_voucher,
)
from ledger.state.facts import (
    AcknowledgedFacts,
    BooksFacts,
    EntryAt,
    Facts,
    VillageFacts,
    get_fact,
    put_fact,
    scan_facts,
)
from ledger.state.money import get_opening, iterate_vouchers
from ledger.state.publishing import list_unpublished, list_unpublished_spans
from ledger.state.reference import Reference
from ledger.state.spending import is_allowed


class Stand(NamedTuple):
    """A concern as it stands: the rule that asks, and the entry by which it was acknowledged, -1 while it is open."""

    acknowledged: int
    concern: Concern
    rule: ConcernRule


def check_acknowledged(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an acknowledgement may not follow these facts.

    Whether there is such a concern depends on texts and on the day, so it is asked when somebody prepares one. One of
    a concern that nobody would raise closes nothing.
    """
    body = _get_acknowledged(entry)
    place = name_concern(reference, body.concern)
    faults = check_acknowledged_body(body, entry.index, place)
    known = get_fact(facts, f"acknowledged/{body.concern}", AcknowledgedFacts)
    if known is not None and (known.amount_fen, known.entries) == (body.amount_fen, body.entries):
        faults.append(
            Fault(
                code="concern-acknowledged",
                place=place,
                found=f"第 {known.index} 条记录已经认可了说明",
                expected="还没有认可的",
                remedy="情形没有变的，不用再办",
            )
        )
    return faults


def fold_acknowledged(facts: Facts, entry: Entry) -> None:
    """Apply an acknowledgement, already checked; the newest of a concern counts."""
    body = _get_acknowledged(entry)
    known = AcknowledgedFacts(amount_fen=body.amount_fen, entries=body.entries, index=entry.index)
    put_fact(facts, f"acknowledged/{body.concern}", known)


def list_concerns(
    facts: Facts, reference: Reference, find_text: FindText, *, first: str, today: str, last: str = ""
) -> list[Stand]:
    """Return what would be asked on a day about the vouchers and months from the month `first` to `last`, and about
    every contract, asset, fund and resolution: the most serious first, by the table of rules, the oldest first.
    Nothing before the books are opened.

    Without `last` until today; of a span that ended before, registers are left out, which are always of today.
    """
    asked = _start(facts, reference, find_text, today)
    books = get_fact(facts, "books", BooksFacts)
    if asked is None or books is None:
        return []
    first, this_month = max(first, books.first_period), today[:7]
    if last and last < this_month:
        # What was banked in the first days of the next month is seen, too; what began there is not told.
        found = [*_ask_vouchers(asked, first, get_next_period(last)), *_ask_months(asked, first)]
        return _stand(asked, [item for item in found if item.subject[:7] <= last])
    found = [*_ask_vouchers(asked, first, this_month), *_ask_contracts(asked)]
    return _stand(asked, [*found, *_ask_registers(asked), *_ask_months(asked, first)])


def list_concerns_of(facts: Facts, reference: Reference, find_text: FindText, entry: Entry) -> list[Stand]:
    """Return what would be asked about an entry that is to be recorded, before somebody passes it: by the rules that
    look at one entry and what stands beside it on the same day.
    """
    asked = _start(facts, reference, find_text, get_day(entry.recorded_at))
    body = entry.body
    if asked is None:
        return []
    found: list[Concern] = []
    if isinstance(body, VoucherRecorded | VoucherReplaced):
        beside = [at.index for _, at in scan_facts(facts, f"day/{entry.occurred_on}/", EntryAt)]
        vouchers = [read_booked(asked, facts.read_entry(index)) for index in beside]
        found = [*_ask_one_by_one(asked, [*vouchers, read_booked(asked, entry)], entry)]
    elif isinstance(body, ContractSigned):
        found = [*_ask_signing(asked, [read_signing(asked, entry, body)])]
    elif isinstance(body, ResolutionRecorded):
        found = [*of_spending.ask_guarantee([tell_resolution(asked, entry, body)], asked.rule("guarantee"))]
    return _stand(asked, [concern for concern in found if entry.index in concern.entries])


def find_acknowledged(facts: Facts, concern: Concern) -> int:
    """Return the index of the entry that acknowledged a concern as it is now; -1 where none did."""
    known = get_fact(facts, f"acknowledged/{concern.key}", AcknowledgedFacts)
    is_same = known is not None and (known.amount_fen, known.entries) == (concern.amount_fen, concern.entries)
    return known.index if known is not None and is_same else -1


def name_concern(reference: Reference, key: str) -> str:
    """Return what a fault calls a concern: its rule's title and what of the books it is about, as its page does; the
    key itself where this program knows no such rule.
    """
    code, _, subject = key.partition("/")
    rule = reference.concerns.find(code)
    return f"待说明事项“{rule.title}”（{subject}）" if rule is not None else f"待说明事项 {key}"


def _get_acknowledged(entry: Entry) -> ConcernAcknowledged:
    if isinstance(entry.body, ConcernAcknowledged):
        return entry.body
    raise TypeError(f"entry {entry.index} of kind {entry.kind} acknowledges nothing")


def _start(facts: Facts, reference: Reference, find_text: FindText, today: str) -> Asked | None:
    village = get_fact(facts, "village", VillageFacts)
    if village is None or not reference.concerns.rules:
        return None
    return Asked(facts, find_text, reference, today, village.code)


def _stand(asked: Asked, found: Sequence[Concern]) -> list[Stand]:
    """Return concerns as lists show them: the most serious first, those of a rule together, the oldest first."""
    rules = asked.reference.concerns.rules
    order = {rule.code: (-SEVERITIES.index(rule.severity), place) for place, rule in enumerate(rules)}
    sorted_ = sorted(found, key=lambda item: (order[item.rule], item.since, item.key))
    return [Stand(find_acknowledged(asked.facts, item), item, asked.rule(item.rule)) for item in sorted_]


def _ask_vouchers(asked: Asked, first: str, last: str) -> Iterator[Concern]:
    vouchers = [
        read_booked(asked, entry)
        for period in iterate_periods(first, last)
        for entry in iterate_vouchers(asked.facts, period)
    ]
    opening_fen = sum(
        fen for account, fen in get_opening(asked.facts, first).items() if account.startswith(CASH)
    )
    village, today = asked.village, asked.today
    yield from _ask_one_by_one(asked, vouchers)
    yield from of_cash.ask_unbanked(vouchers, opening_fen, asked.rule("unbanked"), village, today)
    yield from of_cash.ask_cash_short(vouchers, opening_fen, asked.rule("cash-short"))
    yield from of_vouchers.ask_welfare_debt(vouchers, asked.rule("welfare-debt"), village)
    yield from of_vouchers.ask_several_roles(vouchers, asked.rule("several-roles"))
    yield from of_vouchers.ask_documents(vouchers, asked.rule("no-documents"), village, today)
    yield from of_spending.ask_maker_checker(vouchers, asked.rule("maker-checker"))
    rule = asked.rule("asset-unregistered")
    yield from of_assets.ask_unregistered(vouchers, read_held(asked), rule, village, today)


def _ask_one_by_one(
    asked: Asked, vouchers: Sequence[Booked], draft: Entry | None = None
) -> Iterator[Concern]:
    """Ask what looks at a voucher and those of the same day, one of which may be a draft."""
    village, limits = asked.village, read_limits(asked)

    def is_allowed_at(index: int) -> bool:
        is_draft = draft is not None and draft.index == index
        voucher = get_voucher(draft if draft is not None and is_draft else asked.facts.read_entry(index))
        return is_allowed(asked.facts, voucher, -sum_paid(voucher) if is_draft else 0)

    yield from of_vouchers.ask_cash_limit(vouchers, asked.rule("cash-limit"), village)
    yield from of_vouchers.ask_split(vouchers, limits, is_allowed_at, asked.rule("split-payment"), village)
    yield from of_vouchers.ask_same_twice(vouchers, asked.rule("same-twice"), village)
    yield from of_vouchers.ask_entertainment(vouchers, asked.rule("entertainment"))
    rule = asked.rule("spent-undecided")
    yield from of_spending.ask_spent_undecided(vouchers, limits, is_allowed_at, rule, village)
    yield from of_spending.ask_no_contract(vouchers, asked.rule("no-contract"), village)
    yield from of_spending.ask_fund_purpose(vouchers, asked.rule("fund-purpose"), village)
    yield from of_spending.ask_personal_account(vouchers, asked.rule("personal-account"))
    yield from of_spending.ask_guarantee(map(tell_voucher, vouchers), asked.rule("guarantee"))


def _ask_contracts(asked: Asked) -> Iterator[Concern]:
    contracts = read_agreed(asked)
    agreed, village, today = [item for item, _ in contracts], asked.village, asked.today
    yield from of_contracts.ask_rent_overdue(agreed, asked.rule("rent-overdue"), village, today)
    yield from of_contracts.ask_paid_after_end(agreed, asked.rule("paid-after-end"))
    # Of one that was entered wrongly and never was, nobody has to say who decided it and for how long.
    signed = [item for item, contract in contracts if not contract.is_void]
    yield from _ask_signing(asked, signed)
    yield from of_contracts.ask_area_short(signed, asked.rule("area-short"), village, today)


def _ask_signing(asked: Asked, agreed: Sequence[Agreed]) -> Iterator[Concern]:
    """Ask what looks at a contract as it was signed."""
    yield from of_contracts.ask_no_resolution(agreed, asked.rule("no-resolution"))
    yield from of_contracts.ask_undecided(agreed, read_limits(asked), asked.rule("contract-undecided"))
    yield from of_contracts.ask_long_term(agreed, asked.rule("long-term"), asked.village)
    yield from of_contracts.ask_land_term(agreed, asked.rule("land-term"))
    yield from of_contracts.ask_below_floor(agreed, asked.rule("below-floor"), asked.village)
    yield from of_spending.ask_guarantee(map(tell_contract, agreed), asked.rule("guarantee"))


def _ask_registers(asked: Asked) -> Iterator[Concern]:
    """Ask about assets, funds and resolutions as they stand today."""
    held, village, today = read_held(asked), asked.village, asked.today
    yield from of_assets.ask_unbooked(held, asked.rule("asset-unbooked"), village, today)
    yield from of_assets.ask_uncleared(held, asked.rule("asset-uncleared"), village, today)
    yield from of_assets.ask_miscounted(held, asked.rule("miscounted"), village, today)
    yield from of_spending.ask_fund_overspent(read_owing(asked), asked.rule("fund-overspent"))
    yield from of_spending.ask_guarantee(tell_resolutions(asked), asked.rule("guarantee"))


def _ask_months(asked: Asked, first: str) -> Iterator[Concern]:
    months = list_unpublished(asked.facts, asked.reference.law, asked.village, first, asked.today)
    yield from of_months.ask_not_published(months, asked.rule("not-published"), asked.today)
    spans = list_unpublished_spans(asked.facts, asked.reference.law, asked.village, first, asked.today)
    yield from of_months.ask_span_not_published(spans, asked.rule("not-published"), asked.today)
    yield from of_months.ask_not_closed(months, asked.rule("not-closed"), asked.village, asked.today)
