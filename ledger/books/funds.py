"""Earmarked money: funds that were given for something, from gift to spending, and what is passed on to people.

Who gave and who received is nobody's to read here: sums, and of what was passed on how many received it. What a fund
received and spent is what its vouchers moved of cash and bank, as with contracts.
"""

from __future__ import annotations

from typing import Literal

from ledger.books.accounts import Chart, check_account
from ledger.books.values import AccountCode, Count, FundNumber, PublicText, Value
from ledger.errors import Fault

Category = Literal["donation", "levy", "project", "relief", "subsidy"]
"""捐赠, 一事一议, 项目资金, 救济, 代发补贴."""
CATEGORY_NAMES: dict[Category, str] = {
    "donation": "捐赠",
    "levy": "一事一议",
    "project": "项目资金",
    "relief": "救灾救济",
    "subsidy": "代发补贴",
}
"""What people read and choose."""
PASSED_ON: frozenset[Category] = frozenset(("relief", "subsidy"))
"""Money that is not the village's: it is passed on to people whom others have named, and counted by them."""


class FundOpened(Value, frozen=True):
    """`fund.opened`: money that may be used for one thing only; the entry's day is when it was set up."""

    account: AccountCode  # in which it is kept
    category: Category
    name: PublicText
    number: FundNumber
    opening_fen: Count  # what was left of it when the books began; 0 for a new one
    source: PublicText  # who gives: an office, or people in general; never a person
    use: PublicText


def check_fund(body: FundOpened, chart: Chart) -> list[Fault]:
    """Return every fault a fund has in itself; that its number is free is checked in `state.funds`."""
    return check_account(chart, body.account, f"专款 {body.number} 的科目")
