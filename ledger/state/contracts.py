"""The register of contracts: which there are, what changed them, and which vouchers paid what of them.

Rules that always hold: a number is given once; a contract is changed or ended only while it is not ended; a voucher is
about a contract that was registered before it. Payments are facts of their own, so that a month's vouchers fold without
the contracts that they are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.books.contracts import (
    CHANGE_NAMES,
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Direction,
    Due,
    check_amended,
    check_ended,
    check_signed,
    list_dues,
)
from ledger.books.dues import Matched, PaidDue, Payment, get_contract, match_payments, sum_paid
from ledger.books.values import Value
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.allowed import check_allowed, fold_allowed, read_change
from ledger.state.facts import BooksFacts, EntryAt, Facts, get_fact, key_at, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.register_facts import ContractFacts, PaymentFacts

_SIGNS: dict[Direction, int] = {"pays": -1, "receives": 1}
"""Of the money that a contract asks for, money in positive."""


class Contract(Value, frozen=True):
    """A contract as its entries add up. `ended_on` is its last day: the agreed one, or the one it was ended on."""

    changes: tuple[tuple[int, Change], ...]  # with the indexes of their entries
    dues: tuple[Due, ...]
    ended_on: str
    has_ended: bool  # early, by an entry
    is_void: bool  # entered wrongly, so that it never was
    matched: Matched
    payments: tuple[Payment, ...]
    signed: ContractSigned
    signed_at: int

    @property
    def paid_fen(self) -> int:
        """What was paid in all, what went back taken off."""
        return sum(payment.amount_fen for payment in self.payments)

    def is_in_force(self, today: str) -> bool:
        """Whether it goes on on a day."""
        return today <= self.ended_on and not self.is_void

    def list_dropped(self, change: Change) -> tuple[PaidDue, ...]:
        """Return which of its dues a change would take away, with what was paid of them."""
        if isinstance(change, ContractVoided):
            return self.matched.dues
        if isinstance(change, ContractEnded):
            return tuple(item for item in self.matched.dues if item.due.due_on > change.ended_on)
        return tuple(item for item in self.matched.dues if item.due.due_on >= change.from_on)


class Terms(NamedTuple):
    """What was agreed, without what was paid. `ended_on` is as in `Contract`."""

    changes: tuple[tuple[int, Change], ...]
    dues: tuple[Due, ...]
    ended_on: str
    is_void: bool
    signed: ContractSigned

    @property
    def sign(self) -> int:
        """Of the money that it asks for, money in positive."""
        return _SIGNS[self.signed.direction]


def check_contracts(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about a contract may not follow these facts."""
    body = entry.body
    if isinstance(body, ContractSigned):
        faults = check_signed(body, reference.law, entry.village[:2], entry.occurred_on)
        faults += check_allowed(facts, entry, body)
        faults += _check_free(facts, body) + _check_subject(facts, body)
        return faults + _check_after_opening(facts, body.number, body.dues)
    if isinstance(body, ContractAmended):
        faults = check_amended(body) + _check_after_opening(facts, body.contract, body.dues)
        faults += check_allowed(facts, entry, body)
        return faults + _check_going_on(facts, body)
    if isinstance(body, ContractEnded):
        known = get_fact(facts, f"contract/{body.contract}", ContractFacts)
        signed = read_body(facts, known.signed, ContractSigned) if known is not None else None
        return _check_going_on(facts, body) + (check_ended(body, signed) if signed is not None else [])
    if isinstance(body, ContractVoided):
        return _check_going_on(facts, body)
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is about no contract")


