"""The words of the sheet of a quarter or a year that paper, page and the audit of paper share."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.contracts import CATEGORY_NAMES as CONTRACT_NAMES
from ledger.books.contracts import DIRECTION_NAMES
from ledger.books.figures import Correction, ItemAmount, SpanContract, SpanFund, SpanResolution, Told
from ledger.books.funds import CATEGORY_NAMES as FUND_NAMES
from ledger.books.periods import format_day
from ledger.books.resolutions import OUTCOME_NAMES

TOLD: dict[Told, str] = {"figure": "", "none": "本期没有", "unkept": "账本没有单列"}
"""What stands in place of a figure."""
_CHANGES = {"signed": "登记", "amended": "变更", "ended": "提前终止", "voided": "作废"}
_CORRECTIONS = {"reversal": "红字冲销", "replacement": "蓝字更正"}


def name_accounts(accounts: Sequence[str], funds: Sequence[str] = ()) -> str:
    """Return where an item's figures are found: `（科目501、专款ZX-0001）`; empty for nowhere."""
    named = [*(f"科目{code}" for code in accounts), *(f"专款{number}" for number in funds)]
    return f"（{'、'.join(named)}）" if named else ""


def list_cells(one: ItemAmount, *, is_year: bool) -> tuple[int, ...]:
    """Return the amounts of an item's row, in fen: of the span and the year so far; of a year the year, what was
    planned and how much it is more, or the year alone where no line of the plan is of this item.
    """
    if not is_year:
        return one.amount_fen, one.year_fen
    if not one.is_planned:
        return (one.year_fen,)
    return one.year_fen, one.planned_fen, one.year_fen - one.planned_fen


def tell_contract(one: SpanContract) -> tuple[str, ...]:
    """Return what stands before a contract's amount."""
    kind = f"{CONTRACT_NAMES[one.category]}，{DIRECTION_NAMES[one.direction]}"
    return one.number, one.title, kind, f"{format_day(one.occurred_on)}{_CHANGES[one.change]}"


def tell_resolution(one: SpanResolution) -> tuple[str, ...]:
    """Return what stands before a resolution's amount."""
    result = "，公开了结果" if one.results else ""
    return one.number, one.title, f"{format_day(one.decided_on)}{OUTCOME_NAMES[one.outcome]}{result}"


def tell_fund(one: SpanFund) -> tuple[str, ...]:
    """Return what stands before what a fund received and spent."""
    people = f"，{one.recipients} 人次领取" if one.recipients else ""
    return one.number, one.name, f"{FUND_NAMES[one.category]}，凭证 {one.vouchers} 张{people}"


def tell_correction(one: Correction) -> tuple[str, ...]:
    """Return what stands before a correction's amount."""
    return one.voucher, _CORRECTIONS[one.kind], one.answers, one.reason
