"""Claims of which there can be only one, and the waiting drafts that have each such place already.

The log refuses a second one once the first is recorded. While the first still waits, only its draft knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ledger.books.contracts import ContractAmended, ContractEnded, ContractSigned
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.points import PointsRound, RulebookAdopted
from ledger.books.scores import BranchRegistered, SchemeAdopted, ScoreRound
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.canonical import parse_claim
from ledger.entries import Body
from ledger.errors import Fault
from ledger.vaults import Draft, Vault

Slot = tuple[str, ...]

RULEBOOK: Slot = ("rulebook",)
SCHEME: Slot = ("scheme",)
"""Of each only one can be the next version."""


def list_waiting_slots(vault: Vault, village: str, without: Collection[str] = ()) -> dict[Slot, Draft]:
    """Return the first waiting draft of each place that only one can have; those of the ids `without` take none."""
    found: dict[Slot, Draft] = {}
    for draft in vault.list_drafts(village, "waiting"):
        if draft.id in without:
            continue
        claim = parse_claim(draft.claim)
        slot = find_slot(claim.body, claim.period)
        if slot is not None:
            found.setdefault(slot, draft)
    return found


def find_slot(body: Body, period: str) -> Slot | None:
    """Return the place that a body takes, None where there may be several of its kind."""
    if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
        return slot_of_voucher(body.number)
    if isinstance(body, AccountsOpened):
        return ("opening",)
    if isinstance(body, PointsRound | PeriodClosed):
        return ("points" if isinstance(body, PointsRound) else "closing", period)
    if isinstance(body, ScoreRound):
        return ("scores", period, str(body.branch))
    if isinstance(body, BranchRegistered):
        return ("branch", str(body.branch))
    if isinstance(body, RulebookAdopted | SchemeAdopted):
        return RULEBOOK if isinstance(body, RulebookAdopted) else SCHEME
    if isinstance(body, ObjectionRaised | ObjectionAnswered):
        return _find_slot_of_objection(body)
    return _find_slot_of_contract(body)


def _find_slot_of_objection(body: ObjectionRaised | ObjectionAnswered) -> Slot:
    if isinstance(body, ObjectionRaised):
        return ("objection", body.number)
    return ("objection-answer", body.objection)


def _find_slot_of_contract(body: Body) -> Slot | None:
    if isinstance(body, ContractSigned):
        return ("contract", body.number)
    if isinstance(body, ContractAmended | ContractEnded):
        return ("contract-change", body.contract)
    return None


def name_slot(body: Body, period: str) -> str:
    """Return what the vault lets only one waiting draft have: the place, of a round that of each of its parts; empty
    where there may be several.
    """
    slot = find_slot(body, period) or ()
    part = (f"part-{body.part}",) if isinstance(body, PointsRound | ScoreRound) and body.part > 1 else ()
    return "/".join((*slot, *part))


def slot_of_voucher(number: str) -> Slot:
    """Return the place of a voucher: its number."""
    return ("voucher", number)


def check_waiting(waiting: Mapping[Slot, Draft], body: Body, period: str) -> list[Fault]:
    """Say that what is prepared here waits to be passed already, and as which draft."""
    slot = find_slot(body, period)
    return check_slot(waiting, slot) if slot is not None else []


def check_slot(waiting: Mapping[Slot, Draft], slot: Slot) -> list[Fault]:
    """Say that a place is taken by a draft that waits already."""
    draft = waiting.get(slot)
    if draft is None:
        return []
    return [
        Fault(
            code="draft-waiting",
            place="待审记录",
            found=f"已有一份在等审核：草稿 {draft.id}（{draft.label}）",
            expected="没有提交过的内容",
            remedy=f"同一份不用再提交；要换成这一份，先用 mingbai discard {draft.id} 作废那份草稿",
        )
    ]
