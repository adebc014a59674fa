"""The rules of an asset, a resource and a stock-take in themselves, each with its whole message."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.assets import (
    ACCOUNTS,
    CATEGORY_NAMES,
    RESULTS,
    AssetAccounts,
    check_registered,
    get_residual,
    sum_moved,
)
from ledger.books.resources import check_area
from ledger.books.stocktakes import LINES_MAX, check_stocktake
from ledger.data import load_land_classes, load_reference
from ledger.errors import format_fault
from tests.builders import Discloser, build_asset, build_postings, build_stocktake


def refuse(chart: str = "2023", **changes: Any) -> list[str]:
    return [
        format_fault(fault)
        for fault in check_registered(build_asset(Discloser(), **changes), chart, "2026-10-28")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"depreciated_fen": 1_140_000},
        {"life_months": 0, "depreciates_from": ""},
        {"category": "stock", "life_months": 0, "depreciates_from": "", "depreciated_fen": 0},
        {"category": "intangible", "in_use_from": "2026-10", "depreciated_fen": 0},
        {"in_use_from": "1985-06"},
    ],
)
def test_an_asset_may_be_registered(changes: dict[str, Any]) -> None:
    assert refuse(**changes) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"original_fen": 0},
            (
                "资产 ZC-0001的原值：现为0.00 元，应为大于零，不超过 10,000,000,000.00 元。"
                "检查金额的单位和小数点；没有价的，按名义金额 1 元登记。（asset-original）"
            ),
        ),
        (
            {"residual_fen": 1_200_001},
            "资产 ZC-0001的残值：现为12,000.01 元，应为不超过原值 12,000.00 元。核对原值和残值。（asset-residual）",
        ),
        (
            {"depreciated_fen": 1_140_001},
            (
                "资产 ZC-0001的已提折旧：现为11,400.01 元，应为不超过原值减残值 11,400.00 元。"
                "核对原值、残值和已提折旧。（asset-depreciated）"
            ),
        ),
        (
            {"quantity": 0},
            "资产 ZC-0001的数量：现为0，应为1 至 1,000,000。数一数再填；一件也没有了的，办理处置。（asset-quantity）",
        ),
        (
            {"life_months": 1_201},
            (
                "资产 ZC-0001的使用年限：现为1201 个月，从2026-10起，应为1 至 1,200 个月，并且有开始提折旧的月份。"
                "按同类资产的年限填写；不提折旧的都留空。（asset-life）"
            ),
        ),
        (
            {"in_use_from": "2026-11", "depreciates_from": "2026-12"},
            (
                "资产 ZC-0001的启用月份：现为2026-11，应为2026-10 或更早。"
                "核对启用月份；还没有启用的，启用以后再登记。（asset-in-use）"
            ),
        ),
        (
            {"depreciates_from": ""},
            (
                "资产 ZC-0001的使用年限：现为114 个月，从没写的月份起，应为1 至 1,200 个月，并且有开始提折旧的月份。"
                "按同类资产的年限填写；不提折旧的都留空。（asset-life）"
            ),
        ),
        (
            {"in_use_from": "2026-10"},
            (
                "资产 ZC-0001开始提折旧的月份：现为2026-10，应为2026-11 或以后。"
                "当月增加的当月不提，从下个月起提；无形资产从当月起。（depreciation-start）"
            ),
        ),
        (
            {"category": "stock", "depreciated_fen": 0},
            (
                "资产 ZC-0001的使用年限：现为库存物资写了使用年限，应为空。"
                "这一类资产在本账的科目表里不提折旧，清空使用年限和折旧。（asset-not-depreciated）"
            ),
        ),
        (
            {"category": "welfare", "life_months": 0, "depreciates_from": ""},
            (
                "资产 ZC-0001的已提折旧：现为公益性生物资产写了已提折旧 5,400.00 元，应为空。"
                "这一类资产不提折旧，清空这一格。（asset-not-depreciated）"
            ),
        ),
    ],
)
def test_an_asset_is_refused(changes: dict[str, Any], message: str) -> None:
    assert refuse(**changes) == [message]


def test_what_the_chart_has_no_account_for_is_not_depreciated() -> None:
    assert "asset-not-depreciated" in refuse("2004", category="productive")[0]
    assert refuse("2004") == []


def test_every_account_is_in_its_chart() -> None:
    for version, classes in ACCOUNTS.items():
        known = load_reference().charts[version].accounts
        results = RESULTS[version]
        codes = {code for accounts in classes.values() for code in accounts if code}
        codes |= {*results.expenses.values(), results.gain, results.loss}
        assert codes <= known.keys()
        assert classes.keys() == CATEGORY_NAMES.keys()
        clearing = {known[accounts.clearing].name for accounts in classes.values() if accounts.clearing}
        assert clearing == {"固定资产清理"}


@pytest.mark.parametrize(
    ("original_fen", "category", "residual_fen"),
    [
        (1_200_000, "fixed", 60_000),
        (10, "fixed", 1),
        (9, "productive", 0),
        (100, "intangible", 0),
        (100, "stock", 0),
    ],
)
def test_the_residual_value_is_five_percent_rounded_half_up(
    original_fen: int, category: Any, residual_fen: int
) -> None:
    assert get_residual(original_fen, category) == residual_fen


def test_what_a_voucher_moves_is_told_by_the_accounts_of_the_class() -> None:
    accounts = AssetAccounts("151", "152", "154")

    depreciation = sum_moved(build_postings(500, debit="511", credit="152"), accounts)
    purchase = sum_moved(build_postings(500, debit="15101", credit="102"), accounts)

    assert depreciation == (500, 0, 0)
    assert depreciation.is_depreciation
    assert purchase == (0, 500, 0)
    assert not purchase.is_depreciation
    assert sum_moved(build_postings(500, debit="154", credit="102"), AssetAccounts("", "", "154")) == (
        0,
        0,
        500,
    )


@pytest.mark.parametrize(
    ("area", "is_new", "expected"),
    [(0, True, "大于零，不超过 100,000.00 亩"), (10_000_001, False, "不超过 100,000.00 亩")],
)
def test_an_area_is_of_a_villages_size(area: int, is_new: bool, expected: str) -> None:
    (fault,) = check_area(area, "资源 ZY-0001", is_new=is_new)

    found = {0: "0.00", 10_000_001: "100,000.01"}[area]
    assert format_fault(fault) == (
        f"资源 ZY-0001的面积：现为{found} 亩，应为{expected}。核对面积，单位是亩。（resource-area）"
    )
    assert check_area(0, "资源 ZY-0001", is_new=False) == []


def test_a_stock_take_has_a_line_for_each_asset_in_order() -> None:
    texts = Discloser()

    def judge(*counted: tuple[str, int, int]) -> list[str]:
        return [format_fault(fault) for fault in check_stocktake(build_stocktake(texts, *counted))]

    assert judge(("ZC-0001", 2, 0), ("ZC-0002", 1, 1)) == []
    assert judge(("ZC-0002", 1, 1), ("ZC-0001", 2, 2)) == [
        "盘点：现为资产编号有重复或次序不对，应为按编号，各一行。同一件资产只写一行，按编号排列。（stocktake-order）"
    ]
    assert judge(*((f"ZC-{number:04d}", 1, 1) for number in range(LINES_MAX + 1))) == [
        "盘点：现为301 行，应为1 至 300 行。分成几次盘点来记。（stocktake-count）"
    ]
    assert judge(("ZC-0001", 1, 1_000_001)) == [
        "盘点的资产 ZC-0001：现为1000001，应为0 至 1,000,000。改正实有的数量。（stocktake-quantity）"
    ]


def test_land_has_the_twelve_classes_of_the_standard() -> None:
    assert list(load_land_classes()) == [f"{number:02d}" for number in range(1, 13)]
    assert load_land_classes()["01"] == "耕地"
