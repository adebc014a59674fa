"""The demo village's depreciation: each month, a voucher for each asset that wears out, as the books have it done."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from typing import NamedTuple

from ledger.books.assets import (
    ACCOUNTS,
    CATEGORY_NAMES,
    PURPOSE_NAMES,
    RESULTS,
    AssetCategory,
    Purpose,
    get_first_month,
    get_residual,
)
from ledger.books.depreciation import Plan, sum_planned
from ledger.books.periods import count_months
from ledger.books.values import get_previous_period
from web.demo.books import MONTHS, DemoVoucher, Line, list_corrections, list_vouchers
from web.demo.registers import BOOKS, Named

_UNBOOKED = "ZC-0014"
"""What was given and never came into the books does not wear out in them."""


class _Worn(NamedTuple):
    """An asset with its accounts, the last month that wears, empty for none, and its plan."""

    expense: str
    accumulated: str
    last: str
    name: str
    number: str
    plan: Plan


def list_wear(month: str) -> list[DemoVoucher]:
    """Return the month's vouchers of depreciation, numbered after all others; none of the month that is open."""
    if month == MONTHS[-1]:
        return []
    first = len(list_vouchers(month)) + sum(map(len, list_corrections(month))) + 1
    year, number = map(int, month.split("-"))
    day = f"{month}-{calendar.monthrange(year, number)[1]:02d}"
    found: list[DemoVoucher] = []
    for worn in _list_worn():
        fen = sum_planned(worn.plan, month) - sum_planned(worn.plan, get_previous_period(month))
        if fen and (not worn.last or month <= worn.last):
            lines = (Line(worn.expense, "debit", fen), Line(worn.accumulated, "credit", fen))
            voucher = f"{month}-{first + len(found):03d}"
            about = Named(asset=worn.number)
            found.append(DemoVoucher(voucher, day, f"提{worn.name}折旧", lines, 1, 0, about=about))
    return found


def _list_worn() -> Iterator[_Worn]:
    gone = {
        row[0]: str(row[2])[:7]
        for (_, kind), book in BOOKS.items()
        if kind == "assets"
        for row in book.get("资产变动", ())
        if row[1] == "处置"
    }
    categories: dict[str, AssetCategory] = {name: key for key, name in CATEGORY_NAMES.items()}
    purposes: dict[str, Purpose] = {name: key for key, name in PURPOSE_NAMES.items()}
    for (_, kind), book in BOOKS.items():
        for row in book.get("资产", ()) if kind == "assets" else ():
            number, _, category_name, name = (str(cell) for cell in row[:4])
            life, original, worn = (float(cell or 0) for cell in (row[13], row[14], row[16]))
            category = categories[category_name]
            accumulated = ACCOUNTS["2023"][category].accumulated
            if not life or not accumulated or number == _UNBOOKED:
                continue
            began = get_first_month(category, str(row[12]))
            original_fen, first = round(original * 100), max(began, MONTHS[0])
            total_fen = original_fen - get_residual(original_fen, category) - round(worn * 100)
            months = max(int(life) - count_months(began, first) + 1, 1)
            yield _Worn(
                RESULTS["2023"].expenses[purposes[str(row[10])]],
                accumulated,
                gone.get(number, ""),
                name,
                number,
                Plan(first, months, total_fen),
            )
