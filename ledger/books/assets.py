"""Assets of the collective: the bodies of their kinds, and their rules.

An asset is registered once under a number that is never another's. What changes later (where it stands, who keeps it,
how many there are, in what state) is told by a change; that it goes, by a disposal. What it cost is never edited:
vouchers that name the asset move the money, see `state.assets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ledger.books.money import format_yuan
from ledger.books.values import (
    AssetNumber,
    Count,
    PastPeriod,
    PeriodOrNone,
    Positive,
    PublicText,
    Value,
    get_next_period,
)
from ledger.books.village import ChartVersion
from ledger.books.vouchers import VOUCHER_MAX_FEN, Posting
from ledger.errors import Fault

LIFE_MAX_MONTHS = 1_200
"""A hundred years: longer than anything that is depreciated."""
QUANTITY_MAX = 1_000_000
RESIDUAL_PERCENT = 5

AssetCategory = Literal["consumptive", "fixed", "intangible", "productive", "stock", "welfare"]
"""消耗性生物资产, 固定资产, 无形资产, 生产性生物资产, 库存物资, 公益性生物资产."""
Disposal = Literal["donated", "lost", "scrapped", "sold"]
"""How an asset goes: 捐赠, 毁损丢失, 报废, 出售."""
Purpose = Literal["management", "operation", "production", "public"]
"""What an asset serves, and so what its depreciation is a cost of."""
Source = Literal["built", "donated", "opening", "other", "purchased"]
"""How it came: `opening` stands in the opening balances, every other comes by vouchers that name it."""

CATEGORY_NAMES: dict[AssetCategory, str] = {
    "fixed": "固定资产",
    "productive": "生产性生物资产",
    "consumptive": "消耗性生物资产",
    "welfare": "公益性生物资产",
    "intangible": "无形资产",
    "stock": "库存物资",
}
DISPOSAL_NAMES: dict[Disposal, str] = {
    "sold": "出售",
    "scrapped": "报废",
    "donated": "捐赠",
    "lost": "毁损丢失",
}
PURPOSE_NAMES: dict[Purpose, str] = {
    "management": "管理用",
    "operation": "经营用",
    "production": "生产用",
    "public": "公益用",
}
SOURCE_NAMES: dict[Source, str] = {
    "opening": "开账时已有",
    "purchased": "购入",
    "built": "自建",
    "donated": "接受捐赠",
    "other": "其他",
}
"""What people read and choose."""

DEPRECIATED: frozenset[AssetCategory] = frozenset(("fixed", "intangible", "productive"))
"""What wears out by the books; the others keep their value until they are used or gone."""
MOVING: frozenset[AssetCategory] = frozenset(("consumptive", "stock"))
"""What is used up bit by bit: its value is what vouchers say, and it needs no disposal to leave the books."""


class AssetRegistered(Value, frozen=True):
    """`asset.registered`: an asset enters the register."""

    category: AssetCategory
    condition: PublicText  # in what state it is
    depreciated_fen: Count  # before `depreciates_from`
    depreciates_from: PeriodOrNone  # first month that these books depreciate; empty where nothing is
    in_use_from: PastPeriod
    keeper: PublicText  # an office, never a person's name
    life_months: Count  # 0 where it is not depreciated
    model: PublicText
    name: PublicText
    number: AssetNumber
    original_fen: Positive
    place: PublicText
    purpose: Purpose
    quantity: Positive
    residual_fen: Count
    source: Source
    unit: PublicText


class AssetChanged(Value, frozen=True):
    """`asset.changed`: where it stands, who keeps it, in what state it is and how many there are, from now on."""

    asset: AssetNumber
    condition: PublicText
    keeper: PublicText
    place: PublicText
    quantity: Positive
    reason: PublicText


class AssetDisposed(Value, frozen=True):
    """`asset.disposed`: it goes, on the entry's day; the vouchers of its clearing follow."""

    asset: AssetNumber
    how: Disposal
    reason: PublicText


class AssetAccounts(NamedTuple):
    """The accounts of a class of assets; `accumulated` and `clearing` are empty where the chart has none."""

    cost: str
    accumulated: str
    clearing: str


class ResultAccounts(NamedTuple):
    """Where depreciation and the result of a clearing go."""

    expenses: dict[Purpose, str]
    gain: str
    loss: str


ACCOUNTS: dict[ChartVersion, dict[AssetCategory, AssetAccounts]] = {
    "2023": {
        "fixed": AssetAccounts("151", "152", "154"),
        "productive": AssetAccounts("132", "133", "154"),
        "consumptive": AssetAccounts("131", "", ""),
        "welfare": AssetAccounts("134", "", "154"),
        "intangible": AssetAccounts("161", "162", ""),
        "stock": AssetAccounts("121", "", ""),
    },
    "2004": {
        # 153 and 154 mean the other way round. Its 131 and 132 tell livestock from trees, not what they are for.
        "fixed": AssetAccounts("151", "152", "153"),
        "productive": AssetAccounts("", "", ""),
        "consumptive": AssetAccounts("", "", ""),
        "welfare": AssetAccounts("", "", ""),
        "intangible": AssetAccounts("161", "", ""),
        "stock": AssetAccounts("121", "", ""),
    },
}
RESULTS: dict[ChartVersion, ResultAccounts] = {
    "2023": ResultAccounts(
        {"management": "51304", "operation": "511", "production": "401", "public": "514"}, "504", "515"
    ),
    "2004": ResultAccounts(
        {"management": "541", "operation": "502", "production": "401", "public": "551"}, "531", "551"
    ),
}
"""By chart version; a test holds every code to the chart."""


