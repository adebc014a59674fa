"""Who must pass an entry: whom the limits in force ask for a voucher or a contract, and for stars the township."""

from __future__ import annotations

from ledger.books.contracts import ContractAmended, ContractSigned, sum_dues
from ledger.books.limits import (
    LimitsAdopted,
    check_limits_body,
    list_missing_roles,
    list_needed_roles,
    sum_voucher,
)
from ledger.books.roles import Role
from ledger.books.star_steps import CONFIRMER_ROLES, CONFIRMING, StarMoved
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Body, Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, LimitsFacts, get_fact, key_at, put_fact


def find_limits(facts: Facts) -> LimitsFacts | None:
    """Return the limits in force; None before any were adopted."""
    return get_fact(facts, "limits", LimitsFacts)


def list_roles_for(limits: LimitsFacts | None, body: Body) -> tuple[Role, ...]:
    """Return who must pass an entry of this body under `limits`; empty where any one checker will do."""
    if _is_confirming(body):
        return CONFIRMER_ROLES
    amount_fen = _sum_body(body)
    if limits is None or amount_fen is None:
        return ()
    return list_needed_roles(limits.second_fen, limits.third_fen, amount_fen)


def _sum_body(body: Body) -> int | None:
    """Return the amount that limits look at, in fen: of a contract all that it asks; None where they do not apply."""
    if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
        return sum_voucher(body)
    return sum_dues(body.dues) if isinstance(body, ContractSigned | ContractAmended) else None


def _is_confirming(body: Body) -> bool:
    """Whether a body is a step to a star that is the township's, whatever limits are in force."""
    return isinstance(body, StarMoved) and body.step in CONFIRMING


def check_passed_by(facts: Facts, entry: Entry) -> list[Fault]:
    """Everybody whom the limits ask for passed the entry, and the township what is the township's."""
    needed = list_roles_for(find_limits(facts), entry.body)
    missing = list_missing_roles(needed, [checker.role for checker in entry.checkers])
    if not missing:
        return []
    return [
        Fault(
            code="checkers-roles",
            place="审核人",
            found="、".join(checker.role for checker in entry.checkers),
            expected="、".join(needed),
            remedy="验星、调星请乡镇记账员审核通过"
            if _is_confirming(entry.body)
            else "这一笔超过限额，请还没有审核的人也审核通过",
        )
    ]


def check_limits(facts: Facts, entry: Entry, body: LimitsAdopted) -> list[Fault]:
    """Limits are the next version, ordered, and other than those in force."""
    before = find_limits(facts)
    place = f"第 {entry.index} 条审核限额"
    version = before.version + 1 if before else 1
    faults = check_limits_body(body, place)
    if body.version != version:
        faults.append(
            Fault(
                code="limits-version",
                place=place,
                found=f"第 {body.version} 版",
                expected=f"第 {version} 版",
                remedy="重新办理采用",
            )
        )
    after = (body.second_fen, body.third_fen, body.resolution_fen)
    if before is not None and (before.second_fen, before.third_fen, before.resolution_fen) == after:
        faults.append(
            Fault(
                code="limits-unchanged",
                place=place,
                found="与现行的相同",
                expected="有改动的限额",
                remedy="没有改动就不必再采用",
            )
        )
    return faults


def fold_limits(facts: Facts, entry: Entry, body: LimitsAdopted) -> None:
    """Apply an adoption: from the next entry on it is in force."""
    fact = LimitsFacts(
        index=entry.index,
        resolution_fen=body.resolution_fen,
        second_fen=body.second_fen,
        third_fen=body.third_fen,
        version=body.version,
    )
    put_fact(facts, "limits", fact)
    put_fact(facts, f"limits/{key_at(entry.index)}", fact)
