"""Spending held to the resolutions that allow it.

Spending is what a voucher takes out of cash and bank, net. From the village's limit on it needs a resolution: its own,
that of the contract whose payments it makes, or none where the money is passed on to people whom others have named.
"""

from __future__ import annotations

from ledger.books.dues import sum_paid
from ledger.books.funds import PASSED_ON
from ledger.books.money import format_yuan
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.allowed import find_taken, fold_paid
from ledger.state.contracts import find_contract
from ledger.state.facts import Facts
from ledger.state.funds import find_fund
from ledger.state.limits import find_limits
from ledger.state.resolutions import check_cover, fold_spent


def check_spending(facts: Facts, entry: Entry, voucher: Voucher) -> list[Fault]:
    """What a voucher spends from the limit on is allowed by a resolution, and whichever it names allows it."""
    if isinstance(voucher, VoucherReversed):
        return []
    place, spent_fen = f"凭证 {voucher.number}", -sum_paid(voucher)
    if voucher.resolution:
        faults = check_cover(facts, place, voucher.resolution, entry.occurred_on, spent_fen)
        return faults + _check_once(facts, voucher)
    limits = find_limits(facts)
    limit_fen = limits.resolution_fen if limits is not None else 0
    if not limit_fen or spent_fen < limit_fen:
        return []
    if _is_passed_on(facts, voucher) or _is_of_contract(facts, voucher, spent_fen):
        return []
    return [
        Fault(
            code="resolution-needed",
            place=place,
            found=f"花 {format_yuan(spent_fen)} 元，没有写决议",
            expected=f"{format_yuan(limit_fen)} 元起，写明准许这笔开支的决议",
            remedy="先议事、登记决议，再写上决议编号；按合同付款的，合同登记或变更时写明决议",
        )
    ]


def fold_spending(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    """Note what a voucher, already noted as a payment, spent under the resolution that it names, or what it changes of
    that which its contract holds; a red one takes back what its wrong one did.
    """
    about = facts.read_entry(voucher.reverses).body if isinstance(voucher, VoucherReversed) else voucher
    if isinstance(about, VoucherRecorded | VoucherReplaced) and about.resolution:
        fold_spent(facts, about.resolution, entry.index, -sum_paid(voucher))
    elif isinstance(about, VoucherRecorded | VoucherReplaced) and about.contract:
        fold_paid(facts, entry, about.contract, -sum_paid(voucher))


def is_allowed(facts: Facts, voucher: Voucher, more_fen: int) -> bool:
    """Whether a payment needs no resolution of its own, however large: it names one, passes money on, is red, or pays
    what a contract took of one. `more_fen` is what it spends where it is not recorded yet.
    """
    if isinstance(voucher, VoucherReversed) or voucher.resolution or _is_passed_on(facts, voucher):
        return True
    taken = find_taken(facts, voucher.contract) if voucher.contract else None
    return bool(taken and taken.list_resolutions() and taken.paid_fen + more_fen <= taken.total_fen)


def find_resolution_of(facts: Facts, voucher: Voucher) -> str:
    """Return the number of the resolution that a recorded voucher names, empty for none; a red one is under the one
    of the voucher that it takes back.
    """
    about = facts.read_entry(voucher.reverses).body if isinstance(voucher, VoucherReversed) else voucher
    return about.resolution if isinstance(about, VoucherRecorded | VoucherReplaced) else ""


def find_fund_of(facts: Facts, voucher: Voucher) -> str:
    """Return the number of the fund that a recorded voucher is about, empty for none."""
    about = facts.read_entry(voucher.reverses).body if isinstance(voucher, VoucherReversed) else voucher
    return about.fund if isinstance(about, VoucherRecorded | VoucherReplaced) else ""


def _check_once(facts: Facts, voucher: VoucherRecorded | VoucherReplaced) -> list[Fault]:
    """What a contract took of a resolution already is not taken of it again by those who pay the contract."""
    taken = find_taken(facts, voucher.contract) if voucher.contract else None
    if taken is None or voucher.resolution not in taken.list_resolutions():
        return []
    return [
        Fault(
            code="resolution-twice",
            place=f"凭证 {voucher.number}",
            found=f"合同 {voucher.contract} 的钱已经算在决议 {voucher.resolution} 里，又写了这份决议",
            expected="只写合同编号",
            remedy="按合同付款的不再写决议编号；要付的比合同多，先登记合同变更",
        )
    ]


def _is_passed_on(facts: Facts, voucher: VoucherRecorded | VoucherReplaced) -> bool:
    fund = find_fund(facts, voucher.fund) if voucher.fund else None
    return fund is not None and fund.body.category in PASSED_ON


def _is_of_contract(facts: Facts, voucher: VoucherRecorded | VoucherReplaced, spent_fen: int) -> bool:
    """Whether it pays what a contract asks that a resolution allowed by its signing or a change, and no more."""
    contract = find_contract(facts, voucher.contract) if voucher.contract else None
    taken = find_taken(facts, voucher.contract) if contract is not None else None
    if contract is None or taken is None or not taken.list_resolutions():
        return False
    return contract.paid_fen + spent_fen <= sum(due.amount_fen for due in contract.dues)