def fold_contracts(facts: Facts, entry: Entry) -> None:
    """Apply an entry about a contract, already checked."""
    body = entry.body
    assert isinstance(body, ContractSigned | Change), entry.kind
    fold_allowed(facts, entry, body)
    if isinstance(body, ContractSigned):
        known = ContractFacts(changes=(), has_ended=False, signed=entry.index)
        put_fact(facts, f"contract/{body.number}", known)
        if body.subject_number:
            put_fact(facts, f"contract-about/{body.subject_number}/{body.number}", EntryAt(index=entry.index))
    else:
        key = f"contract/{body.contract}"
        before = get_fact(facts, key, ContractFacts)
        if before is None:
            raise ValueError(f"no contract {body.contract}")
        changed = ContractFacts(
            changes=(*before.changes, entry.index),
            has_ended=not isinstance(body, ContractAmended),
            signed=before.signed,
        )
        put_fact(facts, key, changed)


def check_about(facts: Facts, voucher: Voucher) -> list[Fault]:
    """A voucher is about a contract that is in the register; of a void one it moves money back only."""
    if isinstance(voucher, VoucherReversed) or not voucher.contract:
        return []
    known = get_fact(facts, f"contract/{voucher.contract}", ContractFacts)
    if known is None:
        return [_build_unknown(f"凭证 {voucher.number}", voucher.contract)]
    if not known.has_ended or not isinstance(read_change(facts, known.changes[-1]), ContractVoided):
        return []
    signed = read_body(facts, known.signed, ContractSigned)
    if sum_paid(voucher) * _SIGNS[signed.direction] <= 0:
        return []
    return [
        Fault(
            code="contract-void",
            place=f"凭证 {voucher.number}",
            found=f"合同 {voucher.contract} 在第 {known.changes[-1]} 条作废了",
            expected="没有作废的合同",
            remedy="写重新登记的那份合同的编号，不按合同收付的不写；只有把钱退回去的凭证还能写作废的合同",
        )
    ]


