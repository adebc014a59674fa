"""Above which amounts a second and a third person must pass a voucher, and from which a resolution is needed.

Places differ (300, 500, 1,000, 5,000 yuan are seen), so a village adopts its own limits by an entry: whoever audits the
log can see that every voucher was passed by all whom the limits of its day asked for. Before any is adopted one checker
passes everything.
"""

from __future__ import annotations

from collections.abc import Collection

from ledger.books.roles import CHECKER_ROLES, Role
from ledger.books.values import Count, Positive, PublicText, Value
from ledger.books.vouchers import Voucher
from ledger.errors import Fault


class LimitsAdopted(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`limits.adopted`: a voucher of `second_fen` or more needs supervisor and secretary, of `third_fen` or more the
    township too; 0 stands for no such limit. Who spends `resolution_fen` or more needs a resolution.
    """

    resolution: PublicText  # the meeting that decided them
    resolution_fen: Positive = 0  # left out where there is no such limit
    second_fen: Count
    third_fen: Count
    version: Positive


def sum_voucher(body: Voucher) -> int:
    """Return the amount of a voucher in fen, of a red one too as a positive number: what its debits add up to."""
    return abs(sum(posting.amount_fen for posting in body.postings if posting.side == "debit"))


def list_needed_roles(second_fen: int, third_fen: int, amount_fen: int) -> tuple[Role, ...]:
    """Return who must pass a voucher of this amount; empty where any one checker will do."""
    if third_fen and amount_fen >= third_fen:
        return CHECKER_ROLES
    if second_fen and amount_fen >= second_fen:
        return CHECKER_ROLES[:2]
    return ()


def check_limits_body(body: LimitsAdopted, place: str) -> list[Fault]:
    """The third limit, where there is one, is not below the second."""
    if not body.third_fen or 0 < body.second_fen <= body.third_fen:
        return []
    return [
        Fault(
            code="limits-order",
            place=place,
            found=f"第三位审核人的限额 {body.third_fen} 分低于第二位的 {body.second_fen} 分",
            expected="第二位的限额大于零，第三位的不低于第二位的",
            remedy="改正两个限额",
        )
    ]


def list_missing_roles(needed: Collection[Role], given: Collection[Role]) -> tuple[Role, ...]:
    """Return who has still to pass, in the order in which they are asked."""
    return tuple(role for role in CHECKER_ROLES if role in needed and role not in given)