class Moved(NamedTuple):
    """What a voucher moved for the asset that it is about, in fen, an increase positive."""

    accumulated_fen: int
    booked_fen: int  # of its account of cost
    clearing_fen: int  # of the account of clearing, debit positive

    @property
    def is_depreciation(self) -> bool:
        """Whether it is a month's depreciation, or one taken back."""
        return self.accumulated_fen != 0 and self.booked_fen == 0


def sum_moved(postings: Sequence[Posting], accounts: AssetAccounts) -> Moved:
    """Return what postings moved of a class's accounts and of those below them."""

    def total(code: str) -> int:
        return sum(
            posting.amount_fen if posting.side == "debit" else -posting.amount_fen
            for posting in postings
            if code and posting.account.startswith(code)
        )

    return Moved(-total(accounts.accumulated), total(accounts.cost), total(accounts.clearing))


def list_foreign(postings: Sequence[Posting], accounts: AssetAccounts, chart: ChartVersion) -> list[str]:
    """Return the accounts of postings that belong to assets of other classes only, by code."""
    others = {code for known in ACCOUNTS[chart].values() for code in known if code} - {*accounts}
    return sorted({posting.account for posting in postings if posting.account.startswith(tuple(others))})


def get_residual(original_fen: int, category: AssetCategory) -> int:
    """Return the usual residual value: 5 %, rounded half up; of what is no thing, nothing."""
    percent = 0 if category == "intangible" else RESIDUAL_PERCENT
    return (original_fen * percent + 50) // 100 if category in DEPRECIATED else 0


def get_first_month(category: AssetCategory, in_use_from: str) -> str:
    """Return the first month of depreciation: the one after it came into use, of rights that very month."""
    return in_use_from if category == "intangible" else get_next_period(in_use_from)


def check_registered(body: AssetRegistered, chart: ChartVersion, day: str) -> list[Fault]:
    """Return every fault an asset that is registered on a day has in itself.

    That its number is free is checked in `state.assets`.
    """
    place = f"资产 {body.number}"
    faults = _check_amounts(body, place) + check_quantity(body.quantity, place)
    if body.in_use_from > day[:7]:
        found, remedy = body.in_use_from, "核对启用月份；还没有启用的，启用以后再登记"
        faults.append(_fault("asset-in-use", f"{place}的启用月份", found, f"{day[:7]} 或更早", remedy))
    if not body.depreciates_from and not body.life_months:
        return faults + _check_idle(body, place)
    if body.category not in DEPRECIATED or not ACCOUNTS[chart][body.category].accumulated:
        faults.append(
            _fault(
                "asset-not-depreciated",
                f"{place}的使用年限",
                f"{CATEGORY_NAMES[body.category]}写了使用年限",
                "空",
                "这一类资产在本账的科目表里不提折旧，清空使用年限和折旧",
            )
        )
        return faults
    if not 1 <= body.life_months <= LIFE_MAX_MONTHS or not body.depreciates_from:
        expected = f"1 至 {LIFE_MAX_MONTHS:,} 个月，并且有开始提折旧的月份"
        found = f"{body.life_months} 个月，从{body.depreciates_from or '没写的月份'}起"
        faults.append(
            _fault(
                "asset-life", f"{place}的使用年限", found, expected, "按同类资产的年限填写；不提折旧的都留空"
            )
        )
    elif body.depreciates_from < get_first_month(body.category, body.in_use_from):
        faults.append(
            _fault(
                "depreciation-start",
                f"{place}开始提折旧的月份",
                body.depreciates_from,
                f"{get_first_month(body.category, body.in_use_from)} 或以后",
                "当月增加的当月不提，从下个月起提；无形资产从当月起",
            )
        )
    return faults


def check_quantity(quantity: int, place: str) -> list[Fault]:
    """There is at least one of it, and not more than anybody counts."""
    if 1 <= quantity <= QUANTITY_MAX:
        return []
    remedy = "数一数再填；一件也没有了的，办理处置"
    return [_fault("asset-quantity", f"{place}的数量", f"{quantity}", f"1 至 {QUANTITY_MAX:,}", remedy)]


def _check_amounts(body: AssetRegistered, place: str) -> list[Fault]:
    """What it cost is an amount that can be; what remains at the end, and what has gone already, are within it."""
    original_fen = body.original_fen
    if not 1 <= original_fen <= VOUCHER_MAX_FEN:
        found, most = f"{format_yuan(original_fen)} 元", format_yuan(VOUCHER_MAX_FEN)
        remedy = "检查金额的单位和小数点；没有价的，按名义金额 1 元登记"
        return [_fault("asset-original", f"{place}的原值", found, f"大于零，不超过 {most} 元", remedy)]
    faults = []
    if not 0 <= body.residual_fen <= original_fen:
        found, most = f"{format_yuan(body.residual_fen)} 元", format_yuan(original_fen)
        faults.append(
            _fault("asset-residual", f"{place}的残值", found, f"不超过原值 {most} 元", "核对原值和残值")
        )
    elif not 0 <= body.depreciated_fen <= original_fen - body.residual_fen:
        found = f"{format_yuan(body.depreciated_fen)} 元"
        expected = f"不超过原值减残值 {format_yuan(original_fen - body.residual_fen)} 元"
        faults.append(
            _fault("asset-depreciated", f"{place}的已提折旧", found, expected, "核对原值、残值和已提折旧")
        )
    return faults


def _check_idle(body: AssetRegistered, place: str) -> list[Fault]:
    """What is not depreciated any more may have been; what never is, was not either."""
    if not body.depreciated_fen or body.category in DEPRECIATED:
        return []
    found = f"{CATEGORY_NAMES[body.category]}写了已提折旧 {format_yuan(body.depreciated_fen)} 元"
    return [
        _fault("asset-not-depreciated", f"{place}的已提折旧", found, "空", "这一类资产不提折旧，清空这一格")
    ]


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
