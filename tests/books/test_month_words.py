"""What a finance sheet tells of besides money, in whole sentences."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.books.figures import ContractLine, FinanceFigures, ObjectionCounts, RegisterChange, TakenOver
from ledger.books.finance_figures import summarize_finance
from ledger.books.month_words import (
    list_contracts,
    sum_contracts,
    tell_change,
    tell_contracts,
    tell_late,
    tell_objections,
    tell_party,
    tell_quiet,
    tell_registers,
    tell_taken_over,
)
from tests.books.test_finance_figures import build


def month(**changes: Any) -> FinanceFigures:
    return msgspec.structs.replace(build([], {"101": 2_000_00}), **changes)


def contract(number: int, **changes: Any) -> ContractLine:
    fields: dict[str, Any] = {
        "contract": f"HT-{number:04d}",
        "direction": "receives",
        "due_fen": 0,
        "ends_on": "2030-12-31",
        "ends_soon": False,
        "happened": "",
        "index": number,
        "late_days": 0,
        "paid_fen": 0,
        "party": "household",
        "title": f"样例{number}号合同",
        "unpaid_fen": 0,
    }
    return ContractLine(**(fields | changes))


def change(kind: str, **changes: Any) -> RegisterChange:
    fields: dict[str, Any] = {
        "amount_fen": 0,
        "area_mu_hundredths": 0,
        "count": 0,
        "differing": 0,
        "index": 9,
        "kind": kind,
        "name": "灌溉水泵",
        "number": "ZC-0001",
        "occurred_on": "2026-10-09",
        "reason": "",
        "unit": "台",
    }
    return RegisterChange(**(fields | changes))


def test_who_owes_how_much_for_how_long_and_what_ends_soon_is_told() -> None:
    figures = month(
        contracts=(
            contract(1, unpaid_fen=450_000, late_days=31),
            contract(2, unpaid_fen=1_200_000, late_days=1_303),
            contract(3, direction="pays", unpaid_fen=2_000_000),
            contract(4, ends_soon=True, ends_on="2026-12-31"),
        )
    )

    assert tell_contracts(figures) == (
        "到月底，别人按合同还欠村里 16,500.00 元（2 份），最久的过期 1,303 天：样例2号合同。",
        "到月底，村里按合同还欠别人 20,000.00 元（1 份）。",
        "九十天内到期的合同 1 份：样例4号合同，2026年12月31日。",
    )
    assert set(tell_contracts(figures)) < set(summarize_finance(figures))


def test_of_many_that_end_soon_the_first_three_are_named() -> None:
    days = ("2026-12-31", "2026-11-30", "2027-01-15", "2026-11-05")
    lines = tuple(contract(number, ends_soon=True, ends_on=day) for number, day in enumerate(days, 1))

    assert tell_contracts(month(contracts=lines)) == (
        "按合同到了日子该收该付的，都收了付了。",
        (
            "九十天内到期的合同 4 份，最早的：样例4号合同，2026年11月5日；样例2号合同，2026年11月30日；"
            "样例1号合同，2026年12月31日。"
        ),
    )


def test_nothing_is_said_where_nothing_is_to_tell() -> None:
    assert tell_contracts(month()) == ()
    assert tell_registers(month()) == ()
    assert tell_taken_over(month()) == ""
    assert tell_quiet(0, has_lines=True) == ""
    assert tell_objections(None) == ()
    assert tell_late(contract(1)) == ""


def test_contracts_are_summed_by_what_the_village_does() -> None:
    figures = month(
        contracts=(
            contract(1, due_fen=100, paid_fen=40, unpaid_fen=60),
            contract(2, direction="pays", due_fen=7),
            contract(3, due_fen=10, paid_fen=-5, unpaid_fen=30),
        )
    )

    assert [line.contract for line in list_contracts(figures, "pays")] == ["HT-0002"]
    assert sum_contracts(list_contracts(figures, "receives")) == (110, 35, 90)
    assert tell_party(figures.contracts[0]) == "对方：本村农户"
    assert tell_late(contract(1, late_days=1_303)) == "1,303 天"


def test_quiet_contracts_are_counted() -> None:
    told = "12 份合同，这个月没有收付，没有到期没付的，九十天内也不到期，在合同台账里看。"

    assert tell_quiet(12, has_lines=True) == f"另有 {told}"
    assert tell_quiet(12, has_lines=False) == f"有 {told}"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (change("asset-registered", count=2), "2 台"),
        (change("asset-changed", count=1, reason="一台坏了"), "1 台，一台坏了"),
        (change("asset-sold", reason="换了新的"), "换了新的"),
        (change("resource-registered", area_mu_hundredths=33_600), "面积 336.00 亩"),
        (change("resource-changed", area_mu_hundredths=5, reason="重新丈量"), "面积 0.05 亩，重新丈量"),
        (change("resource-changed", reason="征收"), "不再归村集体，征收"),
        (change("stocktake", name="村监督委员会", count=18), "村监督委员会盘点 18 件，数目都对得上"),
        (change("stocktake", name="村里", count=18, differing=2), "村里盘点 18 件，2 件数目对不上"),
    ],
)
def test_what_became_of_an_asset_or_a_plot_is_told(row: RegisterChange, told: str) -> None:
    assert tell_change(row) == told


def test_the_registers_are_told_in_one_sentence() -> None:
    figures = month(
        registers=(
            change("asset-registered", amount_fen=2_860_000),
            change("asset-registered", amount_fen=100),
            change("asset-sold", amount_fen=7),
            change("asset-lost", amount_fen=7),
            change("asset-changed"),
            change("resource-registered"),
            change("resource-changed"),
            change("stocktake", differing=1),
            change("stocktake", differing=2),
        ),
        taken_over=TakenOver(amount_fen=295_994_000, assets=1_011),
    )

    assert tell_registers(figures) == (
        (
            "这个月新登记资产 2 件，原值共 28,601.00 元；资产处置 2 件；资产变动 1 件；新登记土地等资源 1 块；"
            "土地等资源变动 1 块；盘点 2 次，3 件数目对不上。"
        ),
    )
    assert tell_registers(month(registers=(change("stocktake"),))) == ("这个月盘点 1 次。",)
    told = "开账时已有的资产，这个月登记进台账 1,011 件，原值共 2,959,940.00 元，不算新增。"
    assert tell_taken_over(figures) == told


def test_objections_are_told_by_count_and_number() -> None:
    counts = ObjectionCounts(
        answered=2, earlier=("YY-2026-0001", "YY-2026-0002"), open=("YY-2026-0005",),
        raised=("YY-2026-0003", "YY-2026-0004", "YY-2026-0005"), upheld=1,
    )  # fmt: skip

    assert tell_objections(counts) == (
        "这个月收到异议 3 件，已经答复 2 件，其中 1 件成立，还有 1 件没有答复（YY-2026-0005）。",
        "这个月还答复了以前收到的异议 2 件（YY-2026-0001、YY-2026-0002）。",
    )
    none_left = msgspec.structs.replace(counts, earlier=(), open=(), upheld=0, answered=3)
    assert tell_objections(none_left) == ("这个月收到异议 3 件，已经答复 3 件。",)
    assert tell_objections(msgspec.structs.replace(counts, raised=(), open=())) == (
        "这个月还答复了以前收到的异议 2 件（YY-2026-0001、YY-2026-0002）。",
    )