def fold_payment(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    """Note what a voucher moved for the contract that it is about; of any other nothing."""
    reverses = voucher.reverses if isinstance(voucher, VoucherReversed) else 0
    wrong = facts.read_entry(reverses).body if reverses else None
    said = wrong if isinstance(voucher, VoucherReversed) else voucher
    if isinstance(said, VoucherRecorded | VoucherReplaced) and said.contract:
        moved = PaymentFacts(
            has_resolution=bool(said.resolution),
            index=entry.index,
            money_fen=sum_paid(voucher),
            reverses=reverses,
        )
        put_fact(facts, f"payment/{said.contract}/{key_at(entry.index)}", moved)


def find_contract(facts: Facts, number: str) -> Contract | None:
    """Return a contract by its number; None where the register has none."""
    known = get_fact(facts, f"contract/{number}", ContractFacts)
    return None if known is None else _read_contract(facts, known)


def iterate_contracts(facts: Facts) -> Iterator[Contract]:
    """Yield every contract of the register, by number."""
    for _, known in scan_facts(facts, "contract/", ContractFacts):
        yield _read_contract(facts, known)


def list_contracts_about(facts: Facts, subject: str) -> list[str]:
    """Return the numbers of the contracts about an asset or a resource, in order."""
    return [key.rpartition("/")[2] for key, _ in facts.scan(f"contract-about/{subject}/")]


def find_about(facts: Facts, voucher: Voucher) -> str:
    """Return the number of the contract that a recorded voucher is about, empty for none."""
    if not isinstance(voucher, VoucherReversed):
        return voucher.contract
    wrong = facts.read_entry(voucher.reverses).body
    return get_contract(voucher, wrong if isinstance(wrong, VoucherRecorded | VoucherReplaced) else None)


def read_terms(facts: Facts, known: ContractFacts, size: int | None = None) -> Terms:
    """Return what was agreed by the entries below `size`, all of them without one."""
    signed = read_body(facts, known.signed, ContractSigned)
    changes = tuple(
        (index, read_change(facts, index)) for index in known.changes if size is None or index < size
    )
    bodies = [body for _, body in changes]
    ended = [body.ended_on for body in bodies if isinstance(body, ContractEnded)]
    return Terms(
        changes=changes,
        dues=list_dues(signed, bodies),
        ended_on=min([signed.ends_on, *ended]),
        is_void=any(isinstance(body, ContractVoided) for body in bodies),
        signed=signed,
    )


def _read_contract(facts: Facts, known: ContractFacts) -> Contract:
    terms = read_terms(facts, known)
    payments = tuple(
        Payment(terms.sign * moved.money_fen, moved.index, moved.reverses)
        for _, moved in scan_facts(facts, f"payment/{terms.signed.number}/", PaymentFacts)
    )
    return Contract(
        changes=terms.changes,
        dues=terms.dues,
        ended_on=terms.ended_on,
        has_ended=known.has_ended,
        is_void=terms.is_void,
        matched=match_payments(terms.dues, payments),
        payments=payments,
        signed=terms.signed,
        signed_at=known.signed,
    )


def _check_free(facts: Facts, body: ContractSigned) -> list[Fault]:
    known = get_fact(facts, f"contract/{body.number}", ContractFacts)
    if known is None:
        return []
    return [
        Fault(
            code="contract-number-used",
            place=f"合同 {body.number}",
            found=f"第 {known.signed} 条已用这个编号",
            expected="没有用过的编号",
            remedy="同一份合同不用再登记；是另一份，就换一个编号，用过的编号永远不再用",
        )
    ]


def _check_subject(facts: Facts, body: ContractSigned) -> list[Fault]:
    """What a contract is about is in the register of assets or of resources, where it names a number."""
    number = body.subject_number
    register, title = ("asset", "资产") if number.startswith("ZC-") else ("resource", "资源")
    if not number or facts.get(f"{register}/{number}") is not None:
        return []
    return [
        Fault(
            code="contract-subject-unknown",
            place=f"合同 {body.number} 的标的",
            found=f"{title} {number} 没有登记",
            expected=f"{title}台账里有的编号",
            remedy=f"核对编号；还没有登记的，先登记{title}并通过审核，或者不写编号",
        )
    ]


def _check_after_opening(facts: Facts, number: str, dues: tuple[Due, ...]) -> list[Fault]:
    """What was due before the books began is in their opening balances: nobody could say here whether it was paid."""
    books = get_fact(facts, "books", BooksFacts)
    place = f"合同 {number} 的收付款日历"
    if books is None:
        # Opening balances that come later would hold some of them a second time.
        remedy = "先导入并通过期初余额；没有收付款的合同现在就能登记"
        found, expected = "还没有期初余额", "先有期初余额"
        unopened = Fault(code="books-not-opened", place=place, found=found, expected=expected, remedy=remedy)
        return [unopened] if dues else []
    early = [due for due in dues if due.due_on < f"{books.first_period}-01"]
    if not early:
        return []
    return [
        Fault(
            code="due-before-books",
            place=place,
            found=f"{early[0].due_on} 等 {len(early)} 笔在开账以前",
            expected=f"{books.first_period}-01 或以后",
            remedy="开账以前的不列；到开账时还没付的，合成一笔，日期写开账第一天",
        )
    ]


def _check_going_on(facts: Facts, body: Change) -> list[Fault]:
    """What is changed or ended is in the register, and was not ended before."""
    known = get_fact(facts, f"contract/{body.contract}", ContractFacts)
    place = f"合同 {body.contract} 的{CHANGE_NAMES[type(body)]}"
    if known is None:
        return [_build_unknown(place, body.contract)]
    if not known.has_ended:
        return []
    return [
        Fault(
            code="contract-over",
            place=place,
            found=f"第 {known.changes[-1]} 条已经终止或作废了这份合同",
            expected="没有终止、没有作废的合同",
            remedy="终止、作废以后不能再改；两边又谈好的，签一份新合同，用新的编号",
        )
    ]


def _build_unknown(place: str, number: str) -> Fault:
    return Fault(
        code="contract-unknown",
        place=place,
        found=f"合同 {number} 没有登记",
        expected="合同台账里有的编号",
        remedy="核对编号；是新合同，先登记合同并通过审核",
    )
